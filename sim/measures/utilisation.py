"""
How much is transported, and how well the vans are used.

The official target speaks of mean kilometres per vehicle, which rewards extra driving; load factor and tonne-kilometres
per van are told beside it, since the readings can disagree in sign.
"""

from __future__ import annotations

from sim.measures.context import KpiContext
from sim.measures.cost import duty_spans
from sim.measures.intervals import ratio, time_within_s
from sim.measures.tables import RunTables

_NOTHING_KG = 1e-6
"""Load below which a van counts as empty [kg]."""


def utilisation_measures(tables: RunTables, context: KpiContext) -> dict[str, float | None]:
    """
    Distance, transport performed, vans used, load factor and use of time.

    Parameters
    ----------
    tables
        Tables of the run; the shipment distance must be known for all delivered orders or those measures are None.
    context
        Operating day.
    """
    vans, trips, orders = tables["vans"], tables["trips"], tables["orders"]
    delivered = orders[orders["status"] == "delivered"]
    van_km = float(trips["distance_m"].sum()) / 1000.0
    tonne_km = float((trips["payload_kg"] * trips["distance_m"]).sum()) / 1e6
    capacity_kg = trips["van_id"].map(vans.set_index("van_id")["payload_kg"]).astype("float64")
    space_m3 = trips["van_id"].map(vans.set_index("van_id")["volume_m3"]).astype("float64")
    is_trunk = trips["purpose"] == "trunk"
    is_empty = trips["payload_kg"] < _NOTHING_KG
    capacity_tonne_km = float((capacity_kg * trips["distance_m"]).sum()) / 1e6
    shipment_tonne_km = None
    if delivered["shipment_distance_m"].notna().all():
        shipment_tonne_km = float((delivered["weight_kg"] * delivered["shipment_distance_m"]).sum()) / 1e6
    vans_used = int(trips["van_id"].nunique())
    spans = duty_spans(trips, tables["stops"], tables["tours"], tables["docks"])
    on_duty_s = time_within_s(spans["from_s"], spans["until_s"], context.day_from_s, context.day_until_s)
    return {
        "van_km": van_km,
        "tonne_km": tonne_km,
        "tonne_km_shipment": shipment_tonne_km,
        "tonnes_delivered": float(delivered["weight_kg"].sum()) / 1000.0,
        "vans_used": vans_used,
        "vans_total": len(vans),
        "orders_per_van": ratio(len(delivered), vans_used),
        "stops_per_van": ratio(len(tables["stops"]), int(tables["stops"]["van_id"].nunique())),
        "load_factor": ratio(tonne_km, capacity_tonne_km),
        "load_factor_volume": ratio(
            float((trips["load_m3"] * trips["distance_m"]).sum()), float((space_m3 * trips["distance_m"]).sum())
        ),
        "empty_km_share": ratio(float(trips.loc[is_empty, "distance_m"].sum()) / 1000.0, van_km),
        "trunk_km": float(trips.loc[is_trunk, "distance_m"].sum()) / 1000.0,
        "time_utilisation": ratio(on_duty_s, vans_used * context.operating_day_s),
        "van_km_per_van_day": ratio(van_km, vans_used),
        "tonne_km_per_van_day": ratio(tonne_km, vans_used),
    }

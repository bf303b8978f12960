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
    capacity_tonne_km = float((capacity_kg * trips["distance_m"]).sum()) / 1e6
    shipment_tonne_km = None
    if delivered["shipment_distance_m"].notna().all():
        shipment_tonne_km = float((delivered["weight_kg"] * delivered["shipment_distance_m"]).sum()) / 1e6
    vans_used = int(trips["van_id"].nunique())
    spans = duty_spans(trips, tables["stops"], tables["tours"])
    on_duty_s = time_within_s(spans["from_s"], spans["until_s"], context.day_from_s, context.day_until_s)
    return {
        "van_km": van_km,
        "tonne_km": tonne_km,
        "tonne_km_shipment": shipment_tonne_km,
        "tonnes_delivered": float(delivered["weight_kg"].sum()) / 1000.0,
        "vans_used": vans_used,
        "vans_total": len(vans),
        "orders_per_van": ratio(len(delivered), vans_used),
        "load_factor": ratio(tonne_km, capacity_tonne_km),
        "time_utilisation": ratio(on_duty_s, vans_used * context.operating_day_s),
        "van_km_per_van_day": ratio(van_km, vans_used),
        "tonne_km_per_van_day": ratio(tonne_km, vans_used),
    }

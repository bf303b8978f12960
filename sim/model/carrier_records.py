"""What each carrier did on a day, as the city's appraisal sees it."""

from __future__ import annotations

from sim.measures import RunTables
from sim.measures.service import service_start_s
from sim.policy.credit import CarrierRecord


def carrier_records(tables: RunTables) -> dict[str, CarrierRecord]:
    """
    Records of the carriers that made a trip, by name.

    Violations, trips and loads are those of the carrier's vans; orders are those it was hired for.

    Parameters
    ----------
    tables
        Result tables of the day.
    """
    vans = tables["vans"].set_index("van_id")
    carrier_of = vans["carrier_id"].astype(object)
    trips, orders, violations = tables["trips"], tables["orders"], tables["violations"]
    trips = trips.assign(
        carrier=trips["van_id"].map(carrier_of),
        carried=trips["payload_kg"] * trips["distance_m"],
        offered=trips["van_id"].map(vans["payload_kg"]).astype("float64") * trips["distance_m"],
    )
    fined = violations.loc[violations["fine_cny"] > 0.0, "van_id"].map(carrier_of).value_counts()
    is_delivered = orders["status"] == "delivered"
    start_s = service_start_s(orders[is_delivered], tables["stops"])
    in_time = (start_s <= orders.loc[is_delivered, "latest_s"] + 1e-3).groupby(orders["carrier_id"].astype(object))
    delivered = is_delivered.groupby(orders["carrier_id"].astype(object)).mean()
    found = {}
    for carrier, own in trips.groupby("carrier"):
        name = str(carrier)
        found[name] = CarrierRecord(
            vans_used=int(own["van_id"].nunique()),
            fined_trips=int(fined.get(name, 0)),
            on_time_share=float(in_time.mean().get(name, 1.0)),
            failed_share=1.0 - float(delivered.get(name, 1.0)),
            load_factor=float(own["carried"].sum() / own["offered"].sum()) if own["offered"].sum() > 0.0 else 0.0,
        )
    return found

"""
Speed and delay on the road network, rules broken, and nodes in use.

With cars, speed and delay come from the traffic counts of all vehicles: each vehicle that enters a link in a bin counts
with the mean time of those that did, and the cars are the vehicles that entered less the vans. Without cars there is
no car delay to tell (None, not zero), and the speed is that of the vans' trips.
"""

from __future__ import annotations

import numpy as np

from sim.measures.context import KpiContext
from sim.measures.intervals import ratio
from sim.measures.tables import RunTables
from sim.units import SECONDS_PER_HOUR, mps_to_kph


def congestion_measures(tables: RunTables, context: KpiContext) -> dict[str, float | None]:
    """
    Mean speed [km/h], delay of cars [h], entries into closed links and fines [CNY].

    Parameters
    ----------
    tables
        Tables of the run.
    context
        Whether cars were simulated, and the network on empty streets.

    Raises
    ------
    ValueError
        If cars were simulated and a link of the counts is not in the context.
    """
    violations = tables["violations"]
    speed_mps, delay_h = _with_cars(tables, context) if context.has_cars else (_speed_of_vans_mps(tables), None)
    return {
        "network_mean_speed": None if speed_mps is None else mps_to_kph(speed_mps),
        "car_delay_hours": delay_h,
        "violations": len(violations),
        "fines": float(violations.loc[violations["detected"], "fine_cny"].sum()),
        "terminal_stations": context.terminal_stations,
    }


def _speed_of_vans_mps(tables: RunTables) -> float | None:
    trips = tables["trips"]
    return ratio(float(trips["distance_m"].sum()), float((trips["arrive_s"] - trips["depart_s"]).sum()))


def _with_cars(tables: RunTables, context: KpiContext) -> tuple[float | None, float]:
    links = tables["links"]
    row = links["link_id"].to_numpy()
    if len(row) and int(row.max()) >= len(context.link_length_m):
        raise ValueError(f"links: link {row.max()} is not among the {len(context.link_length_m)} of the context")
    time_s = links["travel_time_s"].to_numpy(dtype=np.float64)
    entered = np.where(np.isfinite(time_s), links["inflow_veh"].to_numpy(dtype=np.float64), 0.0)
    time_s = np.nan_to_num(time_s)
    speed_mps = ratio(float((entered * context.link_length_m[row]).sum()), float((entered * time_s).sum()))
    cars = np.maximum(entered - links["vans"].to_numpy(dtype=np.float64), 0.0)
    delay_s = np.maximum(time_s - context.link_free_flow_s[row], 0.0)
    return speed_mps, float((cars * delay_s).sum()) / SECONDS_PER_HOUR

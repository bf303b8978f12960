"""
The bottleneck whose answer is known: five links in a row, the middle one with half the lanes.

Vehicles come at 1,400 veh/h for half an hour and pass at 900 veh/h. The queue drains after 700 / 900 h = 2,800 s, so
the last vehicle is 1,000 s late, the mean one 500 s; 2,500 m at 50 km/h take 180 s: 680 s in the mean. Queues that
reach back over links change who waits where, not how long.

Source: deterministic queueing, Newell (1982), "Applications of Queueing Theory", ch. 2.
"""

from __future__ import annotations

import numpy as np

from sim.bench.case import TRIPS_PER_ROUTE, Case
from sim.units import kph_to_mps

LANES = (2.0, 2.0, 1.0, 2.0, 2.0)
LENGTH_M = 500.0
LANE_CAPACITY_VEH_PER_H = 900.0
DEMAND_VEH = 700
DEMAND_S = 1800.0
EXACT_MEAN_S = 680.0


def bottleneck() -> Case:
    """The case, 700 trips."""
    lanes = np.array(LANES)
    n_links, n_routes = len(LANES), DEMAND_VEH // TRIPS_PER_ROUTE
    return Case(
        name="bottleneck",
        x_m=np.arange(n_links + 1, dtype=np.float64) * LENGTH_M,
        y_m=np.zeros(n_links + 1),
        from_node=np.arange(n_links, dtype=np.int32),
        to_node=np.arange(1, n_links + 1, dtype=np.int32),
        length_m=np.full(n_links, LENGTH_M),
        lanes=lanes,
        free_speed_mps=np.full(n_links, kph_to_mps(50.0)),
        capacity_veh_per_h=lanes * LANE_CAPACITY_VEH_PER_H,
        saturation_flow_veh_per_h=lanes * LANE_CAPACITY_VEH_PER_H,
        routes_flat=np.tile(np.arange(n_links, dtype=np.int32), n_routes),
        route_start=np.arange(n_routes + 1, dtype=np.int64) * n_links,
        depart_s=np.round((np.arange(DEMAND_VEH) + 0.5) * DEMAND_S / DEMAND_VEH),
        horizon_s=DEMAND_S,
        exact_mean_s=EXACT_MEAN_S,
    )

"""
UXsim, its C++ mode, on a case: single vehicles, or platoons of five.

Each link gets its length, free speed, jam density and lanes, and our capacities as `capacity_out` and `capacity_in`;
merging links share by capacity as ours do. Routes are enforced, so no route is ever searched: UXsim does that at its
first time step whatever it is told, and keeps tables of every node by every node and link, so that step is run while
the world is still empty. Vehicles are made before links, because a vehicle made later holds a number for every link.

Source: Seo (2025), "UXsim: lightweight mesoscopic traffic flow simulator in pure Python", Journal of Open Source
Software 10(106), 7617. Read against version 1.15.1, whose C++ mode is `World(cpp=True)`.
"""

from __future__ import annotations

import importlib
import math
import time

import numpy as np

from sim.bench.case import TRIPS_PER_ROUTE, Case
from sim.bench.outcome import Outcome
from sim.traffic.link_model import VEHICLE_SPACE_M
from sim.units import SECONDS_PER_HOUR

REACTION_TIME_S = 1.0
"""UXsim's default; with it a lane carries more than any capacity of ours, which then rules."""


def needed_mb(case: Case, platoon: int, until_s: float) -> float:
    """Memory that it keeps for every link and time step, whatever the trips [MB]: 4 numbers a link, 1 a node."""
    steps = until_s / (platoon * REACTION_TIME_S)
    return steps * (32.0 * case.n_links + 4.0 * len(case.x_m)) / 1e6


def build_world(case: Case, platoon: int, until_s: float):  # type: ignore[no-untyped-def]
    """
    The case as a UXsim world, its vehicles and the departures meant for them.

    Parameters
    ----------
    case
        The case.
    platoon
        Vehicles that move as one: 1 or `TRIPS_PER_ROUTE`.
    until_s
        When the simulation ends [s].
    """
    uxsim = importlib.import_module("uxsim")
    world = uxsim.World(
        deltan=platoon,
        reaction_time=REACTION_TIME_S,
        duo_update_time=10.0 * until_s,
        random_seed=1,
        print_mode=0,
        save_mode=0,
        show_mode=0,
        tmax=until_s,
        vehicle_logging_timestep_interval=-1,
        instantaneous_TT_timestep_interval=10**6,
        cpp=True,
    )
    world.exec_simulation(until_t=0)
    nodes = [world.addNode(f"n{row}", float(case.x_m[row]), float(case.y_m[row])) for row in range(len(case.x_m))]
    first, last = case.route_start[:-1], case.route_start[1:] - 1
    origin = case.from_node[case.routes_flat[first]]
    target = case.to_node[case.routes_flat[last]]
    if platoon == 1:
        route, depart_s = np.arange(case.n_trips) // TRIPS_PER_ROUTE, case.depart_s
    else:
        route, depart_s = np.arange(case.n_routes), case.depart_s[TRIPS_PER_ROUTE // 2 :: TRIPS_PER_ROUTE]
    vehicles = [
        world.addVehicle(nodes[origin[row]], nodes[target[row]], float(leaves))
        for row, leaves in zip(route.tolist(), depart_s.tolist(), strict=True)
    ]
    links = [
        world.addLink(
            f"l{row}",
            nodes[case.from_node[row]],
            nodes[case.to_node[row]],
            float(case.length_m[row]),
            free_flow_speed=float(case.free_speed_mps[row]),
            jam_density=float(case.lanes[row]) / VEHICLE_SPACE_M,
            number_of_lanes=int(case.lanes[row]),
            merge_priority=float(case.capacity_veh_per_h[row]),
            capacity_out=float(case.capacity_veh_per_h[row]) / SECONDS_PER_HOUR,
            capacity_in=float(case.saturation_flow_veh_per_h[row]) / SECONDS_PER_HOUR,
        )
        for row in range(case.n_links)
    ]
    for vehicle, row in zip(vehicles, route.tolist(), strict=True):
        places = case.routes_flat[case.route_start[row] : case.route_start[row + 1]]
        vehicle.enforce_route([links[place] for place in places.tolist()])
    return world, vehicles, depart_s


def run_uxsim(case: Case, platoon: int, until_s: float) -> Outcome:
    """
    Drive the case's trips.

    Parameters
    ----------
    case
        The case.
    platoon
        Vehicles that move as one: 1 or `TRIPS_PER_ROUTE`.
    until_s
        When to stop [s]: it runs to a set end, not until all have arrived.
    """
    began = time.perf_counter()
    step_s = platoon * REACTION_TIME_S
    until_s = (math.ceil(until_s / step_s) + 2) * step_s
    world, vehicles, depart_s = build_world(case, platoon, until_s)
    loaded, loaded_cpu = time.perf_counter(), time.process_time()
    world.exec_simulation(until_t=until_s - 2.0 * step_s)
    ended, ended_cpu = time.perf_counter(), time.process_time()
    travel_s = np.array([vehicle.travel_time for vehicle in vehicles], dtype=np.float64)
    has_arrived = np.array([vehicle.state == "end" for vehicle in vehicles]) & (travel_s >= 0.0)
    return Outcome(
        simulation_s=ended - loaded,
        cpu_s=ended_cpu - loaded_cpu,
        loading_s=loaded - began,
        mean_travel_s=float(travel_s[has_arrived].mean()),
        arrived=int(has_arrived.sum()) * platoon,
        forced_moves=0,
        end_s=float((travel_s + depart_s)[has_arrived].max()),
    )

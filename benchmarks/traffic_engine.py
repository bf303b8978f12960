"""
How fast the traffic engine is: link traversals a second by network and number of trips.

    python benchmarks/traffic_engine.py                      # 20x20 and 40x40 grid, 10,000 to 1,000,000 trips
    python benchmarks/traffic_engine.py --grids 20 --trips 100000 --repeats 5

Two-way streets of 200 m, two lanes, 50 km/h, signals with a green share of 0.5; trips between random nodes by random
shortest ways, departures spread so that the busiest link runs at about 0.9 of its capacity. Each case runs in a process
of its own, after one run that compiles. `simulation` is the time in the kernels, `total` that of `load_network` with
checking and laying out the trips and the table of links by 15 minutes; medians of the repeats.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import pandas as pd
from numba import njit

from sim.traffic import RoutedTrips, kernels, load_network
from sim.traffic.store import Store

TRIPS_PER_S = {20: 26.0, 40: 45.0}
"""Departures a second at which the busiest link of the grid runs at 0.8 to 0.9 of its capacity."""


def grid(rows: int) -> pd.DataFrame:
    """Square grid of two-way streets."""
    node = np.arange(rows * rows).reshape(rows, rows)
    one_way = np.concatenate(
        [
            np.stack([node[:, :-1].ravel(), node[:, 1:].ravel()], axis=1),
            np.stack([node[:-1].ravel(), node[1:].ravel()], axis=1),
        ]
    )
    ends = np.concatenate([one_way, one_way[:, ::-1]])
    ends = ends[np.lexsort((ends[:, 1], ends[:, 0]))]
    return pd.DataFrame(
        {
            "link_id": np.arange(len(ends)),
            "from_node_id": ends[:, 0],
            "to_node_id": ends[:, 1],
            "length_m": 200.0,
            "lanes": 2,
            "free_speed_mps": 50 / 3.6,
            "capacity_veh_per_h": 1800.0,
            "saturation_flow_veh_per_h": 3600.0,
            "signal_delay_s": 11.25,
        }
    )


@njit(cache=True)
def _staircases(origin, target, rows, link_of, is_row_first, links, start):  # type: ignore[no-untyped-def]
    """Shortest ways that choose at random between going along and going down."""
    place = 0
    for trip in range(len(origin)):
        start[trip] = place
        row, column = origin[trip] // rows, origin[trip] % rows
        to_row, to_column = target[trip] // rows, target[trip] % rows
        while row != to_row or column != to_column:
            here = row * rows + column
            if row != to_row and (column == to_column or is_row_first[place % len(is_row_first)]):
                row += 1 if to_row > row else -1
            else:
                column += 1 if to_column > column else -1
            step = row * rows + column - here
            links[place] = link_of[here, 0 if step == 1 else 1 if step == -1 else 2 if step > 0 else 3]
            place += 1
    start[len(origin)] = place


def random_trips(links: pd.DataFrame, rows: int, n_trips: int) -> RoutedTrips:
    """Trips between random nodes, in flat arrays."""
    rng = np.random.default_rng(1)
    n_nodes = rows * rows
    origin = rng.integers(0, n_nodes, n_trips)
    target = (origin + rng.integers(1, n_nodes, n_trips)) % n_nodes
    step = (links["to_node_id"] - links["from_node_id"]).to_numpy()
    link_of = np.zeros((n_nodes, 4), dtype=np.int32)
    link_of[links["from_node_id"], np.select([step == 1, step == -1, step > 0], [0, 1, 2], 3)] = links["link_id"]
    flat = np.empty(n_trips * 2 * rows, dtype=np.int32)
    start = np.empty(n_trips + 1, dtype=np.int64)
    _staircases(origin, target, rows, link_of, rng.random(1_000_003) < 0.5, flat, start)
    depart_s = np.sort(rng.uniform(0.0, n_trips / TRIPS_PER_S[rows], n_trips))
    return RoutedTrips(depart_s, flat[: start[-1]].copy(), start)


def measure(rows: int, n_trips: int, repeats: int) -> dict[str, float]:
    """One case."""
    links = grid(rows)
    trips = random_trips(links, rows, n_trips)
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    in_kernels: list[float] = []
    totals: list[float] = []

    def timed_run(store: Store, until_us: int) -> int:
        begin = time.perf_counter()
        answer = kernels.run(store, until_us)
        in_kernels[-1] += time.perf_counter() - begin
        return answer

    for _ in range(repeats + 1):
        in_kernels.append(0.0)
        begin = time.perf_counter()
        found = load_network(links, trips, kernels=SimpleNamespace(run=timed_run))  # type: ignore[arg-type]
        totals.append(time.perf_counter() - begin)
    hours = n_trips / TRIPS_PER_S[rows] / 3600.0
    return {
        "traversals": found.traversals,
        "simulation_s": statistics.median(in_kernels[1:]),
        "best_s": min(in_kernels[1:]),
        "total_s": statistics.median(totals[1:]),
        "mean_travel_time_s": float(np.mean(found.arrival_s - trips.depart_s)),
        "busiest_v_c": float(found.counts.inflow_veh.sum(axis=0).max()) / hours / 1800.0,
        "forced_moves": found.forced_moves,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
        "before_mb": before_kb / 1024.0,
    }


def main() -> None:
    """Measure all cases and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grids", type=int, nargs="+", default=[20, 40], choices=sorted(TRIPS_PER_S))
    parser.add_argument("--trips", type=int, nargs="+", default=[10_000, 50_000, 100_000, 200_000, 1_000_000])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--one-case", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one_case:
        print(json.dumps(measure(chosen.grids[0], chosen.trips[0], chosen.repeats)))
        return
    print(
        f"{'grid':>6} {'trips':>9} {'traversals':>11} {'simulation s':>12} {'M trav/s':>9} {'(best)':>8} "
        f"{'total s':>8} {'us/trip':>8} {'mean tt s':>9} {'v/c':>5} {'forced':>6} {'peak MB':>8}"
    )
    for rows in chosen.grids:
        for n_trips in chosen.trips:
            command = [sys.executable, __file__, "--one-case", "--grids", str(rows), "--trips", str(n_trips)]
            command += ["--repeats", str(chosen.repeats)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            case = json.loads(done.stdout)
            print(
                f"{rows:>3}x{rows} {n_trips:>9} {case['traversals']:>11.0f} {case['simulation_s']:>12.3f} "
                f"{case['traversals'] / case['simulation_s'] / 1e6:>9.2f} "
                f"{case['traversals'] / case['best_s'] / 1e6:>8.2f} {case['total_s']:>8.3f} "
                f"{case['simulation_s'] / n_trips * 1e6:>8.2f} {case['mean_travel_time_s']:>9.1f} "
                f"{case['busiest_v_c']:>5.2f} {case['forced_moves']:>6.0f} {case['peak_mb']:>8.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()

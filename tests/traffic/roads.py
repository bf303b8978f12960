"""Small roads and random traffic for the tests of the traffic engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.contracts import LinkClosures


def road(
    n_links: int,
    *,
    length_m: float | Sequence[float] = 500.0,
    lanes: float | Sequence[float] = 1,
    free_speed_mps: float = 12.5,
    capacity_veh_per_h: float | Sequence[float] = 900.0,
    **columns: Any,
) -> pd.DataFrame:
    """Links one after another."""
    return pd.DataFrame(
        {
            "link_id": np.arange(n_links),
            "from_node_id": np.arange(n_links),
            "to_node_id": np.arange(n_links) + 1,
            "length_m": length_m,
            "lanes": lanes,
            "free_speed_mps": free_speed_mps,
            "capacity_veh_per_h": capacity_veh_per_h,
            **columns,
        }
    )


def trips_on(route: Sequence[int], depart_s: Sequence[float] | np.ndarray, **columns: Any) -> pd.DataFrame:
    """Trips that share one route."""
    return pd.DataFrame(
        {
            "trip_id": np.arange(len(depart_s)),
            "depart_s": np.asarray(depart_s, dtype=float),
            "route": [list(route)] * len(depart_s),
            **columns,
        }
    )


def grid(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """A square grid with two-way streets of random length, lanes and capacity, some with signals."""
    ends = [
        (r * rows + c, (r + dr) * rows + c + dc)
        for r in range(rows)
        for c in range(rows)
        for dr, dc in ((0, 1), (1, 0), (0, -1), (-1, 0))
        if 0 <= r + dr < rows and 0 <= c + dc < rows
    ]
    n_links = len(ends)
    lanes = rng.integers(1, 4, n_links)
    saturation = 1800.0 * lanes
    return pd.DataFrame(
        {
            "link_id": np.arange(n_links),
            "from_node_id": [a for a, _ in ends],
            "to_node_id": [b for _, b in ends],
            "length_m": rng.choice([5.0, 30.0, 80.0, 200.0], n_links),
            "lanes": lanes,
            "free_speed_mps": rng.choice([8.0, 50.0 / 3.6], n_links),
            "capacity_veh_per_h": np.round(saturation * rng.uniform(0.2, 1.0, n_links)),
            "saturation_flow_veh_per_h": saturation,
            "signal_delay_s": rng.choice([0.0, 12.5], n_links),
        }
    )


def wandering_routes(links: pd.DataFrame, n_trips: int, most_links: int, rng: np.random.Generator) -> list[list[int]]:
    """Random walks, so that queues form rings as well as lines."""
    from_node, to_node = links["from_node_id"].to_numpy(), links["to_node_id"].to_numpy()
    leaving = [np.flatnonzero(from_node == node) for node in range(int(from_node.max()) + 1)]
    routes = []
    for _ in range(n_trips):
        route = [int(rng.integers(len(links)))]
        for _ in range(int(rng.integers(0, most_links))):
            route.append(int(rng.choice(leaving[to_node[route[-1]]])))
        routes.append(route)
    return routes


def closures_of(n_links: int, closed: dict[int, list[tuple[float, float]]]) -> LinkClosures:
    """Closures from seconds by link."""
    counts = np.array([len(closed.get(link, [])) for link in range(n_links)])
    spans = [span for link in range(n_links) for span in closed.get(link, [])]
    return LinkClosures(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.array([round(a * 1e6) for a, _ in spans], dtype=np.int64),
        np.array([round(b * 1e6) for _, b in spans], dtype=np.int64),
    )

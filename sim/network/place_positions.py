"""Where places come to lie: links drawn by weight, spread apart or at the rim, and the kerb beside them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.contracts import FloatArray
from sim.network.places import may_stop
from sim.network.projection import flattened
from sim.network.road_classes import road_class_of
from sim.network.road_network import METRES_PER_DEGREE, RoadNetwork
from sim.network.zones import link_middles_m, links_in_zone

_KERB_OFFSET_M = 12.0
"""Distance of a place from the middle of its street [m]. Assumption."""


def draw_links(weight: FloatArray, number: int, rng: np.random.Generator, *, is_even: bool) -> NDArray[np.int64]:
    """Links drawn with probability by weight: independently, or evenly spaced along the running total."""
    total = np.cumsum(weight)
    at = (np.arange(number) + rng.random()) / max(number, 1) if is_even else rng.random(number)
    link = np.searchsorted(total, at * total[-1], side="right").astype(np.int64)
    last: NDArray[np.int64] = np.minimum(link, len(weight) - 1)
    return last


def place_table(
    network: RoadNetwork,
    kind: str,
    link: NDArray[np.int64],
    share: FloatArray,
    types: Sequence[str],
    names: Sequence[str],
    attributes: Sequence[str],
) -> pd.DataFrame:
    """Rows of the table of places, at a share of the length of their links, on the right-hand kerb."""
    import shapely

    middle_lat = float(network.nodes["lat"].mean())
    lines = flattened(network.links["geometry"].to_numpy()[link], middle_lat)
    length = shapely.length(lines)
    at = shapely.get_coordinates(shapely.line_interpolate_point(lines, share * length))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.minimum(share * length + 1.0, length)))
    way = ahead - at
    way /= np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9)[:, None]
    kerb = at + _KERB_OFFSET_M * np.column_stack([way[:, 1], -way[:, 0]])
    lat = kerb[:, 1] / METRES_PER_DEGREE
    lon = kerb[:, 0] / (METRES_PER_DEGREE * np.cos(np.radians(middle_lat)))
    place_id = [f"{kind}_{row:05d}" for row in range(len(link))]
    return pd.DataFrame(
        {
            "place_id": place_id,
            "kind": kind,
            "type": list(types),
            "name": list(names),
            "lon": lon,
            "lat": lat,
            "link": link,
            "attributes": list(attributes),
        }
    )


def spread_links(network: RoadNetwork, weight: FloatArray, number: int) -> NDArray[np.int64]:
    """Links far from each other among those with the most shops (farthest-point order)."""
    likely = np.argsort(-weight / network.length_m, kind="stable")[: max(number * 4, network.n_links * 6 // 10)]
    number = min(number, len(likely))
    middle = link_middles_m(network)[likely]
    chosen: list[int] = [0] if number else []
    distance = np.hypot(*(middle - middle[0]).T)
    while len(chosen) < number:
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, np.hypot(*(middle - middle[chosen[-1]]).T))
    return likely[np.array(chosen, dtype=np.int64)]


def rim_links(network: RoadNetwork, number: int, *, reach: float, turn: float) -> tuple[NDArray[np.int64], FloatArray]:
    """Links at `reach` times the way to the rim, by bearing [rad]: on main roads, out of the centre, if any."""
    middle = link_middles_m(network)
    centre = np.average(middle, axis=0, weights=network.length_m)
    rank = np.array([road_class_of(str(name)).rank for name in network.links["road_class"]])
    is_free = may_stop(network)
    outside = is_free & ~links_in_zone(network, "centre")
    is_free = outside if outside.any() else is_free
    is_main = is_free & (rank <= max(4, int(rank.min())))
    rows = np.flatnonzero(is_main if is_main.sum() >= number else is_free)
    offset = middle[rows] - centre
    bearing = 2.0 * np.pi * (np.arange(number) + 0.5 + turn) / max(number, 1)
    chosen: list[int] = []
    for angle in bearing:
        along = offset @ np.array([np.cos(angle), np.sin(angle)])
        aside = np.abs(offset @ np.array([-np.sin(angle), np.cos(angle)]))
        farthest = float((along - aside).max())
        score = -np.abs(along - aside - reach * farthest)
        score[chosen] = -np.inf
        chosen.append(int(score.argmax()))
    return rows[np.array(chosen, dtype=np.int64)], bearing

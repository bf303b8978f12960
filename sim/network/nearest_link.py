"""The link on which a position lies: nearest by geometry, and of a two-way street the side of the position."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.contracts import FloatArray, LinkArray
from sim.network.projection import flattened
from sim.network.road_network import RoadNetwork


def find_links_near(
    network: RoadNetwork, lon: ArrayLike, lat: ArrayLike, *, is_allowed: NDArray[np.bool_] | None = None
) -> LinkArray:
    """
    Row of the link nearest to each position.

    Parameters
    ----------
    network
        Road network.
    lon, lat
        Positions, WGS84 [degrees]; numbers or arrays of one length.
    is_allowed
        Which links may be chosen; all when None.

    Notes
    -----
    Assumption: vehicles keep to the right, so of the two directions of a street the one with the position on its
    right-hand side is chosen.
    """
    import shapely

    rows = np.arange(network.n_links) if is_allowed is None else np.flatnonzero(is_allowed)
    middle_lat = float(network.nodes["lat"].mean())
    lines = flattened(network.links["geometry"].to_numpy()[rows], middle_lat)
    points = flattened(shapely.points(np.atleast_1d(lon), np.atleast_1d(lat)), middle_lat)
    nearest = rows[shapely.STRtree(lines).nearest(points)].astype(np.int32)
    twin = reverse_links(network)[nearest]
    if is_allowed is not None:
        twin = np.where((twin >= 0) & is_allowed[twin], twin, -1)
    line_of = np.full(network.n_links, -1, dtype=np.int64)
    line_of[rows] = np.arange(len(rows))
    on_left = _lies_left(lines[line_of[nearest]], points)
    return np.where(on_left & (twin >= 0), twin, nearest).astype(np.int32)


def distance_to_links_m(network: RoadNetwork, lon: ArrayLike, lat: ArrayLike, link: LinkArray) -> FloatArray:
    """Distance from each position to its link [m]."""
    import shapely

    middle_lat = float(network.nodes["lat"].mean())
    lines = flattened(network.links["geometry"].to_numpy()[link], middle_lat)
    points = flattened(shapely.points(np.atleast_1d(lon), np.atleast_1d(lat)), middle_lat)
    distance: FloatArray = shapely.distance(lines, points)
    return distance


def reverse_links(network: RoadNetwork) -> LinkArray:
    """
    Row of the opposite direction of each link, -1 for a one-way link.

    The opposite direction runs between the same nodes, with a length within 1 m.
    """
    a, b = network.from_node.astype(np.int64), network.to_node.astype(np.int64)
    twin = np.full(network.n_links, -1, dtype=np.int32)
    by_ends: dict[tuple[int, int], list[int]] = {}
    for link, ends in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        by_ends.setdefault(ends, []).append(link)
    for link, (start, end) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        for other in by_ends.get((end, start), ()):
            if abs(network.length_m[other] - network.length_m[link]) <= 1.0:
                twin[link] = other
                break
    return twin


def _lies_left(lines: NDArray[Any], points: NDArray[Any]) -> NDArray[np.bool_]:
    import shapely

    along = shapely.line_locate_point(lines, points)
    length = shapely.length(lines)
    step = np.minimum(0.5, length / 2)
    behind = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.clip(along - step, 0, None)))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.minimum(along + step, length)))
    place = shapely.get_coordinates(points)
    way, offset = ahead - behind, place - behind
    is_left: NDArray[np.bool_] = way[:, 0] * offset[:, 1] - way[:, 1] * offset[:, 0] > 0
    return is_left

"""Faults of a network, all at once: what, where, what was found, what was expected."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import faults_message
from sim.network.road_classes import JAM_SPACING_M
from sim.network.road_network import METRES_PER_DEGREE, PLACE_KINDS, RoadNetwork

WARNING = "warning: "
"""Start of a line that tells of something doubtful in a network that can be used."""

FARTHEST_PLACE_M = 1000.0
"""Distance from its link at which a place counts as outside the map [m]. Assumption."""

FARTHEST_END_M = 100.0
"""Distance of an end of a line from its node at which geometry and nodes do not belong together [m]. Assumption."""

_SHOWN = 5
_POSITIVE = ("length_m", "lanes", "free_speed_mps", "capacity_veh_per_h", "saturation_flow_veh_per_h")


def is_warning(line: str) -> bool:
    """Whether a line of `check_network` is a warning and not a fault."""
    return line.startswith(WARNING)


def table_faults(nodes: pd.DataFrame, links: pd.DataFrame) -> list[str]:
    """Faults of nodes and links that keep the rest of a network from being read."""
    faults: list[str] = []
    if links.empty:
        faults.append("links: found no rows, expected at least one link")
    for what, table, column in (("nodes", nodes, "node_id"), ("links", links, "link_id")):
        twice = table[column].duplicated().to_numpy(dtype=bool)
        faults += _rows(what, column, table[column], twice, "an id that no other row has")
        if column == "link_id" and not twice.any():
            wrong = table[column].to_numpy() != np.arange(len(table))
            faults += _rows(what, column, table[column], wrong, "the number of the row, from 0")
    for column in ("from_node_id", "to_node_id"):
        unknown = ~links[column].isin(nodes["node_id"]).to_numpy(dtype=bool)
        faults += _rows("links", column, links[column], unknown, "a node_id of nodes")
    for column in _POSITIVE:
        wrong = ~(links[column].to_numpy(dtype=np.float64) > 0)
        faults += _rows("links", column, links[column], wrong, "a number above 0")
    wrong = ~(links["signal_delay_s"].to_numpy(dtype=np.float64) >= 0)
    faults += _rows("links", "signal_delay_s", links["signal_delay_s"], wrong, "0 or more")
    faults += _flow_faults(links)
    for column, limit in (("lon", 180.0), ("lat", 90.0)):
        wrong = ~(np.abs(nodes[column].to_numpy(dtype=np.float64)) <= limit)
        faults += _rows("nodes", column, nodes[column], wrong, f"degrees between -{limit:g} and {limit:g}")
    return faults


def network_faults(network: RoadNetwork) -> list[str]:
    """Faults of zones and places, and warnings, of a network whose nodes and links are sound."""
    return [*_geometry_faults(network), *_zone_faults(network), *_place_faults(network), *_warnings(network)]


def _flow_faults(links: pd.DataFrame) -> list[str]:
    flow = links["saturation_flow_veh_per_h"].to_numpy(dtype=np.float64)
    capacity = links["capacity_veh_per_h"].to_numpy(dtype=np.float64)
    jam_flow = links["lanes"].to_numpy(dtype=np.float64) / JAM_SPACING_M * links["free_speed_mps"].to_numpy() * 3600.0
    faults = _rows(
        "links",
        "saturation_flow_veh_per_h",
        links["saturation_flow_veh_per_h"],
        (flow >= jam_flow) & (jam_flow > 0),
        "less than lanes / 7.5 m x free_speed_mps x 3600, or the queue has no backward wave",
    )
    return faults + _rows(
        "links",
        "capacity_veh_per_h",
        links["capacity_veh_per_h"],
        capacity > flow * (1 + 1e-9),
        "no more than saturation_flow_veh_per_h",
    )


def _geometry_faults(network: RoadNetwork) -> list[str]:
    import shapely

    lines = network.links["geometry"].to_numpy()
    kind = pd.Series(shapely.get_type_id(lines))
    wrong = ((kind != 1) | shapely.is_empty(lines)).to_numpy()
    if wrong.any():
        return _rows("links", "geometry type", kind, wrong, "a line (type 1)")
    scale = METRES_PER_DEGREE * np.array([np.cos(np.radians(network.nodes["lat"].mean())), 1.0])
    position = network.nodes[["lon", "lat"]].to_numpy(dtype=np.float64)
    faults: list[str] = []
    for end, node, row in (("start", network.from_node, 0), ("end", network.to_node, -1)):
        point = shapely.get_coordinates(shapely.get_point(lines, row))
        away_m = pd.Series(np.hypot(*((point - position[node]) * scale).T).round(0))
        wrong = (away_m > FARTHEST_END_M).to_numpy()
        faults += _rows("links", f"{end} of geometry [m from its node]", away_m, wrong, f"within {FARTHEST_END_M:g}")
    return faults


def _zone_faults(network: RoadNetwork) -> list[str]:
    import shapely

    zones = network.zones
    faults = _rows(
        "zones", "zone_id", zones["zone_id"], zones["zone_id"].duplicated().to_numpy(dtype=bool), "an id once"
    )
    for zone_id, polygon in zip(zones["zone_id"], zones["geometry"], strict=True):
        if polygon is None or polygon.is_empty or polygon.geom_type not in ("Polygon", "MultiPolygon"):
            found = "no geometry" if polygon is None else polygon.geom_type
            faults.append(f"zones: zone {zone_id}: found {found}, expected a polygon")
        elif not polygon.is_valid:
            reason = shapely.is_valid_reason(polygon)
            faults.append(f"zones: zone {zone_id}: found {reason}, expected a polygon that does not cross itself")
    return faults


def _place_faults(network: RoadNetwork) -> list[str]:
    from sim.network.nearest_link import distance_to_links_m

    places = network.places
    if places.empty:
        return []
    faults = _rows(
        "places", "place_id", places["place_id"], places["place_id"].duplicated().to_numpy(bool), "an id once"
    )
    unknown = ~places["kind"].isin(PLACE_KINDS).to_numpy(dtype=bool)
    faults += _rows("places", "kind", places["kind"], unknown, f"one of {', '.join(PLACE_KINDS)}")
    link = places["link"].to_numpy()
    wrong = (link < 0) | (link >= network.n_links)
    faults += _rows("places", "link", places["link"], wrong, f"a link from 0 to {network.n_links - 1}")
    if wrong.any():
        return faults
    away_m = distance_to_links_m(network, places["lon"].to_numpy(), places["lat"].to_numpy(), link)
    for row in np.flatnonzero(~(away_m <= FARTHEST_PLACE_M))[:_SHOWN]:
        place = places.iloc[row]
        faults.append(
            f"places: {place['kind']} {place['place_id']} at {place['lon']:.5f}, {place['lat']:.5f}: "
            f"found {away_m[row]:,.0f} m from its link {place['link']}, "
            f"expected within {FARTHEST_PLACE_M:,.0f} m (outside the map)"
        )
    return faults


def _warnings(network: RoadNetwork) -> list[str]:
    from sim.network.assemble import strong_parts

    part = strong_parts(network.from_node, network.to_node, network.n_nodes)
    size = np.bincount(part)
    if len(size) == 1:
        return []
    outside = int(network.n_nodes - size.max())
    return [
        f"{WARNING}links: found {len(size)} strongly connected parts, {outside} of {network.n_nodes} nodes outside the "
        "largest; expected one, or vans meet places they cannot reach or leave"
    ]


def _rows(what: str, column: str, values: pd.Series, wrong: NDArray[np.bool_], expected: str) -> list[str]:
    rows = np.flatnonzero(wrong)
    lines = [f"row {row}: {column}: found {_text(values.iloc[row])}, expected {expected}" for row in rows]
    return faults_message(what, lines, limit=_SHOWN)


def _text(value: Any) -> str:
    return repr(value) if isinstance(value, str) else str(value)

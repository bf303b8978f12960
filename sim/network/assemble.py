"""
From streets to a road network: the part that can be driven in and out of, with capacities and coordinates.

Every source (grid, schematic, OpenStreetMap, GraphML) ends here, so that a street means the same in all of them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.contracts import LinkArray
from sim.errors import NetworkError
from sim.network.assumed_signals import with_assumed_signals
from sim.network.projection import line_length_m, project, utm_crs
from sim.network.road_classes import (
    DEFAULT_CLASS,
    ROAD_CLASSES,
    largest_capacity_veh_per_h,
    road_class_of,
    saturation_flow_veh_per_h,
)
from sim.network.road_network import NODE_COLUMNS, RoadNetwork, link_columns
from sim.network.signals import SignalParams, signalised_values
from sim.network.streets import Streets


def assemble_network(
    streets: Streets,
    *,
    name: str,
    label: str,
    is_schematic: bool,
    source: str,
    licence: str,
    signals: SignalParams | None = None,
    assume_signals: bool = False,
    notes: tuple[str, ...] = (),
) -> RoadNetwork:
    """
    A road network without zones and places.

    Parameters
    ----------
    streets
        Street sections.
    name, label, is_schematic, source, licence, notes
        As in `RoadNetwork`.
    signals
        Timing of signals.
    assume_signals
        Whether signals are put at crossings of main roads when the streets have next to none.

    Raises
    ------
    NetworkError
        If no link is left.
    """
    signals = signals or SignalParams()
    if streets.links.empty:
        raise NetworkError(f"network {name}: found no street that vehicles may use, expected at least one link")
    if assume_signals:
        streets, assumed = with_assumed_signals(streets)
        notes += assumed
    nodes, links, dropped = _largest_connected_part(streets)
    if links.empty:
        raise NetworkError(
            f"network {name}: found {len(streets.links)} links but no two nodes that reach each other both ways, "
            "expected a network one can drive into and out of"
        )
    links = _with_class_values(links)
    from_node, to_node = _node_rows(nodes, links, "from_node_id"), _node_rows(nodes, links, "to_node_id")
    is_signal = nodes["is_signal"].to_numpy(dtype=bool)
    links["capacity_veh_per_h"], links["signal_delay_s"] = signalised_values(
        links,
        from_node=from_node,
        to_node=to_node,
        is_signal_node=is_signal,
        is_signalised=is_signal[to_node] & links["is_signalised"].to_numpy(dtype=bool),
        params=signals,
    )
    for column, decimals in (("capacity_veh_per_h", 1), ("signal_delay_s", 2)):
        links[column] = links[column].round(decimals)
    links["link_id"] = np.arange(len(links), dtype=np.int64)
    crs = utm_crs(float(nodes["lon"].mean()), float(nodes["lat"].mean()))
    nodes["x_m"], nodes["y_m"] = project(nodes["lon"], nodes["lat"], crs)
    from sim.network.places import no_places
    from sim.network.zones import no_zones

    return RoadNetwork(
        name=name,
        label=label,
        is_schematic=is_schematic,
        crs_metric=crs,
        nodes=nodes[list(NODE_COLUMNS)],
        links=links[link_columns(links)],
        zones=no_zones(),
        places=no_places(),
        source=source,
        licence=licence,
        notes=notes + dropped,
    )


def strong_parts(from_node: LinkArray, to_node: LinkArray, n_nodes: int) -> LinkArray:
    """Number of the strongly connected part that each node belongs to."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    matrix = coo_array((np.ones(len(from_node)), (from_node, to_node)), shape=(n_nodes, n_nodes)).tocsr()
    _, part = connected_components(matrix, directed=True, connection="strong")
    return np.asarray(part, dtype=np.int32)


def _largest_connected_part(streets: Streets) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, ...]]:
    """Nodes and links of the largest strongly connected part, sorted, and what was dropped."""
    nodes = streets.nodes.sort_values("node_id", kind="stable", ignore_index=True)
    links = streets.links.copy()
    length_m = links["length_m"].to_numpy(dtype=np.float64, copy=True)
    unknown = np.isnan(length_m)
    if unknown.any():
        length_m[unknown] = line_length_m(links["geometry"].to_numpy()[unknown])
    links["length_m"] = np.maximum(np.round(length_m, 2), 0.1)
    from_node, to_node = _node_rows(nodes, links, "from_node_id"), _node_rows(nodes, links, "to_node_id")
    is_loop = from_node == to_node
    part = strong_parts(from_node[~is_loop], to_node[~is_loop], len(nodes))
    length_of_part = np.bincount(part[from_node[~is_loop]], weights=links["length_m"][~is_loop])
    largest = int(length_of_part.argmax()) if len(length_of_part) else -1
    keep_node = part == largest
    keep = keep_node[from_node] & keep_node[to_node] & ~is_loop
    km = links["length_m"].to_numpy() / 1000.0
    notes: tuple[str, ...] = ()
    if not keep.all() or not keep_node.all():
        notes = (
            f"Dropped {int((~keep_node).sum())} nodes and {int((~keep).sum())} links of {km[~keep].sum():.1f} km "
            f"outside the largest part in which every node reaches every other "
            f"(loops at one node: {int(is_loop.sum())}).",
        )
    order = ["from_node_id", "to_node_id", "length_m"]
    links = links[keep].sort_values(order, kind="stable", ignore_index=True)
    return nodes[keep_node].reset_index(drop=True), links, notes


def _with_class_values(links: pd.DataFrame) -> pd.DataFrame:
    """Lanes and free speed, from the road class where unknown; capacity without signals, and saturation flow."""
    known = links["road_class"].isin(list(ROAD_CLASSES))
    links["road_class"] = links["road_class"].where(known, DEFAULT_CLASS)
    values = [road_class_of(str(name)) for name in links["road_class"]]
    lanes = links["lanes"].to_numpy(dtype=np.float64)
    speed = links["free_speed_mps"].to_numpy(dtype=np.float64)
    lanes = np.where(np.isnan(lanes), [value.lanes for value in values], lanes)
    speed = np.where(np.isnan(speed), [value.free_speed_mps for value in values], speed)
    flow = lanes * np.array([value.capacity_veh_per_h_lane for value in values])
    largest = np.array([largest_capacity_veh_per_h(n, v) for n, v in zip(lanes, speed, strict=True)])
    apex = np.array([saturation_flow_veh_per_h(n, v) for n, v in zip(lanes, speed, strict=True)])
    links["lanes"] = lanes
    links["free_speed_mps"] = np.round(speed, 3)
    links["capacity_veh_per_h"] = np.round(np.minimum(flow, largest), 1)
    links["saturation_flow_veh_per_h"] = np.maximum(np.round(apex, 1), links["capacity_veh_per_h"])
    return links


def _node_rows(nodes: pd.DataFrame, links: pd.DataFrame, column: str) -> LinkArray:
    return np.asarray(pd.Index(nodes["node_id"]).get_indexer(links[column]), dtype=np.int32)

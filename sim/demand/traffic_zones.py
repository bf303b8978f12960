"""
Traffic zones: squares of the city, and gates where main roads leave it.

Productions of a square follow the length of its local streets (where people live and park), attractions
half that and half its shops. Gates stand for everything out of town.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.contracts import FloatArray, IntArray, LinkArray
from sim.network import RoadNetwork

_MOST_ZONES = 150
_LOCAL = ("residential", "living_street", "unclassified", "tertiary", "service")


@dataclass(frozen=True, slots=True)
class TrafficZones:
    """
    Zones with the links on which their trips start and end.

    Parameters
    ----------
    connectors
        Links on which trips start, shape (n_zones, n_connectors).
    target_start, target_links
        Links on which trips end, compressed rows over zones: those of zone `z` are
        `target_links[target_start[z]:target_start[z + 1]]`.
    productions, attractions
        Weights [-], shape (n_zones,), each adding up to 1.
    is_gate
        Whether a zone lies out of town, shape (n_zones,).
    """

    connectors: LinkArray
    target_start: IntArray
    target_links: LinkArray
    productions: FloatArray
    attractions: FloatArray
    is_gate: NDArray[np.bool_]


def is_local_link(network: RoadNetwork) -> NDArray[np.bool_]:
    """Which links are local streets, shape (n_links,)."""
    return network.links["road_class"].isin(_LOCAL).to_numpy()


def traffic_zones(
    network: RoadNetwork, zone_size_m: float, connectors_per_zone: int, *, external_share: float = 0.0
) -> TrafficZones:
    """
    Zones on a square grid, and gates.

    Parameters
    ----------
    network
        Road network with places.
    zone_size_m
        Side of a square [m]; less where a small network would hold fewer than four along its shorter side, more
        where a large one would hold more than 150 with streets, each of which costs the assignment search trees.
    connectors_per_zone
        Links of each zone on which trips start, spread over its local streets; trips end on any of these.
    external_share
        Share of the weights that gates have, split by the capacity of their main roads [-].

    Notes
    -----
    Assumption: no land use is read.
    """
    zone, side_m = _zones_and_side(network, zone_size_m)
    n_zones = int(zone.max()) + 1
    is_local = is_local_link(network)
    connectors, targets = [], []
    for number in range(n_zones):
        rows = np.flatnonzero((zone == number) & is_local)
        if len(rows) == 0:
            rows = np.flatnonzero(zone == number)
        connectors.append(_spread_out(rows, connectors_per_zone))
        targets.append(rows)
    local_m = np.bincount(zone, weights=network.length_m * is_local, minlength=n_zones)
    shop_links = network.places.loc[network.places["kind"] == "shop", "link"].to_numpy()
    shops = np.bincount(zone[shop_links], minlength=n_zones).astype(np.float64)
    lived_in = (local_m + 1.0) / (local_m + 1.0).sum()
    visited = (shops + 1e-9) / (shops + 1e-9).sum()
    gates = _gates(network, side_m) if external_share > 0.0 else []
    inside = 1.0 - external_share if gates else 1.0
    weight = np.array([network.capacity_veh_per_h[out].sum() for out, _ in gates])
    outside = external_share * weight / weight.sum() if gates else weight
    connectors += [_spread_out(out, connectors_per_zone) for out, _ in gates]
    targets += [into for _, into in gates]
    return TrafficZones(
        connectors=np.array(connectors, dtype=np.int32),
        target_start=np.concatenate([[0], np.cumsum([len(rows) for rows in targets])]).astype(np.int64),
        target_links=np.concatenate(targets).astype(np.int32),
        productions=np.concatenate([lived_in * inside, outside]),
        attractions=np.concatenate([(lived_in + visited) / 2.0 * inside, outside]),
        is_gate=np.arange(n_zones + len(gates)) >= n_zones,
    )


def zones_of_links(network: RoadNetwork, zone_size_m: float) -> IntArray:
    """Number of the square zone in which the middle of each link lies, shape (n_links,); see `traffic_zones`."""
    return _zones_and_side(network, zone_size_m)[0]


def _zones_and_side(network: RoadNetwork, zone_size_m: float) -> tuple[IntArray, float]:
    xy = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    middle = (xy[network.from_node] + xy[network.to_node]) / 2.0
    shorter_side_m = float(np.ptp(middle, axis=0).min())
    side_m = min(zone_size_m, max(shorter_side_m / 4.0, 50.0))
    zone = _squares(middle, side_m)
    while zone.max() >= _MOST_ZONES:
        side_m *= 1.25
        zone = _squares(middle, side_m)
    return zone, side_m


def _spread_out(rows: IntArray, count: int) -> IntArray:
    """Some rows, evenly spread over all."""
    picks: IntArray = rows[np.linspace(0, len(rows) - 1, count).round().astype(np.int64)]
    return picks


def _squares(position_m: FloatArray, side_m: float) -> IntArray:
    """Number of the square that each position lies in, squares without any left out."""
    cell = np.floor((position_m - position_m.min(axis=0)) / side_m).astype(np.int64)
    zone: IntArray = np.unique(cell, axis=0, return_inverse=True)[1].ravel().astype(np.int64)
    return zone


def _gates(network: RoadNetwork, side_m: float) -> list[tuple[IntArray, IntArray]]:
    """
    Main links that leave and that enter each gate.

    A gate is the node by the edge of the network (within a quarter of a zone of its convex hull) at which the main
    roads of a square have most capacity.
    """
    xy = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    is_main = ~is_local_link(network)
    out_capacity = np.bincount(
        network.from_node[is_main], weights=network.capacity_veh_per_h[is_main], minlength=network.n_nodes
    )
    in_links = np.bincount(network.to_node[is_main], minlength=network.n_nodes)
    edge = shapely.boundary(shapely.convex_hull(shapely.multipoints(xy)))
    is_near = shapely.distance(shapely.points(xy), edge) <= side_m / 4.0
    nodes = np.flatnonzero(is_near & (out_capacity > 0.0) & (in_links > 0))
    if len(nodes) == 0:
        return []
    square = _squares(xy[nodes], side_m)
    gates = []
    for number in range(int(square.max()) + 1):
        candidates = nodes[square == number]
        node = candidates[int(np.argmax(out_capacity[candidates]))]
        gates.append(
            (np.flatnonzero(is_main & (network.from_node == node)), np.flatnonzero(is_main & (network.to_node == node)))
        )
    return gates

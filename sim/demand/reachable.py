"""Whether there is a way from one link to another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.contracts import FOREVER_US, LinkArray
from sim.network import RoadNetwork
from sim.network.assemble import strong_parts
from sim.network.shortest_path import travel_matrix
from sim.units import MICROSECONDS_PER_SECOND


def without_a_way(network: RoadNetwork, origin_link: LinkArray, target_link: LinkArray) -> NDArray[np.bool_]:
    """
    Trips that cannot get from the end of one link over another, shape (n_trips,).

    Parameters
    ----------
    network
        Road network.
    origin_link, target_link
        Link rows, shape (n_trips,); a trip that ends on its own link is there already.
    """
    part = strong_parts(network.from_node, network.to_node, network.n_nodes)
    source, tail = network.to_node[origin_link], network.from_node[target_link]
    is_lost: NDArray[np.bool_] = (part[source] != part[tail]) & (origin_link != target_link)
    doubtful = np.flatnonzero(is_lost)
    if len(doubtful):
        # A one-way street may lead from one part into another: one search for each pair of parts tells.
        pairs = np.stack([part[source], part[tail]])[:, doubtful]
        _, first, pair = np.unique(pairs, axis=1, return_index=True, return_inverse=True)
        shown = doubtful[first]
        free_us = np.maximum(np.round(network.free_flow_time_s * MICROSECONDS_PER_SECOND), 1.0).astype(np.int64)
        time_us, _ = travel_matrix(network, free_us, source_nodes=source[shown], target_links=target_link[shown])
        is_lost[doubtful] = (np.diagonal(time_us) >= FOREVER_US)[pair.ravel()]
    return is_lost

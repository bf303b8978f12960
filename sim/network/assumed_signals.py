"""
Signals where data that know almost none must have left them out: at crossings of main roads.

Without them every crossing would pass the uninterrupted flow of its roads, and a city that waits at red lights all
day would have no queues.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.contracts import LinkArray
from sim.network.road_classes import road_class_of
from sim.network.signals import neighbours
from sim.network.streets import Streets

MAIN_RANK = 3
"""Rank of the smallest road class that counts as a main road: secondary. Assumption."""

LEAST_SHARE = 0.2
"""Signals, by crossing of main roads, below which data are taken to have left them out [-]. Assumption."""


def with_assumed_signals(streets: Streets) -> tuple[Streets, tuple[str, ...]]:
    """
    The streets with signals at crossings of main roads, and a note, when the data have next to none.

    Streets with more than `LEAST_SHARE` signals for each crossing are given back as they are.
    """
    rows = pd.Index(streets.nodes["node_id"])
    from_node = rows.get_indexer(streets.links["from_node_id"]).astype(np.int32)
    to_node = rows.get_indexer(streets.links["to_node_id"]).astype(np.int32)
    known = streets.nodes["is_signal"].to_numpy(dtype=bool)
    is_crossing = main_crossings(streets.links, from_node, to_node, len(known))
    if not is_crossing.any() or known.sum() > LEAST_SHARE * is_crossing.sum():
        return streets, ()
    note = (
        f"Signals assumed at {int((is_crossing & ~known).sum())} crossings of main roads: "
        f"the data have {int(known.sum())} signals."
    )
    return replace(streets, nodes=streets.nodes.assign(is_signal=known | is_crossing)), (note,)


def main_crossings(links: pd.DataFrame, from_node: LinkArray, to_node: LinkArray, n_nodes: int) -> NDArray[np.bool_]:
    """Nodes at which main roads of two names or classes meet, with three ways or more to go or come from."""
    classes = links["road_class"].astype(str)
    rank = np.array([road_class_of(name).rank for name in classes])
    is_main = (rank <= MAIN_RANK) & (rank > 0) & ~classes.str.endswith("_link").to_numpy(dtype=bool)
    street = pd.factorize(links["name"].astype(str).where(links["name"].astype(str) != "", classes))[0]
    ends = np.concatenate([from_node[is_main], to_node[is_main]])
    pairs = pd.DataFrame({"node": ends, "street": np.tile(street[is_main], 2)}).drop_duplicates()
    streets_at = np.bincount(pairs["node"], minlength=n_nodes)
    ways = neighbours(from_node[is_main], to_node[is_main], n_nodes)
    crossing: NDArray[np.bool_] = ((streets_at >= 2) & (ways >= 3)) | (ways >= 4)
    return crossing

"""Directed street sections: what every source of a network gives, before it is a road network."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Streets:
    """
    Directed street sections as a source gives them.

    Parameters
    ----------
    nodes
        `node_id`, `lon`, `lat`, `is_signal`.
    links
        `from_node_id`, `to_node_id`, `road_class`, `name`, `geometry` (WGS84) and, NaN where unknown, `lanes`,
        `free_speed_mps`, `length_m`; `is_signalised` tells whether a signal at the end may face the link.
    """

    nodes: pd.DataFrame
    links: pd.DataFrame

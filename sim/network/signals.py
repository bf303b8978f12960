"""
Signals: what a traffic light at the end of a link takes from its capacity and adds to its travel time.

A fixed-time signal of cycle C and green share g lets g times the saturation flow pass and delays a lone
vehicle by C (1 - g)^2 / 2 on average. Queues that grow with the flow are left to the traffic model.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from sim.contracts import FloatArray, LinkArray
from sim.network.road_classes import road_class_of


class SignalParams(BaseModel, frozen=True, extra="forbid"):
    """Timing of signals, by how the road compares with those it crosses."""

    cycle_s: float = Field(
        90.0,
        gt=0,
        le=300,
        description="Cycle at a crossing of roads [s]. Assumption: within 90 to 120 s.",
    )
    green_share_equal: float = Field(
        0.45,
        gt=0,
        le=1,
        description="Green share where roads of one class cross [-]. Assumption: half the cycle less lost time.",
    )
    green_share_major: float = Field(
        0.55,
        gt=0,
        le=1,
        description="Green share of the larger road [-]. Assumption.",
    )
    green_share_minor: float = Field(
        0.35,
        gt=0,
        le=1,
        description="Green share of the smaller road [-]. Assumption.",
    )
    crossing_cycle_s: float = Field(
        60.0,
        gt=0,
        le=300,
        description="Cycle of a pedestrian crossing away from junctions [s]. Assumption.",
    )
    crossing_green_share: float = Field(
        0.7,
        gt=0,
        le=1,
        description="Green share of the road at a pedestrian crossing [-]. Assumption.",
    )
    same_junction_m: float = Field(
        35.0,
        ge=0,
        le=200,
        description="A link no longer than this between two signals lies inside one junction: its signal adds "
        "no second delay [m]. Assumption.",
    )


def signal_delay_s(cycle_s: float, green_share: FloatArray | float) -> FloatArray:
    """
    Mean delay of a lone vehicle at a fixed-time signal [s].

    Notes
    -----
    Source: Webster (1958), uniform delay C (1 - g)^2 / (2 (1 - y)) in the limit of no flow.

    Examples
    --------
    >>> float(signal_delay_s(100.0, 0.5))
    12.5
    """
    return np.asarray(cycle_s * (1.0 - np.asarray(green_share, dtype=np.float64)) ** 2 / 2.0)


def green_shares(
    road_class: pd.Series, from_node: LinkArray, to_node: LinkArray, n_nodes: int, params: SignalParams
) -> tuple[FloatArray, FloatArray]:
    """
    Green share [-] and cycle [s] that each link would have under a signal at its end.

    The larger road is the one whose class no other approach of the node exceeds; where all approaches are of one
    class the share is `green_share_equal`. A node with two neighbours is a pedestrian crossing.
    """
    rank = np.array([road_class_of(str(name)).rank for name in road_class], dtype=np.int64)
    best = np.full(n_nodes, 99, dtype=np.int64)
    worst = np.full(n_nodes, -1, dtype=np.int64)
    np.minimum.at(best, to_node, rank)
    np.maximum.at(worst, to_node, rank)
    share = np.where(rank == best[to_node], params.green_share_major, params.green_share_minor)
    share = np.where(best[to_node] == worst[to_node], params.green_share_equal, share)
    is_crossing = neighbours(from_node, to_node, n_nodes)[to_node] <= 2
    cycle = np.where(is_crossing, params.crossing_cycle_s, params.cycle_s)
    return np.where(is_crossing, params.crossing_green_share, share), cycle


def neighbours(from_node: LinkArray, to_node: LinkArray, n_nodes: int) -> NDArray[np.int64]:
    """Number of other nodes that each node has a link from or to."""
    a = np.concatenate([from_node, to_node]).astype(np.int64)
    b = np.concatenate([to_node, from_node]).astype(np.int64)
    pairs = np.unique(a[a != b] * n_nodes + b[a != b])
    return np.bincount(pairs // n_nodes, minlength=n_nodes)


def signalised_values(
    links: pd.DataFrame,
    *,
    from_node: LinkArray,
    to_node: LinkArray,
    is_signal_node: NDArray[np.bool_],
    is_signalised: NDArray[np.bool_],
    params: SignalParams,
) -> tuple[FloatArray, FloatArray]:
    """
    Capacity at the stop line [veh/h] and signal delay [s] of each link.

    Parameters
    ----------
    links
        Table with `road_class`, `length_m` and `saturation_flow_veh_per_h`.
    from_node, to_node
        Node rows of the links.
    is_signal_node
        Which nodes carry a signal.
    is_signalised
        Which links end at a signal that faces them.
    params
        Timing.
    """
    share, cycle = green_shares(links["road_class"], from_node, to_node, len(is_signal_node), params)
    saturation = links["saturation_flow_veh_per_h"].to_numpy(dtype=np.float64)
    capacity = np.where(is_signalised, share * saturation, saturation)
    inside_junction = is_signal_node[from_node] & (links["length_m"].to_numpy() <= params.same_junction_m)
    delay = np.where(is_signalised & ~inside_junction, cycle * (1.0 - share) ** 2 / 2.0, 0.0)
    return capacity, delay

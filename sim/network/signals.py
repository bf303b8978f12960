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
    stop_line_veh_per_h: float = Field(
        1500.0,
        gt=0,
        le=3000,
        description="Flow of a lane over the stop line while green [veh/h]; never more passes than the road carries "
        "between junctions. Assumption: the 1,650 of a through lane (CJJ 37, code for design of urban road "
        "engineering) less those that turn.",
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


def signal_junction(
    from_node: LinkArray, to_node: LinkArray, length_m: FloatArray, n_nodes: int, params: SignalParams
) -> LinkArray:
    """
    Node whose crossing traffic a signal at the end of each link would serve.

    That is the end of the link itself, when streets meet there. A signal within a street belongs to the junction
    that follows within `same_junction_m`: the node is its stop line. One that follows a junction at that distance is
    the stop line of the other direction (-1: it does not face this link). Any other is a pedestrian crossing (the
    end of the link).
    """
    is_junction = neighbours(from_node, to_node, n_nodes) >= 3
    leaving: dict[int, list[int]] = {}
    for link, node in enumerate(from_node.tolist()):
        leaving.setdefault(node, []).append(link)
    served = to_node.copy()
    for link in np.flatnonzero(~is_junction[to_node]).tolist():
        ahead = [
            int(to_node[other])
            for other in leaving.get(int(to_node[link]), ())
            if to_node[other] != from_node[link] and length_m[other] <= params.same_junction_m
        ]
        if ahead and is_junction[ahead[0]]:
            served[link] = ahead[0]
        elif is_junction[from_node[link]] and length_m[link] <= params.same_junction_m:
            served[link] = -1
    return served


def green_shares(
    road_class: pd.Series, from_node: LinkArray, to_node: LinkArray, served: LinkArray, params: SignalParams
) -> tuple[FloatArray, FloatArray]:
    """
    Green share [-] and cycle [s] that each link would have under a signal at its end.

    The larger road is the one whose class no other approach of the served junction exceeds; where all approaches are
    of one class the share is `green_share_equal`. A served node with two neighbours is a pedestrian crossing.
    """
    n_nodes = int(max(from_node.max(), to_node.max())) + 1
    rank = np.array([road_class_of(str(name)).rank for name in road_class], dtype=np.int64)
    best = np.full(n_nodes, 99, dtype=np.int64)
    worst = np.full(n_nodes, -1, dtype=np.int64)
    np.minimum.at(best, to_node, rank)
    np.maximum.at(worst, to_node, rank)
    share = np.where(rank <= best[served], params.green_share_major, params.green_share_minor)
    share = np.where(best[served] == worst[served], params.green_share_equal, share)
    is_crossing = neighbours(from_node, to_node, n_nodes)[served] <= 2
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
        Table with `road_class`, `lanes`, `length_m` and `capacity_veh_per_h` (without signals).
    from_node, to_node
        Node rows of the links.
    is_signal_node
        Which nodes carry a signal.
    is_signalised
        Which links end at a signal that no tag turns away from them.
    params
        Timing.
    """
    length_m = links["length_m"].to_numpy(dtype=np.float64)
    served = signal_junction(from_node, to_node, length_m, len(is_signal_node), params)
    share, cycle = green_shares(links["road_class"], from_node, to_node, served, params)
    is_signalised = is_signalised & (served >= 0)
    unsignalised = links["capacity_veh_per_h"].to_numpy(dtype=np.float64)
    over_stop_line = np.maximum(unsignalised, params.stop_line_veh_per_h * links["lanes"].to_numpy(dtype=np.float64))
    capacity = np.where(is_signalised, np.minimum(share * over_stop_line, unsignalised), unsignalised)
    inside_junction = is_signal_node[from_node] & (length_m <= params.same_junction_m)
    delay = np.where(is_signalised & ~inside_junction, signal_delay_s(1.0, share) * cycle, 0.0)
    return capacity, delay

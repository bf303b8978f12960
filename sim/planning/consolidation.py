"""
Joint delivery: which shops take part, who delivers what, and when goods are at the operator's.

Goods of shops that take part go from each carrier's hub to a public distribution centre in bulk, are merged by shop and
delivered by the vans of a neutral operator. A centre serves the shops that are nearest to it. Who takes part is drawn
by shop: those who take part at 50 % are among those at 100 %. The same holds for shops that receive at night.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.contracts import FloatArray, IntArray
from sim.demand import SHOP_TYPES
from sim.demand.shops import shop_keys
from sim.facilities.terminal_station import STATION
from sim.network import RoadNetwork
from sim.network.shortest_path import travel_matrix
from sim.planning.fleet import CarrierSpec
from sim.planning.joint_params import JointParams, read_window
from sim.planning.vehicle_type import VehicleTypeParams
from sim.random_streams import RandomStreams

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Participation:
    """
    Who takes part, by receiver.

    Parameters
    ----------
    joint
        Whether all its goods come by joint delivery, shape (n_receivers,).
    night
        Whether it receives at night, shape (n_receivers,).
    """

    joint: Mask
    night: Mask


def participation(receivers: pd.DataFrame, params: JointParams, streams: RandomStreams) -> Participation:
    """
    Receivers that take part in joint delivery, and those that receive at night.

    Parameters
    ----------
    receivers
        Receivers with `shop_id` and `shop_type`; homes never take part.
    params
        Shares by type.
    streams
        Random streams of the run; takes `joint.participation` and `joint.night`.
    """
    kind = receivers["shop_type"].to_numpy(dtype=object)
    key = shop_keys(receivers["shop_id"])
    joint_share, night_share = np.zeros(len(kind)), np.zeros(len(kind))
    for name in SHOP_TYPES:
        joint_share[kind == name] = params.share_of(name)
        night_share[kind == name] = params.night_share_of(name)
    joint_share[kind == STATION] = params.station_share
    return Participation(
        joint=streams.keyed("joint.participation").uniform(key) < joint_share,
        night=streams.keyed("joint.night").uniform(key) < night_share,
    )


def with_night_windows(orders: pd.DataFrame, night: Mask, params: JointParams) -> pd.DataFrame:
    """Orders with the night window where their shop receives at night; the table itself when none does."""
    at_night = night[orders["shop"].to_numpy()]
    if not at_night.any():
        return orders
    from_s, until_s = read_window(params.night_window)
    return orders.assign(
        earliest_s=orders["earliest_s"].where(~at_night, from_s), latest_s=orders["latest_s"].where(~at_night, until_s)
    )


def with_quiet_vans(
    fleet: CarrierSpec, night_orders: float, orders_per_van: float, types: Mapping[str, VehicleTypeParams], quiet: str
) -> CarrierSpec:
    """
    A fleet with quiet vans enough for its night orders: others, the last first, are replaced by a quiet type.

    Parameters
    ----------
    fleet
        Carrier with its vans.
    night_orders
        Orders that it expects to deliver at night of an average day [-].
    orders_per_van
        Expected orders a van and day [-].
    types
        Vehicle types by name.
    quiet
        The quiet type.
    """
    needed = math.ceil(night_orders / orders_per_van - 1e-9)
    vans = list(fleet.vans)
    missing = needed - sum(types[van.vehicle_type].is_quiet for van in vans)
    for row in reversed(range(len(vans))):
        if missing > 0 and not types[vans[row].vehicle_type].is_quiet:
            vans[row] = replace(vans[row], vehicle_type=quiet)
            missing -= 1
    return replace(fleet, vans=tuple(vans))


def nearest_centre(network: RoadNetwork, receiver_link: IntArray, centre_links: Sequence[int]) -> IntArray:
    """
    Row of the centre from which each receiver is reached first on empty streets, shape (n_receivers,).

    Parameters
    ----------
    network
        Road network.
    receiver_link
        Link of each receiver.
    centre_links
        Links of the centres; a single one serves all.
    """
    links, of_receiver = np.unique(receiver_link, return_inverse=True)
    time_us, _ = travel_matrix(
        network,
        np.round(network.free_flow_time_s * 1e6).astype(np.int64),
        source_nodes=network.to_node[np.array(centre_links, dtype=np.int32)],
        target_links=links.astype(np.int32),
    )
    nearest: IntArray = np.argmin(time_us, axis=0)[of_receiver].astype(np.int64)
    return nearest


def joint_orders(
    orders: pd.DataFrame,
    joint: Mask,
    operator_of_receiver: IntArray,
    fixed_service_s: FloatArray,
    params: JointParams,
) -> pd.DataFrame:
    """
    Orders with who delivers them: columns `operator`, `joint` and `release_s` (0 until transfers are planned).

    Where orders of several carriers come in one visit, what does not grow with weight (to greet, to find who signs) is
    needed once; further orders need a part of it.

    Parameters
    ----------
    orders
        Orders of the day with `carrier`.
    joint
        Whether each receiver takes part.
    operator_of_receiver
        Row of the operator's fleet that serves each receiver, in the list of fleets.
    fixed_service_s
        Time at the door of an order that does not grow with weight, by receiver [s].
    params
        Part of that time which each further order takes.
    """
    shop = orders["shop"].to_numpy()
    is_joint = joint[shop]
    saved_s = np.where(
        is_joint & orders.assign(is_joint=is_joint).duplicated(["shop", "is_joint"]).to_numpy(),
        fixed_service_s[shop] * (1.0 - params.further_order_time),
        0.0,
    )
    expected_s = orders["expected_service_s"].to_numpy(dtype=np.float64)
    shorter = np.maximum(0.0, 1.0 - saved_s / np.maximum(expected_s, 1e-9))
    return orders.assign(
        operator=np.where(is_joint, operator_of_receiver[shop], orders["carrier"].to_numpy()),
        joint=is_joint,
        release_s=np.zeros(len(orders)),
        expected_service_s=np.where(saved_s > 0.0, np.round(expected_s * shorter, 1), expected_s),
        service_s=np.where(
            saved_s > 0.0, np.maximum(1.0, np.round(orders["service_s"] * shorter, 1)), orders["service_s"]
        ),
    )

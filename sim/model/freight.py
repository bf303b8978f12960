"""
Freight of the day: whose fleet delivers which order, and what trucks carry from hubs to distribution centres.

The fleets are, in this order: carriers, couriers, the operator's vans at each distribution centre, and its trucks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from sim.config import Scenario
from sim.contracts import FOREVER_US, FloatArray, IntArray, LinkClosures, LinkPrices, Progress, TravelTimes
from sim.facilities.distribution_centre import DistributionCentre, find_centres
from sim.facilities.hub import Hub, find_hubs
from sim.model.deliveries import Deliveries
from sim.network import RoadNetwork
from sim.network.shortest_path import travel_matrix
from sim.planning import (
    CarrierSpec,
    DayPlan,
    DayPlanner,
    PlanningView,
    SharedPlan,
    SharingPlatform,
    build_fleets,
)
from sim.planning.access_windows import mostly_open
from sim.planning.bulk_plan import BulkPlanner, TransferTimes, late_transfers
from sim.planning.bulk_transfer import BulkTransfer
from sim.planning.consolidation import (
    Participation,
    joint_orders,
    nearest_centre,
    participation,
    with_night_windows,
    with_quiet_vans,
)
from sim.planning.drops import OrderLoads
from sim.planning.fleet import build_fleet, vans_for
from sim.planning.further_calls import with_further_calls
from sim.planning.joint_params import read_window
from sim.planning.timetable import Timetables, TourStop
from sim.planning.timetable_repair import TourRepair
from sim.random_streams import RandomStreams
from sim.traffic.travel_times import BinnedTravelTimes
from sim.units import to_us

TRUNK = "trunk"
"""Wave of the trucks between hubs and centres; no delivery tour is planned in it."""


@dataclass(frozen=True, slots=True)
class Freight:
    """
    Who carries what on a day.

    Parameters
    ----------
    fleets
        Fleets; `orders.carrier` and `orders.operator` are rows of this list.
    orders
        Orders of the day. With an operator also `operator`, who delivers them, and `release_s`, when they are at its
        depot [s].
    hubs, centres
        Where trucks are loaded and unloaded; no centres without an operator.
    transfers
        Truckloads from hubs to centres, by truck and time.
    late_transfers
        Number of them that end after the transfer window.
    """

    fleets: list[CarrierSpec]
    orders: pd.DataFrame
    hubs: tuple[Hub, ...]
    centres: tuple[DistributionCentre, ...] = ()
    transfers: tuple[BulkTransfer, ...] = ()
    late_transfers: int = 0


def day_freight(
    deliveries: Deliveries,
    scenario: Scenario,
    network: RoadNetwork,
    streams: RandomStreams,
    *,
    believed: BinnedTravelTimes,
    closures: dict[str, LinkClosures],
) -> Freight:
    """
    Fleets, orders and transfers of the day.

    Carriers and couriers size their fleets by what is left to them, and the operator its vans by what it expects to
    deliver. Assumption: who joins is known when vans are bought, and all settle on the new amounts.

    Parameters
    ----------
    deliveries
        Receivers and orders.
    scenario
        Configuration.
    network
        Road network.
    streams
        Random streams of the run.
    believed
        Travel times that the operator reckons with.
    closures
        When links are closed to each vehicle type.

    Raises
    ------
    NetworkError
        If the network has no hub, or joint delivery finds no distribution centre.
    ConfigError
        If trucks cannot carry the goods.
    """
    joint = scenario.joint
    taking_part = participation(deliveries.receivers, joint, streams)
    orders = with_night_windows(deliveries.orders, taking_part.night, joint)
    hubs = find_hubs(network, joint.hub)
    fleets = _own_fleets(deliveries, scenario, hubs, taking_part)
    if not joint.operator:
        return Freight(fleets, orders, tuple(hubs))
    centres = find_centres(network, joint.centre)
    receiver_link = deliveries.receivers["link"].to_numpy()
    centre_of_receiver = nearest_centre(network, receiver_link, [centre.link for centre in centres])
    first = len(fleets)
    van_days = _operator_van_days(deliveries, scenario, taking_part, centre_of_receiver, len(centres))
    night_days = _operator_van_days(
        deliveries, scenario, taking_part, centre_of_receiver, len(centres), only=taking_part.night
    )
    for row, centre in enumerate(centres):
        vans = math.ceil(float(van_days[row]) - 1e-9)
        fleet = _operator_fleet(row, centre, scenario, first + row, len(hubs) + row, vans)
        fleets.append(_ready_for_night(fleet, float(night_days[row]), 1.0, scenario))
    orders = joint_orders(
        orders, taking_part.joint, first + centre_of_receiver, _fixed_service_s(deliveries, scenario), joint
    )
    is_joint = orders["joint"].to_numpy()
    hub_row = {hub.place_id: row for row, hub in enumerate(hubs)}
    hub_of_fleet = np.array([hub_row.get(fleet.depot_id, -1) for fleet in fleets])
    planner = BulkPlanner(
        joint,
        scenario.fleet.vehicle_types[joint.truck_type],
        hubs,
        centres,
        _transfer_times(network, scenario, hubs, centres, believed, closures[joint.truck_type]),
    )
    trunk_fleet = {
        row: (fleets[first + row].carrier_id, first + len(centres) + row, len(hubs) + row)
        for row in range(len(centres))
    }
    transfers = planner.plan(
        orders,
        np.where(is_joint, hub_of_fleet[orders["carrier"].to_numpy()], -1),
        np.where(is_joint, centre_of_receiver[orders["shop"].to_numpy()], -1),
        trunk_fleet,
    )
    release_s = np.zeros(len(orders))
    for transfer in transfers:
        release_s[list(transfer.orders)] = transfer.release_s
    return Freight(
        fleets=fleets + _truck_fleets(fleets[first:], transfers, first + len(centres)),
        orders=orders.assign(release_s=release_s),
        hubs=tuple(hubs),
        centres=tuple(centres),
        transfers=tuple(transfers),
        late_transfers=late_transfers(transfers, joint),
    )


def share_capacity(
    scenario: Scenario,
    view: PlanningView,
    plan: DayPlan,
    planner: DayPlanner,
    freight: Freight,
    shops: pd.DataFrame,
    progress: Progress,
) -> SharedPlan:
    """The plan of the day after carriers at one hub have agreed on who delivers for whom."""
    platform = SharingPlatform(
        scenario.sharing,
        view,
        scenario.fleet,
        scenario.planning,
        failed_order_cny=scenario.cost.failed_order_cny,
    )
    return platform.share(plan, planner, freight.fleets, freight.orders, shops, progress)


def tour_repair(
    scenario: Scenario,
    view: PlanningView,
    times: BinnedTravelTimes,
    fleets: Sequence[CarrierSpec],
    orders: pd.DataFrame,
    shops: pd.DataFrame,
    prices: Mapping[str, LinkPrices | None],
    own_times: Mapping[str, TravelTimes],
) -> TourRepair:
    """Repair of the tours of a day, with what carriers believe of travel times by the hour and of the rules."""
    loads = OrderLoads(orders, shops["link"].to_numpy())
    overhead_s = scenario.planning.stop_overhead_min * 60.0

    operator = orders["operator" if "operator" in orders else "carrier"].to_numpy()
    types = [sorted({van.vehicle_type for van in spec.vans}) for spec in fleets]

    @cache
    def visit(orders: tuple[int, ...]) -> TourStop:
        drop = with_further_calls(loads.drop(orders), types[int(operator[orders[0]])], view)
        return TourStop(drop.link, drop.service_s + overhead_s, drop.earliest_s, drop.latest_s, drop.release_s)

    return TourRepair(
        Timetables(view.network, times, view.closures, scenario.fleet, scenario.planning, prices, own_times),
        stop_of=lambda planned: visit(planned.orders),
        depot_link_of=lambda tour: fleets[tour.van.carrier].depot_link,
        wave_of=scenario.fleet.wave_named,
        range_m=view.range_m,
        loading_s=scenario.planning.reload_min * 60.0,
        tolerated_wait_s=scenario.planning.tolerated_wait_min * 60.0,
    )


def _own_fleets(
    deliveries: Deliveries, scenario: Scenario, hubs: list[Hub], taking_part: Participation
) -> list[CarrierSpec]:
    """Fleets of carriers and couriers for what they deliver themselves; none where nothing is left."""
    depots = [(hub.place_id, hub.link) for hub in hubs]
    is_own = ~taking_part.joint[: len(deliveries.expected_orders)]
    expected = deliveries.expected_orders[is_own].sum(axis=0)
    fleets = [
        CarrierSpec(spec.carrier_id, spec.depot_id, spec.depot_link, ()) if gives_up else spec
        for spec, gives_up in zip(
            build_fleets(scenario.fleet, depots, expected_orders_per_day=expected),
            (expected == 0.0) & (deliveries.expected_orders.sum(axis=0) > 0.0),
            strict=True,
        )
    ]
    if scenario.joint.has_night:
        at_night = is_own & taking_part.night[: len(is_own)]
        by_carrier = deliveries.expected_orders[at_night].sum(axis=0).tolist()
        per_van = scenario.fleet.orders_per_van
        fleets = [_ready_for_night(spec, n, per_van, scenario) for spec, n in zip(fleets, by_carrier, strict=True)]
    is_own_station = ~_joint_stations(deliveries, taking_part)
    own_days = deliveries.courier_van_days[:, np.concatenate([[True], is_own_station])].sum(axis=1)
    for number, (own, all_days) in enumerate(
        zip(own_days.tolist(), deliveries.courier_van_days.sum(axis=1).tolist(), strict=True), start=1
    ):
        row = len(fleets)
        place, link = depots[row % len(depots)]
        vans = 0 if own == 0.0 < all_days else vans_for(own, 1.0)
        fleets.append(
            build_fleet(
                f"courier-{number:02d}",
                row,
                mix=scenario.fleet.mix_of(f"courier-{number:02d}"),
                vans=vans,
                depot=row % len(depots),
                depot_id=place,
                depot_link=link,
            )
        )
    return fleets


def _ready_for_night(fleet: CarrierSpec, night_orders: float, orders_per_van: float, scenario: Scenario) -> CarrierSpec:
    """A fleet with the quiet vans that its night orders need."""
    types, quiet = scenario.fleet.vehicle_types, scenario.joint.night_vehicle_type
    return with_quiet_vans(fleet, night_orders, orders_per_van, types, quiet)


def _joint_stations(deliveries: Deliveries, taking_part: Participation) -> np.ndarray:
    """Whether each station's parcels come by the operator; stations are the last receivers."""
    return taking_part.joint[len(taking_part.joint) - len(deliveries.stations) :]


def _operator_van_days(
    deliveries: Deliveries,
    scenario: Scenario,
    taking_part: Participation,
    centre_of_receiver: IntArray,
    n_centres: int,
    only: np.ndarray | None = None,
) -> FloatArray:
    """Vans that the operator needs on an average day at each centre, for all that take part or for some alone."""
    n_shops = len(deliveries.expected_orders)
    orders = deliveries.expected_orders.sum(axis=1) * taking_part.joint[:n_shops]
    if only is not None:
        orders = orders * only[:n_shops]
    found = np.bincount(
        centre_of_receiver[:n_shops], weights=orders / scenario.joint.orders_per_van, minlength=n_centres
    )
    if deliveries.stations and only is None:
        days = deliveries.courier_van_days[:, 1:].sum(axis=0) * _joint_stations(deliveries, taking_part)
        found = found + np.bincount(centre_of_receiver[-len(deliveries.stations) :], weights=days, minlength=n_centres)
    return np.asarray(found, dtype=np.float64)


def _operator_fleet(
    row: int, centre: DistributionCentre, scenario: Scenario, number: int, depot: int, vans: int
) -> CarrierSpec:
    return build_fleet(
        f"operator-{row + 1}",
        number,
        mix=scenario.joint.mix,
        vans=vans,
        depot=depot,
        depot_id=centre.place_id,
        depot_link=centre.link,
    )


def _truck_fleets(operators: list[CarrierSpec], transfers: list[BulkTransfer], first: int) -> list[CarrierSpec]:
    """Trucks of each operator, those that have a transfer; none of the fleets without any."""
    if not transfers:
        return []
    return [
        CarrierSpec(
            spec.carrier_id,
            spec.depot_id,
            spec.depot_link,
            tuple(dict.fromkeys(transfer.truck for transfer in transfers if transfer.truck.carrier == row)),
            (TRUNK,),
        )
        for row, spec in enumerate(operators, start=first)
    ]


def _fixed_service_s(deliveries: Deliveries, scenario: Scenario) -> FloatArray:
    """Time at the door of an order that does not grow with weight [s], by receiver; 0 where parcels are received."""
    is_shop = np.arange(len(deliveries.receivers)) < len(deliveries.expected_orders)
    mean_s = deliveries.receivers["mean_service_s"].to_numpy(dtype=np.float64)
    fixed: FloatArray = np.where(is_shop, mean_s * scenario.demand.service_fixed_share, 0.0)
    return fixed


def _transfer_times(
    network: RoadNetwork,
    scenario: Scenario,
    hubs: list[Hub],
    centres: list[DistributionCentre],
    believed: BinnedTravelTimes,
    closures: LinkClosures,
) -> TransferTimes:
    """Believed driving times of trucks in the transfer window."""
    from_s, until_s = read_window(scenario.joint.transfer_window)
    link_time_us = believed.mean_between(to_us(from_s), to_us(until_s))
    is_open = mostly_open(closures, to_us(from_s), to_us(until_s))
    hub_link = np.array([hub.link for hub in hubs], dtype=np.int32)
    centre_link = np.array([centre.link for centre in centres], dtype=np.int32)

    def times_s(start: np.ndarray, end: np.ndarray) -> FloatArray:
        time_us, _ = travel_matrix(
            network, link_time_us, source_nodes=network.to_node[start], target_links=end, is_open=is_open
        )
        found: FloatArray = np.where(time_us < FOREVER_US, time_us / 1e6, np.inf)
        return found

    return TransferTimes(out_s=times_s(centre_link, hub_link).T, back_s=times_s(hub_link, centre_link))

"""
What a driver does where the rules close the way: wait, go round, park outside and walk, leave out, come back later.

One rule decides: the option of least generalised cost, which is time at the driver's wage, distance at the van's cost
by kilometre, charges for driving, and orders missed at the price of another attempt. A driver of the share that weighs
violations has one more option: to go in now, at the expected fine. The choice looks at the drive or the stop at hand
and at nothing after it; what it costs to get out of a closed zone again is not foreseen. Simplification.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import AfterValidator, BaseModel, Field

from sim.contracts import FOREVER_US, IntArray, LinkArray, LinkClosures, TravelTimes
from sim.events import ClosedZoneOption
from sim.policy.enforcement import ClosedStretch, closed_stretch
from sim.units import SECONDS_PER_HOUR, to_s

if TYPE_CHECKING:
    from sim.agents.open_stop import OpenStop
    from sim.agents.vehicle import Vehicle

WALK_DETOUR = 1.3
"""Length of a walk over the straight line [-]. Assumption: usual in street grids."""


def _with_wait(options: tuple[str, ...]) -> tuple[str, ...]:
    if "wait" not in options:
        raise ValueError(f"expected wait among the options (a driver can always do that), found {list(options)}")
    if len(set(options)) < len(options):
        raise ValueError(f"expected each option once, found {list(options)}")
    return options


class ClosedZoneParams(BaseModel, frozen=True, extra="forbid"):
    """What drivers may do at a closed street, and what they count as cost."""

    options: Annotated[
        tuple[Literal["wait", "detour", "park_outside", "skip", "retry"], ...], AfterValidator(_with_wait)
    ] = Field(description="What a driver may do besides violating: wait (always), detour, park_outside, skip, retry")
    violator_share: float = Field(
        ge=0.0, le=1.0, description="Share of drivers who go in where the gain is above the expected fine [-]"
    )
    driver_cny_per_h: float = Field(ge=0.0, le=1000.0, description="Cost of a driver's hour in the choice [CNY/h]")
    missed_order_cny: float = Field(ge=0.0, le=1e5, description="Cost of an order missed in the choice [CNY]")
    perceived_detection: float = Field(
        ge=0.0, le=10.0, description="Probability of detection as drivers believe it, against what it is [-]"
    )
    credit_loss_cny: float = Field(
        ge=0.0, le=1e6, description="What a detected violation costs a driver beyond the fine [CNY]"
    )
    max_walk_m: float = Field(ge=0.0, le=5000.0, description="Longest walk from a van parked outside [m]")
    trolley_kg: float = Field(gt=0.0, le=1000.0, description="Goods on a hand trolley [kg]")
    max_walks: int = Field(ge=1, le=50, description="Most walks to one shop [-]")


@dataclass(frozen=True, slots=True)
class Due:
    """
    What depends on coming in time.

    Parameters
    ----------
    earliest_s
        Coming before this gains nothing [s].
    refused_after_s
        Coming after this is in vain [s].
    orders
        Orders that are missed then.
    """

    earliest_s: float
    refused_after_s: float
    orders: int


@dataclass(frozen=True, slots=True)
class Way:
    """
    A way to a place as the driver believes it.

    Parameters
    ----------
    option
        What it amounts to.
    route
        Links in driving order.
    depart_us, arrive_us
        Departure and arrival [us].
    expected_fine_cny
        Probability of being noticed times what that costs [CNY]; 0 for a lawful way.
    charge_cny
        Charges due on it [CNY].
    """

    option: ClosedZoneOption
    route: LinkArray
    depart_us: int
    arrive_us: int
    expected_fine_cny: float = 0.0
    charge_cny: float = 0.0

    @property
    def violates(self) -> bool:
        """Whether it enters links closed to the vehicle."""
        return self.option == "violate"


@dataclass(frozen=True, slots=True)
class Choice:
    """
    What a driver does at a closed link with a stop ahead.

    Parameters
    ----------
    option
        What it is.
    way
        The way to drive on; None where the van does not drive on to the stop.
    walk_m
        Walk to the shop, one way [m].
    walks
        Times it is walked there and back.
    again_s
        Time before which coming back makes no sense [s].
    """

    option: ClosedZoneOption
    way: Way | None = None
    walk_m: float = 0.0
    walks: int = 1
    again_s: float = 0.0


def never_waiting(closures: LinkClosures, now_us: int) -> LinkClosures:
    """The closures for a driver who does not wait: what is closed, or closes later, does not open again."""
    is_ahead = closures.until_us > now_us
    kept = np.concatenate([[0], np.cumsum(is_ahead)])[closures.start]
    from_us = closures.from_us[is_ahead]
    return LinkClosures(kept.astype(np.int64), from_us, np.full(len(from_us), FOREVER_US, dtype=np.int64))


def drive_times_us(route: LinkArray, times: TravelTimes, depart_us: int) -> tuple[IntArray, IntArray]:
    """Entry to and exit from each link of a route driven without a stop, as believed [us]."""
    n_bins = len(times.link_time_us)
    clock = np.empty(len(route) + 1, dtype=np.int64)
    clock[0] = depart_us
    for row, link in enumerate(route.tolist()):
        now_us = int(clock[row])
        clock[row + 1] = now_us + int(times.link_time_us[(now_us // times.bin_us) % n_bins, link])
    return clock[:-1], clock[1:]


def ways_to(vehicle: Vehicle, link: int, due: Due | None = None) -> list[Way]:
    """
    The ways to a place that a driver thinks of: to wait or go round, not to wait, and to violate.

    Where the cheapest way comes too late for what is due, that which arrives first is thought of too, charges or not.
    """
    now_us, params = vehicle.city.clock.now_us, vehicle.city.behaviour
    found: list[Way] = []
    lawful = vehicle.find_way(link)
    if lawful is not None:
        found.append(_lawful(vehicle, lawful))
        if due is not None and vehicle.charges.prices is not None and to_s(lawful[1]) > due.refused_after_s:
            fastest = vehicle.way_under(vehicle.closures, vehicle.link, link, now_us, in_haste=True)
            found += [] if fastest is None else [_lawful(vehicle, fastest)]
    if vehicle.closures.is_empty or link == vehicle.link:
        return found
    if "detour" in params.options:
        found += _unhindered(vehicle, link, never_waiting(vehicle.closures, now_us), "detour")
    if vehicle.weighs_violations:
        found += _unhindered(vehicle, link, LinkClosures.none(vehicle.city.network.n_links), "violate")
    return found


def _lawful(vehicle: Vehicle, way: tuple[LinkArray, int]) -> Way:
    depart_us = vehicle.clear_of_waits_us(way[0])
    cny = vehicle.charge_cny(vehicle.closures, way[0], depart_us)
    return Way("wait", way[0], depart_us, way[1], charge_cny=cny)


def _unhindered(vehicle: Vehicle, link: int, closures: LinkClosures, option: ClosedZoneOption) -> list[Way]:
    """The cheapest way when nothing is waited for; none where there is none."""
    now_us = vehicle.city.clock.now_us
    way = vehicle.way_under(closures, vehicle.link, link, now_us)
    if way is None:
        return []
    fine_cny = 0.0
    if option == "violate":
        stretch = _stretch(vehicle, way[0])
        if len(stretch) == 0:
            return []
        fine_cny = expected_fine_cny(vehicle, stretch)
    return [Way(option, way[0], now_us, way[1], fine_cny, vehicle.charge_cny(closures, way[0], now_us))]


def _stretch(vehicle: Vehicle, route: LinkArray) -> ClosedStretch:
    enter_us, exit_us = drive_times_us(route, vehicle.believed_times, vehicle.city.clock.now_us)
    return closed_stretch(route, enter_us, exit_us, vehicle.closures)


def expected_fine_cny(vehicle: Vehicle, stretch: ClosedStretch) -> float:
    """What a driver expects a violation to cost: probability of being noticed times fine and loss of credit [CNY]."""
    city = vehicle.city
    rules = {
        rule_id
        for link, enter_us in zip(stretch.link.tolist(), stretch.enter_us.tolist(), strict=True)
        for rule_id in city.closing_rules(vehicle.type_name, link, enter_us)
    }
    return expected_fine_of_rules(vehicle, stretch, rules)


def expected_fine_of_rules(vehicle: Vehicle, stretch: ClosedStretch, rules: Collection[str]) -> float:
    """What a driver expects breaking rules to cost: chance of being noticed times fines and loss of credit [CNY]."""
    city = vehicle.city
    noticed = city.enforcement.detection_probability(stretch, perceived=city.behaviour.perceived_detection)
    fine_cny = math.fsum(city.enforcement.params.fine_of(rule_id) for rule_id in sorted(rules))
    return noticed * (fine_cny + city.behaviour.credit_loss_cny)


def cost_cny(vehicle: Vehicle, way: Way, due: Due | None = None) -> float:
    """Generalised cost of a way: time, distance, charges, orders missed and expected fine [CNY]."""
    arrive_s = to_s(way.arrive_us)
    begin_s = arrive_s if due is None else max(arrive_s, due.earliest_s)
    cost = _time_cny(vehicle, begin_s - to_s(vehicle.city.clock.now_us)) + way.expected_fine_cny + way.charge_cny
    cost += float(vehicle.city.network.length_m[way.route].sum()) / 1e3 * _cny_per_km(vehicle)
    if due is not None and arrive_s > due.refused_after_s:
        cost += due.orders * vehicle.city.behaviour.missed_order_cny
    return cost


def _time_cny(vehicle: Vehicle, time_s: float) -> float:
    return time_s / SECONDS_PER_HOUR * vehicle.city.behaviour.driver_cny_per_h


def _cny_per_km(vehicle: Vehicle) -> float:
    return vehicle.vehicle_type.planned_cny_per_km


def best_way(vehicle: Vehicle, link: int, due: Due | None = None) -> Way | None:
    """The way of least generalised cost, the first of equals; None when there is none."""
    ways = ways_to(vehicle, link, due)
    if len(ways) <= 1:
        return ways[0] if ways else None
    return min(ways, key=lambda way: cost_cny(vehicle, way, due))


def round_the_block(vehicle: Vehicle) -> Way | None:
    """The lawful way from where the vehicle stands back to there; None when there is none."""
    way = vehicle.way_under(vehicle.closures, vehicle.link, vehicle.link, vehicle.city.clock.now_us)
    return None if way is None else _lawful(vehicle, way)


def due_of(vehicle: Vehicle, stop: OpenStop) -> Due:
    """What depends on coming in time to a stop."""
    earliest_s, latest_s = stop.window_s(vehicle.city)
    grace_s = vehicle.city.service_params.grace_min * 60.0
    return Due(earliest_s, latest_s + grace_s, len(stop.orders))


def choose_at_closed_link(vehicle: Vehicle, stop: OpenStop, link: int, *, has_others: bool) -> Choice:
    """
    What a driver does who stands before a closed link with a stop ahead: the option of least generalised cost.

    Parameters
    ----------
    vehicle
        The van, whose driver has read the sign.
    stop
        The stop he is on the way to.
    link
        Link that he was heading for.
    has_others
        Whether other stops are left that could be served in the meantime.
    """
    params, due = vehicle.city.behaviour, due_of(vehicle, stop)
    ways = ways_to(vehicle, link, due)
    choices = [(cost_cny(vehicle, way, due), Choice(way.option, way)) for way in ways]
    if "park_outside" in params.options:
        choices += _park_outside(vehicle, stop, due)
    if "retry" in params.options and has_others and not stop.is_put_off:
        choices += [choice for way in ways if way.option == "wait" for choice in _come_back(vehicle, way, due)]
    if "skip" in params.options:
        choices.append((due.orders * params.missed_order_cny, Choice("skip")))
    if not choices:
        return Choice("skip")
    return min(choices, key=lambda entry: entry[0])[1]


def _park_outside(vehicle: Vehicle, stop: OpenStop, due: Due) -> list[tuple[float, Choice]]:
    """To leave the van where it stands and carry the goods to the shop, where that is near enough."""
    city, params = vehicle.city, vehicle.city.behaviour
    walk_m = walk_to_shop_m(vehicle, city.shops[stop.shop].link)
    walks = math.ceil(math.fsum(city.orders.weight_kg[row] for row in stop.orders) / params.trolley_kg)
    walks = max(1, walks)
    if walk_m > params.max_walk_m or walks > params.max_walks:
        return []
    walk_s = walk_m / city.berth_params.walking_speed_mps
    begin_s = max(to_s(city.clock.now_us) + walk_s, due.earliest_s)
    cost = _time_cny(vehicle, begin_s - to_s(city.clock.now_us) + (2 * walks - 1) * walk_s)
    if begin_s > due.refused_after_s:
        cost += due.orders * params.missed_order_cny
    return [(cost, Choice("park_outside", walk_m=walk_m, walks=walks))]


def walk_to_shop_m(vehicle: Vehicle, shop_link: int) -> float:
    """Walk from where the van stands to a shop [m]: the straight line to the end of its link, times `WALK_DETOUR`."""
    network = vehicle.city.network
    xy = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    here, there = xy[int(network.to_node[vehicle.link])], xy[int(network.to_node[shop_link])]
    return WALK_DETOUR * float(np.hypot(*(here - there)))


def _come_back(vehicle: Vehicle, wait: Way, due: Due) -> list[tuple[float, Choice]]:
    """To serve other stops first and come back when it is open: the drive is made twice, the wait not at all."""
    now_us = vehicle.city.clock.now_us
    held_us = _wait_us(vehicle, wait)
    again_s = to_s(now_us + held_us)
    drive_s = to_s(wait.arrive_us - now_us - held_us)
    if held_us <= 0 or again_s + drive_s > due.refused_after_s:
        return []
    length_km = float(vehicle.city.network.length_m[wait.route].sum()) / 1e3
    cost = 2.0 * (_time_cny(vehicle, drive_s) + length_km * _cny_per_km(vehicle))
    return [(cost, Choice("retry", again_s=again_s))]


def _wait_us(vehicle: Vehicle, way: Way) -> int:
    return max(0, way.depart_us - vehicle.city.clock.now_us)

"""
Which stop a driver serves next: that of the plan, unless another must come first or this one would be waited for.

Stops that cannot be served any more are left out; what the driver believes of ways and times decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.agents.berth_booking import visit_name
from sim.agents.closed_zone import best_way, due_of, round_the_block
from sim.agents.open_stop import OpenStop, parking_link
from sim.agents.shop import Reception
from sim.agents.vehicle import Vehicle
from sim.contracts import LinkArray
from sim.units import to_s, to_us

HOLD_STEP_US = to_us(60.0)
"""A departure is not put off by less than this, so that plans settle. Assumption."""

LONG_WAIT_US = to_us(600.0)
"""Rather than wait this long for a stop, a driver looks for another to serve first. Assumption."""

_LOOK_AHEAD_STOPS = 10
"""Stops of the tour among which the driver looks. Assumption."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """A way to a stop, when the driver would set out on it [us], and whether it enters closed links."""

    route: LinkArray
    depart_us: int
    violates: bool = False


def prospect(vehicle: Vehicle, stop: OpenStop) -> Prospect | None:
    """How the driver would go to a stop now; None when it cannot be served any more."""
    city = vehicle.city
    shop = city.shops[stop.shop]
    due = due_of(vehicle, stop)
    booked = vehicle.booked_berths.get(visit_name(city, stop))
    place = parking_link(city, shop, vehicle.vehicle_type.access_class, booked)
    way = round_the_block(vehicle) if stop.calls and place == vehicle.link else None
    way = way or best_way(vehicle, place, due) or best_way(vehicle, shop.link, due)
    if way is None:
        return None
    earliest_s, latest_s = stop.window_s(city)
    if shop.receive(to_s(way.arrive_us), earliest_s, latest_s) is Reception.TOO_LATE:
        return None
    drive_us = way.arrive_us - city.clock.now_us
    return Prospect(way.route, max(way.depart_us, to_us(earliest_s) - drive_us), way.violates)


def bring_forward_urgent(vehicle: Vehicle, stops: list[OpenStop]) -> None:
    """
    Serve a stop before its turn when, with the delay so far, its window would be over by then.

    Of such stops the one that is due first is drawn forward, if it can still be reached.
    """
    if len(stops) < 2:
        return
    city = vehicle.city
    now_s = to_s(city.clock.now_us)
    delay_s = now_s - stops[0].expected_s
    grace_s = city.service_params.grace_min * 60.0
    urgent = []
    for row, stop in enumerate(stops):
        due_s = stop.window_s(city)[1] + grace_s
        if now_s < due_s < stop.expected_s + delay_s:
            urgent.append((due_s, row))
    if urgent and min(urgent)[1] > 0:
        row = min(urgent)[1]
        if _can_go_now(vehicle, stops[row]):
            stops.insert(0, stops.pop(row))


def take_another_first(vehicle: Vehicle, stops: list[OpenStop]) -> bool:
    """
    Serve a later stop before the next one, which would have to be waited for.

    The first of the next few stops that can be served without much waiting is drawn forward.
    """
    for row, stop in enumerate(stops[1 : 1 + _LOOK_AHEAD_STOPS], start=1):
        if _can_go_now(vehicle, stop):
            stops.insert(0, stops.pop(row))
            return True
    return False


def _can_go_now(vehicle: Vehicle, stop: OpenStop) -> bool:
    way = prospect(vehicle, stop)
    return way is not None and way.depart_us < vehicle.city.clock.now_us + HOLD_STEP_US

"""
Booking ahead: when a van sets out on a tour, it books a slot near each of its stops.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sim.agents.open_stop import OpenStop
from sim.units import to_us

if TYPE_CHECKING:
    from sim.agents.city import City
    from sim.agents.vehicle import Vehicle

_BERTHS_TRIED = 3
"""Berths in reach that are asked for a slot, nearest first. Assumption."""


def visit_name(city: City, stop: OpenStop) -> str:
    """Name of a visit in the books of berths: that of its first order, its attempt and its further call."""
    name = f"{city.orders.order_id[stop.orders[0]]}/{stop.attempt}"
    return f"{name}/{stop.calls}" if stop.calls else name


def expected_stay_s(city: City, stop: OpenStop, walk_m: float) -> float:
    """Time that a driver reckons to stand at a stop [s]: unloading, and the walk there and back."""
    service_s = math.fsum(city.orders.expected_service_s[row] for row in stop.orders)
    return service_s + 2.0 * walk_m / city.berth_params.walking_speed_mps


def book_berths(vehicle: Vehicle, stops: Iterable[OpenStop]) -> dict[str, int]:
    """
    Slots for the stops of a tour: row of the berth by name of the visit; stops without a slot are left out.

    Parameters
    ----------
    vehicle
        The van.
    stops
        Stops in order.
    """
    city = vehicle.city
    params = city.berth_params
    booked: dict[str, int] = {}
    if not params.booking:
        return booked
    for stop in stops:
        shop = city.shops[stop.shop]
        if shop.has_offstreet:
            continue
        visit = visit_name(city, stop)
        latest_s = stop.expected_s + params.booking_shift_min * 60.0
        for row, distance_m in shop.berths[:_BERTHS_TRIED]:
            berth = city.berths[row]
            stay_s = expected_stay_s(city, stop, distance_m) + params.booking_margin_min * 60.0
            is_open = berth.admits(vehicle.vehicle_type.access_class, to_us(stop.expected_s))
            if is_open and berth.reserve(visit, stop.expected_s, stay_s, latest_s=latest_s):
                booked[visit] = row
                break
    return booked

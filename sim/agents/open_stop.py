"""
A stop still to be served: as planned, as put off, or as a second try.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sim.agents.city import City
from sim.agents.shop import Shop
from sim.contracts import AccessClass
from sim.planning import PlannedStop
from sim.units import SECONDS_PER_DAY, to_s


@dataclass(frozen=True, slots=True)
class OpenStop:
    """
    A stop on the list of a driver.

    Parameters
    ----------
    planned
        The stop as planned; its orders are those still to be handed over.
    expected_s
        When the driver reckons with the start of unloading [s]: as planned, or as sequenced anew since.
    leg_m
        Expected distance from the place before [m].
    attempt
        1 for the first visit, 2 for the second.
    not_before_s
        Time before which a further attempt makes no sense [s].
    tried_at
        Stop of the attempt before, a number in the tables; None at the first.
    is_put_off
        Whether the driver has put it off at a closed street; that is done once.
    calls
        Calls already made, where a limit of stay was too short for all of it.
    is_begun
        Whether some of it has been carried in; the rest is taken whenever the van comes again.
    served_s
        Time already spent on its first order [s].
    """

    planned: PlannedStop
    expected_s: float
    leg_m: float
    attempt: int = 1
    not_before_s: float = 0.0
    tried_at: int | None = None
    is_put_off: bool = False
    calls: int = 0
    is_begun: bool = False
    served_s: float = 0.0

    @property
    def orders(self) -> tuple[int, ...]:
        """Rows of the orders to be handed over."""
        return self.planned.orders

    @property
    def shop(self) -> int:
        """Row of the shop."""
        return self.planned.shop

    def window_s(self, city: City) -> tuple[float, float]:
        """Window of the start of unloading that suits all orders [s]."""
        orders = city.orders
        if self.is_begun:
            return self.not_before_s, self.not_before_s + SECONDS_PER_DAY
        earliest_s = max(self.not_before_s, max(orders.earliest_s[row] for row in self.orders))
        return earliest_s, max(earliest_s, min(orders.latest_s[row] for row in self.orders))


def open_stops(stops: Sequence[PlannedStop], without: Collection[int] = ()) -> list[OpenStop]:
    """
    The stops of a tour, none served yet.

    Parameters
    ----------
    stops
        Stops as planned.
    without
        Rows of orders that are not on board; stops without any other are left out.
    """
    rows = [tuple(row for row in stop.orders if row not in without) for stop in stops]
    return [
        OpenStop(stop if own == stop.orders else replace(stop, orders=own), stop.arrival_s, stop.leg_m)
        for stop, own in zip(stops, rows, strict=True)
        if own
    ]


def further_attempt(
    city: City, stop: OpenStop, rows: tuple[int, ...], *, stop_id: int, now_s: float
) -> OpenStop | None:
    """
    The next visit with orders that were not accepted; None when there is none on this tour.

    There is one when attempts are left, and the window of all the orders is open after the shortest wait.

    Parameters
    ----------
    city
        How often and after which wait a driver tries again.
    stop
        The stop at which it failed.
    rows
        Orders not accepted.
    stop_id
        Its number in the tables.
    now_s
        Time now [s].
    """
    params = city.service_params
    not_before_s = now_s + params.retry_after_min * 60.0
    if not rows or stop.attempt > params.retries or not_before_s > min(city.orders.latest_s[row] for row in rows):
        return None
    planned = replace(stop.planned, orders=rows)
    return OpenStop(planned, not_before_s, stop.leg_m, stop.attempt + 1, not_before_s, stop_id)


def further_call(
    city: City, stop: OpenStop, rest: tuple[int, ...], served_s: float, *, stop_id: int
) -> OpenStop | None:
    """
    The next call with what a limit of stay was too short for; None where a call gets nowhere, as when walking takes it.

    Parameters
    ----------
    city
        The clock, and what is known of the orders.
    stop
        The stop as it was.
    rest
        Orders left.
    served_s
        Time already spent on the first of them [s].
    stop_id
        Number of the stop in the tables.
    """
    now_s = to_s(city.clock.now_us)
    is_further = len(rest) < len(stop.orders) or served_s > stop.served_s
    earliest_s = stop.window_s(city)[0]
    if not is_further and now_s >= earliest_s:
        return None
    return replace(
        stop,
        planned=replace(stop.planned, orders=rest),
        expected_s=max(now_s, earliest_s),
        not_before_s=max(now_s, earliest_s),
        tried_at=stop_id,
        calls=stop.calls + 1,
        is_begun=stop.is_begun or is_further,
        served_s=served_s,
    )


def parking_link(city: City, shop: Shop, access_class: AccessClass, booked: int | None = None) -> int:
    """
    Where a driver heads for: the berth booked, else the nearest that is open, or the shop when it needs or has none.

    Parameters
    ----------
    city
        The city.
    shop
        The shop.
    access_class
        Class of the van.
    booked
        Row of the berth that was booked for the stop.
    """
    if shop.has_offstreet:
        return shop.link
    if booked is not None:
        return city.berths[booked].spec.link
    now_us = city.clock.now_us
    rows = (row for row, _ in shop.berths if city.berths[row].admits(access_class, now_us))
    first = next(rows, None)
    return shop.link if first is None else city.berths[first].spec.link

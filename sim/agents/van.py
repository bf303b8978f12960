"""
The van and its driver: carry out the planned tour in the traffic, kerb and rules as they are.

The driver decides when to leave, whether a stop can still be served, and when to turn home.
"""

from __future__ import annotations

import math
from typing import Any

from sim.agents.city import City
from sim.agents.next_stop import HOLD_STEP_US, LONG_WAIT_US, bring_forward_urgent, prospect, take_another_first
from sim.agents.stop import Handover, ShopStop
from sim.agents.vehicle import Vehicle
from sim.events import OrderClosed
from sim.planning import VanTour
from sim.units import SECONDS_PER_HOUR, to_us


class Van(Vehicle):
    """
    A delivery van with its driver.

    Parameters
    ----------
    model
        The city.
    tour
        What it is to do today.
    latest_home_s
        Time after which its driver serves no more stops [s].
    details
        As `Vehicle`.
    """

    def __init__(self, model: City, *, tour: VanTour, latest_home_s: float, **details: Any) -> None:
        super().__init__(model, van=tour.van, **details)
        self.tour = tour
        self._latest_home_us = to_us(latest_home_s)
        self._stops_left = list(tour.stops)
        orders = [order for stop in tour.stops for order in stop.orders]
        self.payload_kg = math.fsum(model.orders.weight_kg[order] for order in orders)

    def begin_day(self) -> None:
        """Put the departure from the depot on the clock."""
        self.city.clock.schedule(to_us(self.tour.start_s), self.go_on)

    def go_on(self) -> None:
        """Decide what to do next: serve a stop, wait for one, or go home."""
        now_us = self.city.clock.now_us
        if now_us >= self._latest_home_us:
            self._give_up_stops()
        bring_forward_urgent(self, self._stops_left)
        while self._stops_left:
            first = prospect(self, self._stops_left[0])
            if first is None:
                self._give_up_stop()
                continue
            if first.depart_us >= now_us + LONG_WAIT_US and take_another_first(self, self._stops_left):
                continue
            if first.depart_us >= now_us + HOLD_STEP_US:
                self.city.clock.schedule(first.depart_us, self.go_on)
                return
            self.stop_id = self.city.next_stop_id()
            self.set_out(first.route, "delivery", self._at_shop)
            return
        self.head_home()

    def _at_shop(self) -> None:
        assert self.stop_id is not None
        stop = ShopStop(
            self,
            tour_id=self.tour.tour_id,
            planned=self._stops_left[0],
            stop_id=self.stop_id,
            on_left=self._after_stop,
        )
        stop.begin()

    def _after_stop(self, handover: Handover) -> None:
        self.payload_kg = max(0.0, self.payload_kg - handover.weight_kg)
        self.last_stop_id, self.stop_id = self.stop_id, None
        del self._stops_left[0]
        self.go_on()

    def head_home(self) -> None:
        """Drive back to the depot."""
        if not self.drive_to(self.depot_link, "home", self._at_depot):
            self.strand()

    def _at_depot(self) -> None:
        self.is_home = True
        self.at_home()

    def at_home(self) -> None:
        """What the van does at its depot in the evening; nothing for a fuel van."""

    def strand(self) -> None:
        """End the day on the road; no stop is served any more."""
        super().strand()
        self._give_up_stops()

    def _give_up_stop(self) -> None:
        """Leave out the next stop; its goods stay on board and come back to the depot."""
        for row in self._stops_left.pop(0).orders:
            self.city.announce(OrderClosed(self.city.orders.order_id[row], "failed", None, None))

    def _give_up_stops(self) -> None:
        while self._stops_left:
            self._give_up_stop()

    def end_of_time(self) -> None:
        """The simulated time is over: what was not dealt with is still on board."""
        for stop in self._stops_left:
            for row in stop.orders:
                self.city.announce(OrderClosed(self.city.orders.order_id[row], "on_board", None, None))


class FuelVan(Van):
    """A van with a combustion engine."""


def latest_home_s(start_s: float, *, shift_end_s: float, shift_h: float, overtime_h: float) -> float:
    """
    Time after which a driver serves no more stops [s].

    Parameters
    ----------
    start_s
        Departure from the depot [s].
    shift_end_s
        End of the operating day [s].
    shift_h, overtime_h
        Planned shift and overtime that a driver accepts [h].
    """
    return min(start_s + shift_h * SECONDS_PER_HOUR, shift_end_s) + overtime_h * SECONDS_PER_HOUR

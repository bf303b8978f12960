"""
The van and its driver: carry out the planned tour in the traffic, kerb and rules as they are.

The driver decides when to leave, whether a stop can still be served, and when to turn home. Ways,
times and energy of each drive are the traffic engine's answers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import mesa

from sim.agents.city import City
from sim.agents.parking import ParkingPlace
from sim.agents.shop import Reception, Shop
from sim.contracts import Arrival, ArrivalReason, LinkArray
from sim.events import (
    LinksTraversed,
    OrderClosed,
    StopEnded,
    StopOutcome,
    TripEnded,
    TripPurpose,
    VanStranded,
)
from sim.network.shortest_path import earliest_path, route_clear_of_waits
from sim.planning import PlannedStop, VanTour
from sim.planning.fleet import VehicleTypeParams
from sim.units import SECONDS_PER_HOUR, to_s, to_us

_HOLD_STEP_US = to_us(60.0)
"""A departure is not put off by less than this, so that plans settle. Assumption."""

_LONG_WAIT_US = to_us(600.0)
"""Rather than wait this long for a stop, a driver looks for another to serve first. Assumption."""

_LOOK_AHEAD_STOPS = 10
"""Stops of the tour among which the driver looks. Assumption."""


@dataclass(frozen=True, slots=True)
class _Prospect:
    """A way to a stop, and when the driver would set out on it."""

    route: LinkArray
    depart_us: int


@dataclass(slots=True)
class _Drive:
    """A way the van is on or is waiting to set out on."""

    route: LinkArray
    purpose: TripPurpose
    from_stop_id: int | None
    to_stop_id: int | None
    depart_us: int
    payload_kg: float
    then: Callable[[], None]


class Van(mesa.Agent):  # type: ignore[misc]
    """
    A delivery van with its driver.

    Parameters
    ----------
    model
        The city.
    number
        Number of the vehicle in the traffic engine.
    tour
        What it is to do today.
    carrier_id
        Who owns it.
    vehicle_type
        Its properties.
    vehicle_class
        Row of the engine's tables of vehicle classes.
    depot_link
        Row of the link of its depot.
    latest_home_s
        Time after which its driver serves no more stops [s].
    """

    def __init__(
        self,
        model: City,
        *,
        number: int,
        tour: VanTour,
        carrier_id: str,
        vehicle_type: VehicleTypeParams,
        vehicle_class: int,
        depot_link: int,
        latest_home_s: float,
    ) -> None:
        super().__init__(model)
        self.city = model
        self.number = number
        self.van_id = tour.van.van_id
        self.carrier_id = carrier_id
        self.vehicle_type = vehicle_type
        self.tour = tour
        self.link = depot_link
        self.is_home = False
        self.is_stranded = False
        self._vehicle_class = vehicle_class
        self._depot_link = depot_link
        self._closures = model.closures_of(tour.van.vehicle_type)
        self._latest_home_us = to_us(latest_home_s)
        self._stops_left = list(tour.stops)
        self._last_stop_id: int | None = None
        self._stop_id: int | None = None
        self._drive: _Drive | None = None
        self._place: ParkingPlace | None = None
        self._came_us = 0
        self._service_us = (0, 0)
        orders = [order for stop in tour.stops for order in stop.orders]
        self._payload_kg = math.fsum(model.orders.weight_kg[order] for order in orders)

    # -- the day ------------------------------------------------------------------------------

    def begin_day(self) -> None:
        """Put the departure from the depot on the clock."""
        self.city.clock.schedule(to_us(self.tour.start_s), self.go_on)

    def go_on(self) -> None:
        """Decide what to do next: serve a stop, wait for one, or go home."""
        now_us = self.city.clock.now_us
        if now_us >= self._latest_home_us:
            self._give_up_stops()
        self._bring_forward_urgent()
        while self._stops_left:
            first = self._prospect(self._stops_left[0])
            if first is None:
                self._give_up_stop()
                continue
            if first.depart_us >= now_us + _LONG_WAIT_US and self._take_another_first():
                continue
            if first.depart_us >= now_us + _HOLD_STEP_US:
                self.city.clock.schedule(first.depart_us, self.go_on)
                return
            self._stop_id = self.city.next_stop_id()
            self._set_out(first.route, "delivery", self._stop_id, self._at_shop)
            return
        self.head_home()

    def _bring_forward_urgent(self) -> None:
        """
        Serve a stop before its turn when, with the delay so far, its window would be over by then.

        Of such stops the one that is due first is drawn forward, if it can still be reached.
        """
        if len(self._stops_left) < 2:
            return
        now_s = to_s(self.city.clock.now_us)
        delay_s = now_s - self._stops_left[0].arrival_s
        grace_s = self.city.service_params.grace_min * 60.0
        urgent = []
        for row, stop in enumerate(self._stops_left):
            due_s = self._window(stop)[1] + grace_s
            if now_s < due_s < stop.arrival_s + delay_s:
                urgent.append((due_s, row))
        if urgent and min(urgent)[1] > 0:
            row = min(urgent)[1]
            prospect = self._prospect(self._stops_left[row])
            if prospect is not None and prospect.depart_us < self.city.clock.now_us + _HOLD_STEP_US:
                self._stops_left.insert(0, self._stops_left.pop(row))

    def _take_another_first(self) -> bool:
        """
        Serve a later stop before the next one, which would have to be waited for.

        The first of the next few stops that can be served without much waiting is drawn forward.
        """
        now_us = self.city.clock.now_us
        for row, stop in enumerate(self._stops_left[1 : 1 + _LOOK_AHEAD_STOPS], start=1):
            prospect = self._prospect(stop)
            if prospect is not None and prospect.depart_us < now_us + _HOLD_STEP_US:
                self._stops_left.insert(0, self._stops_left.pop(row))
                return True
        return False

    def _prospect(self, stop: PlannedStop) -> _Prospect | None:
        """How the driver would go to a stop now; None when it cannot be served any more."""
        shop = self.city.shops[stop.shop]
        way = self._find_way(self._parking_link(shop)) or self._find_way(shop.link)
        if way is None:
            return None
        route, arrive_us = way
        earliest_s, latest_s = self._window(stop)
        if shop.receive(to_s(arrive_us), earliest_s, latest_s) is Reception.TOO_LATE:
            return None
        now_us = self.city.clock.now_us
        depart_us = route_clear_of_waits(route, self.city.believed_times, self._closures, now_us)
        drive_us = arrive_us - now_us
        return _Prospect(route, max(depart_us, to_us(earliest_s) - drive_us))

    def _parking_link(self, shop: Shop) -> int:
        """Where the driver heads for: the nearest berth, or the shop when it needs or has none."""
        if shop.has_offstreet or not shop.berths:
            return shop.link
        return self.city.berths[shop.berths[0][0]].spec.link

    def head_home(self) -> None:
        """Drive back to the depot."""
        if not self.drive_to(self._depot_link, "home", self._at_depot):
            self._report_stranded()

    def _at_depot(self) -> None:
        self.is_home = True
        self.at_home()

    def at_home(self) -> None:
        """What the van does at its depot in the evening; nothing for a fuel van."""

    # -- driving ------------------------------------------------------------------------------

    def _find_way(self, link: int) -> tuple[LinkArray, int] | None:
        """Links to a place as the driver believes, and the arrival [us]."""
        if link == self.link:
            return self.city.network.to_node[:0], self.city.clock.now_us
        return earliest_path(
            self.city.network,
            self.city.believed_times,
            self._closures,
            source_node=int(self.city.network.to_node[self.link]),
            target_link=link,
            depart_us=self.city.clock.now_us,
        )

    def drive_to(self, link: int, purpose: TripPurpose, then: Callable[[], None]) -> bool:
        """
        Drive to the end of a link and call `then` there; False when there is no way.

        When rules close the way for now, the van waits where it stands until it is clear.
        """
        way = self._find_way(link)
        if way is None:
            return False
        route, _ = way
        now_us = self.city.clock.now_us
        depart_us = route_clear_of_waits(route, self.city.believed_times, self._closures, now_us)
        to_stop_id = self._stop_id if purpose in ("delivery", "cruise") else None
        if depart_us > now_us:
            self.city.clock.schedule(depart_us, lambda: self._set_out_again(link, purpose, then))
        else:
            self._set_out(route, purpose, to_stop_id, then)
        return True

    def _set_out_again(self, link: int, purpose: TripPurpose, then: Callable[[], None]) -> None:
        if not self.drive_to(link, purpose, then):
            self._report_stranded()

    def _set_out(
        self,
        route: LinkArray,
        purpose: TripPurpose,
        to_stop_id: int | None,
        then: Callable[[], None],
    ) -> None:
        if len(route) == 0:
            then()
            return
        now_us = self.city.clock.now_us
        self._drive = _Drive(route, purpose, self._last_stop_id, to_stop_id, now_us, self._payload_kg, then)
        self.city.engine.depart(
            self.number,
            route,
            at_us=now_us,
            vehicle_class=self._vehicle_class,
            payload_kg=self._payload_kg,
            energy_budget_kwh=self.energy_budget_kwh(),
        )

    def on_arrival(self, arrival: Arrival) -> None:
        """Take note of a drive that the engine has ended, and act on it."""
        drive = self._drive
        assert drive is not None
        self._drive = None
        done = drive.route[: arrival.links_done]
        if len(done):
            self._record_trip(drive, done, arrival)
            self.link = int(done[-1])
        self.use_energy(arrival.energy_kwh)
        if arrival.reason is ArrivalReason.OUT_OF_ENERGY:
            self._report_stranded()
        elif arrival.reason is ArrivalReason.LINK_CLOSED:
            target = int(drive.route[-1])
            if not self.drive_to(target, drive.purpose, drive.then):
                self._report_stranded()
        else:
            drive.then()

    def _record_trip(self, drive: _Drive, done: LinkArray, arrival: Arrival) -> None:
        network = self.city.network
        self.city.announce(
            TripEnded(
                trip_id=arrival.trip,
                van_id=self.van_id,
                from_stop_id=drive.from_stop_id,
                to_stop_id=drive.to_stop_id,
                depart_s=to_s(drive.depart_us),
                arrive_s=to_s(arrival.time_us),
                distance_m=float(network.length_m[done].sum()),
                free_flow_s=float(network.free_flow_time_s[done].sum()),
                energy_kwh=arrival.energy_kwh,
                fuel_l=arrival.fuel_l,
                co2_g=arrival.co2_g,
                nox_g=arrival.nox_g,
                pm_g=arrival.pm_g,
                payload_kg=drive.payload_kg,
                purpose=drive.purpose,
            )
        )
        link, enter_us, exit_us = self.city.trip_links(arrival.trip)
        self.city.announce(LinksTraversed(self.van_id, arrival.trip, link, enter_us, exit_us))

    def energy_budget_kwh(self) -> float:
        """Electricity that the van can draw before it stops [kWh]; infinite with an engine."""
        return float("inf")

    def use_energy(self, energy_kwh: float) -> None:
        """Draw electricity from the battery [kWh]; nothing to do for a fuel van."""

    def _report_stranded(self) -> None:
        self.is_stranded = True
        self.city.announce(VanStranded(self.van_id, self.link, to_s(self.city.clock.now_us)))
        self._give_up_stops()

    # -- at a shop ----------------------------------------------------------------------------

    def _window(self, stop: PlannedStop) -> tuple[float, float]:
        orders = self.city.orders
        earliest_s = max(orders.earliest_s[row] for row in stop.orders)
        return earliest_s, max(earliest_s, min(orders.latest_s[row] for row in stop.orders))

    def _at_shop(self) -> None:
        stop = self._stops_left[0]
        shop = self.city.shops[stop.shop]
        self._came_us = self.city.clock.now_us
        luck, order_id = self.city.luck.parking_choice, self.city.orders.order_id[stop.orders[0]]
        self._place = ParkingPlace(
            self,
            shop,
            choice_luck=luck.uniform_one(order_id),
            kerb_luck=luck.uniform_one(order_id, draw=1),
            on_parked=self._start_unloading,
        )
        self._place.search()

    def _start_unloading(self) -> None:
        assert self._place is not None
        stop = self._stops_left[0]
        orders = self.city.orders
        shop = self.city.shops[stop.shop]
        walk_us = to_us(self._place.walk_m / self.city.berth_params.walking_speed_mps)
        earliest_s, latest_s = self._window(stop)
        start_us = max(self._place.parked_us + walk_us, to_us(earliest_s))
        if shop.receive(to_s(start_us), earliest_s, latest_s) is Reception.TOO_LATE:
            end_us = start_us
        else:
            end_us = start_us + to_us(math.fsum(orders.service_s[row] for row in stop.orders))
        self._service_us = start_us, end_us
        self.city.clock.schedule(end_us + walk_us, self._end_stop)

    def _end_stop(self) -> None:
        assert self._place is not None and self._stop_id is not None
        stop = self._stops_left[0]
        orders = self.city.orders
        start_us, end_us = self._service_us
        is_refused = end_us == start_us
        delivered = [] if is_refused else [row for row in stop.orders if self._is_accepted(row)]
        outcome: StopOutcome = (
            "refused"
            if is_refused
            else "delivered"
            if len(delivered) == len(stop.orders)
            else "partial"
            if delivered
            else "failed"
        )
        self._place.leave()
        weight_kg = math.fsum(orders.weight_kg[row] for row in delivered)
        self.city.announce(
            StopEnded(
                stop_id=self._stop_id,
                van_id=self.van_id,
                carrier_id=self.carrier_id,
                shop_id=self.city.shops[stop.shop].shop_id,
                tour_id=self.tour.tour_id,
                planned_arrival_s=stop.arrival_s,
                arrival_s=to_s(self._came_us),
                parked_s=to_s(self._place.parked_us),
                service_start_s=to_s(start_us),
                service_end_s=to_s(end_us),
                depart_s=to_s(self.city.clock.now_us),
                berth_id=self._place.berth_id,
                parking=self._place.parking,
                berth_wait_s=self._place.wait_s,
                weight_kg=weight_kg,
                volume_m3=math.fsum(orders.volume_m3[row] for row in delivered),
                orders=len(stop.orders),
                outcome=outcome,
            )
        )
        for row in stop.orders:
            is_delivered = row in delivered
            self.city.announce(
                OrderClosed(
                    orders.order_id[row],
                    "delivered" if is_delivered else "refused" if is_refused else "failed",
                    to_s(end_us) if is_delivered else None,
                    self._stop_id,
                )
            )
        self._payload_kg = max(0.0, self._payload_kg - weight_kg)
        self._last_stop_id, self._stop_id, self._place = self._stop_id, None, None
        del self._stops_left[0]
        self.go_on()

    def _is_accepted(self, row: int) -> bool:
        luck = self.city.luck.failed_attempt.uniform_one(self.city.orders.order_id[row])
        return luck >= self.city.service_params.failed_attempt_share

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

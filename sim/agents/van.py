"""
The van and its driver: carry out the planned tours in the traffic, kerb and rules as they are.

The driver decides when to leave, whether a stop can still be served, whether a failed one is tried again, and when to
turn home. Between two tours the van is loaded at its depot.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sim.agents.berth_booking import book_berths
from sim.agents.city import City
from sim.agents.closed_zone import Choice, choose_at_closed_link
from sim.agents.goods import Load
from sim.agents.next_stop import HOLD_STEP_US, LONG_WAIT_US, bring_forward_urgent, prospect, take_another_first
from sim.agents.open_stop import OpenStop, further_attempt, further_call, open_stops
from sim.agents.resequencing import Resequencing
from sim.agents.stop import Handover, ShopStop
from sim.agents.vehicle import Drive, Vehicle
from sim.events import ClosedZoneOption, OrderClosed, OrderStatus, TourEnded
from sim.planning import VanTour
from sim.units import SECONDS_PER_HOUR, to_s, to_us


class Van(Vehicle):
    """
    A delivery van with its driver, or with one driver a wave.

    Parameters
    ----------
    model
        The city.
    tours
        What it is to do today, in the order of time; one or more.
    latest_home_s
        Time after which its driver serves no more stops [s], by name of the wave.
    loading_s
        Time to load it at the depot between two tours [s].
    details
        As `Vehicle`.
    """

    def __init__(
        self,
        model: City,
        *,
        tours: Sequence[VanTour],
        latest_home_s: Mapping[str, float],
        loading_s: float,
        **details: Any,
    ) -> None:
        super().__init__(model, van=tours[0].van, **details)
        self.tour = tours[0]
        self.stops_left: list[OpenStop] = []
        self._tours_ahead = deque(tours)
        self._latest_home_us = {wave: to_us(time_s) for wave, time_s in latest_home_s.items()}
        self._loading_us = to_us(loading_s)
        self._load = Load(model, self.van_id)
        self._left_us: int | None = None
        self._resequencing: Resequencing

    @property
    def payload_kg(self) -> float:
        """Load on board [kg]."""
        return self._load.weight_kg

    @property
    def load_m3(self) -> float:
        """Space that the load on board takes [m3]."""
        return self._load.volume_m3

    # -- tours --------------------------------------------------------------------------------

    def begin_day(self) -> None:
        """Put the departure from the depot on the clock."""
        self.city.clock.schedule(to_us(self.tour.start_s), self._prepare_tour)

    def _prepare_tour(self) -> None:
        """Load for the next tour; goods that are not here yet are waited for, up to a limit."""
        tour = self._tours_ahead[0]
        missing = self.city.released_goods.missing(row for stop in tour.stops for row in stop.orders)
        if not missing:
            self._begin_tour()
            return
        limit_us = to_us(tour.start_s + self.city.service_params.goods_wait_min * 60.0)

        def begin_once() -> None:
            if self._tours_ahead and self._tours_ahead[0] is tour:
                self._begin_tour()

        self.city.released_goods.call_when_here(missing, begin_once)
        self.city.clock.schedule(max(limit_us, self.city.clock.now_us), begin_once)

    def _without_late_goods(self) -> frozenset[int]:
        """Orders of the tour that are not at the depot; the van leaves without them."""
        rows = [row for stop in self.tour.stops for row in stop.orders]
        late = frozenset(self.city.released_goods.missing(rows))
        for row in rows:
            if row in late:
                self.city.announce(OrderClosed(self.city.orders.order_id[row], "failed", None, None))
        return late

    def _begin_tour(self) -> None:
        """Leave the depot on the next tour; one for which the shift leaves no time stays behind."""
        self.tour = self._tours_ahead.popleft()
        now_us = self.city.clock.now_us
        if now_us >= self._latest_home_us[self.tour.wave]:
            self._leave_behind(self.tour, "failed")
            self._stay_at_depot()
            return
        self.is_home = False
        self.stops_left = open_stops(self.tour.stops, self._without_late_goods())
        self._load.take_on(row for stop in self.stops_left for row in stop.orders)
        self._left_us = now_us
        self.last_stop_id = None
        self._resequencing = Resequencing(
            self, wave=self.tour.wave, latest_home_us=self._latest_home_us[self.tour.wave]
        )
        self.booked_berths = book_berths(self, self.stops_left)
        self.on_tour_begin()
        self.go_on()

    def on_tour_begin(self) -> None:
        """What the driver sees to before leaving the depot; nothing with an engine."""

    def _at_depot(self) -> None:
        self._end_tour()
        self._load.put_back()
        self._stay_at_depot()

    def _stay_at_depot(self) -> None:
        """Load for the next tour, or stay for the night."""
        self.is_home = True
        if not self._tours_ahead:
            self.at_home()
            return
        leave_us = max(to_us(self._tours_ahead[0].start_s), self.city.clock.now_us + self._loading_us)
        self.between_tours(leave_us)
        self.city.clock.schedule(leave_us, self._prepare_tour)

    def at_home(self) -> None:
        """What the van does at its depot in the evening; nothing with an engine."""

    def between_tours(self, leave_us: int) -> None:
        """What the van does at its depot until it leaves again [us]; nothing with an engine."""

    def _end_tour(self) -> None:
        if self._left_us is not None:
            self.city.announce(
                TourEnded(
                    tour_id=self.tour.tour_id,
                    van_id=self.van_id,
                    carrier_id=self.carrier_id,
                    wave=self.tour.wave,
                    planned_start_s=self.tour.start_s,
                    start_s=to_s(self._left_us),
                    end_s=to_s(self.city.clock.now_us),
                    stops=len(self.tour.stops),
                    is_home=self.is_at_depot,
                )
            )
        self._left_us = None

    @property
    def has_tours_ahead(self) -> bool:
        """Whether the van leaves its depot again today."""
        return bool(self._tours_ahead)

    @property
    def is_at_depot(self) -> bool:
        """Whether the van stands at its depot."""
        return self.link == self.depot_link

    # -- stops --------------------------------------------------------------------------------

    def go_on(self) -> None:
        """Decide what to do next: serve a stop, wait for one, or go home."""
        now_us = self.city.clock.now_us
        if now_us >= self._latest_home_us[self.tour.wave]:
            self._give_up_stops()
        self.stops_left = self._resequencing.of(self.stops_left)
        bring_forward_urgent(self, self.stops_left)
        while self.stops_left:
            first = prospect(self, self.stops_left[0])
            if first is None:
                self._give_up_stop()
                continue
            if first.depart_us >= now_us + LONG_WAIT_US:
                if take_another_first(self, self.stops_left):
                    continue
                if self.stops_left[0].attempt > 1:
                    self._give_up_stop()
                    continue
            if first.depart_us >= now_us + HOLD_STEP_US:
                self.city.clock.schedule(first.depart_us, self.go_on)
                return
            self.stop_id = self.city.next_stop_id()
            self.set_out(first.route, "delivery", self._at_shop, violates=first.violates)
            return
        self.head_home()

    def _at_shop(self, walk_m: float | None = None, walks: int = 1) -> None:
        assert self.stop_id is not None
        stop = ShopStop(
            self,
            tour_id=self.tour.tour_id,
            stop=self.stops_left[0],
            stop_id=self.stop_id,
            on_left=self._after_stop,
            walk_m=walk_m,
            walks=walks,
        )
        stop.begin()

    def meet_closed_link(self, drive: Drive) -> tuple[ClosedZoneOption, Callable[[], None]]:
        """At a closed link on the way to a stop: whatever costs least, driving on or not."""
        if drive.purpose != "delivery" or not self.stops_left:
            return super().meet_closed_link(drive)
        target = int(drive.route[-1])
        choice = choose_at_closed_link(self, self.stops_left[0], target, has_others=len(self.stops_left) > 1)
        if choice.way is not None:
            return choice.option, lambda: self.follow(choice.way, "delivery", self._at_shop)
        if choice.option == "park_outside":
            return choice.option, lambda: self._at_shop(choice.walk_m, choice.walks)
        drive.to_stop_id, self.stop_id = None, None
        return choice.option, lambda: self._leave_out(choice)

    def _leave_out(self, choice: Choice) -> None:
        """Put the next stop off, or leave it out, and go on with the others."""
        if choice.option == "retry":
            stop = self.stops_left.pop(0)
            self.stops_left.append(
                replace(stop, not_before_s=choice.again_s, expected_s=choice.again_s, is_put_off=True)
            )
            self._resequencing.note_new_stop()
        else:
            self._give_up_stop()
        self.go_on()

    def _after_stop(self, handover: Handover) -> None:
        assert self.stop_id is not None
        stop_id, stop = self.stop_id, self.stops_left.pop(0)
        self._load.hand_over(handover.delivered, weight_kg=handover.weight_kg, end_s=handover.end_s, stop_id=stop_id)
        self._load.keep(handover.refused, "refused", stop_id, self.missed_for(stop))
        again = further_attempt(
            self.city, stop, handover.not_accepted, stop_id=stop_id, now_s=to_s(self.city.clock.now_us)
        )
        if again is None:
            self._load.keep(handover.not_accepted, "failed", stop_id)
        else:
            self.stops_left.append(again)
            self._resequencing.note_new_stop()
        if handover.rest:
            self._come_again(stop, handover, stop_id)
        self.last_stop_id, self.stop_id = stop_id, None
        self.go_on()

    def _come_again(self, stop: OpenStop, handover: Handover, stop_id: int) -> None:
        """Put the rest of a stop, for which the limit of stay was too short, before the others; or leave it out."""
        again = further_call(self.city, stop, handover.rest, handover.served_s, stop_id=stop_id)
        if again is None:
            self._load.keep(handover.rest, "failed", stop_id, self.missed_for(stop))
        else:
            self.stops_left.insert(0, again)

    def _give_up_stop(self) -> None:
        """Leave out the next stop; its goods stay on board and come back to the depot."""
        stop = self.stops_left.pop(0)
        self._load.keep(stop.orders, "failed", stop.tried_at, self.missed_for(stop))

    def missed_for(self, stop: OpenStop) -> str | None:
        """What a stop is missed for, where it is known."""
        return None

    def _give_up_stops(self) -> None:
        while self.stops_left:
            self._give_up_stop()

    # -- the end ------------------------------------------------------------------------------

    def head_home(self) -> None:
        """Drive back to the depot."""
        if not self.drive_to(self.depot_link, "home", self._at_depot):
            self.strand()

    def strand(self) -> None:
        """End the day on the road; no stop is served any more, and no further tour begins."""
        super().strand()
        self._give_up_stops()
        self._end_tour()
        while self._tours_ahead:
            self._leave_behind(self._tours_ahead.popleft(), "failed")

    def _leave_behind(self, tour: VanTour, status: OrderStatus) -> None:
        """The goods of a tour have not left the depot."""
        for stop in open_stops(tour.stops):
            missed_for = self.missed_for(stop) if status == "failed" else None
            for row in stop.orders:
                self.city.announce(OrderClosed(self.city.orders.order_id[row], status, None, None, missed_for))

    def end_of_time(self) -> None:
        """The simulated time is over: what was not dealt with is on board, or waits for its tour."""
        for stop in self.stops_left:
            for row in stop.orders:
                self.city.announce(OrderClosed(self.city.orders.order_id[row], "on_board", None, None))
        self._end_tour()
        for tour in self._tours_ahead:
            self._leave_behind(tour, "on_board")


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
        End of the wave [s].
    shift_h, overtime_h
        Planned shift and overtime that a driver accepts [h].
    """
    return min(start_s + shift_h * SECONDS_PER_HOUR, shift_end_s) + overtime_h * SECONDS_PER_HOUR

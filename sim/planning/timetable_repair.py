"""
Repair of tours that would meet a closed street: the layer above PyVRP has the last word on a plan.

Each tour of a van that rules apply to gets its timetable. One that waits at a closed street for longer than is put up
with, or has a stop that cannot be made, is tried with other departures, and with its troubled stops at other places of
the tour. The cheapest of those that can be carried out in full takes its place: every stop in time and left before its
street closes, home within wave, shift and range. Tours without trouble stay as they are, to the byte.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sim.planning.day_plan import DayPlan
from sim.planning.timetable import Timetable, Timetables, TourStop
from sim.planning.van_tour import PlannedStop, VanTour
from sim.planning.wave import Wave
from sim.units import SECONDS_PER_HOUR

_STEP_S = 900.0
"""Departures are tried a quarter of an hour apart. Assumption."""

_MOST_STEPS = 12
"""So many to either side: three hours. Assumption."""

_MOST_MOVES = 6
"""Stops of a tour that are moved, one after the other. Assumption."""

_LEAST_GAIN = 1.0
"""A timetable is taken when it is cheaper by more than this [1e-4 CNY]."""


@dataclass(frozen=True, slots=True)
class RepairReport:
    """
    What the repair has changed.

    Parameters
    ----------
    tours
        Tours looked at.
    troubled
        Tours that would have waited for too long, or come late.
    repaired
        Tours changed.
    held_before_s, held_after_s
        Waits at closed streets of all tours, before and after [s].
    """

    tours: int
    troubled: int
    repaired: int
    held_before_s: float
    held_after_s: float


class TourRepair:
    """
    Repairs the tours of a plan.

    Parameters
    ----------
    timetables
        Makes their timetables.
    stop_of
        What the timetable has to know of a planned stop.
    depot_link_of
        Row of the link of the depot of a tour's van.
    wave_of
        The wave of a name.
    range_m
        Distance a vehicle type can go without charging [m].
    loading_s
        Time to load a van between two tours [s].
    tolerated_wait_s
        Wait at closed streets that a tour may have [s].
    """

    def __init__(
        self,
        timetables: Timetables,
        *,
        stop_of: Callable[[PlannedStop], TourStop],
        depot_link_of: Callable[[VanTour], int],
        wave_of: Callable[[str], Wave],
        range_m: Mapping[str, float],
        loading_s: float,
        tolerated_wait_s: float,
    ) -> None:
        self._timetables = timetables
        self._stop_of = stop_of
        self._depot_link_of = depot_link_of
        self._wave_of = wave_of
        self._range_m = range_m
        self._loading_s = loading_s
        self._tolerated_wait_s = tolerated_wait_s

    def repair(self, plan: DayPlan) -> tuple[DayPlan, RepairReport]:
        """The plan with its troubled tours repaired, and what has changed."""
        tours, looked_at, troubled, repaired = list(plan.tours), 0, 0, 0
        before_s = after_s = 0.0
        for row, tour in enumerate(plan.tours):
            if self._timetables.closures[tour.van.vehicle_type].is_empty:
                continue
            looked_at += 1
            present = self._timetable(tour, tour.start_s, tour.stops)
            timetable = present
            if present.held_s > self._tolerated_wait_s or not present.can_be_made:
                troubled += 1
                tours[row], timetable = self._best(tour, present, self._shift_of(tour, plan.tours))
                repaired += tours[row] is not tour
            before_s, after_s = before_s + present.held_s, after_s + timetable.held_s
        report = RepairReport(looked_at, troubled, repaired, before_s, after_s)
        return (replace(plan, tours=tuple(tours)) if repaired else plan), report

    def _shift_of(self, tour: VanTour, tours: Sequence[VanTour]) -> _Shift:
        """What the other tours of the van leave to this one."""
        others = [other for other in tours if other.van.van_id == tour.van.van_id and other is not tour]
        begins = [other.start_s for other in others if other.wave == tour.wave and other.start_s < tour.start_s]
        after = [other.start_s for other in others if other.start_s > tour.start_s]
        return _Shift(
            wave=self._wave_of(tour.wave),
            begin_s=min(begins, default=None),
            next_s=min(after, default=float("inf")) - self._loading_s,
            is_alone=not others,
        )

    def _timetable(self, tour: VanTour, start_s: float, stops: Sequence[PlannedStop]) -> Timetable:
        own = [self._stop_of(stop) for stop in stops]
        return self._timetables.of(tour.van.vehicle_type, self._depot_link_of(tour), start_s, own)

    def _cheaper(
        self, tour: VanTour, start_s: float, stops: Sequence[PlannedStop], than: Timetable
    ) -> Timetable | None:
        """The timetable of a tour if it is cheaper than another one by enough to be taken."""
        own, limit = [self._stop_of(stop) for stop in stops], than.cost - _LEAST_GAIN
        tried = self._timetables.cheaper(tour.van.vehicle_type, self._depot_link_of(tour), start_s, own, than=limit)
        return tried if tried is not None and tried.cost < limit else None

    def _best(self, tour: VanTour, present: Timetable, shift: _Shift) -> tuple[VanTour, Timetable]:
        """The cheapest of the tours tried that can be carried out, with its timetable; else the tour as it is."""
        stops, best = list(tour.stops), self._best_departure(tour, tour.stops, present, shift)
        for _ in range(_MOST_MOVES):
            moved = self._best_move(tour, stops, best, shift)
            if moved is None:
                break
            stops, best = moved
        if stops != list(tour.stops):
            best = self._best_departure(tour, stops, best, shift)
        is_in_range = best.length_m <= self._range_m[tour.van.vehicle_type]
        if not (best.can_be_made and shift.allows(best) and is_in_range and best.cost < present.cost - _LEAST_GAIN):
            return tour, present
        timed = tuple(
            replace(stop, arrival_s=time.start_s, leg_m=time.leg_m)
            for stop, time in zip(stops, best.stops, strict=True)
        )
        return replace(tour, start_s=best.start_s, stops=timed, home_m=best.home_m), best

    def _best_departure(self, tour: VanTour, stops: Sequence[PlannedStop], best: Timetable, shift: _Shift) -> Timetable:
        """The cheapest timetable over departures within the wave; that of a van with several tours is fixed."""
        if not shift.is_alone:
            return best
        first_s = max(shift.wave.start_s, *(self._stop_of(stop).release_s for stop in stops))
        planned_s = best.start_s
        for step in range(-_MOST_STEPS, _MOST_STEPS + 1):
            start_s = planned_s + step * _STEP_S
            if step == 0 or start_s < first_s:
                continue
            tried = self._cheaper(tour, start_s, stops, best)
            if tried is not None and shift.allows(tried):
                best = tried
        return best

    def _best_move(
        self, tour: VanTour, stops: Sequence[PlannedStop], best: Timetable, shift: _Shift
    ) -> tuple[list[PlannedStop], Timetable] | None:
        """The first troubled stop for which another place in the tour is cheaper, at the best place."""
        for row in best.troubled:
            rest = [*stops[:row], *stops[row + 1 :]]
            found = None
            for place in range(len(stops)):
                if place == row:
                    continue
                order = [*rest[:place], stops[row], *rest[place:]]
                tried = self._cheaper(tour, best.start_s, order, best if found is None else found[1])
                if tried is not None and (shift.allows(tried) or not shift.allows(best)):
                    found = order, tried
            if found is not None:
                return found
        return None


@dataclass(frozen=True, slots=True)
class _Shift:
    """
    Hours within which a tour has to lie.

    Parameters
    ----------
    wave
        Its wave.
    begin_s
        When the driver's shift has begun, if with an earlier tour [s].
    next_s
        When the van has to be back for its next tour [s].
    is_alone
        Whether the van has no other tour.
    """

    wave: Wave
    begin_s: float | None
    next_s: float
    is_alone: bool

    def allows(self, timetable: Timetable) -> bool:
        """Whether a timetable lies within them."""
        begin_s = timetable.start_s if self.begin_s is None else self.begin_s
        is_in_shift = timetable.home_s - begin_s <= self.wave.shift_h * SECONDS_PER_HOUR
        return is_in_shift and timetable.home_s <= min(self.wave.end_s, self.next_s)

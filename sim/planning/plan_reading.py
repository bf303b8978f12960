"""
From the answer of a tour search to the tours of vans: which van, which shops, which orders.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sim.planning.district_problem import District, VanShift
from sim.planning.drops import Drop
from sim.planning.fleet import VanSpec
from sim.planning.tour_problem import PlannedTour, TourPlan
from sim.planning.van_tour import PlannedStop, VanTour
from sim.planning.wave import Wave

ShiftTours = list[tuple[float, tuple[PlannedStop, ...], float]]
"""Departure [s], stops and way home [m] of each tour of a shift."""


class VanBook:
    """
    Which vans are out in which waves.

    A battery van that works in several waves has its range for the day: planners do not count on time to charge
    between two waves. Assumption.

    Parameters
    ----------
    range_m
        Distance a vehicle type can go without charging [m].
    """

    def __init__(self, range_m: Mapping[str, float]) -> None:
        self._range_m = range_m
        self._planned_m: dict[VanSpec, float] = {}
        self._tours: dict[tuple[VanSpec, Wave], ShiftTours] = {}

    def note_driven(self, van: VanSpec, length_m: float) -> None:
        """What a van drives in waves that are planned elsewhere [m]."""
        self._planned_m[van] = self._planned_m.get(van, 0.0) + length_m

    def is_free(self, shift: VanShift) -> bool:
        """Whether a van has nothing to do in a wave."""
        return (shift.van, shift.wave) not in self._tours

    def enter(self, district: District, plan: TourPlan) -> list[Drop]:
        """
        Give the tours of a district to its vans.

        The longest tour of a wave goes first, to the van with the least range left that suffices, of those that are out
        already if there is one.

        Returns
        -------
        list
            Drops without a van: those left out of the plan, and those of tours longer than the range left.
        """
        left = [district.drops[drop] for drop in plan.left_out]
        for kind, shifts in enumerate(district.shifts):
            routes: dict[int, list[PlannedTour]] = {}
            for tour in plan.tours:
                if tour.vehicles == kind:
                    routes.setdefault(tour.vehicle, []).append(tour)
            free = list(shifts)
            for tours in self._longest_first(routes.values(), free):
                length_m = float(sum(tour.distance_m for tour in tours))
                shift = self._best_van(free, length_m)
                if shift is None:
                    left += [district.drops[int(district.problem.visit_drop[v])] for t in tours for v in t.visits]
                    continue
                free.remove(shift)
                self._planned_m[shift.van] = self._planned_m.get(shift.van, 0.0) + length_m
                self._tours[shift.van, shift.wave] = [(float(tour.start_s), *_stops(district, tour)) for tour in tours]
        return left

    def _longest_first(self, routes: Iterable[list[PlannedTour]], shifts: list[VanShift]) -> list[list[PlannedTour]]:
        """Routes of equal shifts; as found while no van of theirs has been out before."""
        found = list(routes)
        if all(shift.van not in self._planned_m for shift in shifts):
            return found
        return sorted(found, key=lambda tours: -sum(tour.distance_m for tour in tours))

    def _best_van(self, shifts: list[VanShift], length_m: float) -> VanShift | None:
        """The van for a route: out already, and with the least range left that suffices."""
        ranked = [
            (shift.van not in self._planned_m, self._range_left_m(shift.van), row)
            for row, shift in enumerate(shifts)
            if self._range_left_m(shift.van) >= length_m
        ]
        return shifts[min(ranked)[2]] if ranked else None

    def _range_left_m(self, van: VanSpec) -> float:
        return self._range_m[van.vehicle_type] - self._planned_m.get(van, 0.0)

    def van_tours(self) -> list[VanTour]:
        """Tours of all vans, by name of the van and start."""
        by_van: dict[VanSpec, list[tuple[Wave, ShiftTours]]] = {}
        for (van, wave), tours in self._tours.items():
            by_van.setdefault(van, []).append((wave, tours))
        found = []
        for van in sorted(by_van, key=lambda van: van.van_id):
            shifts = sorted(by_van[van], key=lambda shift: shift[0].start_s)
            rows = [(wave, tour) for wave, tours in shifts for tour in tours]
            for number, (wave, (start_s, stops, home_m)) in enumerate(rows, start=1):
                found.append(VanTour(f"{van.van_id}-tour-{number}", van, wave.name, start_s, stops, home_m))
        return found


def _stops(district: District, tour: PlannedTour) -> tuple[tuple[PlannedStop, ...], float]:
    problem = district.problem
    distance_m = problem.distance_m[problem.vehicles[tour.vehicles].profile]
    stops = []
    place = 0
    for visit, arrival_s in zip(tour.visits, tour.arrival_s, strict=True):
        drop = district.drops[int(problem.visit_drop[visit])]
        following = int(problem.visit_place[visit])
        leg_m = float(distance_m[place, following])
        stops.append(PlannedStop(drop.shop, drop.orders, float(arrival_s), leg_m))
        place = following
    return tuple(stops), float(distance_m[place, 0])

"""
A tour sequenced anew on the road: when the driver is late, or a stop has failed and is to be tried again.

The stops left are put into the order that PyVRP finds from where the van stands to its depot, on the travel times that
the carrier believes. A stop on a street that closes has a visit for each part of its window in which the van can come,
unload and leave; the visits exclude each other. The present order stays unless the new one is better on the same times
and hours: fewer stops missed, fewer begun after their window, less time and distance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.contracts import FOREVER_US, IntArray, LinkClosures
from sim.planning.access_windows import open_windows
from sim.planning.believed_travel import believed_matrices
from sim.planning.fleet import FleetParams
from sim.planning.planning_params import PlanningParams, PlanningView
from sim.planning.stop_window import StopWindow
from sim.planning.tour_problem import COST_SCALE, PRIZE
from sim.units import SECONDS_PER_HOUR, to_s, to_us

_NEIGHBOURS = 8
"""Neighbours tried for a stop in the search. Assumption: a tour has few stops, and a quick answer counts."""

LATE_COST = 50 * COST_SCALE
"""Planning cost of beginning a stop after its window: 50 CNY, a tenth of missing it. Assumption."""


@dataclass(frozen=True, slots=True)
class StopAhead(StopWindow):
    """
    A stop still to be made.

    Parameters
    ----------
    refused_after_s
        Start of unloading after which the shop takes nothing [s].
    """

    refused_after_s: float


@dataclass(frozen=True, slots=True)
class TourAhead:
    """
    What is left of a tour.

    Parameters
    ----------
    vehicle_type
        Name of the vehicle type.
    wave
        Name of its wave.
    link
        Row of the link at whose end the van stands.
    depot_link
        Row of the link of its depot.
    now_s
        Time now [s].
    latest_home_s
        Time after which the driver serves no more stops [s].
    stops
        Stops left, in the present order.
    closures
        When the driver believes links to be closed; None: as the carrier does.
    """

    vehicle_type: str
    wave: str
    link: int
    depot_link: int
    now_s: float
    latest_home_s: float
    stops: tuple[StopAhead, ...]
    closures: LinkClosures | None = None


@dataclass(frozen=True, slots=True)
class NewSequence:
    """
    An order of the stops left.

    Parameters
    ----------
    order
        Rows of `TourAhead.stops` in driving order.
    start_s
        Expected start of unloading of each, in that order [s].
    leg_m
        Expected distance to each from the place before, in that order [m].
    missed, late
        Stops that will not be served, and stops that begin after their window.
    cost
        Planning cost [1e-4 CNY].
    """

    order: tuple[int, ...]
    start_s: tuple[float, ...]
    leg_m: tuple[float, ...]
    missed: int
    late: int
    cost: float


class TourReplanner:
    """
    Sequences tours anew.

    Parameters
    ----------
    view
        What carriers believe.
    fleet
        Vehicle types and waves.
    params
        When and how.
    seed
        Seed of the search.
    """

    def __init__(self, view: PlanningView, fleet: FleetParams, params: PlanningParams, *, seed: int) -> None:
        self._view = view
        self._types = fleet.vehicle_types
        self._waves = {wave.name: wave for wave in fleet.day_waves()}
        self._cost_per_s = round(params.driver_cny_per_h / SECONDS_PER_HOUR * COST_SCALE)
        self._seed = seed
        self.params = params

    @property
    def stop_overhead_s(self) -> float:
        """Time to park and walk that is reckoned with at a stop [s]."""
        return self.params.stop_overhead_min * 60.0

    def replan(self, tour: TourAhead) -> NewSequence:
        """The best order known of the stops left: the present one, unless the search finds a better."""
        course = self._course(tour)
        best = course.follow(range(len(tour.stops)))
        if len(tour.stops) < 2:
            return best
        found = course.follow(self._search(course))
        return found if found.cost < best.cost else best

    def keep(self, tour: TourAhead) -> NewSequence:
        """The present order of the stops left, with the times that are now to be expected."""
        return self._course(tour).follow(range(len(tour.stops)))

    def _course(self, tour: TourAhead) -> _Course:
        links = [tour.link, *(stop.link for stop in tour.stops), tour.depot_link]
        durations, distances, charge_cny = believed_matrices(
            self._view,
            links,
            [(tour.vehicle_type, self._waves[tour.wave])],
            [()],
            value_cny_per_h=self.params.driver_cny_per_h,
        )
        closures = self._view.closures[tour.vehicle_type] if tour.closures is None else tour.closures
        cost_per_m = self._cost_per_m(tour.vehicle_type)
        charge_cost = None if charge_cny is None else np.round(charge_cny[0] * COST_SCALE).astype(np.int64)
        return _Course(tour, closures, durations[0], distances[0], cost_per_m, self._cost_per_s, charge_cost)

    def _cost_per_m(self, vehicle_type: str) -> int:
        return max(1, round(self._types[vehicle_type].planned_cny_per_km / 1e3 * COST_SCALE))

    def _search(self, course: _Course) -> list[int]:
        """Order by PyVRP; stops that it leaves out come last, in their present order."""
        import pyvrp
        from pyvrp.search import NeighbourhoodParams
        from pyvrp.stop import MaxIterations

        tour, n_places = course.tour, len(course.duration_s)
        now_s, end_s = int(np.ceil(tour.now_s)), max(int(np.ceil(tour.now_s)), int(tour.latest_home_s))
        clients: list[pyvrp.Client] = []
        row_of_client: list[int] = []
        groups: list[pyvrp.ClientGroup] = []
        for row, stop in enumerate(tour.stops):
            windows = self._windows(course, row, now_s)
            first, group = len(clients), len(groups) if len(windows) > 1 else None
            for early_s, late_s in windows:
                row_of_client.append(row)
                clients.append(
                    pyvrp.Client(
                        location=row + 1,
                        service_duration=round(stop.stay_s),
                        tw_early=early_s,
                        tw_late=late_s,
                        prize=PRIZE,
                        required=False,
                        group=group,
                    )
                )
            if group is not None:
                groups.append(pyvrp.ClientGroup(clients=list(range(first, len(clients))), required=False))
        data = pyvrp.ProblemData(
            locations=[pyvrp.Location(x=float(place), y=0.0) for place in range(n_places)],
            clients=clients,
            depots=[pyvrp.Depot(location=0), pyvrp.Depot(location=n_places - 1)],
            vehicle_types=[
                pyvrp.VehicleType(
                    num_available=1,
                    start_depot=0,
                    end_depot=1,
                    tw_early=now_s,
                    tw_late=end_s,
                    start_late=end_s if course.closures.is_empty else now_s,  # waits at closed streets count from now
                    unit_distance_cost=course.cost_per_m,
                    unit_duration_cost=course.cost_per_s,
                )
            ],
            distance_matrices=list(course.searched_m[np.newaxis]),
            duration_matrices=list(course.duration_s[np.newaxis]),
            groups=groups,
        )
        result = pyvrp.solve(
            data,
            stop=MaxIterations(self.params.replan_iterations),
            seed=self._seed,
            collect_stats=False,
            display=False,
            params=pyvrp.SolveParams(neighbourhood=NeighbourhoodParams(num_neighbours=_NEIGHBOURS)),
        )
        visits = [int(step.idx) for route in result.best.routes() for step in route.schedule() if step.is_client()]
        order = [row_of_client[visit] for visit in visits]
        return order + [row for row in range(len(tour.stops)) if row not in order]

    def _windows(self, course: _Course, row: int, now_s: int) -> list[tuple[int, int]]:
        """
        Parts of a stop's window in which the van can come, unload and leave; one or more.

        A stop that is due already counts until the shop takes nothing any more; one whose street is closed for all of
        its window has the whole of it.
        """
        stop = course.tour.stops[row]
        reached_s = now_s + int(course.duration_s[0, row + 1])
        latest_s = int(stop.latest_s if reached_s <= stop.latest_s else stop.refused_after_s)
        whole = (min(max(0, int(np.ceil(stop.earliest_s))), latest_s), latest_s)
        if course.closures.is_empty:
            return [whole]
        leave_s = self.params.leave_zone_min * 60.0
        parts = open_windows(course.closures, stop.link, *whole, int(stop.stay_s + leave_s))
        return [part for part in parts if part[1] >= now_s] or [whole]


class _Course:
    """What comes of driving the stops left in some order, as believed."""

    def __init__(
        self,
        tour: TourAhead,
        closures: LinkClosures,
        duration_s: IntArray,
        distance_m: IntArray,
        cost_per_m: int,
        cost_per_s: int,
        charge_cost: IntArray | None = None,
    ) -> None:
        self.tour = tour
        self.closures = closures
        self.duration_s = duration_s
        self.distance_m = distance_m
        self.cost_per_m = cost_per_m
        self.cost_per_s = cost_per_s
        self.charge_cost = charge_cost

    @property
    def searched_m(self) -> IntArray:
        """Distances with the charges as metres at the cost by metre."""
        if self.charge_cost is None:
            return self.distance_m
        metres: IntArray = self.distance_m + np.round(self.charge_cost / self.cost_per_m).astype(np.int64)
        return metres

    def follow(self, order: Sequence[int]) -> NewSequence:
        """
        Serve the stops in an order; one that would come too late, or after the shift, is passed over.

        A van that comes to a closed street waits for it to open, and one that is there when it closes is held.
        """
        tour, place, time_s, driven_m = self.tour, 0, self.tour.now_s, 0.0
        starts, legs = [], []
        missed = late = 0
        charge_cost = 0.0
        for row in order:
            stop, there = tour.stops[row], row + 1
            start_s = max(self._opens_s(stop.link, time_s + float(self.duration_s[place, there])), stop.earliest_s)
            leg_m = float(self.distance_m[place, there])
            starts.append(start_s)
            legs.append(leg_m)
            if start_s > stop.refused_after_s or time_s >= tour.latest_home_s:
                missed += 1
                continue
            late += start_s > stop.latest_s
            driven_m += leg_m
            charge_cost += self._charge(place, there)
            place, time_s = there, self._opens_s(stop.link, start_s + stop.stay_s)
        home = len(self.duration_s) - 1
        time_s += float(self.duration_s[place, home])
        driven_m += float(self.distance_m[place, home])
        cost = float(missed * PRIZE + late * LATE_COST) + charge_cost + self._charge(place, home)
        cost += driven_m * self.cost_per_m + (time_s - tour.now_s) * self.cost_per_s
        return NewSequence(tuple(order), tuple(starts), tuple(legs), missed, late, cost)

    def _charge(self, place: int, there: int) -> float:
        return 0.0 if self.charge_cost is None else float(self.charge_cost[place, there])

    def _opens_s(self, link: int, time_s: float) -> float:
        """First time not before `time_s` at which a link may be entered [s]; as it is where it never opens."""
        if self.closures.is_empty:
            return time_s
        opens_us = self.closures.opens_us(link, to_us(time_s))
        return to_s(opens_us) if to_us(time_s) < opens_us < FOREVER_US else time_s

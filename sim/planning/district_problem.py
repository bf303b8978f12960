"""
The routing problem of a district: drops, vans and rules put into the terms of a tour search.

Windows are cut by the hours in which the rules keep a class of vans out; places that a class may not
reach lie infinitely far for it; travel times are those believed for the working day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, Field

from sim.contracts import FOREVER_US, FloatArray, IntArray, LinkClosures
from sim.network import RoadNetwork
from sim.network.shortest_path import travel_matrix
from sim.planning.access_windows import mostly_open, open_windows
from sim.planning.drops import Drop
from sim.planning.fleet import CarrierSpec, FleetParams, VanSpec
from sim.planning.tours import (
    COST_SCALE,
    FORBIDDEN,
    PlannedTour,
    TourPlan,
    TourProblem,
    TourVehicles,
)
from sim.planning.van_tour import PlannedStop, VanTour
from sim.planning.wave import DAY_WAVE
from sim.units import MICROSECONDS_PER_SECOND, SECONDS_PER_HOUR, clock_to_s, to_us


class PlanningParams(BaseModel, frozen=True, extra="forbid"):
    """How carriers plan their tours."""

    iterations: int = Field(ge=1, le=1_000_000, description="Iterations of the tour search [-]")
    neighbours: int = Field(ge=1, le=1000, description="Neighbours tried for a visit [-]")
    largest_district: int = Field(ge=5, le=2000, description="Most drops planned together [-]")
    stop_overhead_min: float = Field(
        ge=0.0, le=60.0, description="Time to park and walk that is planned for a stop [min]"
    )
    window_buffer_min: float = Field(
        ge=0.0, le=240.0, description="Time before the end of a window that plans keep free [min]"
    )
    leave_zone_min: float = Field(
        ge=0.0, le=120.0, description="Time planned for leaving an area before it closes [min]"
    )
    shortest_window_min: float = Field(
        ge=0.0, le=240.0, description="Open part of a window that plans make use of, at least [min]"
    )
    driver_cny_per_h: float = Field(ge=0.0, description="Cost of a driver's hour in planning [CNY/h]")


@dataclass(frozen=True, slots=True)
class PlanningView:
    """
    What carriers believe about the city when they plan.

    Parameters
    ----------
    network
        Road network.
    link_time_us
        Believed travel time of each link over the working day [us], shape (n_links,).
    closures
        When links are closed, by vehicle type.
    range_m
        Distance a vehicle type can go without charging [m].
    """

    network: RoadNetwork
    link_time_us: IntArray
    closures: Mapping[str, LinkClosures]
    range_m: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class District:
    """
    Drops and vans that are planned together.

    Parameters
    ----------
    problem
        The routing problem.
    drops
        Drops in its order.
    visit_drop
        Drop of each visit of the problem.
    vans
        Vans by row of the problem's vehicles.
    """

    problem: TourProblem
    drops: tuple[Drop, ...]
    visit_drop: IntArray
    vans: tuple[tuple[VanSpec, ...], ...]


class DistrictProblems:
    """
    Makes routing problems.

    Parameters
    ----------
    view
        What carriers believe.
    fleet
        Vehicle types and shifts.
    params
        How they plan.
    seed
        Seed of the tour search.
    """

    def __init__(self, view: PlanningView, fleet: FleetParams, params: PlanningParams, *, seed: int) -> None:
        self._view = view
        self._fleet = fleet
        self._params = params
        self._seed = seed
        self._shift_us = (to_us(clock_to_s(fleet.shift_start)), to_us(clock_to_s(fleet.shift_end)))

    def meets_rules(self, vehicle_type: str) -> bool:
        """Whether any link is ever closed to a vehicle type."""
        return not self._view.closures[vehicle_type].is_empty

    def _windows(self, drop: Drop, vehicle_type: str) -> list[tuple[int, int]]:
        buffer_s = self._params.window_buffer_min * 60.0
        latest_s = max(drop.earliest_s, drop.latest_s - buffer_s)
        return open_windows(
            self._view.closures[vehicle_type],
            drop.link,
            int(np.ceil(drop.earliest_s)),
            int(latest_s),
            int(self._stay_s(drop) + self._params.leave_zone_min * 60.0),
            shortest_s=int(self._params.shortest_window_min * 60.0),
        )

    def _stay_s(self, drop: Drop) -> int:
        return round(drop.service_s + self._params.stop_overhead_min * 60.0)

    def is_shut_out(self, drop: Drop, vans: Sequence[VanSpec]) -> bool:
        """Whether rules keep some of the vans from serving a drop at any time."""
        types = {van.vehicle_type for van in vans if self.meets_rules(van.vehicle_type)}
        return any(not self._windows(drop, name) for name in types)

    def district(self, spec: CarrierSpec, drops: tuple[Drop, ...], vans: tuple[VanSpec, ...]) -> District:
        """
        The routing problem of some drops and vans of one carrier.

        A drop that vans of several sorts may serve at different hours becomes several visits that
        exclude each other; one that no van at hand may serve gets no visit, and comes out as left out.
        """
        types = list(dict.fromkeys(van.vehicle_type for van in vans))
        profiles = list(dict.fromkeys(self._profile(name) for name in types))
        profile_types = [next(n for n in types if self._profile(n) == p) for p in profiles]
        places: dict[tuple[int, frozenset[int]], int] = {}
        visits: list[tuple[int, int, tuple[int, int]]] = []
        for number, drop in enumerate(drops):
            by_profile = [self._windows(drop, name) for name in profile_types]
            for window in dict.fromkeys(w for windows in by_profile for w in windows):
                shut_out = frozenset(p for p, windows in enumerate(by_profile) if not _is_within(window, windows))
                place = places.setdefault((drop.link, shut_out), len(places) + 1)
                visits.append((number, place, window))
        duration_s, distance_m = self._matrices(spec.depot_link, list(places), profile_types)
        visit_drop = np.array([visit[0] for visit in visits], dtype=np.int64)
        vans_by_type = tuple(tuple(van for van in vans if van.vehicle_type == n) for n in types)
        problem = TourProblem(
            drops=len(drops),
            duration_s=duration_s,
            distance_m=distance_m,
            visit_place=np.array([visit[1] for visit in visits], dtype=np.int64),
            visit_drop=visit_drop,
            weight_kg=np.array([np.ceil(drops[v[0]].weight_kg) for v in visits], dtype=np.int64),
            volume_l=np.array([np.ceil(drops[v[0]].volume_m3 * 1e3) for v in visits], dtype=np.int64),
            service_s=np.array([self._stay_s(drops[v[0]]) for v in visits], dtype=np.int64),
            earliest_s=np.array([visit[2][0] for visit in visits], dtype=np.int64),
            latest_s=np.array([visit[2][1] for visit in visits], dtype=np.int64),
            vehicles=tuple(
                self._vehicles(name, len(own), profiles.index(self._profile(name)))
                for name, own in zip(types, vans_by_type, strict=True)
            ),
            neighbours=self._params.neighbours,
            iterations=self._params.iterations,
            seed=self._seed,
        )
        return District(problem, drops, visit_drop, vans_by_type)

    def _profile(self, vehicle_type: str) -> tuple[str, str] | None:
        """Vehicle types of one profile meet the same rules; None meets none."""
        if not self.meets_rules(vehicle_type):
            return None
        params = self._fleet.vehicle_types[vehicle_type]
        return params.access_class, params.powertrain

    def _vehicles(self, vehicle_type: str, count: int, profile: int) -> TourVehicles:
        params = self._fleet.vehicle_types[vehicle_type]
        per_km = params.planned_energy_cny_per_km + params.maintenance_cny_per_km
        return TourVehicles(
            count=count,
            profile=profile,
            payload_kg=int(params.payload_kg),
            volume_l=int(params.volume_m3 * 1e3),
            fixed_cost=round(params.fixed_cny_per_day * COST_SCALE),
            cost_per_m=max(1, round(per_km / 1e3 * COST_SCALE)),
            cost_per_s=round(self._params.driver_cny_per_h / SECONDS_PER_HOUR * COST_SCALE),
            earliest_s=self._shift_us[0] // MICROSECONDS_PER_SECOND,
            latest_s=self._shift_us[1] // MICROSECONDS_PER_SECOND,
            shift_s=int(self._fleet.shift_h * SECONDS_PER_HOUR),
            max_distance_m=int(min(self._view.range_m[vehicle_type], 1e7)),
        )

    def _matrices(
        self,
        depot_link: int,
        places: list[tuple[int, frozenset[int]]],
        profile_types: list[str],
    ) -> tuple[IntArray, IntArray]:
        network = self._view.network
        place_link = np.array([depot_link] + [link for link, _ in places], dtype=np.int32)
        links, of_place = np.unique(place_link, return_inverse=True)
        by_mask: dict[bytes, tuple[IntArray, FloatArray]] = {}
        durations, distances = [], []
        for profile, vehicle_type in enumerate(profile_types):
            is_open = mostly_open(self._view.closures[vehicle_type], *self._shift_us)
            key = is_open.tobytes()
            if key not in by_mask:
                time_us, distance_m = travel_matrix(
                    network,
                    self._view.link_time_us,
                    source_nodes=network.to_node[links],
                    target_links=links,
                    is_open=is_open,
                )
                np.fill_diagonal(time_us, 0)
                np.fill_diagonal(distance_m, 0.0)
                by_mask[key] = time_us, distance_m
            time_us, distance_m = by_mask[key]
            is_way = time_us < FOREVER_US
            time_s = np.where(is_way, -(-time_us // MICROSECONDS_PER_SECOND), FORBIDDEN)
            metres = np.where(is_way, np.round(np.where(is_way, distance_m, 0.0)), FORBIDDEN)
            duration = np.minimum(time_s, FORBIDDEN)[np.ix_(of_place, of_place)]
            distance = metres.astype(np.int64)[np.ix_(of_place, of_place)]
            shut = [row for row, (_, shut_out) in enumerate(places, start=1) if profile in shut_out]
            for matrix in (duration, distance):
                matrix[shut, :] = FORBIDDEN
                matrix[:, shut] = FORBIDDEN
                np.fill_diagonal(matrix, 0)
            durations.append(duration)
            distances.append(distance)
        return np.stack(durations).astype(np.int64), np.stack(distances).astype(np.int64)


def _is_within(window: tuple[int, int], windows: list[tuple[int, int]]) -> bool:
    return any(begin <= window[0] and window[1] <= end for begin, end in windows)


def read_tours(district: District, plan: TourPlan) -> Iterator[VanTour]:
    """Tours of a plan in terms of vans, shops and orders."""
    used = [0] * len(district.vans)
    for tour in plan.tours:
        van = district.vans[tour.vehicles][used[tour.vehicles]]
        used[tour.vehicles] += 1
        stops, home_m = _stops(district, tour)
        yield VanTour(f"{van.van_id}-tour-1", van, DAY_WAVE, float(tour.start_s), stops, home_m)


def _stops(district: District, tour: PlannedTour) -> tuple[tuple[PlannedStop, ...], float]:
    problem = district.problem
    distance_m = problem.distance_m[problem.vehicles[tour.vehicles].profile]
    stops = []
    place = 0
    for visit, arrival_s in zip(tour.visits, tour.arrival_s, strict=True):
        drop = district.drops[int(district.visit_drop[visit])]
        following = int(problem.visit_place[visit])
        leg_m = float(distance_m[place, following])
        stops.append(PlannedStop(drop.shop, drop.orders, float(arrival_s), leg_m))
        place = following
    return tuple(stops), float(distance_m[place, 0])

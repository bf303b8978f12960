"""
The routing problem of a district: drops, shifts and rules put into the terms of a tour search.

Windows are cut by the hours in which the rules keep a class of vans out; places that a class may not
reach lie infinitely far for it; travel times are those believed for the wave.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.planning.access_windows import open_windows
from sim.planning.believed_travel import believed_matrices
from sim.planning.drops import Drop
from sim.planning.fleet import CarrierSpec, FleetParams, VanSpec
from sim.planning.planning_params import PlanningParams, PlanningView
from sim.planning.tour_problem import COST_SCALE, TourProblem, TourVehicles
from sim.planning.wave import Wave
from sim.units import SECONDS_PER_HOUR

Window = tuple[int, int]
"""First and last start of unloading [s]."""


@dataclass(frozen=True, slots=True)
class VanShift:
    """A van in one wave, with a driver of its own."""

    van: VanSpec
    wave: Wave


@dataclass(frozen=True, slots=True)
class District:
    """
    Drops and shifts that are planned together.

    Parameters
    ----------
    problem
        The routing problem.
    drops
        Drops in its order.
    shifts
        Shifts by row of the problem's vehicles; those of a row are alike.
    """

    problem: TourProblem
    drops: tuple[Drop, ...]
    shifts: tuple[tuple[VanShift, ...], ...]


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

    def meets_rules(self, vehicle_type: str) -> bool:
        """Whether any link is ever closed to a vehicle type."""
        return not self._view.closures[vehicle_type].is_empty

    def shifts_of(self, spec: CarrierSpec, vans: Sequence[VanSpec]) -> list[VanShift]:
        """Shifts of some vans of a carrier by wave; a wave for quiet vehicles has none of others."""
        waves = [wave for wave in self._fleet.day_waves() if not spec.waves or wave.name in spec.waves]
        types = self._fleet.vehicle_types
        return [
            VanShift(van, wave)
            for wave in waves
            for van in vans
            if types[van.vehicle_type].is_quiet or not wave.quiet_only
        ]

    def _windows(self, drop: Drop, vehicle_type: str) -> list[Window]:
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

    def is_shut_out(self, drop: Drop, types: Iterable[str]) -> bool:
        """Whether rules keep some types of vans from serving a drop at any time."""
        return any(self.meets_rules(name) and not self._windows(drop, name) for name in types)

    def can_be_served(self, drop: Drop, vehicle_type: str, wave: Wave) -> bool:
        """Whether a type of vans may serve a drop at some time of a wave."""
        shortest_s = self._params.shortest_window_min * 60.0
        return any(_overlaps(window, wave, shortest_s) for window in self._windows(drop, vehicle_type))

    def capacities_for(self, drop: Drop, types: Iterable[str]) -> list[tuple[float, float]]:
        """Payload [kg] and load space [m3] of the types of vans that may serve a drop at some time."""
        kinds = [self._fleet.vehicle_types[n] for n in types if not self.meets_rules(n) or self._windows(drop, n)]
        return [(kind.payload_kg, kind.volume_m3) for kind in kinds]

    def district(self, spec: CarrierSpec, drops: tuple[Drop, ...], shifts: Sequence[VanShift]) -> District:
        """
        The routing problem of some drops and shifts of one carrier.

        A drop that vans of several sorts may serve at different hours becomes several visits that
        exclude each other; one that no van at hand may serve gets no visit, and comes out as left out.
        Waves in which no drop can be served are left out.
        """
        types = list(dict.fromkeys(shift.van.vehicle_type for shift in shifts))
        rules = list(dict.fromkeys(self._rules_for(name) for name in types))
        rule_types = [next(n for n in types if self._rules_for(n) == r) for r in rules]
        places: dict[tuple[int, frozenset[int]], int] = {}
        visits: list[tuple[int, int, Window]] = []
        for number, drop in enumerate(drops):
            by_rules = [self._windows(drop, name) for name in rule_types]
            for window in dict.fromkeys(w for windows in by_rules for w in windows):
                shut_out = frozenset(r for r, windows in enumerate(by_rules) if not _is_within(window, windows))
                place = places.setdefault((drop.link, shut_out), len(places) + 1)
                visits.append((number, place, window))
        by_kind = self._shifts_by_kind(shifts, [visit[2] for visit in visits])
        profile_of = {
            (wave, name): (wave, rules.index(self._rules_for(name)), self._set_apart(name, wave))
            for wave, name in by_kind
        }
        profiles = list(dict.fromkeys(profile_of.values()))
        duration_s, distance_m, charge_cny = believed_matrices(
            self._view,
            [spec.depot_link, *(link for link, _ in places)],
            [(own or rule_types[rule], wave) for wave, rule, own in profiles],
            [[row for row, (_, shut) in enumerate(places, start=1) if rule in shut] for _, rule, _ in profiles],
            value_cny_per_h=self._params.driver_cny_per_h,
        )
        waves_of = {name: sum(other == name for _, other in by_kind) for name in types}
        problem = TourProblem(
            drops=len(drops),
            duration_s=duration_s,
            distance_m=distance_m,
            visit_place=np.array([visit[1] for visit in visits], dtype=np.int64),
            visit_drop=np.array([visit[0] for visit in visits], dtype=np.int64),
            weight_kg=np.array([np.ceil(drops[v[0]].weight_kg) for v in visits], dtype=np.int64),
            volume_l=np.array([np.ceil(drops[v[0]].volume_m3 * 1e3) for v in visits], dtype=np.int64),
            service_s=np.array([self._stay_s(drops[v[0]]) for v in visits], dtype=np.int64),
            release_s=np.array([np.ceil(drops[v[0]].release_s) for v in visits], dtype=np.int64),
            earliest_s=np.array([visit[2][0] for visit in visits], dtype=np.int64),
            latest_s=np.array([visit[2][1] for visit in visits], dtype=np.int64),
            vehicles=tuple(
                self._vehicles(
                    name,
                    wave,
                    len(own),
                    profiles.index(profile_of[wave, name]),
                    share_of_day=1.0 / waves_of[name],
                )
                for (wave, name), own in by_kind.items()
            ),
            reload_s=round(self._params.reload_min * 60.0),
            neighbours=self._params.neighbours,
            iterations=self._params.iterations,
            seed=self._seed,
            charge_cost=None if charge_cny is None else np.round(charge_cny * COST_SCALE).astype(np.int64),
        )
        return District(problem, drops, tuple(tuple(own) for own in by_kind.values()))

    def _shifts_by_kind(
        self, shifts: Sequence[VanShift], windows: Sequence[Window]
    ) -> dict[tuple[Wave, str], list[VanShift]]:
        """Shifts by wave and vehicle type, without the waves that no window reaches into."""
        shortest_s = self._params.shortest_window_min * 60.0
        waves = dict.fromkeys(shift.wave for shift in shifts)
        served = {wave for wave in waves if any(_overlaps(window, wave, shortest_s) for window in windows)}
        by_kind: dict[tuple[Wave, str], list[VanShift]] = {}
        for shift in shifts:
            if shift.wave in served or len(waves) == 1:
                by_kind.setdefault((shift.wave, shift.van.vehicle_type), []).append(shift)
        return by_kind

    def _rules_for(self, vehicle_type: str) -> str | None:
        """The first vehicle type that meets the same rules, as believed; None for those that meet none."""
        if not self.meets_rules(vehicle_type):
            return None
        closures = self._view.closures
        return next(name for name, own in closures.items() if own is closures[vehicle_type])

    def _set_apart(self, vehicle_type: str, wave: Wave) -> str | None:
        """The vehicle type itself where charges or speed limits give it ways of its own in a wave; None for others."""
        return vehicle_type if self._view.has_own_ways(vehicle_type, wave.name) else None

    def _vehicles(
        self, vehicle_type: str, wave: Wave, count: int, profile: int, *, share_of_day: float
    ) -> TourVehicles:
        """Equal shifts; each wave bears its share of what a van costs a day."""
        params = self._fleet.vehicle_types[vehicle_type]
        per_km = params.planned_cny_per_km
        return TourVehicles(
            count=count,
            profile=profile,
            payload_kg=int(params.payload_kg),
            volume_l=int(params.volume_m3 * 1e3),
            fixed_cost=round(params.fixed_cny_per_day * share_of_day * COST_SCALE),
            cost_per_m=max(1, round(per_km / 1e3 * COST_SCALE)),
            cost_per_s=round(self._params.driver_cny_per_h / SECONDS_PER_HOUR * COST_SCALE),
            earliest_s=int(wave.start_s),
            latest_s=int(wave.end_s),
            shift_s=int(wave.shift_h * SECONDS_PER_HOUR),
            max_distance_m=int(min(self._view.range_m[vehicle_type], 1e7)),
            max_reloads=self._params.max_reloads,
        )


def _is_within(window: Window, windows: Sequence[Window]) -> bool:
    return any(begin <= window[0] and window[1] <= end for begin, end in windows)


def _overlaps(window: Window, wave: Wave, shortest_s: float) -> bool:
    common_s = min(window[1], wave.end_s) - max(window[0], wave.start_s)
    return common_s >= min(shortest_s, window[1] - window[0])

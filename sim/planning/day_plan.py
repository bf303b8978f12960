"""
The plan of a day: which van brings which orders to which shops, in which order.

The recipe: a carrier's orders are merged to drops (one a shop), large carriers are split into
districts, vans are shared out among districts, PyVRP plans each district, and what is left over is
tried once more with the vans that stayed unused.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pydantic import BaseModel, Field

from sim.contracts import (
    FOREVER_US,
    FloatArray,
    IntArray,
    LinkClosures,
    Progress,
    no_progress,
)
from sim.network import RoadNetwork
from sim.network.shortest_path import travel_matrix
from sim.planning.access_windows import mostly_open, open_windows
from sim.planning.districts import share_out_vans, split_by_geography, vans_by_district
from sim.planning.fleet import CarrierSpec, FleetParams, VanSpec
from sim.planning.plan_cache import PlanCache, problem_key
from sim.planning.tours import (
    COST_SCALE,
    FORBIDDEN,
    PlannedTour,
    TourPlan,
    TourProblem,
    TourVehicles,
    plan_tours,
)
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
class PlannedStop:
    """
    A visit to a shop as planned.

    Parameters
    ----------
    shop
        Row of the shop.
    orders
        Rows of the orders to be brought.
    arrival_s
        Planned start of unloading [s].
    leg_m
        Planned distance from the place before [m].
    """

    shop: int
    orders: tuple[int, ...]
    arrival_s: float
    leg_m: float


@dataclass(frozen=True, slots=True)
class VanTour:
    """
    The tour of one van as planned.

    Parameters
    ----------
    tour_id
        Name in the tables.
    van
        The van.
    start_s
        Planned departure from the depot [s].
    stops
        Stops in driving order.
    home_m
        Planned distance from the last stop to the depot [m].
    """

    tour_id: str
    van: VanSpec
    start_s: float
    stops: tuple[PlannedStop, ...]
    home_m: float


@dataclass(frozen=True, slots=True)
class DayPlan:
    """
    All tours of a day.

    Parameters
    ----------
    tours
        By carrier and van.
    unplanned
        Rows of the orders that no tour takes.
    problems
        Number of routing problems behind the plan.
    cost
        Planning cost [1e-4 CNY].
    """

    tours: tuple[VanTour, ...]
    unplanned: tuple[int, ...]
    problems: int
    cost: int


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
class _Drop:
    shop: int
    link: int
    orders: tuple[int, ...]
    weight_kg: float
    volume_m3: float
    service_s: float
    earliest_s: float
    latest_s: float


@dataclass(frozen=True, slots=True)
class _District:
    problem: TourProblem
    drops: tuple[_Drop, ...]
    visit_drop: IntArray
    vans: tuple[tuple[VanSpec, ...], ...]


class DayPlanner:
    """
    Plans the tours of all carriers.

    Parameters
    ----------
    view
        What carriers believe.
    fleet
        Vehicle types and shifts.
    params
        How they plan.
    cache
        Where plans are kept.
    seed
        Seed of the tour search.
    workers
        Processes that search side by side; the plan does not depend on it.
    """

    def __init__(
        self,
        view: PlanningView,
        fleet: FleetParams,
        params: PlanningParams,
        *,
        cache: PlanCache,
        seed: int,
        workers: int = 1,
    ) -> None:
        self._view = view
        self._fleet = fleet
        self._params = params
        self._cache = cache
        self._seed = seed
        self._workers = workers
        self._shift_us = (
            to_us(clock_to_s(fleet.shift_start)),
            to_us(clock_to_s(fleet.shift_end)),
        )

    def plan(
        self,
        carriers: Sequence[CarrierSpec],
        orders: pd.DataFrame,
        shops: pd.DataFrame,
        progress: Progress = no_progress,
    ) -> DayPlan:
        """
        Tours for all orders of a day.

        Parameters
        ----------
        carriers
            Carriers in the order of `orders.carrier`.
        orders
            Orders with `shop`, `carrier`, loads, windows and `expected_service_s`.
        shops
            Shops with `link`.
        progress
            Told after each district.
        """
        districts = self._all_districts(carriers, orders, shops)
        plans = list(self._solve([d.problem for d in districts], "planning tours", progress))
        tours: list[VanTour] = []
        cost = 0
        unused: dict[str, list[VanSpec]] = {spec.carrier_id: list(spec.vans) for spec in carriers}
        left: dict[str, list[_Drop]] = {spec.carrier_id: [] for spec in carriers}
        for district, plan in zip(districts, plans, strict=True):
            carrier_id = carriers[district.vans[0][0].carrier].carrier_id
            made = list(_read_tours(district, plan))
            tours += made
            cost += plan.cost
            busy = {tour.van.van_id for tour in made}
            unused[carrier_id] = [van for van in unused[carrier_id] if van.van_id not in busy]
            left[carrier_id] += [district.drops[drop] for drop in plan.left_out]
        second, left = self._second_round(carriers, unused, left)
        for district, plan in zip(
            second, self._solve([d.problem for d in second], "planning leftovers", progress), strict=True
        ):
            carrier_id = carriers[district.vans[0][0].carrier].carrier_id
            tours += list(_read_tours(district, plan))
            cost += plan.cost
            left[carrier_id] = [district.drops[drop] for drop in plan.left_out]
        unplanned = sorted(row for drops in left.values() for drop in drops for row in drop.orders)
        tours.sort(key=lambda tour: tour.van.van_id)
        return DayPlan(tuple(tours), tuple(unplanned), len(districts) + len(second), cost)

    def problems(self, carriers: Sequence[CarrierSpec], orders: pd.DataFrame, shops: pd.DataFrame) -> list[TourProblem]:
        """The routing problems behind a plan, one a district; arguments as for `plan`."""
        return [district.problem for district in self._all_districts(carriers, orders, shops)]

    def _all_districts(
        self, carriers: Sequence[CarrierSpec], orders: pd.DataFrame, shops: pd.DataFrame
    ) -> list[_District]:
        districts: list[_District] = []
        for carrier, spec in enumerate(carriers):
            rows = np.flatnonzero(orders["carrier"].to_numpy() == carrier)
            drops = _merge_to_drops(rows, orders, shops["link"].to_numpy())
            districts += self._districts(spec, drops, spec.vans)
        return districts

    def _second_round(
        self,
        carriers: Sequence[CarrierSpec],
        unused: Mapping[str, list[VanSpec]],
        left: dict[str, list[_Drop]],
    ) -> tuple[list[_District], dict[str, list[_Drop]]]:
        second: list[_District] = []
        remaining = dict(left)
        for spec in carriers:
            drops, vans = left[spec.carrier_id], unused[spec.carrier_id]
            if drops and vans:
                second.append(self._district(spec, tuple(drops), tuple(vans)))
                remaining[spec.carrier_id] = []
        return second, remaining

    def _districts(self, spec: CarrierSpec, drops: list[_Drop], vans: tuple[VanSpec, ...]) -> list[_District]:
        if not drops:
            return []
        nodes = self._view.network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
        ends = self._view.network.to_node[[drop.link for drop in drops]]
        n_vans = vans_by_district(len(drops), len(vans), self._params.largest_district)
        groups = split_by_geography(nodes[ends], n_vans.tolist())
        is_shut_out = np.array([self._is_shut_out(drop, vans) for drop in drops])
        kept_out = {name for name in {van.vehicle_type for van in vans} if self._meets_rules(name)}
        free = _interleave([van for van in vans if van.vehicle_type not in kept_out])
        other = _interleave([van for van in vans if van.vehicle_type in kept_out])
        n_free, n_other = share_out_vans(
            n_vans,
            np.array([is_shut_out[rows].mean() if len(rows) else 0.0 for rows in groups]),
            free_vans=len(free),
        )
        districts = []
        for rows, own_free, own_other in zip(groups, n_free.tolist(), n_other.tolist(), strict=True):
            own = free[:own_free] + other[:own_other]
            free, other = free[own_free:], other[own_other:]
            districts.append(self._district(spec, tuple(drops[i] for i in rows.tolist()), tuple(own)))
        return districts

    def _meets_rules(self, vehicle_type: str) -> bool:
        return not self._view.closures[vehicle_type].is_empty

    def _windows(self, drop: _Drop, vehicle_type: str) -> list[tuple[int, int]]:
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

    def _stay_s(self, drop: _Drop) -> int:
        return round(drop.service_s + self._params.stop_overhead_min * 60.0)

    def _is_shut_out(self, drop: _Drop, vans: Sequence[VanSpec]) -> bool:
        types = {van.vehicle_type for van in vans if self._meets_rules(van.vehicle_type)}
        return any(not self._windows(drop, name) for name in types)

    def _district(self, spec: CarrierSpec, drops: tuple[_Drop, ...], vans: tuple[VanSpec, ...]) -> _District:
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
        # Drops that no van at hand may serve get no visit, and so come out as left out.
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
        return _District(problem, drops, visit_drop, vans_by_type)

    def _profile(self, vehicle_type: str) -> tuple[str, str] | None:
        """Vehicle types of one profile meet the same rules; None meets none."""
        if not self._meets_rules(vehicle_type):
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

    def _solve(self, problems: list[TourProblem], task: str, progress: Progress) -> Iterator[TourPlan]:
        keys = [problem_key(problem) for problem in problems]
        plans = {key: self._cache.get(key) for key in dict.fromkeys(keys)}
        missing = {k: p for k, p in zip(keys, problems, strict=True) if plans[k] is None}
        done = len(problems) - len(missing)
        if problems:
            progress(task, done, len(problems))
        for key, plan in zip(missing, self._search(list(missing.values())), strict=True):
            self._cache.put(key, plan)
            plans[key] = plan
            done += 1
            progress(task, done, len(problems))
        for key in keys:
            found = plans[key]
            assert found is not None
            yield found

    def _search(self, problems: list[TourProblem]) -> Iterator[TourPlan]:
        if self._workers <= 1 or len(problems) < 4 * self._workers:
            return (plan_tours(problem) for problem in problems)
        from joblib import Parallel, delayed

        pool = Parallel(n_jobs=self._workers, return_as="generator")
        found: Iterator[TourPlan] = pool(delayed(plan_tours)(problem) for problem in problems)
        return found


def _merge_to_drops(rows: IntArray, orders: pd.DataFrame, shop_link: IntArray) -> list[_Drop]:
    """One drop for each shop among the orders at `rows`; its window suits all its orders."""
    mine = orders.iloc[rows].assign(row=rows)
    drops = []
    for name, group in mine.groupby("shop", sort=True):
        shop = int(str(name))
        earliest_s = float(group["earliest_s"].max())
        drops.append(
            _Drop(
                shop=shop,
                link=int(shop_link[shop]),
                orders=tuple(group["row"].tolist()),
                weight_kg=math.fsum(group["weight_kg"]),
                volume_m3=math.fsum(group["volume_m3"]),
                service_s=math.fsum(group["expected_service_s"]),
                earliest_s=earliest_s,
                latest_s=max(earliest_s, float(group["latest_s"].min())),
            )
        )
    return drops


def _is_within(window: tuple[int, int], windows: list[tuple[int, int]]) -> bool:
    return any(begin <= window[0] and window[1] <= end for begin, end in windows)


def _interleave(vans: Sequence[VanSpec]) -> list[VanSpec]:
    """Vans in an order in which every stretch holds the types in about their shares."""
    by_type: dict[str, list[VanSpec]] = {}
    for van in vans:
        by_type.setdefault(van.vehicle_type, []).append(van)
    placed = [
        ((number + 0.5) / len(own), row, van)
        for row, own in enumerate(by_type.values())
        for number, van in enumerate(own)
    ]
    return [van for _, _, van in sorted(placed, key=lambda entry: entry[:2])]


def _read_tours(district: _District, plan: TourPlan) -> Iterator[VanTour]:
    used = [0] * len(district.vans)
    for tour in plan.tours:
        van = district.vans[tour.vehicles][used[tour.vehicles]]
        used[tour.vehicles] += 1
        stops, home_m = _stops(district, tour)
        yield VanTour(f"{van.van_id}-tour-1", van, float(tour.start_s), stops, home_m)


def _stops(district: _District, tour: PlannedTour) -> tuple[tuple[PlannedStop, ...], float]:
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

"""
The plan of a day: which van brings which orders to which shops, in which order.

The recipe: a carrier's orders are merged to drops (one a shop), large carriers are split into
districts, vans are shared out among districts, PyVRP plans each district, and what is left over is
tried once more with the vans that stayed unused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.contracts import IntArray, Progress, no_progress
from sim.planning.district_problem import District, DistrictProblems, VanShift
from sim.planning.districts import share_out_vans, split_by_geography, vans_by_district
from sim.planning.drops import Drop, OrderLoads, merge_to_drops, split_heavy
from sim.planning.fleet import CarrierSpec, FleetParams, VanSpec
from sim.planning.further_calls import with_further_calls
from sim.planning.plan_cache import PlanCache, problem_key
from sim.planning.plan_reading import VanBook
from sim.planning.planning_params import PlanningParams, PlanningView
from sim.planning.tour_problem import TourPlan, TourProblem
from sim.planning.tours import plan_tours
from sim.planning.van_tour import VanTour
from sim.planning.wave import Wave

CarrierDistrict = tuple[str, District]
"""A carrier and some of its drops and shifts."""


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
        self._largest_district = params.largest_district
        self._problems = DistrictProblems(view, fleet, params, seed=seed)
        self._cache = cache
        self._workers = workers

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
            Fleets that deliver, in the order of `orders.operator`, or of `orders.carrier` without that column.
        orders
            Orders with `shop`, `carrier`, loads, windows and `expected_service_s`; with `operator` where others deliver
            than sold the transport, and `release_s` where goods come to the depot during the day.
        shops
            Shops with `link`.
        progress
            Told after each district.
        """
        book = VanBook(self._view.range_m)
        first = self._all_districts(carriers, orders, shops)
        left: dict[str, list[Drop]] = {spec.carrier_id: [] for spec in carriers}
        cost = self._enter(first, book, left, self._solve(_problems(first), "planning tours", progress))
        second = self._leftovers(carriers, book, left)
        cost += self._enter(second, book, left, self._solve(_problems(second), "planning leftovers", progress))
        unplanned = sorted(row for drops in left.values() for drop in drops for row in drop.orders)
        return DayPlan(tuple(book.van_tours()), tuple(unplanned), len(first) + len(second), cost)

    def problems(
        self, carriers: Sequence[CarrierSpec], orders: pd.DataFrame, shops: pd.DataFrame
    ) -> dict[str, list[TourProblem]]:
        """The routing problems behind a plan by carrier, one a district; arguments as for `plan`."""
        found: dict[str, list[TourProblem]] = {spec.carrier_id: [] for spec in carriers}
        for carrier_id, district in self._all_districts(carriers, orders, shops):
            found[carrier_id].append(district.problem)
        return found

    def plan_shift(
        self, spec: CarrierSpec, shift: VanShift, rows: Sequence[int], loads: OrderLoads, *, driven_m: float = 0.0
    ) -> tuple[list[VanTour], tuple[int, ...]]:
        """
        Tours of one van in one wave for some orders, and the rows of those that fit on none.

        Parameters
        ----------
        spec
            The carrier of the van.
        shift
            The van and the wave.
        rows
            Rows of the orders.
        loads
            All orders.
        driven_m
            What the van drives in other waves [m], of the range that it has for the day.
        """
        types = (shift.van.vehicle_type,)
        district = self._problems.district(spec, tuple(self._drops(np.array(sorted(rows)), types, loads)), [shift])
        book = VanBook(self._view.range_m)
        book.note_driven(shift.van, driven_m)
        left = book.enter(district, plan_tours(district.problem))
        return book.van_tours(), tuple(sorted(row for drop in left for row in drop.orders))

    def can_serve(self, vehicle_type: str, wave: Wave, rows: Sequence[int], loads: OrderLoads) -> bool:
        """Whether hours of receivers and rules let vans of a type serve each of some orders in a wave."""
        drops = self._drops(np.array(sorted(rows)), (vehicle_type,), loads)
        return all(self._problems.can_be_served(drop, vehicle_type, wave) for drop in drops)

    @staticmethod
    def _enter(
        districts: Sequence[CarrierDistrict], book: VanBook, left: dict[str, list[Drop]], plans: Iterator[TourPlan]
    ) -> int:
        """Give plans to vans; what is left over is noted, the planning cost returned."""
        cost = 0
        for (carrier_id, district), plan in zip(districts, plans, strict=True):
            left[carrier_id] += book.enter(district, plan)
            cost += plan.cost
        return cost

    def _all_districts(
        self, carriers: Sequence[CarrierSpec], orders: pd.DataFrame, shops: pd.DataFrame
    ) -> list[CarrierDistrict]:
        loads = OrderLoads(orders, shops["link"].to_numpy())
        operator = orders["operator" if "operator" in orders else "carrier"].to_numpy()
        districts: list[CarrierDistrict] = []
        for number, spec in enumerate(carriers):
            drops = self._drops(np.flatnonzero(operator == number), _types(spec.vans), loads)
            districts += [(spec.carrier_id, district) for district in self._districts(spec, drops, spec.vans)]
        return districts

    def _drops(self, rows: IntArray, types: Sequence[str], loads: OrderLoads) -> list[Drop]:
        """Some orders as visits of vans of some types."""
        parts = [part for drop in merge_to_drops(rows, loads) for part in self._parts(drop, types, loads)]
        return [with_further_calls(part, types, self._view) for part in parts]

    def _parts(self, drop: Drop, types: Sequence[str], loads: OrderLoads) -> list[Drop]:
        """A drop in as many parts as it needs visits."""
        if len(drop.orders) == 1:
            return [drop]
        return split_heavy(drop, self._problems.capacities_for(drop, types), loads)

    def _leftovers(
        self, carriers: Sequence[CarrierSpec], book: VanBook, left: dict[str, list[Drop]]
    ) -> list[CarrierDistrict]:
        """Drops that no tour takes once more, with the shifts that are still free; takes them out of `left`."""
        second: list[CarrierDistrict] = []
        for spec in carriers:
            shifts = [shift for shift in self._problems.shifts_of(spec, spec.vans) if book.is_free(shift)]
            drops = left[spec.carrier_id]
            if drops and shifts:
                second.append((spec.carrier_id, self._problems.district(spec, tuple(drops), shifts)))
                left[spec.carrier_id] = []
        return second

    def _districts(self, spec: CarrierSpec, drops: list[Drop], vans: tuple[VanSpec, ...]) -> list[District]:
        if not drops:
            return []
        nodes = self._view.network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
        ends = self._view.network.to_node[[drop.link for drop in drops]]
        n_vans = vans_by_district(len(drops), len(vans), self._largest_district)
        groups = split_by_geography(nodes[ends], n_vans.tolist())
        types = _types(vans)
        is_shut_out = np.array([self._problems.is_shut_out(drop, types) for drop in drops])
        kept_out = {name for name in types if self._problems.meets_rules(name)}
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
            own_drops = tuple(drops[i] for i in rows.tolist())
            districts.append(self._problems.district(spec, own_drops, self._problems.shifts_of(spec, own)))
        return districts

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


def _problems(districts: Sequence[CarrierDistrict]) -> list[TourProblem]:
    return [district.problem for _, district in districts]


def _types(vans: Sequence[VanSpec]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(van.vehicle_type for van in vans))


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

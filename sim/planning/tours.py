"""
Delivery tours of one district of one carrier: a vehicle routing problem for PyVRP.

PyVRP stops after a number of iterations, never after a time, so that a seed gives one plan on any machine.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from sim.planning.tour_problem import PRIZE, PlannedTour, TourPlan, TourProblem

_DEPOT, _RELOAD = 0, 1
"""Rows of the depot and of its reloading bay, which stands at the same place and takes its time."""

_ANY_DISTANCE_M = 2**62
"""No limit [m]."""


def plan_tours(problem: TourProblem) -> TourPlan:
    """
    Tours found by PyVRP's iterated local search.

    Charges for driving are told to the search in metres at the cost by metre, and do not count against the range: where
    that makes a tour too long, the search is made once more without them.

    Where there is more to carry than the vehicles can, a search may overload them rather than leave orders out. Such a
    search is made once more with a kilogram, litre, second or metre too much as dear as an order left out.

    Notes
    -----
    Source: Wouda, Lan and Kool (2024), "PyVRP: a high-performance VRP solver package", INFORMS
    Journal on Computing 36(4).
    """
    if len(problem.visit_drop) == 0 or not problem.vehicles:
        return TourPlan((), tuple(range(problem.drops)), 0)
    plan = _plan(problem)
    if problem.charge_cost is not None and _goes_too_far(problem, plan):
        plan = _plan(replace(problem, charge_cost=None))
    return plan


def _plan(problem: TourProblem) -> TourPlan:
    import pyvrp

    data = _problem_data(problem)
    best = _search(problem, data, pyvrp.PenaltyParams())
    if not best.is_feasible():
        best = _search(problem, data, pyvrp.PenaltyParams(max_penalty=2.0 * PRIZE))
    return _read_solution(problem, best)


def _goes_too_far(problem: TourProblem, plan: TourPlan) -> bool:
    """Whether a vehicle drives further in all its tours than its range."""
    driven_m: dict[tuple[int, int], int] = {}
    for tour in plan.tours:
        key = tour.vehicles, tour.vehicle
        driven_m[key] = driven_m.get(key, 0) + tour.distance_m
    return any(metres > problem.vehicles[kind].max_distance_m for (kind, _), metres in driven_m.items())


def _searched_m(problem: TourProblem):  # type: ignore[no-untyped-def]
    """Distances by profile with the charges as metres at the cost by metre."""
    if problem.charge_cost is None:
        return list(problem.distance_m)
    per_m = {vehicles.profile: vehicles.cost_per_m for vehicles in problem.vehicles}
    return [
        distance_m + np.round(charge / per_m.get(profile, 1)).astype(np.int64)
        for profile, (distance_m, charge) in enumerate(zip(problem.distance_m, problem.charge_cost, strict=True))
    ]


def _search(problem: TourProblem, data, penalties):  # type: ignore[no-untyped-def]
    import pyvrp
    from pyvrp.search import NeighbourhoodParams
    from pyvrp.stop import MaxIterations

    return pyvrp.solve(
        data,
        stop=MaxIterations(problem.iterations),
        seed=problem.seed,
        collect_stats=False,
        display=False,
        params=pyvrp.SolveParams(
            penalty=penalties, neighbourhood=NeighbourhoodParams(num_neighbours=problem.neighbours)
        ),
    ).best


def _problem_data(problem: TourProblem):  # type: ignore[no-untyped-def]
    import pyvrp

    ways = np.bincount(problem.visit_drop, minlength=problem.drops)
    group_of_drop = {int(drop): row for row, drop in enumerate(np.flatnonzero(ways > 1))}
    members: list[list[int]] = [[] for _ in group_of_drop]
    clients = []
    for visit, drop in enumerate(problem.visit_drop.tolist()):
        group = group_of_drop.get(drop)
        if group is not None:
            members[group].append(visit)
        clients.append(
            pyvrp.Client(
                location=int(problem.visit_place[visit]),
                delivery=[int(problem.weight_kg[visit]), int(problem.volume_l[visit])],
                service_duration=int(problem.service_s[visit]),
                release_time=int(problem.release_s[visit]),
                tw_early=int(problem.earliest_s[visit]),
                tw_late=int(problem.latest_s[visit]),
                prize=PRIZE,
                required=False,
                group=group,
            )
        )
    is_charged = [False] * len(problem.distance_m)
    if problem.charge_cost is not None:
        is_charged = [bool(charge.any()) for charge in problem.charge_cost]
    vehicle_types = [
        pyvrp.VehicleType(
            num_available=vehicles.count,
            capacity=[vehicles.payload_kg, vehicles.volume_l],
            fixed_cost=vehicles.fixed_cost,
            tw_early=vehicles.earliest_s,
            tw_late=vehicles.latest_s,
            shift_duration=vehicles.shift_s,
            max_distance=_ANY_DISTANCE_M if is_charged[vehicles.profile] else vehicles.max_distance_m,
            unit_distance_cost=vehicles.cost_per_m,
            unit_duration_cost=vehicles.cost_per_s,
            profile=vehicles.profile,
            reload_depots=[_RELOAD] if vehicles.max_reloads else [],
            max_reloads=vehicles.max_reloads,
        )
        for vehicles in problem.vehicles
    ]
    n_places = problem.duration_s.shape[1]
    depots = [pyvrp.Depot(location=0)]
    if any(vehicles.max_reloads for vehicles in problem.vehicles):
        depots.append(pyvrp.Depot(location=0, service_duration=problem.reload_s))
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(x=float(place), y=0.0) for place in range(n_places)],
        clients=clients,
        depots=depots,
        vehicle_types=vehicle_types,
        distance_matrices=_searched_m(problem),
        duration_matrices=list(problem.duration_s),
        groups=[pyvrp.ClientGroup(clients=rows, required=False) for rows in members],
    )


def _read_solution(problem: TourProblem, best) -> TourPlan:  # type: ignore[no-untyped-def]
    tours: list[PlannedTour] = []
    used = [0] * len(problem.vehicles)
    for route in best.routes():
        if route.is_feasible():
            kind = int(route.vehicle_type())
            tours += _read_route(problem, route, kind, used[kind])
            used[kind] += 1
    cost = int(best.distance_cost() + best.duration_cost() + best.fixed_vehicle_cost())
    served = {int(problem.visit_drop[visit]) for tour in tours for visit in tour.visits}
    left_out = tuple(drop for drop in range(problem.drops) if drop not in served)
    return TourPlan(tuple(tours), left_out, cost)


def _read_route(problem: TourProblem, route, kind: int, vehicle: int) -> Iterator[PlannedTour]:  # type: ignore[no-untyped-def]
    """Tours of one vehicle: its route, cut at the depot."""
    distance_m = problem.distance_m[problem.vehicles[kind].profile]
    steps = route.schedule()
    depots = [row for row, step in enumerate(steps) if step.is_depot()]
    for first, last in itertools.pairwise(depots):
        clients = steps[first + 1 : last]
        if not clients:
            continue
        visits = tuple(int(step.idx) for step in clients)
        places = [0, *(int(problem.visit_place[visit]) for visit in visits), 0]
        yield PlannedTour(
            vehicles=kind,
            vehicle=vehicle,
            visits=visits,
            start_s=max(int(steps[first].end_time), *(int(problem.release_s[visit]) for visit in visits)),
            end_s=int(steps[last].start_time),
            arrival_s=tuple(int(step.start_time) for step in clients),
            distance_m=int(sum(distance_m[a, b] for a, b in itertools.pairwise(places))),
        )

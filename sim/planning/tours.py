"""
Delivery tours of one district of one carrier: a vehicle routing problem for PyVRP.

What is minimised: vehicles used, driver time and distance, in 1/100 of a fen (1e-4 CNY); every
order left out costs far more than serving it. Loads count in kilograms and litres, windows mean the
start of unloading. PyVRP stops after a number of iterations, never after a time, so that a seed
gives one plan on any machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.contracts import IntArray

COST_SCALE = 10_000
"""Planning cost units in one CNY."""

FORBIDDEN = 10**7
"""Distance [m] and time [s] written for a place that a class of vehicle may not reach."""

PRIZE = 5_000_000
"""Planning cost of leaving an order out: 500 CNY, some 40 times what a stop costs."""


@dataclass(frozen=True, slots=True)
class TourVehicles:
    """
    Equal vehicles of one carrier.

    Parameters
    ----------
    count
        Number of vehicles.
    profile
        Row of the matrices: who may drive where.
    payload_kg, volume_l
        Capacity [kg], [l].
    fixed_cost, cost_per_m, cost_per_s
        Planning cost of using one, driving a metre and working a second [1e-4 CNY].
    earliest_s, latest_s
        First departure and last return [s].
    shift_s
        Longest tour [s].
    max_distance_m
        Range [m].
    """

    count: int
    profile: int
    payload_kg: int
    volume_l: int
    fixed_cost: int
    cost_per_m: int
    cost_per_s: int
    earliest_s: int
    latest_s: int
    shift_s: int
    max_distance_m: int


@dataclass(frozen=True, slots=True)
class TourProblem:
    """
    One routing problem; place 0 is the depot.

    Parameters
    ----------
    drops
        Number of drops to be served.
    duration_s, distance_m
        Matrices by profile, shape (n_profiles, n_places, n_places).
    visit_place
        Place of each visit, shape (n_visits,). A visit is one way to serve a drop.
    visit_drop
        The drop it serves; visits of one drop exclude each other, shape (n_visits,).
    weight_kg, volume_l
        Load of each visit, shape (n_visits,).
    service_s
        Planned time at the stop [s], shape (n_visits,).
    earliest_s, latest_s
        Window of the start of service [s], shape (n_visits,).
    vehicles
        Vehicles at hand.
    neighbours
        Neighbours a visit is tried with in the search.
    iterations
        Iterations of the search.
    seed
        Seed of the search.
    """

    drops: int
    duration_s: IntArray
    distance_m: IntArray
    visit_place: IntArray
    visit_drop: IntArray
    weight_kg: IntArray
    volume_l: IntArray
    service_s: IntArray
    earliest_s: IntArray
    latest_s: IntArray
    vehicles: tuple[TourVehicles, ...]
    neighbours: int
    iterations: int
    seed: int


@dataclass(frozen=True, slots=True)
class PlannedTour:
    """
    The stops of one vehicle.

    Parameters
    ----------
    vehicles
        Row of `TourProblem.vehicles`.
    visits
        Visits in driving order.
    start_s
        Planned departure from the depot [s].
    arrival_s
        Planned start of each service [s].
    distance_m, duration_s
        Planned length and duration of the tour.
    """

    vehicles: int
    visits: tuple[int, ...]
    start_s: int
    arrival_s: tuple[int, ...]
    distance_m: int
    duration_s: int


@dataclass(frozen=True, slots=True)
class TourPlan:
    """
    Tours of one problem.

    Parameters
    ----------
    tours
        One a vehicle used.
    left_out
        Drops that no tour serves.
    cost
        Planning cost without the price of drops left out [1e-4 CNY].
    """

    tours: tuple[PlannedTour, ...]
    left_out: tuple[int, ...]
    cost: int


def plan_tours(problem: TourProblem) -> TourPlan:
    """
    Tours found by PyVRP's iterated local search.

    Notes
    -----
    Source: Wouda, Lan and Kool (2024), "PyVRP: a high-performance VRP solver package", INFORMS
    Journal on Computing 36(4).
    """
    import pyvrp
    from pyvrp.search import NeighbourhoodParams
    from pyvrp.stop import MaxIterations

    if len(problem.visit_drop) == 0 or not problem.vehicles:
        return TourPlan((), tuple(range(problem.drops)), 0)
    data = _problem_data(problem)
    result = pyvrp.solve(
        data,
        stop=MaxIterations(problem.iterations),
        seed=problem.seed,
        collect_stats=False,
        display=False,
        params=pyvrp.SolveParams(neighbourhood=NeighbourhoodParams(num_neighbours=problem.neighbours)),
    )
    return _read_solution(problem, result.best)


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
                tw_early=int(problem.earliest_s[visit]),
                tw_late=int(problem.latest_s[visit]),
                prize=PRIZE,
                required=False,
                group=group,
            )
        )
    vehicle_types = [
        pyvrp.VehicleType(
            num_available=vehicles.count,
            capacity=[vehicles.payload_kg, vehicles.volume_l],
            fixed_cost=vehicles.fixed_cost,
            tw_early=vehicles.earliest_s,
            tw_late=vehicles.latest_s,
            shift_duration=vehicles.shift_s,
            max_distance=vehicles.max_distance_m,
            unit_distance_cost=vehicles.cost_per_m,
            unit_duration_cost=vehicles.cost_per_s,
            profile=vehicles.profile,
        )
        for vehicles in problem.vehicles
    ]
    n_places = problem.duration_s.shape[1]
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(x=float(place), y=0.0) for place in range(n_places)],
        clients=clients,
        depots=[pyvrp.Depot(location=0)],
        vehicle_types=vehicle_types,
        distance_matrices=list(problem.distance_m),
        duration_matrices=list(problem.duration_s),
        groups=[pyvrp.ClientGroup(clients=rows, required=False) for rows in members],
    )


def _read_solution(problem: TourProblem, best) -> TourPlan:  # type: ignore[no-untyped-def]
    tours = []
    served: set[int] = set()
    for route in best.routes():
        if not route.is_feasible():
            continue
        steps = [step for step in route.schedule() if step.is_client()]
        visits = tuple(int(step.idx) for step in steps)
        served.update(int(problem.visit_drop[visit]) for visit in visits)
        tours.append(
            PlannedTour(
                vehicles=int(route.vehicle_type()),
                visits=visits,
                start_s=int(route.start_time()),
                arrival_s=tuple(int(step.start_time) for step in steps),
                distance_m=int(route.distance()),
                duration_s=int(route.duration()),
            )
        )
    cost = int(best.distance_cost() + best.duration_cost() + best.fixed_vehicle_cost())
    left_out = tuple(drop for drop in range(problem.drops) if drop not in served)
    return TourPlan(tuple(tours), left_out, cost)

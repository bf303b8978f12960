"""
What a tour search is asked and what it answers: one routing problem in whole numbers, and its plan.

What is to be minimised: vehicles used, driver time, distance and charges for driving, in 1/100 of a fen (1e-4 CNY);
every order left out costs far more than serving it. Loads count in kilograms and litres, windows mean the start of
unloading.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    max_reloads
        Times it may come back to the depot for more within its shift.
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
    max_reloads: int = 0


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
    release_s
        Time before which a vehicle with its goods cannot leave the depot [s], shape (n_visits,).
    earliest_s, latest_s
        Window of the start of service [s], shape (n_visits,).
    vehicles
        Vehicles at hand.
    reload_s
        Time it takes to reload a vehicle at the depot [s].
    neighbours
        Neighbours a visit is tried with in the search.
    iterations
        Iterations of the search.
    seed
        Seed of the search.
    charge_cost
        Planning cost of the charges between places by profile [1e-4 CNY], shaped as the matrices; None: nothing is
        charged. Vehicles of a profile that is charged cost the same by metre.
    """

    drops: int
    duration_s: IntArray
    distance_m: IntArray
    visit_place: IntArray
    visit_drop: IntArray
    weight_kg: IntArray
    volume_l: IntArray
    service_s: IntArray
    release_s: IntArray
    earliest_s: IntArray
    latest_s: IntArray
    vehicles: tuple[TourVehicles, ...]
    reload_s: int
    neighbours: int
    iterations: int
    seed: int
    charge_cost: IntArray | None = None


@dataclass(frozen=True, slots=True)
class PlannedTour:
    """
    The stops of one vehicle between leaving the depot and coming back.

    Parameters
    ----------
    vehicles
        Row of `TourProblem.vehicles`.
    vehicle
        Number of the vehicle among those; one that reloads has several tours, in the order of time.
    visits
        Visits in driving order.
    start_s, end_s
        Planned departure from the depot and return to it [s].
    arrival_s
        Planned start of each service [s].
    distance_m
        Planned length [m].
    """

    vehicles: int
    vehicle: int
    visits: tuple[int, ...]
    start_s: int
    end_s: int
    arrival_s: tuple[int, ...]
    distance_m: int


@dataclass(frozen=True, slots=True)
class TourPlan:
    """
    Tours of one problem.

    Parameters
    ----------
    tours
        One for each time a vehicle leaves the depot.
    left_out
        Drops that no tour serves.
    cost
        Planning cost without the price of drops left out [1e-4 CNY].
    """

    tours: tuple[PlannedTour, ...]
    left_out: tuple[int, ...]
    cost: int

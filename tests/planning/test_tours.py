"""Tours of small problems worked out by hand: reloads, release of goods, waves, too much to carry."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.planning import TourProblem, TourVehicles, plan_tours
from sim.planning.tour_problem import PRIZE

_VAN = TourVehicles(
    count=1, profile=0, payload_kg=100, volume_l=1000, fixed_cost=1, cost_per_m=1, cost_per_s=0, earliest_s=0,
    latest_s=36_000, shift_s=36_000, max_distance_m=10**7,
)  # fmt: skip


def _problem(**changes: object) -> TourProblem:
    """Two drops of 60 kg, 1,000 m and 100 s from the depot on either side."""
    distance = np.array([[[0, 1000, 1000], [1000, 0, 2000], [1000, 2000, 0]]])
    two = np.ones(2, dtype=np.int64)
    whole = TourProblem(
        drops=2, duration_s=distance // 10, distance_m=distance, visit_place=np.array([1, 2]),
        visit_drop=np.array([0, 1]), weight_kg=60 * two, volume_l=10 * two, service_s=50 * two, release_s=0 * two,
        earliest_s=0 * two, latest_s=30_000 * two, vehicles=(_VAN,), reload_s=600, neighbours=5, iterations=30, seed=1,
    )  # fmt: skip
    return replace(whole, **changes)


def test_without_reloads_one_drop_is_left_out() -> None:
    """120 kg do not fit into a van of 100 kg."""
    plan = plan_tours(_problem())
    assert len(plan.tours) == 1
    assert len(plan.left_out) == 1


def test_a_reload_makes_two_tours_of_one_van() -> None:
    """Out 100 s, 50 s at the door, back 100 s, 600 s to reload, and out again: distances of both add up to the cost."""
    plan = plan_tours(_problem(vehicles=(replace(_VAN, max_reloads=1),)))
    first, second = plan.tours
    assert plan.left_out == ()
    assert (first.vehicles, first.vehicle) == (second.vehicles, second.vehicle) == (0, 0)
    assert sorted(first.visits + second.visits) == [0, 1]
    assert first.end_s == first.start_s + 250
    assert second.start_s >= first.end_s + 600
    assert second.arrival_s[0] == second.start_s + 100
    assert first.distance_m == second.distance_m == 2000
    assert plan.cost == 4001


def test_a_tour_does_not_leave_before_its_goods_are_there() -> None:
    """Goods of drop 1 come at 9,000 s; the other tour need not wait for them."""
    release = np.array([0, 9000])
    plan = plan_tours(_problem(vehicles=(replace(_VAN, max_reloads=1),), release_s=release))
    assert plan.left_out == ()
    for tour in plan.tours:
        assert tour.start_s >= max(release[visit] for visit in tour.visits)
    late = next(tour for tour in plan.tours if 1 in tour.visits)
    assert late.arrival_s[0] == late.start_s + 100


def test_vehicles_work_in_their_wave_only() -> None:
    """A drop of the morning and one of the evening, a shift for each: two vehicles, each in its hours."""
    morning, evening = replace(_VAN, latest_s=10_000), replace(_VAN, earliest_s=20_000)
    windows = {"earliest_s": np.array([0, 20_000]), "latest_s": np.array([9_000, 30_000])}
    plan = plan_tours(_problem(vehicles=(morning, evening), **windows))
    assert {tour.vehicles: tour.visits for tour in plan.tours} == {0: (0,), 1: (1,)}
    assert {tour.vehicles: tour.start_s >= 20_000 for tour in plan.tours} == {0: False, 1: True}


def test_many_small_orders_do_not_overload_the_one_van() -> None:
    """300 orders of 1 kg for a van of 100 kg: it takes 100 of them, and the plan can be driven."""
    n = 300
    place = np.arange(1, n + 1)
    distance = np.full((1, n + 1, n + 1), 10)
    np.fill_diagonal(distance[0], 0)
    ones = np.ones(n, dtype=np.int64)
    plan = plan_tours(
        _problem(
            drops=n,
            duration_s=distance,
            distance_m=distance,
            visit_place=place,
            visit_drop=place - 1,
            weight_kg=ones,
            volume_l=ones,
            service_s=ones,
            release_s=0 * ones,
            earliest_s=0 * ones,
            latest_s=30_000 * ones,
            iterations=10,
        )
    )
    assert sum(len(tour.visits) for tour in plan.tours) == 100
    assert len(plan.left_out) == 200
    assert plan.cost < PRIZE


def test_no_vehicle_leaves_everything_out() -> None:
    """A carrier that only sells transport has no tours."""
    assert plan_tours(_problem(vehicles=())).left_out == (0, 1)


def _charged(own: int) -> np.ndarray:
    """Charges of 5,000 for every drive into the place of drop 0, for the vehicles of profile `own` of two."""
    charge = np.zeros((2, 3, 3), dtype=np.int64)
    charge[own, [0, 2], 1] = 5000
    return charge


def test_drops_behind_a_charge_go_to_the_vehicles_that_pay_less() -> None:
    """Two vans alike but for a charge of 5,000: the one that pays nothing serves drop 0, whichever it is."""
    distance = np.repeat(_problem().distance_m, 2, axis=0)
    for payer in (0, 1):
        plan = plan_tours(
            _problem(
                distance_m=distance, duration_s=distance // 10, charge_cost=_charged(payer),
                vehicles=(replace(_VAN, profile=0), replace(_VAN, profile=1)),
            )
        )  # fmt: skip
        assert plan.left_out == ()
        assert {tour.vehicles: tour.visits for tour in plan.tours} == {1 - payer: (0,), payer: (1,)}
        assert plan.cost == 4002


def test_a_charge_costs_no_range() -> None:
    """2,000 m there and back with a range of 2,000 m: the drop is served and the charge is part of the cost."""
    short = replace(_VAN, max_distance_m=2000)
    charge = _charged(0)[:1]
    plan = plan_tours(_problem(charge_cost=charge, vehicles=(replace(short, count=2),)))
    assert plan.left_out == ()
    assert sorted(tour.distance_m for tour in plan.tours) == [2000, 2000]
    assert plan.cost == 9002


def test_a_range_holds_where_charges_are_counted() -> None:
    """A van with room for both drops would have to drive 4,000 m with a range of 3,000 m: two vans go."""
    van = replace(_VAN, count=2, payload_kg=200, fixed_cost=500, max_distance_m=3000)
    plan = plan_tours(_problem(charge_cost=_charged(0)[:1], vehicles=(van,)))
    assert plan.left_out == ()
    assert [tour.distance_m for tour in plan.tours] == [2000, 2000]

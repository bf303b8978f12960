"""Sharing on a whole day: who pays whom, and what becomes of the plan."""

from __future__ import annotations

from functools import cache

import numpy as np

import sim
from sim.planning import DayPlan, PlannedStop, SharedPlan, VanSpec, VanTour
from sim.planning.capacity_sharing import Deal, _kept


@cache
def _model(scenario: str) -> sim.DeliveryModel:
    overrides = [
        "network=helsinki",
        "traffic=off",
        "planning.iterations=20",
        "run.workers=1",
        "demand.orders_per_day=500",
    ]
    return sim.DeliveryModel(sim.load_scenario(scenario, [*overrides, "paths.cache_dir=null"]), seed=1)


def _carriers(plan: DayPlan) -> dict[int, int]:
    return {row: tour.van.carrier for tour in plan.tours for stop in tour.stops for row in stop.orders}


def test_a_day_with_sharing_has_fewer_vans_and_every_order_once() -> None:
    """Some orders go with another carrier of the same hub; none is lost, no more vans are out."""
    base, shared = _model("baseline").plan_day(), _model("capacity_sharing").plan_day()
    before, after = _carriers(base), _carriers(shared)
    assert set(before) | set(base.unplanned) == set(after) | set(shared.unplanned)
    assert len(shared.unplanned) <= len(base.unplanned)
    moved = [row for row in after if row in before and before[row] != after[row]]
    fleets = _model("baseline").fleets
    assert moved and all(fleets[before[row]].depot_link == fleets[after[row]].depot_link for row in moved)
    assert len({tour.van for tour in shared.tours}) < len({tour.van for tour in base.tours})


def test_what_one_pays_another_earns() -> None:
    """Payments add up to zero; carriers without deals are not named."""
    fleets = _model("baseline").fleets
    deals = (Deal(0, 4, (1, 2), 30.0, 0.2), Deal(4, 8, (3,), 10.0, 0.2), Deal(2, 6, (5,), 7.5, 0.1))
    paid = SharedPlan(_model("baseline").plan_day(), deals).payments_cny(fleets)
    assert paid == {"carrier-01": 30.0, "carrier-05": -20.0, "carrier-09": -10.0, "carrier-03": 7.5, "carrier-07": -7.5}
    assert sum(paid.values()) == 0.0


def _tour(carrier: int, orders: tuple[int, ...]) -> VanTour:
    van = VanSpec(f"v{carrier}", carrier, "diesel_van", 0)
    return VanTour(f"t{carrier}", van, "day", 0.0, (PlannedStop(0, orders, 0.0, 0.0),), 0.0)


def test_deals_that_do_not_work_are_undone() -> None:
    """One whose order has no tour, one that pushes out another's order; in a group that loses, the worse half."""
    before = DayPlan((_tour(0, (0, 1)), _tour(1, (2,)), _tour(2, (3, 4)), _tour(3, (5,))), (), 1, 0)
    deals = [Deal(0, 1, (0,), 5.0, 0.3), Deal(0, 1, (1,), 5.0, 0.1), Deal(2, 3, (3,), 5.0, 0.3)]
    gains, loses = np.array([1.0, 1.0, 1.0, 1.0]), np.array([-3.0, 1.0, 1.0, 1.0])
    assert _kept(deals, before, before, gains) == deals
    assert _kept(deals, before, before, loses) == [deals[0], deals[2]]
    lost = DayPlan(before.tours, (3,), 1, 0)
    assert _kept(deals, before, lost, gains) == deals[:2]
    pushed_out = DayPlan(before.tours, (2,), 1, 0)
    assert _kept(deals, before, pushed_out, gains) == [deals[2]]

"""Sharing on a whole day: who pays whom, and what becomes of the plan."""

from __future__ import annotations

from functools import cache

import numpy as np

import sim
from sim.planning import DayPlan, PlannedStop, SharedPlan, VanSpec, VanTour
from sim.planning.capacity_sharing import Deal, _Shifts, _Take
from sim.planning.drops import OrderLoads
from sim.planning.sharing_match import Lot
from sim.units import to_us


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


def test_no_order_is_lost_where_vans_work_in_two_waves() -> None:
    """A van may give away its tour of the day and take something at night: every order is in one tour, or in none."""
    model = _model("night_delivery+capacity_sharing+electric")
    plan = model.plan_day()
    planned = [row for tour in plan.tours for stop in tour.stops for row in stop.orders]
    assert sorted([*planned, *plan.unplanned]) == list(range(len(model.order_table)))
    assert len({tour.tour_id for tour in plan.tours}) == len(plan.tours)


def test_what_one_pays_another_earns() -> None:
    """Payments add up to zero; carriers without deals are not named."""
    fleets = _model("baseline").fleets
    deals = (Deal(0, 4, (1, 2), 30.0, 0.2), Deal(4, 8, (3,), 10.0, 0.2), Deal(2, 6, (5,), 7.5, 0.1))
    paid = SharedPlan(_model("baseline").plan_day(), deals).payments_cny(fleets)
    assert paid == {"carrier-01": 30.0, "carrier-05": -20.0, "carrier-09": -10.0, "carrier-03": 7.5, "carrier-07": -7.5}
    assert sum(paid.values()) == 0.0


def test_shifts_that_take_nothing_keep_their_tours() -> None:
    """Only tours that are given away, and shifts that take their orders, differ from the plan without sharing."""
    base, shared = _model("baseline").plan_day(), _model("capacity_sharing").plan_day()
    carrier_before, carrier_after = _carriers(base), _carriers(shared)
    moved = {row for row, carrier in carrier_after.items() if carrier_before.get(row) != carrier}
    by_van = {(tour.van, tour.wave): tour.stops for tour in base.tours}
    unchanged = changed = 0
    for tour in shared.tours:
        rows = {row for stop in tour.stops for row in stop.orders}
        if rows & moved:
            changed += 1
        else:
            unchanged += 1
            assert by_van[tour.van, tour.wave] == tour.stops
    assert changed > 0 and unchanged > changed
    kept = {(tour.van, tour.wave) for tour in shared.tours}
    given_away = [stops for key, stops in by_van.items() if key not in kept]
    assert given_away and all({row for stop in stops for row in stop.orders} <= moved for stops in given_away)


VAN = VanSpec("carrier-02-van-001", 1, "diesel_van", 0)
OWN = VanTour("carrier-02-van-001-tour-1", VAN, "day", 0.0, (PlannedStop(0, (0,), 0.0, 5e3),), 5e3)


class _Planner:
    """Plans a shift in 10 km and 1 km an order; order 9 fits on no tour, and own order 0 on none with order 8."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    def plan_shift(self, spec, shift, rows, loads, *, driven_m=0.0):  # type: ignore[no-untyped-def]
        self.asked.append(sorted(rows))
        without = tuple(row for row in rows if row == 9 or (row == 0 and 8 in rows))
        stops = tuple(PlannedStop(row, (row,), 0.0, 1e3) for row in sorted(rows) if row not in without)
        return [VanTour("new", shift.van, shift.wave.name, 0.0, stops, 10e3)], without


class _Market:
    """A kilometre costs 1 CNY, a van 50 CNY a day."""

    def way_cny(self, tour: VanTour) -> float:
        return (tour.home_m + sum(stop.leg_m for stop in tour.stops)) / 1e3

    def van_cny(self, van: VanSpec) -> float:
        return 50.0


def _take(order: int, value: float, gain_share: float) -> _Take:
    lot = Lot(0, 0, (order,), (order,), 1.0, 0.0, 0.0, value, f"given-{order}")
    return _Take(Deal(0, 1, (order,), 1.0, gain_share), lot)


def _shifts(planner: _Planner, tours: tuple[VanTour, ...]) -> _Shifts:
    fleet = _model("baseline").settings.fleet
    plan, fleets = DayPlan(tours, (), 1, 0), _model("baseline").fleets
    return _Shifts(plan, planner, _Market(), fleets, fleet, loads=None)  # type: ignore[arg-type]


def test_a_shift_takes_what_pays() -> None:
    """Its own way costs 10 CNY, 13 with two orders more: lots worth 4 CNY together pay, lots worth 2 do not."""
    planner = _Planner()
    shifts = _shifts(planner, (OWN,))
    takes = [_take(1, 2.0, 0.3), _take(2, 2.0, 0.2)]
    assert shifts.take(VAN, "day", takes, 3) == takes
    assert [stop.orders for tour in shifts.tours for stop in tour.stops] == [(0,), (1,), (2,)]
    cheap = _shifts(_Planner(), (OWN,))
    assert cheap.take(VAN, "day", [_take(1, 1.0, 0.3), _take(2, 1.0, 0.2)], 3) == [] and cheap.tours == [OWN]


def test_a_van_at_home_has_to_earn_what_it_costs() -> None:
    """A way of 11 CNY and the van of 50: a lot of 62 CNY sends it out, one of 60 does not."""
    assert _shifts(_Planner(), ()).take(VAN, "day", [_take(1, 60.0, 0.3)], 3) == []
    assert len(_shifts(_Planner(), ()).take(VAN, "day", [_take(1, 62.0, 0.3)], 3)) == 1


def test_orders_without_a_tour_stay_with_their_carrier() -> None:
    """A lot that does not fit goes back; where it pushes out an order of the taker, the less promising half goes."""
    planner = _Planner()
    good, bad, pushing = _take(1, 90.0, 0.3), _take(9, 90.0, 0.9), _take(8, 90.0, 0.1)
    assert _shifts(planner, (OWN,)).take(VAN, "day", [good, bad], 3) == [good]
    assert planner.asked == [[0, 1, 9], [0, 1]]
    assert _shifts(planner, (OWN,)).take(VAN, "day", [pushing, good], 3) == [good]
    assert _shifts(planner, (OWN,)).take(VAN, "day", [pushing], 3) == []


def test_no_more_rounds_than_said() -> None:
    """With one round a shift takes all or nothing."""
    assert _shifts(_Planner(), (OWN,)).take(VAN, "day", [_take(1, 90.0, 0.3), _take(9, 90.0, 0.9)], 1) == []


def test_a_shift_is_offered_only_what_it_may_serve() -> None:
    """Shops that receive at night are for the night wave, those of the day for the day."""
    model = _model("night_delivery+capacity_sharing")
    planner, loads = model._planner(), OrderLoads(model.order_table, model.shop_table["link"].to_numpy())
    day, night = model.settings.fleet.day_waves()
    from_s, until_s = model.order_table["earliest_s"], model.order_table["latest_s"]
    by_day = np.flatnonzero((from_s < 12 * 3600) & (until_s <= day.end_s))[:40].tolist()
    by_night = np.flatnonzero((from_s >= night.start_s) & (until_s > night.start_s + 3600))[:40].tolist()
    assert by_day and by_night
    for rows, own, other in ((by_day, day, night), (by_night, night, day)):
        assert planner.can_serve("electric_van", own, rows, loads)
        assert not any(planner.can_serve("electric_van", other, [row], loads) for row in rows)


def test_a_van_that_a_ban_keeps_out_is_offered_nothing_there() -> None:
    """A shop in the centre that is shut all day can be served by an exempt electric van, not by a diesel van."""
    model = _model("all_day_ban")
    planner, loads = model._planner(), OrderLoads(model.order_table, model.shop_table["link"].to_numpy())
    (day,) = model.settings.fleet.day_waves()
    closures = model._access.believed()["diesel_van"]
    shops = model.shop_table["link"].to_numpy()[model.order_table["shop"]]
    inside = [row for row, link in enumerate(shops) if closures.is_closed(int(link), to_us(12 * 3600.0))][:20]
    assert inside and planner.can_serve("electric_van", day, inside, loads)
    assert not any(planner.can_serve("diesel_van", day, [row], loads) for row in inside)

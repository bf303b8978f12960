"""
Timetables and their repair, by hand, on a street whose far end closes from 09:00 to 10:00.

    depot --L0 (10 min)--> A --L1 (10 min)--> B --L2 (10 min, closed 09:00-10:00)--> C, and back C--L3 (30 min)--> depot
                                              B --L4 (10 min)--> C, round the shop that lies on L2
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.contracts import LinkClosures
from sim.planning import DayPlan, PlannedStop, VanSpec, VanTour
from sim.planning.timetable import Timetable, Timetables, TourStop
from sim.planning.timetable_repair import TourRepair
from sim.traffic.travel_times import BinnedTravelTimes

MINUTE = 60.0
MINUTE_US = 60 * 10**6
DEPOT, A, B, C = 3, 0, 1, 2
"""Links at whose ends the places lie."""


class _Street:
    from_node = np.array([0, 1, 2, 3, 2], dtype=np.int32)
    to_node = np.array([1, 2, 3, 0, 3], dtype=np.int32)
    length_m = np.array([1000.0, 1000.0, 1000.0, 3000.0, 1000.0])
    out_start = np.array([0, 1, 2, 4, 5])
    out_link = np.array([0, 1, 2, 4, 3], dtype=np.int32)


def _timetables(*, opens_min: float = 600.0) -> Timetables:
    """Ten minutes a link and thirty for the way back; L2 closed from 09:00, to 10:00 where nothing else is said."""
    times = np.array([[10, 10, 10, 30, 10]], dtype=np.int64) * MINUTE_US
    closures = LinkClosures(
        np.array([0, 0, 0, 1, 1, 1]), np.array([540 * MINUTE_US]), np.array([round(opens_min * MINUTE_US)])
    )
    scenario = sim.load_scenario("baseline", ["network=grid"])
    return Timetables(
        _Street(),  # type: ignore[arg-type]
        BinnedTravelTimes(24 * 60 * MINUTE_US, times),
        {"diesel_van": closures},
        scenario.fleet,
        scenario.planning,
    )


def _at(link: int, *, stay_min: float = 10.0, until_min: float = 1080.0) -> TourStop:
    return TourStop(link, stay_min * MINUTE, 360 * MINUTE, until_min * MINUTE)


def _clock(timetable: Timetable) -> list[float]:
    """Begin of unloading at each stop [min from midnight]."""
    return [stop.start_s / MINUTE for stop in timetable.stops]


def test_a_tour_before_the_street_closes_is_not_held() -> None:
    """Leaving 08:00: A 08:10, B 08:30, C 08:50, home 30 minutes after 09:00."""
    found = _timetables().of("diesel_van", DEPOT, 480 * MINUTE, [_at(A), _at(B), _at(C)])
    assert _clock(found) == [490.0, 510.0, 530.0]
    assert (found.home_s / MINUTE, found.held_s, found.troubled) == (570.0, 0.0, [])
    assert [stop.leg_m for stop in found.stops] == [1000.0, 1000.0, 1000.0]
    assert found.home_m == 3000.0


def test_a_tour_that_meets_the_closed_street_waits_for_it() -> None:
    """Leaving 08:30: at C's street 09:10, which opens at 10:00: 50 minutes held, C 10:10."""
    found = _timetables().of("diesel_van", DEPOT, 510 * MINUTE, [_at(A), _at(B), _at(C)])
    assert _clock(found) == [520.0, 540.0, 610.0]
    assert found.held_s == 50 * MINUTE
    assert found.troubled == [2]


def test_lateness_and_ways_that_never_open_are_told() -> None:
    """C takes goods until 10:05 only: late. Where L2 never opens again, it is missed and the van goes home from B."""
    stops = [_at(A), _at(B), _at(C, until_min=605.0)]
    late = _timetables().of("diesel_van", DEPOT, 510 * MINUTE, stops)
    assert [stop.is_late for stop in late.stops] == [False, False, True]
    shut = _timetables(opens_min=2.0**62 / MINUTE_US).of("diesel_van", DEPOT, 510 * MINUTE, stops)
    assert [stop.is_missed for stop in shut.stops] == [False, False, True]
    assert shut.cost > late.cost


def _repair(
    tour_start_min: float, links: list[int], *, also_later: bool = False, opens_min: float = 600.0, **stops: Any
) -> tuple[VanTour, VanTour, Any]:
    """A plan of one tour, or of another in the evening too; the first after repair, and the report."""
    scenario = sim.load_scenario("baseline", ["network=grid"])
    asked = {link: stops.get(f"at_{link}", _at(link)) for link in links}
    van = VanSpec("van", 0, "diesel_van", 0)
    tour = VanTour(
        "tour",
        van,
        "day",
        tour_start_min * MINUTE,
        tuple(PlannedStop(link, (link,), 0.0, 0.0) for link in links),
        0.0,
    )
    repair = TourRepair(
        _timetables(opens_min=opens_min),
        stop_of=lambda planned: asked[planned.shop],
        depot_link_of=lambda tour: DEPOT,
        wave_of=scenario.fleet.wave_named,
        range_m={"diesel_van": float("inf")},
        loading_s=0.0,
        tolerated_wait_s=10 * MINUTE,
    )
    later = VanTour("later", van, "day", 1000 * MINUTE, (PlannedStop(A, (A,), 0.0, 0.0),), 0.0)
    asked.setdefault(A, _at(A))
    plan, report = repair.repair(DayPlan((tour, later) if also_later else (tour,), (), 1, 0))
    return tour, plan.tours[0], report


def test_a_tour_without_trouble_stays_as_it_is() -> None:
    """The very same tour, and a plan in which nothing was repaired."""
    before, after, report = _repair(480.0, [A, B, C])
    assert after is before
    assert (report.tours, report.troubled, report.repaired) == (1, 0, 0)


def test_another_departure_avoids_the_closed_street() -> None:
    """Leaving 08:30 waits 50 minutes; leaving 08:00 or 08:15 reaches C's street before 09:00 and waits for nothing."""
    _, after, report = _repair(510.0, [A, B, C])
    assert after.start_s / MINUTE <= 495.0
    assert [stop.shop for stop in after.stops] == [A, B, C]
    assert (report.repaired, report.held_before_s, report.held_after_s) == (1, 50 * MINUTE, 0.0)
    assert after.stops[2].arrival_s < 540 * MINUTE


def test_another_order_avoids_it_where_the_departure_is_fixed() -> None:
    """
    The van has a second tour, so it leaves at 08:00. B takes goods from 08:20 on and 40 minutes: the van is before C's
    street at 09:00 and waits until 11:00. With C first (08:30) it is at B at 09:30, and home at 10:50.
    """
    at_b = TourStop(B, 40 * MINUTE, 500 * MINUTE, 570 * MINUTE)
    _, after, report = _repair(480.0, [B, C], also_later=True, opens_min=660.0, **{f"at_{B}": at_b})
    assert after.start_s == 480 * MINUTE
    assert [stop.shop for stop in after.stops] == [C, B]
    assert [stop.arrival_s / MINUTE for stop in after.stops] == [510.0, 570.0]
    assert report.held_before_s == 120 * MINUTE
    assert report.held_after_s == 0.0


def test_goods_that_come_later_hold_the_departure() -> None:
    """C's goods are at the depot from 08:25 on: no departure before that is tried."""
    late = TourStop(C, 600.0, 360 * MINUTE, 1080 * MINUTE, release_s=505 * MINUTE)
    _, after, _ = _repair(510.0, [A, B, C], **{f"at_{C}": late})
    assert after.start_s >= 505 * MINUTE


@pytest.mark.parametrize("seed", [1, 2])
def test_repair_of_a_day_never_adds_waits(seed: int) -> None:
    """The peak ban on Helsinki: less waiting than before, the same orders on the same tours."""
    off, on = (
        sim.DeliveryModel(
            sim.load_scenario("peak_ban", ["network=helsinki", "traffic=off", f"planning.repair_tours={state}"]),
            seed=seed,
        )
        for state in ("false", "true")
    )
    before, after = off.plan_day(), on.plan_day()
    report = on.repair_report
    assert report is not None
    assert report.troubled > 0
    assert report.held_after_s < report.held_before_s

    def orders(plan: DayPlan) -> pd.Series[Any]:
        return pd.Series({t.tour_id: tuple(sorted(row for s in t.stops for row in s.orders)) for t in plan.tours})

    pd.testing.assert_series_equal(orders(before), orders(after))

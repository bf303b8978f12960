"""Which van drives which tour: waves of a day, reloads, and what a battery still allows."""

from __future__ import annotations

import numpy as np

from sim.planning.district_problem import District, VanShift
from sim.planning.drops import Drop
from sim.planning.fleet import VanSpec
from sim.planning.plan_reading import VanBook
from sim.planning.tour_problem import PlannedTour, TourPlan, TourProblem, TourVehicles
from sim.planning.wave import Wave

MORNING, EVENING = Wave("morning", 0.0, 40_000.0, 9.0), Wave("evening", 40_000.0, 90_000.0, 9.0)
_EMPTY = np.zeros(0, dtype=np.int64)


def _vans(n: int) -> list[VanSpec]:
    return [VanSpec(f"van-{number}", 0, "electric", 0) for number in range(n)]


def _district(wave: Wave, vans: list[VanSpec], lengths_m: list[int]) -> tuple[District, TourPlan]:
    """One tour for each length, each with one drop half as far away."""
    n = len(lengths_m)
    distance = np.zeros((1, n + 1, n + 1), dtype=np.int64)
    distance[0, 0, 1:] = distance[0, 1:, 0] = np.array(lengths_m) // 2
    kind = TourVehicles(len(vans), 0, 1000, 1000, 0, 1, 1, 0, 90_000, 90_000, 10**7)
    problem = TourProblem(
        drops=n, duration_s=distance, distance_m=distance, visit_place=np.arange(1, n + 1), visit_drop=np.arange(n),
        weight_kg=_EMPTY, volume_l=_EMPTY, service_s=_EMPTY, release_s=_EMPTY, earliest_s=_EMPTY, latest_s=_EMPTY,
        vehicles=(kind,), reload_s=0, neighbours=1, iterations=1, seed=1,
    )  # fmt: skip
    drops = tuple(Drop(row, row, (row,), 1.0, 0.1, 60.0, 0.0, 90_000.0) for row in range(n))
    start_s = int(wave.start_s)
    tours = tuple(
        PlannedTour(0, row, (row,), start_s, start_s + 100, (start_s + 50,), length)
        for row, length in enumerate(lengths_m)
    )
    return District(problem, drops, (tuple(VanShift(van, wave) for van in vans),)), TourPlan(tours, (), 0)


def test_a_van_of_the_morning_is_out_again_in_the_evening() -> None:
    """One van of two does both tours, numbered in the order of time; ways come from the matrices."""
    vans = _vans(2)
    book = VanBook({"electric": 1e6})
    assert book.enter(*_district(MORNING, vans, [1000])) == []
    assert book.enter(*_district(EVENING, vans, [3000])) == []
    first, second = book.van_tours()
    assert (first.van, first.wave, first.tour_id) == (vans[0], "morning", "van-0-tour-1")
    assert (second.van, second.wave, second.tour_id) == (vans[0], "evening", "van-0-tour-2")
    assert (second.stops[0].leg_m, second.home_m, second.start_s) == (1500.0, 1500.0, 40_000.0)
    assert not book.is_free(VanShift(vans[0], EVENING)) and book.is_free(VanShift(vans[1], EVENING))


def test_a_long_tour_of_the_evening_goes_to_the_van_with_charge_left() -> None:
    """Range 100 km: mornings of 80 and 20 km leave 20 and 80; the evening's 15 and 70 km fit in one way only."""
    vans = _vans(2)
    book = VanBook({"electric": 100_000.0})
    book.enter(*_district(MORNING, vans, [80_000, 20_000]))
    assert book.enter(*_district(EVENING, vans, [15_000, 70_000])) == []
    length = {(tour.van.van_id, tour.wave): 2.0 * tour.home_m for tour in book.van_tours()}
    assert length[("van-0", "evening")] == 15_000.0
    assert length[("van-1", "evening")] == 70_000.0


def test_a_tour_that_no_battery_reaches_is_left_over() -> None:
    """Its drops come back to be planned once more."""
    vans = _vans(1)
    book = VanBook({"electric": 100_000.0})
    book.enter(*_district(MORNING, vans, [80_000]))
    (left,) = book.enter(*_district(EVENING, vans, [30_000]))
    assert left.orders == (0,)
    assert len(book.van_tours()) == 1


def test_tours_of_one_vehicle_stay_with_one_van() -> None:
    """A van that reloads has both tours of its route."""
    district, plan = _district(MORNING, _vans(2), [1000, 2000])
    first, second = plan.tours
    route = TourPlan((first, PlannedTour(0, 0, second.visits, 500, 700, (600,), 2000)), (), 0)
    book = VanBook({"electric": 1e6})
    book.enter(district, route)
    assert [(tour.van.van_id, tour.tour_id) for tour in book.van_tours()] == [
        ("van-0", "van-0-tour-1"),
        ("van-0", "van-0-tour-2"),
    ]

"""Tracked vans between background cars."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from sim.contracts import Arrival, ArrivalReason, FloatArray, LinkClosures, SpeedLimits, TrafficEngine
from sim.energy.consumption import trip_consumption
from sim.traffic import kernels as compiled_kernels
from sim.traffic.plain_twin import plain_kernels
from sim.traffic.profile_engine import ProfileEngine
from sim.traffic.queue_engine import QueueEngine
from sim.traffic.routed_trips import RoutedTrips
from sim.traffic.travel_times import free_flow_times
from tests.traffic.roads import closures_of, road


def _consumption() -> FloatArray:
    """One class that takes 0.2 kWh/km and 0.5 kWh/h, and 2 g CO2 an hour at a stand."""
    packed = np.zeros((1, 5, 7))
    packed[0, 0, :2] = 0.2, 0.5
    packed[0, 2, 3] = 2.0
    packed[0, :, 4] = 1.0
    return packed


def _engine(n_links: int = 3, cars: RoutedTrips | None = None, **changes: Any) -> QueueEngine:
    links = changes.pop("links", road(n_links))
    settings = {"consumption": _consumption(), "closures": [LinkClosures.none(len(links))], "pcu": [1.0]} | changes
    return QueueEngine(links, cars, **settings)


def _depart(engine: TrafficEngine, vehicle: int, route: list[int], at_s: float, budget_kwh: float = np.inf) -> int:
    return engine.depart(
        vehicle,
        np.array(route, dtype=np.int32),
        at_us=round(at_s * 1e6),
        vehicle_class=0,
        payload_kg=0.0,
        energy_budget_kwh=budget_kwh,
    )


def _advance_all(engine: TrafficEngine, until_s: float) -> list[Arrival]:
    arrivals = []
    while engine.now_us < until_s * 1e6:
        arrivals += engine.advance(round(until_s * 1e6))
    return arrivals


def test_control_returns_at_the_arrival_of_a_van() -> None:
    """Three links of 40 s: the engine stops at 130 s with the van, then goes on to where it was asked."""
    engine = _engine()
    trip = _depart(engine, 7, [0, 1, 2], 10.0)
    (arrival,) = engine.advance(1_000_000_000)
    assert (arrival.trip, arrival.vehicle, arrival.time_us, arrival.reason, arrival.links_done) == (
        trip,
        7,
        130_000_000,
        ArrivalReason.ARRIVED,
        3,
    )
    assert engine.now_us == 130_000_000
    assert engine.advance(1_000_000_000) == []
    assert engine.now_us == 1_000_000_000


def test_vans_that_arrive_together_come_in_the_order_of_their_numbers() -> None:
    """Two arrivals at one time are one answer, whatever the order of departure."""
    links = road(2)
    links[["from_node_id", "to_node_id"]] = [[0, 1], [2, 3]]
    engine = _engine(links=links)
    _depart(engine, 9, [0], 0.0)
    _depart(engine, 4, [1], 0.0)
    assert [arrival.vehicle for arrival in engine.advance(100_000_000)] == [4, 9]


def test_energy_is_that_of_the_links_as_driven() -> None:
    """The sum over links at their average speeds, and a trace of each link."""
    engine = _engine()
    trip = _depart(engine, 0, [0, 1, 2], 0.0)
    (arrival,) = engine.advance(1_000_000_000)
    link, enter_us, exit_us = engine.trip_links(trip)
    used, _ = trip_consumption(_consumption(), 0, np.full(3, 500.0), (exit_us - enter_us) / 1e6, 0.0, float("inf"))
    assert link.tolist() == [0, 1, 2]
    assert enter_us.tolist() == [0, 40_000_000, 80_000_000]
    assert exit_us.tolist() == [40_000_000, 80_000_000, 120_000_000]
    assert arrival.energy_kwh == used[0] == pytest.approx(1.5 * 0.2 + 0.5 / 30)


def test_alone_on_the_road_a_van_is_as_with_the_engine_of_speed_profiles() -> None:
    """Both engines give the same answers where nobody is in the way: closures, energy, budget, traces."""
    closures = closures_of(3, {1: [(35.0, 41.0)], 2: [(870.0, 900.0), (990.0, 1100.0)]})
    length_m = np.full(3, 500.0)
    times = free_flow_times(length_m, np.full(3, 12.5), np.zeros(3))
    engines: list[TrafficEngine] = [
        _engine(closures=[closures]),
        ProfileEngine(length_m, times, _consumption(), [closures]),
    ]
    answers = []
    for engine in engines:
        found = []
        for vehicle, (at_s, budget_kwh) in enumerate(
            [(0.0, np.inf), (200.0, np.inf), (400.0, 0.12), (600.0, 0.3), (800.0, 0.2), (1000.0, np.inf)]
        ):
            _depart(engine, vehicle, [0, 1, 2] if vehicle < 5 else [2], at_s, budget_kwh)
            found += _advance_all(engine, at_s + 120.0)
        answers.append((found, [tuple(part.tolist() for part in engine.trip_links(trip)) for trip in range(6)]))  # type: ignore[attr-defined]
    assert answers[0] == answers[1]
    reasons = [arrival.reason for arrival in answers[0][0]]
    assert set(reasons) == set(ArrivalReason)


def limits_of(*limits: tuple[int, float, float, float]) -> SpeedLimits:
    """Limits on three links: link, from, until and least time [s], in order of the links."""
    start = np.searchsorted([link for link, *_ in limits], np.arange(4)).astype(np.int64)
    table = np.array([rest for _, *rest in limits], dtype=np.float64).reshape(-1, 3)
    from_us, until_us, least_us = (np.round(table[:, column] * 1e6).astype(np.int64) for column in range(3))
    return SpeedLimits(start, from_us, until_us, least_us)


def test_both_engines_keep_speed_limits_by_hour() -> None:
    """Link 1 takes 100 s instead of 40 s for those who enter from 30 s to 400 s, the end not included."""
    closures, length_m = LinkClosures.none(3), np.full(3, 500.0)
    times = free_flow_times(length_m, np.full(3, 12.5), np.zeros(3))
    limits = limits_of((1, 30.0, 400.0, 100.0), (2, 0.0, 1e6, 10.0))
    for begin_s, arrive_s in ((0.0, 180.0), (359.0, 539.0), (360.0, 480.0)):
        engines: list[TrafficEngine] = [
            _engine(closures=[closures], limits=[limits, SpeedLimits.none(3)]),
            ProfileEngine(length_m, times, _consumption(), [closures], limits=[limits]),
        ]
        for engine in engines:
            trip = _depart(engine, 0, [0, 1, 2], begin_s)
            (arrival,) = _advance_all(engine, 2000.0)
            assert arrival.time_us == round(arrive_s * 1e6)
            _, enter_us, exit_us = engine.trip_links(trip)
            assert (exit_us - enter_us)[1] == (100_000_000 if begin_s < 360.0 else 40_000_000)


@pytest.mark.parametrize("kernels", [compiled_kernels, plain_kernels()], ids=["compiled", "plain"])
def test_those_behind_a_slow_van_cannot_overtake_it(kernels: ModuleType) -> None:
    """A car that follows a van which takes 100 s on link 0 leaves it 4 s after the van, the headway of 900 veh/h."""
    cars = RoutedTrips(np.array([1.0]), np.array([0, 1, 2]), np.array([0, 3]))
    slow = limits_of((0, 0.0, 1e6, 100.0))
    engine = _engine(cars=cars, limits=[slow, SpeedLimits.none(3)], kernels=kernels)
    _depart(engine, 0, [0, 1, 2], 0.0)
    _advance_all(engine, 2000.0)
    assert engine.car_arrivals_s().tolist() == [100.0 + 4.0 + 80.0]


def test_a_limit_for_cars_leaves_vans_as_they_are() -> None:
    """The car takes 100 s on link 1, a van that comes long after it 40 s; without limits nothing is slower."""
    cars = RoutedTrips(np.array([0.0]), np.array([0, 1, 2]), np.array([0, 3]))
    slow = limits_of((1, 0.0, 1e6, 100.0))
    for limits, arrive_s in (([SpeedLimits.none(3), slow], 180.0), ([], 120.0)):
        engine = _engine(cars=cars, limits=limits)
        _depart(engine, 0, [0, 1, 2], 500.0)
        (arrival,) = _advance_all(engine, 2000.0)
        assert engine.car_arrivals_s().tolist() == [arrive_s]
        assert arrival.time_us == 620_000_000


def test_a_van_whose_energy_runs_out_ends_with_that_link_and_leaves_the_road_free() -> None:
    """0.117 kWh a link: the budget of 0.2 ends with the second; the car behind is not held up."""
    cars = RoutedTrips(np.array([1.0]), np.array([0, 1, 2]), np.array([0, 3]))
    engine = _engine(cars=cars)
    _depart(engine, 0, [0, 1, 2], 0.0, budget_kwh=0.2)
    (arrival,) = engine.advance(1_000_000_000)
    assert (arrival.reason, arrival.links_done, arrival.time_us) == (ArrivalReason.OUT_OF_ENERGY, 2, 80_000_000)
    assert arrival.energy_kwh == 0.2
    engine.advance(1_000_000_000)
    assert engine.car_arrivals_s().tolist() == [124.0]
    assert engine.stored_veh == 0


def test_a_van_before_a_closed_link_is_given_back_standing_at_the_node() -> None:
    """It may go on where the closure ends, and not one microsecond earlier."""
    engine = _engine(closures=[closures_of(3, {1: [(30.0, 90.0)]})])
    _depart(engine, 0, [0, 1, 2], 0.0)
    (arrival,) = engine.advance(1_000_000_000)
    assert (arrival.reason, arrival.links_done, arrival.time_us) == (ArrivalReason.LINK_CLOSED, 1, 40_000_000)
    _depart(engine, 0, [1, 2], 89.999999)
    assert [a.reason for a in engine.advance(1_000_000_000)] == [ArrivalReason.LINK_CLOSED]
    _depart(engine, 0, [1, 2], 90.0)
    assert [(a.reason, a.time_us) for a in engine.advance(1_000_000_000)] == [(ArrivalReason.ARRIVED, 170_000_000)]


def test_a_link_that_closes_while_a_van_waits_for_it_gives_the_van_back() -> None:
    """The van waits for room on a full link; when room comes the link has closed to it, and cars still enter."""
    links = road(2, length_m=[500.0, 5.0])
    cars = RoutedTrips(np.array([30.0, 1.0]), np.array([1, 0, 1]), np.array([0, 1, 3]))
    engine = _engine(links=links, cars=cars, closures=[closures_of(2, {1: [(50.0, 900.0)]})])
    engine.set_blocked_lanes(1, 1.0, at_us=0)
    engine.set_blocked_lanes(1, 0.0, at_us=60_000_000)
    _depart(engine, 0, [0, 1], 0.0)
    (arrival,) = engine.advance(1_000_000_000)
    assert (arrival.reason, arrival.links_done) == (ArrivalReason.LINK_CLOSED, 1)
    assert arrival.time_us == 60_000_000 + 2_266_667  # green, and the gap of the first car 5 m back at 2.206 m/s
    engine.advance(1_000_000_000)
    assert np.isfinite(engine.car_arrivals_s()).all()


def test_a_blocked_lane_delays_the_cars_behind_and_is_counted() -> None:
    """Half of two lanes: 1,800 veh/h become 900, so of four cars at once the last leaves at 40 + 3 x 4 s."""
    cars = RoutedTrips(np.zeros(4), np.zeros(4, np.int64), np.arange(5))
    free, blocked = (_engine(links=road(1, lanes=2, capacity_veh_per_h=1800.0), cars=cars) for _ in range(2))
    blocked.set_blocked_lanes(0, 1.0, at_us=10_000_000)
    blocked.set_blocked_lanes(0, 0.0, at_us=910_000_000)
    for engine in (free, blocked):
        engine.advance(1_000_000_000)
    assert free.car_arrivals_s().tolist() == [40.0, 42.0, 44.0, 46.0]
    assert blocked.car_arrivals_s().tolist() == [40.0, 44.0, 48.0, 52.0]
    assert blocked.link_bins()["blocked_s"].tolist() == [890.0, 10.0]


def test_vans_are_counted_by_link_and_bin() -> None:
    """Cars and vans enter; only vans count as vans."""
    cars = RoutedTrips(np.array([5.0]), np.array([0]), np.array([0, 1]))
    engine = _engine(n_links=1, cars=cars)
    _depart(engine, 0, [0], 0.0)
    _advance_all(engine, 100.0)
    assert engine.link_bins()[["inflow_veh", "outflow_veh", "vans"]].to_numpy().tolist() == [[2, 2, 1]]


def test_travel_times_belong_to_the_bin_of_entry_in_both_engines() -> None:
    """In at 880 s, out at 920 s: the time stands in the first quarter of an hour, the exit is counted in the second."""
    times = free_flow_times(np.array([500.0]), np.array([12.5]), np.zeros(1))
    engines: list[TrafficEngine] = [
        _engine(n_links=1),
        ProfileEngine(np.array([500.0]), times, _consumption(), [LinkClosures.none(1)]),
    ]
    for engine in engines:
        _depart(engine, 0, [0], 880.0)
        _advance_all(engine, 1000.0)
        bins = engine.link_bins().sort_values("bin_start_s")
        assert bins["inflow_veh"].tolist() == [1.0, 0.0]
        assert bins["outflow_veh"].tolist() == [0.0, 1.0]
        assert bins["travel_time_s"].fillna(-1.0).tolist() == [40.0, -1.0]


def test_positions_follow_free_speed_and_the_queue() -> None:
    """Closed stop line: the first car stands at it, the next 7.5 m behind, the last still drives."""
    cars = RoutedTrips(np.array([10.0, 0.0, 60.0]), np.zeros(3, np.int64), np.arange(4))
    engine = _engine(n_links=1, cars=cars)
    engine.set_blocked_lanes(0, 1.0, at_us=0)
    engine.advance(70_000_000)
    found = engine.positions()
    assert found.vehicle.tolist() == [1, 0, 2]
    assert (found.relative * 500.0).tolist() == pytest.approx([500.0, 492.5, 125.0])
    assert not found.is_tracked.any()


def test_a_queue_starts_to_move_at_its_head() -> None:
    """5 m/s wave: the gap of the first car takes 1.5 s to each next one, 7.5 m further back."""
    links = road(1, length_m=600.0, free_speed_mps=15.0, capacity_veh_per_h=1800.0)
    cars = RoutedTrips(np.zeros(4), np.zeros(4, np.int64), np.arange(5))
    engine = _engine(links=links, cars=cars)
    engine.set_blocked_lanes(0, 1.0, at_us=0)
    engine.set_blocked_lanes(0, 0.0, at_us=100_000_000)
    expected_m = {99.0: [600.0, 592.5, 585.0, 577.5], 101.4: [592.5, 585.0, 577.5], 101.6: [600.0, 585.0, 577.5]}
    for time_s, positions_m in expected_m.items():
        engine.advance(round(time_s * 1e6))
        assert (engine.positions().relative * 600.0).tolist() == pytest.approx(positions_m)


def test_tracked_vans_are_named_in_positions() -> None:
    """A van on the road carries its own number."""
    engine = _engine()
    _depart(engine, 42, [0, 1], 0.0)
    engine.advance(60_000_000)
    found = engine.positions()
    assert (found.link.tolist(), found.vehicle.tolist(), found.is_tracked.tolist()) == ([1], [42], [True])
    assert found.relative.tolist() == pytest.approx([0.5])


def test_orders_that_cannot_be_are_refused() -> None:
    """Empty or broken routes, the past, a vehicle on its way already, negative lanes, classes that do not match."""
    engine = _engine()
    engine.advance(1_000_000)
    with pytest.raises(ValueError, match="route is empty"):
        _depart(engine, 0, [], 2.0)
    with pytest.raises(ValueError, match="link 2 does not start where 0 ends"):
        _depart(engine, 0, [0, 2], 2.0)
    with pytest.raises(ValueError, match="links outside 0 to 2"):
        _depart(engine, 0, [-1], 2.0)
    with pytest.raises(ValueError, match="before now"):
        _depart(engine, 0, [0], 0.5)
    _depart(engine, 0, [0], 2.0)
    with pytest.raises(ValueError, match="under way already"):
        _depart(engine, 0, [0], 3.0)
    with pytest.raises(ValueError, match="blocked lanes"):
        engine.set_blocked_lanes(0, -1.0, at_us=2_000_000)
    with pytest.raises(ValueError, match="vehicle classes"):
        _engine(pcu=[1.0, 1.0])
    with pytest.raises(ValueError, match="pcu of a van"):
        _engine(pcu=[0.0])


def test_a_refused_departure_leaves_nothing_behind() -> None:
    """After a refusal the vehicle may depart properly."""
    engine = _engine()
    engine.advance(1_000_000)
    with pytest.raises(ValueError, match="before now"):
        _depart(engine, 0, [0], 0.5)
    _depart(engine, 0, [0], 2.0)
    assert [arrival.time_us for arrival in engine.advance(100_000_000)] == [42_000_000]

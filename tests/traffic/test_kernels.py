"""Kernels: equal to their plain-Python twin, conserving vehicles, independent of how a run is sliced."""

from __future__ import annotations

from types import FunctionType, ModuleType
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.contracts import Arrival
from sim.traffic import kernels as compiled_kernels
from sim.traffic.network_loading import LoadingResult, load_network
from sim.traffic.plain_twin import plain_kernels
from sim.traffic.queue_engine import QueueEngine
from sim.traffic.routed_trips import RoutedTrips
from tests.traffic.roads import closures_of, grid, wandering_routes

SEEDS = st.integers(0, 10_000)


def _loaded(seed: int, n_trips: int = 150, kernels: ModuleType = compiled_kernels, **settings_: Any) -> LoadingResult:
    """A crowded random day: short links, signals, mixed vehicles, stop lines that close, vehicles that get stuck."""
    rng = np.random.default_rng(seed)
    links = grid(3, rng)
    trips = pd.DataFrame(
        {
            "trip_id": np.arange(n_trips),
            "depart_s": np.round(rng.uniform(0.0, 120.0, n_trips), 1),
            "route": wandering_routes(links, n_trips, 8, rng),
            "pcu": rng.choice([1.0, 1.0, 1.5, 0.3], n_trips),
        }
    )
    closed = rng.choice(len(links), 4, replace=False)
    changes = pd.DataFrame(
        {
            "link_id": np.tile(closed, 2),
            "time_s": np.concatenate([rng.uniform(0.0, 60.0, 4), rng.uniform(80.0, 200.0, 4)]),
            "capacity_veh_per_h": np.concatenate([[0.0, 0.0, 300.0, 600.0], np.full(4, 900.0)]),
        }
    )
    return load_network(links, trips, changes, stuck_time_s=30.0, bin_s=60.0, kernels=kernels, **settings_)


def _assert_same(one: LoadingResult, other: LoadingResult) -> None:
    assert one.arrival_s.tobytes() == other.arrival_s.tobytes()
    pd.testing.assert_frame_equal(one.links, other.links, check_exact=True)
    assert one.counts.vehicle_s.tobytes() == other.counts.vehicle_s.tobytes()
    assert (one.forced_moves, one.circle_moves, one.stored_veh, one.traversals) == (
        other.forced_moves,
        other.circle_moves,
        other.stored_veh,
        other.traversals,
    )


def test_the_twin_is_plain_python_all_the_way_down() -> None:
    """No function that the twin calls is compiled."""
    twin = plain_kernels()
    called = {name: value for name, value in vars(twin).items() if callable(value) and name not in ("Store",)}
    inner = [vars(twin)["goes_on"].__globals__["link_consumption"], vars(twin)["enter"].__globals__["schedule"]]
    assert len(called) > 15
    assert all(isinstance(function, FunctionType) for function in [*called.values(), *inner])
    assert not isinstance(compiled_kernels.run, FunctionType)


@settings(max_examples=8, deadline=None)
@given(seed=SEEDS, signal_delay=st.sampled_from(["constant", "uniform"]))
def test_compiled_kernels_equal_the_plain_twin_to_the_byte(seed: int, signal_delay: str) -> None:
    """Arrivals, counts and forced moves of a crowded random day, with signals of either kind."""
    _assert_same(
        _loaded(seed, signal_delay=signal_delay), _loaded(seed, signal_delay=signal_delay, kernels=plain_kernels())
    )


def test_the_random_days_are_crowded_enough_to_try_everything() -> None:
    """They hold forced moves, circles that turn, vehicles held outside, and queues that last over bins."""
    days = [_loaded(seed) for seed in range(6)]
    assert sum(day.forced_moves for day in days) > 10
    assert sum(day.circle_moves for day in days) >= 4
    assert max(_loaded(seed, horizon_s=100.0).waiting_veh for seed in range(6)) > 5
    assert max(np.nanmax(day.links["travel_time_s"]) for day in days) > 120.0


@settings(max_examples=8, deadline=None)
@given(seed=SEEDS)
def test_a_box_that_turns_is_the_same_in_kernels_and_twin(seed: int) -> None:
    """A crossing of short links that fills and turns all the time, with exits that are free and exits that close."""
    rng = np.random.default_rng(seed)
    nodes = np.arange(4)
    links = pd.DataFrame(
        {
            "link_id": np.arange(12),
            "from_node_id": np.concatenate([nodes, nodes + 4, nodes]),
            "to_node_id": np.concatenate([(nodes + 1) % 4, nodes, nodes + 8]),
            "length_m": np.concatenate([rng.uniform(8.0, 30.0, 4), np.full(8, 100.0)]),
            "lanes": rng.integers(1, 3, 12),
            "free_speed_mps": 10.0,
            "capacity_veh_per_h": 1500.0,
        }
    )
    turns = rng.integers(1, 4, 300)
    arms = rng.integers(0, 4, 300)
    routes = [
        [4 + arm, *((arm + step) % 4 for step in range(turn)), 8 + (arm + turn) % 4]
        for arm, turn in zip(arms, turns, strict=True)
    ]
    depart_s = np.sort(rng.uniform(0.0, 300.0, 300))
    trips = pd.DataFrame({"trip_id": np.arange(300), "depart_s": depart_s, "route": routes})
    changes = pd.DataFrame({"link_id": [8, 8], "time_s": [50.0, 150.0], "capacity_veh_per_h": [0.0, 1500.0]})
    one, other = (load_network(links, trips, changes, kernels=each) for each in (compiled_kernels, plain_kernels()))
    _assert_same(one, other)
    assert np.isfinite(one.arrival_s).all()
    assert one.forced_moves == 0


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 1_000_000))
def test_every_vehicle_arrives_in_the_end(seed: int) -> None:
    """No jam is for ever: whoever stands for too long is forced on, and all stop lines open again."""
    assert np.isfinite(_loaded(seed).arrival_s).all()


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, horizon_s=st.floats(0.0, 400.0))
def test_vehicles_are_conserved_at_any_time(seed: int, horizon_s: float) -> None:
    """Departed = arrived + under way, and on every link inflow = outflow + stored, none of them negative."""
    day = _loaded(seed, horizon_s=horizon_s)
    rng = np.random.default_rng(seed)
    links = grid(3, rng)
    departed = int((np.round(rng.uniform(0.0, 120.0, 150), 1) <= horizon_s).sum())
    assert int(np.isfinite(day.arrival_s).sum()) + day.stored_veh == departed
    stored = np.cumsum(day.counts.inflow_veh - day.counts.outflow_veh, axis=0)
    assert (stored >= 0).all()
    assert int(stored[-1].sum()) == day.stored_veh - day.waiting_veh
    assert len(links) == stored.shape[1]


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, horizon_s=st.floats(1.0, 400.0))
def test_time_on_links_adds_up_and_does_not_depend_on_the_horizon(seed: int, horizon_s: float) -> None:
    """Vehicle-seconds by bin sum to travel times by bin of entry; a horizon leaves the bins before it as they were."""
    whole = _loaded(seed)
    travelled_s = whole.counts.travel_time_s * whole.counts.inflow_veh
    np.testing.assert_allclose(whole.counts.vehicle_s.sum(axis=0), np.nansum(travelled_s, axis=0), rtol=1e-12)
    part = _loaded(seed, horizon_s=horizon_s)
    assert len(part.counts.vehicle_s) == max(int(np.ceil(horizon_s / 60.0)), 1)
    same = min(len(part.counts.vehicle_s) - 1, len(whole.counts.vehicle_s))
    np.testing.assert_allclose(part.counts.vehicle_s[:same], whole.counts.vehicle_s[:same], atol=1e-6, rtol=0.0)
    np.testing.assert_array_equal(part.counts.inflow_veh[:same], whole.counts.inflow_veh[:same])


def _engine_run(seed: int, kernels: ModuleType, slices_us: list[int]) -> tuple[list[Arrival], list[Any], QueueEngine]:
    """Vans that depart again on arrival, wait at closed links, run out of energy, and block lanes meanwhile."""
    rng = np.random.default_rng(seed)
    links = grid(3, rng)
    routes = wandering_routes(links, 200, 8, rng)
    cars = RoutedTrips(
        np.round(rng.uniform(0.0, 120.0, 120), 1),
        np.concatenate([np.array(route) for route in routes[:120]]),
        np.concatenate([[0], np.cumsum([len(route) for route in routes[:120]])]),
    )
    closed = {int(link): [(50.0, 90.0), (120.0, 180.0)] for link in rng.choice(len(links), 6, replace=False)}
    consumption = np.zeros((2, 5, 7))
    consumption[:, :, :4] = rng.uniform(0.1, 1.0, (2, 5, 4))
    consumption[:, :, 4] = 1.0
    engine = QueueEngine(
        links,
        cars,
        consumption=consumption,
        closures=[closures_of(len(links), closed), closures_of(len(links), {})],
        pcu=[1.5, 1.2],
        bin_s=60.0,
        stuck_time_s=40.0,
        kernels=kernels,
    )
    van_routes = iter(routes[120:])
    arrivals: list[Arrival] = []
    traces: list[Any] = []

    def depart(vehicle: int, at_us: int) -> None:
        engine.depart(
            vehicle,
            np.array(next(van_routes), dtype=np.int32),
            at_us=at_us,
            vehicle_class=vehicle % 2,
            payload_kg=10.0 * vehicle,
            energy_budget_kwh=0.3 if vehicle == 3 else np.inf,
        )

    for vehicle in range(12):
        depart(vehicle, round(vehicle * 3.7e6))
    for link in range(0, len(links), 5):
        engine.set_blocked_lanes(link, 1.0, at_us=30_000_000)
        engine.set_blocked_lanes(link, 0.0, at_us=95_000_000)
    for until_us in slices_us:
        while engine.now_us < until_us:
            for arrival in engine.advance(until_us):
                arrivals.append(arrival)
                traces.append([part.tolist() for part in engine.trip_links(arrival.trip)])
                if len(arrivals) < 60:
                    depart(arrival.vehicle, engine.now_us + 5_000_000 * (arrival.vehicle % 2))
    return arrivals, traces, engine


@settings(max_examples=4, deadline=None)
@given(seed=SEEDS)
def test_vans_among_cars_are_the_same_in_kernels_and_twin(seed: int) -> None:
    """Arrivals with energy, traces, counts and cars' arrivals, to the byte."""
    one, traces, engine = _engine_run(seed, compiled_kernels, [600_000_000])
    other, plain_traces, plain = _engine_run(seed, plain_kernels(), [600_000_000])
    assert one == other
    assert traces == plain_traces
    assert engine.car_arrivals_s().tobytes() == plain.car_arrivals_s().tobytes()
    pd.testing.assert_frame_equal(engine.link_bins(), plain.link_bins(), check_exact=True)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, cuts=st.lists(st.integers(0, 600_000_000), max_size=40))
def test_slicing_a_run_changes_nothing(seed: int, cuts: list[int]) -> None:
    """Stops at any microseconds, at bin borders and at times of events leave arrivals and counts as they were."""
    whole, traces, engine = _engine_run(seed, compiled_kernels, [600_000_000])
    at_events = [arrival.time_us + shift for arrival in whole[::7] for shift in (-1, 0, 1)]
    slices = sorted({*cuts, *at_events, 59_999_999, 60_000_000, 95_000_000, 600_000_000})
    sliced, sliced_traces, other = _engine_run(seed, compiled_kernels, slices)
    assert whole == sliced
    assert traces == sliced_traces
    assert engine.car_arrivals_s().tobytes() == other.car_arrivals_s().tobytes()
    pd.testing.assert_frame_equal(engine.link_bins(), other.link_bins(), check_exact=True)

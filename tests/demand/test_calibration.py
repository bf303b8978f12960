"""Demand scaled to counts: by hand on one road, and recovered from counts made by runs of known demand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.contracts import FloatArray, IntArray
from sim.demand.background_traffic import TripTable
from sim.demand.calibration import CalibrationParams, DemandScale, calibrate_demand, scaled_trips
from sim.demand.passages import Passages, passages_of
from sim.errors import CountsError
from sim.measures import model_by_hour
from sim.network import RoadNetwork, read_network
from sim.network.path_trees import RouteSet, fastest_routes
from sim.traffic import BinnedTravelTimes, LoadingResult, RoutedTrips, load_network
from sim.units import MICROSECONDS_PER_SECOND

US_PER_HOUR = 3600 * MICROSECONDS_PER_SECOND
HOURS = 5


def counts_of(*rows: tuple[int, int, float]) -> pd.DataFrame:
    """Counts from (link, hour, vehicles)."""
    return pd.DataFrame(rows, columns=["link_id", "hour", "count_veh"])


def passages_by_hand() -> tuple[Passages, IntArray]:
    """Ten trips at 0:10 and ten at 1:50 over links 0 and 1, each link taking 15 min: the late ones reach 1 at 2:05."""
    depart_us = np.repeat([10, 110], 10).astype(np.int64) * 60 * MICROSECONDS_PER_SECOND
    routes = RouteSet(np.tile([0, 1], 20).astype(np.int32), np.arange(0, 41, 2, dtype=np.int64))
    times = BinnedTravelTimes(US_PER_HOUR, np.full((4, 2), US_PER_HOUR // 4))
    counts = counts_of((0, 0, 15.0), (0, 1, 5.0), (1, 2, 5.0), (1, 1, 0.0))
    return passages_of(routes, depart_us, times, counts), depart_us


def test_passages_by_hand() -> None:
    """Early trips are counted on link 0 at hour 0, late ones on link 0 at hour 1 and link 1 at hour 2, none else."""
    passages, _ = passages_by_hand()
    assert passages.modelled(np.ones(20)).tolist() == [10.0, 10.0, 10.0, 0.0]
    assert sorted(set(passages.trip[passages.observation == 0].tolist())) == list(range(10))
    assert sorted(set(passages.trip[passages.observation == 2].tolist())) == list(range(10, 20))


def test_factors_by_hand() -> None:
    """15 counted for 10 early trips and 5 for 10 late ones: factors 1.5 and 0.5, the total unchanged."""
    passages, depart_us = passages_by_hand()
    found = calibrate_demand(passages, depart_us, params=CalibrationParams(hour_penalty=0.0))
    assert found.hour_factor == pytest.approx([1.5, 0.5])
    assert found.total_factor == pytest.approx(1.0)
    assert found.fit["after_veh"].tolist() == pytest.approx([15.0, 5.0, 5.0, 0.0])
    assert found.day_factor == pytest.approx(25 / 30)  # counted on all links over driven there


def test_factors_stay_within_their_bounds() -> None:
    """Bounds of 0.8 and 1.2 hold both hours back."""
    passages, depart_us = passages_by_hand()
    params = CalibrationParams(lowest_factor=0.8, highest_factor=1.2, hour_penalty=0.0)
    assert calibrate_demand(passages, depart_us, params=params).hour_factor == pytest.approx([1.2, 0.8])


def test_an_hour_without_counts_takes_the_factor_of_the_day() -> None:
    """Only the early trips are counted, twice as many as driven."""
    passages, depart_us = passages_by_hand()
    first = passages.observation == 0
    seen = Passages(counts_of((0, 0, 20.0)), passages.observation[first], passages.trip[first])
    assert calibrate_demand(seen, depart_us).hour_factor == pytest.approx([2.0, 2.0])


def test_what_cannot_be_calibrated_is_told() -> None:
    """No count, a link that is not there, counts that no trip passes, counts of nought."""
    _, depart_us = passages_by_hand()
    routes, times = (
        RouteSet(np.zeros(0, np.int32), np.zeros(1, np.int64)),
        BinnedTravelTimes(1, np.ones((1, 2), np.int64)),
    )
    with pytest.raises(CountsError, match="found none"):
        passages_of(routes, depart_us, times, counts_of((0, 0, np.nan)))
    with pytest.raises(CountsError, match="link 7, hour 0"):
        passages_of(routes, depart_us, times, counts_of((7, 0, 1.0)))
    nothing = np.zeros(0, np.int64)
    with pytest.raises(CountsError, match="no trip that passes"):
        calibrate_demand(Passages(counts_of((0, 0, 3.0)), nothing, nothing), depart_us)
    with pytest.raises(CountsError, match="all 0"):
        calibrate_demand(Passages(counts_of((0, 0, 0.0)), nothing, nothing), depart_us)


@settings(max_examples=100, deadline=None)
@given(weights=st.lists(st.floats(0.0, 4.0), min_size=1, max_size=40), seed=st.integers(0, 99))
def test_scaled_trips_follow_their_weights(weights: list[float], seed: int) -> None:
    """Each trip comes as often as its weight says, to the whole number beside it, in its hour, sorted by departure."""
    number = len(weights)
    hours = np.arange(number) // 3
    trips = TripTable(
        np.arange(number, dtype=np.int32),
        np.arange(number, dtype=np.int32) + 100,
        hours * US_PER_HOUR + US_PER_HOUR // 3,
    )
    scaled, source = scaled_trips(trips, np.array(weights), seed=seed)
    times = np.bincount(source, minlength=number)
    assert (np.abs(times - weights) < 1.0 + 1e-6).all()
    assert abs(len(scaled) - sum(weights)) < 1.0 + 1e-6
    assert (np.diff(scaled.depart_us) >= 0).all()
    assert (scaled.depart_us // US_PER_HOUR == hours[source]).all()
    assert (scaled.origin_link == source).all() and (scaled.target_link == source + 100).all()


@dataclass(frozen=True)
class Day:
    """A morning of trips on their fastest routes, and what came of driving them."""

    trips: TripTable
    routes: RouteSet
    result: LoadingResult


def drive(network: RoadNetwork, per_hour: FloatArray, seed: int, weight: FloatArray | None = None) -> Day:
    """Trips between links anywhere, so many an hour; links as origins are likelier where `weight` is larger."""
    rng = np.random.default_rng(seed)
    number = rng.poisson(per_hour)
    hour = np.repeat(np.arange(len(per_hour)), number)
    depart_us = np.sort(((hour + rng.random(len(hour))) * US_PER_HOUR).astype(np.int64))
    chance = np.ones(network.n_links) if weight is None else weight
    chance = chance * (rng_of_links(network) < 0.25)
    origin = rng.choice(network.n_links, len(hour), p=chance / chance.sum()).astype(np.int32)
    target = rng.integers(network.n_links, size=len(hour)).astype(np.int32)
    free_us = np.round(network.free_flow_time_s * 1e6).astype(np.int64)
    routes, _ = fastest_routes(
        network,
        BinnedTravelTimes(US_PER_HOUR, free_us[None, :]),
        origin_link=origin,
        target_link=target,
        depart_us=depart_us,
    )
    trips = RoutedTrips(depart_us / 1e6, routes.links, routes.start)
    return Day(TripTable(origin, target, depart_us), routes, load_network(network.links, trips))


def rng_of_links(network: RoadNetwork) -> FloatArray:
    """A fixed number in (0, 1) for each link: trips start on a quarter of them, to share trees of paths."""
    return np.random.default_rng(5).random(network.n_links)


def noisy_counts(network: RoadNetwork, day: Day, links: IntArray, seed: int) -> pd.DataFrame:
    """Counts of a day on some links with an error of 10 %."""
    model = model_by_hour(day.result.links, network.links)
    counted = model[model["link_id"].isin(links) & (model["hour"] < HOURS)]
    error = np.random.default_rng(seed).normal(1.0, 0.1, len(counted))
    return counted.assign(count_veh=(counted["model_veh"] * error).clip(lower=0.0).round())


def busiest(day: Day, number: int) -> IntArray:
    """Links with the most vehicles."""
    total = day.result.counts.inflow_veh.sum(axis=0)
    return np.argsort(-total, kind="stable")[:number].astype(np.int64)


def calibrated(network: RoadNetwork, prior: Day, counts: pd.DataFrame, zone: IntArray | None = None) -> DemandScale:
    """Factors on the trips of a day."""
    passages = passages_of(prior.routes, prior.trips.depart_us, prior.result.times, counts)
    return calibrate_demand(passages, prior.trips.depart_us, origin_zone=zone)


@pytest.mark.parametrize(("name", "an_hour"), [("grid", 2500.0), ("helsinki", 900.0)])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_known_demand_is_recovered(name: str, an_hour: float, seed: int) -> None:
    """Counts with 10 % noise on 40 links; a demand wrong by 0.6 to 1.6 in each hour comes back to 3 % in total."""
    network = read_network(name)
    rng = np.random.default_rng(100 + seed)
    true = drive(network, np.full(HOURS, an_hour), seed)
    wrong = rng.uniform(0.6, 1.6, HOURS)
    prior = drive(network, an_hour * wrong, 50 + seed)
    assert true.result.forced_moves == 0
    found = calibrated(network, prior, noisy_counts(network, true, busiest(true, 40), seed))
    total = len(prior.trips) * found.total_factor
    assert total == pytest.approx(len(true.trips), rel=0.03)
    hours = np.bincount(prior.trips.depart_us // US_PER_HOUR, minlength=HOURS) * found.hour_factor
    assert hours == pytest.approx(np.bincount(true.trips.depart_us // US_PER_HOUR, minlength=HOURS), rel=0.08)
    before, after = (np.abs(found.fit[part] - found.fit["count_veh"]).sum() for part in ("before_veh", "after_veh"))
    assert after < 0.6 * before


def test_errors_of_counts_do_not_bias_the_total() -> None:
    """Over eight days of other trips, other wrong hours and other errors, the mean error is below 1 %."""
    network = read_network("grid")
    errors = []
    for seed in range(20, 28):
        wrong = np.random.default_rng(seed).uniform(0.6, 1.6, HOURS)
        true, prior = drive(network, np.full(HOURS, 2500.0), seed), drive(network, 2500.0 * wrong, 200 + seed)
        found = calibrated(network, prior, noisy_counts(network, true, busiest(true, 40), seed))
        errors.append(len(prior.trips) * found.total_factor / len(true.trips) - 1.0)
    assert abs(float(np.mean(errors))) < 0.01
    assert float(np.abs(errors).max()) < 0.05


@pytest.mark.parametrize("factor", [0.6, 1.6])
def test_a_demand_wrong_as_a_whole_is_recovered_by_driving_again(factor: float) -> None:
    """All hours wrong by one factor; the scaled trips, driven again, give the true total and meet the counts."""
    network = read_network("grid")
    true = drive(network, np.full(HOURS, 2500.0), 1)
    prior = drive(network, np.full(HOURS, 2500.0 * factor), 2)
    counts = noisy_counts(network, true, busiest(true, 40), 3)
    found = calibrated(network, prior, counts)
    assert found.day_factor == pytest.approx(1.0 / factor, rel=0.05)
    scaled, source = scaled_trips(prior.trips, found.trip_weight, seed=4)
    assert len(scaled) == pytest.approx(len(true.trips), rel=0.03)
    length = np.diff(prior.routes.start)[source]
    flat = np.concatenate([prior.routes.of(int(row)) for row in source])
    again = load_network(
        network.links, RoutedTrips(scaled.depart_us / 1e6, flat, np.concatenate([[0], np.cumsum(length)]))
    )
    total = again.counts.inflow_veh[: HOURS * 4, busiest(true, 40)].sum()
    assert total == pytest.approx(counts["count_veh"].sum(), rel=0.05)


def test_zones_that_send_more_trips_are_told_apart() -> None:
    """Twice the trips from the west, half from the east: factors of zones say so, and the total is recovered."""
    network = read_network("grid")
    x = network.nodes["x_m"].to_numpy()[network.to_node]
    is_west = x < np.median(x)
    true = drive(network, np.full(HOURS, 2500.0), 1, weight=np.where(is_west, 2.0, 0.5))
    prior = drive(network, np.full(HOURS, 2000.0), 2)
    counts = noisy_counts(network, true, busiest(true, 60), 3)
    zone = np.where(is_west, 0, 1)[prior.trips.origin_link].astype(np.int64)
    found = calibrated(network, prior, counts, zone)
    assert found.zone_factor is not None
    assert found.zone_factor[0] > 1.15 > 0.85 > found.zone_factor[1]
    assert len(prior.trips) * found.total_factor == pytest.approx(len(true.trips), rel=0.05)
    plain = calibrated(network, prior, counts)
    left, left_plain = (np.abs(each.fit["after_veh"] - each.fit["count_veh"]).sum() for each in (found, plain))
    assert left < 0.85 * left_plain

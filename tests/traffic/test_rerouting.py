"""Drivers who choose again: who looks, who changes, and that the rest stay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from sim.contracts import IntArray, LinkArray
from sim.network import GridParams, RoadNetwork, grid_network
from sim.network.path_trees import RouteSet, fastest_routes, without_turning_back
from sim.traffic.rerouting import ReplanParams, replanned_routes, times_of_a_day
from sim.traffic.travel_times import BinnedTravelTimes

QUARTER_US = 900_000_000


@dataclass
class _Trips:
    origin_link: LinkArray
    target_link: LinkArray
    depart_us: IntArray


@pytest.fixture(scope="module")
def network() -> RoadNetwork:
    """A grid of streets."""
    return grid_network(GridParams())


@pytest.fixture(scope="module")
def trips(network: RoadNetwork) -> _Trips:
    """Trips between random links within an hour."""
    rng = np.random.default_rng(4)
    ends = rng.integers(0, network.n_links, (2, 2000)).astype(np.int32)
    return _Trips(ends[0], ends[1], np.sort(rng.integers(8 * 4 * QUARTER_US, 9 * 4 * QUARTER_US, 2000)))


def empty_streets(network: RoadNetwork) -> BinnedTravelTimes:
    """Times of every quarter of an hour with nobody on the road, and one bin more, as an engine has it."""
    free = np.round(network.free_flow_time_s * 1e6).astype(np.int64)
    return BinnedTravelTimes(QUARTER_US, np.tile(free, (97, 1)))


@pytest.fixture(scope="module")
def usual(network: RoadNetwork, trips: _Trips) -> RouteSet:
    """Their fastest routes on empty streets."""
    found, _ = fastest_routes(
        network,
        empty_streets(network),
        origin_link=trips.origin_link,
        target_link=trips.target_link,
        depart_us=trips.depart_us,
    )
    return without_turning_back(network, found)


def slow(network: RoadNetwork, link: int) -> BinnedTravelTimes:
    """Times of a day on which one link takes ten minutes more."""
    times = empty_streets(network)
    times.link_time_us[:, link] += 600_000_000
    return times


def users(routes: RouteSet, link: int) -> set[int]:
    """Trips over a link."""
    return set((np.searchsorted(routes.start, np.flatnonzero(routes.links == link), side="right") - 1).tolist())


def busiest(routes: RouteSet) -> int:
    """The link of most trips."""
    return int(np.bincount(routes.links).argmax())


def test_nobody_looks_at_a_share_of_nought(network: RoadNetwork, trips: _Trips, usual: RouteSet) -> None:
    """The very same routes come back."""
    found = replanned_routes(network, trips, usual, slow(network, busiest(usual)), ReplanParams())
    assert found.routes is usual
    assert (found.lookers, found.changed) == (0, 0)


def test_all_leave_a_street_that_is_slow(network: RoadNetwork, trips: _Trips, usual: RouteSet) -> None:
    """With everybody looking, those who can go round a blocked link do; all others keep their route link by link."""
    link = busiest(usual)
    found = replanned_routes(network, trips, usual, slow(network, link), ReplanParams(replan_share=1.0), step=1e9)
    assert found.lookers == 2000
    before, after = users(usual, link), users(found.routes, link)
    at_the_ends = {trip for trip in before if link in (trips.origin_link[trip], trips.target_link[trip])}
    assert len(before) > 20 and after <= at_the_ends
    assert found.gaining == found.changed == len(before - after)
    assert 400.0 < found.expected_gain_s <= 600.0
    for trip in set(range(2000)) - before:
        assert found.routes.of(trip).tolist() == usual.of(trip).tolist()


def test_the_same_drivers_look_whatever_the_day(network: RoadNetwork, trips: _Trips, usual: RouteSet) -> None:
    """Half look; those who left one slow street are among those who look on a day with another."""
    link, params = busiest(usual), ReplanParams(replan_share=0.5)
    one = replanned_routes(network, trips, usual, slow(network, link), params)
    everybody = replanned_routes(network, trips, usual, slow(network, link), ReplanParams(replan_share=1.0))
    assert 0 < one.changed < everybody.changed
    assert one.lookers == pytest.approx(1000, abs=70)
    left = users(usual, link) - users(one.routes, link)
    assert left < users(usual, link) - users(everybody.routes, link)
    more = replanned_routes(network, trips, usual, slow(network, link), ReplanParams(replan_share=0.6))
    assert left <= users(usual, link) - users(more.routes, link)


def test_those_who_gain_change_a_few_at_a_time(network: RoadNetwork, trips: _Trips, usual: RouteSet) -> None:
    """Some of those who would gain change; half the step moves about half, all of whom the whole step moves too."""
    link, params = busiest(usual), ReplanParams(replan_share=1.0)
    whole = replanned_routes(network, trips, usual, slow(network, link), params)
    half = replanned_routes(network, trips, usual, slow(network, link), params, step=0.5)
    assert 0.0 < whole.changed < whole.gaining
    assert half.gaining == whole.gaining and half.changed == pytest.approx(0.5 * whole.changed, rel=0.4)
    assert users(whole.routes, link) < users(half.routes, link)


def test_small_gains_move_nobody(network: RoadNetwork, trips: _Trips, usual: RouteSet) -> None:
    """Ten minutes to be saved are not worth it to drivers who want eleven."""
    params = ReplanParams(replan_share=1.0, replan_gain_s=660.0)
    found = replanned_routes(network, trips, usual, slow(network, busiest(usual)), params)
    assert found.changed == 0 and found.expected_gain_s == 0.0
    assert found.routes.links.tobytes() == usual.links.tobytes()


def test_threads_change_no_route(network: RoadNetwork, trips: _Trips, usual: RouteSet) -> None:
    """One thread and two."""
    measured, params = slow(network, busiest(usual)), ReplanParams(replan_share=0.5)
    one, two = (replanned_routes(network, trips, usual, measured, params, threads=threads) for threads in (1, 2))
    assert one.routes.links.tobytes() == two.routes.links.tobytes()


def test_times_of_a_day_are_its_first_24_hours() -> None:
    """Bins of the second day are left out, missing ones empty, and no time is below that of the empty link."""
    free = np.array([10, 20])
    hour = 3_600_000_000
    short = times_of_a_day(BinnedTravelTimes(hour, np.array([[15, 5]])), free)
    assert short.link_time_us.shape == (24, 2)
    assert short.link_time_us[0].tolist() == [15, 20] and (short.link_time_us[1:] == free).all()
    long = times_of_a_day(BinnedTravelTimes(hour, np.arange(60).reshape(30, 2) + 100), free)
    assert long.link_time_us[23].tolist() == [146, 147]

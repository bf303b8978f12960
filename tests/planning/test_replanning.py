"""Tours sequenced anew: what a driver gains, what stays, and that the answer is the same every time."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import sim
from sim.contracts import LinkClosures
from sim.network import RoadNetwork, read_network
from sim.planning import PlanningView, StopAhead, TourAhead, TourReplanner

NOW_S = 8 * 3600.0


@cache
def _grid() -> RoadNetwork:
    return read_network("grid")


@cache
def _replanner() -> TourReplanner:
    scenario = sim.load_scenario("baseline", ["network=grid"])
    network = _grid()
    view = PlanningView(
        network=network,
        link_time_us={"day": np.round(network.free_flow_time_s * 1e6).astype(np.int64)},
        closures={"diesel_van": LinkClosures.none(network.n_links)},
        range_m={"diesel_van": float("inf")},
    )
    return TourReplanner(view, scenario.fleet, scenario.planning, seed=1)


def _stop(link: int, latest_h: float = 20.0, earliest_h: float = 6.0, stay_s: float = 600.0) -> StopAhead:
    return StopAhead(link, stay_s, earliest_h * 3600.0, latest_h * 3600.0, latest_h * 3600.0 + 1800.0)


def _tour(*stops: StopAhead, link: int = 0, depot_link: int = 0, latest_home_h: float = 18.0) -> TourAhead:
    return TourAhead("diesel_van", "day", link, depot_link, NOW_S, latest_home_h * 3600.0, stops)


def test_a_stop_whose_window_ends_soon_is_drawn_forward() -> None:
    """Six stops of an hour each before it would make the driver miss the last, which closes at 9:00."""
    relaxed = [_stop(link, stay_s=3600.0) for link in (40, 50, 60, 70, 80, 90)]
    found = _replanner().replan(_tour(*relaxed, _stop(100, latest_h=9.0)))
    assert found.order[0] == 6
    assert sorted(found.order) == list(range(7))
    assert (found.missed, found.late) == (0, 0)


def test_a_good_order_stays() -> None:
    """The order found once is not changed when it is the present one, and its times follow each other."""
    rng = np.random.default_rng(3)
    stops = [_stop(int(link)) for link in rng.choice(_grid().n_links, 9, replace=False)]
    first = _replanner().replan(_tour(*stops))
    again = _replanner().replan(_tour(*(stops[row] for row in first.order)))
    assert again.order == tuple(range(9))
    assert again.cost == pytest.approx(first.cost)
    assert (np.diff(again.start_s) >= 600.0).all()


@pytest.mark.parametrize("seed", range(8))
def test_the_new_order_is_never_worse_by_believed_times(seed: int) -> None:
    """Random stops with windows from an hour on: never more cost than the present order, and the same every time."""
    rng = np.random.default_rng(seed)
    links = rng.choice(_grid().n_links, 12, replace=False).tolist()
    stops = [_stop(link, latest_h=float(8.5 + rng.uniform(0.0, 4.0))) for link in links]
    tour = _tour(*stops, link=int(rng.integers(_grid().n_links)), depot_link=int(rng.integers(_grid().n_links)))
    found = _replanner().replan(tour)
    kept = _replanner().keep(tour)
    assert found.cost <= kept.cost
    assert (found.missed, found.late) <= (kept.missed, kept.late)
    assert _replanner().replan(tour) == found


def test_a_stop_that_cannot_be_reached_in_time_comes_last_and_counts_as_missed() -> None:
    """The shop closed an hour ago: it is passed over, and the others are served as if it were not there."""
    others = [_stop(link) for link in (40, 90)]
    found = _replanner().replan(_tour(_stop(60, latest_h=6.5), *others))
    assert found.missed == 1
    without = _replanner().replan(_tour(*others))
    assert found.start_s[found.order.index(2)] == without.start_s[without.order.index(1)]


def test_nobody_is_served_after_the_shift() -> None:
    """Stops of two hours each until 13:00, from 8:00 on: the third begins after 12:00, the fourth is missed."""
    found = _replanner().replan(_tour(*[_stop(link, stay_s=7200.0) for link in (10, 12, 14, 16)], latest_home_h=13.0))
    assert found.missed == 1


def _closed(link: int, from_h: float, until_h: float) -> LinkClosures:
    start = np.zeros(_grid().n_links + 1, dtype=np.int64)
    start[link + 1 :] = 1
    bounds = [np.array([round(hour * 3600e6)], dtype=np.int64) for hour in (from_h, until_h)]
    return LinkClosures(start, *bounds)


def test_a_stop_on_a_street_that_closes_soon_is_drawn_forward() -> None:
    """
    Four stops of an hour each from 8:00; the street of the last is closed 9:30 to 17:00, the shift ends at 13:00. Left
    where it is, the van would wait there until the afternoon; as first, nothing is missed.
    """
    stops = [_stop(link, stay_s=3600.0) for link in (40, 50, 60, 100)]
    tour = replace(_tour(*stops, latest_home_h=13.0), closures=_closed(100, 9.5, 17.0))
    kept, found = _replanner().keep(tour), _replanner().replan(tour)
    assert kept.start_s[3] == 17 * 3600.0
    assert found.order[0] == 3
    assert found.start_s[0] < 9.5 * 3600.0
    assert found.missed == 0


def test_a_stop_on_a_closed_street_is_served_when_it_opens() -> None:
    """Closed 7:00 to 9:30 and wanted first: two stops of 45 minutes are made before it, none is waited for."""
    stops = [_stop(100), _stop(40, stay_s=2700.0), _stop(50, stay_s=2700.0)]
    found = _replanner().replan(replace(_tour(*stops), closures=_closed(100, 7.0, 9.5)))
    assert found.order[-1] == 0
    assert found.start_s[-1] >= 9.5 * 3600.0


def test_a_van_inside_when_the_street_closes_is_held() -> None:
    """Unloading from 8:00 to 9:00 on a street closed 8:30 to 10:00: the next stop begins after 10:00."""
    inside = replace(_tour(_stop(100, stay_s=3600.0), _stop(40)), closures=_closed(100, 8.5, 10.0))
    found = _replanner().keep(inside)
    assert found.start_s[0] < 8.5 * 3600.0
    assert found.start_s[1] > 10.0 * 3600.0


def test_hours_without_any_closed_street_change_nothing() -> None:
    """Closures of a link that no stop lies on: the answer is that without closures."""
    stops = [_stop(link, latest_h=9.0 + link / 50.0) for link in (100, 40, 90, 60)]
    assert _replanner().replan(replace(_tour(*stops), closures=_closed(1, 7.0, 20.0))) == _replanner().replan(
        _tour(*stops)
    )

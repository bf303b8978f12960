"""A case as every simulator gets it."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from sim.bench.bottleneck import EXACT_MEAN_S, bottleneck
from sim.bench.case import TRIPS_PER_ROUTE, Case
from sim.bench.comparison import build_case
from sim.bench.own_engine import run_own
from sim.errors import ConfigError, TripError


@pytest.fixture(scope="module")
def grid() -> Case:
    """Five hundred trips on a grid of six by six crossings."""
    return build_case("grid6:500")


def test_a_case_comes_back_from_its_file_as_it_was(grid: Case, tmp_path: Path) -> None:
    """Arrays and numbers survive saving to the byte."""
    grid.save(tmp_path / "case.npz")
    loaded = Case.load(tmp_path / "case.npz")
    for field in fields(Case):
        np.testing.assert_array_equal(getattr(loaded, field.name), getattr(grid, field.name), strict=True)


def test_trips_of_a_group_share_a_route(grid: Case) -> None:
    """Trip `t` drives route `t // 5`, and all trips together drive what the volumes say."""
    trips = grid.trips()
    assert len(trips.depart_s) == grid.n_trips == 500
    for trip in (0, 4, 5, 499):
        row = trip // TRIPS_PER_ROUTE
        of_trip = trips.routes_flat[trips.route_start[trip] : trips.route_start[trip + 1]]
        np.testing.assert_array_equal(of_trip, grid.routes_flat[grid.route_start[row] : grid.route_start[row + 1]])
    np.testing.assert_array_equal(np.bincount(trips.routes_flat, minlength=grid.n_links), grid.volumes())
    assert grid.traversals == len(trips.routes_flat)


def test_the_fullest_link_has_room_over_the_horizon(grid: Case) -> None:
    """The horizon is as long as the fullest link needs at 85 % of its capacity, to the second."""
    assert 0.84 < grid.max_vc() <= 0.85
    assert grid.depart_s.min() >= 0.0
    assert grid.depart_s.max() < grid.horizon_s
    assert (grid.depart_s % 1.0 == 0.0).all()


def test_the_horizon_grows_with_the_trips(grid: Case) -> None:
    """Four times the trips take about four times as long to leave, not four times the flow."""
    larger = build_case("grid6:2000")
    assert larger.max_vc() <= 0.85
    assert 2.5 < larger.horizon_s / grid.horizon_s < 5.5


def test_routes_hold_together_and_meet_no_node_twice(grid: Case) -> None:
    """Each link starts where the one before ends; a peer that ends trips at nodes would stop a loop short."""
    for row in range(grid.n_routes):
        route = grid.routes_flat[grid.route_start[row] : grid.route_start[row + 1]]
        assert (grid.to_node[route[:-1]] == grid.from_node[route[1:]]).all()
        nodes = [grid.from_node[route[0]], *grid.to_node[route]]
        assert len(set(nodes)) == len(nodes) >= 3


def test_the_same_name_gives_the_same_case(grid: Case) -> None:
    """Cases are drawn from a fixed seed."""
    again = build_case("grid6:500")
    np.testing.assert_array_equal(again.routes_flat, grid.routes_flat)
    np.testing.assert_array_equal(again.depart_s, grid.depart_s)


def test_trips_that_do_not_fill_groups_are_refused() -> None:
    """Platoons of five need a multiple of five."""
    with pytest.raises(TripError, match="trips is 12, expected a multiple of 5"):
        build_case("grid6:12")


@pytest.mark.parametrize("name", ["grid20", "grid20:many", ":"])
def test_a_case_without_trips_is_refused(name: str) -> None:
    """The message says what a name looks like."""
    with pytest.raises(ConfigError, match="expected bottleneck or NETWORK:TRIPS"):
        build_case(name)


def test_total_delay_at_the_bottleneck_is_that_of_theory() -> None:
    """1,400 veh/h for half an hour against 900 veh/h: 680 s in the mean, within half a per cent."""
    case = bottleneck()
    outcome = run_own(case)
    assert case.exact_mean_s == EXACT_MEAN_S == 680.0
    assert outcome.mean_travel_s == pytest.approx(EXACT_MEAN_S, rel=0.005)
    assert (outcome.arrived, outcome.forced_moves) == (700, 0)
    assert outcome.simulation_s > 0.0
    assert outcome.cpu_s > 0.0
    assert outcome.loading_s > 0.0

"""Positions find the nearest link, on the side of the street where they lie."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.network import distance_to_links_m, find_links_near, grid_network
from sim.network.grid import GridParams
from sim.network.nearest_link import reverse_links
from sim.network.projection import unproject

GRID = grid_network(GridParams(rows=4, columns=4))


def ends(link: int) -> tuple[int, int]:
    """Node rows at which a link starts and ends."""
    return int(GRID.from_node[link]), int(GRID.to_node[link])


def position(x_m: float, y_m: float) -> tuple[float, float]:
    """Longitude and latitude of a point by its distance from node 0."""
    lon, lat = unproject([GRID.nodes["x_m"][0] + x_m], [GRID.nodes["y_m"][0] + y_m], GRID.crs_metric)
    return float(lon[0]), float(lat[0])


@pytest.mark.parametrize(
    ("x_m", "y_m", "expected"),
    [(100, -8, (0, 1)), (100, 8, (1, 0)), (8, 100, (0, 4)), (-8, 100, (4, 0)), (500, 392, (10, 11))],
)
def test_right_hand_side_of_the_street(x_m: float, y_m: float, expected: tuple[int, int]) -> None:
    """South of an east-west street lies on its eastward link, north of it on the westward one."""
    lon, lat = position(x_m, y_m)
    assert ends(int(find_links_near(GRID, lon, lat)[0])) == expected


def test_links_that_are_not_allowed_are_passed_over() -> None:
    """With the nearest street closed to stopping, the next one is taken."""
    lon, lat = position(100, 8)
    allowed = np.array([set(ends(link)) != {0, 1} for link in range(GRID.n_links)])
    assert set(ends(int(find_links_near(GRID, lon, lat, is_allowed=allowed)[0]))) != {0, 1}


@settings(max_examples=30, deadline=None)
@given(st.floats(-100, 700), st.floats(-100, 700))
def test_no_link_is_nearer(x_m: float, y_m: float) -> None:
    """The distance to the link found is the smallest of all."""
    lon, lat = position(x_m, y_m)
    found = find_links_near(GRID, lon, lat)
    n = GRID.n_links
    every = distance_to_links_m(GRID, np.full(n, lon), np.full(n, lat), np.arange(n, dtype=np.int32))
    assert distance_to_links_m(GRID, lon, lat, found)[0] == pytest.approx(every.min(), abs=1e-6)


def test_distance_in_metres() -> None:
    """A point 8 m beside a street is 8 m from it."""
    lon, lat = position(100, 8)
    assert distance_to_links_m(GRID, lon, lat, find_links_near(GRID, lon, lat))[0] == pytest.approx(8.0, rel=0.005)


def test_each_direction_knows_the_other() -> None:
    """In a grid of two-way streets the opposite of the opposite is the link itself."""
    twin = reverse_links(GRID)
    assert np.array_equal(twin[twin], np.arange(GRID.n_links))
    assert np.array_equal(GRID.from_node[twin], GRID.to_node)

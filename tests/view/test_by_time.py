"""Counting what is present in a bin of time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.view.by_time import mean_present, time_bins


def test_bins_hold_everything() -> None:
    """Bins begin and end at whole multiples of their width around the data."""
    assert time_bins(1000.0, 2700.0, 900.0).tolist() == [900.0, 1800.0, 2700.0]
    assert time_bins(900.0, 900.0, 900.0).tolist() == [900.0, 1800.0]


def test_a_stay_counts_for_the_share_of_the_bin_it_fills() -> None:
    """One stay from the middle of the first bin to the end of the second is a half, then one."""
    edges = np.array([0.0, 100.0, 200.0, 300.0])
    assert mean_present(np.array([50.0]), np.array([200.0]), edges).tolist() == [0.5, 1.0, 0.0]


def test_unknown_times_count_for_nothing() -> None:
    """A stay without an end is left out."""
    edges = np.array([0.0, 100.0])
    assert mean_present(np.array([0.0, np.nan]), np.array([np.nan, 50.0]), edges).tolist() == [0.0]


@given(st.lists(st.tuples(st.floats(0, 5000), st.floats(0, 5000)), max_size=20))
def test_present_time_adds_up(stays: list[tuple[float, float]]) -> None:
    """The sum over bins is the whole time of all stays, as counted one by one."""
    edges = time_bins(0.0, 10_000.0, 700.0)
    start = np.array([a for a, _ in stays])
    end = start + np.array([b for _, b in stays])
    total_s = float((mean_present(start, end, edges) * np.diff(edges)).sum())
    assert total_s == pytest.approx(sum(b for a, b in stays if a + b > a), abs=1e-6)

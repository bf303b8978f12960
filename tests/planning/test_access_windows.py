"""Delivery windows less closed hours."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.contracts import LinkClosures
from sim.planning.access_windows import mostly_open, open_windows


def _closures(*intervals_s: tuple[int, int]) -> LinkClosures:
    from_us = np.array([a * 1_000_000 for a, _ in intervals_s], dtype=np.int64)
    until_us = np.array([b * 1_000_000 for _, b in intervals_s], dtype=np.int64)
    return LinkClosures(np.array([0, len(intervals_s)], dtype=np.int64), from_us, until_us)


def test_bans_cut_a_window_and_leaving_is_planned_for() -> None:
    """06:00-20:00 with bans 07:00-08:30 and 17:00-19:00 and a stay of 20 min leaves three parts."""
    bans = _closures((25200, 30600), (61200, 68400))
    parts = open_windows(bans, 0, 21600, 72000, 1200)
    assert parts == [(21600, 24000), (30600, 60000), (68400, 72000)]
    assert open_windows(bans, 0, 21600, 72000, 1200, shortest_s=3000) == [(30600, 60000), (68400, 72000)]


def test_a_window_wholly_closed_has_no_open_part() -> None:
    """A ban of the whole day leaves nothing."""
    assert open_windows(_closures((0, 86400)), 0, 21600, 72000, 600) == []


def test_without_a_rule_the_window_stays_however_short() -> None:
    """Nothing is taken off, and a short window is not dropped for being short."""
    assert open_windows(LinkClosures.none(1), 0, 100, 200, 50, shortest_s=3600) == [(100, 200)]


@given(
    st.lists(st.integers(0, 200), min_size=0, max_size=8, unique=True),
    st.integers(0, 150),
    st.integers(0, 60),
    st.integers(0, 30),
)
def test_open_windows_are_the_runs_of_good_seconds(cuts: list[int], earliest: int, width: int, stay: int) -> None:
    """Against trying every second: arriving then and leaving `stay` later meets no closed hour."""
    bounds = sorted(cuts)[: len(cuts) // 2 * 2]
    intervals = list(zip(bounds[::2], bounds[1::2], strict=True))
    latest = earliest + width
    good = {t for t in range(earliest, latest + 1) if all(t + stay <= a or t >= b for a, b in intervals)}
    found = open_windows(_closures(*intervals), 0, earliest, latest, stay)
    assert {t for a, b in found for t in range(a, b + 1)} == good


def test_links_closed_for_most_of_a_period_are_not_planned_over() -> None:
    """Half a period closed is still planned over, more is not."""
    closures = LinkClosures(np.array([0, 1, 2]), np.array([0, 0]), np.array([50, 51]))
    assert mostly_open(closures, 0, 100).tolist() == [True, False]

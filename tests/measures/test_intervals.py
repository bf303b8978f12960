"""Parts of intervals, daily windows and ratios."""

from __future__ import annotations

import pandas as pd
import pytest

from sim.measures.intervals import is_in_daily_window, ratio, time_within_s

H = 3600.0


def test_only_the_part_within_counts() -> None:
    """Of 1-3, 4-6 and 8-9 within 2-5: 1 + 1 + 0."""
    start_s, end_s = pd.Series([1.0, 4.0, 8.0]), pd.Series([3.0, 6.0, 9.0])
    assert time_within_s(start_s, end_s, 2.0, 5.0) == 2.0


@pytest.mark.parametrize(
    ("hour", "is_night"), [(21.99, False), (22, True), (24, True), (29.99, True), (30, False), (5, True), (6, False)]
)
def test_a_night_runs_past_midnight(hour: float, is_night: bool) -> None:
    """22:00 until 06:00 holds on every day, its end excluded."""
    assert is_in_daily_window(pd.Series([hour * H]), 22 * H, 6 * H).tolist() == [is_night]


def test_a_window_within_a_day() -> None:
    """09:00 until 17:00 holds at 9:00 and not at 17:00."""
    assert is_in_daily_window(pd.Series([9 * H, 17 * H, 33 * H]), 9 * H, 17 * H).tolist() == [True, False, True]


def test_ratios_of_nothing_are_undefined() -> None:
    """Division by zero or by an undefined value gives none; zero over something is zero."""
    assert ratio(1.0, 0.0) is None
    assert ratio(None, 2.0) is None
    assert ratio(2.0, None) is None
    assert ratio(0.0, 4.0) == 0.0

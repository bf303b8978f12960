"""Clock windows, weekdays and the intervals they make."""

from __future__ import annotations

import pytest

from sim.contracts import FOREVER_US
from sim.policy.time_window import DAY_US, ClockWindow, merge_intervals, read_weekdays, read_window, window_intervals
from sim.units import WEEKDAYS, to_us

HOUR_US = to_us(3600.0)


def hours(intervals: list[tuple[int, int]]) -> list[tuple[float, float]]:
    """Intervals in hours."""
    return [(start / HOUR_US, end / HOUR_US) for start, end in intervals]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("07:00-08:30", (7.0, 8.5)),
        (" 7:00 - 8:30 ", (7.0, 8.5)),
        ("00:00-24:00", (0.0, 24.0)),
        ("23:00-06:00", (23.0, 30.0)),
        ("22:00-00:00", (22.0, 24.0)),
        ("22:00-24:00", (22.0, 24.0)),
    ],
)
def test_windows_are_read(text: str, expected: tuple[float, float]) -> None:
    """An end before the begin lies on the next morning; midnight may be written 00:00 or 24:00."""
    assert read_window(text) == ClockWindow(expected[0] * 3600.0, expected[1] * 3600.0)


@pytest.mark.parametrize(
    "text",
    [
        "07:00-25:99",
        "07:00-25:00",
        "24:00-06:00",
        "07:60-08:00",
        "07:00",
        "7-9",
        "",
        "08:00-08:00",
        "07:00-08:00-09:00",
    ],
)
def test_impossible_windows_are_refused(text: str) -> None:
    """Off the clock, without an end, or empty: the message shows the whole text."""
    with pytest.raises(ValueError, match="expected a window") as caught:
        read_window(text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["tu", "mo"], ("mo", "tu")),
        (["Mo-Fr"], ("mo", "tu", "we", "th", "fr")),
        (["sa-mo"], ("mo", "sa", "su")),
        (["mo-su"], WEEKDAYS),
        (["we-we", "su"], ("we", "su")),
    ],
)
def test_weekdays_are_read(names: list[str], expected: tuple[str, ...]) -> None:
    """Single days and ranges, also over the weekend, in the order of the week."""
    assert read_weekdays(names) == expected


@pytest.mark.parametrize("name", ["monday", "mo-xx", "", "-", "mo-tu-we", "holiday"])
def test_unknown_weekdays_are_refused(name: str) -> None:
    """The message shows the name and lists the known ones."""
    with pytest.raises(ValueError, match="expected a weekday of mo, tu, we"):
        read_weekdays([name])


def test_a_window_recurs_on_its_days() -> None:
    """Mondays and Wednesdays 07:00-08:30 over three days from Monday: days 1 and 3."""
    windows = [read_window("07:00-08:30")]
    found = window_intervals(windows, ("mo", "we"), first_weekday="mo", horizon_us=3 * DAY_US)
    assert hours(found) == [(7.0, 8.5), (55.0, 56.5)]


def test_a_window_over_midnight_belongs_to_the_evening() -> None:
    """Sundays 23:00-06:00: on at midnight when day 1 is a Monday; off when it is a Sunday, until 23:00."""
    windows = [read_window("23:00-06:00")]
    assert hours(window_intervals(windows, ("su",), first_weekday="mo", horizon_us=DAY_US)) == [(0.0, 6.0)]
    assert hours(window_intervals(windows, ("su",), first_weekday="su", horizon_us=DAY_US)) == [(23.0, 30.0)]


def test_windows_that_touch_are_one() -> None:
    """23:00-06:00 and 06:00-09:00 every day leave 09:00-23:00; an interval on at the horizon keeps its true end."""
    windows = [read_window("23:00-06:00"), read_window("06:00-09:00")]
    assert hours(window_intervals(windows, WEEKDAYS, first_weekday="th", horizon_us=DAY_US)) == [
        (0.0, 9.0),
        (23.0, 33.0),
    ]


@pytest.mark.parametrize("texts", [["00:00-24:00"], ["12:00-11:00", "10:00-13:00"]])
def test_all_hours_never_end(texts: list[str]) -> None:
    """Windows that cover every hour of the week make one interval without an end."""
    found = window_intervals([read_window(text) for text in texts], WEEKDAYS, first_weekday="fr", horizon_us=DAY_US)
    assert found == [(0, FOREVER_US)]


def test_all_hours_of_weekdays_end_on_saturday() -> None:
    """Closed from Monday on all day: open after five days, though the horizon is one day."""
    found = window_intervals([read_window("00:00-24:00")], WEEKDAYS[:5], first_weekday="mo", horizon_us=DAY_US)
    assert found == [(0, 5 * DAY_US)]


def test_intervals_are_merged() -> None:
    """Overlapping, nested and touching intervals become one; others stay apart."""
    assert merge_intervals([(8, 9), (0, 5), (1, 2), (5, 6)]) == [(0, 6), (8, 9)]
    assert merge_intervals([]) == []

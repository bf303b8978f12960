"""
Hours of rules: clock windows on weekdays, also across midnight, as intervals of the simulated time.

A window belongs to the day on which it begins: `23:00-06:00` on Fridays ends on Saturday morning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sim.contracts import FOREVER_US
from sim.units import SECONDS_PER_DAY, WEEKDAYS, Weekday, clock_to_s, to_us, weekday_after

Interval = tuple[int, int]
"""Half-open interval [from, until) [us from midnight of day 1]."""

DAY_US = to_us(SECONDS_PER_DAY)
DAYS_PER_WEEK = len(WEEKDAYS)

_WINDOW = re.compile(r"^\s*([\d:]+)\s*-\s*([\d:]+)\s*$")


@dataclass(frozen=True, slots=True)
class ClockWindow:
    """
    Hours of a day, half-open [from, until).

    Parameters
    ----------
    from_s
        Begin [s from midnight of the day], below 86400.
    until_s
        End [s from midnight of the same day]; above 86400 when it lies on the next morning.
    """

    from_s: float
    until_s: float


def read_window(text: str) -> ClockWindow:
    """
    Clock window from text.

    Parameters
    ----------
    text
        `HH:MM-HH:MM`; an end before the begin lies on the next morning, and `00:00-24:00` is the whole day.

    Raises
    ------
    ValueError
        If the text is no such window or the window is empty; the message shows it.

    Examples
    --------
    >>> read_window("23:00-06:00")
    ClockWindow(from_s=82800.0, until_s=108000.0)
    """
    match = _WINDOW.match(text)
    if match is None:
        raise ValueError(f"expected a window HH:MM-HH:MM, found {text!r}")
    try:
        from_s, until_s = clock_to_s(match[1]), clock_to_s(match[2])
    except ValueError:
        from_s, until_s = SECONDS_PER_DAY, SECONDS_PER_DAY
    if from_s >= SECONDS_PER_DAY or until_s > SECONDS_PER_DAY:
        raise ValueError(f"expected a window HH:MM-HH:MM of clock times from 00:00 to 24:00, found {text!r}")
    if from_s == until_s:
        raise ValueError(f"expected a window with some length (00:00-24:00 is the whole day), found {text!r}")
    return ClockWindow(from_s, until_s if until_s > from_s else until_s + SECONDS_PER_DAY)


def read_weekdays(names: Iterable[str]) -> tuple[Weekday, ...]:
    """
    Days of the week from names and ranges, in the order of the week.

    Parameters
    ----------
    names
        Each `mo`, `tu`, `we`, `th`, `fr`, `sa`, `su` or a range such as `mo-fr` or `sa-mo`.

    Raises
    ------
    ValueError
        If a name is none of these.

    Examples
    --------
    >>> read_weekdays(["sa-mo"])
    ('mo', 'sa', 'su')
    """
    chosen: set[Weekday] = set()
    for name in names:
        first, _, last = name.strip().lower().partition("-")
        ends = [day for text in (first, last or first) for day in WEEKDAYS if day == text.strip()]
        if len(ends) != 2:
            raise ValueError(f"expected a weekday of {', '.join(WEEKDAYS)} or a range such as mo-fr, found {name!r}")
        day = ends[0]
        chosen.add(day)
        while day != ends[1]:
            day = weekday_after(day, 1)
            chosen.add(day)
    return tuple(day for day in WEEKDAYS if day in chosen)


def window_intervals(
    windows: Sequence[ClockWindow],
    weekdays: Sequence[Weekday],
    *,
    first_weekday: Weekday,
    horizon_us: int,
    holds_on: Callable[[int], bool] = lambda day: True,
) -> list[Interval]:
    """
    Times at which a window is on, merged and sorted, of those that begin before the horizon.

    Parameters
    ----------
    windows
        Clock windows.
    weekdays
        Days of the week on which they begin.
    first_weekday
        Day of the week of day 1. A window that began the evening before is on at midnight.
    horizon_us
        End of the simulated time [us]. An interval that is on then is given to its true end; one that never ends
        has the end `FOREVER_US`.
    holds_on
        Whether windows may begin on a day, 0 for the first; every day when left out.
    """
    last_day = -(-horizon_us // DAY_US) + DAYS_PER_WEEK
    found = []
    for day in range(-1, last_day):
        if weekday_after(first_weekday, day) in weekdays and holds_on(day):
            midnight_us = day * DAY_US
            found += [(midnight_us + to_us(w.from_s), midnight_us + to_us(w.until_s)) for w in windows]
    clipped = [(max(start, 0), end) for start, end in merge_intervals(found) if start < horizon_us and end > 0]
    never_opens = last_day * DAY_US
    return [(start, int(FOREVER_US) if end >= never_opens else end) for start, end in clipped]


def merge_intervals(intervals: Iterable[Interval]) -> list[Interval]:
    """
    Union of half-open intervals: sorted, disjoint, touching ones joined.

    Examples
    --------
    >>> merge_intervals([(5, 7), (0, 2), (2, 4), (6, 9)])
    [(0, 4), (5, 9)]
    """
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def subtract_intervals(intervals: Sequence[Interval], taken: Sequence[Interval]) -> list[Interval]:
    """
    What is left of intervals after others are taken from them; both sorted and disjoint.

    Examples
    --------
    >>> subtract_intervals([(0, 10), (20, 30)], [(3, 5), (9, 22)])
    [(0, 3), (5, 9), (22, 30)]
    """
    left = []
    for start, end in intervals:
        for begin, until in taken:
            if until <= start or begin >= end:
                continue
            if begin > start:
                left.append((start, begin))
            start = until
        if start < end:
            left.append((start, end))
    return left

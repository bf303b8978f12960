"""
Conversions between the units used inside (SI, CNY) and those of YAML, CSV and figures.

Inside: metres, seconds, metres a second, kilograms, kilowatts, kilowatt-hours. Clock times are
seconds from midnight of day 1; the event clock counts whole microseconds so that runs repeat to
the byte.
"""

from __future__ import annotations

import re
from typing import Literal, get_args

Weekday = Literal["mo", "tu", "we", "th", "fr", "sa", "su"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
"""Days of the week from Monday on, spelled as in OpenStreetMap's opening hours."""

SECONDS_PER_HOUR = 3600.0
SECONDS_PER_DAY = 86400.0
MICROSECONDS_PER_SECOND = 1_000_000
MJ_PER_KWH = 3.6

_CLOCK = re.compile(r"^(\d{1,2}):(\d{2})(?::(\d{2}))?$")


def kph_to_mps(speed_kph: float) -> float:
    """Speed [m/s] from [km/h]."""
    return speed_kph / 3.6


def mps_to_kph(speed_mps: float) -> float:
    """Speed [km/h] from [m/s]."""
    return speed_mps * 3.6


def to_us(time_s: float) -> int:
    """Whole microseconds nearest to a time in seconds."""
    return round(time_s * MICROSECONDS_PER_SECOND)


def to_s(time_us: int) -> float:
    """Seconds from whole microseconds."""
    return time_us / MICROSECONDS_PER_SECOND


def clock_to_s(text: str) -> float:
    """
    Seconds from midnight of day 1 for a clock time.

    Parameters
    ----------
    text
        `HH:MM` or `HH:MM:SS`; hours 0 to 47, so that `26:00` is 2 o'clock of the next morning.

    Raises
    ------
    ValueError
        If the text is no clock time; the message shows it.

    Examples
    --------
    >>> clock_to_s("07:30")
    27000.0
    >>> clock_to_s("24:00")
    86400.0
    """
    match = _CLOCK.match(text.strip())
    hour, minute, second = (int(part or 0) for part in match.groups()) if match else (99, 0, 0)
    if hour > 47 or minute > 59 or second > 59:
        raise ValueError(f"expected a clock time HH:MM from 00:00 to 47:59, found {text!r}")
    return hour * 3600.0 + minute * 60.0 + second


def s_to_clock(time_s: float) -> str:
    """
    Clock time `HH:MM` of a time in seconds from midnight of day 1, rounded to the minute.

    Examples
    --------
    >>> s_to_clock(27000.0)
    '07:30'
    """
    minutes = round(time_s / 60.0)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def weekday_after(weekday: Weekday, days: int) -> Weekday:
    """
    Day of the week some days later.

    Examples
    --------
    >>> weekday_after("su", 1)
    'mo'
    """
    return WEEKDAYS[(WEEKDAYS.index(weekday) + days) % len(WEEKDAYS)]

"""
Waves: parts of the day in which vans are out, each with a driver of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from sim.units import clock_to_s

DAY_WAVE = "day"
"""Name of the wave of a fleet that works in one."""


def _clock_time(text: str) -> str:
    clock_to_s(text)
    return text


ClockTime = Annotated[str, AfterValidator(_clock_time)]


class WaveParams(BaseModel, frozen=True, extra="forbid"):
    """A part of the day in which vans are out, each with a driver of its own."""

    name: str = Field(min_length=1, description="Name in tables and figures")
    start: ClockTime = Field(description="Earliest departure from the depot [HH:MM]; 24:00 is midnight")
    end: ClockTime = Field(description="Latest return to the depot [HH:MM], up to 47:59 for the next day")
    shift_h: float | None = Field(
        default=None, gt=0.0, le=24.0, description="Planned length of a shift in this wave [h]; null: that of the fleet"
    )
    quiet_only: bool = Field(default=False, description="Whether quiet vehicle types alone may work in it")


@dataclass(frozen=True, slots=True)
class Wave:
    """
    A wave with its times in seconds.

    Parameters
    ----------
    name
        Name in tables and figures.
    start_s, end_s
        Earliest departure and latest return [s from midnight of day 1].
    shift_h
        Planned length of a shift [h].
    quiet_only
        Whether quiet vehicle types alone may work in it.
    """

    name: str
    start_s: float
    end_s: float
    shift_h: float
    quiet_only: bool = False


def wave_faults(waves: Sequence[WaveParams]) -> list[str]:
    """What is wrong with the order of some waves."""
    faults = []
    names = [wave.name for wave in waves]
    if len(set(names)) < len(names):
        faults.append(f"waves need names of their own, found {names}")
    faults += [
        f"wave {wave.name} must end after it starts, found {wave.start} to {wave.end}; "
        "write times after midnight as 24:00 and later"
        for wave in waves
        if clock_to_s(wave.end) <= clock_to_s(wave.start)
    ]
    faults += [
        f"waves must follow each other without overlap, found {before.name} until {before.end} and "
        f"{after.name} from {after.start}"
        for before, after in itertools.pairwise(waves)
        if clock_to_s(after.start) < clock_to_s(before.end)
    ]
    return faults

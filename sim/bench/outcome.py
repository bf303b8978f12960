"""
What one simulator made of one case, and how much memory it took.
"""

from __future__ import annotations

import re
import resource
from dataclasses import dataclass
from pathlib import Path

ENOUGH_S = 1.0
"""Runs of a simulator on a case are repeated until they add up to this much wall time [s]."""

MOST_RUNS = 5
"""But no more often than this."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    Measures of one run.

    Parameters
    ----------
    simulation_s
        Wall time from the first vehicle to the last, link outputs included [s].
    cpu_s
        Processor time of the same [s]: what wall time is when nobody else uses the machine.
    loading_s
        Wall time to read and prepare links and trips [s].
    mean_travel_s
        Mean travel time of the trips that arrived, waiting outside the first link included [s].
    arrived
        Trips that arrived.
    forced_moves
        Vehicles forced on ("teleported") after standing too long.
    end_s
        Last arrival [s]; NaN where it is not told.
    peak_memory_mb
        Most memory the process held [MB].
    """

    simulation_s: float
    cpu_s: float
    loading_s: float
    mean_travel_s: float
    arrived: int
    forced_moves: int
    end_s: float = float("nan")
    peak_memory_mb: float = float("nan")


def peak_memory_mb() -> float:
    """
    Most memory this process has held [MB].

    Linux counts the memory of the process that started this one into `getrusage`, so its own mark is read instead
    where there is one.
    """
    status = Path("/proc/self/status")
    if status.exists() and (found := re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))):
        return int(found[1]) / 1024.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0

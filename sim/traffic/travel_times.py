"""
Travel times by link and time of day.

What a carrier believes when it plans, and what a driver believes when choosing a way. Filled from
empty streets, from an assignment, or from what the engine has measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.contracts import FloatArray, IntArray
from sim.units import MICROSECONDS_PER_SECOND, SECONDS_PER_DAY


@dataclass(frozen=True, slots=True)
class BinnedTravelTimes:
    """
    Travel time of each link by time bin of entry; the day repeats after the last bin.

    Parameters
    ----------
    bin_us
        Width of a bin [us].
    link_time_us
        Travel time [us], shape (n_bins, n_links), all above zero.
    """

    bin_us: int
    link_time_us: IntArray

    def at(self, time_us: int) -> IntArray:
        """Travel time of every link on entry at `time_us` [us], shape (n_links,)."""
        row: IntArray = self.link_time_us[(time_us // self.bin_us) % len(self.link_time_us)]
        return row

    def mean_between(self, from_us: int, until_us: int) -> IntArray:
        """Mean travel time of every link over the bins that start in [from, until) [us]."""
        starts = np.arange(from_us - from_us % self.bin_us, until_us, self.bin_us)
        rows = (starts // self.bin_us) % len(self.link_time_us)
        mean: IntArray = np.round(self.link_time_us[rows].mean(axis=0)).astype(np.int64)
        return mean


def free_flow_times(length_m: FloatArray, free_speed_mps: FloatArray, signal_delay_s: FloatArray) -> BinnedTravelTimes:
    """
    Travel times of empty streets, the same at all hours.

    Parameters
    ----------
    length_m, free_speed_mps, signal_delay_s
        Links [m], [m/s], [s], shape (n_links,).
    """
    time_us = np.round((length_m / free_speed_mps + signal_delay_s) * MICROSECONDS_PER_SECOND).astype(np.int64)
    return BinnedTravelTimes(round(SECONDS_PER_DAY) * MICROSECONDS_PER_SECOND, np.maximum(time_us, 1)[None, :])

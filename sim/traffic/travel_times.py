"""
Travel times by link and time of day.

What a carrier believes when it plans, and what a driver believes when choosing a way. Filled from
an hourly speed profile, from an assignment, or from what the engine has measured.
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


def travel_times_from_speed_ratio(
    length_m: FloatArray,
    free_speed_mps: FloatArray,
    signal_delay_s: FloatArray,
    speed_ratio: FloatArray,
) -> BinnedTravelTimes:
    """
    Travel times when every link is driven at a share of its free speed that depends on the hour.

    Parameters
    ----------
    length_m, free_speed_mps, signal_delay_s
        Links [m], [m/s], [s], shape (n_links,).
    speed_ratio
        Share of the free speed [-] in each of equal bins of the day, shape (n_bins,), above 0.

    Raises
    ------
    ValueError
        If a ratio is not above 0.
    """
    ratio = np.asarray(speed_ratio, dtype=np.float64)
    if not (ratio > 0.0).all():
        raise ValueError(f"speed ratios must be above 0, found {ratio.min()}")
    running_s = (length_m / free_speed_mps)[None, :] / ratio[:, None] + signal_delay_s[None, :]
    time_us = np.maximum(np.round(running_s * MICROSECONDS_PER_SECOND), 1.0).astype(np.int64)
    bin_us = round(SECONDS_PER_DAY / len(ratio)) * MICROSECONDS_PER_SECOND
    return BinnedTravelTimes(bin_us, time_us)

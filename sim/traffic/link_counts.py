"""
Counts and travel times by link and time bin, read off the running totals of the kernels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.contracts import FloatArray, IntArray
from sim.traffic import store as s
from sim.traffic.rings import vehicles_on_links
from sim.traffic.travel_times import BinnedTravelTimes


@dataclass(frozen=True, slots=True)
class BinnedCounts:
    """
    What happened on each link in each bin; arrays of shape (n_bins, n_links).

    Parameters
    ----------
    inflow_veh, outflow_veh
        Vehicles that entered and left.
    travel_time_s
        Mean time on the link of those that entered in the bin and have left [s], NaN where there are none.
    vans
        Tracked vehicles that entered.
    vehicle_s
        Time spent on the link by all vehicles [vehicle s].
    """

    inflow_veh: IntArray
    outflow_veh: IntArray
    travel_time_s: FloatArray
    vans: IntArray
    vehicle_s: FloatArray

    def times(self, free_time_us: IntArray, bin_us: int) -> BinnedTravelTimes:
        """
        Travel times by bin of entry, those of the empty link where nobody entered or none has left yet.

        Parameters
        ----------
        free_time_us
            Travel time on each empty link [us], shape (n_links,).
        bin_us
            Width of a bin [us].
        """
        measured = np.round(np.nan_to_num(self.travel_time_s) * s.MICROSECONDS).astype(np.int64)
        return BinnedTravelTimes(bin_us, np.where(measured > 0, measured, free_time_us))


class LinkCounts:
    """Totals at the end of each bin."""

    def __init__(self, store: s.Store) -> None:
        self._totals: list[tuple[IntArray, ...]] = []
        self._bin_us = int(store.clock[s.BIN_WIDTH])

    def close_bin(self, store: s.Store) -> s.Store:
        """Note the totals at the end of the bin under way and begin the next; returns arrays with room for it."""
        clock = store.clock
        clock[s.BIN] += 1
        clock[s.BIN_BEGIN] += self._bin_us
        self._totals.append(_totals(store, int(clock[s.BIN_BEGIN])))
        if clock[s.BIN] >= len(store.late_us):
            store = store._replace(late_us=np.concatenate([store.late_us, np.zeros_like(store.late_us)]))
        return store

    def so_far(self, store: s.Store, now_us: int) -> BinnedCounts:
        """Counts of all bins, that under way as it stands now."""
        bin_end_us = int(store.clock[s.BIN_BEGIN]) + self._bin_us
        totals = [*self._totals, _totals(store, min(now_us, bin_end_us))]
        inflow, outflow, travel_us, vans, present_us = (
            np.diff(np.stack([total[part] for total in totals]), axis=0, prepend=0) for part in range(5)
        )
        link, slot, _ = vehicles_on_links(store)
        still_here = np.zeros_like(inflow)
        entry_bin = np.minimum(store.slots[slot, s.SLOT_TIME] // self._bin_us, len(inflow) - 1)
        np.add.at(still_here, (entry_bin, link), 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean_us = (travel_us + store.late_us[: len(inflow)]) / (inflow - still_here)
        return BinnedCounts(inflow, outflow, mean_us / s.MICROSECONDS, vans, present_us / s.MICROSECONDS)


def _totals(store: s.Store, at_us: int) -> tuple[IntArray, ...]:
    """Entered, left, time on the link of those that left, vans, time on the link of all; at a time not passed yet."""
    link, slot, _ = vehicles_on_links(store)
    present_us = store.links[:, s.TRAVEL_US].copy()
    np.add.at(present_us, link, at_us - store.slots[slot, s.SLOT_TIME])
    return (
        store.links[:, s.ENTERED].copy(),
        store.links[:, s.LEFT].copy(),
        store.links[:, s.TRAVEL_US].copy(),
        store.merges[:, s.VANS].copy(),
        present_us,
    )


def link_table(
    counts: BinnedCounts, link_ids: IntArray, bin_s: float, blocked_s: FloatArray | None = None
) -> pd.DataFrame:
    """
    Counts as a table in the columns of `links.parquet`, every link in every bin.

    Parameters
    ----------
    counts
        Counts by bin and link.
    link_ids
        `link_id` of each row of links.
    bin_s
        Width of a bin [s].
    blocked_s
        Time with a lane blocked, shape (n_bins, n_links) [s]; none where None.
    """
    n_bins, n_links = counts.inflow_veh.shape
    blocked = np.zeros((n_bins, n_links)) if blocked_s is None else blocked_s
    return pd.DataFrame(
        {
            "link_id": np.tile(link_ids, n_bins),
            "bin_start_s": np.repeat(np.arange(n_bins) * bin_s, n_links),
            "bin_s": np.full(n_bins * n_links, bin_s),
            "inflow_veh": counts.inflow_veh.ravel(),
            "outflow_veh": counts.outflow_veh.ravel(),
            "travel_time_s": counts.travel_time_s.ravel(),
            "vans": counts.vans.ravel(),
            "blocked_s": blocked.ravel(),
        }
    )

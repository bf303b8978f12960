"""
For how long links had a lane blocked.
"""

from __future__ import annotations

import numpy as np

from sim.contracts import FloatArray
from sim.traffic.store import MICROSECONDS


class BlockedLanes:
    """
    Times in which at least part of a lane of a link was out of service.

    Parameters
    ----------
    n_links
        Number of links.
    """

    def __init__(self, n_links: int) -> None:
        self._n_links = n_links
        self._since_us: dict[int, int] = {}
        self._past: list[tuple[int, int, int]] = []

    def set(self, link: int, lanes: float, now_us: int) -> None:
        """Note that `lanes` lanes of a link are out of service from now on."""
        if lanes > 0.0:
            self._since_us.setdefault(link, now_us)
        elif link in self._since_us:
            self._past.append((link, self._since_us.pop(link), now_us))

    def seconds_by_bin(self, n_bins: int, bin_us: int, now_us: int) -> FloatArray:
        """
        Time with a lane blocked by bin and link, shape (n_bins, n_links) [s].

        Parameters
        ----------
        n_bins, bin_us
            Number of bins and their width [us].
        now_us
            Where what still lasts is cut off [us].
        """
        blocked_us = np.zeros((n_bins, self._n_links), dtype=np.int64)
        lasting = [(link, since_us, now_us) for link, since_us in self._since_us.items()]
        for link, from_us, until_us in self._past + lasting:
            for time_bin in range(from_us // bin_us, min(until_us // bin_us + 1, n_bins)):
                begin_us = max(from_us, time_bin * bin_us)
                blocked_us[time_bin, link] += max(min(until_us, (time_bin + 1) * bin_us) - begin_us, 0)
        return blocked_us / MICROSECONDS

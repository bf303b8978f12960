"""How many of something there are at a time, from the times at which each begins and ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def time_bins(first_s: float, last_s: float, bin_s: float = 900.0) -> Floats:
    """Edges of whole bins that hold everything between two times [s]."""
    first = np.floor(first_s / bin_s)
    last = max(np.ceil(last_s / bin_s), first + 1)
    edges: Floats = np.arange(first, last + 1) * bin_s
    return edges


def mean_present(start_s: Floats, end_s: Floats, edges_s: Floats) -> Floats:
    """
    Mean number present in each bin [-]: time spent inside the bin by all, over its width.

    Rows whose start or end is not a number count for nothing.

    Parameters
    ----------
    start_s, end_s
        When each begins and ends [s].
    edges_s
        Edges of the bins [s], rising.

    Examples
    --------
    >>> mean_present(np.array([0.0, 300.0]), np.array([900.0, 600.0]), np.array([0.0, 600.0, 1200.0]))
    array([1.5, 0.5])
    """
    known = np.isfinite(start_s) & np.isfinite(end_s) & (end_s > start_s)
    starts, ends = np.sort(start_s[known]), np.sort(end_s[known])
    present_s = np.diff(_time_before(starts, edges_s) - _time_before(ends, edges_s))
    mean: Floats = present_s / np.diff(edges_s)
    return mean


def _time_before(sorted_s: Floats, edges_s: Floats) -> Floats:
    """Sum over all of how long each has begun (or ended) at every edge [s]."""
    total = np.concatenate(([0.0], np.cumsum(sorted_s)))
    count = np.searchsorted(sorted_s, edges_s)
    passed: Floats = count * edges_s - total[count]
    return passed

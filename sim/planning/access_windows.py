"""
When a drop can be served under the rules: the delivery window less the hours its link is closed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

import numpy as np
from numpy.typing import NDArray

from sim.contracts import LinkClosures
from sim.units import MICROSECONDS_PER_SECOND


def open_windows(
    closures: LinkClosures,
    link: int,
    earliest_s: int,
    latest_s: int,
    stay_s: int,
    *,
    shortest_s: int = 0,
) -> list[tuple[int, int]]:
    """
    Parts of a delivery window in which a van may come, unload and leave again.

    A van that is inside when the link closes would be held until it opens, so unloading has to end
    before.

    Parameters
    ----------
    closures
        When links are closed to the van's class.
    link
        Row of the link of the shop.
    earliest_s, latest_s
        Window of the start of unloading [s].
    stay_s
        Time from arrival to having left the closed area [s].
    shortest_s
        Parts shorter than this are left out, unless the window itself is as short [s].

    Returns
    -------
    list
        Windows of the start of unloading [s], in the order of time.
    """
    parts = []
    start = earliest_s
    first, end = int(closures.start[link]), int(closures.start[link + 1])
    # A link may have dozens of closures in a day; only those that meet the window and the stay after it matter.
    first = bisect_right(closures.until_us, earliest_s * MICROSECONDS_PER_SECOND, first, end)
    end = bisect_left(closures.from_us, (latest_s + stay_s) * MICROSECONDS_PER_SECOND, first, end)
    for row in range(first, end):
        closes_s = int(closures.from_us[row] // MICROSECONDS_PER_SECOND)
        parts.append((start, min(latest_s, closes_s - stay_s)))
        start = max(start, int(-(-closures.until_us[row] // MICROSECONDS_PER_SECOND)))
    parts.append((start, latest_s))
    least_s = min(shortest_s, latest_s - earliest_s)
    return [(begin, end) for begin, end in parts if end - begin >= least_s]


def mostly_open(closures: LinkClosures, from_us: int, until_us: int) -> NDArray[np.bool_]:
    """
    Links open to a class for at least half of a period, shape (n_links,).

    Tour planning reckons with ways over these; how a closed hour is met is decided link by link
    when a driver sets out.
    """
    n_links = len(closures.start) - 1
    overlap = np.minimum(closures.until_us, until_us) - np.maximum(closures.from_us, from_us)
    link = np.repeat(np.arange(n_links), np.diff(closures.start))
    closed_us = np.bincount(link, weights=np.maximum(overlap, 0), minlength=n_links)
    is_open: NDArray[np.bool_] = closed_us <= (until_us - from_us) / 2.0
    return is_open

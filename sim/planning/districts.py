"""
Large carriers are split by geography before tours are planned: districts of drops near each other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.contracts import FloatArray, IntArray
from sim.planning.fleet import largest_remainder


def split_by_geography(xy_m: FloatArray, vans: Sequence[int]) -> list[IntArray]:
    """
    Districts of drops by recursive bisection across the longer side, in proportion to their vans.

    Parameters
    ----------
    xy_m
        Positions [m], shape (n, 2).
    vans
        Vans of each district, all above 0.

    Returns
    -------
    list
        Rows of each district in rising order, shape of `vans`.
    """

    def bisect(rows: IntArray, counts: Sequence[int]) -> list[IntArray]:
        if len(counts) == 1:
            return [np.sort(rows)]
        spread = np.ptp(xy_m[rows], axis=0) if len(rows) else np.zeros(2)
        axis = int(spread[1] > spread[0])
        order = rows[np.lexsort((rows, xy_m[rows, 1 - axis], xy_m[rows, axis]))]
        half = len(counts) // 2
        cut = round(len(rows) * sum(counts[:half]) / sum(counts))
        return bisect(order[:cut], counts[:half]) + bisect(order[cut:], counts[half:])

    return bisect(np.arange(len(xy_m), dtype=np.int64), list(vans))


def vans_by_district(drops: int, vans: int, largest_district: int) -> IntArray:
    """
    Number of districts, each with its number of vans: as few as keep them small enough to plan.

    Parameters
    ----------
    drops
        Drops of the carrier.
    vans
        Its vans, 1 or more.
    largest_district
        Most drops that are planned together.
    """
    districts = max(1, min(vans, int(np.ceil(drops / largest_district))))
    return largest_remainder(np.ones(districts), vans)


def share_out_vans(vans: IntArray, restricted_share: FloatArray, *, free_vans: int) -> tuple[IntArray, IntArray]:
    """
    Vans that no rule keeps out go first to the districts where others may not serve all drops.

    Parameters
    ----------
    vans
        Vans of each district, shape (n_districts,).
    restricted_share
        Share of the drops of each district that is closed to some vans [-].
    free_vans
        Vans that no rule keeps out, at most all.

    Returns
    -------
    free, other
        Vans of either sort by district; together they are `vans`.
    """
    wanted = np.ceil(restricted_share * vans - 1e-9)
    if wanted.sum() >= free_vans:
        free = largest_remainder(wanted, free_vans) if free_vans else np.zeros_like(vans)
    else:
        rest = (vans - wanted).astype(np.float64)
        free = wanted.astype(np.int64) + largest_remainder(rest, free_vans - int(wanted.sum()))
    return free, vans - free

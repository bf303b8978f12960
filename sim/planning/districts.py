"""
Large carriers are split by geography before tours are planned: districts of drops near each other.
"""

from __future__ import annotations

import numpy as np

from sim.contracts import FloatArray, IntArray
from sim.planning.fleet import largest_remainder


def split_by_geography(xy_m: FloatArray, largest_district: int) -> list[IntArray]:
    """
    Districts of drops by recursive bisection across the longer side.

    Parameters
    ----------
    xy_m
        Positions [m], shape (n, 2).
    largest_district
        Most drops in one district, 1 or more.

    Returns
    -------
    list
        Rows of each district in rising order; districts differ by a few drops at most.
    """

    def bisect(rows: IntArray, parts: int) -> list[IntArray]:
        if parts == 1 or len(rows) < 2:
            return [np.sort(rows)]
        spread = np.ptp(xy_m[rows], axis=0)
        axis = int(spread[1] > spread[0])
        order = rows[np.lexsort((rows, xy_m[rows, 1 - axis], xy_m[rows, axis]))]
        left_parts = parts // 2
        cut = round(len(rows) * left_parts / parts)
        return bisect(order[:cut], left_parts) + bisect(order[cut:], parts - left_parts)

    if len(xy_m) == 0:
        return []
    parts = int(np.ceil(len(xy_m) / largest_district))
    return bisect(np.arange(len(xy_m), dtype=np.int64), parts)


def share_out_vans(
    work: FloatArray, restricted_work: FloatArray, *, free_vans: int, other_vans: int
) -> tuple[IntArray, IntArray]:
    """
    Vans for each district: those that may drive everywhere go first to where others may not.

    Parameters
    ----------
    work
        Work of each district [any unit], shape (n_districts,).
    restricted_work
        Part of it that is closed to some vans, shape (n_districts,).
    free_vans
        Vans that no rule keeps out.
    other_vans
        The other vans.

    Returns
    -------
    free, other
        Vans of either sort by district; they add up to the given numbers.
    """
    vans = free_vans + other_vans
    need = largest_remainder(work, vans)
    if restricted_work.sum() <= 0.0:
        free = largest_remainder(need.astype(np.float64), free_vans)
        return free, need - free if other_vans else np.zeros_like(need)
    share = np.divide(restricted_work, work, out=np.zeros_like(work), where=work > 0.0)
    wanted = np.ceil(share * need - 1e-9)
    if wanted.sum() >= free_vans:
        free = largest_remainder(wanted, free_vans)
    else:
        rest = np.maximum(need - wanted, 0.0)
        free = wanted.astype(np.int64) + largest_remainder(rest, free_vans - int(wanted.sum()))
    other = largest_remainder(np.maximum(need - free, 0).astype(np.float64), other_vans)
    return free, other

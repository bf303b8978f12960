"""
The p-median and the maximal coverage problem as integer programmes, solved by HiGHS in SciPy.

Notes
-----
Source: p-median, Hakimi (1964), "Optimum locations of switching centers", Operations Research 12(3), in the form of
ReVelle and Swain (1970), "Central facilities location", Geographical Analysis 2(1); maximal coverage, Church and
ReVelle (1974), "The maximal covering location problem", Papers of the Regional Science Association 32. Solver: Huangfu
and Hall (2018), "Parallelizing the dual revised simplex method", Mathematical Programming Computation 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from sim.contracts import FloatArray, IntArray
from sim.errors import SitesError

RELATIVE_GAP = 1e-3
"""The search ends when the proposal is within this of the best there can be [-]."""

MOST_NODES = 2000
"""Nodes of the search tree; a limit of time would not give one result on every machine."""

_FIRST_NEIGHBOURS = 40


def total_distance(demand_xy_m: FloatArray, weight: FloatArray, site_xy_m: FloatArray) -> float:
    """Distance to the nearest site, times weight, over all points of demand [m]."""
    return float(weight @ cKDTree(site_xy_m).query(demand_xy_m)[0])


def most_covered(near: NDArray[np.bool_], weight: FloatArray, number: int) -> tuple[IntArray, float]:
    """Sites near the most demand, and a bound on what can be near."""
    from scipy.sparse import csr_array, eye_array, hstack

    n, m = near.shape
    covers: Any = hstack([csr_array(near.astype(np.float64)), -eye_array(n)], format="csr")
    found = _solve(
        cost=np.concatenate([np.zeros(m), -weight]),
        at_least=covers,
        exactly=None,
        sites=m,
        number=number,
    )
    return found.sites, -found.bound


def least_distance(
    demand_xy_m: FloatArray, weight: FloatArray, candidate_xy_m: FloatArray, number: int
) -> tuple[IntArray, float]:
    """
    Sites with the least total distance, and a bound below it.

    Each point of demand may choose among its nearest candidates only, or go as far as to the first one beyond them:
    less than the truth, so the bound holds. When a proposal shows that this was too few, more are looked at.
    """
    neighbours = _FIRST_NEIGHBOURS
    while True:
        chosen, bound = _least_distance_among(demand_xy_m, weight, candidate_xy_m, number, neighbours)
        value = total_distance(demand_xy_m, weight, candidate_xy_m[chosen])
        if neighbours >= len(candidate_xy_m) or value - bound <= 2.0 * RELATIVE_GAP * value:
            return chosen, bound
        neighbours *= 2


def _least_distance_among(
    demand_xy_m: FloatArray, weight: FloatArray, candidate_xy_m: FloatArray, number: int, neighbours: int
) -> tuple[IntArray, float]:
    from scipy.sparse import coo_array

    n, m = len(demand_xy_m), len(candidate_xy_m)
    k = min(neighbours, m)
    found_m, found = cKDTree(candidate_xy_m).query(demand_xy_m, k=min(k + 1, m))
    distance_m, candidate = np.reshape(found_m, (n, -1)), np.reshape(found, (n, -1))
    beyond_m = distance_m[:, k] if k < m else np.full(n, np.inf)
    has_beyond = np.isfinite(beyond_m)
    served = m + np.arange(n * k).reshape(n, k)
    far = m + n * k + np.arange(n)
    cost = np.concatenate([np.zeros(m), (weight[:, None] * distance_m[:, :k]).ravel(), weight * beyond_m])
    cost[far[~has_beyond]] = 0.0
    size = m + n * k + n
    ones, point = np.ones(n * k), np.repeat(np.arange(n), k)
    goes_once = coo_array(
        (np.concatenate([ones, has_beyond * 1.0]), (np.r_[point, np.arange(n)], np.r_[served.ravel(), far])),
        shape=(n, size),
    ).tocsr()
    pair = np.arange(n * k)
    site_is_open = coo_array(
        (np.concatenate([ones, -ones]), (np.r_[pair, pair], np.r_[candidate[:, :k].ravel(), served.ravel()])),
        shape=(n * k, size),
    ).tocsr()
    result = _solve(cost=cost, at_least=site_is_open, exactly=goes_once, sites=m, number=number)
    return result.sites, result.bound


@dataclass(frozen=True, slots=True)
class _Found:
    sites: IntArray
    bound: float


def _solve(*, cost: FloatArray, at_least: Any, exactly: Any, sites: int, number: int) -> _Found:
    """Least cost with `number` sites open, rows of `at_least` not negative and rows of `exactly` one."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    size = len(cost)
    is_site = np.zeros(size, dtype=np.int64)
    is_site[:sites] = 1
    constraints = [LinearConstraint(at_least, 0.0, np.inf), LinearConstraint(is_site[None, :], number, number)]
    if exactly is not None:
        constraints.append(LinearConstraint(exactly, 1.0, 1.0))
    result = milp(
        cost,
        constraints=constraints,
        bounds=Bounds(0.0, 1.0),
        integrality=is_site,
        options={"mip_rel_gap": RELATIVE_GAP, "node_limit": MOST_NODES},
    )
    if result.x is None:
        raise SitesError(f"sites: no proposal found within {MOST_NODES} nodes of the search; ask for fewer candidates")
    opened = np.sort(np.argsort(-result.x[:sites], kind="stable")[:number])
    return _Found(opened.astype(np.int64), float(result.mip_dual_bound))

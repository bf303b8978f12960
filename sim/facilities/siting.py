"""
Siting: which of many candidate sites to take, so that people have the shortest way or as many as can be are near.

The proposal comes with a bound that says how far from the best it can be at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from sim.contracts import FloatArray, IntArray
from sim.errors import SitesError
from sim.facilities.siting_programmes import least_distance, most_covered, total_distance

Objective = Literal["p-median", "coverage"]


@dataclass(frozen=True, slots=True)
class Siting:
    """
    Sites proposed.

    Parameters
    ----------
    chosen
        Rows of the candidates, those that serve most first.
    site_of_demand
        For each point of demand, the nearest of the sites as a position in `chosen`.
    distance_m
        Straight way from each point of demand to it [m].
    mean_distance_m
        Mean of that by weight [m].
    covered_share
        Share of the weight within the radius [-].
    gap
        Share by which the objective may fall short of the best there can be [-].
    """

    chosen: IntArray
    site_of_demand: IntArray
    distance_m: FloatArray
    mean_distance_m: float
    covered_share: float
    gap: float


def propose_sites(
    demand_xy_m: FloatArray,
    weight: FloatArray,
    candidate_xy_m: FloatArray,
    number: int,
    *,
    objective: Objective,
    radius_m: float,
) -> Siting:
    """
    The best sites for a number of facilities.

    Parameters
    ----------
    demand_xy_m
        Where demand arises [m], shape (n, 2).
    weight
        How much [-], shape (n,).
    candidate_xy_m
        Where sites may be [m], shape (m, 2).
    number
        Sites wanted.
    objective
        `p-median`: the least mean distance; `coverage`: the most demand within the radius.
    radius_m
        Radius that counts as near, straight line [m].

    Raises
    ------
    SitesError
        If there are fewer candidates than sites wanted, or no demand.
    """
    faults = []
    if not 1 <= number <= len(candidate_xy_m):
        faults.append(f"sites: expected a number from 1 to {len(candidate_xy_m)}, the candidates; found {number}")
    if len(weight) == 0 or not weight.sum() > 0.0:
        faults.append("sites: expected demand above 0, found none")
    if faults:
        raise SitesError(faults)
    if objective == "coverage":
        near = _near(demand_xy_m, candidate_xy_m, radius_m)
        chosen, bound = most_covered(near, weight, number)
        value = float(weight[near[:, chosen].any(axis=1)].sum())
        gap = (bound - value) / bound if bound > 0.0 else 0.0
    else:
        chosen, bound = least_distance(demand_xy_m, weight, candidate_xy_m, number)
        value = total_distance(demand_xy_m, weight, candidate_xy_m[chosen])
        gap = (value - bound) / value if value > 0.0 else 0.0
    return _assess(demand_xy_m, weight, candidate_xy_m, chosen, radius_m, max(gap, 0.0))


def rank_by_coverage(
    demand_xy_m: FloatArray, weight: FloatArray, candidate_xy_m: FloatArray, number: int, *, radius_m: float
) -> IntArray:
    """
    Candidates one after the other, each the one that brings most demand that was not near a site yet.

    Ties go to the first; a smaller number is the beginning of a larger one.

    Parameters
    ----------
    demand_xy_m, weight, candidate_xy_m, radius_m
        As for `propose_sites`.
    number
        Candidates wanted.
    """
    near = _near(demand_xy_m, candidate_xy_m, radius_m)
    is_open = np.ones(len(weight), dtype=bool)
    is_free = np.ones(len(candidate_xy_m), dtype=bool)
    chosen = []
    for _ in range(min(number, len(candidate_xy_m))):
        gain = np.where(is_free, (weight * is_open) @ near, -1.0)
        best = int(np.argmax(gain))
        chosen.append(best)
        is_free[best] = False
        is_open &= ~near[:, best]
    return np.array(chosen, dtype=np.int64)


def _near(demand_xy_m: FloatArray, candidate_xy_m: FloatArray, radius_m: float) -> NDArray[np.bool_]:
    """Which candidates are within the radius of each point of demand, shape (n, m)."""
    near = np.zeros((len(demand_xy_m), len(candidate_xy_m)), dtype=bool)
    if len(candidate_xy_m):
        for row, found in enumerate(cKDTree(candidate_xy_m).query_ball_point(demand_xy_m, radius_m)):
            near[row, found] = True
    return near


def _assess(
    demand_xy_m: FloatArray,
    weight: FloatArray,
    candidate_xy_m: FloatArray,
    chosen: IntArray,
    radius_m: float,
    gap: float,
) -> Siting:
    distance_m, site = cKDTree(candidate_xy_m[chosen]).query(demand_xy_m)
    served = np.bincount(site, weights=weight, minlength=len(chosen))
    order = np.lexsort((chosen, -served))
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return Siting(
        chosen=chosen[order],
        site_of_demand=rank[site],
        distance_m=np.asarray(distance_m),
        mean_distance_m=float(weight @ distance_m / weight.sum()),
        covered_share=float(weight[distance_m <= radius_m].sum() / weight.sum()),
        gap=gap,
    )

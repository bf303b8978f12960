"""Siting: held against trying every set of sites."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.errors import SitesError
from sim.facilities.siting import propose_sites, rank_by_coverage

Points = NDArray[np.float64]


def city(seed: int) -> tuple[Points, Points, Points, int]:
    """Demand, weights, candidates within a kilometre, and a number of sites."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(4, 30)), int(rng.integers(3, 11))
    return rng.random((n, 2)) * 1000.0, rng.random(n) + 0.1, rng.random((m, 2)) * 1000.0, int(rng.integers(1, 4))


def distances(demand: Points, candidates: Points) -> Points:
    """Straight ways between all pairs [m]."""
    return np.hypot(*(demand[:, None, :] - candidates[None, :, :]).transpose(2, 0, 1))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_median_is_that_of_trying_every_set(seed: int) -> None:
    """Least weighted way of up to 120 sets of sites."""
    demand, weight, candidates, number = city(seed)
    number = min(number, len(candidates))
    way = distances(demand, candidates)
    best = min(weight @ way[:, rows].min(axis=1) for rows in map(list, combinations(range(len(candidates)), number)))
    found = propose_sites(demand, weight, candidates, number, objective="p-median", radius_m=250.0)
    assert found.mean_distance_m == pytest.approx(best / weight.sum(), rel=2e-3)
    assert found.mean_distance_m * weight.sum() * (1.0 - found.gap) <= best * (1.0 + 1e-9)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_coverage_is_that_of_trying_every_set(seed: int) -> None:
    """Most weight within 250 m of up to 120 sets of sites."""
    demand, weight, candidates, number = city(seed)
    number = min(number, len(candidates))
    near = distances(demand, candidates) <= 250.0
    sets = map(list, combinations(range(len(candidates)), number))
    best = max(float(weight[near[:, rows].any(axis=1)].sum()) for rows in sets)
    found = propose_sites(demand, weight, candidates, number, objective="coverage", radius_m=250.0)
    assert found.covered_share == pytest.approx(best / weight.sum(), rel=2e-3)


def test_looking_at_few_neighbours_first_does_not_change_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    """With two neighbours to begin with, one site for a cluster far off is found all the same, by a true bound."""
    from sim.facilities import siting_programmes

    rng = np.random.default_rng(7)
    candidates = rng.random((12, 2)) * 1000.0
    demand, weight = rng.random((40, 2)) * 1000.0, np.ones(40)
    whole = propose_sites(demand, weight, candidates, 2, objective="p-median", radius_m=300.0)
    monkeypatch.setattr(siting_programmes, "_FIRST_NEIGHBOURS", 2)
    stepwise = propose_sites(demand, weight, candidates, 2, objective="p-median", radius_m=300.0)
    assert stepwise.chosen.tolist() == whole.chosen.tolist()
    assert stepwise.gap <= 2e-3


def test_a_case_by_hand() -> None:
    """People at 0, 100 and 1,000 m of a road; two sites among 0, 100, 500, 1,000: by hand 0 or 100, and 1,000."""
    demand = np.array([[0.0, 0.0], [100.0, 0.0], [1000.0, 0.0]])
    candidates = np.array([[0.0, 0.0], [100.0, 0.0], [500.0, 0.0], [1000.0, 0.0]])
    found = propose_sites(demand, np.array([3.0, 1.0, 2.0]), candidates, 2, objective="p-median", radius_m=50.0)
    assert found.chosen.tolist() == [0, 3]  # those that serve most first
    assert found.site_of_demand.tolist() == [0, 0, 1]
    assert found.distance_m.tolist() == [0.0, 100.0, 0.0]
    assert found.mean_distance_m == pytest.approx(100.0 / 6.0)
    assert found.covered_share == pytest.approx(5.0 / 6.0)
    assert found.gap == pytest.approx(0.0, abs=1e-9)


def test_the_same_question_has_the_same_answer() -> None:
    """Twice asked, twice the same sites in the same order."""
    demand, weight, candidates, _ = city(3)
    first, second = (
        propose_sites(demand, weight, candidates, 3, objective="p-median", radius_m=250.0).chosen.tolist()
        for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize(
    ("number", "weight", "words"), [(0, 1.0, "from 1 to 5"), (6, 1.0, "from 1 to 5"), (2, 0.0, "demand")]
)
def test_impossible_questions_are_refused(number: int, weight: float, words: str) -> None:
    """No site, more sites than candidates, nobody to serve."""
    points = np.arange(10.0).reshape(5, 2)
    with pytest.raises(SitesError, match=words):
        propose_sites(points, np.full(5, weight), points, number, objective="coverage", radius_m=1.0)


def test_ranked_sites_are_nested_and_bring_less_and_less() -> None:
    """The first of many are the few; each brings no more new demand than the one before."""
    demand, weight, candidates, _ = city(11)
    few, many = (rank_by_coverage(demand, weight, candidates, n, radius_m=300.0).tolist() for n in (2, 3))
    assert many[:2] == few
    near = distances(demand, candidates) <= 300.0
    covered = [float(weight[near[:, many[:n]].any(axis=1)].sum()) for n in range(4)]
    gains = np.diff(covered)
    assert (np.diff(gains) <= 1e-9).all()

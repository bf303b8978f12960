"""Damped iteration on maps whose fixed points are known."""

from __future__ import annotations

import pytest

from sim.incentives.fixed_point import Shares, averaging_weight, find_fixed_point
from sim.incentives.response_params import IterationParams


def _params(damping: float = 0.7, tolerance: float = 1e-6, max_rounds: int = 100) -> IterationParams:
    return IterationParams(damping=damping, tolerance=tolerance, max_rounds=max_rounds)


def _answer(slope: float, crossing: float) -> object:
    def answer(shares: Shares) -> Shares:
        own = crossing + slope * (shares["a"]["electric"] - crossing)
        return {"a": {"electric": own, "fuel": 1.0 - own}}

    return answer


START: Shares = {"a": {"electric": 0.3, "fuel": 0.7}}


@pytest.mark.parametrize("slope", [-1.5, -0.5, 0.0, 0.5])
def test_it_finds_the_crossing(slope: float) -> None:
    """Damping settles answers that fall with the share, even where they overshoot; shares keep adding up to 1."""
    found = find_fixed_point(_answer(slope, 0.4), START, _params(damping=0.5))
    assert found.is_settled
    assert found.shares["a"]["electric"] == pytest.approx(0.4, abs=1e-5)
    assert sum(found.shares["a"].values()) == pytest.approx(1.0)


def test_the_residual_shrinks_as_damping_says() -> None:
    """A constant answer and a damping of 0.7: each round leaves 0.3 of the distance."""
    found = find_fixed_point(_answer(0.0, 0.5), START, _params(tolerance=0.01))
    assert found.residuals == pytest.approx((0.2, 0.06, 0.018, 0.0054))


def test_what_does_not_settle_is_said() -> None:
    """An answer that jumps back and forth ends after the last round, not settled."""

    def jump(shares: Shares) -> Shares:
        own = 0.2 if shares["a"]["electric"] > 0.4 else 0.6
        return {"a": {"electric": own, "fuel": 1.0 - own}}

    found = find_fixed_point(jump, START, _params(max_rounds=7))
    assert not found.is_settled and len(found.residuals) == 7


def test_a_mean_cost_settles_where_whole_vans_jump() -> None:
    """
    An electric van gains 4 while electric vans are below 0.4 and loses 2 above: at a mean gain of 0 carriers buy 0.4.

    The days then gain for one round in three, and the mean of their gains is the one at which 0.4 is chosen.
    """
    seen: list[float] = []

    def answer(shares: Shares) -> Shares:
        gain = 4.0 if shares["a"]["electric"] < 0.4 else -2.0
        seen.append(gain if not seen else seen[-1] + averaging_weight(len(seen) + 1) * (gain - seen[-1]))
        own = 0.4 + 0.05 * seen[-1]
        return {"a": {"electric": own, "fuel": 1.0 - own}}

    found = find_fixed_point(answer, START, _params(tolerance=0.01))
    assert found.is_settled and found.shares["a"]["electric"] == pytest.approx(0.4, abs=0.01)
    assert seen[-1] == pytest.approx(0.0, abs=0.2)


def test_an_answer_that_drifts_is_not_settled() -> None:
    """Large steps, then steps below the tolerance that never end: over half of the rounds they add up to more."""
    rounds = [0.35]

    def drift(shares: Shares) -> Shares:
        rounds.append(rounds[-1] + (0.05 if len(rounds) < 5 else 0.006))
        return {"a": {"electric": rounds[-1], "fuel": 1.0 - rounds[-1]}}

    found = find_fixed_point(drift, START, _params(damping=1.0, tolerance=0.01, max_rounds=20))
    assert not found.is_settled


def test_later_rounds_count_more() -> None:
    """Round n counts n times as much as the first: the mean of 1, 2 and 3 is (1 + 4 + 9) / 6."""
    mean = 0.0
    for number in (1, 2, 3):
        mean += averaging_weight(number) * (number - mean)
    assert mean == pytest.approx(14.0 / 6.0)

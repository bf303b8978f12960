"""Damped iteration on maps whose fixed points are known."""

from __future__ import annotations

import pytest

from sim.incentives.fixed_point import Shares, find_fixed_point
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

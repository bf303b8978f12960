"""
Damped iteration: what fleets choose at the costs of a day, and the day that those fleets make.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sim.incentives.response_params import IterationParams

Shares = Mapping[str, Mapping[str, float]]
"""Share of each vehicle type in the fleet of each carrier [-]."""


@dataclass(frozen=True, slots=True)
class FixedPoint:
    """
    Where the iteration ended.

    Parameters
    ----------
    shares
        Shares that the last round answered with.
    residuals
        Largest difference between the shares put in and those that came out, by round [-].
    is_settled
        Whether the last of them is within the tolerance.
    """

    shares: Shares
    residuals: tuple[float, ...]
    is_settled: bool


def largest_difference(a: Shares, b: Shares) -> float:
    """Largest difference of a share [-]."""
    return max(abs(share - b[carrier][name]) for carrier, mix in a.items() for name, share in mix.items())


def find_fixed_point(answer: Callable[[Shares], Shares], start: Shares, params: IterationParams) -> FixedPoint:
    """
    Shares that answer to themselves.

    Each round puts in shares, hears the answer and goes part of the way towards it.

    Parameters
    ----------
    answer
        What carriers own at the costs of a day with these fleets.
    start
        Shares of the first round.
    params
        Damping, tolerance and rounds.

    Examples
    --------
    >>> params = IterationParams(damping=0.5, tolerance=1e-3, max_rounds=30)
    >>> found = find_fixed_point(lambda x: {"a": {"v": 1.0 - x["a"]["v"]}}, {"a": {"v": 0.9}}, params)
    >>> round(found.shares["a"]["v"], 3), found.is_settled
    (0.5, True)
    """
    shares, residuals = start, []
    for _ in range(params.max_rounds):
        answered = answer(shares)
        residuals.append(largest_difference(answered, shares))
        if residuals[-1] <= params.tolerance:
            return FixedPoint(answered, tuple(residuals), True)
        shares = {
            carrier: {name: own + params.damping * (answered[carrier][name] - own) for name, own in mix.items()}
            for carrier, mix in shares.items()
        }
    return FixedPoint(answered, tuple(residuals), False)

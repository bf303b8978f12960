"""
Damped iteration: what fleets choose at the costs of a day, and the day that those fleets make.

Days have whole vans, so costs jump where a share rounds to one van more: often no fleet answers to itself exactly, and
the days go back and forth between two fleets. Carriers therefore answer to the mean cost of the rounds so far (method
of successive averages), which settles at the mixture of both fleets in which neither is worth leaving.
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
        Largest difference of the answer of a round from the shares put in and from the answers of the second half of
        the rounds so far [-].
    is_settled
        Whether the last of them is within the tolerance.
    """

    shares: Shares
    residuals: tuple[float, ...]
    is_settled: bool


def largest_difference(a: Shares, b: Shares) -> float:
    """Largest difference of a share [-]."""
    return max(abs(share - b[carrier][name]) for carrier, mix in a.items() for name, share in mix.items())


def averaging_weight(round_number: int) -> float:
    """
    Weight of a round in the mean of the rounds so far [-]: 1, 2/3, 1/2, 2/5 ...

    With these steps round n counts n times as much as the first one, so that the way to the fixed point is forgotten.

    Source: Liu, He and He (2009), Method of successive weighted averages, Networks and Spatial Economics 9, 485-503.
    """
    return 2.0 / (round_number + 1.0)


def find_fixed_point(answer: Callable[[Shares], Shares], start: Shares, params: IterationParams) -> FixedPoint:
    """
    Shares that answer to themselves.

    Each round puts in shares, hears the answer and goes part of the way towards it. It is settled when the answer is
    within the tolerance of the shares put in and of all answers of the second half of the rounds: an answer that still
    drifts, however slowly, is not.

    Parameters
    ----------
    answer
        What carriers own at the mean costs of the days of this round and of those before.
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
    answers: list[Shares] = []
    for number in range(params.max_rounds):
        answered = answer(shares)
        answers.append(answered)
        residuals.append(max(largest_difference(answered, own) for own in (shares, *answers[number // 2 :])))
        if residuals[-1] <= params.tolerance:
            return FixedPoint(answered, tuple(residuals), True)
        shares = {
            carrier: {name: own + params.damping * (answered[carrier][name] - own) for name, own in mix.items()}
            for carrier, mix in shares.items()
        }
    return FixedPoint(answered, tuple(residuals), False)

"""
95 % intervals of a mean over replications: Student's t, and the studentised bootstrap.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from sim.random_streams import RandomStreams

CONFIDENCE = 0.95
RESAMPLES = 1_999
"""Resamples of the bootstrap; (RESAMPLES + 1) x 2.5 % is whole. Assumption: enough for two digits."""


@dataclass(frozen=True, slots=True)
class Interval:
    """
    A mean with its 95 % interval.

    Parameters
    ----------
    n
        Values that it rests on.
    mean, low, high
        NaN where they are not known: no value, or fewer than two.
    """

    n: int
    mean: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half the width."""
        return (self.high - self.low) / 2.0


def _known(values: NDArray[np.float64]) -> NDArray[np.float64]:
    values = np.asarray(values, dtype=np.float64)
    return values[np.isfinite(values)]


def t_interval(values: NDArray[np.float64]) -> Interval:
    """
    Mean with its interval by Student's t, exact where the values are normal.

    Examples
    --------
    >>> found = t_interval(np.array([1.0, 2.0, 3.0]))
    >>> round(found.mean, 3), round(found.half_width, 3)  # 4.303 x 1 / sqrt(3)
    (2.0, 2.484)
    """
    known = _known(values)
    n = len(known)
    if n < 2:
        return Interval(n, float(known.mean()) if n else math.nan, math.nan, math.nan)
    mean = float(known.mean())
    half = float(stats.t.ppf(0.5 + CONFIDENCE / 2.0, n - 1) * known.std(ddof=1) / math.sqrt(n))
    return Interval(n, mean, mean - half, mean + half)


def bootstrap_interval(
    values: NDArray[np.float64], *, resamples: int = RESAMPLES, generator: np.random.Generator | None = None
) -> Interval:
    """
    Mean with its interval by the studentised bootstrap, which leans with skewed values.

    Parameters
    ----------
    values
        One value a replication.
    resamples
        Number of resamples.
    generator
        Source of the resamples; None: one that is seeded by the values, so that equal values have equal intervals.

    Notes
    -----
    Source: Efron and Tibshirani (1993), "An Introduction to the Bootstrap", chapter 12 (bootstrap-t). Resamples that
    hold one value only have no studentised mean and are left out.
    """
    known = _known(values)
    n = len(known)
    if n < 2:
        return Interval(n, float(known.mean()) if n else math.nan, math.nan, math.nan)
    mean, error = float(known.mean()), float(known.std(ddof=1) / math.sqrt(n))
    if error == 0.0:
        return Interval(n, mean, mean, mean)
    if generator is None:
        seed = int.from_bytes(hashlib.sha256(known.tobytes()).digest()[:8], "little")
        generator = RandomStreams(seed).generator("experiment.bootstrap")
    drawn = known[generator.integers(0, n, size=(resamples, n))]
    errors = drawn.std(axis=1, ddof=1) / math.sqrt(n)
    is_spread = errors > 1e-12 * abs(error)
    studentised = (drawn.mean(axis=1)[is_spread] - mean) / errors[is_spread]
    if len(studentised) < resamples // 2:
        return Interval(n, mean, math.nan, math.nan)
    low, high = np.quantile(studentised, [(1.0 - CONFIDENCE) / 2.0, (1.0 + CONFIDENCE) / 2.0])
    return Interval(n, mean, mean - float(high) * error, mean - float(low) * error)


def p_value(values: NDArray[np.float64]) -> float:
    """Two-sided p-value of the mean being zero, by Student's t; NaN for fewer than two values."""
    known = _known(values)
    if len(known) < 2:
        return math.nan
    spread = float(known.std(ddof=1))
    if spread == 0.0:
        return 1.0 if float(known.mean()) == 0.0 else 0.0
    return float(2.0 * stats.t.sf(abs(float(known.mean())) / (spread / math.sqrt(len(known))), len(known) - 1))


def holm(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    P-values adjusted for their number by Holm's step-down method; NaN stays NaN and does not count.

    Notes
    -----
    Source: Holm (1979), "A simple sequentially rejective multiple test procedure".

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03])).round(6).tolist()
    [0.03, 0.06, 0.06]
    """
    adjusted = np.full(len(p_values), math.nan)
    known = np.flatnonzero(np.isfinite(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    steps = np.minimum((len(order) - np.arange(len(order))) * p_values[order], 1.0)
    adjusted[order] = np.maximum.accumulate(steps) if len(order) else steps
    return adjusted


def needed_replications(values: NDArray[np.float64], half_width: float) -> int | None:
    """
    Replications for an interval of the wanted half width, if the spread stays as it is; None where unknown.

    Parameters
    ----------
    values
        Values so far, two or more.
    half_width
        Wanted half width, in the unit of the values.
    """
    known = _known(values)
    if len(known) < 2 or half_width <= 0.0:
        return None
    spread = float(known.std(ddof=1))
    n = 2
    while n < 1_000_000 and stats.t.ppf(0.5 + CONFIDENCE / 2.0, n - 1) * spread / math.sqrt(n) > half_width:
        n = n + 1 if n < 200 else int(n * 1.02) + 1
    return n

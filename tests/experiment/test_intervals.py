"""Intervals by hand, and what share of them holds a known answer."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.experiment.intervals import bootstrap_interval, holm, needed_replications, p_value, t_interval


def test_t_by_hand() -> None:
    """Values 2, 2, 5: mean 3, half width 4.303 x sqrt(3) / sqrt(3)."""
    found = t_interval(np.array([2.0, 2.0, 5.0]))
    assert (found.n, found.mean) == (3, 3.0)
    assert found.half_width == pytest.approx(4.3027, abs=1e-3)


@pytest.mark.parametrize("interval", [t_interval, bootstrap_interval])
def test_one_value_has_no_interval(interval: object) -> None:
    """A mean, and nothing to say how sure it is; unknown values do not count."""
    assert callable(interval)
    found = interval(np.array([2.5, math.nan]))
    assert found.n == 1 and found.mean == 2.5 and math.isnan(found.low)


def test_equal_values_have_equal_bootstrap_intervals() -> None:
    """The resamples follow from the values."""
    values = np.random.default_rng(1).normal(size=12)
    assert bootstrap_interval(values) == bootstrap_interval(values.copy())


@pytest.mark.parametrize("interval", ["t", "bootstrap"])
def test_coverage_of_paired_relative_changes(interval: str) -> None:
    """
    Of 2,000 studies of a toy model, 95 % +- 1.5 points hold the known change of -10 %.

    Base days differ by 20 %; the change differs from seed to seed by 4 points; 20 seeds.
    """
    generator = np.random.default_rng(20)
    hits = 0
    for _ in range(2_000):
        base = np.exp(generator.normal(0.0, 0.2, 20))
        other = base * (1.0 - 0.10 + generator.normal(0.0, 0.04, 20))
        change = other / base - 1.0
        found = t_interval(change) if interval == "t" else bootstrap_interval(change, resamples=999)
        hits += found.low <= -0.10 <= found.high
    assert abs(hits / 2_000 - 0.95) <= 0.015


def test_coverage_after_a_sequential_stop() -> None:
    """Stopping at a wanted half width costs coverage: over 2,000 repetitions it stays above 90 %, told in the docs."""
    generator = np.random.default_rng(3)
    hits = 0
    for _ in range(2_000):
        values = generator.normal(-0.10, 0.04, 40)
        n = next((n for n in range(5, 41) if t_interval(values[:n]).half_width <= 0.02), 40)
        found = t_interval(values[:n])
        hits += found.low <= -0.10 <= found.high
    assert 0.90 <= hits / 2_000 <= 0.955


def test_needed_replications_by_hand() -> None:
    """Spread 1 and half width 0.5: the first n with t x 1 / sqrt(n) <= 0.5 is 18."""
    values = np.array([-1.0, 1.0]) / math.sqrt(2.0)
    assert needed_replications(values, 0.5) == 18
    assert needed_replications(values[:1], 0.5) is None


def test_p_and_holm() -> None:
    """A p-value of 0.05 sits where the interval ends at zero; Holm by hand, unknown values left out."""
    values = np.array([2.0, 2.0, 5.0])
    shifted = values - t_interval(values).low
    assert p_value(shifted) == pytest.approx(0.05)
    assert holm(np.array([0.01, math.nan, 0.04, 0.03])).tolist()[::2] == pytest.approx([0.03, 0.06])

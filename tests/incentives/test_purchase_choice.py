"""The choice of new vans, by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.incentives.purchase_choice import purchase_shares

BASE = {"diesel_van": 0.5, "electric_van": 0.3, "petrol_van": 0.2}
SAME = dict.fromkeys(BASE, 0.0)


def test_costs_that_stay_change_nothing() -> None:
    """Without a change of cost, or with the same change for all, what is bought is what was bought."""
    assert purchase_shares(BASE, SAME, scale_cny_per_year=5000.0) == pytest.approx(BASE)
    assert purchase_shares(BASE, dict.fromkeys(BASE, 7e4), scale_cny_per_year=5000.0) == pytest.approx(BASE)


def test_odds_by_hand() -> None:
    """5,000 CNY less at a scale of 5,000: weights 0.5, 0.3 e, 0.2, so 0.8155 / 1.5155 is electric."""
    found = purchase_shares(BASE, SAME | {"electric_van": -5000.0}, scale_cny_per_year=5000.0)
    assert found["electric_van"] == pytest.approx(0.3 * math.e / (0.7 + 0.3 * math.e))
    assert found["electric_van"] == pytest.approx(0.5381, abs=1e-4)
    assert found["diesel_van"] / found["petrol_van"] == pytest.approx(2.5)


def test_what_nobody_bought_nobody_buys() -> None:
    """A share of 0 stays 0 however cheap; and a choice among such types alone is none."""
    shares = {"diesel_van": 1.0, "electric_van": 0.0}
    assert purchase_shares(shares, {"diesel_van": 0.0, "electric_van": -1e9}, scale_cny_per_year=1.0) == shares
    assert purchase_shares(shares, shares, scale_cny_per_year=1.0, among=["electric_van"]) == {}


def test_huge_differences_do_not_overflow() -> None:
    """A cost a million scales away is simply never chosen."""
    found = purchase_shares(BASE, SAME | {"diesel_van": 1e9}, scale_cny_per_year=1.0)
    assert found["diesel_van"] == 0.0 and sum(found.values()) == pytest.approx(1.0)


@given(st.floats(0.0, 1e5), st.floats(0.0, 1e5), st.floats(100.0, 1e5))
def test_more_subsidy_never_lowers_the_electric_share(less: float, more: float, scale: float) -> None:
    """Shares rise with what is paid, and add up to 1."""
    less, more = sorted((less, more))
    shares = [purchase_shares(BASE, SAME | {"electric_van": -paid}, scale_cny_per_year=scale) for paid in (less, more)]
    assert shares[0]["electric_van"] <= shares[1]["electric_van"] + 1e-12
    assert [sum(own.values()) for own in shares] == pytest.approx([1.0, 1.0])

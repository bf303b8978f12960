"""Annuity and yearly cost of a van, by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.incentives import OwnershipCost, VehicleOwnershipParams, annuity_cny_per_year, capital_cny_per_year


def test_annuity_by_hand() -> None:
    """10,000 CNY over 2 years at 5 %: x / 1.05 + x / 1.1025 = 10,000, so x = 5,378.05."""
    assert annuity_cny_per_year(10_000.0, interest=0.05, years=2.0) == pytest.approx(5378.05, abs=0.01)
    assert annuity_cny_per_year(10_000.0, interest=0.0, years=2.0) == 5000.0


@given(st.floats(0.0, 1e6), st.floats(1e-6, 0.5), st.integers(1, 30))
def test_an_annuity_is_worth_its_amount_today(amount: float, interest: float, years: int) -> None:
    """The payments discounted to today add up to the amount."""
    paid = annuity_cny_per_year(amount, interest=interest, years=float(years))
    worth = sum(paid / (1.0 + interest) ** year for year in range(1, years + 1))
    assert worth == pytest.approx(amount, rel=1e-6, abs=1e-6)


def test_capital_without_interest_is_the_loss_of_value_by_year() -> None:
    """100,000 CNY sold for a tenth after 7 years: 90,000 / 7 a year."""
    van = VehicleOwnershipParams(price_cny=100_000.0, life_years=7.0, resale_share=0.1, insurance_cny_per_year=0.0)
    assert capital_cny_per_year(van, interest=0.0) == pytest.approx(90_000.0 / 7.0)


def test_the_total_is_the_sum_of_the_parts() -> None:
    """Each part counts once; subsidies and advantages are negative."""
    assert OwnershipCost(1.0, 2.0, 4.0, 8.0, 16.0, -32.0, 64.0, -128.0).total == -65.0

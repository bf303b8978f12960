"""Fleets from one year to the next, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.incentives import VehicleOwnershipParams
from sim.incentives.fleet_turnover import YearOfFleet, initial_cohorts, next_year
from sim.incentives.incentive_params import ScrappageParams
from sim.incentives.response_params import AgeShare, TurnoverParams

VEHICLES = {
    name: VehicleOwnershipParams(price_cny=1000.0, life_years=4.0, resale_share=0.2, insurance_cny_per_year=0.0)
    for name in ("fuel", "electric")
}
AGES = TurnoverParams(ages=tuple(AgeShare(years=age, share=0.25) for age in range(4)), replaced_at_years=4)
NONE = ScrappageParams(vehicle_types=("fuel",), replaced_by=("electric",), min_age_years=2, cny_per_van=0.0)
ALL_ELECTRIC = {"fuel": 0.0, "electric": 1.0}


def _fleet(fuel: float, vans: float = 8.0) -> dict[str, np.ndarray]:
    return initial_cohorts({"fuel": fuel, "electric": 1.0 - fuel}, vans, AGES)


def _next(fleet: dict[str, np.ndarray], *, vans: float = 8.0, scrappage: ScrappageParams = NONE) -> YearOfFleet:
    return next_year(
        fleet,
        vans=vans,
        purchase=ALL_ELECTRIC,
        purchase_for_scrapped=ALL_ELECTRIC,
        scrappage=scrappage,
        vehicles=VEHICLES,
    )


def test_a_quarter_of_even_ages_is_replaced_each_year() -> None:
    """8 vans of ages 0 to 3, replaced at 4: 2 leave, 2 electric ones come, of them 1 in place of a fuel van."""
    year = _next(_fleet(0.5))
    assert year.bought == {"fuel": 0.0, "electric": pytest.approx(2.0)}
    assert year.shares() == pytest.approx({"fuel": 3 / 8, "electric": 5 / 8})
    assert year.cohorts["fuel"].tolist() == pytest.approx([0.0, 1.0, 1.0, 1.0])
    assert year.cohorts["electric"].tolist() == pytest.approx([2.0, 1.0, 1.0, 1.0])


def test_after_a_life_all_vans_are_what_was_bought() -> None:
    """Four years of electric purchases leave no fuel van."""
    year = _next(_fleet(1.0))
    for _ in range(3):
        year = _next(dict(year.cohorts))
    assert year.shares() == pytest.approx({"fuel": 0.0, "electric": 1.0})


def test_growing_fleets_buy_more_and_shrinking_ones_give_up_all_ages_alike() -> None:
    """From 8 to 10 vans: 4 are bought. From 8 to 3: none, and the 6 that were kept are halved."""
    assert _next(_fleet(1.0), vans=10.0).bought["electric"] == pytest.approx(4.0)
    smaller = _next(_fleet(1.0), vans=3.0)
    assert smaller.bought["electric"] == 0.0
    assert smaller.cohorts["fuel"].tolist() == pytest.approx([0.0, 1.0, 1.0, 1.0])


def test_scrappage_by_hand() -> None:
    """A premium of 400 CNY at age 3, worth 1000 x (1 - 0.8 x 3/4) = 400: 1 - 1/e of the 2 vans of that age go."""
    premium = NONE.model_copy(update={"cny_per_van": 400.0, "min_age_years": 3})
    year = _next(_fleet(1.0), scrappage=premium)
    gone = 2.0 * (1.0 - math.exp(-1.0))
    assert year.scrapped["fuel"] == pytest.approx(gone)
    assert year.bought["electric"] == pytest.approx(2.0 + gone)
    assert sum(ages.sum() for ages in year.cohorts.values()) == pytest.approx(8.0)


@given(st.floats(0.0, 5000.0), st.floats(0.0, 5000.0), st.floats(0.05, 0.95))
def test_a_higher_premium_never_lowers_the_electric_share(less: float, more: float, fuel: float) -> None:
    """More is scrapped, and electric vans come in its place."""
    shares = [
        _next(_fleet(fuel), scrappage=NONE.model_copy(update={"cny_per_van": paid})).shares()["electric"]
        for paid in sorted((less, more))
    ]
    assert shares[0] <= shares[1] + 1e-12

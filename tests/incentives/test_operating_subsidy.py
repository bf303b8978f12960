"""The operating subsidy, by hand."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from sim.incentives import operating_subsidy_cny_per_day, operating_subsidy_cny_per_month
from sim.incentives.incentive_params import OperatingSubsidyParams, OperatingTier


def _paid_from(*tiers: tuple[float, float]) -> OperatingSubsidyParams:
    return OperatingSubsidyParams(
        vehicle_types=("electric_van",),
        tiers=tuple(OperatingTier(from_km_per_month=km, cny_per_month=cny) for km, cny in tiers),
    )


ZIBO = _paid_from((1600.0, 320.0))


@pytest.mark.parametrize(("km", "paid"), [(0.0, 0.0), (1599.99, 0.0), (1600.0, 320.0), (9000.0, 320.0)])
def test_zibo_pays_from_1600_km_on(km: float, paid: float) -> None:
    """320 CNY a month at 1,600 km, nothing below, no more above."""
    assert operating_subsidy_cny_per_month(km, ZIBO) == paid


def test_the_highest_threshold_reached_counts() -> None:
    """100 CNY from 500 km, 250 from 1,000: not both."""
    params = _paid_from((500.0, 100.0), (1000.0, 250.0))
    assert [operating_subsidy_cny_per_month(km, params) for km in (499.0, 500.0, 1000.0)] == [0.0, 100.0, 250.0]


def test_a_day_stands_for_its_month() -> None:
    """300 days a year are 25 a month: 64 km a day are 1,600 a month and earn 320 / 25 = 12.80 CNY a day."""
    assert operating_subsidy_cny_per_day(64.0, ZIBO, working_days_per_year=300.0) == pytest.approx(12.8)
    assert operating_subsidy_cny_per_day(63.9, ZIBO, working_days_per_year=300.0) == 0.0


def test_tiers_that_fall_are_refused_with_every_fault() -> None:
    """Thresholds rise and payments do not fall; both faults are told at once."""
    with pytest.raises(ValidationError) as refused:
        _paid_from((500.0, 100.0), (400.0, 50.0))
    assert "thresholds must rise" in str(refused.value) and "must not fall" in str(refused.value)

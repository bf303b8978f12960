"""Yearly cost of a van at a carrier, by hand."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sim.incentives import FleetResponseParams, IncentiveParams, OwnershipCost
from sim.incentives.van_costs import DayUse, access_cost_cny_per_day, yearly_cost
from sim.resources import shipped_folder

CONFIGS = shipped_folder("configs")
PARAMS = FleetResponseParams.model_validate(
    yaml.safe_load((CONFIGS / "fleet_response" / "default.yaml").read_text(encoding="utf-8")) | {"interest": 0.0}
)
NONE = yaml.safe_load((CONFIGS / "incentives" / "none.yaml").read_text(encoding="utf-8"))
USE = DayUse(30.0, 6.0, 60.0, 0.2, charging_h=0.25, public_charging_cny=4.0, mishaps_cny=1.0)


def _cost(incentives: dict[str, object], km: tuple[float, ...] = (50.0, 70.0)) -> OwnershipCost:
    return yearly_cost(
        "electric_van",
        USE,
        km_of_vans=km,
        access_cny_per_day=-5.0,
        maintenance_cny_per_km=0.1,
        driver_cny_per_h=40.0,
        incentives=IncentiveParams.model_validate(NONE | incentives),
        params=PARAMS,
    )


def test_parts_by_hand() -> None:
    """300 days of 60 km: capital (75,000 - 3,750) / 7, energy 0.2 and upkeep 0.1 a km, a quarter of an hour at 40."""
    cost = _cost({})
    assert cost.capital == pytest.approx(71_250.0 / 7.0)
    assert (cost.insurance, cost.energy, cost.maintenance) == pytest.approx((7300.0, 3600.0, 1800.0))
    assert (cost.charging_time, cost.access, cost.breakdowns) == pytest.approx((3000.0, -1500.0, 300.0))
    assert cost.subsidies == 0.0


def test_subsidies_by_hand() -> None:
    """7,000 CNY over 7 years, half of public charging, and 320 a month for the one van of two that runs 1,600 km."""
    cost = _cost(
        {
            "purchase_subsidy_cny": {"electric_van": 7000.0},
            "public_tariff_discount": 0.5,
            "operating_subsidy": {
                "vehicle_types": ["electric_van"],
                "tiers": [{"from_km_per_month": 1600.0, "cny_per_month": 320.0}],
            },
        }
    )
    assert cost.subsidies == pytest.approx(-(1000.0 + 300.0 * 4.0 * 0.5 + 12 * 320.0 / 2))
    assert cost.total == pytest.approx(_cost({}).total + cost.subsidies)


def test_access_costs_work_lost_less_time_and_distance_saved() -> None:
    """10 orders at 8 CNY are lost, 1 h at 34 and 5 km at 0.7 saved; an exempt van gains what it takes over."""
    free = DayUse(30.0, 6.0, 25.0, 0.5)
    prices = {"worth_of_an_order_cny": 8.0, "driver_cny_per_h": 34.0, "maintenance_cny_per_km": 0.2}
    assert access_cost_cny_per_day(DayUse(20.0, 5.0, 20.0, 0.5), free, **prices) == pytest.approx(80 - 34 - 3.5)
    assert access_cost_cny_per_day(DayUse(35.0, 6.0, 25.0, 0.5), free, **prices) == pytest.approx(-40.0)
    assert access_cost_cny_per_day(DayUse(30.0, 6.5, 25.0, 0.5), free, **prices) == pytest.approx(17.0)
    assert access_cost_cny_per_day(free, free, **prices) == 0.0


@given(st.floats(0.0, 50_000.0), st.floats(0.0, 50_000.0))
def test_more_subsidy_never_costs_more(less: float, more: float) -> None:
    """The yearly cost falls with the purchase subsidy."""
    low, high = sorted((less, more))
    paid = [_cost({"purchase_subsidy_cny": {"electric_van": amount}}).total for amount in (low, high)]
    assert paid[1] <= paid[0] + 1e-9

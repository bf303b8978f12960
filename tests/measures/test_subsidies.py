"""Subsidies of a day, by hand; the vans are those of the other tests of measures."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from sim.incentives import IncentiveParams
from sim.measures import KpiContext, compute_kpis, cost_table
from sim.measures.subsidies import SubsidyTerms

NOTHING = {
    "purchase_subsidy_cny": {},
    "operating_subsidy": {"vehicle_types": [], "tiers": []},
    "public_tariff_discount": 0.0,
    "scrappage": {"vehicle_types": [], "replaced_by": [], "min_age_years": 5, "cny_per_van": 0.0},
}


def _terms(**changed: object) -> SubsidyTerms:
    incentives = IncentiveParams.model_validate(NOTHING | changed)
    return SubsidyTerms(incentives, {"electric_van": 4.0}, working_days_per_year=300.0)


def _km(tables: dict[str, pd.DataFrame], van: str) -> float:
    trips = tables["trips"]
    return float(trips[trips["van_id"] == van]["distance_m"].sum()) / 1000.0


def test_what_the_city_pays_is_what_carriers_save(tables: dict[str, pd.DataFrame], context: KpiContext) -> None:
    """4 CNY for the van, 10 CNY of the month's 250 at its own km, half of what public charging cost; B has the van."""
    km = _km(tables, "e1") * 25.0
    operating = {"vehicle_types": ["electric_van"], "tiers": [{"from_km_per_month": km, "cny_per_month": 250.0}]}
    terms = _terms(operating_subsidy=operating, public_tariff_discount=0.5)
    charging = tables["charging"].assign(purpose="public")
    own = charging[charging["van_id"] == "e1"]["cost_cny"].sum()
    public = tables | {"charging": charging}
    before, after = cost_table(public, context), cost_table(public, replace(context, subsidies=terms))
    paid = {"purchase": 4.0, "operating": 10.0, "tariff": 0.5 * own}
    assert own > 0.0
    assert after.loc["B", "subsidies"] == pytest.approx(-sum(paid.values()))
    assert after.loc["A", "subsidies"] == 0.0
    pd.testing.assert_frame_equal(after.drop(columns="subsidies"), before.drop(columns="subsidies"))
    kpis = compute_kpis(public, replace(context, subsidies=terms))
    plain = compute_kpis(public, context)
    for part, value in paid.items():
        assert kpis[f"subsidies_{part}"]["value"] == pytest.approx(value)
    assert kpis["subsidies"]["value"] == pytest.approx(sum(paid.values()))
    assert kpis["cost_total"]["value"] == pytest.approx(plain["cost_total"]["value"] - sum(paid.values()))


def test_below_the_threshold_nothing_is_paid(tables: dict[str, pd.DataFrame], context: KpiContext) -> None:
    """A kilometre a month short of the threshold earns no operating subsidy."""
    km = _km(tables, "e1") * 25.0 + 1.0
    operating = {"vehicle_types": ["electric_van"], "tiers": [{"from_km_per_month": km, "cny_per_month": 250.0}]}
    kpis = compute_kpis(tables, replace(context, subsidies=_terms(operating_subsidy=operating)))
    assert kpis["subsidies_operating"]["value"] == 0.0

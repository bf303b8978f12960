"""Incentives of a scenario as they count on its day."""

from __future__ import annotations

from sim.config import Scenario
from sim.incentives import annuity_cny_per_year
from sim.measures.subsidies import SubsidyTerms


def subsidy_terms(scenario: Scenario) -> SubsidyTerms | None:
    """What the city pays for the vans of a scenario's day; None where it pays nothing."""
    incentives, response = scenario.incentives, scenario.fleet_response
    if not incentives.acts_on_a_day:
        return None
    purchase_cny_per_day = {
        name: annuity_cny_per_year(paid, interest=response.interest, years=response.vehicles[name].life_years)
        / response.working_days_per_year
        for name, paid in incentives.purchase_subsidy_cny.items()
        if paid > 0.0
    }
    return SubsidyTerms(incentives, purchase_cny_per_day, response.working_days_per_year)

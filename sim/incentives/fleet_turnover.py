"""
A fleet from one year to the next: vans age, old ones are replaced, some are scrapped for a premium, fleets grow.

Expected numbers, not whole vans: a fleet of four may own 1.3 electric ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.contracts import FloatArray
from sim.incentives.incentive_params import ScrappageParams
from sim.incentives.ownership_cost import VehicleOwnershipParams
from sim.incentives.response_params import TurnoverParams

Cohorts = Mapping[str, FloatArray]
"""Vans by type and age in years, shape (replaced_at_years,) each [-]."""


@dataclass(frozen=True, slots=True)
class YearOfFleet:
    """
    A fleet at the end of a year.

    Parameters
    ----------
    cohorts
        Vans by type and age.
    bought
        Vans bought in the year by type; those in place of scrapped ones are among them.
    scrapped
        Vans scrapped for a premium, by type.
    """

    cohorts: Cohorts
    bought: Mapping[str, float]
    scrapped: Mapping[str, float]

    def shares(self) -> dict[str, float]:
        """Share of each type in the fleet [-]."""
        vans = {name: float(ages.sum()) for name, ages in self.cohorts.items()}
        total = sum(vans.values())
        return {name: count / total for name, count in vans.items()}


def initial_cohorts(mix: Mapping[str, float], vans: float, params: TurnoverParams) -> dict[str, FloatArray]:
    """Vans by type and age at the end of the base year, every type of the same ages."""
    ages = np.zeros(params.replaced_at_years)
    for age in params.ages:
        ages[age.years] = age.share
    return {name: share * vans * ages for name, share in mix.items()}


def value_cny(vehicle: VehicleOwnershipParams, age_years: float) -> float:
    """
    What a van is worth at an age [CNY]: falls evenly from its price to what it is sold for at the end of its life.

    Examples
    --------
    >>> van = VehicleOwnershipParams(price_cny=100.0, life_years=10.0, resale_share=0.2, insurance_cny_per_year=0.0)
    >>> [value_cny(van, age) for age in (0.0, 5.0, 10.0, 12.0)]
    [100.0, 60.0, 20.0, 20.0]
    """
    worn = min(1.0, age_years / vehicle.life_years)
    return vehicle.price_cny * (1.0 - (1.0 - vehicle.resale_share) * worn)


def scrapping_share(premium_cny: float, worth_cny: float) -> float:
    """
    Share of owners who give up a van in a year for a premium [-].

    Assumption: 1 - exp(-premium / worth); none without a premium, 63 % for one as high as the van is worth.

    Examples
    --------
    >>> scrapping_share(0.0, 5000.0), round(scrapping_share(5000.0, 5000.0), 3)
    (0.0, 0.632)
    """
    if premium_cny <= 0.0:
        return 0.0
    return 1.0 - math.exp(-premium_cny / worth_cny) if worth_cny > 0.0 else 1.0


def next_year(
    cohorts: Cohorts,
    *,
    vans: float,
    purchase: Mapping[str, float],
    purchase_for_scrapped: Mapping[str, float],
    scrappage: ScrappageParams,
    vehicles: Mapping[str, VehicleOwnershipParams],
) -> YearOfFleet:
    """
    A fleet a year later.

    Vans that reach the age of replacement are sold; of the rest, some old ones are scrapped for the premium. New vans
    are bought until the fleet has the size wanted; a fleet that is still too large gives up vans of all ages alike.

    Parameters
    ----------
    cohorts
        Vans by type and age at the end of the year before.
    vans
        Size of the fleet at the end of the year [-].
    purchase, purchase_for_scrapped
        Share of each type in what is bought, and in what is bought in place of scrapped vans [-]; the latter empty
        where nobody can fulfil the condition.
    scrappage
        Premium and its conditions.
    vehicles
        Prices, for what old vans are worth.
    """
    older = {name: np.concatenate([[0.0], ages[:-1]]) for name, ages in cohorts.items()}
    scrapped = dict.fromkeys(older, 0.0)
    if scrappage.is_paid and any(purchase_for_scrapped.values()):
        for name in scrappage.vehicle_types:
            for age in range(scrappage.min_age_years, len(older.get(name, ()))):
                share = scrapping_share(scrappage.cny_per_van, value_cny(vehicles[name], age))
                scrapped[name] += share * older[name][age]
                older[name][age] *= 1.0 - share
    kept = sum(float(ages.sum()) for ages in older.values())
    for_scrapped = min(sum(scrapped.values()), max(0.0, vans - kept))
    to_buy = max(0.0, vans - kept - for_scrapped)
    bought = {
        name: to_buy * purchase.get(name, 0.0) + for_scrapped * purchase_for_scrapped.get(name, 0.0) for name in older
    }
    shrink = min(1.0, vans / kept) if kept > 0.0 else 1.0
    for name, ages in older.items():
        ages *= shrink
        ages[0] += bought[name]
    return YearOfFleet(older, bought, scrapped)

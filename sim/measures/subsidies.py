"""
What the city pays for the vans of a day.

That is the parts of purchase and operating subsidies that fall to it, and a share of the price at public chargers. The
same sum is a cost to the city and a negative cost (`subsidies`) to the carrier of the van.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from sim.incentives import IncentiveParams, operating_subsidy_cny_per_day
from sim.measures.tables import RunTables

PARTS = ("purchase", "operating", "tariff")
"""Kinds of subsidies, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class SubsidyTerms:
    """
    Incentives as they count on a day.

    Parameters
    ----------
    incentives
        What is paid.
    purchase_cny_per_day
        Purchase subsidy of each vehicle type as an annuity by working day [CNY/d].
    working_days_per_year
        Days on which vans work [1/year].
    """

    incentives: IncentiveParams
    purchase_cny_per_day: Mapping[str, float]
    working_days_per_year: float


def subsidies_by_van(tables: RunTables, terms: SubsidyTerms | None) -> pd.DataFrame:
    """
    Subsidies by van (rows as in table `vans`) and kind (columns `PARTS`) [CNY].

    Assumptions: a single day stands for the month of the operating subsidy, and every van of a subsidised type that
    is used had been bought with the subsidy.

    Parameters
    ----------
    tables
        Tables `vans`, `trips` and `charging` of the run.
    terms
        What is paid; nothing when None.
    """
    vans, trips, charging = tables["vans"].set_index("van_id"), tables["trips"], tables["charging"]
    paid = pd.DataFrame(0.0, index=vans.index, columns=list(PARTS))
    if terms is None:
        return paid
    kind = vans["vehicle_type"].astype(object)
    km = (trips.groupby("van_id")["distance_m"].sum() / 1000.0).reindex(vans.index)
    incentives = terms.incentives
    paid["purchase"] = kind.map(dict(terms.purchase_cny_per_day)).fillna(0.0).astype("float64") * km.notna()
    operating = incentives.operating_subsidy
    paid["operating"] = [
        operating_subsidy_cny_per_day(of_van, operating, working_days_per_year=terms.working_days_per_year)
        if name in operating.vehicle_types and pd.notna(of_van)
        else 0.0
        for name, of_van in zip(kind, km, strict=True)
    ]
    public = charging[charging["purpose"] == "public"].groupby("van_id")["cost_cny"].sum()
    paid["tariff"] = public.reindex(vans.index).fillna(0.0) * incentives.public_tariff_discount
    return paid


def subsidy_measures(tables: RunTables, terms: SubsidyTerms | None) -> dict[str, float | None]:
    """Subsidies of the day, in all and by kind [CNY]."""
    by_kind = subsidies_by_van(tables, terms).sum()
    total: dict[str, float | None] = {"subsidies": float(by_kind.sum())}
    return total | {f"subsidies_{part}": float(by_kind[part]) for part in PARTS}

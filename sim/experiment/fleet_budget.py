"""
Tables of a fleet response: shares and costs of each year, and what the city spends for what it gets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import pandas as pd

from sim.incentives import IncentiveParams, OwnershipCost
from sim.incentives.fleet_turnover import YearOfFleet

Costs = Mapping[str, Mapping[str, OwnershipCost]]
"""Yearly cost by carrier and vehicle type."""

Fleets = Mapping[str, YearOfFleet]
"""Fleets by carrier at the end of a year."""

Kpis = Mapping[str, float | None]
"""Indicators of a day."""

ALL = "all"
"""Name of the carriers together; their shares and costs are weighted by vans."""

_PARTS = ("purchase", "scrappage", "operating", "tariff")


def share_rows(year: int, fleets: Fleets, base: Fleets, costs: Costs, base_costs: Costs) -> pd.DataFrame:
    """
    Shares and yearly costs at the end of a year, by carrier and vehicle type, and of all carriers together.

    Parameters
    ----------
    year
        Year.
    fleets, base
        Fleets of the scenario and of the reference.
    costs, base_costs
        Costs of new vans in both.
    """
    rows = [
        {
            "year": year,
            "carrier": carrier,
            "vehicle_type": name,
            "vans": float(fleets[carrier].cohorts[name].sum()),
            "share": share,
            "base_vans": float(base[carrier].cohorts[name].sum()),
            "base_share": base[carrier].shares()[name],
            "tco_cny": costs[carrier][name].total,
            "base_tco_cny": base_costs[carrier][name].total,
            **{f"{part}_cny": value for part, value in asdict(costs[carrier][name]).items()},
        }
        for carrier, fleet in fleets.items()
        for name, share in fleet.shares().items()
    ]
    own = pd.DataFrame(rows)
    weight = own.groupby("carrier")["vans"].transform("sum")
    together = []
    for name, group in own.groupby("vehicle_type", sort=False):
        row: dict[str, object] = {"year": year, "carrier": ALL, "vehicle_type": name}
        for column in own.columns[3:]:
            is_count = column in ("vans", "base_vans")
            by_van = weight[group.index]
            row[column] = group[column].sum() if is_count else (group[column] * by_van).sum() / by_van.sum()
        together.append(row)
    both = pd.DataFrame(together)
    for share, vans in (("share", "vans"), ("base_share", "base_vans")):
        both[share] = both[vans] / both[vans].sum()
    return pd.concat([both, own], ignore_index=True)


def budget_row(
    year: int, kpis: Kpis, base_kpis: Kpis, fleets: Fleets, incentives: IncentiveParams, *, working_days_per_year: float
) -> dict[str, float | None]:
    """
    What the city spends in a year, what it gets, and the one by the other.

    Premiums and purchase subsidies count in the year in which they are paid, the rest by working day. What it gets is
    the difference between scenario and reference, whatever else the scenario does: only a reference that differs in
    incentives alone makes it an effect of the money.

    Parameters
    ----------
    year
        Year.
    kpis, base_kpis
        Indicators of a day of the year, in the scenario and in the reference.
    fleets
        Fleets of the scenario at the end of the year, with what was bought and scrapped in it.
    incentives
        What is paid.
    working_days_per_year
        Days on which vans work [1/year].
    """
    bought = [(name, vans) for fleet in fleets.values() for name, vans in fleet.bought.items()]
    scrapped = sum(sum(fleet.scrapped.values()) for fleet in fleets.values())
    spent = {
        "purchase": sum(vans * incentives.purchase_subsidy_of(name) for name, vans in bought),
        "scrappage": scrapped * incentives.scrappage.cny_per_van,
        "operating": working_days_per_year * (kpis["subsidies_operating"] or 0.0),
        "tariff": working_days_per_year * (kpis["subsidies_tariff"] or 0.0),
    }
    total = sum(spent.values())
    row: dict[str, float | None] = {"year": year}
    row |= {f"{part}_cny": spent[part] for part in _PARTS}
    row["spending_cny"] = total
    row["co2_t"], row["base_co2_t"] = (
        (values["co2_total"] or 0.0) / 1000.0 * working_days_per_year for values in (kpis, base_kpis)
    )
    row["cost_per_tonne_km"] = kpis["cost_per_tonne_km_shipment"]
    row["base_cost_per_tonne_km"] = base_kpis["cost_per_tonne_km_shipment"]
    return row


def with_effects(budget: pd.DataFrame) -> pd.DataFrame:
    """
    A budget by year with its effects, and a last row `all` of the years together.

    Added: `co2_saved_t`, `cost_reduction_percent`, `cny_per_tonne_co2` and `cny_per_percent_cost`, the last two empty
    where nothing was spent or nothing gained. Over all years the reduction of cost is the mean of the years.
    """
    amounts = [*(f"{part}_cny" for part in _PARTS), "spending_cny", "co2_t", "base_co2_t"]
    prices = ["cost_per_tonne_km", "base_cost_per_tonne_km"]
    together = pd.DataFrame([{"year": ALL, **budget[amounts].sum(), **budget[prices].mean()}])
    table = pd.concat([budget.astype({"year": object}), together], ignore_index=True)
    table["co2_saved_t"] = table["base_co2_t"] - table["co2_t"]
    base = table["base_cost_per_tonne_km"]
    table["cost_reduction_percent"] = 100.0 * (base - table["cost_per_tonne_km"]) / base
    years = pd.Series([1.0] * len(budget) + [float(len(budget))])
    spent = table["spending_cny"].where(table["spending_cny"] > 0.0)
    saved, reduced = table["co2_saved_t"], table["cost_reduction_percent"]
    table["cny_per_tonne_co2"] = spent / saved.where(saved > 0.0)
    table["cny_per_percent_cost"] = spent / years / reduced.where(reduced > 0.0)
    return table

"""
How fleets respond to a scenario, year by year: cost decides what is bought, and what was bought changes the cost.

In each year the fleets are put into a simulated day; waits at chargers, energy and what access rules cost are taken
from it; with prices and subsidies they make the cost of owning each vehicle type; the choice of new vans follows, and
with the age of the old ones the fleets of the year. Fleets and day are iterated to a fixed point. The reference is the
base scenario in the same year with fleets that go on buying as before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from sim.config import Scenario
from sim.contracts import Progress, no_progress
from sim.errors import ConfigError
from sim.experiment.fleet_budget import budget_row, share_rows, with_effects
from sim.experiment.fleet_days import FleetDay, FleetDays, KnownDays
from sim.experiment.provenance import config_sha256, start_manifest
from sim.incentives import IncentiveParams, OwnershipCost
from sim.incentives.fixed_point import Shares, averaging_weight, find_fixed_point
from sim.incentives.fleet_turnover import YearOfFleet, initial_cohorts, next_year
from sim.incentives.purchase_choice import purchase_shares
from sim.incentives.van_costs import DayUse, yearly_cost
from sim.network import read_network

Costs = dict[str, dict[str, OwnershipCost]]
"""Yearly cost by carrier and vehicle type."""

Fleets = dict[str, YearOfFleet]
"""Fleets by carrier at the end of a year."""


@dataclass(frozen=True, slots=True)
class FleetResponse:
    """
    What became of the fleets.

    Parameters
    ----------
    shares
        Rows `year, carrier, vehicle_type, share, tco_cny`, the parts of the cost, `base_share` and `base_tco_cny`.
    rounds
        Rows `year, round, residual, is_settled`.
    budget
        Rows `year` with what the city spends and what it gets for it.
    days
        Number of days simulated.
    """

    shares: pd.DataFrame
    rounds: pd.DataFrame
    budget: pd.DataFrame
    days: int

    @property
    def is_settled(self) -> bool:
        """Whether every year ended within the tolerance."""
        return bool(self.rounds.groupby("year")["is_settled"].last().all())


def follow_fleets(
    base: Scenario,
    scenario: Scenario,
    seeds: Sequence[int] = (),
    *,
    known: KnownDays | None = None,
    progress: Progress = no_progress,
) -> FleetResponse:
    """
    Fleets under a scenario from the base year to the last.

    Parameters
    ----------
    base
        Reference; its fleets are those of the base year.
    scenario
        What is in force from the year after the base year on.
    seeds
        Root seeds of the days, over which use, waits and indicators are averaged; the scenario's own when empty.
    known
        Days simulated for other responses, to which those of this one are added.
    progress
        Told after each simulated day.

    Raises
    ------
    ConfigError
        If a vehicle type of the fleets has no price.
    """
    return _Response(base, scenario, tuple(seeds) or (scenario.seed,), {} if known is None else known, progress).run()


def response_manifest(base: Scenario, scenario: Scenario, seeds: Sequence[int], found: FleetResponse) -> dict[str, Any]:
    """What a response rests on: as the manifest of a run, with the reference, the parameters and how it settled."""
    network = read_network(scenario.network.name, scenario.network.zones_file)
    manifest = start_manifest(scenario, seeds[0], network=network, inputs={f"network/{network.name}": network.sha256()})
    for key in ("run_id", "start", "end", "wall_s", "status"):
        del manifest[key]
    return manifest | {
        "base": list(base.scenario.names),
        "base_config_sha256": config_sha256(base, seeds[0]),
        "seeds": list(seeds),
        "incentives": scenario.incentives.model_dump(mode="json"),
        "fleet_response": scenario.fleet_response.model_dump(mode="json"),
        "days_simulated": found.days,
        "is_settled": found.is_settled,
    }


class _Response:
    def __init__(
        self, base: Scenario, scenario: Scenario, seeds: Sequence[int], known: KnownDays, progress: Progress
    ) -> None:
        self._base, self._scenario = (FleetDays(own, seeds, known, progress) for own in (base, scenario))
        self._known, self._known_before = known, len(known)
        self._params = scenario.fleet_response
        self._mix = {name: share for name, share in base.fleet.mix.items() if share > 0.0}
        bought = self._params.choice.base_purchase_shares or self._mix
        self._types = sorted({*self._mix, *(name for name, share in bought.items() if share > 0.0)})
        _check_prices(base, scenario, self._types)
        self._bought = {name: bought.get(name, 0.0) for name in self._types}
        self._carriers = self._base.carriers()
        self._rows: list[pd.DataFrame] = []
        self._rounds: list[dict[str, object]] = []
        self._spent: list[dict[str, float | None]] = []

    def run(self) -> FleetResponse:
        params = self._params
        mix = {name: self._mix.get(name, 0.0) for name in self._types}
        shares: Shares = {carrier: mix for carrier in self._carriers}
        day = self._base.day(params.first_year, shares)
        start = {
            carrier: YearOfFleet(initial_cohorts(mix, day.vans_of[carrier], params.turnover), {}, {})
            for carrier in self._carriers
        }
        costs = self._costs(self._base, day, day)
        self._rows.append(share_rows(params.first_year, start, start, costs, costs))
        reference, fleets = start, start
        for year in range(params.first_year + 1, params.last_year + 1):
            reference, fleets = self._year(year, reference, fleets)
        return FleetResponse(
            pd.concat(self._rows, ignore_index=True),
            pd.DataFrame(self._rounds, columns=["year", "round", "residual", "is_settled"]),
            with_effects(pd.DataFrame(self._spent)),
            len(self._known) - self._known_before,
        )

    def _year(self, year: int, reference: Fleets, fleets: Fleets) -> tuple[Fleets, Fleets]:
        """Fleets of the reference and of the scenario at the end of a year."""
        base_day = self._base.day(year, {carrier: fleet.shares() for carrier, fleet in reference.items()})
        paid = self._base.scenario.incentives
        after = {
            carrier: self._turn_over(fleet, base_day.vans_of[carrier], self._bought, {}, paid)
            for carrier, fleet in reference.items()
        }
        base_day = self._base.day(year, {carrier: fleet.shares() for carrier, fleet in after.items()})
        base_costs = self._costs(self._base, base_day, base_day)
        rounds: list[tuple[FleetDay, Fleets, Costs]] = []

        def answer(shares: Shares) -> Shares:
            day = self._scenario.day(year, shares)
            costs = self._costs(self._scenario, day, base_day)
            if rounds:
                weight = averaging_weight(len(rounds) + 1)
                mean_day, _, mean_costs = rounds[-1]
                day = replace(
                    day, kpis={name: _towards(mean_day.kpis[name], own, weight) for name, own in day.kpis.items()}
                )
                costs = _mean_costs(mean_costs, costs, weight)
            chosen = {carrier: self._choose(day, costs, base_costs, fleets, carrier) for carrier in self._carriers}
            rounds.append((day, chosen, costs))
            return {carrier: fleet.shares() for carrier, fleet in chosen.items()}

        found = find_fixed_point(answer, {name: own.shares() for name, own in fleets.items()}, self._params.iteration)
        day, chosen, costs = rounds[-1]
        last = len(found.residuals)
        self._rounds += [
            {"year": year, "round": number, "residual": residual, "is_settled": number == last and found.is_settled}
            for number, residual in enumerate(found.residuals, start=1)
        ]
        self._rows.append(share_rows(year, chosen, after, costs, base_costs))
        row = budget_row(
            year,
            day.kpis,
            base_day.kpis,
            chosen,
            self._scenario.scenario.incentives,
            working_days_per_year=self._params.working_days_per_year,
        )
        self._spent.append(row)
        return after, chosen

    def _choose(self, day: FleetDay, costs: Costs, base_costs: Costs, fleets: Fleets, carrier: str) -> YearOfFleet:
        """What a carrier owns at the end of the year at these costs."""
        incentives, scale = self._scenario.scenario.incentives, self._params.choice.scale_cny_per_year
        change = {name: costs[carrier][name].total - base_costs[carrier][name].total for name in self._types}
        purchase = purchase_shares(self._bought, change, scale_cny_per_year=scale)
        clean = incentives.scrappage.replaced_by
        in_place = purchase_shares(self._bought, change, scale_cny_per_year=scale, among=clean)
        return self._turn_over(fleets[carrier], day.vans_of[carrier], purchase, in_place, incentives)

    def _turn_over(
        self,
        fleet: YearOfFleet,
        vans: float,
        purchase: Mapping[str, float],
        in_place: Mapping[str, float],
        incentives: IncentiveParams,
    ) -> YearOfFleet:
        if vans == 0.0:
            return YearOfFleet(fleet.cohorts, {}, {})
        return next_year(
            fleet.cohorts,
            vans=vans,
            purchase=purchase,
            purchase_for_scrapped=in_place,
            scrappage=incentives.scrappage,
            vehicles=self._params.vehicles,
        )

    def _costs(self, days: FleetDays, day: FleetDay, base_day: FleetDay) -> Costs:
        """Yearly cost of each type at each carrier; types that nobody owns on the day are used as in the reference."""
        scenario = days.scenario
        all_km = tuple(km for own in day.km_of_vans.values() for km in own)
        costs: Costs = {carrier: {} for carrier in self._carriers}
        for name in self._types:
            kind = scenario.fleet.vehicle_types[name]
            unknown = DayUse(0.0, 0.0, 0.0, kind.planned_energy_cny_per_km)
            for carrier in self._carriers:
                costs[carrier][name] = yearly_cost(
                    name,
                    day.use.get(name) or base_day.use.get(name) or unknown,
                    km_of_vans=day.km_of_vans[carrier] or all_km,
                    access_cny_per_day=day.access_cny.get(name, base_day.access_cny.get(name, 0.0)),
                    maintenance_cny_per_km=kind.maintenance_cny_per_km,
                    driver_cny_per_h=scenario.cost.driver_cny_per_h,
                    incentives=scenario.incentives,
                    params=self._params,
                )
        return costs


def _towards(mean: float | None, latest: float | None, weight: float) -> float | None:
    """Mean with its latest value; a value that is undefined in one round leaves the mean to the others."""
    if mean is None or latest is None:
        return latest if mean is None else mean
    return mean + weight * (latest - mean)


def _mean_costs(mean: Costs, latest: Costs, weight: float) -> Costs:
    """Mean of every part of every cost with that of the latest round."""
    return {
        carrier: {
            name: OwnershipCost(
                **{
                    part: value + weight * (getattr(latest[carrier][name], part) - value)
                    for part, value in asdict(cost).items()
                }
            )
            for name, cost in own.items()
        }
        for carrier, own in mean.items()
    }


def _check_prices(base: Scenario, scenario: Scenario, types: Collection[str]) -> None:
    """Every type of the fleets must be known and have a price, and the years must leave something to follow."""
    params = scenario.fleet_response
    faults = [
        f"fleet_response.choice.base_purchase_shares: unknown vehicle type {name!r}; known: {sorted(known)}"
        for name in types
        if name not in (known := base.fleet.vehicle_types.keys() & scenario.fleet.vehicle_types.keys())
    ]
    wanted = set(types) | set(scenario.incentives.named_types()["scrappage.vehicle_types"])
    faults += [
        f"fleet_response.vehicles: no price of {name!r}, expected price_cny, life_years, resale_share and "
        "insurance_cny_per_year"
        for name in sorted(wanted - set(params.vehicles))
    ]
    if params.last_year == params.first_year:
        faults.append(f"fleet_response.last_year: found {params.last_year}, expected a year after the base year")
    if base.demand.forecast.base_year > params.first_year:
        faults.append(
            f"fleet_response.first_year: found {params.first_year}, expected {base.demand.forecast.base_year} or "
            "later, the base year of the forecast"
        )
    if faults:
        raise ConfigError(faults)

"""
Simulated days of fleets that are still to be chosen: how their vans are used, and what access rules cost them.

With access rules a day is simulated twice, the second time without them: what a van loses or gains by the rules is the
difference. Days are kept by the vans that they have, so that shares which round to the same vans cost nothing.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sim.config import Scenario
from sim.contracts import Progress, no_progress
from sim.incentives.fixed_point import Shares
from sim.incentives.van_costs import DayUse, access_cost_cny_per_day
from sim.measures import RunTables, compute_kpis
from sim.measures.intervals import ratio
from sim.measures.subsidies import subsidy_measures
from sim.measures.van_use import use_by_type, use_by_van
from sim.model import DeliveryModel
from sim.model.subsidy_terms import subsidy_terms
from sim.planning.fleet import largest_remainder

CHOOSING = ("carrier-", "courier-")
"""How the names of those begin whose fleets respond; what the operator of joint delivery drives is agreed with it."""


KEPT = (
    "co2_total",
    "cost_total",
    "cost_per_tonne_km_shipment",
    "nev_share",
    "charger_wait_mean",
    "failed_share",
    "subsidies",
    "subsidies_purchase",
    "subsidies_operating",
    "subsidies_tariff",
)
"""Indicators of a day that are told."""


@dataclass(frozen=True, slots=True)
class KnownDay:
    """
    A day that has been simulated; what the city pays in it is reckoned afterwards.

    Parameters
    ----------
    use
        Use of each van, as `use_by_van`.
    kpis
        Indicators without subsidies.
    tables
        Tables that subsidies are reckoned from.
    """

    use: pd.DataFrame
    kpis: Mapping[str, float | None]
    tables: RunTables


VansByType = tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
"""Vans of each carrier by type, as shares round to them."""

KnownDays = dict[tuple[str, int, VansByType], KnownDay]
"""Days by what they depend on, seed and vans; responses to several incentives can share them."""


@dataclass(frozen=True, slots=True)
class FleetDay:
    """
    A day of the fleets, or the mean of several.

    Parameters
    ----------
    use
        Use of each vehicle type that some carrier owns.
    access_cny
        What access rules cost a van of each of these types [CNY/d].
    km_of_vans
        Distance of each van of each carrier, those at home included [km].
    vans_of
        Vans of each carrier, mean of the days [-].
    kpis
        Indicators, mean of the days.
    """

    use: Mapping[str, DayUse]
    access_cny: Mapping[str, float]
    km_of_vans: Mapping[str, tuple[float, ...]]
    vans_of: Mapping[str, float]
    kpis: Mapping[str, float | None]


class FleetDays:
    """
    Days of a scenario with other fleets and in other years.

    Parameters
    ----------
    scenario
        What else is as it is.
    seeds
        Roots of every random draw; each day is simulated once with each of them.
    known
        Days simulated before, to which those simulated here are added.
    progress
        Told after each day that was simulated.
    """

    def __init__(
        self, scenario: Scenario, seeds: Sequence[int], known: KnownDays, progress: Progress = no_progress
    ) -> None:
        self.scenario = scenario
        self._known = known
        self._sizes: dict[tuple[str, int], dict[str, int]] = {}
        self._seeds = tuple(seeds)
        self._progress = progress

    def carriers(self) -> tuple[str, ...]:
        """Names of those whose fleets respond."""
        model = DeliveryModel(self.scenario, seed=self._seeds[0])
        return tuple(fleet.carrier_id for fleet in model.fleets if fleet.carrier_id.startswith(CHOOSING))

    def day(self, year: int, shares: Shares) -> FleetDay:
        """
        The day of a year with fleets of some shares.

        Parameters
        ----------
        year
            Year of the demand.
        shares
            Share of each vehicle type in the fleet of each carrier [-].
        """
        mixes = {name: dict(own) for name, own in shares.items()}
        fleet = self.scenario.fleet.model_copy(update={"mix_by_carrier": mixes})
        demand = self.scenario.demand.model_copy(update={"year": year})
        scenario = self.scenario.model_copy(update={"fleet": fleet, "demand": demand})
        by_van, kpis = self._simulate(scenario)
        use = _day_use(by_van, scenario)
        access_cny = dict.fromkeys(use, 0.0)
        if scenario.policy.rules:
            no_rules = scenario.policy.model_copy(update={"rules": {}})
            free, _ = self._simulate(scenario.model_copy(update={"policy": no_rules}))
            access_cny = _access_cny(use, _day_use(free, scenario), free, scenario)
        found = {name: tuple(own["km"]) for name, own in by_van.groupby("carrier_id")}
        km = {name: found.get(name, ()) for name in shares}
        vans = {name: len(own) / len(self._seeds) for name, own in km.items()}
        return FleetDay(use, access_cny, km, vans, kpis)

    def _simulate(self, scenario: Scenario) -> tuple[pd.DataFrame, dict[str, float | None]]:
        """Use of all vans, and mean indicators, of the days of all seeds; none where no day has one."""
        days = [self._simulate_seed(scenario, seed) for seed in self._seeds]
        by_van = pd.concat([use for use, _ in days])
        values = {name: [kpis[name] for _, kpis in days] for name in KEPT}
        known = {name: [value for value in own if value is not None] for name, own in values.items()}
        return by_van, {name: float(np.mean(own)) if own else None for name, own in known.items()}

    def _simulate_seed(self, scenario: Scenario, seed: int) -> tuple[pd.DataFrame, dict[str, float | None]]:
        content = _content(scenario)
        key = content, seed, _vans_by_type(scenario, self._sizes.get((content, seed), {}))
        if key not in self._known:
            model = DeliveryModel(scenario, seed=seed)
            fleets = [fleet for fleet in model.fleets if fleet.carrier_id.startswith(CHOOSING)]
            chosen = {fleet.carrier_id: len(fleet.vans) for fleet in fleets}
            self._sizes[content, seed] = chosen
            key = content, seed, _vans_by_type(scenario, chosen)
            if key not in self._known:
                model.run()
                tables, context = model.tables(), replace(model.kpi_context(), subsidies=None)
                kpis = {name: entry["value"] for name, entry in compute_kpis(tables, context).items()}
                kept = {name: tables[name] for name in ("vans", "trips", "charging")}
                self._known[key] = KnownDay(use_by_van(tables, context, chosen), kpis, kept)
                self._progress(f"days of {'+'.join(scenario.scenario.names)}", len(self._known), len(self._known) + 1)
            del model
            gc.collect()  # a model and its agents refer to each other
        known = self._known[key]
        return known.use, _with_subsidies(known, scenario)


def _content(scenario: Scenario) -> str:
    """What a day depends on besides the vans there are: neither shares nor incentives."""
    fleet = scenario.fleet.model_copy(update={"mix": {}, "mix_by_carrier": {}})
    content = scenario.model_copy(update={"fleet": fleet}).content()
    return json.dumps({key: own for key, own in content.items() if key not in ("incentives", "fleet_response", "seed")})


def _vans_by_type(scenario: Scenario, sizes: Mapping[str, int]) -> VansByType:
    """Whole vans of each carrier, rounded as fleets are built."""
    rounded = []
    for carrier, vans in sizes.items():
        mix = {name: share for name, share in scenario.fleet.mix_of(carrier).items() if share > 0.0}
        counts = largest_remainder(list(mix.values()), vans).tolist()
        rounded.append((carrier, tuple((name, count) for name, count in zip(mix, counts, strict=True) if count)))
    return tuple(rounded)


def _with_subsidies(day: KnownDay, scenario: Scenario) -> dict[str, float | None]:
    """Indicators of a day with what the city pays in a scenario."""
    kpis = dict(day.kpis) | subsidy_measures(day.tables, subsidy_terms(scenario))
    kpis["cost_total"] = (kpis["cost_total"] or 0.0) - (kpis["subsidies"] or 0.0)
    kpis["cost_per_tonne_km_shipment"] = ratio(kpis["cost_total"], kpis["tonne_km_shipment"])
    return {name: kpis[name] for name in KEPT}


def _day_use(by_van: pd.DataFrame, scenario: Scenario) -> dict[str, DayUse]:
    """Use of each type; energy of a type that did not drive is what planning reckons with."""
    types = scenario.fleet.vehicle_types
    found = {}
    for name, row in use_by_type(by_van).iterrows():
        per_km = float(row["energy_cny_per_km"])
        found[str(name)] = DayUse(
            orders=float(row["orders"]),
            duty_h=float(row["duty_h"]),
            km=float(row["km"]),
            energy_cny_per_km=types[str(name)].planned_energy_cny_per_km if np.isnan(per_km) else per_km,
            charging_h=float(row["charging_h"]),
            public_charging_cny=float(row["public_charging_cny"]),
            mishaps_cny=float(row["mishaps_cny"]),
        )
    return found


def _access_cny(
    use: Mapping[str, DayUse], free_use: Mapping[str, DayUse], free: pd.DataFrame, scenario: Scenario
) -> dict[str, float]:
    """What the rules cost a van of each type, an order being worth what it costs on average without them [CNY/d]."""
    orders = float(free["orders"].sum())
    worth_cny = float(free["cost_cny"].sum()) / orders if orders > 0.0 else 0.0
    types = scenario.fleet.vehicle_types
    return {
        name: access_cost_cny_per_day(
            own,
            free_use[name],
            worth_of_an_order_cny=worth_cny,
            driver_cny_per_h=scenario.cost.driver_cny_per_h,
            maintenance_cny_per_km=types[name].maintenance_cny_per_km,
        )
        for name, own in use.items()
    }

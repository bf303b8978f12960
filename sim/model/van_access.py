"""
What the access rules are to each van, and what its carrier and its driver believe of them.

Vans of one type for which the rules, or what is believed of them, are not those of the type become a variant of it,
named `TYPE@NUMBER`: planning, engine and agents treat it as a type of its own, and the result tables name the type.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.config import Scenario
from sim.contracts import AccessClass, FloatArray, IntArray, LinkClosures, LinkPrices, Powertrain, SpeedLimits
from sim.demand.shops import stable_number
from sim.measures import RunTables
from sim.measures.conversion import conform
from sim.network import RoadNetwork
from sim.planning import CarrierSpec, FleetParams, VehicleTypeParams
from sim.policy import AccessRuleParams, PermitParams, VehicleTraits, compile_closures
from sim.policy.belief import believed_rules
from sim.policy.charge import VehicleCharges, compile_charges
from sim.policy.speed_limit import compile_speed_limits
from sim.policy.stay_limit import StayLimits
from sim.random_streams import KeyedStream

_NO_CHARGES = VehicleCharges(())

_MARK = "@"
"""Between the name of a vehicle type and the number of a variant."""

KnownRules = frozenset[tuple[str, str]]
"""Carriers and the rules that they have learnt of on earlier days."""


def base_type(name: str) -> str:
    """
    The vehicle type of a variant.

    Examples
    --------
    >>> base_type("diesel_van@2"), base_type("diesel_van")
    ('diesel_van', 'diesel_van')
    """
    return name.split(_MARK)[0]


@dataclass(frozen=True, slots=True)
class _Standing:
    """What sets the vans of a variant apart: the rules and the credit of their carrier, and the permits they hold."""

    known: frozenset[str]
    credit_level: int
    permits: frozenset[str] = frozenset()


class VanAccess:
    """
    Rules as they are and as they are believed, for all vans of a day.

    Parameters
    ----------
    scenario
        Configuration.
    network
        Road network.
    horizon_us
        End of the simulated time [us].
    notice_luck, misunderstanding_luck
        Draws of who has heard of a rule, and who has its hours wrong.
    learnt
        Carriers and rules that they have met on earlier days.
    credit
        Credit of carriers after earlier days [-]; that of others is what everybody starts with.

    Raises
    ------
    ConfigError
        If a rule names a zone that the network does not have.
    """

    def __init__(
        self,
        scenario: Scenario,
        network: RoadNetwork,
        *,
        horizon_us: int,
        notice_luck: KeyedStream,
        misunderstanding_luck: KeyedStream,
        learnt: KnownRules = frozenset(),
        credit: Mapping[str, float] | None = None,
    ) -> None:
        self._rules: Mapping[str, AccessRuleParams] = scenario.policy.rules
        self._belief = scenario.behaviour
        self._network = network
        self._permits = scenario.policy.permits
        self._weekday = scenario.weekday
        self._day = scenario.day_1
        self._horizon_us = horizon_us
        self._notice_luck = notice_luck
        self._misunderstanding_luck = misunderstanding_luck
        self._learnt = learnt
        self._compiled: dict[tuple[object, ...], LinkClosures] = {}
        self._credit_params, self._credit = scenario.credit, dict(credit or {})
        self._asks_for_credit = any(rule.asks_for_credit for rule in self._rules.values())
        self._everything = _Standing(
            frozenset(self._rules), self._credit_params.level(self._credit_params.start_credit)
        )
        self._closing = frozenset(rule_id for rule_id, rule in self._rules.items() if rule.effect == "deny")
        self._types: dict[str, VehicleTypeParams] = dict(scenario.fleet.vehicle_types)
        self._standing = {name: self._everything for name in self._types}
        self._type_of_van: dict[str, str] = {}
        self.stay_limits = StayLimits(
            self._rules, network, weekday=scenario.weekday, day=scenario.day_1, horizon_us=horizon_us
        )
        self._charges = compile_charges(
            self._rules, network, weekday=scenario.weekday, day=scenario.day_1, horizon_us=horizon_us
        )
        self._charges_as_believed: dict[tuple[object, ...], VehicleCharges] = {}

    def believed_stay_s(self, name: str, link: int, from_us: int, until_us: int) -> float:
        """Shortest limit of stay at a link within some hours that the carriers of a type or variant know of [s]."""
        known = self._standing[name].known
        return self.stay_limits.shortest_s(link, from_us, until_us, *self.vehicle(name), known=known)

    def speed_limits(self) -> dict[str, SpeedLimits]:
        """Speed limits for some vehicles or hours by vehicle type and variant; empty where there is none at all."""
        limits = {name: rule for name, rule in self._rules.items() if rule.speed_kph is not None}
        if not limits:
            return {}
        by_rules: dict[tuple[str, ...], SpeedLimits] = {}
        found = {}
        for name in self._types:
            vehicle = self.vehicle(name)
            applying = tuple(rule_id for rule_id, rule in limits.items() if rule.applies_to(*vehicle))
            if applying not in by_rules:
                by_rules[applying] = self._limits_for(vehicle)
            found[name] = by_rules[applying]
        return found if not all(one.is_empty for one in found.values()) else {}

    def car_speed_limits(self) -> SpeedLimits:
        """Speed limits for everybody at some hours."""
        return self._limits_for(None)

    def _limits_for(self, vehicle: RuleVehicle | None) -> SpeedLimits:
        return compile_speed_limits(
            self._rules,
            self._network,
            vehicle=vehicle,
            weekday=self._weekday,
            day=self._day,
            horizon_us=self._horizon_us,
        )

    def closures(self) -> dict[str, LinkClosures]:
        """When links are closed to each vehicle type and variant."""
        return {name: self.closures_of(name) for name in self._types}

    def closures_of(self, name: str) -> LinkClosures:
        """When links are closed to a vehicle type or variant."""
        return self._compile(self._rules, self.vehicle(name), ())

    def believed(self) -> dict[str, LinkClosures]:
        """When carriers believe links to be closed to each vehicle type and variant."""
        return {name: self._believed(name, {}) for name in self._types}

    def believed_by_driver(self, van_id: str, name: str) -> LinkClosures:
        """When the driver of a van believes links to be closed to it."""
        return self._believed(name, self._misread_by(van_id))

    def believed_link_prices(self) -> dict[str, LinkPrices | None]:
        """What carriers believe that links cost each vehicle type and variant by the hour."""
        return {name: self._believed_charges(name, {}).prices() for name in self._types}

    def believed_prices(
        self, link_time_us: Mapping[str, IntArray], hours_us: Mapping[str, tuple[int, int]]
    ) -> dict[tuple[str, str], FloatArray]:
        """
        What carriers believe that links cost on average over a wave, by vehicle type or variant and wave [CNY].

        Parameters
        ----------
        link_time_us, hours_us
            Travel times of links [us], and begin and end [us], by name of the wave.
        """
        found: dict[tuple[str, str], FloatArray] = {}
        known: dict[tuple[int, str], FloatArray | None] = {}
        for name in self._types if self._charges else ():
            charges = self._believed_charges(name, {})
            for wave, times_us in link_time_us.items():
                key = id(charges), wave
                if key not in known:
                    known[key] = charges.mean_prices(times_us, *hours_us[wave])
                price = known[key]
                if price is not None:
                    found[name, wave] = price
        return found

    def charges_believed_by_driver(self, van_id: str, name: str) -> VehicleCharges:
        """The charges that the driver of a van believes it has to pay."""
        return self._believed_charges(name, self._misread_by(van_id) if self._charges else {})

    def closing_rules(self, name: str, link: int, time_us: int) -> list[str]:
        """Names of the rules that close a link to a vehicle type or variant at a time [us]."""
        return [
            rule_id
            for rule_id, rule in self._rules.items()
            if rule_id in self._closing
            and self._compile({rule_id: rule}, self.vehicle(name), ()).is_closed(link, time_us)
        ]

    def knows(self, carrier_id: str, rule_id: str) -> bool:
        """Whether a carrier knows a rule when the day begins."""
        share = self._belief.notice_share
        if share >= 1.0 or (carrier_id, rule_id) in self._learnt:
            return True
        return self._notice_luck.uniform_one(stable_number(f"notice/{carrier_id}/{rule_id}", bits=63)) < share

    def charge_rows(self, tables: RunTables) -> pd.DataFrame:
        """Rows of table `access_charges`: what each van pays by each rule for what it has driven."""
        rows: list[tuple[str, str, int, float]] = []
        traces = tables["traces"]
        types = tables["vans"].set_index("van_id")["vehicle_type"].astype(object).to_dict()
        groups = traces.groupby("van_id", sort=True) if self._charges and len(traces) else ()
        for van_id, driven in groups:
            vehicle = self.vehicle(self._type_of_van.get(str(van_id), types[van_id]))
            link = driven["link_id"].to_numpy(dtype=np.int64)
            enter_us, exit_us = (
                np.round(driven[name].to_numpy(dtype=np.float64) * 1e6).astype(np.int64)
                for name in ("enter_s", "exit_s")
            )
            for charge in self._charges:
                passages = int(charge.counts(link, enter_us).sum()) if charge.rule.applies_to(*vehicle) else 0
                if passages:
                    rows.append((str(van_id), charge.rule_id, passages, charge.total_cny(link, enter_us, exit_us)))
        found = pd.DataFrame(rows, columns=["van_id", "rule_id", "passages", "cost_cny"])
        return conform("access_charges", found)

    def with_variants(self, fleets: Sequence[CarrierSpec], fleet: FleetParams) -> tuple[list[CarrierSpec], FleetParams]:
        """
        Fleets whose vans are of variants where something sets them apart, and the vehicle types with the variants.

        Parameters
        ----------
        fleets
            Fleets of the day.
        fleet
            Vehicle types.
        """
        numbers: dict[_Standing, int] = {}
        found = []
        for spec in fleets:
            vans = []
            level = self.credit_level(spec.carrier_id)
            held = permits_of_vans(
                self._permits,
                [vehicle_of(fleet.vehicle_types[van.vehicle_type], credit_level=level) for van in spec.vans],
                share=self._credit_params.permit_share[level],
            )
            for van, permits in zip(spec.vans, held, strict=True):
                known = frozenset(rule for rule in self._rules if self.knows(spec.carrier_id, rule))
                standing = _Standing(known, level if self._asks_for_credit else self._everything.credit_level, permits)
                if standing != self._everything and self._sets_apart(standing, fleet.vehicle_types[van.vehicle_type]):
                    number = numbers.setdefault(standing, len(numbers) + 1)
                    name = f"{van.vehicle_type}{_MARK}{number}"
                    self._types[name] = fleet.vehicle_types[van.vehicle_type]
                    self._standing[name] = standing
                    van = replace(van, vehicle_type=name)
                self._type_of_van[van.van_id] = van.vehicle_type
                vans.append(van)
            found.append(replace(spec, vans=tuple(vans)))
        if not numbers:
            return list(fleets), fleet
        return found, fleet.model_copy(update={"vehicle_types": dict(self._types)})

    def _sets_apart(self, standing: _Standing, kind: VehicleTypeParams) -> bool:
        """Whether permits, credit or other knowledge of the rules make other rules hold for vehicles of a type."""
        own = vehicle_of(kind, standing.permits, standing.credit_level)
        plain = vehicle_of(kind, credit_level=self._everything.credit_level)
        return standing.known != self._everything.known or any(
            rule.applies_to(*own) != rule.applies_to(*plain) for rule in self._rules.values()
        )

    def credit_level(self, carrier_id: str) -> int:
        """Level of a carrier's credit when the day begins."""
        return self._credit_params.level(self._credit.get(carrier_id, self._credit_params.start_credit))

    def _misread_by(self, van_id: str) -> dict[str, float]:
        """By how much a driver has the hours of rules wrong [s]; those that are right are left out."""
        wrong = {}
        if self._belief.misunderstanding_share > 0.0:
            for rule_id in self._rules:
                key = stable_number(f"belief/{van_id}/{rule_id}", bits=63)
                wrong[rule_id] = self._belief.misread_s(self._misunderstanding_luck.uniform_one(key))
        return {rule_id: by_s for rule_id, by_s in wrong.items() if by_s}

    def _believed_charges(self, name: str, misread_s: Mapping[str, float]) -> VehicleCharges:
        """Charges as believed; vehicles that have to pay the same share them."""
        if not self._charges:
            return _NO_CHARGES
        rules = believed_rules(self._rules, self._standing[name].known, misread_s)
        vehicle = self.vehicle(name)
        due = {rule_id: rule for rule_id, rule in rules.items() if rule.charge and rule.applies_to(*vehicle)}
        key = (tuple(due), tuple((rule_id, by_s) for rule_id, by_s in misread_s.items() if rule_id in due))
        if key not in self._charges_as_believed:
            self._charges_as_believed[key] = VehicleCharges(
                compile_charges(due, self._network, weekday=self._weekday, day=self._day, horizon_us=self._horizon_us)
            )
        return self._charges_as_believed[key]

    def _believed(self, name: str, misread_s: Mapping[str, float]) -> LinkClosures:
        standing = self._standing[name]
        rules = believed_rules(self._rules, standing.known, misread_s)
        return self._compile(rules, self.vehicle(name), tuple(sorted(misread_s.items())))

    def vehicle(self, name: str) -> RuleVehicle:
        """What rules may ask of a vehicle type or variant."""
        standing = self._standing[name]
        return vehicle_of(self._types[name], standing.permits, standing.credit_level)

    def _compile(
        self, rules: Mapping[str, AccessRuleParams], vehicle: RuleVehicle, misread: tuple[tuple[str, float], ...]
    ) -> LinkClosures:
        """Closures of some rules; vehicles that meet the same ones share them."""
        applying = tuple(name for name, rule in rules.items() if rule.applies_to(*vehicle))
        key = (tuple(rules), misread, applying)
        if key not in self._compiled:
            self._compiled[key] = compile_closures(
                rules,
                self._network,
                access_class=vehicle.access_class,
                powertrain=vehicle.powertrain,
                traits=vehicle.traits,
                weekday=self._weekday,
                day=self._day,
                horizon_us=self._horizon_us,
            )
        return self._compiled[key]


class RuleVehicle(NamedTuple):
    """A vehicle as rules see it."""

    access_class: AccessClass
    powertrain: Powertrain
    traits: VehicleTraits


def vehicle_of(
    kind: VehicleTypeParams, permits: frozenset[str] = frozenset(), credit_level: int | None = None
) -> RuleVehicle:
    """A vehicle of a type, with its permits and the credit of its carrier, as rules see it."""
    traits = VehicleTraits(kind.emission_standard, kind.gross_kg, permits, credit_level)
    return RuleVehicle(kind.access_class, kind.powertrain, traits)


def permits_of_vans(
    permits: Mapping[str, PermitParams], vans: Sequence[RuleVehicle], *, share: float = 1.0
) -> list[frozenset[str]]:
    """
    Permits that each van of a carrier gets: those who may have one, in the order of the fleet, up to the quota.

    The share of the vans is rounded to the nearest whole van, halves up: rounded down, one in four would be nobody at
    the carriers of two or three vans that most are.

    Parameters
    ----------
    permits
        Permits by name.
    vans
        The carrier's vans.
    share
        Share of its quota that its credit leaves it, rounded down [-].
    """
    held: list[set[str]] = [set() for _ in vans]
    for name, permit in permits.items():
        able = [row for row, van in enumerate(vans) if permit.who.includes(*van)]
        quota = int(permit.share_of_vans * len(able) + 0.5 + 1e-9)
        if permit.vans_per_carrier is not None:
            quota = min(quota, permit.vans_per_carrier)
        quota = int(quota * share + 1e-9)
        for row in able[:quota]:
            held[row].add(name)
    return [frozenset(names) for names in held]

"""What an author of rules should know: rules that overlap, contradict each other, or do nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import combinations

import numpy as np

from sim.contracts import ACCESS_CLASSES, POWERTRAINS
from sim.network import RoadNetwork
from sim.policy.access_rule import AccessRuleParams
from sim.policy.compile import hours_held
from sim.policy.time_window import DAY_US, DAYS_PER_WEEK, Interval, subtract_intervals
from sim.policy.zone import links_of_rule, zone_rows

_WEEK_US = DAYS_PER_WEEK * DAY_US


def rule_warnings(rules: Mapping[str, AccessRuleParams], network: RoadNetwork, *, day: date | None = None) -> list[str]:
    """
    Warnings about rules that can be used but may not be meant so, each headed by its name.

    - `no street`: a rule holds on no link; `nobody`: everyone it is for is exempt.
    - `overlap`: two rules of one effect meet on some links, hours and vehicles.
    - `contradiction`: what one rule denies another allows; the second wins there.
    - `opens nothing`: a rule allows what none denies.

    Vehicles are compared by class and powertrain; rules about permits, credit, weight or emission standard are left out
    of comparisons.

    Parameters
    ----------
    rules, network
        Access rules on a road network.
    day
        Date of day 1, where rules have seasons.

    Raises
    ------
    ConfigError
        If a rule names a zone, link or road class that the network does not have.
    """
    rows = zone_rows(rules, network)
    links = {rule_id: links_of_rule(rule, network, rows[rule_id]) for rule_id, rule in rules.items()}
    hours = {
        rule_id: hours_held(rule.when, weekday="mo", horizon_us=_WEEK_US, day=day) for rule_id, rule in rules.items()
    }
    plain = {rule_id: _vehicles(rule) for rule_id, rule in rules.items() if _is_plain(rule)}
    found = []
    for rule_id in rules:
        if not links[rule_id].any():
            found.append(f"no street: rule {rule_id} holds on no link of network {network.name}")
        if rule_id in plain and not plain[rule_id]:
            found.append(f"nobody: all vehicles of rule {rule_id} are exempt from it")
    opening: set[str] = set()
    for (first, one), (second, other) in combinations(rules.items(), 2):
        common = int(np.count_nonzero(links[first] & links[second]))
        if not common or not _meet(hours[first], hours[second]):
            continue
        if {one.effect, other.effect} == {"deny", "allow"}:
            allowing, denying = (first, second) if one.effect == "allow" else (second, first)
            opening.add(allowing)
            if plain.get(first, set()) & plain.get(second, set()):
                found.append(
                    f"contradiction: rule {allowing} allows what rule {denying} denies on {common} links; it wins there"
                )
        elif one.effect == other.effect and plain.get(first, set()) & plain.get(second, set()):
            found.append(f"overlap: rules {first} and {second} both {one.effect} on {common} links at some hours")
    found += [
        f"opens nothing: rule {rule_id} allows what no rule denies"
        for rule_id, rule in rules.items()
        if rule.effect == "allow" and rule_id not in opening
    ]
    return found


def _is_plain(rule: AccessRuleParams) -> bool:
    """Whether class and powertrain alone say who it is for."""
    asked = rule.who.model_dump(exclude_none=True).keys()
    spared = set() if rule.exempt is None else rule.exempt.model_dump(exclude_none=True).keys()
    return not (asked | spared) - {"access_class", "powertrain"}


def _vehicles(rule: AccessRuleParams) -> set[tuple[str, str]]:
    return {(a, p) for a in ACCESS_CLASSES for p in POWERTRAINS if rule.applies_to(a, p)}


def _meet(first: list[Interval], second: list[Interval]) -> bool:
    """Whether two lists of intervals have a time in common."""
    return subtract_intervals(first, second) != first

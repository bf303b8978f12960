"""
Charges for driving in parts of the city: on which links, at which hours, at what price, and what a day's driving costs.

A charge by entry is due for each link that a van drives into a zone from outside, in the hours of the rule; one that
begins its drive inside pays nothing for that. Distance and time count on links that are entered in those hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.contracts import FloatArray, IntArray
from sim.network import RoadNetwork
from sim.policy.access_rule import AccessRuleParams, ChargeParams
from sim.policy.compile import hours_held
from sim.policy.time_window import Interval
from sim.policy.zone import gateways, links_of_rule, zone_rows
from sim.units import SECONDS_PER_HOUR, Weekday, to_us


@dataclass(frozen=True, slots=True)
class RuleCharge:
    """
    One charge on a network and its days.

    Parameters
    ----------
    rule_id
        Name of the rule.
    rule
        The rule, for whom it holds.
    price
        What is charged.
    is_charged
        Links on which it counts, shape (n_links,): those into the zone for a charge by entry.
    length_m
        Length of each link [m].
    hours
        Times at which it holds [us from midnight of day 1].
    """

    rule_id: str
    rule: AccessRuleParams
    price: ChargeParams
    is_charged: NDArray[np.bool_]
    length_m: FloatArray
    hours: list[Interval]

    def counts(self, link: IntArray, enter_us: IntArray) -> NDArray[np.bool_]:
        """Which passages of links are charged."""
        in_hours = np.zeros(len(link), dtype=np.bool_)
        for start, end in self.hours:
            in_hours |= (start <= enter_us) & (enter_us < end)
        return in_hours & self.is_charged[link]

    def cost_cny(self, link: IntArray, enter_us: IntArray, exit_us: IntArray) -> FloatArray:
        """What each passage of a link costs, before the most of a day [CNY]."""
        if self.price.by == "entry":
            amount = np.ones(len(link))
        elif self.price.by == "km":
            amount = self.length_m[link] / 1000.0
        else:
            amount = (exit_us - enter_us) / to_us(SECONDS_PER_HOUR)
        cost: FloatArray = np.where(self.counts(link, enter_us), amount * self.price.cny, 0.0)
        return cost

    def total_cny(self, link: IntArray, enter_us: IntArray, exit_us: IntArray) -> float:
        """What a van pays for all that it has driven [CNY]."""
        total = float(self.cost_cny(link, enter_us, exit_us).sum())
        return total if self.price.most_cny_per_day is None else min(total, self.price.most_cny_per_day)


def compile_charges(
    rules: Mapping[str, AccessRuleParams],
    network: RoadNetwork,
    *,
    weekday: Weekday,
    horizon_us: int,
    day: date | None = None,
) -> list[RuleCharge]:
    """
    The charges among some rules, in their order.

    Parameters
    ----------
    rules, network, weekday, horizon_us, day
        As for `compile_closures`.

    Raises
    ------
    ConfigError
        If a rule names a zone, link or road class that the network does not have.
    """
    rows = zone_rows(rules, network)
    found = []
    for rule_id, rule in rules.items():
        if rule.charge is None:
            continue
        is_charged = links_of_rule(rule, network, rows[rule_id])
        if rule.charge.by == "entry":
            is_charged = is_charged & gateways(network, rows[rule_id])
        hours = hours_held(rule.when, weekday=weekday, horizon_us=horizon_us, day=day)
        found.append(RuleCharge(rule_id, rule, rule.charge, is_charged, network.length_m, hours))
    return found

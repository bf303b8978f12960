"""
Charges for driving in parts of the city: on which links, at which hours, at what price, and what a day's driving costs.

A charge by entry is due for each link that a van drives into a zone from outside, in the hours of the rule; one that
begins its drive inside pays nothing for that. Distance and time count on links that are entered in those hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.contracts import FloatArray, IntArray, LinkPrices
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
        return min(float(self.cost_cny(link, enter_us, exit_us).sum()), self.most_cny)

    @property
    def most_cny(self) -> float:
        """Most that a van pays by it [CNY]; infinity without a limit."""
        return float("inf") if self.price.most_cny_per_day is None else self.price.most_cny_per_day

    def held_us(self, from_us: int, until_us: int) -> int:
        """For how long of some hours it holds [us]."""
        return sum(max(0, min(end, until_us) - max(start, from_us)) for start, end in self.hours)

    def mean_cny(self, link_time_us: IntArray, from_us: int, until_us: int) -> FloatArray:
        """What a passage of each link costs on average of the times of entry from one time to another [CNY]."""
        if self.price.by == "entry":
            amount = np.ones(len(link_time_us))
        elif self.price.by == "km":
            amount = self.length_m / 1000.0
        else:
            amount = link_time_us / to_us(SECONDS_PER_HOUR)
        price = np.minimum(amount * self.price.cny, self.most_cny) * (
            self.held_us(from_us, until_us) / max(1, until_us - from_us)
        )
        mean: FloatArray = np.where(self.is_charged, price, 0.0)
        return mean


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


class VehicleCharges:
    """
    The charges that a vehicle has to pay, made ready for the search of ways.

    Parameters
    ----------
    charges
        The charges, in the order of the rules.
    """

    def __init__(self, charges: Sequence[RuleCharge]) -> None:
        self.charges = tuple(c for c in charges if c.price.cny > 0.0 and c.hours and c.is_charged.any())
        self._prices = _link_prices(self.charges) if self.charges else None

    def prices(self, paid_cny: Mapping[str, float] | None = None) -> LinkPrices | None:
        """
        What links cost the vehicle; None where nothing costs it anything.

        Parameters
        ----------
        paid_cny
            What it has paid today by rule, which counts against the most of a day [CNY].
        """
        if self._prices is None or not paid_cny:
            return self._prices
        left = [max(0.0, charge.most_cny - paid_cny.get(charge.rule_id, 0.0)) for charge in self.charges]
        return replace(self._prices, left_cny=np.array(left)) if any(left) else None

    def mean_prices(self, link_time_us: IntArray, from_us: int, until_us: int) -> FloatArray | None:
        """
        What a passage of each link costs on average over some hours [CNY]; None where nothing costs.

        Parameters
        ----------
        link_time_us
            Travel time of each link in these hours [us].
        from_us, until_us
            The hours [us].
        """
        total = np.zeros(len(link_time_us))
        for charge in self.charges:
            if charge.held_us(from_us, until_us) > 0:
                total += charge.mean_cny(link_time_us, from_us, until_us)
        return total if total.any() else None


def _link_prices(charges: Sequence[RuleCharge]) -> LinkPrices:
    kinds, kind_of_link = np.unique(
        np.column_stack([charge.is_charged for charge in charges]), axis=0, return_inverse=True
    )
    hours = [np.array(charge.hours, dtype=np.int64).reshape(-1, 2) for charge in charges]

    def price(by: str) -> FloatArray:
        return np.array([charge.price.cny if charge.price.by == by else 0.0 for charge in charges])

    return LinkPrices(
        kind_of_link=kind_of_link.reshape(-1).astype(np.int64),
        kind_start=np.concatenate([[0], np.cumsum(kinds.sum(axis=1))]).astype(np.int64),
        rule_of_kind=np.nonzero(kinds)[1].astype(np.int64),
        hours_start=np.concatenate([[0], np.cumsum([len(bounds) for bounds in hours])]).astype(np.int64),
        from_us=np.ascontiguousarray(np.concatenate(hours)[:, 0]),
        until_us=np.ascontiguousarray(np.concatenate(hours)[:, 1]),
        entry_cny=price("entry"),
        km_cny=price("km"),
        hour_cny=price("hour"),
        left_cny=np.array([charge.most_cny for charge in charges]),
    )

"""
Limits of stay: how long a van may stand at the kerb of a street before it has to drive off.

The limit is on each stand, from parking to driving off, within the hours of the rule: a van that parks before they
begin has the limit from their beginning on, and when they end before it has passed, there is none. Coming again is a
new stand. Docks and yards off the street are not limited. Of several limits the one that ends first holds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.contracts import AccessClass, Powertrain
from sim.network import RoadNetwork
from sim.policy.access_rule import AccessRuleParams
from sim.policy.compile import hours_held
from sim.policy.time_window import Interval
from sim.policy.vehicles import PLAIN, VehicleTraits
from sim.policy.zone import links_of_rule, zone_rows
from sim.units import SECONDS_PER_DAY, Weekday, to_us


class StayEnds(NamedTuple):
    """By when a van has to drive off, until when that rule holds [us], and its name."""

    deadline_us: int
    until_us: int
    rule_id: str


@dataclass(frozen=True, slots=True)
class _Limit:
    rule_id: str
    rule: AccessRuleParams
    is_limited: NDArray[np.bool_]
    limit_us: int
    hours: list[Interval]


class StayLimits:
    """
    The limits of stay of a scenario on a network and its days.

    Parameters
    ----------
    rules
        Access rules by name; those of another effect are passed over.
    network
        Road network with its zones.
    weekday, day
        Day of the week of day 1, and its date where rules have seasons.
    horizon_us
        End of the simulated time [us].

    Raises
    ------
    ConfigError
        If a rule names a zone, link or road class that the network does not have.
    """

    def __init__(
        self,
        rules: Mapping[str, AccessRuleParams],
        network: RoadNetwork,
        *,
        weekday: Weekday,
        horizon_us: int,
        day: date | None = None,
    ) -> None:
        limits = {rule_id: rule for rule_id, rule in rules.items() if rule.stay_min is not None}
        rows = zone_rows(limits, network)
        self._limits = [
            _Limit(
                rule_id,
                rule,
                links_of_rule(rule, network, rows[rule_id]),
                to_us((rule.stay_min or 0.0) * 60.0),
                hours_held(rule.when, weekday=weekday, horizon_us=horizon_us, day=day),
            )
            for rule_id, rule in limits.items()
        ]

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._limits)

    def ends(
        self,
        link: int,
        parked_us: int,
        access_class: AccessClass,
        powertrain: Powertrain,
        traits: VehicleTraits = PLAIN,
    ) -> StayEnds | None:
        """
        By when a vehicle that parks at a link has to drive off; None when it may stay.

        Parameters
        ----------
        link
            Row of the link.
        parked_us
            When it parks [us].
        access_class, powertrain, traits
            The vehicle.
        """
        found = [
            StayEnds(max(parked_us, start) + limit.limit_us, end, limit.rule_id)
            for limit in self._limits
            if limit.is_limited[link] and limit.rule.applies_to(access_class, powertrain, traits)
            for start, end in limit.hours
            if parked_us < end and max(parked_us, start) + limit.limit_us < end
        ]
        return min(found) if found else None

    def shortest_s(
        self,
        link: int,
        from_us: int,
        until_us: int,
        access_class: AccessClass,
        powertrain: Powertrain,
        traits: VehicleTraits = PLAIN,
        *,
        known: Collection[str] | None = None,
    ) -> float:
        """
        The shortest limit that a vehicle may meet at a link within some hours [s]; infinite without one.

        Parameters
        ----------
        link
            Row of the link.
        from_us, until_us
            The hours [us].
        access_class, powertrain, traits
            The vehicle.
        known
            Names of the rules that are heard of; None: all.
        """
        found = [
            limit.limit_us / 1e6
            for limit in self._limits
            if limit.is_limited[link]
            and (known is None or limit.rule_id in known)
            and limit.rule.applies_to(access_class, powertrain, traits)
            and any(start <= until_us and from_us < end for start, end in limit.hours)
        ]
        return min(found, default=float("inf"))


def stay_at(
    rules: Mapping[str, AccessRuleParams],
    network: RoadNetwork,
    link: int,
    arrive_s: float | None,
    vehicle: tuple[AccessClass, Powertrain, VehicleTraits],
    *,
    weekday: Weekday,
    day: date | None = None,
) -> StayEnds | None:
    """
    By when a vehicle that parks on arrival has to drive off, and by which rule; None when it may stay for a day.

    Parameters
    ----------
    rules, network, weekday, day
        As for `StayLimits`.
    link
        Row of the link.
    arrive_s
        When it arrives [s from midnight of day 1]; None: it does not.
    vehicle
        Class, powertrain and traits.
    """
    if arrive_s is None:
        return None
    arrive_us = to_us(arrive_s)
    horizon_us = arrive_us + to_us(SECONDS_PER_DAY)
    return StayLimits(rules, network, weekday=weekday, day=day, horizon_us=horizon_us).ends(link, arrive_us, *vehicle)

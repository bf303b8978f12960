"""
From rules to arrays: when each link is closed to a class of vehicles.

Routing, planning and driving read the arrays only, so a rule costs them no more than a comparison of times.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import numpy as np

from sim.contracts import AccessClass, LinkClosures, Powertrain
from sim.network import RoadNetwork
from sim.policy.access_rule import AccessRuleParams, WhenParams
from sim.policy.time_window import (
    DAY_US,
    DAYS_PER_WEEK,
    Interval,
    merge_intervals,
    subtract_intervals,
    window_intervals,
)
from sim.policy.vehicles import PLAIN, VehicleTraits
from sim.policy.zone import links_of_rule, zone_rows
from sim.units import Weekday

_LOOK_AHEAD_US = (DAYS_PER_WEEK + 1) * DAY_US
"""A closure that is on at the end of the simulated time may be prolonged by windows that begin this soon [us]."""


def compile_closures(
    rules: Mapping[str, AccessRuleParams],
    network: RoadNetwork,
    *,
    access_class: AccessClass,
    powertrain: Powertrain,
    weekday: Weekday,
    horizon_us: int,
    traits: VehicleTraits = PLAIN,
    day: date | None = None,
) -> LinkClosures:
    """
    When links are closed to vehicles of one class and powertrain.

    Parameters
    ----------
    rules
        Access rules by name.
    network
        Road network with its zones.
    access_class, powertrain, traits
        The vehicles.
    weekday
        Day of the week of day 1.
    horizon_us
        End of the simulated time [us]; closures that begin later are left out.
    day
        Date of day 1, on which seasons depend; where None, rules hold all year.

    Raises
    ------
    ConfigError
        If a rule names a zone, link or road class that the network does not have, whether or not it applies to these
        vehicles.
    """
    rows = zone_rows(rules, network)
    chosen = [
        rule_id
        for rule_id, rule in rules.items()
        if rule.effect in ("deny", "allow") and rule.applies_to(access_class, powertrain, traits)
    ]
    if not any(rules[rule_id].effect == "deny" for rule_id in chosen):
        return LinkClosures.none(network.n_links)
    in_force = np.column_stack([links_of_rule(rules[rule_id], network, rows[rule_id]) for rule_id in chosen])
    ahead_us = horizon_us + _LOOK_AHEAD_US
    held = [hours_held(rules[rule_id].when, weekday=weekday, horizon_us=ahead_us, day=day) for rule_id in chosen]
    is_deny = np.array([rules[rule_id].effect == "deny" for rule_id in chosen])
    combinations, combination_of_link = np.unique(in_force, axis=0, return_inverse=True)
    intervals = []
    for combination in combinations:
        closed = merge_intervals(interval for rule in np.flatnonzero(combination & is_deny) for interval in held[rule])
        opened = merge_intervals(interval for rule in np.flatnonzero(combination & ~is_deny) for interval in held[rule])
        intervals.append([found for found in subtract_intervals(closed, opened) if found[0] < horizon_us])
    return _rows_over_links(intervals, combination_of_link.reshape(-1).tolist())


def hours_held(when: WhenParams, *, weekday: Weekday, horizon_us: int, day: date | None = None) -> list[Interval]:
    """
    Times at which a rule holds, merged and sorted [us from midnight of day 1].

    Parameters
    ----------
    when
        Hours of the rule.
    weekday
        Day of the week of day 1.
    horizon_us
        End of the simulated time [us].
    day
        Date of day 1; where None, seasons do not matter.
    """
    return window_intervals(
        when.clock_windows(), when.days(), first_weekday=weekday, horizon_us=horizon_us, holds_on=_in_season(when, day)
    )


def _in_season(when: WhenParams, day: date | None) -> Callable[[int], bool]:
    seasons = when.days_of_year()
    if day is None or not seasons:
        return lambda number: True
    return lambda number: any(season.includes(day + timedelta(days=number)) for season in seasons)


def _rows_over_links(intervals: list[list[Interval]], kind_of_link: list[int]) -> LinkClosures:
    """Compressed rows from the intervals of each kind of link."""
    start = np.zeros(len(kind_of_link) + 1, dtype=np.int64)
    np.cumsum([len(intervals[kind]) for kind in kind_of_link], out=start[1:])
    bounds = np.array([interval for kind in kind_of_link for interval in intervals[kind]], dtype=np.int64).reshape(
        -1, 2
    )
    return LinkClosures(start, np.ascontiguousarray(bounds[:, 0]), np.ascontiguousarray(bounds[:, 1]))

"""
From rules to arrays: when each link is closed to a class of vehicles.

Routing, planning and driving read the arrays only, so a rule costs them no more than a comparison of times.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.contracts import AccessClass, LinkClosures, Powertrain
from sim.network import RoadNetwork
from sim.policy.access_rule import AccessRuleParams
from sim.policy.time_window import Interval, merge_intervals, window_intervals
from sim.policy.zone import links_of_zones, zone_rows
from sim.units import Weekday


def compile_closures(
    rules: Mapping[str, AccessRuleParams],
    network: RoadNetwork,
    *,
    access_class: AccessClass,
    powertrain: Powertrain,
    weekday: Weekday,
    horizon_us: int,
) -> LinkClosures:
    """
    When links are closed to vehicles of one class and powertrain.

    Parameters
    ----------
    rules
        Access rules by name.
    network
        Road network with its zones.
    access_class, powertrain
        The vehicles.
    weekday
        Day of the week of day 1.
    horizon_us
        End of the simulated time [us]; closures that begin later are left out.

    Raises
    ------
    ConfigError
        If a rule names a zone that the network does not have, whether or not it applies to these vehicles.
    """
    rows = zone_rows(rules, network)
    chosen = [rule_id for rule_id, rule in rules.items() if rule.applies_to(access_class, powertrain)]
    if not chosen:
        return LinkClosures.none(network.n_links)
    meets = links_of_zones(network)
    in_force = np.column_stack([meets[rows[rule_id]].any(axis=0) for rule_id in chosen])
    closed = [
        window_intervals(
            rules[rule_id].when.clock_windows(),
            rules[rule_id].when.days(),
            first_weekday=weekday,
            horizon_us=horizon_us,
        )
        for rule_id in chosen
    ]
    combinations, combination_of_link = np.unique(in_force, axis=0, return_inverse=True)
    intervals = [
        merge_intervals(interval for rule in np.flatnonzero(combination) for interval in closed[rule])
        for combination in combinations
    ]
    return _rows_over_links(intervals, combination_of_link.reshape(-1).tolist())


def _rows_over_links(intervals: list[list[Interval]], kind_of_link: list[int]) -> LinkClosures:
    """Compressed rows from the intervals of each kind of link."""
    start = np.zeros(len(kind_of_link) + 1, dtype=np.int64)
    np.cumsum([len(intervals[kind]) for kind in kind_of_link], out=start[1:])
    bounds = np.array([interval for kind in kind_of_link for interval in intervals[kind]], dtype=np.int64).reshape(
        -1, 2
    )
    return LinkClosures(start, np.ascontiguousarray(bounds[:, 0]), np.ascontiguousarray(bounds[:, 1]))

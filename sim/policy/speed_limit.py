"""
Speed limits: streets on which nobody drives faster.

A limit holds for all vehicles at all hours, cars included, and lowers the free speed of its links. Simplification: a
limit for some vehicles or some hours is refused, since vehicles of one street drive behind each other at one speed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sim.errors import ConfigError
from sim.network import RoadNetwork
from sim.policy.access_rule import AccessRuleParams
from sim.policy.time_window import merge_intervals
from sim.policy.zone import links_of_rule, zone_rows
from sim.units import SECONDS_PER_DAY, WEEKDAYS, kph_to_mps


def with_speed_limits(network: RoadNetwork, rules: Mapping[str, AccessRuleParams]) -> RoadNetwork:
    """
    The network with the limits of the rules on it; the same object when there is none.

    Raises
    ------
    ConfigError
        If a limit is not for all vehicles at all hours, or names a zone that the network does not have.
    """
    limits = {rule_id: rule for rule_id, rule in rules.items() if rule.speed_kph is not None}
    if not limits:
        return network
    faults = [
        f"policy.rules.{rule_id}: a speed limit holds for all vehicles at all hours, found {what}; expected {expected}"
        for rule_id, rule in limits.items()
        for is_wrong, what, expected in (
            (not rule.who.is_anybody or rule.exempt is not None, "some vehicles", "who: {} and no exemption"),
            (not _is_always(rule), "some hours", "weekdays [mo-su], windows ['00:00-24:00'] and no season"),
        )
        if is_wrong
    ]
    if faults:
        raise ConfigError(faults)
    rows = zone_rows(limits, network)
    speed_mps = network.free_speed_mps.copy()
    for rule_id, rule in limits.items():
        assert rule.speed_kph is not None
        held = links_of_rule(rule, network, rows[rule_id])
        speed_mps[held] = np.minimum(speed_mps[held], kph_to_mps(rule.speed_kph))
    return replace(network, links=network.links.assign(free_speed_mps=speed_mps))


def _is_always(rule: AccessRuleParams) -> bool:
    hours = merge_intervals((round(w.from_s), round(w.until_s)) for w in rule.when.clock_windows())
    whole_day = any(start <= 0 and end >= SECONDS_PER_DAY for start, end in hours)
    return whole_day and rule.when.days() == WEEKDAYS and not rule.when.seasons

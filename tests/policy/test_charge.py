"""Charges by hand on the strip: link l runs from (l, 0) to (l + 1, 0), the core lies over nodes 2 to 4."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.network import RoadNetwork
from sim.policy import AccessRuleParams
from sim.policy.charge import RuleCharge, compile_charges

RuleOf = Callable[..., AccessRuleParams]
MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US


def charge_of(strip: RoadNetwork, rule_of: RuleOf, **price: Any) -> RuleCharge:
    """A charge in the core on Mondays 07:00-08:30, on links of 500 m."""
    network = replace(strip, links=strip.links.assign(length_m=500.0))
    rule = rule_of(effect="charge", charge=price)
    (found,) = compile_charges({"toll": rule, "ban": rule_of()}, network, weekday="mo", horizon_us=24 * HOUR_US)
    return found


def drive(start_us: int, step_us: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Along the strip from link 0 to link 9."""
    enter_us = start_us + step_us * np.arange(10)
    return np.arange(10), enter_us, enter_us + step_us


def test_an_entry_is_charged_once_for_a_drive_through(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """Link 1 is the only one that begins outside the core and meets it."""
    charge = charge_of(strip, rule_of, by="entry", cny=15.0)
    assert np.flatnonzero(charge.is_charged).tolist() == [1]
    assert charge.total_cny(*drive(7 * HOUR_US, MINUTE_US)) == 15.0
    assert charge.total_cny(*drive(9 * HOUR_US, MINUTE_US)) == 0.0


def test_the_hour_of_entry_counts(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """Link 1 is entered a minute after the start: at 07:00 exactly it costs, at 08:30 exactly it does not."""
    charge = charge_of(strip, rule_of, by="entry", cny=15.0)
    assert charge.total_cny(*drive(7 * HOUR_US - MINUTE_US, MINUTE_US)) == 15.0
    assert charge.total_cny(*drive(7 * HOUR_US - MINUTE_US - 1, MINUTE_US)) == 0.0
    assert charge.total_cny(*drive(510 * MINUTE_US - MINUTE_US, MINUTE_US)) == 0.0


def test_kilometres_and_hours_count_on_the_links_of_the_zone(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """Links 1 to 4: 2 km at 0.5 CNY are 1 CNY; 4 x 6 min at 10 CNY an hour are 4 CNY."""
    way = drive(7 * HOUR_US, 6 * MINUTE_US)
    assert charge_of(strip, rule_of, by="km", cny=0.5).total_cny(*way) == pytest.approx(1.0)
    assert charge_of(strip, rule_of, by="hour", cny=10.0).total_cny(*way) == pytest.approx(4.0)


def test_a_day_costs_no_more_than_its_limit(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """Four drives through at 15 CNY with a limit of 45 CNY."""
    charge = charge_of(strip, rule_of, by="entry", cny=15.0, most_cny_per_day=45.0)
    link, enter_us, exit_us = (np.tile(part, 4) for part in drive(7 * HOUR_US, MINUTE_US))
    assert charge.total_cny(link, enter_us, exit_us) == 45.0

"""Answers to a driver."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.network import RoadNetwork
from sim.policy import AccessAnswer, AccessRuleParams, explain

RuleOf = Callable[..., AccessRuleParams]
HOUR = 3600.0


def answer(rules: dict[str, AccessRuleParams], network: RoadNetwork, time_s: float, **changes: Any) -> AccessAnswer:
    """Answer to a light diesel van that wants to enter link 2 on a Monday, with changes."""
    question = {"link": 2, "access_class": "light", "powertrain": "diesel", "weekday": "mo"}
    return explain(rules, network, time_s=time_s, **{**question, **changes})


def test_a_closed_link_names_its_rules_and_its_opening(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """07:00-08:30 by one rule and 08:00-10:00 by another: both deny at 08:10, and it opens at 10:00."""
    rules = {"early": rule_of(), "late": rule_of(when={"weekdays": ["mo"], "windows": ["08:00-10:00"]})}
    found = answer(rules, strip, 8 * HOUR + 600)
    assert not found.may_enter
    assert found.denied_by == ("early", "late")
    assert found.opens_s == 10 * HOUR
    assert found.closes_s == (7 * 24 + 7) * HOUR
    assert found.sentence() == "08:10: closed by early, late; opens at 10:00 until 07:00 on day 8"


def test_an_open_link_tells_when_it_closes(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """At 06:30 it may enter, until 07:00."""
    found = answer({"r": rule_of()}, strip, 6.5 * HOUR)
    assert found == AccessAnswer(2, 6.5 * HOUR, (), 6.5 * HOUR, 7 * HOUR)
    assert found.sentence() == "06:30: may enter until 07:00"


def test_outside_the_zone_or_exempt_it_may_always_enter(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """Link 9 lies outside; an electric van is exempt."""
    rules = {"r": rule_of(exempt={"powertrain": ["bev"]})}
    assert answer(rules, strip, 8 * HOUR, link=9).sentence() == "08:00: may enter"
    assert answer(rules, strip, 8 * HOUR, powertrain="bev").closes_s is None


def test_a_link_closed_for_good_does_not_open(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """A ban of all hours has no opening."""
    rule = rule_of(when={"weekdays": ["mo-su"], "windows": ["00:00-24:00"]})
    found = answer({"r": rule}, strip, 30 * HOUR)
    assert found.opens_s is None
    assert found.sentence() == "06:00 on day 2: closed by r; does not open"

"""Limits of stay by hand on the strip: the core meets links 1 to 4; the rule holds on Mondays 07:00-08:30."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.network import RoadNetwork
from sim.policy import AccessRuleParams
from sim.policy.mds import mds_documents, rules_from_mds
from sim.policy.rules_document import rules_document
from sim.policy.stay_limit import StayLimits

RuleOf = Callable[..., AccessRuleParams]
MINUTE_US = 60_000_000
LIGHT = ("light", "diesel")


def limits_of(strip: RoadNetwork, **rules: AccessRuleParams) -> StayLimits:
    """The limits of some rules on a Monday."""
    return StayLimits(rules, strip, weekday="mo", horizon_us=24 * 60 * MINUTE_US)


def until_min(limits: StayLimits, parked_min: float, link: int = 2, vehicle: Any = LIGHT) -> float | None:
    """Minute of the day by which a van that parks at a minute has to drive off; None: it may stay."""
    ends = limits.ends(link, round(parked_min * MINUTE_US), *vehicle)
    return None if ends is None else ends.deadline_us / MINUTE_US


@pytest.mark.parametrize(
    ("parked", "until"),
    [
        (430.0, 445.0),  # 07:10: till 07:25
        (400.0, 435.0),  # 06:40: fifteen minutes from 07:00 on
        (494.0, 509.0),  # 08:14: one minute before the hours end
        (495.0, None),  # 08:15: the hours end with the limit
        (510.0, None),  # 08:30: nothing holds any more
    ],
)
def test_the_limit_runs_within_the_hours(
    strip: RoadNetwork, rule_of: RuleOf, parked: float, until: float | None
) -> None:
    """Fifteen minutes on Mondays 07:00-08:30."""
    assert until_min(limits_of(strip, a=rule_of(effect="stay_limit", stay_min=15)), parked) == until


def test_where_and_who_decide(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """Links outside the zone, other classes and exempt vehicles are not limited; a ban is no limit."""
    limits = limits_of(strip, a=rule_of(effect="stay_limit", stay_min=15, exempt={"powertrain": ["bev"]}), b=rule_of())
    assert until_min(limits, 430.0, link=1) == 445.0
    assert until_min(limits, 430.0, link=5) is None
    assert until_min(limits, 430.0, vehicle=("heavy", "diesel")) is None
    assert until_min(limits, 430.0, vehicle=("light", "bev")) is None
    assert not limits_of(strip, b=rule_of())


def test_of_several_limits_the_first_to_end_holds(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """Thirty minutes from 07:00 end before ten minutes from 07:25."""
    later = rule_of(effect="stay_limit", stay_min=10, when={"weekdays": ["mo"], "windows": ["07:25-09:00"]})
    limits = limits_of(strip, a=rule_of(effect="stay_limit", stay_min=30), b=later)
    assert until_min(limits, 415.0) == 450.0
    assert until_min(limits, 430.0) == 455.0
    assert limits.shortest_s(2, 0, 440 * MINUTE_US, *LIGHT) == 1800.0
    assert limits.shortest_s(2, 0, 450 * MINUTE_US, *LIGHT) == 600.0
    assert limits.shortest_s(2, 0, 450 * MINUTE_US, *LIGHT, known=["a"]) == 1800.0
    assert limits.shortest_s(5, 0, 450 * MINUTE_US, *LIGHT) == float("inf")


@pytest.mark.parametrize(
    "wrong",
    [
        {"effect": "stay_limit"},
        {"effect": "deny", "stay_min": 10},
        {"effect": "stay_limit", "stay_min": 0},
        {"effect": "stay_limit", "stay_min": 1441},
    ],
)
def test_a_limit_without_minutes_or_minutes_without_limit_are_refused(rule_of: RuleOf, wrong: dict[str, Any]) -> None:
    """`stay_min` belongs to the effect `stay_limit` and is 1 to 1440."""
    with pytest.raises(ValueError, match="stay"):
        rule_of(**wrong)


def test_it_is_published_and_read_again(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """`rules.json` has the minutes; MDS says it as the time of stopped vehicles, and it comes back as it was."""
    rules = {"short": rule_of(effect="stay_limit", stay_min=15, exempt={"powertrain": ["bev"]})}
    assert rules_document(rules, strip)["rules"][0]["stay_min"] == 15.0
    policies, geographies = mds_documents(rules, strip)
    (entry,) = policies["policies"][0]["rules"]
    assert (entry["rule_type"], entry["rule_units"], entry["maximum"]) == ("time", "minutes", 15)
    assert entry["states"] == {"stopped": []}
    found = rules_from_mds(policies, geographies, strip)["short"]
    assert (found.effect, found.stay_min, found.exempt) == ("stay_limit", 15.0, rules["short"].exempt)


def test_rules_without_a_limit_keep_their_content() -> None:
    """The key counts only where it is set, so that earlier results keep their names."""
    from sim.config import load_scenario

    ban = load_scenario("peak_ban").content()["policy"]["rules"]["light_vans_at_peak"]
    assert "stay_min" not in ban
    assert load_scenario("stay_limit").content()["policy"]["rules"]["short_stays"]["stay_min"] == 15.0

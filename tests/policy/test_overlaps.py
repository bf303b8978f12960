"""Warnings about rules that may not be meant so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.contracts import POWERTRAINS
from sim.network import RoadNetwork
from sim.policy import AccessRuleParams
from sim.policy.overlaps import rule_warnings

RuleOf = Callable[..., AccessRuleParams]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ["overlap: rules a and b both deny on 4 links"]),
        ({"effect": "allow"}, ["contradiction: rule b allows what rule a denies on 4 links"]),
        ({"effect": "allow", "who": {"access_class": ["heavy"]}}, []),
        ({"effect": "allow", "where": {"zone_ids": ["port"]}}, ["opens nothing: rule b"]),
        ({"who": {"access_class": ["heavy"]}}, []),
        ({"when": {"weekdays": ["mo"], "windows": ["08:30-09:00"]}}, []),
        ({"where": {"zone_ids": ["park"]}}, ["no street: rule b"]),
        ({"exempt": {"powertrain": list(POWERTRAINS)}}, ["nobody: all vehicles of rule b"]),
    ],
)
def test_each_case_has_its_name(strip: RoadNetwork, rule_of: RuleOf, changes: dict[str, Any], words: list[str]) -> None:
    """Beside a ban of light vans from the core on Mondays 07:00-08:30."""
    found = rule_warnings({"a": rule_of(), "b": rule_of(**changes)}, strip)
    assert len(found) == len(words)
    assert all(line.startswith(start) for line, start in zip(found, words, strict=True))

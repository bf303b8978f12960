"""Rules as parameters: who falls under them, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from sim.contracts import ACCESS_CLASSES, POWERTRAINS
from sim.policy import AccessRuleParams, PolicyParams, VehiclesParams, VehicleTraits

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "policy"
RuleOf = Callable[..., AccessRuleParams]


def test_class_and_powertrain_must_both_hold(rule_of: RuleOf) -> None:
    """A rule for light diesel vans is none for light petrol or medium diesel ones."""
    rule = rule_of(who={"access_class": ["light"], "powertrain": ["diesel"]})
    under = {(a, p) for a in ACCESS_CLASSES for p in POWERTRAINS if rule.applies_to(a, p)}
    assert under == {("light", "diesel")}


def test_an_exemption_wins(rule_of: RuleOf) -> None:
    """All vehicles but electric ones and plug-in hybrids."""
    rule = rule_of(who={}, exempt={"powertrain": ["bev", "phev"]})
    assert {p for p in POWERTRAINS if rule.applies_to("light", p)} == {"diesel", "petrol", "human"}
    assert all(rule.applies_to(a, "diesel") for a in ACCESS_CLASSES)


@pytest.mark.parametrize(
    ("changes", "where", "words"),
    [
        ({"effect": "forbid"}, "effect", "'deny'"),
        ({"who": {"access_class": ["lorry"]}}, "who.access_class.0", "'tricycle', 'light', 'medium' or 'heavy'"),
        ({"who": {"powertrain": ["electric"]}}, "who.powertrain.0", "'diesel', 'petrol', 'bev', 'phev' or 'human'"),
        ({"who": {"access_class": []}}, "who.access_class", "at least one, found none"),
        ({"who": {"class": ["light"]}}, "who.class", "Extra inputs"),
        ({"exempt": {}}, "", "expected access_class or powertrain, found neither"),
        ({"where": {}}, "where", "at least one zone, found none"),
        ({"who": {"emission_standard_min": 7}}, "who.emission_standard_min", "less than or equal to 6"),
        ({"who": {"gross_above_kg": 5000, "gross_up_to_kg": 4000}}, "who", "which no vehicle meets"),
        ({"effect": "charge"}, "", "effect charge needs charge"),
        ({"speed_kph": 30}, "", "speed_kph belongs to effect speed_limit"),
        (
            {"effect": "charge", "where": {"road_classes": ["primary"]}, "charge": {"by": "entry", "cny": 5}},
            "",
            "a charge by entry needs zone_roles or zone_ids",
        ),
        (
            {"when": {"weekdays": ["mo"], "windows": ["07:00-08:00"], "seasons": ["13-01..14-01"]}},
            "when.seasons.0",
            "expected MM-DD..MM-DD",
        ),
        ({"when": {"weekdays": ["mo"], "windows": []}}, "when.windows", "at least one, found none"),
        ({"when": {"weekdays": ["mo"], "windows": ["07:00-25:99"]}}, "when.windows.0", "found '07:00-25:99'"),
        ({"when": {"weekdays": ["mo"], "windows": ["07:00-07:00"]}}, "when.windows.0", "with some length"),
        ({"when": {"weekdays": ["monday"], "windows": ["07:00-08:00"]}}, "when.weekdays.0", "found 'monday'"),
        ({"when": {"weekdays": [], "windows": ["07:00-08:00"]}}, "when.weekdays", "at least one, found none"),
    ],
)
def test_wrong_rules_are_refused(rule_of: RuleOf, changes: dict[str, Any], where: str, words: str) -> None:
    """The fault is told with the key at which it stands."""
    with pytest.raises(ValidationError) as caught:
        rule_of(**changes)
    (fault,) = caught.value.errors()
    assert ".".join(map(str, fault["loc"])) == where
    assert words in fault["msg"]


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_policies_are_valid(path: Path) -> None:
    """Every option of the policy group reads as parameters."""
    PolicyParams.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_the_peak_ban_is_the_one_of_the_notice() -> None:
    """Light fuel vans 07:00-08:30 and 17:00-19:00 in the centre, every day; electric and plug-in vans exempt."""
    content = yaml.safe_load((CONFIGS / "peak_ban.yaml").read_text(encoding="utf-8"))
    (rule,) = PolicyParams.model_validate(content).rules.values()
    assert rule.where.zone_roles == ("centre",)
    assert [(w.from_s, w.until_s) for w in rule.when.clock_windows()] == [(25200, 30600), (61200, 68400)]
    assert len(rule.when.days()) == 7
    banned = {(a, p) for a in ACCESS_CLASSES for p in ("diesel", "petrol", "bev", "phev") if rule.applies_to(a, p)}
    assert banned == {("light", "diesel"), ("light", "petrol")}


def test_the_example_of_the_documentation_is_valid() -> None:
    """The YAML of docs/rules.md reads as parameters, and is about trucks at night from Sunday to Thursday."""
    page = (CONFIGS.parents[1] / "docs" / "rules.md").read_text(encoding="utf-8")
    content = yaml.safe_load(page.split("```yaml\n")[1].split("```")[0])
    rule = PolicyParams.model_validate(content).rules["no_trucks_at_night"]
    assert rule.when.days() == ("mo", "tu", "we", "th", "su")
    assert {a for a in ACCESS_CLASSES if rule.applies_to(a, "diesel")} == {"medium", "heavy"}


@pytest.mark.parametrize(
    ("who", "vehicle", "expected"),
    [
        ({"emission_standard_max": 3}, ("light", "diesel", VehicleTraits(emission_standard=3)), True),
        ({"emission_standard_max": 3}, ("light", "diesel", VehicleTraits(emission_standard=4)), False),
        ({"emission_standard_max": 6}, ("light", "bev", VehicleTraits(emission_standard=1)), False),
        ({"emission_standard_min": 6}, ("light", "bev", VehicleTraits(emission_standard=1)), True),
        ({"gross_above_kg": 4500}, ("light", "diesel", VehicleTraits(gross_kg=4500.0)), False),
        ({"gross_above_kg": 4500}, ("medium", "diesel", VehicleTraits()), True),
        ({"gross_up_to_kg": 4500}, ("light", "diesel", VehicleTraits(gross_kg=4500.0)), True),
        ({"permit": ["a", "b"]}, ("light", "diesel", VehicleTraits(permits=frozenset({"b"}))), True),
        ({"permit": ["a", "b"]}, ("light", "diesel", VehicleTraits(permits=frozenset({"c"}))), False),
        ({"credit_level_max": 2}, ("light", "diesel", VehicleTraits(credit_level=2)), True),
        ({"credit_level_max": 2}, ("light", "diesel", VehicleTraits()), False),
    ],
)
def test_rules_see_standard_weight_permit_and_credit(
    who: dict[str, Any], vehicle: tuple[Any, ...], expected: bool
) -> None:
    """Bounds are included but for `gross_above_kg`; no exhaust meets any standard; unrated credit meets no bound."""
    assert VehiclesParams.model_validate(who).includes(*vehicle) is expected


def test_a_rule_may_only_name_permits_that_the_city_gives(rule_of: RuleOf) -> None:
    """The fault names the rule and the permits that there are."""
    rules = {"ban": rule_of(exempt={"permit": ["gold"]}).model_dump()}
    with pytest.raises(ValidationError, match=r"rules\.ban\.exempt\.permit: found 'gold', expected .*: silver"):
        PolicyParams.model_validate({"rules": rules, "permits": {"silver": {}}})

"""The rules as others read them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import shapely

from sim.errors import ConfigError
from sim.network import RoadNetwork
from sim.policy import AccessRuleParams, rules_document

RuleOf = Callable[..., AccessRuleParams]


def test_the_document_holds_zones_vehicles_and_hours(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """After a round trip through JSON, everything that a check needs is there."""
    rule = rule_of(
        where={"zone_roles": ["centre"]},
        exempt={"powertrain": ["bev", "phev"]},
        when={"weekdays": ["mo-we"], "windows": ["07:00-08:30", "23:00-06:00"]},
    )
    document = json.loads(json.dumps(rules_document({"ban": rule}, strip)))
    assert document["schema_version"] == 1
    assert document["network"] == "strip"
    (found,) = document["rules"]
    assert found["rule_id"] == "ban"
    assert found["effect"] == "deny"
    assert found["who"] == {"access_class": ["light"], "powertrain": None}
    assert found["exempt"] == {"access_class": None, "powertrain": ["bev", "phev"]}
    assert found["when"]["weekdays"] == ["mo", "tu", "we"]
    assert found["when"]["windows"] == [{"from_s": 25200, "until_s": 30600}, {"from_s": 82800, "until_s": 108000}]
    assert [(zone["zone_id"], zone["link_ids"]) for zone in found["where"]] == [
        ("core", [1, 2, 3, 4]),
        ("port", [7, 8]),
    ]
    polygon = shapely.from_geojson(json.dumps(found["where"][0]["geometry"]))
    assert polygon.equals(strip.zones["geometry"].iloc[0])


def test_zones_are_listed_once(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """Two rules on one zone: one feature for the map."""
    document = rules_document({"a": rule_of(), "b": rule_of()}, strip)
    assert document["zones"]["type"] == "FeatureCollection"
    (feature,) = document["zones"]["features"]
    assert feature["properties"] == {"zone_id": "core", "role": "centre", "name": "Core"}


def test_nobody_exempt_is_an_empty_entry(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """A rule without an exemption has `exempt: {}`; null lists would mean everybody."""
    assert rules_document({"a": rule_of()}, strip)["rules"][0]["exempt"] == {}


def test_no_rules(strip: RoadNetwork) -> None:
    """The document exists without rules, too."""
    document = rules_document({}, strip)
    assert document["rules"] == []
    assert document["zones"]["features"] == []


def test_unknown_zones_are_refused(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """A document never leaves out a zone silently."""
    with pytest.raises(ConfigError, match="found 'nowhere'"):
        rules_document({"a": rule_of(where={"zone_ids": ["nowhere"]})}, strip)

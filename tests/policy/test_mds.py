"""MDS Policy: what is written is read with the same meaning, and what cannot be said is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box
from shapely.geometry import mapping

from sim.contracts import ACCESS_CLASSES, POWERTRAINS
from sim.errors import ConfigError
from sim.network import RoadNetwork
from sim.policy import AccessRuleParams, compile_closures
from sim.policy.mds import mds_documents, rules_from_mds
from sim.units import WEEKDAYS, Weekday

RuleOf = Callable[..., AccessRuleParams]


def some_of(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    """A few of the values."""
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


VEHICLES = st.fixed_dictionaries(
    {}, optional={"access_class": some_of(ACCESS_CLASSES), "powertrain": some_of(POWERTRAINS)}
)
RULES = st.fixed_dictionaries(
    {
        "effect": st.sampled_from(["deny", "deny", "allow"]),
        "where": st.fixed_dictionaries({"zone_ids": some_of(("core", "port", "ring", "park"))}),
        "who": VEHICLES,
        "when": st.fixed_dictionaries(
            {
                "weekdays": some_of(WEEKDAYS),
                "windows": some_of(("07:00-08:30", "23:00-06:00", "00:00-24:00", "17:15-00:00", "12:00-13:00")),
            }
        ),
    },
    optional={"exempt": VEHICLES.filter(bool)},
)


def round_trip(rules: dict[str, AccessRuleParams], network: RoadNetwork) -> dict[str, AccessRuleParams]:
    """Through JSON text."""
    policies, geographies = (json.loads(json.dumps(part)) for part in mds_documents(rules, network))
    return rules_from_mds(policies, geographies, network)


@settings(max_examples=100, deadline=None)
@given(rules=st.lists(RULES, max_size=3), day=st.sampled_from(WEEKDAYS))
def test_a_round_trip_keeps_the_meaning(strip: RoadNetwork, rules: list[Any], day: Weekday) -> None:
    """Closures of every class and powertrain are the same arrays."""
    ours = {f"r{n}": AccessRuleParams.model_validate(rule) for n, rule in enumerate(rules)}
    theirs = round_trip(ours, strip)
    for access_class in ACCESS_CLASSES:
        for powertrain in POWERTRAINS:
            first, second = (
                compile_closures(
                    found,
                    strip,
                    access_class=access_class,
                    powertrain=powertrain,
                    weekday=day,
                    horizon_us=86_400_000_000,
                )
                for found in (ours, theirs)
            )
            for name in ("start", "from_us", "until_us"):
                assert np.array_equal(getattr(first, name), getattr(second, name))


def test_charges_and_limits_come_back(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """Price, limit of a day and speed are kept."""
    toll = rule_of(effect="charge", charge={"by": "entry", "cny": 15.0, "most_cny_per_day": 45.0})
    slow = rule_of(effect="speed_limit", who={}, speed_kph=30.0)
    found = round_trip({"toll": toll, "slow": slow}, strip)
    assert found["toll"].charge == toll.charge
    assert found["slow"].speed_kph == 30.0 and found["slow"].who.is_anybody


def test_what_cannot_be_said_is_refused(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """Each with its rule."""
    by_km = rule_of(effect="charge", charge={"by": "km", "cny": 1.0})
    winter = rule_of(when={"weekdays": ["mo"], "windows": ["07:00-08:00"], "seasons": ["11-15..03-15"]})
    with pytest.raises(ConfigError) as caught:
        mds_documents({"a": by_km, "b": winter, "c": rule_of(where={"link_ids": [3]})}, strip)
    assert [fault.split(":")[0] for fault in caught.value.faults] == [f"policy.rules.{name}" for name in "abc"]


def test_every_fault_of_a_feed_is_told(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """Another version, a polygon that crosses itself, an unknown day and a time beyond midnight."""
    policies, geographies = (json.loads(json.dumps(part)) for part in mds_documents({"a": rule_of()}, strip))
    policies["version"] = "1.2.0"
    rule = policies["policies"][0]["rules"][0]
    policies["policies"][0]["rules"] = [{**rule, "days": ["montag"]}, {**rule, "end_time": "25:00:00"}]
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    geographies["geographies"].append({"geography_id": "x", "geography_json": bow})
    with pytest.raises(ConfigError) as caught:
        rules_from_mds(policies, geographies, strip)
    told = "\n".join(caught.value.faults)
    assert len(caught.value.faults) == 4
    assert all(words in told for words in ("'1.2.0', expected 2.x", "Self-intersection", "'montag'", "'25:00:00'"))


RATES = {"rate_amount", "rate_recurrence", "rate_applies_when"}
UNITS = {"count": {"devices"}, "speed": {"kph", "mph"}, "time": {"seconds", "minutes", "hours", "days"}}
RECURRENCES = {"count": "once_on_match", "time": "each_time_unit"}
RULE_KEYS = {"name", "rule_id", "rule_type", "rule_units", "geographies", "states", "days", "start_time", "end_time"}
RULE_KEYS |= {"vehicle_types", "propulsion_types", "maximum", "messages"} | RATES
STATES = {"on_trip", "stopped"}  # of those that MDS has, what is written here
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def test_what_is_written_has_the_form_of_the_public_schema(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """
    Every effect in the form that the schema of MDS 2.0 asks for.

    Source: github.com/openmobilityfoundation/mds-openapi 2.0, models/policy.yaml, policy-rule.yaml and geography.yaml.
    """
    rules = {
        "ban": rule_of(when={"weekdays": ["mo-su"], "windows": ["07:00-08:30", "22:00-06:00"]}),
        "open": rule_of(effect="allow"),
        "toll": rule_of(effect="charge", charge={"by": "entry", "cny": 15.0}),
        "rent": rule_of(effect="charge", charge={"by": "hour", "cny": 4.0}),
        "slow": rule_of(effect="speed_limit", who={}, speed_kph=30.0),
        "short": rule_of(effect="stay_limit", stay_min=15),
        "odd": rule_of(effect="stay_limit", stay_min=7.5),
    }
    policies, geographies = (json.loads(json.dumps(part)) for part in mds_documents(rules, strip))
    for document, key in ((policies, "policies"), (geographies, "geographies")):
        assert set(document) == {"version", "last_updated", key}
        assert document["last_updated"] >= 1_514_764_800_000
    (policy,) = policies["policies"]
    assert policy["start_date"] >= policy["published_date"] + 20 * 60_000
    assert UUID.fullmatch(policy["policy_id"]) and policy["currency"] == "CNY"
    for rule in policy["rules"]:
        kind = rule["rule_type"]
        assert set(rule) <= RULE_KEYS and set(rule["states"]) <= STATES
        assert rule["rule_units"] in UNITS[kind]
        assert all(isinstance(rule[name], int) for name in ("maximum", "rate_amount") if name in rule)
        if RATES & set(rule):
            assert set(rule) >= RATES and rule["rate_recurrence"] == RECURRENCES[kind]
        assert UUID.fullmatch(rule["rule_id"]) and all(UUID.fullmatch(name) for name in rule["geographies"])
    for geography in geographies["geographies"]:
        assert set(geography) == {"name", "geography_id", "geography_json", "published_date"}
        assert geography["geography_json"]["type"] == "FeatureCollection"
    found = rules_from_mds(policies, geographies, strip)
    assert {name: rule.effect for name, rule in found.items() if name in rules} == {
        name: rule.effect for name, rule in rules.items()
    }
    assert (found["rent"].charge, found["odd"].stay_min) == (rules["rent"].charge, 7.5)


def test_payload_in_a_wrapper_and_several_features_are_read(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """A server's answer may have the payload under `data`, and a geography its parts as features of their own."""
    policies, geographies = (json.loads(json.dumps(part)) for part in mds_documents({"a": rule_of()}, strip))
    (area,) = geographies["geographies"]
    area["geography_json"]["features"] = [
        {"type": "Feature", "properties": {}, "geometry": mapping(box(west, -0.5, west + 0.2, 0.5))}
        for west in (2.3, 6.3)
    ]
    found = rules_from_mds({"version": "2.0.0", "data": policies}, {"version": "2.0.0", "data": geographies}, strip)
    assert found["a"].where.link_ids == (2, 6)

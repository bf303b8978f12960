"""Drafts of the browser: every fault told, and files that the command line runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import sim
from sim.app.scenario_files import faults_of, keep_draft
from sim.app.workspace import Workspace
from sim.errors import InputError
from sim.network import read_network

RULE = {
    "effect": "deny",
    "where": {"zone_ids": ["market"]},
    "who": {"access_class": ["light"]},
    "when": {"weekdays": ["mo-su"], "windows": ["07:00-08:30"]},
}
SQUARE = [[24.940, 60.167], [24.945, 60.167], [24.945, 60.170], [24.940, 60.170]]


def draft(**changes: Any) -> dict[str, Any]:
    """A draft without faults, changed."""
    zone = {"zone_id": "market", "role": "drawn", "name": "市场 'quoted': #x", "points": SQUARE}
    whole = {"name": "my_policy", "network": "helsinki", "base": "baseline", "zones": [zone], "rules": {"rule_1": RULE}}
    return whole | changes


def test_a_kept_draft_runs_unchanged_from_the_command_line(workspace: Path) -> None:
    """The scenario composes to the drawn zone's rule and the settings, on a network that has the zone and the place."""
    places = [{"kind": "charger", "lon": 24.942, "lat": 60.168, "name": "New"}]
    told = keep_draft(Workspace(workspace), draft(places=places, settings={"charging.vans_per_connector": 2.5}))
    assert told["command"] == "sim run scenario=my_policy"
    scenario = sim.load_scenario("my_policy")
    assert scenario.network.name == "my_policy"
    assert scenario.charging.vans_per_connector == 2.5
    assert scenario.policy.rules["rule_1"].where.zone_ids == ("market",)
    network = read_network("my_policy")
    zone = network.zones.set_index("zone_id").loc["market"]
    assert zone["name"] == "市场 'quoted': #x"
    assert zone["geometry"].contains(network.places.set_index("place_id").loc["drawn_charger_001", "geometry"])


def test_a_rule_on_the_networks_own_zone_needs_no_network(workspace: Path) -> None:
    """Without anything drawn the scenario stays on the shipped network, on top of another scenario."""
    rule = {**RULE, "where": {"zone_ids": ["centre"]}}
    told = keep_draft(Workspace(workspace), draft(zones=[], rules={"rule_1": rule}, base="electric"))
    assert told["command"] == "sim run scenario=electric+my_policy"
    assert not (workspace / "networks").exists()
    assert sim.load_scenario("electric+my_policy").policy.rules["rule_1"].where.zone_ids == ("centre",)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": "../evil"}, "name: expected letters"),
        ({"name": "peak_ban"}, "scenario of the project"),
        ({"name": "helsinki"}, "network of the project"),
        ({"network": "nowhere"}, "network: found"),
        ({"base": "nothing"}, "there is no scenario"),
        ({"zones": [{"zone_id": "market", "points": SQUARE[:2]}]}, "corners"),
        ({"zones": [{"zone_id": "market", "points": [SQUARE[i] for i in (0, 2, 1, 3)]}]}, "crosses itself"),
        ({"zones": [{"zone_id": "../x", "points": SQUARE}], "rules": {}}, "letters"),
        ({"zones": [{"zone_id": "a", "points": [[None, 1]] * 4}], "rules": {}}, "pairs of degrees"),
        ({"zones": []}, "there is no zone 'market'"),
        (
            {"rules": {"rule_1": {**RULE, "when": {"weekdays": ["mo"], "windows": ["25:00-26:00"]}}}},
            "rule_1.when.windows",
        ),
        ({"rules": {"rule_1": {**RULE, "surprise": 1}}}, "surprise"),
        ({"places": [{"kind": "bank", "lon": 1, "lat": 1}]}, "kind"),
        ({"settings": {"berths.spaces_per_shop": -1}}, "0 to 5"),
        ({"settings": {"seed": 1}}, "unknown key"),
    ],
)
def test_every_fault_is_told_and_nothing_written(workspace: Path, changes: dict[str, Any], told: str) -> None:
    """Faults name what and where; keeping such a draft writes no file."""
    faults = faults_of(draft(**changes))
    assert any(told in fault for fault in faults), faults
    with pytest.raises(InputError):
        keep_draft(Workspace(workspace), draft(**changes))
    assert not (workspace / "configs").exists() and not (workspace / "networks").exists()


def test_all_faults_come_at_once() -> None:
    """A wrong name, a wrong window and a wrong number are three lines of one answer."""
    rule = {**RULE, "where": {"zone_ids": ["centre"]}, "when": {"weekdays": ["xx"], "windows": ["07:00-08:30"]}}
    faults = faults_of(draft(name="!", zones=[], rules={"r": rule}, settings={"demand.growth": 99}))
    assert len(faults) == 3


def test_yaml_is_plain_data(workspace: Path) -> None:
    """A description that looks like YAML or like an object tag stays text."""
    text = "!!python/object/apply:os.system ['x'] # : {}"
    keep_draft(Workspace(workspace), draft(description=text))
    written = yaml.safe_load((workspace / "configs" / "scenario" / "my_policy.yaml").read_text(encoding="utf-8"))
    assert written["description"] == text


def test_berths_and_chargers_drawn_are_there_in_the_run(workspace: Path) -> None:
    """A berth with its spaces stands besides those by rule, a charger with its connectors and power among the sites."""
    places = [
        {"kind": "berth", "lon": 24.942, "lat": 60.168, "name": "", "spaces": 3},
        {"kind": "berth", "lon": 24.944, "lat": 60.169, "name": "", "spaces": None},
        {"kind": "charger", "lon": 24.943, "lat": 60.169, "name": "Fast", "connectors": 7, "power_kw": 120.0},
    ]
    told = keep_draft(Workspace(workspace), draft(zones=[], rules={}, places=places))
    assert "inputs/my_policy_berths.csv" in told["files"]
    fast = ["traffic=off", "planning.iterations=1"]
    model = sim.DeliveryModel(sim.load_scenario("my_policy", fast))
    assert "inputs/my_policy_berths.csv" in model.input_sha256()
    model.run()
    berths = {berth.spec.berth_id: berth.spec.spaces for berth in model.berths}
    assert {name: spaces for name, spaces in berths.items() if name.startswith("drawn")} == {
        "drawn-berth-001": 3,
        "drawn-berth-002": 2,
    }
    assert len(berths) > 10
    drawn = [site.spec for site in model.charging_sites if site.spec.name == "Fast"]
    assert [site.connector_kw for site in drawn] == [(120.0,) * 7]
    keep_draft(Workspace(workspace), draft(zones=[], rules={}, places=[]))
    assert not (workspace / "inputs" / "my_policy_berths.csv").exists()
    assert sim.load_scenario("my_policy").berths.added_file is None


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ({"kind": "berth", "spaces": 0}, "place 1: spaces: expected a whole number from 1 to 50, found 0"),
        ({"kind": "berth", "spaces": 2.5}, "spaces: expected a whole number"),
        ({"kind": "charger", "power_kw": "much"}, "power_kw: expected a number from 1 to 1000, found 'much'"),
        ({"kind": "hub", "lon": 25.9}, "place 1: found no street within 1000 m"),
    ],
)
def test_places_that_cannot_be_are_told(workspace: Path, place: dict[str, Any], told: str) -> None:
    """Numbers out of range, parts of spaces, places off the map: named with what was expected."""
    faults = faults_of(draft(places=[{"lon": 24.942, "lat": 60.168, **place}]))
    assert any(told in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"effect": "charge", "charge": {"by": "entry", "cny": 15.0, "most_cny_per_day": 45.0}}, None),
        ({"effect": "speed_limit", "speed_kph": 30.0}, None),
        ({"effect": "stay_limit", "stay_min": 15.0}, None),
        ({"effect": "charge", "charge": {"by": "entry", "cny": None}}, "charge.cny"),
        ({"effect": "speed_limit", "speed_kph": 500.0}, "speed_kph"),
        ({"effect": "stay_limit", "stay_min": None}, "stay_min"),
    ],
)
def test_rules_of_every_effect_are_kept_or_told(workspace: Path, rule: dict[str, Any], told: str | None) -> None:
    """Charges, speed limits and limits of stay are drawn as bans are; what is missing or out of range is named."""
    changed = draft(rules={"rule_1": {**RULE, **rule}})
    if told is None:
        keep_draft(Workspace(workspace), changed)
        assert sim.load_scenario("my_policy").policy.rules["rule_1"].effect == rule["effect"]
    else:
        assert any(told in fault for fault in faults_of(changed)), faults_of(changed)

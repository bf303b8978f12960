"""Conditional restrictions of OpenStreetMap: what they mean, what is refused, and that they come back as they went."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.cli import main
from sim.errors import ConfigError
from sim.network import RoadNetwork, read_network
from sim.policy import VehicleTraits
from sim.policy.access_rule import AccessRuleParams
from sim.policy.osm_conditional import osm_tags_of, rules_from_osm, tags_of_network, weekly_hours
from sim.policy.time_window import window_intervals
from sim.units import WEEKDAYS, Weekday, to_us

VAN = VehicleTraits(gross_kg=3300.0)
TRUCK = VehicleTraits(gross_kg=12_000.0)


@pytest.fixture(scope="module")
def network() -> RoadNetwork:
    """Any network with links 0 to 9."""
    return read_network("grid")


def rules_of(network: RoadNetwork, **tags: str) -> dict[str, AccessRuleParams]:
    """Rules of link 3 with tags, `_` for `:`."""
    rows = [(3, name.replace("__", ":"), value) for name, value in tags.items()]
    return rules_from_osm(pd.DataFrame(rows, columns=["link_id", "tag", "value"]), network).rules


def is_closed(rules: dict[str, AccessRuleParams], traits: VehicleTraits, day: Weekday, clock_s: float) -> bool:
    """Whether link 3 is closed to a diesel vehicle, by the words of the rules alone."""
    closed = allowed = False
    for rule in rules.values():
        if not rule.applies_to("light", "diesel", traits):
            continue
        on = window_intervals(
            rule.when.clock_windows(), rule.when.days(), first_weekday=day, horizon_us=to_us(86_400.0)
        )
        holds = any(begin <= to_us(clock_s) < end for begin, end in on)
        closed |= holds and rule.effect == "deny"
        allowed |= holds and rule.effect == "allow"
    return closed and not allowed


def test_a_goods_ban_in_the_peak_is_for_vans_up_to_3_5_t_alone(network: RoadNetwork) -> None:
    """07:00 to 08:30 on weekdays."""
    rules = rules_of(network, goods__conditional="no @ (Mo-Fr 07:00-08:30)")
    assert is_closed(rules, VAN, "mo", 7.0 * 3600) and not is_closed(rules, VAN, "mo", 8.5 * 3600)
    assert not is_closed(rules, VAN, "sa", 7.5 * 3600)
    assert not is_closed(rules, TRUCK, "mo", 7.5 * 3600)


def test_a_window_across_midnight_belongs_to_the_day_it_begins(network: RoadNetwork) -> None:
    """Friday 22:00 to 06:00 ends on Saturday morning; Saturday night is free."""
    rules = rules_of(network, hgv__conditional="no @ (Fr 22:00-06:00)")
    assert is_closed(rules, TRUCK, "fr", 23.0 * 3600) and is_closed(rules, TRUCK, "sa", 5.0 * 3600)
    assert not is_closed(rules, TRUCK, "sa", 6.0 * 3600) and not is_closed(rules, TRUCK, "fr", 5.0 * 3600)


def test_a_special_tag_opens_what_a_general_one_shuts(network: RoadNetwork) -> None:
    """No motor vehicles by day but goods at any hour: vans may, trucks may not; without a ban `yes` is nothing."""
    rules = rules_of(network, motor_vehicle__conditional="no @ (08:00-20:00)", goods="yes")
    assert not is_closed(rules, VAN, "tu", 12.0 * 3600) and is_closed(rules, TRUCK, "tu", 12.0 * 3600)
    assert rules_of(network, goods="yes") == {}


def test_weights_hours_and_several_clauses(network: RoadNetwork) -> None:
    """Above 7.5 t never by day; by night only above 18 t."""
    rules = rules_of(
        network, motor_vehicle__conditional="no @ (06:00-22:00 AND weight>7.5); no @ (22:00-06:00 AND weight > 18)"
    )
    heavy, light = VehicleTraits(gross_kg=20_000.0), VehicleTraits(gross_kg=7500.0)
    assert [is_closed(rules, traits, "mo", 12.0 * 3600) for traits in (heavy, TRUCK, light)] == [True, True, False]
    assert [is_closed(rules, traits, "mo", 23.0 * 3600) for traits in (heavy, TRUCK, light)] == [True, False, False]


def test_what_only_through_traffic_meets_is_left_out_and_said(network: RoadNetwork) -> None:
    """A note names it; so does one about a condition that is not modelled."""
    table = pd.DataFrame(
        [(3, "goods:conditional", "delivery @ (Mo-Fr 10:00-18:00)"), (4, "hgv:conditional", "no @ (length>12)")],
        columns=["link_id", "tag", "value"],
    )
    found = rules_from_osm(table, network)
    assert found.rules == {} and len(found.notes) == 2
    assert "through traffic" in found.notes[0] and "length>12" in found.notes[1]


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("no @ (Mo-Fr 07:00-25:00)", "found 25:00"),
        ("no @ (Mo-Fr 07:00)-09:00", "opening hours|brackets"),
        ("no @ (Someday 07:00-09:00)", "expected opening hours"),
        ("no", "WORD @"),
        ("no @ ()", "expected opening hours"),
        ("maybe @ (07:00-09:00)", "found 'maybe'"),
        ("no @ (Nov-Mar 07:00-09:00)", "the same every week"),
        ("no @ (PH 07:00-09:00)", "the same every week"),
        ("no @ (07:00-09:00 off)", "never"),
    ],
)
def test_values_outside_the_grammar_are_refused(network: RoadNetwork, value: str, fault: str) -> None:
    """With the link, the tag, and what was expected."""
    with pytest.raises(ConfigError, match=fault) as told:
        rules_of(network, goods__conditional=value)
    assert "link 3: goods:conditional" in str(told.value)


WINDOWS = st.tuples(st.integers(0, 95), st.integers(1, 95)).map(
    lambda pair: f"{pair[0] // 4:02d}:{pair[0] % 4 * 15:02d}-{_clock(pair[0] + pair[1])}"
)


def _clock(quarter: int) -> str:
    at = quarter % 96
    return "24:00" if quarter == 96 else f"{at // 4:02d}:{at % 4 * 15:02d}"


@settings(max_examples=60, deadline=None)
@given(
    windows=st.lists(WINDOWS, min_size=1, max_size=3),
    days=st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=7, unique=True),
    effect=st.sampled_from(["deny", "allow"]),
    who=st.sampled_from(
        [
            {},
            {"powertrain": ["diesel", "petrol", "bev", "phev"], "gross_above_kg": 3500.0},
            {"powertrain": ["diesel", "petrol", "bev", "phev"], "gross_up_to_kg": 3500.0},
            {"gross_above_kg": 7500.0, "gross_up_to_kg": 12_000.0},
            {"access_class": ["medium", "heavy"]},
        ]
    ),
)
def test_rules_written_and_read_again_mean_the_same(
    windows: list[str], days: list[Weekday], effect: str, who: dict[str, object]
) -> None:
    """At every quarter of an hour of the week, for vehicles of every class."""
    grid = read_network("grid")
    rule = AccessRuleParams.model_validate(
        {"effect": effect, "where": {"link_ids": [3, 5]}, "who": who, "when": {"weekdays": days, "windows": windows}}
    )
    tags = osm_tags_of({"own": rule}, grid)
    again = rules_from_osm(tags, grid).rules
    assert set(tags["link_id"]) == {3, 5}
    assert all(other.effect == effect and set(other.where.link_ids) == {3, 5} for other in again.values())
    for kind, kg in (
        ("tricycle", 600.0),
        ("light", 3000.0),
        ("light", 4500.0),
        ("medium", 9000.0),
        ("heavy", 25_000.0),
    ):
        traits = VehicleTraits(gross_kg=kg)
        for day in WEEKDAYS:
            assert _hours(again.values(), kind, traits, day) == _hours([rule], kind, traits, day)


def _hours(rules, kind, traits, day):  # type: ignore[no-untyped-def]
    found = set()
    for rule in rules:
        if rule.applies_to(kind, "diesel", traits):
            for begin, end in window_intervals(
                rule.when.clock_windows(), rule.when.days(), first_weekday=day, horizon_us=to_us(86_400.0)
            ):
                found |= {quarter for quarter in range(96) if begin <= to_us(quarter * 900.0) < end}
    return found


def test_opening_hours_over_several_days_are_parted_at_midnight() -> None:
    """From Saturday noon to Sunday evening in one stretch."""
    assert weekly_hours("Sa 12:00-24:00; Su 00:00-18:00") == [(("sa",), ("12:00-24:00",)), (("su",), ("00:00-18:00",))]
    assert weekly_hours("24/7") == [(("mo", "tu", "we", "th", "fr", "sa", "su"), ("00:00-24:00",))]


OSM = """<?xml version="1.0"?><osm version="0.6">
 <node id="1" lat="60.170" lon="24.930"/><node id="2" lat="60.171" lon="24.932"/>
 <node id="3" lat="60.172" lon="24.934"/><node id="4" lat="60.170" lon="24.936"/>
 <way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="tertiary"/>
  <tag k="goods:forward:conditional" v="no @ (Mo-Fr 07:00-09:00)"/></way>
 <way id="2"><nd ref="2"/><nd ref="3"/><tag k="highway" v="tertiary"/></way>
 <way id="3"><nd ref="3"/><nd ref="4"/><tag k="highway" v="tertiary"/><tag k="hgv" v="no"/></way>
 <way id="4"><nd ref="4"/><nd ref="1"/><tag k="highway" v="tertiary"/></way></osm>"""


def test_from_a_file_of_osm_to_rules_that_a_run_obeys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Links end where the restriction does, the network keeps the tags, and the command makes an option of policy."""
    pytest.importorskip("osmium")
    (tmp_path / "town.osm").write_text(OSM, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["network", "build", "osm", "town.osm", "--name", "town", "--out", "networks/town"]) == 0
    town = read_network("networks/town")
    tags = tags_of_network(town)
    assert sorted(tags["tag"]) == ["goods:conditional", "hgv", "hgv"]
    one_way = town.links.set_index("link_id").loc[tags.loc[tags["tag"] == "goods:conditional", "link_id"]]
    assert (one_way["from_node_id"].tolist(), one_way["to_node_id"].tolist()) == ([1], [2])
    command = [
        "policy",
        "import",
        "--format",
        "osm",
        "--network",
        "networks/town",
        "--out",
        "configs/policy/signed.yaml",
    ]
    assert main(command) == 0
    rules = yaml.safe_load(Path("configs/policy/signed.yaml").read_text(encoding="utf-8"))["rules"]
    assert sorted(rule["who"].get("gross_above_kg", 0.0) for rule in rules.values()) == [0.0, 3500.0]
    wrong = tmp_path / "tags.csv"
    wrong.write_text("link_id,tag,value\n0,hgv:conditional,no @ (Mo-Fr 07:00-25:00)\n9999,hgv,no\n", encoding="utf-8")
    command[2:2] = [str(wrong)]
    assert main(command) == 2

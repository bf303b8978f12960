"""Compiled closures against hand-worked cases and a plain, slow evaluator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.contracts import ACCESS_CLASSES, FOREVER_US, POWERTRAINS, LinkClosures
from sim.errors import ConfigError
from sim.network import RoadNetwork
from sim.policy import AccessRuleParams, VehicleTraits, compile_closures

RuleOf = Callable[..., AccessRuleParams]
MINUTE_US = 60_000_000
DAY_US = 1440 * MINUTE_US
DAY_NAMES = ["mo", "tu", "we", "th", "fr", "sa", "su"]
MONDAY = datetime(2024, 1, 1)


def closures_of(rules: Mapping[str, AccessRuleParams], network: RoadNetwork, **changes: Any) -> LinkClosures:
    """Closures for a light diesel van from Monday on over one day, with changes."""
    vehicle = {"access_class": "light", "powertrain": "diesel", "weekday": "mo", "horizon_us": DAY_US}
    return compile_closures(rules, network, **{**vehicle, **changes})


# -- by hand -----------------------------------------------------------------------------------


def test_links_of_the_zone_are_closed_in_the_window(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """Core meets links 1 to 4: closed from 07:00:00.000000 on, open again at 08:30:00.000000 exactly."""
    closures = closures_of({"r": rule_of()}, strip)
    assert np.diff(closures.start).tolist() == [0, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    assert not closures.is_closed(2, 7 * 60 * MINUTE_US - 1)
    assert closures.is_closed(2, 7 * 60 * MINUTE_US)
    assert closures.is_closed(2, 510 * MINUTE_US - 1)
    assert not closures.is_closed(2, 510 * MINUTE_US)
    assert closures.opens_us(2, 8 * 60 * MINUTE_US) == 510 * MINUTE_US


def test_overlapping_rules_make_one_interval(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """07:00-08:30 in the core and 08:00-10:00 in the ring: links 1 to 4 are closed 07:00-10:00, 5 and 6 from 08:00."""
    ring = rule_of(where={"zone_ids": ["ring"]}, when={"weekdays": ["mo"], "windows": ["08:00-10:00"]})
    closures = closures_of({"core": rule_of(), "ring": ring}, strip)
    assert np.diff(closures.start).tolist() == [0, 1, 1, 1, 1, 1, 1, 0, 0, 0]
    assert (closures.from_us // MINUTE_US).tolist() == [420] * 4 + [480] * 2
    assert (closures.until_us // MINUTE_US).tolist() == [600] * 6


def test_an_exemption_opens_nothing_that_another_rule_closes(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """Electric vans are exempt from the first rule only; the second still holds for them."""
    rules = {
        "a": rule_of(exempt={"powertrain": ["bev"]}),
        "b": rule_of(when={"weekdays": ["mo"], "windows": ["12:00-13:00"]}),
    }
    assert (closures_of(rules, strip, powertrain="bev").from_us // MINUTE_US).tolist() == [720] * 4


def test_all_hours_close_the_links_for_good(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """A ban of every hour never opens: the links might as well not be there."""
    rule = rule_of(when={"weekdays": ["mo-su"], "windows": ["00:00-24:00"]})
    closures = closures_of({"r": rule}, strip)
    assert np.diff(closures.start).tolist() == [0, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    assert set(closures.from_us) == {0}
    assert closures.opens_us(3, 12345) == FOREVER_US


def test_exempting_everyone_is_no_rule(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """With all powertrains exempt the arrays are those of a network without rules."""
    rule = rule_of(exempt={"powertrain": list(POWERTRAINS)})
    none = LinkClosures.none(strip.n_links)
    for access_class in ACCESS_CLASSES:
        for powertrain in POWERTRAINS:
            closures = closures_of({"r": rule}, strip, access_class=access_class, powertrain=powertrain)
            for name in ("start", "from_us", "until_us"):
                assert np.array_equal(getattr(closures, name), getattr(none, name))
                assert getattr(closures, name).dtype == getattr(none, name).dtype


def test_a_zone_without_links_closes_nothing(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """The park has no street."""
    assert closures_of({"r": rule_of(where={"zone_ids": ["park"]})}, strip).is_empty


def test_zones_are_checked_for_rules_that_do_not_apply(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """A typing error in a rule for trucks is told even when only vans are about."""
    rule = rule_of(who={"access_class": ["heavy"]}, where={"zone_roles": ["center"]})
    with pytest.raises(ConfigError, match="found 'center'"):
        closures_of({"r": rule}, strip)


# -- against a plain evaluator -----------------------------------------------------------------


ZONE_VALUES = ("zone_id", "role", "geometry")


@cache
def meets(polygon: shapely.Polygon, line: shapely.LineString) -> bool:
    """Whether a street has a point in common with a zone."""
    return bool(polygon.intersects(line))


NOMINAL_KG = {"tricycle": 600.0, "light": 4500.0, "medium": 12_000.0, "heavy": 25_000.0}


def is_one_of(vehicles: dict[str, Any], who: dict[str, Any]) -> bool:
    """Whether a vehicle meets all that is asked."""
    has_exhaust = who["powertrain"] not in ("bev", "human")
    kg = NOMINAL_KG[who["access_class"]] if who["gross_kg"] is None else who["gross_kg"]
    for key, asked in vehicles.items():
        if key in ("access_class", "powertrain") and who[key] not in asked:
            return False
        if key == "emission_standard_min" and has_exhaust and who["emission_standard"] < asked:
            return False
        if key == "emission_standard_max" and (not has_exhaust or who["emission_standard"] > asked):
            return False
        if key == "gross_above_kg" and not kg > asked:
            return False
        if key == "gross_up_to_kg" and not kg <= asked:
            return False
    return True


def is_denied(
    rules: list[dict[str, Any]], network: RoadNetwork, link: int, who: dict[str, Any], now: datetime, *, dated: bool
) -> bool:
    """Whether entering is denied, rule by rule, with calendar dates and one polygon at a time."""
    denied = allowed = False
    for rule in rules:
        where = rule["where"]
        inside = link in where.get("link_ids", []) or any(
            role in where.get("zone_roles", []) or zone_id in where.get("zone_ids", [])
            for zone_id, role, polygon in zip(*(network.zones[name] for name in ZONE_VALUES), strict=True)
            if meets(polygon, network.links["geometry"].iloc[link])
        )
        if "road_classes" in where:
            of_class = network.links["road_class"].iloc[link] in where["road_classes"]
            inside = of_class and (inside or set(where) == {"road_classes"})
        exempt = rule.get("exempt")
        is_exempt = bool(exempt) and is_one_of(exempt, who)
        if inside and is_one_of(rule["who"], who) and not is_exempt and is_in_hours(rule["when"], now, dated=dated):
            denied |= rule["effect"] == "deny"
            allowed |= rule["effect"] == "allow"
    return denied and not allowed


def is_in_season(seasons: list[str], day: date) -> bool:
    """Whether a day is in a part of the year, both ends included, or in a span of dates; true where there is none."""
    for text in seasons:
        first, _, last = text.partition("..")
        if len(first) == 10:
            if first <= day.isoformat() <= (last or first):
                return True
            continue
        today = f"{day:%m-%d}"
        last = last or first
        if first <= today <= last if first <= last else (today >= first or today <= last):
            return True
    return not seasons


def is_in_hours(when: dict[str, Any], now: datetime, *, dated: bool) -> bool:
    """Whether one of the windows, begun today or yesterday on one of the weekdays and in season, is on."""
    for day in (now.date(), now.date() - timedelta(days=1)):
        if DAY_NAMES[day.weekday()] not in when["weekdays"]:
            continue
        if dated and not is_in_season(when.get("seasons", []), day):
            continue
        for window in when["windows"]:
            first, last = (text.split(":") for text in window.split("-"))
            begin = datetime(day.year, day.month, day.day) + timedelta(hours=int(first[0]), minutes=int(first[1]))
            end = datetime(day.year, day.month, day.day) + timedelta(hours=int(last[0]), minutes=int(last[1]))
            if end <= begin:
                end += timedelta(days=1)
            if begin <= now < end:
                return True
    return False


def clock(minutes: int) -> str:
    """Minutes of the day as HH:MM."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def some_of(values: tuple[str, ...] | list[str]) -> st.SearchStrategy[list[str]]:
    """A few of the values."""
    return st.lists(st.sampled_from(list(values)), min_size=1, max_size=3, unique=True)


WINDOWS = (
    st.tuples(st.integers(0, 95), st.integers(0, 96))
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: f"{clock(15 * pair[0])}-{clock(15 * pair[1])}")
)
MONTHS = st.sampled_from(["01-01", "01-02", "03-15", "06-30", "11-15", "12-31"])
SEASONS = st.one_of(
    st.tuples(MONTHS, MONTHS).filter(lambda ends: ends[0] != ends[1]).map("..".join),
    st.sampled_from(["2024-01-01..2024-01-03", "2024-01-02", "12-31"]),
)
VEHICLES = st.fixed_dictionaries(
    {},
    optional={
        "access_class": some_of(ACCESS_CLASSES),
        "powertrain": some_of(POWERTRAINS),
        "emission_standard_min": st.integers(1, 3),
        "emission_standard_max": st.integers(3, 6),
        "gross_above_kg": st.sampled_from([600.0, 3000.0, 3500.0]),
        "gross_up_to_kg": st.sampled_from([3500.0, 4500.0, 12_000.0]),
    },
)
VANS = st.fixed_dictionaries(
    {
        "access_class": st.sampled_from(ACCESS_CLASSES),
        "powertrain": st.sampled_from(POWERTRAINS),
        "emission_standard": st.integers(1, 6),
        "gross_kg": st.sampled_from([None, 600.0, 3500.0, 3500.5, 12_000.0]),
    }
)
RULES = st.fixed_dictionaries(
    {
        "effect": st.sampled_from(["deny", "deny", "allow"]),
        "where": st.fixed_dictionaries(
            {},
            optional={
                "zone_roles": some_of(["centre", "inner_ring"]),
                "zone_ids": some_of(["core", "port", "park"]),
                "link_ids": st.lists(st.integers(0, 9), min_size=1, max_size=3, unique=True),
                "road_classes": st.sampled_from([["primary"], ["residential"], ["primary", "residential"]]),
            },
        ).filter(bool),
        "who": VEHICLES,
        "when": st.fixed_dictionaries(
            {"weekdays": some_of(DAY_NAMES), "windows": st.lists(WINDOWS, min_size=1, max_size=3)},
            optional={"seasons": st.lists(SEASONS, min_size=1, max_size=2)},
        ),
    },
    optional={"exempt": VEHICLES.filter(bool)},
)


RULE_SETS = {
    "rules": st.lists(RULES, max_size=4),
    "van": VANS,
    "first_day": st.integers(0, 6),
    "days": st.integers(1, 3),
    "extra_us": st.integers(0, DAY_US - 1),
    "dated": st.booleans(),
    "times_us": st.lists(st.integers(0, 3 * DAY_US), min_size=5, max_size=5),
}


@settings(max_examples=100, deadline=None)
@given(**RULE_SETS)
def test_arrays_say_what_the_plain_evaluator_says(strip: RoadNetwork, **drawn: Any) -> None:
    """Over random rules, vehicles and weekdays: equal on every link at random times and at bounds."""
    _compare(strip, **drawn)


@pytest.mark.slow
@settings(max_examples=1000, deadline=None)
@given(**RULE_SETS)
def test_arrays_say_what_the_plain_evaluator_says_of_a_thousand_rule_sets(strip: RoadNetwork, **drawn: Any) -> None:
    """The same over 1,000 rule sets that deny and allow, by zone, link, road class, weight, standard and season."""
    _compare(strip, **drawn)


def _compare(
    strip: RoadNetwork,
    *,
    rules: list[dict[str, Any]],
    van: dict[str, Any],
    first_day: int,
    days: int,
    extra_us: int,
    dated: bool,
    times_us: list[int],
) -> None:
    horizon_us = days * DAY_US - extra_us
    start = MONDAY + timedelta(days=first_day)
    closures = compile_closures(
        {f"rule_{number}": AccessRuleParams.model_validate(rule) for number, rule in enumerate(rules)},
        strip,
        access_class=van["access_class"],
        powertrain=van["powertrain"],
        traits=VehicleTraits(van["emission_standard"], van["gross_kg"]),
        weekday=DAY_NAMES[first_day],  # type: ignore[arg-type]
        horizon_us=horizon_us,
        day=start.date() if dated else None,
    )
    bounds = {int(time) for time in (*closures.from_us, *closures.until_us)}
    for rule in rules:
        for window in rule["when"]["windows"]:
            hour, minute = window.split("-")[0].split(":")
            bounds.add((int(hour) * 60 + int(minute)) * MINUTE_US)
    times = {time + step for time in bounds for step in (-1, 0)} | set(times_us)
    for time_us in sorted(time for time in times if 0 <= time < horizon_us):
        now = start + timedelta(microseconds=time_us)
        for link in range(strip.n_links):
            expected = is_denied(rules, strip, link, van, now, dated=dated)
            assert closures.is_closed(link, time_us) == expected
    for link in range(strip.n_links):
        rows = slice(closures.start[link], closures.start[link + 1])
        ends = np.column_stack([closures.from_us[rows], closures.until_us[rows]]).reshape(-1)
        assert np.all(np.diff(ends) > 0)


@settings(max_examples=50, deadline=None)
@given(rules=st.lists(RULES, min_size=1, max_size=3), first_day=st.integers(0, 6))
def test_a_link_that_opens_is_open_then(strip: RoadNetwork, rules: list[dict[str, Any]], first_day: int) -> None:
    """The end of a closure that is on at the horizon is the true one, even days later."""
    closures = compile_closures(
        {str(number): AccessRuleParams.model_validate(rule) for number, rule in enumerate(rules)},
        strip,
        access_class="light",
        powertrain="diesel",
        weekday=DAY_NAMES[first_day],  # type: ignore[arg-type]
        horizon_us=DAY_US,
    )
    start = MONDAY + timedelta(days=first_day)
    van = {"access_class": "light", "powertrain": "diesel", "emission_standard": 6, "gross_kg": None}
    for link in range(strip.n_links):
        opens_us = closures.opens_us(link, DAY_US - 1)
        if opens_us < FOREVER_US:
            assert not is_denied(rules, strip, link, van, start + timedelta(microseconds=opens_us), dated=False)
        if opens_us >= DAY_US:
            before = start + timedelta(microseconds=min(opens_us, 40 * DAY_US) - 1)
            assert is_denied(rules, strip, link, van, before, dated=False)


# -- rules that open, seasons, single links ----------------------------------------------------


def test_an_allow_rule_opens_what_others_close(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """Closed 07:00-08:30, open for all between 07:30 and 08:00: two closed parts, whatever the order of the rules."""
    opens = rule_of(effect="allow", when={"weekdays": ["mo"], "windows": ["07:30-08:00"]})
    for rules in ({"ban": rule_of(), "open": opens}, {"open": opens, "ban": rule_of()}):
        closures = closures_of(rules, strip)
        rows = slice(closures.start[2], closures.start[3])
        assert (closures.from_us[rows] // MINUTE_US).tolist() == [420, 480]
        assert (closures.until_us[rows] // MINUTE_US).tolist() == [450, 510]


def test_a_rule_may_name_links(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """Links 0 and 9, besides those of the port."""
    closures = closures_of({"r": rule_of(where={"zone_ids": ["port"], "link_ids": [0, 9]})}, strip)
    assert np.flatnonzero(np.diff(closures.start)).tolist() == [0, 7, 8, 9]


def test_seasons_depend_on_the_date(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """A winter rule holds on 6 January 2025, not on 7 July, and without a date always."""
    rule = rule_of(when={"weekdays": ["mo"], "windows": ["07:00-08:30"], "seasons": ["11-15..03-15"]})
    assert not closures_of({"r": rule}, strip, day=datetime(2025, 1, 6).date()).is_empty
    assert closures_of({"r": rule}, strip, day=datetime(2025, 7, 7).date()).is_empty
    assert not closures_of({"r": rule}, strip).is_empty


def test_weight_and_standard_reach_the_arrays(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """A ban of National III and worse above 3.5 t."""
    rule = rule_of(who={"emission_standard_max": 3, "gross_above_kg": 3500})
    assert not closures_of({"r": rule}, strip, traits=VehicleTraits(3, 4000.0)).is_empty
    assert closures_of({"r": rule}, strip, traits=VehicleTraits(4, 4000.0)).is_empty
    assert closures_of({"r": rule}, strip, traits=VehicleTraits(3, 3500.0)).is_empty

"""Loading berths by rule, from a table, and as zones of the Curb Data Specification."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.errors import ConfigError, SitesError
from sim.facilities import BerthParams, LoadingBerth, berths_by_rule, day_berths, write_curb_zones
from sim.network import RoadNetwork, read_network


@pytest.fixture(scope="module")
def grid() -> RoadNetwork:
    """The grid of the package."""
    return read_network("grid")


def params(**changes: object) -> BerthParams:
    """The default berths with changes."""
    return sim.load_scenario("baseline", ["network=grid"]).berths.model_copy(update=changes)


NO_SHOPS = pd.DataFrame({"link": np.zeros(0, dtype=np.int32), "has_offstreet": np.zeros(0, dtype=bool)})


def test_shops_ask_for_spaces_and_half_the_supply_is_a_thinning(grid: RoadNetwork) -> None:
    """Ten shops on each of two links at 0.5 a shop: five spaces each; half of that is at the same places."""
    shops = pd.DataFrame({"link": [3] * 10 + [7] * 10, "has_offstreet": False})
    full = berths_by_rule(grid, shops, params(spaces_per_shop=0.5, max_spaces_per_berth=20))
    assert [(berth.link, berth.spaces) for berth in full] == [(3, 5), (7, 5)]
    half = berths_by_rule(grid, shops, params(spaces_per_shop=0.25, max_spaces_per_berth=20))
    assert sum(berth.spaces for berth in half) == 5
    assert {berth.link for berth in half} <= {berth.link for berth in full}


def test_streets_of_a_class_get_spaces_by_length(grid: RoadNetwork) -> None:
    """Links of 200 m at ten spaces a km and direction: two on every link of that class, none elsewhere."""
    name = str(grid.links["road_class"].mode()[0])
    berths = berths_by_rule(grid, NO_SHOPS, params(spaces_per_km={name: 10.0}))
    assert {berth.link for berth in berths} == set(np.flatnonzero(grid.links["road_class"] == name).tolist())
    assert {berth.spaces for berth in berths} == {2}


def test_a_class_that_the_network_lacks_is_refused(grid: RoadNetwork) -> None:
    """All faults at once, with the classes that there are."""
    with pytest.raises(ConfigError, match=r"motorway(.|\n)*canal"):
        berths_by_rule(grid, NO_SHOPS, params(spaces_per_km={"motorway": 1.0, "canal": 2.0}))


@settings(max_examples=60, deadline=None)
@given(
    from_h=st.integers(0, 23),
    hours=st.integers(1, 23),
    clock_h=st.floats(0, 23.99),
    day=st.integers(0, 3),
)
def test_hours_hold_on_every_day_and_across_midnight(from_h: int, hours: int, clock_h: float, day: int) -> None:
    """A berth is open when the clock is within its hours, counted by hand on a 24 hour dial."""
    berth = LoadingBerth("b", 0, 0.0, 0.0, 1, 1800.0, None, (from_h * 3600.0, (from_h + hours) * 3600.0))
    is_open = (clock_h - from_h) % 24.0 < hours
    assert berth.admits("light", (24 * day + clock_h) * 3600.0) == is_open


def test_classes_and_price() -> None:
    """Half an hour at 10 CNY/h costs 5 CNY; a berth for light vans is closed to trucks."""
    berth = LoadingBerth("b", 0, 0.0, 0.0, 1, 1800.0, ("light",), price_cny_per_h=10.0)
    assert berth.price_cny(1800.0) == 5.0
    assert berth.admits("light", 0.0) and not berth.admits("heavy", 0.0)


def test_curb_zones_come_back_as_they_were_written(grid: RoadNetwork, tmp_path: Path) -> None:
    """Names, links, spaces, limits, hours, classes and prices survive."""
    shops = pd.DataFrame({"link": [3, 3, 3, 7, 7, 12], "has_offstreet": False})
    rule = params(spaces_per_shop=1.0, hours="22:00-06:00", price_cny_per_h=6.0, user_classes=("light", "tricycle"))
    berths = berths_by_rule(grid, shops, rule)
    file = write_curb_zones(berths, grid, tmp_path / "zones.json")
    back = day_berths(grid, shops, params(berths_file=str(file)), "mo")
    assert [berth.berth_id for berth in back] == [berth.berth_id for berth in berths]
    for before, after in zip(berths, back, strict=True):
        assert after.link in (before.link, *np.flatnonzero(grid.to_node == grid.from_node[before.link]))
        assert np.hypot(after.x_m - before.x_m, after.y_m - before.y_m) < 0.1
        assert set(after.user_classes or ()) == set(before.user_classes or ())
        same = {"link": 0, "x_m": 0.0, "y_m": 0.0, "user_classes": None}
        assert dataclasses.replace(after, **same) == dataclasses.replace(before, **same)


def test_a_file_cut_short_and_one_with_faults_are_told(grid: RoadNetwork, tmp_path: Path) -> None:
    """The first ends early; the second has an unknown policy, a polygon that is none and another version."""
    file = write_curb_zones(
        berths_by_rule(grid, NO_SHOPS, params(spaces_per_km={"residential": 5.0})), grid, tmp_path / "z.json"
    )
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: len(text) // 2], encoding="utf-8")
    with pytest.raises(SitesError, match="ends early"):
        day_berths(grid, NO_SHOPS, params(berths_file=str(file)), "mo")
    document = json.loads(text)
    document["version"] = "2.0.0"
    document["data"]["zones"][0]["geometry"] = {"type": "Point", "coordinates": [1, 2]}
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(SitesError, match=r"version(.|\n)*2\.0\.0|zones\[0\]"):
        day_berths(grid, NO_SHOPS, params(berths_file=str(file)), "mo")


def test_a_table_gives_berths_and_all_its_faults(grid: RoadNetwork, tmp_path: Path) -> None:
    """Two good rows; then a table whose every row is wrong in its own way, told together."""
    lon, lat = float(grid.nodes["lon"].mean()), float(grid.nodes["lat"].mean())
    good = tmp_path / "berths.csv"
    good.write_text(
        "berth_id,lon,lat,spaces,link_id,hours,user_classes\n"
        f"a,{lon},{lat},2,5,07:00-19:00,light medium\nb,{lon},{lat},1,,,\n",
        encoding="utf-8",
    )
    first, second = day_berths(grid, NO_SHOPS, params(berths_file=str(good)), "mo")
    assert (first.link, first.spaces, first.user_classes) == (5, 2, ("light", "medium"))
    assert first.hours_s == (25_200.0, 68_400.0) and second.user_classes is None
    bad = tmp_path / "bad.csv"
    bad.write_text(
        "berth_id,lon,lat,spaces,link_id,hours\n"
        f"a,{lon},{lat},0,,\na,{lon},{lat},1,999999,\nc,{lat + 40},{lon},1,,\nd,{lon},{lat},1,,25:00-26:00\n"
        f"e,{lon},{lat},1,3.5,\n",
        encoding="utf-8",
    )
    with pytest.raises(SitesError) as error:
        day_berths(grid, NO_SHOPS, params(berths_file=str(bad)), "mo")
    assert all(part in str(error.value) for part in ("spaces", "again", "999999", "off the map", "25:00-26:00", "3.5"))

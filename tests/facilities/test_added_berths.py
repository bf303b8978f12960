"""Berths of a table besides those by rule."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.errors import SitesError
from sim.facilities.berth_supply import day_berths
from sim.network import read_network


def test_added_berths_stand_besides_those_by_rule(tmp_path: Path) -> None:
    """The same berths as without the table, then those of the table; a name that is taken is refused."""
    network = read_network("grid")
    shops = network.places_of("shop")[["link"]].assign(has_offstreet=False)
    table = tmp_path / "more.csv"
    node = network.nodes.iloc[0]
    table.write_text(f"berth_id,lon,lat,spaces\nnew,{node['lon']},{node['lat']},4\n", encoding="utf-8")
    params = sim.load_scenario("baseline", ["network=grid"]).berths
    by_rule = day_berths(network, shops, params, "tu")
    both = day_berths(network, shops, params.model_copy(update={"added_file": str(table)}), "tu")
    assert both[:-1] == by_rule
    assert (both[-1].berth_id, both[-1].spaces) == ("new", 4)
    table.write_text(table.read_text().replace("new", by_rule[0].berth_id), encoding="utf-8")
    with pytest.raises(SitesError, match=f"found {by_rule[0].berth_id}, names of other berths"):
        day_berths(network, shops, params.model_copy(update={"added_file": str(table)}), "tu")


def test_without_the_table_a_run_keeps_its_name() -> None:
    """The new setting does not rename runs that do not use it."""
    content = sim.load_scenario("baseline").content()
    assert "added_file" not in content["berths"]
    assert sim.load_scenario("baseline", ["berths.added_file=x.csv"]).content()["berths"]["added_file"] == "x.csv"

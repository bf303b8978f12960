"""
Every policy of bans seen from outside: from traces, vans, vehicle types and the published rules, by code of this file.

Neither the planner's nor the rules' own code takes part. Each fleet is one that the rule bites: without it there are
entries into the closed streets in the closed hours, with it there is none.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from numpy.typing import NDArray

import sim
from sim.network import RoadNetwork, read_network, write_network

DAY_S = 86400.0
SMALL = (
    "network=grid",
    "traffic=off",
    "run.workers=1",
    "planning.iterations=10",
    "demand.orders_per_day=200",
    "fleet.orders_per_van=10",
)
TYPES = "fleet.vehicle_types"
TRUCKS = (f"{TYPES}.diesel_van.access_class=medium", f"{TYPES}.diesel_van.gross_kg=7490")
MANY_TRICYCLES = (
    "fleet=mixed",
    "fleet.mix.cargo_tricycle=0.4",
    "fleet.mix.diesel_van=0.0",
    "fleet.mix.electric_van=0.2",
)

CASES = {
    "peak_ban": (),
    "all_day_ban": (),
    "staggered_windows": TRUCKS,
    "low_emission_zone": (f"{TYPES}.diesel_van.emission_standard=4",),
    "zero_emission_zone": (),
    "night_heavy": TRUCKS,
    "permit_quota": (),
    "tricycle_phase_out": MANY_TRICYCLES,
    "by_class": TRUCKS,
}
QUICK = ("permit_quota",)


def _day(*overrides: str, cache: str) -> tuple[sim.DeliveryModel, dict[str, pd.DataFrame]]:
    scenario = sim.load_scenario("baseline", [*SMALL, f"paths.cache_dir={cache}", *overrides])
    model = sim.DeliveryModel(scenario, seed=1)
    model.run()
    return model, dict(model.tables())


def _is_meant(who: dict[str, Any], driven: pd.DataFrame) -> NDArray[np.bool_]:
    """Vehicles that a rule names; every key that is given has to hold."""
    known = {"access_class", "powertrain", "emission_standard_max", "permit"}
    assert set(who) <= known, f"this check does not know {set(who) - known}"
    found = np.ones(len(driven), dtype=bool)
    for key in ("access_class", "powertrain"):
        if who.get(key):
            found &= driven[key].isin(who[key]).to_numpy()
    if who.get("emission_standard_max") is not None:
        has_exhaust = ~driven["powertrain"].isin(["bev", "human"])
        found &= (has_exhaust & (driven["emission_standard"] <= who["emission_standard_max"])).to_numpy()
    if who.get("permit"):
        found &= driven["has_permit"].to_numpy()
    return found


def _entries_that_are_forbidden(
    rules: dict[str, Any], model: sim.DeliveryModel, tables: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """Entries into links that a `deny` rule closes to the vehicle at that hour, and no `allow` rule opens."""
    types = {name: kind.emission_standard for name, kind in model.settings.fleet.vehicle_types.items()}
    vans = tables["vans"].astype({"vehicle_type": object})
    vans = vans.assign(emission_standard=vans["vehicle_type"].map(types), has_permit=_permit_holders(vans))
    driven = tables["traces"].astype({"van_id": object}).merge(vans.astype({"van_id": object}), on="van_id")
    links = model.network.links
    clock = driven["enter_s"].to_numpy() % DAY_S
    denied, allowed = np.zeros(len(driven), dtype=bool), np.zeros(len(driven), dtype=bool)
    for rule in rules["rules"]:
        area = shapely.union_all([shapely.from_geojson(json.dumps(zone["geometry"])) for zone in rule["where"]])
        inside = links.loc[shapely.intersects(links["geometry"].to_numpy(), area), "link_id"]
        meets = driven["link_id"].isin(inside).to_numpy() & _is_meant(rule["who"], driven)
        if rule["exempt"]:
            meets &= ~_is_meant(rule["exempt"], driven)
        assert {"tu", "we"} <= set(rule["when"]["weekdays"])  # the day, and the night after it
        in_hours = np.zeros(len(driven), dtype=bool)
        for window in rule["when"]["windows"]:
            in_hours |= (clock >= window["from_s"]) & (clock < window["until_s"])
            in_hours |= clock < window["until_s"] - DAY_S
        if rule["effect"] == "deny":
            denied |= meets & in_hours
        else:
            assert rule["effect"] == "allow"
            allowed |= meets & in_hours
    return driven[denied & ~allowed]


def _permit_holders(vans: pd.DataFrame) -> NDArray[np.bool_]:
    """The first quarter of each carrier's light fuel vans, to the nearest van, halves up: as the policy says it."""
    able = vans["access_class"].eq("light") & vans["powertrain"].isin(["diesel", "petrol"])
    order = able.groupby(vans["carrier_id"].astype(str)).cumsum()
    quota = np.floor(able.groupby(vans["carrier_id"].astype(str)).transform("sum") * 0.25 + 0.5)
    return (able & (order <= quota)).to_numpy()


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Plans found once."""
    return str(tmp_path_factory.mktemp("plans"))


@pytest.mark.parametrize(
    "policy", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in CASES]
)
def test_no_van_enters_what_a_policy_closes_to_it(policy: str, cache: str) -> None:
    """At least ten entries without the rule, none with it; vans that it does not close out still drive there."""
    free_model, free = _day(*CASES[policy], cache=cache)
    ruled_model, ruled = _day(*CASES[policy], f"policy={policy}", cache=cache)
    rules = ruled_model.rules()
    assert len(_entries_that_are_forbidden(rules, free_model, free)) >= 10
    assert len(_entries_that_are_forbidden(rules, ruled_model, ruled)) == 0
    inside = {link for rule in rules["rules"] for link in rule["link_ids"]}
    assert ruled["traces"]["link_id"].isin(inside).any()
    assert (ruled["orders"]["status"] == "delivered").any()


@pytest.mark.parametrize(
    "policy", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in CASES]
)
def test_exempting_everyone_from_a_policy_equals_no_rule(policy: str, cache: str) -> None:
    """Table by table, for each policy."""
    everyone = "{powertrain: [diesel, petrol, bev, phev, human]}"
    names = sim.load_scenario("baseline", [f"policy={policy}"]).policy.rules
    _, free = _day(*CASES[policy], cache=cache)
    exempt = [f"++policy.rules.{name}.exempt={everyone}" for name in names]
    _, ruled = _day(*CASES[policy], f"policy={policy}", *exempt, cache=cache)
    for name, table in free.items():
        pd.testing.assert_frame_equal(ruled[name], table)


def test_a_ban_of_all_hours_is_the_removal_of_the_links(tmp_path: Path, cache: str) -> None:
    """
    Eight links at a crossing without shops, closed to everybody at all hours, and a network without them.

    The tables are equal, links numbered anew; those of the ban have the closed links besides, which nobody has entered.
    """
    whole = read_network("grid")
    without, closed = _cut(whole)
    write_network(without, tmp_path / "cut")
    rule = "policy.rules.light_vans_by_day"
    _, ruled = _day(
        "policy=all_day_ban",
        f"++{rule}.where={{zone_roles: [], link_ids: {closed.tolist()}}}",
        f"{rule}.who.access_class=null",
        f"{rule}.exempt=null",
        f"{rule}.when.windows=['00:00-24:00']",
        cache=cache,
    )
    _, cut = _day(f"network.name={tmp_path / 'cut'}", cache=cache)
    kept = np.setdiff1d(np.arange(whole.n_links), closed)
    assert len(ruled["traces"]) > 500
    assert not ruled["traces"]["link_id"].isin(closed).any()
    assert len(_day(cache=cache)[1]["traces"].query("link_id in @closed")) > 0
    for name, table in cut.items():
        other = ruled[name]
        if "link_id" in table:
            table = table.assign(link_id=kept[table["link_id"].to_numpy()].astype(table["link_id"].dtype))
            other = other[~other["link_id"].isin(closed)]
        for column in {"berth_id", "place_id"} & set(table.columns):  # berths are named after their links
            named = (
                table[column]
                .astype(object)
                .map(lambda text: f"berth-{kept[int(text[6:])]}" if str(text).startswith("berth-") else text)
            )
            table, other = table.assign(**{column: named}), other.astype({column: object})
        pd.testing.assert_frame_equal(other.reset_index(drop=True), table.reset_index(drop=True), check_dtype=False)


def _cut(network: RoadNetwork) -> tuple[RoadNetwork, NDArray[np.int64]]:
    """A network without the links at the crossing nearest to its middle that no place lies at, and those links."""
    taken = set(network.places["link"])
    middle = network.nodes[["x_m", "y_m"]].mean().to_numpy()
    away_m = np.hypot(*(network.nodes[["x_m", "y_m"]].to_numpy() - middle).T)
    for node in np.argsort(away_m, kind="stable"):
        closed = np.flatnonzero((network.from_node == node) | (network.to_node == node))
        if not taken & set(closed.tolist()):
            break
    kept = np.setdiff1d(np.arange(network.n_links), closed)
    number = np.full(network.n_links, -1)
    number[kept] = np.arange(len(kept))
    links = network.links.iloc[kept].assign(link_id=np.arange(len(kept))).reset_index(drop=True)
    places = network.places.assign(link=number[network.places["link"].to_numpy()].astype(np.int32))
    return replace(network, links=links, places=places), closed

"""Parcels with and without terminal stations, and the demand of another year: the same orders, carried otherwise."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from sim.cli import main
from tests.system.conftest import RunMaker

GRID = ("network=grid", "network.residents=12000", "traffic=off")


def table(folder: Path, name: str) -> pd.DataFrame:
    """A result table of a run."""
    return pd.read_parquet(folder / f"{name}.parquet")


@pytest.fixture(scope="module")
def door(run_dir: RunMaker) -> Path:
    """All parcels go to the door."""
    return run_dir("scenario=parcels", *GRID)


@pytest.fixture(scope="module")
def stations(run_dir: RunMaker) -> Path:
    """Six stations."""
    return run_dir("scenario=parcels", *GRID, "stations.number=6")


def test_stations_change_where_parcels_go_and_nothing_else(door: Path, stations: Path) -> None:
    """Every order is in both days with its number, carrier and load; those of shops are for the same shop."""
    columns = ["carrier_id", "weight_kg", "volume_m3"]
    a, b = (table(folder, "orders").set_index("order_id").sort_index() for folder in (door, stations))
    pd.testing.assert_frame_equal(a[columns], b[columns])
    is_shop = ~a["shop_type"].isin(["home", "station"])
    assert a.loc[is_shop, "shop_id"].equals(b.loc[is_shop, "shop_id"])
    assert set(a.loc[~is_shop, "shop_type"]) == {"home"} and set(b.loc[~is_shop, "shop_type"]) == {"home", "station"}
    assert a.loc[~is_shop, "carrier_id"].str.startswith("courier-").all()
    assert a.loc[is_shop, "carrier_id"].str.startswith("carrier-").all()


def test_stations_spare_stops_and_failed_attempts(door: Path, stations: Path) -> None:
    """Fewer stops at doors, several couriers at one station, nothing refused there, and the indicator counts six."""
    stops = [table(folder, "stops") for folder in (door, stations)]
    at_homes = [int(rows["shop_id"].str.startswith("home-").sum()) for rows in stops]
    assert at_homes[1] < at_homes[0]
    sites = set(table(stations, "orders").query("shop_type == 'station'")["shop_id"])
    at_stations = stops[1][stops[1]["shop_id"].isin(sites)]
    assert (at_stations["outcome"] == "delivered").all()
    assert at_stations.groupby("shop_id")["carrier_id"].nunique().max() > 1
    kpis = [json.loads((folder / "kpis.json").read_text(encoding="utf-8")) for folder in (door, stations)]
    assert [kpi["terminal_stations"]["value"] for kpi in kpis] == [0, 6]


@pytest.fixture(scope="module")
def joint(run_dir: RunMaker) -> Path:
    """The same six stations, and the operator brings the parcels of all couriers to them."""
    return run_dir("scenario=joint_stations", *GRID, "stations.number=6")


@pytest.mark.slow
def test_the_operator_brings_the_parcels_of_all_couriers_to_stations(stations: Path, joint: Path) -> None:
    """The same orders; one operator calls at the stations, seldom more than once, and goods come there by truck."""
    columns = ["carrier_id", "shop_id", "weight_kg", "volume_m3"]
    a, b = (table(folder, "orders").set_index("order_id").sort_index() for folder in (stations, joint))
    pd.testing.assert_frame_equal(a[columns], b[columns])
    sites = set(b.query("shop_type == 'station'")["shop_id"])
    calls = [rows[rows["shop_id"].isin(sites)] for rows in (table(stations, "stops"), table(joint, "stops"))]
    assert calls[0]["carrier_id"].str.startswith("courier-").all()
    assert calls[1]["carrier_id"].str.startswith("operator-").all()
    assert len(calls[1]) < len(calls[0])
    assert calls[1].groupby("shop_id").size().mean() < 1.5
    at_homes = table(joint, "stops").query("shop_id.str.startswith('home-')")
    assert at_homes["carrier_id"].str.startswith("courier-").all()
    trunk_kg = table(joint, "docks")["weight_kg"].sum() / 2.0
    assert trunk_kg == pytest.approx(b.query("shop_type == 'station'")["weight_kg"].sum())


def test_shops_see_nothing_of_the_parcels(run_dir: RunMaker, door: Path) -> None:
    """The orders of shops and the berths are those of the day without parcels."""
    without = run_dir(*GRID)
    orders = table(without, "orders").set_index("order_id")[["shop_id", "carrier_id", "weight_kg", "earliest_s"]]
    beside = table(door, "orders").set_index("order_id")
    pd.testing.assert_frame_equal(beside.loc[orders.index, orders.columns], orders)
    assert not table(without, "orders")["shop_type"].isin(["home", "station"]).any()


def test_the_orders_of_2022_are_among_those_of_2025(run_dir: RunMaker) -> None:
    """Scenario demand_2025 adds orders and changes none."""
    columns = ["shop_id", "carrier_id", "weight_kg", "volume_m3", "earliest_s", "latest_s"]
    before, after = (
        table(run_dir(*GRID, *options), "orders").set_index("order_id")[columns]
        for options in ((), ("scenario=demand_2025",))
    )
    assert len(after) > len(before)
    pd.testing.assert_frame_equal(after.loc[before.index], before)


def test_proposed_sites_are_used_by_a_run(tmp_path: Path, run_dir: RunMaker) -> None:
    """`sim network site` writes what `stations.sites_file` reads; the manifest knows the file."""
    sites = tmp_path / "sites.geojson"
    command = ["network", "site", "--network", "grid", "--stations", "3", "--objective", "coverage"]
    assert main([*command, "--radius-m", "400", "--out", str(sites)]) == 0
    assert sites.with_suffix(".png").stat().st_size > 10_000
    folder = run_dir("scenario=parcels", *GRID, "stations.number=3", f"stations.sites_file={sites}")
    proposed = {
        feature["properties"]["site_id"] for feature in json.loads(sites.read_text(encoding="utf-8"))["features"]
    }
    orders = table(folder, "orders")
    used = set(orders.loc[orders["shop_type"] == "station", "shop_id"])
    assert used and used <= proposed
    assert str(sites) in (folder / "manifest.json").read_text(encoding="utf-8")


def test_proposed_centres_are_used_by_a_run(tmp_path: Path, run_dir: RunMaker) -> None:
    """`sim network site --centres` writes what `joint.centre.sites_file` reads; vans of the operator stand there."""
    sites = tmp_path / "centres.csv"
    assert main(["network", "site", "--network", "grid", "--centres", "2", "--out", str(sites)]) == 0
    folder = run_dir("scenario=joint_50", *GRID, f"joint.centre.sites_file={sites}")
    proposed = set(pd.read_csv(sites)["site_id"])
    vans = table(folder, "vans")
    depots = set(vans.loc[vans["carrier_id"].astype(str).str.startswith("operator"), "depot_id"].astype(str))
    assert depots and depots <= proposed
    assert str(sites) in (folder / "manifest.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("run", "network=grid", "scenario=joint_50", "joint.centre.sites_file=gone.csv"), "gone.csv"),
        (("run", "network=grid", "scenario=parcels", "stations.number=3", "stations.sites_file=gone.csv"), "gone.csv"),
        (("run", "network=grid", "scenario=parcels", "stations.number=9999"), "stations.number"),
        (("run", "network=grid", "stations.sites_file=sites.csv"), "number above 0"),
        (("run", "demand.month=13"), "demand.month"),
        (("network", "site", "--network", "atlantis", "--stations", "3", "--out", "x.csv"), "atlantis"),
        (("network", "site", "--network", "grid", "--stations", "99999", "--out", "x.csv"), "candidates"),
    ],
)
def test_faults_end_with_one_line_and_2(
    arguments: tuple[str, ...],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No traceback, nothing written."""
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and lines[0].startswith("error: ") and says in lines[0]
    assert not any(tmp_path.iterdir())

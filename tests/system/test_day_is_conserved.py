"""What goes into a day comes out of it: orders, vans, energy, and links that join up."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.system.conftest import RunMaker

SCENARIOS = ("baseline", "peak_ban", "all_day_ban", "electric", "base_2022")
SMALL = ("helsinki", "grid")
LARGE = ("zhangdian", "coquimbo")
CASES = [(scenario, network) for network in SMALL for scenario in SCENARIOS]
CASES += [("stations_40", "helsinki"), ("demand_2025", "grid"), ("owner_drivers+chargers_sparse+winter", "grid")]
QUICK_CASES = {
    ("baseline", "helsinki"),
    ("peak_ban", "grid"),
    ("owner_drivers+chargers_sparse+winter", "grid"),
}
"""Those that every run of the suite tries; the others take minutes together."""
SLOW_CASES = [(scenario, network) for network in LARGE for scenario in ("baseline", "all_day_ban", "electric")]


def _tables(folder: Path) -> dict[str, pd.DataFrame]:
    return {path.stem: pd.read_parquet(path) for path in folder.glob("*.parquet")}


def _check(folder: Path) -> None:
    kpis = {name: entry["value"] for name, entry in json.loads((folder / "kpis.json").read_text()).items()}
    tables = _tables(folder)
    orders, trips, vans, stops = tables["orders"], tables["trips"], tables["vans"], tables["stops"]
    assert len(orders) == kpis["orders_total"] > 0
    assert kpis["orders_delivered"] + kpis["orders_failed"] == kpis["orders_total"]
    delivered = orders["status"] == "delivered"
    assert delivered.sum() == kpis["orders_delivered"]
    assert orders["order_id"].is_unique
    assert orders.loc[delivered, ["delivered_s", "stop_id"]].notna().all().all()
    assert orders.loc[~delivered, "delivered_s"].isna().all()

    stops_of_orders = orders[delivered].groupby("stop_id")["weight_kg"].sum()
    unloaded = stops.set_index("stop_id")["weight_kg"]
    np.testing.assert_allclose(unloaded[stops_of_orders.index], stops_of_orders, rtol=1e-9)

    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    last_link = tables["traces"].sort_values(["van_id", "exit_s"]).groupby("van_id")["link_id"].last()
    at_depot = last_link.to_frame().join(vans.set_index("van_id")["depot_id"])
    depot_link = at_depot.groupby("depot_id")["link_id"].agg(lambda links: links.mode().iloc[0])
    is_out = at_depot["link_id"] != depot_link[at_depot["depot_id"]].to_numpy()
    reported = " ".join(manifest["warnings"])
    assert is_out.mean() < 0.05
    assert all(van in reported for van in at_depot.index[is_out]), "a van that is not home is named in the manifest"

    charging = tables["charging"]
    if len(charging):
        assert charging[["soc_start", "soc_end"]].stack().between(0.0, 1.0).all()
        assert (charging["soc_end"] >= charging["soc_start"]).all()
    electric = vans[vans["powertrain"] == "bev"].set_index("van_id")["battery_kwh"]
    for van_id, battery_kwh in electric.items():
        _check_charge(str(van_id), float(battery_kwh), trips, charging)

    links = tables["network_links"].set_index("link_id")
    traces = tables["traces"]
    assert (traces["exit_s"] > traces["enter_s"]).all()
    follows = traces["trip_id"].to_numpy()[1:] == traces["trip_id"].to_numpy()[:-1]
    heads = links.loc[traces["link_id"], "to_node_id"].to_numpy()[:-1]
    tails = links.loc[traces["link_id"], "from_node_id"].to_numpy()[1:]
    assert (heads == tails)[follows].all()
    driven = traces.groupby("trip_id")["link_id"].agg(lambda ids: links.loc[ids, "length_m"].sum())
    np.testing.assert_allclose(driven, trips.set_index("trip_id")["distance_m"][driven.index], rtol=1e-9)


def _check_charge(van_id: str, battery_kwh: float, trips: pd.DataFrame, charging: pd.DataFrame) -> None:
    """Between two charging sessions the state of charge falls by what the trips drew, and stays in [0, 1]."""
    drives = trips[trips["van_id"] == van_id]
    sessions = charging[charging["van_id"] == van_id].sort_values("plug_s")
    if sessions.empty:
        assert drives["energy_kwh"].sum() <= battery_kwh * (1.0 + 1e-9)
        return
    first = sessions.iloc[0]
    before = drives.loc[drives["arrive_s"] <= first["plug_s"], "energy_kwh"].sum()
    assert 0.0 <= first["soc_start"] + before / battery_kwh <= 1.0 + 1e-9
    for (_, one), (_, next_one) in zip(sessions.iloc[:-1].iterrows(), sessions.iloc[1:].iterrows(), strict=True):
        between = drives["depart_s"].between(one["unplug_s"], next_one["plug_s"])
        used = drives.loc[between, "energy_kwh"].sum() / battery_kwh
        assert one["soc_end"] - used == pytest.approx(next_one["soc_start"], abs=1e-9)


@pytest.mark.parametrize(
    ("scenario", "network"),
    [pytest.param(*case, marks=[] if case in QUICK_CASES else [pytest.mark.slow]) for case in CASES],
)
def test_orders_vans_charge_and_links_add_up(scenario: str, network: str, run_dir: RunMaker) -> None:
    """Every scenario on every small network."""
    _check(run_dir(f"scenario={scenario}", f"network={network}", "seed=1"))


@pytest.mark.slow
@pytest.mark.parametrize(("scenario", "network"), SLOW_CASES)
def test_orders_vans_charge_and_links_add_up_in_whole_cities(scenario: str, network: str, run_dir: RunMaker) -> None:
    """The scenarios that change most, on the large networks, on empty streets."""
    _check(run_dir(f"scenario={scenario}", f"network={network}", "seed=1", "traffic=off"))


@pytest.mark.slow
def test_the_default_day_adds_up_and_does_not_jam(run_dir: RunMaker) -> None:
    """900,000 cars: all vehicles arrive, none is forced on; the peak is slower than the night by a sixth."""
    folder = run_dir("seed=1")
    _check(folder)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert not [text for text in manifest["warnings"] if "forced" in text or "did not arrive" in text]
    cars = json.loads((folder / "car_traffic.json").read_text(encoding="utf-8"))
    assert (cars["trips"], cars["forced_moves"], cars["arrived_share"]) == (900_000, 0, 1.0)
    assert cars["relative_gap"] <= 0.02
    links = pd.read_parquet(folder / "links.parquet")
    network = pd.read_parquet(folder / "network_links.parquet").set_index("link_id")
    driven_km = links["inflow_veh"] * network["length_m"].loc[links["link_id"]].to_numpy() / 1e3
    taken_h = links["inflow_veh"] * links["travel_time_s"] / 3600.0
    hour = links["bin_start_s"] // 3600
    speed_kph = driven_km.groupby(hour).sum() / taken_h.groupby(hour).sum()
    assert 0.75 < speed_kph[8] / speed_kph[3] < 0.87

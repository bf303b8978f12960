"""A small run folder with every table, made by hand: six streets by six, two carriers, one day."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
import shapely

from sim.measures.tables import write_network_links, write_tables
from sim.network import RoadNetwork

SIDE = 6
STEP_DEG = 0.004
WEST, SOUTH = 118.03, 36.80
NAMES = ["柳泉路", "金晶大道", "世纪路", "东一路", "华光路", "共青团路"]
CARRIERS = ["齐运配送", "鲁中快运"]


def network_links() -> pd.DataFrame:
    """Links of a grid, both ways; every third street is a primary road with a Chinese name."""
    rows = []
    for i in range(SIDE):
        for j in range(SIDE):
            for di, dj in ((1, 0), (0, 1)):
                if i + di < SIDE and j + dj < SIDE:
                    a, b = (i, j), (i + di, j + dj)
                    for start, end in ((a, b), (b, a)):
                        line = shapely.LineString(
                            [(WEST + x * STEP_DEG, SOUTH + y * STEP_DEG) for x, y in (start, end)]
                        )
                        street = j if di else i
                        rows.append(
                            {
                                "from_node_id": start[0] * SIDE + start[1],
                                "to_node_id": end[0] * SIDE + end[1],
                                "length_m": 400.0,
                                "lanes": 2.0,
                                "free_speed_mps": 13.9,
                                "capacity_veh_per_h": 1500.0,
                                "road_class": "primary" if street % 3 == 0 else "residential",
                                "name": NAMES[street],
                                "geometry": line,
                            }
                        )
    table = pd.DataFrame(rows)
    table.insert(0, "link_id", np.arange(len(table)))
    return table


def run_tables(links: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Tables of a day on which each of six vans makes four stops."""
    vans, trips, traces, stops, charging, berths = [], [], [], [], [], []
    out = links.groupby("from_node_id")["link_id"].apply(list)
    trip_id = 0
    for v in range(6):
        carrier = CARRIERS[v % 2]
        powertrain = ["diesel", "petrol", "bev"][v % 3]
        van = f"van_{v}"
        vans.append((van, carrier, f"{powertrain}_van", powertrain, "light", 1000.0, 5.0, 45.0 * (v % 3 == 2), "d0"))
        node, now = 7 * v % 36, 25_000.0 + 900.0 * v
        for s in range(5):
            depart = now
            for step in range(4):
                link = int(out[node][(v + step + s) % len(out[node])])
                traces.append((van, trip_id, link, now, now + 40.0))
                node, now = int(links["to_node_id"][link]), now + 40.0
            stop = trip_id if s < 4 else None
            electric = powertrain == "bev"
            fuel = 0.0 if electric else 0.16
            trips.append(
                (
                    *(trip_id, van, None, stop, depart, now, 1600.0, 120.0, 40.0),
                    *(0.4 * electric, fuel, 2500 * fuel, 0.5 * fuel, 0.05 * fuel),
                    *(100.0, "delivery" if stop is not None else "home"),
                )
            )
            if stop is not None:
                parking = ["berth", "offstreet", "double"][(v + s) % 3]
                wait = 120.0 if parking == "berth" and s == 1 else 0.0
                berth = f"b{v % 2}" if parking == "berth" else None
                parked = now + wait
                leave = parked + 600.0 + 60.0 * s
                outcome = "failed" if (v, s) == (3, 2) else "delivered"
                stops.append(
                    (
                        *(stop, van, carrier, f"shop_{stop}", f"tour_{v}", now, now, parked, parked + 60.0),
                        *(leave - 30.0, leave, berth, parking, wait, 80.0, 0.4, 1, outcome),
                    )
                )
                if berth:
                    berths.append((berth, link, van, now, parked, leave, 0.0, False, 0.0))
                now = leave
            trip_id += 1
        if powertrain == "bev":
            charging.append((van, "public_1", "c1", now, now + 300.0, now + 2100.0, 15.0, 0.4, 0.7, 15.0, "public"))
            charging.append(
                (van, "depot_1", "c2", now + 3000.0, now + 3000.0, now + 20_000.0, 12.0, 0.7, 0.95, 6.0, "depot")
            )
    columns = {
        "vans": "van_id carrier_id vehicle_type powertrain access_class payload_kg volume_m3 battery_kwh depot_id",
        "trips": "trip_id van_id from_stop_id to_stop_id depart_s arrive_s distance_m free_flow_s delay_s energy_kwh "
        "fuel_l co2_g nox_g pm_g payload_kg purpose",
        "traces": "van_id trip_id link_id enter_s exit_s",
        "stops": "stop_id van_id carrier_id shop_id tour_id planned_arrival_s arrival_s parked_s service_start_s "
        "service_end_s depart_s berth_id parking berth_wait_s weight_kg volume_m3 orders outcome",
        "charging": "van_id site_id connector_id arrive_s plug_s unplug_s energy_kwh soc_start soc_end cost_cny "
        "purpose",
        "costs": "carrier_id component cost_cny",
        "berths": "berth_id link_id van_id arrive_s park_s leave_s over_limit_s booked price_cny",
    }
    costs = [(carrier, part, cost) for carrier in CARRIERS for part, cost in (("driver", 600.0), ("fuel", 170.0))]
    costs.append((CARRIERS[0], "fines", 0.0))
    rows = {"vans": vans, "trips": trips, "traces": traces, "stops": stops, "charging": charging, "berths": berths}
    rows["costs"] = costs
    tables = {name: pd.DataFrame(rows[name], columns=text.split()) for name, text in columns.items()}
    tables["charging_power"] = tables["charging"][["van_id", "site_id", "energy_kwh"]].assign(
        from_s=tables["charging"]["plug_s"], until_s=tables["charging"]["unplug_s"]
    )
    tables["vans"]["soc_morning"] = np.where(tables["vans"]["battery_kwh"] > 0.0, 0.9, np.nan)
    tables["trips"]["load_m3"] = tables["trips"]["payload_kg"] / 200.0
    tables["stops"]["attempt"] = 1
    tables["places"] = place_rows(tables["stops"], tables["berths"], links)
    return tables


def place_rows(stops: pd.DataFrame, berths: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Shops, berths, a charging site and a depot, each at the start of some link."""
    kinds = {"shop": sorted(set(stops["shop_id"])), "berth": sorted(set(berths["berth_id"])), "charger": ["public_1"]}
    kinds["hub"] = ["d0"]
    rows = [(name, kind) for kind, names in kinds.items() for name in names]
    table = pd.DataFrame(rows, columns=["place_id", "kind"])
    link = np.arange(len(table)) % len(links)
    table["type"], table["name"], table["link_id"] = None, None, links["link_id"].to_numpy()[link]
    table["lon"] = [line.coords[0][0] for line in links["geometry"].to_numpy()[link]]
    table["lat"] = [line.coords[0][1] for line in links["geometry"].to_numpy()[link]]
    table["capacity"] = np.where(table["kind"].isin(["berth", "charger"]), 1.0, np.nan)
    return table


def write_run(folder: Path, tables: dict[str, pd.DataFrame], links: pd.DataFrame, **manifest: Any) -> Path:
    """Write tables and JSON files as a run leaves them."""
    folder.mkdir(parents=True, exist_ok=True)
    write_tables(tables, folder, run_id="0123456789ab", seed=1)
    network = cast(RoadNetwork, SimpleNamespace(links=links))
    write_network_links(network, folder, run_id="0123456789ab", seed=1)
    streets = {"name": "grid", "label": "张店 Zhangdian", "is_schematic": True, "source": "generator"}
    about = {"run_id": "0123456789ab", "seed": 1, "scenario": ["peak_ban"], "status": "done", "network": streets}
    (folder / "manifest.json").write_text(json.dumps({**about, **manifest}), encoding="utf-8")
    (folder / "config.yaml").write_text("charging:\n  charger_efficiency: 0.9\n", encoding="utf-8")
    kpis = {
        "orders_total": {"value": 24, "unit": "orders", "better": None},
        "on_time_share": {"value": 0.9583, "unit": "-", "better": "higher"},
        "van_km": {"value": 48.0, "unit": "km", "better": "lower"},
        "cost_total": {"value": 1540.0, "unit": "CNY", "better": "lower"},
        "cost_driver": {"value": 1200.0, "unit": "CNY", "better": "lower"},
        "cost_fuel": {"value": 340.0, "unit": "CNY", "better": "lower"},
        "cost_per_order": {"value": 64.1667, "unit": "CNY/order", "better": "lower"},
        "nev_per_charger": {"value": None, "unit": "veh/connector", "better": "lower"},
        "berth_occupancy": {"value": 0.31, "unit": "-", "better": None},
    }
    (folder / "kpis.json").write_text(json.dumps(kpis), encoding="utf-8")
    centre = shapely.box(WEST + STEP_DEG, SOUTH + STEP_DEG, WEST + 4 * STEP_DEG, SOUTH + 3.5 * STEP_DEG)
    zone = {
        "type": "Feature",
        "properties": {"role": "centre", "name": "中心城区"},
        "geometry": shapely.geometry.mapping(centre),
    }
    inside = [int(link) for link in links.loc[[centre.intersects(line) for line in links["geometry"]], "link_id"]]
    rule = {
        "rule_id": "peak_ban",
        "effect": "deny",
        "where": [{"role": "centre", "name": "中心城区", "geometry": zone["geometry"], "link_ids": inside}],
        "who": {"access_class": ["light"], "powertrain": None},
        "exempt": {"access_class": None, "powertrain": ["bev", "phev"]},
        "when": {"weekdays": ["tu"], "windows": [{"from_s": 25_200.0, "until_s": 30_600.0}]},
    }
    rules = {"zones": {"type": "FeatureCollection", "features": [zone]}, "rules": [rule]}
    (folder / "rules.json").write_text(json.dumps(rules), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def links() -> pd.DataFrame:
    """Links of the small network."""
    return network_links()


@pytest.fixture(scope="session")
def tables(links: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Tables of the small day."""
    return run_tables(links)


@pytest.fixture(scope="session")
def run_dir(tmp_path_factory: pytest.TempPathFactory, tables: dict[str, pd.DataFrame], links: pd.DataFrame) -> Path:
    """Folder of a run with traffic, berths and chargers."""
    return write_run(tmp_path_factory.mktemp("busy") / "run", tables, links)


@pytest.fixture(scope="session")
def idle_dir(tmp_path_factory: pytest.TempPathFactory, tables: dict[str, pd.DataFrame], links: pd.DataFrame) -> Path:
    """Folder of a run whose tables have no rows."""
    empty = {name: table.iloc[:0] for name, table in tables.items()}
    return write_run(tmp_path_factory.mktemp("idle") / "run", empty, links)

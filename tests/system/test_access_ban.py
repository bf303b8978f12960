"""
The peak ban seen from outside: traces, vans and the published rules, with code of this file alone.

Neither the planner's nor the rules' own code takes part: zones are read from `rules.json`, links
from `network_links.parquet`, and geometry is shapely's.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from tests.system.conftest import RunMaker

DAY_S = 86400.0


def _closed_entries(run: Path, rules: Path) -> pd.DataFrame:
    """Entries of banned vans to links that touch a closed zone, within the closed hours."""
    links = pd.read_parquet(run / "network_links.parquet")
    geometry = shapely.from_wkb(links["geometry"].to_numpy())
    vans = pd.read_parquet(run / "vans.parquet")
    traces = pd.read_parquet(run / "traces.parquet").merge(vans, on="van_id")
    found = []
    for rule in json.loads((rules / "rules.json").read_text(encoding="utf-8"))["rules"]:
        assert rule["effect"] == "deny"
        zones = rule["where"] if isinstance(rule["where"], list) else [rule["where"]]
        area = shapely.union_all([shapely.from_geojson(json.dumps(zone["geometry"])) for zone in zones])
        inside = links.loc[shapely.intersects(geometry, area), "link_id"]
        who = rule["who"]
        is_banned = traces["link_id"].isin(inside)
        for key, column in (("access_class", "access_class"), ("powertrain", "powertrain")):
            if who.get(key):
                is_banned &= traces[column].isin(who[key])
            if rule.get("exempt", {}).get(key):
                is_banned &= ~traces[column].isin(rule["exempt"][key])
        clock = traces["enter_s"] % DAY_S
        in_hours = np.zeros(len(traces), dtype=bool)
        for window in rule["when"]["windows"]:
            in_hours |= (clock >= window["from_s"]) & (clock < window["until_s"])
        found.append(traces[is_banned & in_hours])
    return pd.concat(found)


def test_peak_ban_empties_the_centre_of_fuel_vans_and_still_delivers(run_dir: RunMaker) -> None:
    """At least 200 entries in the closed hours without the rule, none with it, 98 % delivered."""
    free = run_dir("scenario=baseline", "network=helsinki", "seed=1")
    banned = run_dir("scenario=peak_ban", "network=helsinki", "seed=1")
    assert len(_closed_entries(free, rules=banned)) >= 200
    assert len(_closed_entries(banned, rules=banned)) == 0
    kpis = json.loads((banned / "kpis.json").read_text(encoding="utf-8"))
    assert kpis["orders_delivered"]["value"] >= 0.98 * kpis["orders_total"]["value"]


def test_no_van_enters_a_closed_link_in_the_queue_engine(run_dir: RunMaker) -> None:
    """Where traffic decides when a van reaches the zone, it is held at the border."""
    banned = run_dir("scenario=peak_ban", "network=helsinki", "traffic=queue", "seed=1")
    assert len(_closed_entries(banned, rules=banned)) == 0
    kpis = json.loads((banned / "kpis.json").read_text(encoding="utf-8"))
    assert kpis["orders_delivered"]["value"] >= 0.98 * kpis["orders_total"]["value"]


def test_electric_vans_still_enter_the_closed_centre(run_dir: RunMaker) -> None:
    """The exemption is used: battery vans enter links of the zone in the closed hours."""
    banned = run_dir("scenario=peak_ban", "network=helsinki", "seed=1")
    document = json.loads((banned / "rules.json").read_text(encoding="utf-8"))
    links = pd.read_parquet(banned / "network_links.parquet")
    geometry = shapely.from_wkb(links["geometry"].to_numpy())
    rule = document["rules"][0]
    where = rule["where"][0] if isinstance(rule["where"], list) else rule["where"]
    area = shapely.from_geojson(json.dumps(where["geometry"]))
    inside = links.loc[shapely.intersects(geometry, area), "link_id"]
    vans = pd.read_parquet(banned / "vans.parquet")
    traces = pd.read_parquet(banned / "traces.parquet").merge(vans, on="van_id")
    window = rule["when"]["windows"][0]
    in_hours = traces["enter_s"].between(window["from_s"], window["until_s"], inclusive="left")
    entered = traces[in_hours & traces["link_id"].isin(inside)]
    assert set(entered["powertrain"]) == {"bev"}

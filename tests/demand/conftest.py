"""A small street grid with shops, and the shipped parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
import yaml

from sim.demand import DemandParams
from sim.network.places import no_places
from sim.network.road_network import RoadNetwork
from sim.network.zones import no_zones

CONFIG = Path(__file__).resolve().parents[2] / "configs" / "demand" / "default.yaml"
LON, LAT = 118.04, 36.80
STEP = 0.002


def demand_content() -> dict[str, Any]:
    """Content of the shipped demand configuration."""
    content: dict[str, Any] = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    return content


@pytest.fixture
def content() -> dict[str, Any]:
    """Content of the shipped demand configuration, to be changed by a test."""
    return demand_content()


@pytest.fixture(scope="session")
def params() -> DemandParams:
    """The shipped demand parameters."""
    return DemandParams.model_validate(demand_content())


@pytest.fixture(scope="session")
def network() -> RoadNetwork:
    """Four by four nodes, 0.002 degrees apart, with two-way streets between neighbours."""
    nodes = pd.DataFrame(
        {
            "node_id": np.arange(16),
            "lon": LON + STEP * (np.arange(16) % 4),
            "lat": LAT + STEP * (np.arange(16) // 4),
            "x_m": 0.0,
            "y_m": 0.0,
            "is_signal": False,
        }
    )
    pairs = [(a, b) for a in range(16) for b in (a + 1, a + 4) if b < 16 and (b != a + 1 or a % 4 < 3)]
    ends = [pair for a, b in pairs for pair in ((a, b), (b, a))]
    place = nodes[["lon", "lat"]].to_numpy()
    links = pd.DataFrame(
        {
            "link_id": np.arange(len(ends)),
            "from_node_id": [a for a, _ in ends],
            "to_node_id": [b for _, b in ends],
            "length_m": 200.0,
            "lanes": 1.0,
            "free_speed_mps": 10.0,
            "capacity_veh_per_h": 600.0,
            "saturation_flow_veh_per_h": 1200.0,
            "signal_delay_s": 0.0,
            "road_class": "residential",
            "name": "",
            "geometry": [shapely.LineString(place[[a, b]]) for a, b in ends],
        }
    )
    return RoadNetwork("block", "Block", True, "EPSG:32650", nodes, links, no_zones(), no_places())


@pytest.fixture(scope="session")
def places() -> pd.DataFrame:
    """2,000 shops, a quarter each of convenience and restaurants, and two chargers, as a network has them."""
    values = ["supermarket", "chain_store", "fresh_market", "pharmacy", *["clothing"] * 2]
    values += ["convenience"] * 5 + ["restaurant"] * 5 + ["other"] * 4
    shops = pd.DataFrame(
        {
            "place_id": [f"shop_{i}" for i in range(2000)],
            "kind": "shop",
            "type": [values[i % 20] for i in range(2000)],
            "name": "店",
            "lon": LON,
            "lat": LAT,
            "link": np.arange(2000, dtype=np.int32) % 48,
        }
    )
    chargers = shops.head(2).assign(place_id=["c1", "c2"], kind="charger")
    return pd.concat([chargers, shops], ignore_index=True)

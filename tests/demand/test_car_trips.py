"""Car trips of a day from a model, a table between zones or a list; trips without a way are told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from pydantic import ValidationError

from sim.demand.background_traffic import BackgroundParams, gravity_trips
from sim.demand.car_trips import CarTripsParams, car_trips
from sim.demand.reachable import without_a_way
from sim.demand.trip_table import read_trip_list
from sim.errors import DemandError
from sim.network.road_network import RoadNetwork

BACKGROUND = BackgroundParams(
    trips_per_day=500,
    peak_volume_to_capacity=0.2,
    mean_deterrence_min=7.0,
    zone_size_m=400.0,
    external_share=0.0,
    connectors_per_zone=2,
    hourly_share=(1.0,) * 24,
    seed=3,
)


def source(**values: Any) -> CarTripsParams:
    """A source of trips."""
    return CarTripsParams.model_validate(values)


def planar(network: RoadNetwork) -> RoadNetwork:
    """The network with metres of its own, for zones of the model."""
    nodes = network.nodes.assign(
        x_m=(network.nodes["lon"] - network.nodes["lon"].min()) * 89_000.0,
        y_m=(network.nodes["lat"] - network.nodes["lat"].min()) * 111_000.0,
    )
    return replace(network, nodes=nodes)


def with_dead_end(network: RoadNetwork) -> RoadNetwork:
    """The network with a new node, 99, to which a one-way link leads and from which none does."""
    node = network.nodes.tail(1).assign(node_id=99, lon=network.nodes["lon"].max() + 0.002)
    line = shapely.LineString([network.nodes[["lon", "lat"]].to_numpy()[-1], node[["lon", "lat"]].to_numpy()[0]])
    last = int(network.nodes["node_id"].iloc[-1])
    link = network.links.tail(1).assign(
        link_id=network.n_links, from_node_id=last, to_node_id=99, geometry=[line], length_m=200.0
    )
    return replace(
        network,
        nodes=pd.concat([network.nodes, node], ignore_index=True),
        links=pd.concat([network.links, link], ignore_index=True),
    )


def test_the_gravity_model_is_the_default(network: RoadNetwork) -> None:
    """Without a file, trips are those of the gravity model."""
    city = planar(network)
    free_us = np.round(city.free_flow_time_s * 1e6).astype(np.int64)
    wanted = gravity_trips(city, BACKGROUND, free_flow_us=free_us)
    found = car_trips(city, source(), BACKGROUND)
    assert found.origin_link.tobytes() == wanted.origin_link.tobytes()
    assert found.depart_us.tobytes() == wanted.depart_us.tobytes()


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_list_of_trips_in_either_format(network: RoadNetwork, tmp_path: Path, suffix: str) -> None:
    """Every trip of the list, or a share of them spread over it."""
    path = tmp_path / f"trips.{suffix}"
    table = pd.DataFrame(
        {"trip_id": range(200), "depart_s": np.arange(200) * 60.0, "origin_link": 3, "target_link": 20}
    )
    table.to_csv(path, index=False) if suffix == "csv" else table.to_parquet(path)
    listed = source(trips_from="trip_list", trips_file=str(path))
    assert len(car_trips(network, listed, BACKGROUND)) == 200
    part = car_trips(network, listed, BACKGROUND, sample=0.25)
    assert len(part) == 50
    assert (np.diff(part.depart_us) == 240_000_000).all()
    assert listed.trip_files == (str(path),)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_table_between_zones_in_either_format(network: RoadNetwork, tmp_path: Path, suffix: str) -> None:
    """The trips of the table, in their hour."""
    ring = [[118.0, 36.7], [118.1, 36.7], [118.1, 36.9], [118.0, 36.9], [118.0, 36.7]]
    feature = {"type": "Feature", "properties": {"zone_id": "all"}, "geometry": {"type": "Polygon"}}
    feature["geometry"] |= {"coordinates": [ring]}  # type: ignore[operator]
    (tmp_path / "zones.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    path = tmp_path / f"od.{suffix}"
    table = pd.DataFrame({"origin_zone": ["all"], "target_zone": ["all"], "trips": [40.0], "hour": [8]})
    table.to_csv(path, index=False) if suffix == "csv" else table.to_parquet(path)
    od = source(trips_from="od_table", od_file=str(path), zones_file=str(tmp_path / "zones.geojson"))
    trips = car_trips(network, od, BACKGROUND)
    assert len(trips) == 40
    assert set(trips.depart_us // 3_600_000_000) == {8}
    assert len(car_trips(network, od, BACKGROUND, sample=0.5)) == 20


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"trips_from": "od_table"}, "reads od_file, zones_file, found no file"),
        ({"trips_from": "od_table", "od_file": "a.csv"}, "reads od_file, zones_file, found od_file"),
        ({"trips_from": "trip_list"}, "reads trips_file, found no file"),
        ({"trips_file": "a.csv"}, "trips_from=gravity reads no file, found trips_file"),
    ],
)
def test_files_must_fit_the_source(values: dict[str, str], says: str) -> None:
    """A file too few, or one that would be passed over, is refused."""
    with pytest.raises(ValidationError, match=says):
        source(**values)


def test_trips_out_of_a_dead_end_are_lost(network: RoadNetwork) -> None:
    """The one-way dead end can be reached, not left; a trip that ends where it starts needs no way."""
    city = with_dead_end(network)
    dead = city.n_links - 1
    assert without_a_way(city, np.array([0, dead, dead, 5]), np.array([dead, 0, dead, 7])).tolist() == [
        False,
        True,
        False,
        False,
    ]
    assert not without_a_way(network, np.arange(48), np.arange(48)[::-1]).any()


def test_a_listed_trip_without_a_way_is_named(network: RoadNetwork, tmp_path: Path) -> None:
    """Row and links of the trip, beside another fault."""
    city = with_dead_end(network)
    path = tmp_path / "trips.csv"
    path.write_text(f"trip_id,depart_s,origin_link,target_link\n1,5,0,7\n2,nan,1,2\n3,5,{city.n_links - 1},7\n")
    with pytest.raises(DemandError) as told:
        read_trip_list(path, city)
    assert len(told.value.faults) == 2
    assert "row 3" in told.value.faults[0] and "depart_s" in told.value.faults[0]
    assert "row 4" in told.value.faults[1] and f"'{city.n_links - 1}', '7'" in told.value.faults[1]

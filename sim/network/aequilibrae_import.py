"""
A road network from a project of AequilibraE (https://www.aequilibrae.com): its SpatiaLite database.

Neither AequilibraE nor SpatiaLite is needed. Its example "coquimbo" (La Serena and Coquimbo, Chile) is made from
OpenStreetMap data.
"""

from __future__ import annotations

import sqlite3
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.errors import NetworkError
from sim.network.assemble import assemble_network
from sim.network.osm_import import OSM_LICENCE, OSM_SOURCE
from sim.network.place_sampling import PlaceSamplingParams, complete_places
from sim.network.projection import COORDINATE_DECIMALS
from sim.network.road_network import RoadNetwork
from sim.network.signals import SignalParams
from sim.network.streets import Streets
from sim.units import kph_to_mps

_DATABASE = "project_database.sqlite"
_WKB_START = 39
"""Bytes before the class of a SpatiaLite geometry: frame, byte order, reference system, bounding box, mark."""


def network_from_aequilibrae(
    path: str | Path,
    *,
    name: str,
    label: str | None = None,
    seed: int = 0,
    signals: SignalParams | None = None,
    places: PlaceSamplingParams | None = None,
) -> RoadNetwork:
    """
    A road network from the car links of an AequilibraE project; its places are sampled.

    Parameters
    ----------
    path
        Folder or zip of the project, or its `project_database.sqlite`.
    name, label
        Short name, and name for maps.
    seed
        Seed of the sampled places.
    signals, places
        Timing of signals and numbers of places.

    Raises
    ------
    NetworkError
        If there is no such project or it holds no link for cars.
    """
    network = assemble_network(
        aequilibrae_streets(path),
        name=name,
        label=label or name,
        is_schematic=False,
        source=f"{OSM_SOURCE}, by way of an AequilibraE project",
        licence=OSM_LICENCE,
        signals=signals,
        assume_signals=True,
        notes=("Links that cars may use, without centroid connectors; capacities by road class.",),
    )
    return complete_places(network, seed, places)


def aequilibrae_streets(path: str | Path) -> Streets:
    """
    Directed links for cars of a project.

    Raises
    ------
    NetworkError
        If the project cannot be read or holds no such link.
    """
    links, nodes = _read_project(Path(path))
    is_street = links["modes"].str.contains("c") & (links["link_type"] != "centroid_connector")
    links = links[is_street].reset_index(drop=True)
    if links.empty:
        raise NetworkError(f"{path}: found no link for cars (mode c), expected streets")
    links["geometry"] = _lines(links["geometry"])
    forward, backward = links[links["direction"] >= 0], links[links["direction"] <= 0]
    table = pd.concat([_directed(forward, "ab"), _directed(backward, "ba")], ignore_index=True)
    used = np.union1d(table["from_node_id"], table["to_node_id"])
    nodes = nodes[nodes["node_id"].isin(used)].reset_index(drop=True)
    return Streets(nodes, table)


def _read_project(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    if path.suffix == ".zip" and path.is_file():
        try:
            with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
                inside = next((member for member in archive.namelist() if Path(member).name == _DATABASE), _DATABASE)
                return _read_database(Path(archive.extract(inside, folder)))
        except (KeyError, zipfile.BadZipFile) as error:
            raise NetworkError(f"{path}: found no {_DATABASE} in it, expected the zip of a project") from error
    return _read_database(path / _DATABASE if path.is_dir() else path)


def _read_database(file: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    if not file.is_file():
        raise NetworkError(f"{file}: found no such file, expected the database of an AequilibraE project")
    fields = (
        "a_node, b_node, direction, distance, modes, link_type, name, speed_ab, speed_ba, lanes_ab, lanes_ba, geometry"
    )
    try:
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
            links = pd.read_sql_query(f"select {fields} from links order by link_id", database)
            nodes = pd.read_sql_query("select node_id, geometry from nodes order by node_id", database)
    except (sqlite3.DatabaseError, pd.errors.DatabaseError) as error:
        raise NetworkError(
            f"{file}: cannot be read: {error}; expected the database of an AequilibraE project"
        ) from error
    import shapely

    position = shapely.get_coordinates(_lines(nodes.pop("geometry"))).round(COORDINATE_DECIMALS)
    return links, nodes.assign(lon=position[:, 0], lat=position[:, 1], is_signal=False)


def _lines(blobs: pd.Series) -> Any:
    """Geometry from SpatiaLite blobs, coordinates rounded."""
    import shapely

    geometry = shapely.from_wkb([b"\x01" + blob[_WKB_START:-1] for blob in blobs])
    return shapely.transform(geometry, lambda c: np.round(c, COORDINATE_DECIMALS))


def _directed(links: pd.DataFrame, direction: str) -> pd.DataFrame:
    """Links in one direction, `ab` or `ba`."""
    import shapely

    a, b = ("a_node", "b_node") if direction == "ab" else ("b_node", "a_node")
    lines = links["geometry"].to_numpy()
    lanes = links[f"lanes_{direction}"].astype(np.float64).round()
    return pd.DataFrame(
        {
            "from_node_id": links[a].astype(np.int64),
            "to_node_id": links[b].astype(np.int64),
            "road_class": links["link_type"].astype(str),
            "name": links["name"].fillna("").astype(str),
            "lanes": lanes.where(lanes >= 1),
            "free_speed_mps": links[f"speed_{direction}"].astype(np.float64) * kph_to_mps(1.0),
            "length_m": links["distance"].astype(np.float64),
            "is_signalised": True,
            "geometry": lines if direction == "ab" else shapely.reverse(lines),
        }
    )

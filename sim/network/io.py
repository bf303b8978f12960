"""
Networks on disk: a folder of open formats that a planner can open in QGIS, pandas or DuckDB.

    network.yaml      name, label, source, licence, is_schematic, crs_metric, notes
    nodes.parquet     node_id, lon, lat [, x_m, y_m, is_signal]
    links.parquet     from_node_id, to_node_id, length_m, lanes, free_speed_mps, capacity_veh_per_h [, ...]; WKB
    zones.geojson     zone_id, role, name; polygons                                      (may be missing)
    places.parquet    or places.geojson: place_id, kind, type, name [, link, attributes]  (may be missing)

What is in brackets is worked out when it is missing. Writing the same network gives the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import sim
from sim.errors import NetworkError
from sim.network.projection import project, utm_crs
from sim.network.read_tables import (
    REQUIRED_LINKS,
    REQUIRED_NODES,
    complete_links,
    complete_nodes,
    id_faults,
    read_head,
    read_parquet,
    read_places,
    read_zones,
)
from sim.network.road_network import NODE_COLUMNS, PLACE_COLUMNS, RoadNetwork, link_columns
from sim.network.validate import is_warning, network_faults, table_faults
from sim.network.zones_file import with_zones_of

if TYPE_CHECKING:
    pass


def read_network(name_or_path: str | Path, zones_file: str | Path | None = None) -> RoadNetwork:
    """
    Read a network by name or folder.

    Parameters
    ----------
    name_or_path
        A folder, or a name looked for in `./networks`, then beside and inside the installed package.
    zones_file
        GeoJSON file of zones besides those of the network; None: none.

    Raises
    ------
    NetworkError
        If there is no such network, or it or the file of zones has faults; all of them are told at once.
    """
    folder = find_network(name_or_path)
    network, faults = _read(folder)
    faults = [line for line in faults if not is_warning(line)]
    if network is None or faults:
        raise NetworkError([f"{folder.name}: {line}" for line in faults])
    return network if zones_file is None else with_zones_of(network, zones_file)


def check_network(path: str | Path) -> list[str]:
    """All faults of a network on disk; lines that start with `warning: ` do not keep it from being used."""
    try:
        return _read(find_network(path))[1]
    except NetworkError as error:
        return list(error.faults)


def find_network(name_or_path: str | Path) -> Path:
    """
    Folder of a network.

    Raises
    ------
    NetworkError
        If it is not found; the message lists where it was looked for.
    """
    package = Path(sim.__file__).resolve().parent
    tried = [Path(name_or_path)]
    if Path(name_or_path).name == str(name_or_path):
        tried += [parent / "networks" / str(name_or_path) for parent in (Path(), package.parent, package / "_data")]
    for folder in tried:
        if (folder / "network.yaml").is_file():
            return folder
    places = ", ".join(str(folder) for folder in tried)
    raise NetworkError(
        f"network {name_or_path}: found no network.yaml in {places}; expected a network folder or its name"
    )


def network_names() -> list[str]:
    """Names of the networks that `read_network` finds by name."""
    package = Path(sim.__file__).resolve().parent
    homes = (Path("networks"), package.parent / "networks", package / "_data" / "networks")
    return sorted({file.parent.name for home in homes for file in home.glob("*/network.yaml")})


def _read(folder: Path) -> tuple[RoadNetwork | None, list[str]]:
    """The network, or None, and its faults and warnings."""
    head, faults = read_head(folder / "network.yaml")
    nodes, node_faults = read_parquet(folder / "nodes.parquet", REQUIRED_NODES)
    links, link_faults = read_parquet(folder / "links.parquet", REQUIRED_LINKS)
    faults += node_faults + link_faults
    if nodes is None or links is None:
        return None, faults
    faults += id_faults(nodes, links)
    if faults:
        return None, faults
    nodes, links = complete_nodes(nodes), complete_links(nodes, links)
    faults += table_faults(nodes, links)
    zones, zone_faults = read_zones(folder / "zones.geojson")
    faults += zone_faults
    if faults:
        return None, faults
    crs = str(head.get("crs_metric") or utm_crs(float(nodes["lon"].mean()), float(nodes["lat"].mean())))
    if "x_m" not in nodes or "y_m" not in nodes:
        nodes["x_m"], nodes["y_m"] = project(nodes["lon"], nodes["lat"], crs)
    from sim.network.places import no_places

    name = str(head.get("name", folder.name))
    network = RoadNetwork(
        name=name,
        label=str(head.get("label", name)),
        is_schematic=bool(head.get("is_schematic", False)),
        crs_metric=crs,
        nodes=nodes[list(NODE_COLUMNS)],
        links=links[link_columns(links)],
        zones=zones,
        places=no_places(),
        source=str(head.get("source", "")),
        licence=str(head.get("licence", "")),
        notes=tuple(str(note) for note in head.get("notes") or ()),
    )
    network, place_faults = _with_places(network, folder)
    return network, place_faults or network_faults(network)


def _with_places(network: RoadNetwork, folder: Path) -> tuple[RoadNetwork, list[str]]:
    from dataclasses import replace

    from sim.network.nearest_link import find_links_near
    from sim.network.places import make_places, may_stop

    table, faults = read_places(folder)
    if table is None or faults:
        return network, faults
    for column, value in (("type", ""), ("name", ""), ("attributes", "{}")):
        if column not in table:
            table[column] = value
    table["type"] = table["type"].fillna("other")
    position = table[["lon", "lat"]].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
    nowhere = np.flatnonzero(~np.isfinite(position).all(axis=1))
    if len(nowhere):
        return network, [
            f"places: row {nowhere[0]}: lon, lat: found no number, expected degrees ({len(nowhere)} such rows)"
        ]
    if "link" not in table:
        table["link"] = find_links_near(network, position[:, 0], position[:, 1], is_allowed=may_stop(network))
    table["link"] = pd.to_numeric(table["link"], errors="coerce").fillna(-1).astype(np.int32)
    return replace(network, places=make_places(table[[name for name in PLACE_COLUMNS if name != "geometry"]])), []

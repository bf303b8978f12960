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

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import yaml

import sim
from sim.errors import NetworkError
from sim.network.projection import project, utm_crs
from sim.network.road_network import LINK_COLUMNS, LINK_NUMBERS, NODE_COLUMNS, PLACE_COLUMNS, RoadNetwork
from sim.network.validate import is_warning, network_faults, table_faults

if TYPE_CHECKING:
    import geopandas as gpd

_GEO = {
    "version": "1.0.0",
    "primary_column": "geometry",
    "columns": {"geometry": {"encoding": "WKB", "geometry_types": []}},
}
_REQUIRED_NODES = ("node_id", "lon", "lat")
_REQUIRED_LINKS = ("from_node_id", "to_node_id", "length_m", "lanes", "free_speed_mps", "capacity_veh_per_h")


def read_network(name_or_path: str | Path) -> RoadNetwork:
    """
    Read a network by name or folder.

    Parameters
    ----------
    name_or_path
        A folder, or a name looked for in `./networks`, then beside and inside the installed package.

    Raises
    ------
    NetworkError
        If there is no such network, or it has faults; all of them are told at once.
    """
    folder = find_network(name_or_path)
    network, faults = _read(folder)
    faults = [line for line in faults if not is_warning(line)]
    if network is None or faults:
        raise NetworkError([f"{folder.name}: {line}" for line in faults])
    return network


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


def write_network(network: RoadNetwork, folder: str | Path) -> Path:
    """Write a network to a folder, made when missing; returns the folder."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _write_table(network.nodes, folder / "nodes.parquet")
    _write_table(network.links, folder / "links.parquet")
    _write_table(network.places, folder / "places.parquet")
    (folder / "zones.geojson").write_text(_zones_text(network.zones), encoding="utf-8")
    head = {
        "name": network.name,
        "label": network.label,
        "is_schematic": network.is_schematic,
        "crs_metric": network.crs_metric,
        "source": network.source,
        "licence": network.licence,
        "notes": list(network.notes),
        "content_sha256": network.sha256(),
    }
    text = yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=100)
    (folder / "network.yaml").write_text(text, encoding="utf-8")
    return folder


def _write_table(table: pd.DataFrame, file: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq
    import shapely

    columns: dict[str, Any] = {}
    for name in table.columns:
        values = table[name].to_numpy()
        if name == "geometry":
            columns[name] = pa.array(shapely.to_wkb(np.asarray(values), byte_order=1), type=pa.binary())
        elif values.dtype.kind in "iufb":
            columns[name] = pa.array(values)
        else:
            columns[name] = pa.array([str(value) for value in values], type=pa.string())
    arrow = pa.table(columns)
    if "geometry" in columns:
        arrow = arrow.replace_schema_metadata({"geo": json.dumps(_GEO)})
    pq.write_table(arrow, file, compression="zstd", compression_level=9, write_statistics=False)


def _zones_text(zones: gpd.GeoDataFrame) -> str:
    """GeoJSON of the zones, one on a line."""
    import shapely

    features = [
        {
            "type": "Feature",
            "properties": {name: str(row[name]) for name in ("zone_id", "role", "name")},
            "geometry": shapely.geometry.mapping(row["geometry"]),
        }
        for row in zones.to_dict("records")
    ]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'


def _read(folder: Path) -> tuple[RoadNetwork | None, list[str]]:
    """The network, or None, and its faults and warnings."""
    head, faults = _read_head(folder / "network.yaml")
    nodes, node_faults = _read_parquet(folder / "nodes.parquet", _REQUIRED_NODES)
    links, link_faults = _read_parquet(folder / "links.parquet", _REQUIRED_LINKS)
    faults += node_faults + link_faults
    if nodes is None or links is None:
        return None, faults
    links = _complete_links(nodes, links)
    if "is_signal" not in nodes:
        nodes["is_signal"] = False
    faults += table_faults(nodes, links)
    zones, zone_faults = _read_zones(folder / "zones.geojson")
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
        links=links[list(LINK_COLUMNS)],
        zones=zones,
        places=no_places(),
        source=str(head.get("source", "")),
        licence=str(head.get("licence", "")),
        notes=tuple(str(note) for note in head.get("notes") or ()),
    )
    network, place_faults = _with_places(network, folder)
    return network, place_faults or network_faults(network)


def _read_head(file: Path) -> tuple[dict[str, Any], list[str]]:
    try:
        head = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        return {}, [f"{file.name}: cannot be read: {error}; expected YAML with name, label, source, licence"]
    if not isinstance(head, dict):
        return {}, [f"{file.name}: found {type(head).__name__}, expected keys such as name, label, source, licence"]
    return head, []


def _read_parquet(file: Path, required: tuple[str, ...]) -> tuple[pd.DataFrame | None, list[str]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not file.is_file():
        return None, [f"{file.name}: found no such file, expected a table with {', '.join(required)}"]
    try:
        table = pq.read_table(file).to_pandas()
    except (pa.ArrowInvalid, OSError) as error:
        return None, [f"{file.name}: found a file that is no parquet table ({error}), expected one"]
    missing = [name for name in required if name not in table]
    if missing:
        return None, [
            f"{file.name}: found columns {', '.join(map(str, table.columns))}; expected also {', '.join(missing)}"
        ]
    if "geometry" in table:
        import shapely

        try:
            table["geometry"] = shapely.from_wkb(table["geometry"].to_numpy())
        except (shapely.errors.GEOSException, TypeError) as error:
            return None, [f"{file.name}: geometry: found no well-known binary ({error}), expected WKB"]
    return table, []


def _complete_links(nodes: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Columns that may be missing: ids by row, flows by capacity, straight lines."""
    import shapely

    if "link_id" not in links:
        links["link_id"] = np.arange(len(links), dtype=np.int64)
    if "saturation_flow_veh_per_h" not in links:
        links["saturation_flow_veh_per_h"] = links["capacity_veh_per_h"]
    for column, value in (("signal_delay_s", 0.0), ("road_class", "unclassified"), ("name", "")):
        if column not in links:
            links[column] = value
        links[column] = links[column].fillna(value)
    for column in LINK_NUMBERS:
        links[column] = pd.to_numeric(links[column], errors="coerce").astype(np.float64)
    if "geometry" not in links:
        position = nodes.drop_duplicates("node_id").set_index("node_id")[["lon", "lat"]]
        ends = [position.reindex(links[column]).to_numpy() for column in ("from_node_id", "to_node_id")]
        links["geometry"] = shapely.linestrings(np.nan_to_num(np.stack(ends, axis=1)))
    return links


def _read_zones(file: Path) -> tuple[gpd.GeoDataFrame, list[str]]:
    import shapely

    from sim.network.zones import make_zones, no_zones

    if not file.is_file():
        return no_zones(), []
    try:
        features = json.loads(file.read_text(encoding="utf-8"))["features"]
        rows = [
            (
                str(feature["properties"].get("zone_id", number)),
                str(feature["properties"]["role"]),
                str(feature["properties"].get("name", "")),
                shapely.geometry.shape(feature["geometry"]),
            )
            for number, feature in enumerate(features)
        ]
    except (ValueError, KeyError, TypeError, AttributeError, shapely.errors.ShapelyError) as error:
        return no_zones(), [
            f"{file.name}: found {type(error).__name__}: {error}; "
            "expected a GeoJSON FeatureCollection of polygons with zone_id, role"
        ]
    return make_zones(rows), []


def _with_places(network: RoadNetwork, folder: Path) -> tuple[RoadNetwork, list[str]]:
    from dataclasses import replace

    from sim.network.nearest_link import find_links_near
    from sim.network.places import make_places, may_stop

    table, faults = _read_places(folder)
    if table is None or faults:
        return network, faults
    for column, value in (("type", ""), ("name", ""), ("attributes", "{}")):
        if column not in table:
            table[column] = value
    if "type" in table:
        table["type"] = table["type"].fillna("other")
    position = table[["lon", "lat"]].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
    nowhere = np.flatnonzero(~np.isfinite(position).all(axis=1))
    if len(nowhere):
        return network, [
            f"places: row {nowhere[0]}: lon, lat: found no number, expected degrees ({len(nowhere)} such rows)"
        ]
    if "link" not in table:
        table["link"] = find_links_near(network, position[:, 0], position[:, 1], is_allowed=may_stop(network))
    return replace(network, places=make_places(table[[name for name in PLACE_COLUMNS if name != "geometry"]])), []


def _read_places(folder: Path) -> tuple[pd.DataFrame | None, list[str]]:
    file = folder / "places.parquet"
    if file.is_file():
        return _read_parquet(file, ("place_id", "kind", "lon", "lat"))
    file = folder / "places.geojson"
    if not file.is_file():
        return None, []
    try:
        features = json.loads(file.read_text(encoding="utf-8"))["features"]
        rows = []
        for feature in features:
            row = dict(feature["properties"])
            row["lon"], row["lat"] = feature["geometry"]["coordinates"][:2]
            if isinstance(row.get("attributes"), dict):
                row["attributes"] = json.dumps(row["attributes"], sort_keys=True, ensure_ascii=False)
            rows.append(row)
    except (ValueError, KeyError, TypeError) as error:
        return None, [
            f"{file.name}: found {type(error).__name__}: {error}; expected GeoJSON points with place_id, kind"
        ]
    table = pd.DataFrame(rows)
    missing = [name for name in ("place_id", "kind") if rows and name not in table]
    if missing:
        return None, [
            f"{file.name}: found properties {', '.join(map(str, table.columns))}; expected also {', '.join(missing)}"
        ]
    return (table, []) if rows else (None, [])

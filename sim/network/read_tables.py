"""The files of a network's folder one by one, each with the faults that keep it from being read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import yaml

from sim.network.road_network import LINK_NUMBERS

if TYPE_CHECKING:
    import geopandas as gpd

REQUIRED_NODES = ("node_id", "lon", "lat")
REQUIRED_LINKS = ("from_node_id", "to_node_id", "length_m", "lanes", "free_speed_mps", "capacity_veh_per_h")


def read_head(file: Path) -> tuple[dict[str, Any], list[str]]:
    """Keys of `network.yaml`."""
    try:
        head = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        return {}, [f"{file.name}: cannot be read: {error}; expected YAML with name, label, source, licence"]
    if not isinstance(head, dict):
        return {}, [f"{file.name}: found {type(head).__name__}, expected keys such as name, label, source, licence"]
    return head, []


def read_parquet(file: Path, required: tuple[str, ...]) -> tuple[pd.DataFrame | None, list[str]]:
    """A table with at least the required columns; geometry from WKB."""
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


def id_faults(nodes: pd.DataFrame, links: pd.DataFrame) -> list[str]:
    """Ids that are no whole numbers."""
    columns = [("nodes", nodes, "node_id"), ("links", links, "from_node_id"), ("links", links, "to_node_id")]
    columns += [("links", links, "link_id")] if "link_id" in links else []
    return [
        f"{what}: {column}: found values such as {table[column].iloc[0]!r} ({table[column].dtype}), "
        "expected whole numbers"
        for what, table, column in columns
        if table[column].dtype.kind not in "iu" and len(table)
    ]


def complete_nodes(nodes: pd.DataFrame) -> pd.DataFrame:
    """Positions as numbers, NaN where they are none; signals where the table tells, else none."""
    for column in {"lon", "lat", "x_m", "y_m"} & set(nodes.columns):
        nodes[column] = pd.to_numeric(nodes[column], errors="coerce").astype(np.float64)
    nodes["is_signal"] = nodes["is_signal"].fillna(False).astype(bool) if "is_signal" in nodes else False
    return nodes


def complete_links(nodes: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
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
    if "restrictions" in links:
        links["restrictions"] = links["restrictions"].fillna("").astype(str)
    for column in LINK_NUMBERS:
        links[column] = pd.to_numeric(links[column], errors="coerce").astype(np.float64)
    if "geometry" not in links:
        position = nodes.drop_duplicates("node_id").set_index("node_id")[["lon", "lat"]]
        ends = [position.reindex(links[column]).to_numpy() for column in ("from_node_id", "to_node_id")]
        links["geometry"] = shapely.linestrings(np.nan_to_num(np.stack(ends, axis=1)))
    return links


def read_zones(file: Path) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Zones; none when the file is missing."""
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


def read_places(folder: Path) -> tuple[pd.DataFrame | None, list[str]]:
    """Places from `places.parquet` or else `places.geojson`; None when both are missing."""
    file = folder / "places.parquet"
    if file.is_file():
        return read_parquet(file, ("place_id", "kind", "lon", "lat"))
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

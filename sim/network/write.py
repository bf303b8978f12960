"""Writing a network to its folder, so that equal networks have equal bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import yaml

from sim.network.road_network import RoadNetwork

if TYPE_CHECKING:
    import geopandas as gpd

_GEO = {
    "version": "1.0.0",
    "primary_column": "geometry",
    "columns": {"geometry": {"encoding": "WKB", "geometry_types": []}},
}


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

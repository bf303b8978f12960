"""
Places on the network: shops, chargers, parking, loading, hubs, distribution centres, sites for stations.

A place lies on a link; a vehicle that goes there drives to the downstream end of that link.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.network.nearest_link import find_links_near
from sim.network.projection import COORDINATE_DECIMALS
from sim.network.road_network import PLACE_COLUMNS, RoadNetwork

if TYPE_CHECKING:
    import geopandas as gpd

SHOP_TYPES = (
    "convenience",
    "supermarket",
    "chain_store",
    "restaurant",
    "fresh_market",
    "pharmacy",
    "clothing",
    "other",
)


def make_places(table: pd.DataFrame) -> gpd.GeoDataFrame:
    """Table of places, with geometry, from one that has the other columns of `PLACE_COLUMNS`."""
    import geopandas as gpd
    import shapely

    table = table.reset_index(drop=True)
    lon = table["lon"].to_numpy(dtype=np.float64).round(COORDINATE_DECIMALS)
    lat = table["lat"].to_numpy(dtype=np.float64).round(COORDINATE_DECIMALS)
    columns: dict[str, Any] = {name: table[name].fillna("").astype(str) for name in PLACE_COLUMNS[:4]}
    columns |= {"lon": lon, "lat": lat, "link": table["link"].to_numpy(dtype=np.int32)}
    columns |= {"geometry": shapely.points(lon, lat), "attributes": table["attributes"].fillna("{}").astype(str)}
    return gpd.GeoDataFrame(columns, geometry="geometry", crs="EPSG:4326")


def no_places() -> gpd.GeoDataFrame:
    """A table of places without rows."""
    return make_places(pd.DataFrame({name: [] for name in PLACE_COLUMNS}))


def place_attributes(**values: float | str) -> str:
    """Attributes of a place as JSON text, keys sorted."""
    return json.dumps(values, sort_keys=True, ensure_ascii=False)


def locate_places(network: RoadNetwork, found: pd.DataFrame) -> gpd.GeoDataFrame:
    """
    Places put on the nearest link that goods vehicles may stop on.

    Parameters
    ----------
    network
        Road network.
    found
        `kind`, `type`, `name`, `lon`, `lat`, `attributes`, and optionally `place_id`; one that is missing becomes
        the kind and the number within it.
    """
    if found.empty:
        return no_places()
    table = found.reset_index(drop=True).copy()
    if "place_id" not in table:
        number = table.groupby("kind").cumcount()
        table["place_id"] = [f"{kind}_{row:05d}" for kind, row in zip(table["kind"], number, strict=True)]
    table["link"] = find_links_near(network, table["lon"], table["lat"], is_allowed=may_stop(network))
    return make_places(table)


def may_stop(network: RoadNetwork) -> Any:
    """Links on which a vehicle may stop: no motorways, trunk roads or ramps, unless there is nothing else."""
    road_class = network.links["road_class"].astype(str)
    allowed = ~(road_class.isin(["motorway", "trunk"]) | road_class.str.endswith("_link")).to_numpy(dtype=bool)
    return allowed if allowed.any() else np.ones(network.n_links, dtype=bool)

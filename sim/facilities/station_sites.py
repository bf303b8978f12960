"""Tables of sites for terminal stations: read with every fault at once, and written for other runs to read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

from sim.errors import SitesError
from sim.network import RoadNetwork, distance_to_links_m, find_links_near
from sim.network.places import may_stop
from sim.user_table import UserColumn, UserTable

FURTHEST_FROM_STREET_M = 1000.0
"""A site further than this from every street is outside the map [m]. Assumption."""

SITE_COLUMNS = (
    UserColumn("site_id", "Identity of the site", "a name that no other row has", "station-01"),
    UserColumn("lon", "Longitude, WGS84 [degrees]", "degrees east, on the map", "118.0452"),
    UserColumn("lat", "Latitude, WGS84 [degrees]", "degrees north, on the map", "36.8113"),
    UserColumn("name", "Name for maps and tables", "any text", "东方花园站", is_required=False),
    UserColumn(
        "capacity_parcels_per_day",
        "Parcels that it takes in a day; empty: stations.capacity_parcels_per_day",
        "a number from 0 to 100000",
        "400",
        is_required=False,
    ),
)


def read_station_sites(path: str | Path, network: RoadNetwork) -> pd.DataFrame:
    """
    Sites of a table on a road network, in the order of the file.

    Parameters
    ----------
    path
        CSV, Parquet or GeoJSON file with `SITE_COLUMNS`; other columns are not read.
    network
        Road network; each site is put on the nearest link.

    Returns
    -------
    pandas.DataFrame
        `site_id, name, lon, lat, link, capacity_parcels_per_day`; the last is NaN where the table says nothing.

    Raises
    ------
    SitesError
        Listing every fault of the file: row, column, what was found, what was expected.
    """
    table = UserTable(path, SITE_COLUMNS, SitesError)
    site_id = table.texts("site_id")
    again = pd.Series(site_id).duplicated().to_numpy(dtype=bool) & (site_id != "")
    table.refuse("site_id", again, hint=" again")
    lon, lat = table.numbers("lon", -180.0, 180.0), table.numbers("lat", -180.0, 180.0)
    link = np.zeros(len(table), dtype=np.int32)
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if len(known):
        link[known] = find_links_near(network, lon[known], lat[known], is_allowed=may_stop(network))
        off_m = np.zeros(len(table))
        off_m[known] = distance_to_links_m(network, lon[known], lat[known], link[known])
        expected = f"a place on the map of {network.name}, longitude before latitude"
        table.refuse("lon, lat", off_m > FURTHEST_FROM_STREET_M, expected, hint=", off the map")
    capacity = np.full(len(table), np.nan)
    if table.has("capacity_parcels_per_day"):
        capacity = table.numbers("capacity_parcels_per_day", 0.0, 1e5, may_be_empty=True)
    names = table.texts("name", may_be_empty=True) if table.has("name") else site_id
    table.raise_any()
    return pd.DataFrame(
        {
            "site_id": site_id,
            "name": names,
            "lon": lon,
            "lat": lat,
            "link": link,
            "capacity_parcels_per_day": capacity,
        }
    )


def write_sites(sites: pd.DataFrame, path: str | Path) -> Path:
    """
    Write sites as CSV, or as GeoJSON points when the name ends so.

    Parameters
    ----------
    sites
        `lon`, `lat` and any other columns.
    path
        File to write; its folder is made.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() != ".geojson":
        sites.to_csv(path, index=False, encoding="utf-8-sig")
        return path
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row.pop("lon"), row.pop("lat")]},
            "properties": row,
        }
        for row in json.loads(sites.to_json(orient="records", double_precision=10))
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    return path

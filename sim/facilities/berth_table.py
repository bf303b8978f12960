"""Tables of loading berths: read with every fault at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sim.contracts import ACCESS_CLASSES as CLASSES
from sim.errors import SitesError
from sim.facilities.loading_berth import BerthParams, LoadingBerth
from sim.facilities.station_sites import FURTHEST_FROM_STREET_M
from sim.network import RoadNetwork, distance_to_links_m, find_links_near
from sim.network.places import may_stop
from sim.network.projection import project
from sim.policy.time_window import ClockWindow, read_window
from sim.user_table import UserColumn, UserTable

BERTH_COLUMNS = (
    UserColumn("berth_id", "Identity of the berth", "a name that no other row has", "berth-01"),
    UserColumn("lon", "Longitude, WGS84 [degrees]", "degrees east, on the map", "118.0452"),
    UserColumn("lat", "Latitude, WGS84 [degrees]", "degrees north, on the map", "36.8113"),
    UserColumn("spaces", "Vans that it holds", "a whole number from 1 to 50", "2"),
    UserColumn(
        "link_id", "Link on which it lies; empty: the nearest", "a link_id of the network", "12", is_required=False
    ),
    UserColumn("max_stay_min", "Time limit [min]; empty: berths.max_stay_min", "1 to 1440", "30", is_required=False),
    UserColumn("hours", "When it is kept free; empty: berths.hours", "HH:MM-HH:MM", "07:00-19:00", is_required=False),
    UserColumn(
        "user_classes",
        "Classes that may use it; empty: berths.user_classes",
        "names of " + ", ".join(CLASSES) + ", by spaces",
        "light medium",
        is_required=False,
    ),
    UserColumn("price_cny_per_h", "Price [CNY/h]; empty: berths.price_cny_per_h", "0 to 1000", "6", is_required=False),
)


def read_berth_table(path: str | Path, network: RoadNetwork, params: BerthParams) -> list[LoadingBerth]:
    """
    Berths of a table on a road network, in the order of the file.

    Parameters
    ----------
    path
        CSV, Parquet or GeoJSON file with `BERTH_COLUMNS`; other columns are not read.
    network
        Road network.
    params
        What holds where the table says nothing.

    Raises
    ------
    SitesError
        Listing every fault of the file: row, column, what was found, what was expected.
    """
    table = UserTable(path, BERTH_COLUMNS, SitesError)
    berth_id = table.texts("berth_id")
    again = pd.Series(berth_id).duplicated().to_numpy(dtype=bool)
    table.refuse("berth_id", again & (berth_id != ""), hint=" again")
    lon, lat = table.numbers("lon", -180.0, 180.0), table.numbers("lat", -180.0, 180.0)
    spaces = table.numbers("spaces", 1.0, 50.0)
    table.refuse("spaces", np.isfinite(spaces) & (spaces != np.round(spaces)), "a whole number")
    link = _links(table, network, lon, lat)
    stay_min = _numbers(table, "max_stay_min", 1.0, 1440.0, params.max_stay_min)
    price = _numbers(table, "price_cny_per_h", 0.0, 1000.0, params.price_cny_per_h)
    hours = [_window(text or params.hours) for text in _texts(table, "hours")]
    if table.has("hours"):
        table.refuse("hours", np.array([window is None for window in hours], dtype=bool), "HH:MM-HH:MM")
    classes = [tuple(text.split()) for text in _texts(table, "user_classes")]
    if table.has("user_classes"):
        unknown = np.array([not set(names) <= set(CLASSES) for names in classes], dtype=bool)
        table.refuse("user_classes", unknown, "names of " + ", ".join(CLASSES))
    table.raise_any()
    x_m, y_m = project(lon, lat, network.crs_metric)
    return [
        LoadingBerth(
            berth_id=str(berth_id[row]),
            link=int(link[row]),
            x_m=float(x_m[row]),
            y_m=float(y_m[row]),
            spaces=int(spaces[row]),
            max_stay_s=float(stay_min[row]) * 60.0,
            user_classes=tuple(name for name in CLASSES if name in classes[row]) or params.user_classes,
            hours_s=(window.from_s, window.until_s),
            price_cny_per_h=float(price[row]),
        )
        for row, window in enumerate(hours)
        if window is not None
    ]


def _links(table: UserTable, network: RoadNetwork, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    link = np.zeros(len(table), dtype=np.int64)
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if len(known):
        link[known] = find_links_near(network, lon[known], lat[known], is_allowed=may_stop(network))
        off_m = np.zeros(len(table))
        off_m[known] = distance_to_links_m(network, lon[known], lat[known], link[known].astype(np.int32))
        expected = f"a place on the map of {network.name}, longitude before latitude"
        table.refuse("lon, lat", off_m > FURTHEST_FROM_STREET_M, expected, hint=", off the map")
    if table.has("link_id"):
        stated = table.numbers("link_id", 0.0, 1e15, is_whole=True, may_be_empty=True)
        is_stated = np.isfinite(stated)
        row_of = {int(name): row for row, name in enumerate(network.links["link_id"].tolist())}
        rows = np.array([row_of.get(int(name), -1) if np.isfinite(name) else 0 for name in stated])
        table.refuse("link_id", is_stated & (rows < 0), f"a link of network {network.name}")
        link = np.where(is_stated, rows, link)
    return link


def _numbers(table: UserTable, name: str, least: float, most: float, default: float) -> np.ndarray:
    if not table.has(name):
        return np.full(len(table), default)
    values = table.numbers(name, least, most, may_be_empty=True)
    return np.where(np.isnan(values), default, values)


def _texts(table: UserTable, name: str) -> list[str]:
    return [str(text) for text in table.texts(name, may_be_empty=True)] if table.has(name) else [""] * len(table)


def _window(text: str) -> ClockWindow | None:
    try:
        return read_window(text)
    except ValueError:
        return None

"""
Trips of cars as a user lists them: each with a departure and the links, or the places, where it starts and ends.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sim.contracts import FloatArray, LinkArray
from sim.demand.background_traffic import TripTable
from sim.demand.reachable import without_a_way
from sim.errors import DemandError
from sim.network import RoadNetwork, distance_to_links_m, find_links_near
from sim.units import MICROSECONDS_PER_SECOND
from sim.user_table import UserColumn, UserTable

FURTHEST_FROM_STREET_M = 1000.0
"""A place further than this from every street is outside the map [m]. Assumption, as for shops of a survey."""

LATEST_DEPARTURE_S = 172_800.0
"""Trips leave within two days from midnight of day 1 [s]."""

_LINKS = ("origin_link", "target_link")
_PLACES = ("origin_lon", "origin_lat", "target_lon", "target_lat")


def _degrees(name: str, meaning: str, example: str) -> UserColumn:
    return UserColumn(name, meaning, "degrees, WGS84, on the map", example, False)


TRIP_COLUMNS: tuple[UserColumn, ...] = (
    UserColumn("trip_id", "Name of the trip", "a name that no other row has", "1"),
    UserColumn("depart_s", "Departure [s from midnight]", f"a number from 0 to {LATEST_DEPARTURE_S:g}", "27000", False),
    UserColumn("depart", "Departure as a clock time, in place of depart_s", "a clock time HH:MM", "07:30", False),
    UserColumn("origin_link", "Link from whose end the trip starts", "the link_id of a link", "17", False),
    UserColumn("target_link", "Link at whose end the trip ends", "the link_id of a link", "204", False),
    _degrees("origin_lon", "Longitude of the start, in place of origin_link", "24.9402"),
    _degrees("origin_lat", "Latitude of the start", "60.1699"),
    _degrees("target_lon", "Longitude of the end, in place of target_link", "24.9553"),
    _degrees("target_lat", "Latitude of the end", "60.1841"),
)
"""Columns of a list of trips."""


def read_trip_list(path: str | Path, network: RoadNetwork) -> TripTable:
    """
    Car trips of a list, in the order of departure.

    Parameters
    ----------
    path
        CSV or Parquet file with the columns `TRIP_COLUMNS`: `depart_s` or `depart`, and two links or four coordinates.
    network
        Road network; a place stands for the nearest link.

    Raises
    ------
    DemandError
        With every fault of the file: missing columns, trips named twice, departures that are missing or out of
        range, unknown links, places outside the map, places with no way between them.
    """
    table = UserTable(path, TRIP_COLUMNS, DemandError)
    _check_choices(table)
    trip_id = pd.Series(table.texts("trip_id"))
    table.refuse("trip_id", (trip_id.duplicated() & (trip_id != "")).to_numpy(dtype=bool))
    if table.has("depart"):
        depart_s = table.clock_times("depart")
    else:
        depart_s = table.numbers("depart_s", 0.0, LATEST_DEPARTURE_S)
    if table.has(*_LINKS):
        origin, target = (_known_links(table, name, network) for name in _LINKS)
    else:
        origin, target = (_links_near(table, end, network) for end in ("origin", "target"))
    _refuse_no_way(table, origin, target, network)
    table.raise_any()
    depart_us = np.round(depart_s * MICROSECONDS_PER_SECOND).astype(np.int64)
    order = np.argsort(depart_us, kind="stable")
    return TripTable(origin[order], target[order], depart_us[order])


def _check_choices(table: UserTable) -> None:
    """Either of two ways to state departures, and either of two to state places."""
    if table.has("depart_s") == table.has("depart"):
        both = "both columns depart_s and depart" if table.has("depart") else "neither column depart_s nor depart"
        table.refuse_table(both, "depart_s (seconds from midnight) or depart (a clock time HH:MM)")
    if table.has(*_LINKS) == table.has(*_PLACES):
        both = "both links and coordinates" if table.has(*_LINKS) else "neither links nor coordinates in full"
        table.refuse_table(both, f"the columns {', '.join(_LINKS)} or the columns {', '.join(_PLACES)}")
    table.raise_any()


def _refuse_no_way(table: UserTable, origin: LinkArray, target: LinkArray, network: RoadNetwork) -> None:
    """Trips whose start and end are known, with no way from one to the other."""
    known = np.flatnonzero((origin >= 0) & (target >= 0))
    is_lost = np.zeros(len(origin), dtype=np.bool_)
    is_lost[known] = without_a_way(network, origin[known], target[known])
    names = ", ".join(_LINKS if table.has(*_LINKS) else _PLACES)
    table.refuse(names, is_lost, f"a start and an end with a way between them on {network.name}")


def _known_links(table: UserTable, name: str, network: RoadNetwork) -> LinkArray:
    """Rows of the links of a column."""
    ids = table.numbers(name, is_whole=True)
    rows = pd.Index(network.links["link_id"].astype(np.float64)).get_indexer(pd.Index(ids)).astype(np.int32)
    expected = f"the link_id of one of the {network.n_links:,} links of {network.name}"
    table.refuse(name, (rows < 0) & ~np.isnan(ids), expected)
    return rows


def _links_near(table: UserTable, end: str, network: RoadNetwork) -> LinkArray:
    """Rows of the links nearest to the places of two columns."""
    lon = table.numbers(f"{end}_lon", -180.0, 180.0)
    lat = table.numbers(f"{end}_lat", -90.0, 90.0)
    known = np.flatnonzero(~np.isnan(lon) & ~np.isnan(lat))
    rows = np.full(len(lon), -1, dtype=np.int32)
    if len(known) == 0:
        return rows
    rows[known] = find_links_near(network, lon[known], lat[known])
    is_off = np.zeros(len(lon), dtype=np.bool_)
    is_off[known] = distance_to_links_m(network, lon[known], lat[known], rows[known]) > FURTHEST_FROM_STREET_M
    west, east, south, north = _box(network)
    is_swapped = is_off & (west <= lat) & (lat <= east) & (south <= lon) & (lon <= north)
    expected = (
        f"a place on the map of {network.name}: longitude {west:.3f} to {east:.3f}, latitude {south:.3f} to {north:.3f}"
    )
    names = f"{end}_lon, {end}_lat"
    table.refuse(names, is_swapped, expected, hint=" (lon and lat look swapped)")
    table.refuse(names, is_off & ~is_swapped, expected)
    return rows


def _box(network: RoadNetwork) -> FloatArray:
    nodes = network.nodes
    return np.array([nodes["lon"].min(), nodes["lon"].max(), nodes["lat"].min(), nodes["lat"].max()])

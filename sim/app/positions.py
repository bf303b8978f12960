"""
Positions of vehicles from operators' platforms, put on streets: shown beside the simulated day.

Each position goes to the nearest link whose direction agrees with the heading, where there is one; without a heading
the way to the vehicle's next position stands for it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import InputError
from sim.network import RoadNetwork
from sim.network.projection import project
from sim.user_table import UserColumn, UserTable

FARTHEST_M = 50.0
"""Farthest that a position may lie from its street [m]. Assumption: twice the usual error of a receiver in a street."""

DEGREES_APART = 60.0
"""Heading and street may differ by this much. Assumption."""

CANDIDATES = 8
POSITIONS_MOST = 500_000

COLUMNS = (
    UserColumn("vehicle_id", "Vehicle", "a name", "鲁C12345"),
    UserColumn("time", "Time of day", "HH:MM or HH:MM:SS", "08:10:30"),
    UserColumn("lon", "Longitude, WGS84", "degrees from -180 to 180", "118.055"),
    UserColumn("lat", "Latitude, WGS84", "degrees from -90 to 90", "36.81"),
    UserColumn("heading", "Heading, clockwise from north", "degrees from 0 to 360", "90", is_required=False),
)


def read_positions(path: Path) -> pd.DataFrame:
    """
    Positions of a file: `vehicle_id, time_s, lon, lat, heading`, in the order of each vehicle's day.

    Parameters
    ----------
    path
        CSV with the columns `COLUMNS`, or a GPX track; the time of a GPX point is its clock time.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    table = _read_gpx(path) if path.suffix == ".gpx" else _read_csv(path)
    if len(table) > POSITIONS_MOST:
        raise InputError(f"{path.name}: expected at most {POSITIONS_MOST} positions, found {len(table)}")
    return table.sort_values(["vehicle_id", "time_s"], kind="stable", ignore_index=True)


def _read_csv(path: Path) -> pd.DataFrame:
    table = UserTable(path, COLUMNS, InputError)
    columns: dict[str, NDArray[Any]] = {
        "vehicle_id": table.texts("vehicle_id"),
        "time_s": table.clock_times("time"),
        "lon": table.numbers("lon", -180.0, 180.0),
        "lat": table.numbers("lat", -90.0, 90.0),
    }
    count = len(columns["time_s"])
    columns["heading"] = table.numbers("heading", 0.0, 360.0) if table.has("heading") else np.full(count, np.nan)
    table.raise_any()
    return pd.DataFrame(columns)


def _read_gpx(path: Path) -> pd.DataFrame:
    text = path.read_bytes()
    if b"<!doctype" in text.lower() or b"<!entity" in text.lower():
        raise InputError(f"{path.name}: expected GPX without document type and entities, found a declaration of them")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise InputError(f"{path.name}: expected GPX, found {error}") from error
    rows: list[tuple[str, float, float, float, float]] = []
    faults: list[str] = []
    for number, track in enumerate(root.findall(".//{*}trk"), start=1):
        name = (track.findtext("{*}name") or f"track {number}").strip()
        for point in track.findall(".//{*}trkpt"):
            clock = re.search(r"T(\d\d):(\d\d):(\d\d)", point.findtext("{*}time") or "")
            try:
                lon, lat = float(point.get("lon", "")), float(point.get("lat", ""))
            except ValueError:
                lon = lat = float("nan")
            if clock is None or not (abs(lon) <= 180.0 and abs(lat) <= 90.0):
                faults.append(
                    f"{path.name}: point {len(rows) + len(faults) + 1} of {name[:40]}: expected lon, lat and time"
                )
                continue
            hours, minutes, seconds = (int(part) for part in clock.groups())
            rows.append((name, 3600.0 * hours + 60.0 * minutes + seconds, lon, lat, np.nan))
    if faults:
        raise InputError(faults[:20])
    if not rows:
        raise InputError(f"{path.name}: expected track points (trkpt), found none")
    return pd.DataFrame(rows, columns=["vehicle_id", "time_s", "lon", "lat", "heading"])


def match_positions(positions: pd.DataFrame, network: RoadNetwork) -> pd.DataFrame:
    """
    Positions with `link_id` and `distance_m`; none where no street is near.

    Parameters
    ----------
    positions
        As from `read_positions`.
    network
        Road network.
    """
    import shapely

    corners, row = shapely.get_coordinates(network.links["geometry"].to_numpy(), return_index=True)
    lines: Any = shapely.linestrings(
        np.column_stack(project(corners[:, 0], corners[:, 1], network.crs_metric)), indices=row
    )
    x, y = project(positions["lon"].to_numpy(), positions["lat"].to_numpy(), network.crs_metric)
    points: Any = shapely.points(x, y)
    tree = shapely.STRtree(lines)
    heading = positions["heading"].to_numpy(dtype=np.float64).copy()
    same = positions["vehicle_id"].to_numpy()[:-1] == positions["vehicle_id"].to_numpy()[1:]
    ahead = np.degrees(np.arctan2(np.diff(x), np.diff(y))) % 360.0
    moves = same & (np.hypot(np.diff(x), np.diff(y)) > 5.0)
    lacks = np.isnan(heading)
    fill = np.full(len(heading), np.nan)
    fill[:-1][moves] = ahead[moves]
    heading[lacks] = fill[lacks]
    at, link = tree.query(points, predicate="dwithin", distance=FARTHEST_M)
    distance = shapely.distance(points[at], lines[link])
    turned = _turned(lines[link], points[at], heading[at])
    order = np.lexsort((link, distance, turned > DEGREES_APART, at))
    first = np.unique(at[order], return_index=True)[1]
    best = order[first]
    out = positions.copy()
    out["link_id"] = pd.array([pd.NA] * len(out), dtype="Int64")
    out["distance_m"] = np.nan
    ids = network.links["link_id"].to_numpy()
    out.loc[at[best], "link_id"] = ids[link[best]]
    out.loc[at[best], "distance_m"] = np.round(distance[best], 1)
    return out


def _turned(lines: NDArray[Any], points: NDArray[Any], heading: NDArray[np.float64]) -> NDArray[np.float64]:
    """Angle between heading and street at the point [degrees]; 0 where there is no heading."""
    import shapely

    along = shapely.line_locate_point(lines, points)
    a = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.maximum(along - 1.0, 0.0)))
    b = shapely.get_coordinates(shapely.line_interpolate_point(lines, along + 1.0))
    street = np.degrees(np.arctan2(b[:, 0] - a[:, 0], b[:, 1] - a[:, 1])) % 360.0
    apart = np.abs((heading - street + 180.0) % 360.0 - 180.0)
    return np.asarray(np.nan_to_num(apart, nan=0.0), dtype=np.float64)

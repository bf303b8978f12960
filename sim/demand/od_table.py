"""Trips of cars from a user's table: how many from zone to zone, for the day or by hour."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.contracts import FloatArray, IntArray, LinkArray
from sim.demand.background_traffic import TripTable
from sim.demand.od_zones import OdZones, read_od_zones
from sim.errors import DemandError
from sim.network import RoadNetwork
from sim.random_streams import RandomStreams
from sim.units import MICROSECONDS_PER_SECOND, SECONDS_PER_HOUR
from sim.user_table import UserColumn, UserTable

OD_COLUMNS: tuple[UserColumn, ...] = (
    UserColumn("origin_zone", "Zone in which the trips start", "a zone_id of the file of zones", "12"),
    UserColumn("target_zone", "Zone in which they end", "a zone_id of the file of zones", "7"),
    UserColumn("trips", "Car trips of the day, or of the hour [-]", "a number from 0 to 10,000,000", "140.5"),
    UserColumn("hour", "Hour of departure; without it the day's profile", "a whole number from 0 to 23", "8", False),
)
"""Columns of a table of trips between zones."""

MOST_TRIPS = 1e7
"""Trips in one row, and in the table, beyond which a slip of the pen is likelier than a city [-]. Assumption."""


def read_od_table(path: str | Path, zones: OdZones, network: RoadNetwork) -> pd.DataFrame:
    """
    Trips between zones.

    Parameters
    ----------
    path
        CSV or Parquet file with the columns `OD_COLUMNS`; rows of one pair (and hour) add up.
    zones
        Zones, whose names the table uses.
    network
        Road network, for messages.

    Returns
    -------
    pandas.DataFrame
        `origin`, `target` (rows of `zones`), `trips`, and `hour`, -1 where the table has none.

    Raises
    ------
    DemandError
        With every fault: missing columns, unknown zones, zones without a street, trips that are negative or no
        numbers, hours out of range, no trip at all.
    """
    table = UserTable(path, OD_COLUMNS, DemandError)
    trips = table.numbers("trips", 0.0, MOST_TRIPS)
    origin, target = (_zone_rows(table, name, zones, trips, network) for name in ("origin_zone", "target_zone"))
    hour = table.numbers("hour", 0.0, 23.0, is_whole=True) if table.has("hour") else np.full(len(table), -1.0)
    total = float(np.nansum(trips))
    if not 0.0 < total <= MOST_TRIPS and not np.isnan(trips).any():
        table.refuse_table(f"{total:g} trips in all", f"more than 0, up to {MOST_TRIPS:g}")
    table.raise_any()
    return pd.DataFrame({"origin": origin, "target": target, "trips": trips, "hour": hour.astype(np.int64)})


def trips_of_od_table(
    od: pd.DataFrame,
    zones: OdZones,
    *,
    hourly_share: Sequence[float],
    seed: int,
    sample: float = 1.0,
    origins_per_zone: int = 3,
) -> TripTable:
    """
    Single trips of a table of trips between zones, in the order of departure.

    Every pair gets its trips to the nearest whole number above or below, the table its total; start, end and minute
    are drawn.

    Parameters
    ----------
    od
        Table as from `read_od_table`.
    zones
        Its zones.
    hourly_share
        Share of the day's trips by hour [-], 24 values; used where the table has no hours.
    seed
        Seed of the draws.
    sample
        Share of the trips that is made [-].
    origins_per_zone
        Links of a zone on which trips start, spread over it, so that an assignment can share a tree of paths among
        many trips; they end on any.
    """
    rng = RandomStreams(seed).generator("background.od_table")
    row = np.repeat(np.arange(len(od)), whole_numbers(od["trips"].to_numpy(np.float64) * sample, rng.random()))
    hour = od["hour"].to_numpy(np.int64)[row]
    cumulative = np.cumsum(np.asarray(hourly_share, dtype=np.float64))
    drawn = np.searchsorted(cumulative, rng.random(len(row)) * cumulative[-1], side="right")
    hour = np.where(hour >= 0, hour, np.minimum(drawn, 23))
    depart_s = (hour + rng.random(len(row))) * SECONDS_PER_HOUR
    origin = _pick(zones, od["origin"].to_numpy(np.int64)[row], rng.random(len(row)), origins_per_zone)
    target = _pick(zones, od["target"].to_numpy(np.int64)[row], rng.random(len(row)))
    depart_us = np.floor(depart_s * MICROSECONDS_PER_SECOND).astype(np.int64)
    order = np.argsort(depart_us, kind="stable")
    return TripTable(origin[order], target[order], depart_us[order])


def trips_from_od_files(
    table: str | Path,
    zones: str | Path,
    network: RoadNetwork,
    *,
    hourly_share: Sequence[float],
    seed: int,
    sample: float = 1.0,
) -> TripTable:
    """
    Car trips from a file of trips between zones and a file of these zones.

    Parameters
    ----------
    table
        File for `read_od_table`.
    zones
        File for `read_od_zones`.
    network
        Road network.
    hourly_share, seed, sample
        As in `trips_of_od_table`.

    Raises
    ------
    DemandError
        With every fault of the file of zones or, when that is sound, of the table.
    """
    known = read_od_zones(zones, network)
    od = read_od_table(table, known, network)
    return trips_of_od_table(od, known, hourly_share=hourly_share, seed=seed, sample=sample)


def whole_numbers(amounts: FloatArray, first: float) -> IntArray:
    """
    Whole numbers beside given amounts, each off by less than 1 and their running total too.

    Parameters
    ----------
    amounts
        What to round, 0 or more.
    first
        Where the running total starts, in [0, 1); drawn, it makes every rounding fair.

    Examples
    --------
    >>> whole_numbers(np.array([0.5, 0.5, 2.25, 0.75]), 0.0).tolist()
    [0, 1, 2, 1]
    """
    running = np.floor(np.concatenate([[0.0], np.cumsum(amounts)]) + first + 1e-9)
    rounded: IntArray = np.diff(running).astype(np.int64)
    return rounded


def _pick(zones: OdZones, zone: IntArray, draw: FloatArray, at_most: int | None = None) -> LinkArray:
    """A link of each zone; one of a few spread over the zone when `at_most` is given."""
    first, number = zones.start[zone], np.diff(zones.start)[zone]
    if at_most is None:
        place = (draw * number).astype(np.int64)
    else:
        choices = np.minimum(number, at_most)
        place = ((np.floor(draw * choices) + 0.5) / choices * number).astype(np.int64)
    picked: LinkArray = zones.links[first + place]
    return picked


def _zone_rows(
    table: UserTable, name: str, zones: OdZones, trips: FloatArray, network: RoadNetwork
) -> NDArray[np.int64]:
    cells = pd.Series(table.texts(name))
    number = {zone: row for row, zone in enumerate(zones.zone_id)}
    rows = np.array([number.get(cell, -1) for cell in cells], dtype=np.int64)
    shown = ", ".join(zones.zone_id[:10]) + (", ..." if len(zones) > 10 else "")
    table.refuse(name, (rows < 0) & (cells != "").to_numpy(bool), f"one of the {len(zones)} zones: {shown}")
    is_bare = (np.diff(zones.start) == 0)[rows] & (rows >= 0) & (trips > 0.0)
    table.refuse(name, is_bare, f"a zone in which a street of {network.name} lies")
    return rows

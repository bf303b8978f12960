"""
Trips with fixed routes, checked, and packed for the kernels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd

from sim.contracts import FloatArray, IntArray, LinkArray
from sim.errors import TripError, faults_message
from sim.traffic.compiled import compiled
from sim.traffic.store import MAX_PCU, PCU_UNIT, POINTER_SHIFT
from sim.units import MICROSECONDS_PER_SECOND

LATEST_DEPARTURE_S = 864_000.0
"""Departures are expected within ten days from midnight of day 1 [s]."""


@dataclass(frozen=True, slots=True)
class RoutedTrips:
    """
    Trips in flat arrays: the fast form of the table of trips.

    Parameters
    ----------
    depart_s
        Departure [s from midnight of day 1], shape (n_trips,).
    routes_flat
        `link_id` of all routes one after another.
    route_start
        Route of trip `t` is `routes_flat[route_start[t]:route_start[t + 1]]`, shape (n_trips + 1,).
    pcu
        Passenger car units, shape (n_trips,); 1 where None.
    trip_id
        Names for messages; the row where None.
    """

    depart_s: FloatArray
    routes_flat: IntArray | LinkArray
    route_start: IntArray
    pcu: FloatArray | None = None
    trip_id: IntArray | None = None

    @staticmethod
    def none() -> RoutedTrips:
        """No trips."""
        return RoutedTrips(np.zeros(0), np.zeros(0, np.int32), np.zeros(1, np.int64))

    @staticmethod
    def from_table(trips: pd.DataFrame) -> RoutedTrips:
        """
        Trips of a table with `trip_id`, `depart_s`, `route` (a sequence of `link_id`) and optionally `pcu`.

        Raises
        ------
        TripError
            If a column is missing, or a route is no sequence of whole numbers.
        """
        missing = [column for column in ("trip_id", "depart_s", "route") if column not in trips.columns]
        if missing:
            raise TripError(f"trips: missing columns {', '.join(missing)}; found {', '.join(map(str, trips.columns))}")
        routes = trips["route"].tolist()
        try:
            lengths = np.fromiter(map(len, routes), dtype=np.int64, count=len(routes))
            total = int(lengths.sum())
            flat = np.fromiter(chain.from_iterable(routes), dtype=np.int64, count=total)
        except (TypeError, ValueError) as error:
            raise TripError(_unusable_routes(trips["trip_id"].tolist(), routes)) from error
        return RoutedTrips(
            depart_s=pd.to_numeric(trips["depart_s"], errors="coerce").to_numpy(np.float64, na_value=np.nan),
            routes_flat=flat,
            route_start=np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]),
            pcu=_optional(trips, "pcu"),
            trip_id=trips["trip_id"].to_numpy(),
        )


@dataclass(frozen=True, slots=True)
class PackedTrips:
    """
    Trips as the kernels read them.

    Parameters
    ----------
    order
        Row of each trip in the order of departure.
    departure_us
        Departures in that order [us].
    departure_word
        Words of the slots in that order: where the route begins, and pcu.
    routes
        Link rows of all routes in that order, each closed by -(rank + 1).
    """

    order: IntArray
    departure_us: IntArray
    departure_word: IntArray
    routes: LinkArray


def pack_trips(
    trips: RoutedTrips, link_ids: IntArray, from_node: IntArray | LinkArray, to_node: IntArray | LinkArray
) -> PackedTrips:
    """
    Check trips and lay their routes out in the order of departure.

    Parameters
    ----------
    trips
        The trips.
    link_ids
        `link_id` of each row of links.
    from_node, to_node
        Where each link begins and ends.

    Raises
    ------
    TripError
        With all faults: a departure that is missing or out of range, an empty route, an unknown link, a link that
        does not start where the one before ends, pcu out of range.
    """
    rows = _rows_of(trips.routes_flat, link_ids)
    depart_s = np.asarray(trips.depart_s, dtype=np.float64)
    start = np.asarray(trips.route_start, dtype=np.int64)
    pcu = np.ones(len(depart_s)) if trips.pcu is None else np.asarray(trips.pcu, dtype=np.float64)
    _refuse_shapes(trips, start, depart_s, pcu)
    _refuse_faults(trips, rows, start, depart_s, pcu, from_node, to_node)
    departure_us = np.round(depart_s * MICROSECONDS_PER_SECOND).astype(np.int64)
    order = np.argsort(departure_us, kind="stable")
    routes = np.empty(len(rows) + len(depart_s), dtype=np.int32)
    begin = np.empty(len(depart_s), dtype=np.int64)
    _lay_out(rows, start, order, routes, begin)
    word = (begin << POINTER_SHIFT) | (np.round(pcu[order] * PCU_UNIT).astype(np.int64) << 1)
    return PackedTrips(order, departure_us[order], word, routes)


@compiled
def _lay_out(rows: LinkArray, start: IntArray, order: IntArray, routes: LinkArray, begin: IntArray) -> None:
    place = 0
    for rank in range(len(order)):
        begin[rank] = place
        for link in range(start[order[rank]], start[order[rank] + 1]):
            routes[place] = rows[link]
            place += 1
        routes[place] = -rank - 1
        place += 1


def _rows_of(ids: IntArray | LinkArray, link_ids: IntArray) -> LinkArray:
    """Row of each link, -1 for an unknown one."""
    if np.array_equal(link_ids, np.arange(len(link_ids))):
        inside = (ids >= 0) & (ids < len(link_ids))
        return np.where(inside, ids, -1).astype(np.int32)
    return pd.Index(link_ids).get_indexer(pd.Index(ids)).astype(np.int32)


def _optional(trips: pd.DataFrame, column: str) -> FloatArray | None:
    if column not in trips.columns:
        return None
    return pd.to_numeric(trips[column], errors="coerce").to_numpy(np.float64, na_value=np.nan)


def _unusable_routes(names: Sequence[object], routes: Sequence[object]) -> list[str]:
    faults = []
    for name, route in zip(names, routes, strict=True):
        try:
            np.fromiter(route, dtype=np.int64)  # type: ignore[call-overload]
        except (TypeError, ValueError):
            faults.append(f"trip {name}: route is {route!r}, expected a sequence of link_id")
    return faults_message("trips", faults)


def _refuse_shapes(trips: RoutedTrips, start: IntArray, depart_s: FloatArray, pcu: FloatArray) -> None:
    faults = []
    if start.shape != (len(depart_s) + 1,) or len(pcu) != len(depart_s):
        faults.append(
            f"trips: found {len(depart_s)} departures, {len(start)} route starts, {len(pcu)} pcu; "
            "expected one more route start than departures and one pcu a departure"
        )
    elif start[0] != 0 or start[-1] != len(trips.routes_flat) or (np.diff(start) < 0).any():
        faults.append(f"trips: route_start must rise from 0 to the {len(trips.routes_flat)} links of routes_flat")
    if faults:
        raise TripError(faults)


def _refuse_faults(
    trips: RoutedTrips,
    rows: LinkArray,
    start: IntArray,
    depart_s: FloatArray,
    pcu: FloatArray,
    from_node: IntArray | LinkArray,
    to_node: IntArray | LinkArray,
) -> None:
    names = np.arange(len(depart_s)) if trips.trip_id is None else trips.trip_id
    ids = trips.routes_flat
    faults = [
        f"trip {names[trip]}: depart_s is {depart_s[trip]:g}, expected 0 to {LATEST_DEPARTURE_S:g}"
        for trip in np.flatnonzero(~((depart_s >= 0.0) & (depart_s <= LATEST_DEPARTURE_S)))
    ]
    faults += [
        f"trip {names[trip]}: pcu is {pcu[trip]:g}, expected {1 / PCU_UNIT:g} to {MAX_PCU:g}"
        for trip in np.flatnonzero(~((np.round(pcu * PCU_UNIT) >= 1.0) & (pcu <= MAX_PCU)))
    ]
    faults += [f"trip {names[trip]}: the route is empty" for trip in np.flatnonzero(np.diff(start) == 0)]
    unknown = rows < 0
    for place in np.flatnonzero(unknown):
        trip = int(np.searchsorted(start, place, side="right")) - 1
        number = place - start[trip] + 1
        faults.append(f"trip {names[trip]}: link {ids[place]} of the route (number {number}) is unknown")
    is_broken = to_node[rows[:-1]] != from_node[rows[1:]]
    is_broken &= ~(unknown[:-1] | unknown[1:])
    inner = start[1:-1]
    is_broken[inner[(inner > 0) & (inner < len(rows))] - 1] = False
    for place in np.flatnonzero(is_broken) + 1:
        trip = int(np.searchsorted(start, place, side="right")) - 1
        faults.append(
            f"trip {names[trip]}: link {ids[place]} of the route (number {place - start[trip] + 1}) starts at node "
            f"{from_node[rows[place]]}, expected {to_node[rows[place - 1]]}, where link {ids[place - 1]} ends"
        )
    if faults:
        raise TripError(faults_message("trips", faults))

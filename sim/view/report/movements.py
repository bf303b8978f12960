"""Who was where and when: vans with their traces, trips, stops and charging, and the places they used."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.measures.conversion import empty_table
from sim.view.report.roads import FlatGround
from sim.view.report.van_cost import van_costs
from sim.view.run_folder import RunFolder

TRACE_ROWS_MOST = 1_500_000
"""Rows of traces in one page; where there are more, neighbouring links are left out in turn."""

PURPOSES = ("delivery", "trunk", "charge", "cruise", "home")
PARKING = ("berth", "double", "offstreet")
OUTCOMES = ("delivered", "failed", "refused", "partial")
PLACE_KINDS = ("shop", "home", "station", "berth", "charger", "hub", "centre", "depot")

Rows = dict[str, Any]


def movements(run: RunFolder, ground: FlatGround, row_of: pd.Series[int]) -> Rows:
    """
    Vans, traces, trips, stops, charging and places, rows of each van together and in the order of its day.

    Parameters
    ----------
    run
        The run.
    ground
        The flat map.
    row_of
        Row of each link_id.
    """
    vans = run.table("vans").reset_index(drop=True)
    van_row = pd.Series(np.arange(len(vans)), index=vans["van_id"].astype(object))
    places, place_row = _places(run, ground, row_of)
    trips = _of_vans(run.trips, van_row, "depart_s")
    stops = _of_vans(run.stops, van_row, "arrival_s")
    charging = _of_vans(run.table("charging"), van_row, "arrive_s")
    stays = run.table("berths").sort_values(["park_s", "berth_id", "van_id"], kind="stable")
    return {
        "vans": _vans(run, vans, trips, stops),
        "traces": _traces(run.traces, van_row, row_of),
        "trips": {
            "starts": _starts(trips["van"], len(vans)),
            "depart": _ds(trips["depart_s"]),
            "arrive": _ds(trips["arrive_s"]),
            "distance_m": _int(trips["distance_m"]),
            "kwh": _float(trips["energy_kwh"]),
            "fuel_l": _float(trips["fuel_l"]),
            "payload_kg": _float(trips["payload_kg"]),
            "load_m3": _float(trips["load_m3"]),
            "purpose": _code(trips["purpose"], PURPOSES),
        },
        "stops": {
            "starts": _starts(stops["van"], len(vans)),
            "id": _int(stops["stop_id"]),
            "shop": _place(stops["shop_id"], place_row),
            "arrival": _ds(stops["arrival_s"]),
            "parked": _ds(stops["parked_s"]),
            "start": _ds(stops["service_start_s"]),
            "end": _ds(stops["service_end_s"]),
            "depart": _ds(stops["depart_s"]),
            "planned": _ds(stops["planned_arrival_s"]),
            "berth": _place(stops["berth_id"], place_row),
            "parking": _code(stops["parking"], PARKING),
            "outcome": _code(stops["outcome"], OUTCOMES),
            "orders": _int(stops["orders"]),
            "weight_kg": _float(stops["weight_kg"]),
        },
        "charging": {
            "starts": _starts(charging["van"], len(vans)),
            "site": _place(charging["site_id"], place_row),
            "arrive": _ds(charging["arrive_s"]),
            "plug": _ds(charging["plug_s"]),
            "unplug": _ds(charging["unplug_s"]),
            "kwh": _float(charging["energy_kwh"]),
            "soc_start": _float(charging["soc_start"]),
            "soc_end": _float(charging["soc_end"]),
            "cost_cny": _float(charging["cost_cny"]),
        },
        "stays": {
            "berth": _place(stays["berth_id"], place_row),
            "van": _int(van_row.reindex(stays["van_id"].astype(object)).fillna(-1)),
            "arrive": _ds(stays["arrive_s"]),
            "park": _ds(stays["park_s"]),
            "leave": _ds(stays["leave_s"]),
        },
        "places": places,
        "words": {"purpose": PURPOSES, "parking": PARKING, "outcome": OUTCOMES, "place": PLACE_KINDS},
    }


def _vans(run: RunFolder, vans: pd.DataFrame, trips: pd.DataFrame, stops: pd.DataFrame) -> Rows:
    rows = np.arange(len(vans))
    cost = van_costs(run).reindex(vans["van_id"]).fillna(0.0)
    driven = trips.groupby("van")[["distance_m", "energy_kwh", "fuel_l"]].sum().reindex(rows).fillna(0.0)
    visits = stops.groupby("van").agg(stops=("stop_id", "size"), orders=("orders", "sum")).reindex(rows).fillna(0.0)
    return {
        "id": [str(name) for name in vans["van_id"]],
        **{key: _categories(vans[column]) for key, column in _VAN_WORDS.items()},
        "payload_kg": _float(vans["payload_kg"]),
        "battery_kwh": _float(vans["battery_kwh"]),
        "cost_cny": _float(cost),
        "distance_m": _int(driven["distance_m"]),
        "kwh": _float(driven["energy_kwh"]),
        "fuel_l": _float(driven["fuel_l"]),
        "stops": _int(visits["stops"]),
        "orders": _int(visits["orders"]),
    }


_VAN_WORDS = {
    "carrier": "carrier_id",
    "type": "vehicle_type",
    "powertrain": "powertrain",
    "class": "access_class",
    "depot": "depot_id",
}


def _traces(traces: pd.DataFrame, van_row: pd.Series[int], row_of: pd.Series[int]) -> Rows:
    """Links driven; where there are too many, every second, third ... link is left out and bridged in a line."""
    van = van_row.reindex(traces["van_id"].astype(object)).to_numpy(dtype=np.float64)
    link = row_of.reindex(traces["link_id"]).to_numpy(dtype=np.float64)
    known = np.isfinite(van) & np.isfinite(link)
    traces, van, link = traces[known], van[known].astype(np.int64), link[known].astype(np.int64)
    order = np.lexsort((traces["enter_s"].to_numpy(), van))
    thin = -(-len(order) // TRACE_ROWS_MOST)
    if thin > 1:
        order = order[::thin]
    enter = np.rint(traces["enter_s"].to_numpy()[order] * 10.0).astype(np.int32)
    leave = np.rint(traces["exit_s"].to_numpy()[order] * 10.0).astype(np.int32)
    van = van[order]
    return {
        "starts": _starts(pd.Series(van), len(van_row)),
        "link": link[order].astype(np.int32),
        "enter": enter,
        "exit": np.maximum(leave, enter),
        "thinned": int(thin),
    }


def _places(run: RunFolder, ground: FlatGround, row_of: pd.Series[int]) -> tuple[Rows, pd.Series[int]]:
    """Places by row, and the row of each name; none where the run is older than the table."""
    places = run.table("places") if (run.folder / "places.parquet").is_file() else empty_table("places")
    places = places[places["link_id"].isin(row_of.index)].reset_index(drop=True)
    flat = ground.flat(places[["lon", "lat"]].to_numpy(dtype=np.float64))
    number = pd.Series(np.arange(len(places)), index=places["place_id"].astype(object))
    return {
        "id": [str(name) for name in places["place_id"]],
        "name": ["" if pd.isna(name) else str(name) for name in places["name"]],
        "type": _categories(places["type"].fillna("")),
        "kind": _code(places["kind"], PLACE_KINDS),
        "link": _int(row_of.reindex(places["link_id"])),
        "x": np.ascontiguousarray(flat[:, 0]),
        "y": np.ascontiguousarray(flat[:, 1]),
        "capacity": _int(places["capacity"].fillna(-1)),
    }, number


def _of_vans(table: pd.DataFrame, van_row: pd.Series[int], time: str) -> pd.DataFrame:
    van = van_row.reindex(table["van_id"].astype(object)).to_numpy(dtype=np.float64)
    table = table.assign(van=van)
    table = table[np.isfinite(van)].astype({"van": np.int64})
    return table.sort_values(["van", time], kind="stable", ignore_index=True)


def _starts(van: pd.Series[Any], vans: int) -> NDArray[np.int32]:
    """First row of each van, and the number of rows at the end."""
    return np.asarray(np.searchsorted(van.to_numpy(dtype=np.int64), np.arange(vans + 1)), dtype=np.int32)


def _ds(time_s: pd.Series[Any]) -> NDArray[np.int32]:
    """Whole tenths of a second; -1 where there is no time."""
    values = time_s.to_numpy(dtype=np.float64)
    return np.asarray(np.where(np.isfinite(values), np.rint(np.nan_to_num(values) * 10.0), -1), dtype=np.int32)


def _int(values: pd.Series[Any]) -> NDArray[np.int32]:
    whole = np.rint(np.nan_to_num(values.to_numpy(dtype=np.float64), nan=-1.0))
    return np.asarray(whole.clip(-(2**31), 2**31 - 1), dtype=np.int32)


def _float(values: pd.Series[Any]) -> NDArray[np.float32]:
    return np.asarray(values, dtype=np.float32)


def _code(values: pd.Series[Any], words: tuple[str, ...]) -> NDArray[np.uint8]:
    """Place of each value in a list of words; 255 for another."""
    known = {word: row for row, word in enumerate(words)}
    return np.asarray(values.astype(object).map(known).fillna(255), dtype=np.uint8)


def _place(names: pd.Series[Any], place_row: pd.Series[int]) -> NDArray[np.int32]:
    return np.asarray(names.astype(object).map(place_row.to_dict()).fillna(-1), dtype=np.int32)


def _categories(values: pd.Series[Any]) -> Rows:
    codes, words = pd.factorize(values.astype(str))
    return {"words": [str(word) for word in words], "code": codes.astype(np.int32)}

"""
Shops: who receives goods, where, between which hours and how often.

Whatever is drawn for a shop depends on its `shop_id` and the seed alone, so that adding, removing or moving one
shop leaves all others as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.contracts import IntArray
from sim.demand.params import DemandParams
from sim.demand.shop_types import SHOP_TYPES, read_delivery_window, shop_type_of
from sim.random_streams import RandomStreams

SHOP_COLUMNS = (
    "shop_id",
    "name",
    "shop_type",
    "lon",
    "lat",
    "link",
    "earliest_s",
    "latest_s",
    "orders_per_week",
    "mean_weight_kg",
    "mean_service_s",
    "has_offstreet",
)
SECONDS_PER_MINUTE = 60.0


def shops_from_places(places: pd.DataFrame, params: DemandParams, streams: RandomStreams) -> pd.DataFrame:
    """
    The shops among the places of a road network, in the order of the table.

    Parameters
    ----------
    places
        Places with `place_id, kind, type, name, lon, lat, link`; only those of the kind `shop` are taken.
    params
        Parameters by type of shop.
    streams
        Random streams of the run; takes those of `demand.shop_...`.

    Returns
    -------
    pandas.DataFrame
        Columns `SHOP_COLUMNS`. Unloading may start from `earliest_s` to `latest_s` [s from midnight].
    """
    shops = places[places["kind"] == "shop"]
    given = pd.DataFrame(
        {
            "shop_id": shops["place_id"].astype(str).to_numpy(dtype=object),
            "name": ["" if pd.isna(name) else str(name) for name in shops["name"]],
            "shop_type": [shop_type_of("" if pd.isna(value) else str(value)) for value in shops["type"]],
            "lon": shops["lon"].to_numpy(dtype=np.float64),
            "lat": shops["lat"].to_numpy(dtype=np.float64),
            "link": shops["link"].to_numpy(dtype=np.int32),
        }
    )
    return complete_shops(given, params, streams)


def complete_shops(given: pd.DataFrame, params: DemandParams, streams: RandomStreams) -> pd.DataFrame:
    """
    Shops with every column: what is not given is drawn by type, keyed by shop.

    Parameters
    ----------
    given
        `shop_id, name, shop_type, lon, lat, link` and optionally other columns of `SHOP_COLUMNS`, NaN where unknown.
        A window counts as given when both of its ends are.
    params
        Parameters by type of shop.
    streams
        Random streams of the run.
    """
    drawn = _draw_by_type(given, params, streams)
    shops = given.copy()
    if {"earliest_s", "latest_s"} <= set(given.columns):
        has_window = given["earliest_s"].notna() & given["latest_s"].notna()
        for column in ("earliest_s", "latest_s"):
            shops[column] = given[column].where(has_window)
    for column, values in drawn.items():
        if column in shops:
            known = shops[column].notna().to_numpy()
            values = np.where(known, shops[column].where(known, 0).to_numpy(), values).astype(values.dtype)
        shops[column] = values
    return shops[list(SHOP_COLUMNS)].reset_index(drop=True)


def shop_keys(shop_ids: Iterable[str]) -> IntArray:
    """Number of each shop in random streams: a hash of its name, the same in every run."""
    return np.array([stable_number(f"shop/{shop_id}", bits=63) for shop_id in shop_ids], dtype=np.int64)


def stable_number(text: str, *, bits: int) -> int:
    """A number of some bits from a text, the same on every machine."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little") >> (64 - bits)


def _draw_by_type(given: pd.DataFrame, params: DemandParams, streams: RandomStreams) -> dict[str, NDArray[np.generic]]:
    """Values of every shop as its type has them."""
    key = shop_keys(given["shop_id"])
    n = len(given)
    u_window = streams.keyed("demand.shop_window").uniform(key)
    u_orders = streams.keyed("demand.shop_orders_per_week").uniform(key)
    u_offstreet = streams.keyed("demand.shop_offstreet").uniform(key)
    earliest_s, latest_s = np.zeros(n), np.zeros(n)
    orders_per_week, weight_kg, service_s = np.zeros(n), np.zeros(n), np.zeros(n)
    has_offstreet = np.zeros(n, dtype=bool)
    shop_type = given["shop_type"].to_numpy(dtype=object)
    for name in SHOP_TYPES:
        rows = np.flatnonzero(shop_type == name)
        kind = params.shop_types[name]
        bounds = np.cumsum([entry.share for entry in kind.windows])[:-1]
        windows = np.array([read_delivery_window(entry.window) for entry in kind.windows])
        chosen = windows[np.searchsorted(bounds, u_window[rows], side="right")]
        earliest_s[rows], latest_s[rows] = chosen[:, 0], chosen[:, 1]
        span = kind.orders_per_week_high - kind.orders_per_week_low
        orders_per_week[rows] = np.round(kind.orders_per_week_low + span * u_orders[rows], 3)
        weight_kg[rows] = kind.mean_weight_kg
        service_s[rows] = kind.mean_service_min * SECONDS_PER_MINUTE
        has_offstreet[rows] = u_offstreet[rows] < kind.offstreet_share
    return {
        "earliest_s": earliest_s,
        "latest_s": latest_s,
        "orders_per_week": orders_per_week,
        "mean_weight_kg": weight_kg,
        "mean_service_s": service_s,
        "has_offstreet": has_offstreet,
    }

"""Suppliers: which carriers call at a shop, and how likely each of them does on a day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.contracts import FloatArray
from sim.demand.forecast import shop_forecast
from sim.demand.params import DemandParams
from sim.demand.shop_types import SHOP_TYPES
from sim.demand.shops import shop_keys
from sim.errors import ConfigError
from sim.random_streams import RandomStreams
from sim.units import Weekday

DAYS_PER_WEEK = 7.0
_MOST_HALVINGS = 200


def supplier_mix(
    shops: pd.DataFrame, carrier_shares: Sequence[float], params: DemandParams, streams: RandomStreams
) -> FloatArray:
    """
    Share of each carrier in what a shop orders [-], shape (n_shops, n_carriers); rows add up to 1.

    A shop of a type has between `suppliers_low` and `suppliers_high` suppliers, drawn by market share without
    replacement. The draw belongs to the pair of shop and carrier: a carrier that leaves the market is replaced at
    its own shops only.

    Parameters
    ----------
    shops
        Shops with `shop_id` and `shop_type`.
    carrier_shares
        Market share of each carrier; any positive numbers, or 0 for one that supplies nobody.
    params
        Parameters by type of shop.
    streams
        Random streams of the run; takes `demand.supplier_count` and `demand.supplier_choice`.

    Raises
    ------
    ConfigError
        If a share is negative or none is positive.

    Notes
    -----
    Source: Efraimidis and Spirakis (2006), "Weighted random sampling with a reservoir", Information Processing
    Letters 97(5): the k smallest of exponential draws with the shares as rates. Large carriers are chosen by most
    shops already, so among the chosen ones each counts with its market share over its chance of being chosen (Horvitz
    and Thompson 1952, Journal of the American Statistical Association 47); carriers' orders then follow the shares
    to within 2 points.
    """
    shares = np.asarray(carrier_shares, dtype=np.float64)
    if len(shares) == 0 or not np.all(np.isfinite(shares)) or shares.min() < 0.0 or shares.max() <= 0.0:
        raise ConfigError(f"carrier shares: expected numbers of 0 or more and one above 0, found {shares.tolist()}")
    key = shop_keys(shops["shop_id"])
    count = _supplier_count(shops, params, streams.keyed("demand.supplier_count").uniform(key))
    choice = streams.keyed("demand.supplier_choice")
    wait = np.full((len(shops), len(shares)), np.inf)
    for carrier in np.flatnonzero(shares > 0.0).tolist():
        wait[:, carrier] = -np.log(choice.uniform(key, carrier)) / shares[carrier]
    order = np.argsort(wait, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.broadcast_to(np.arange(len(shares)), order.shape), axis=1)
    weight = np.zeros_like(wait)
    for k in np.unique(count).tolist():
        rows = count == k
        is_chosen = (rank[rows] < k) & np.isfinite(wait[rows])
        weight[rows] = np.where(is_chosen, _weight_when_chosen(shares, k), 0.0)
    mix: FloatArray = weight / weight.sum(axis=1, keepdims=True)
    return mix


def delivery_probability(
    shops: pd.DataFrame, mix: FloatArray, params: DemandParams, *, weekday: Weekday | None, month: int | None
) -> FloatArray:
    """
    Probability that a carrier has an order for a shop on a day [-], shape (n_shops, n_carriers).

    A shop's orders of the day are split by its supplier mix. A supplier calls at most once a day: what it cannot
    deliver so is taken over by the others, until every supplier calls every day.

    Parameters
    ----------
    shops
        Shops with `orders_per_week` and `shop_type`.
    mix
        Supplier mix, as from `supplier_mix`.
    params
        Total, growth, forecast and weekday factors.
    weekday
        Day of the week; None for an average day.
    month
        Month, 1 to 12; None for an average one.

    Raises
    ------
    ConfigError
        If `orders_per_day` asks for more than one order a day from every supplier of every shop.
    """
    suppliers = (mix > 0.0).sum(axis=1).astype(np.float64)
    daily = shops["orders_per_week"].to_numpy(dtype=np.float64) / DAYS_PER_WEEK
    if params.orders_per_day is not None:
        daily = np.minimum(daily * _scale_to_total(daily, suppliers, params.orders_per_day), suppliers)
    today = params.growth * (1.0 if weekday is None else params.weekday_factor[weekday])
    factor = today * shop_forecast(shops["shop_type"].to_list(), params.forecast, year=params.year, month=month)
    return _split_with_ceiling(np.minimum(daily * factor, suppliers), mix)


def orders_per_average_day(
    shops: pd.DataFrame, carrier_shares: Sequence[float], params: DemandParams, mix: FloatArray | None = None
) -> FloatArray:
    """
    Expected orders of each carrier on an average day of the year, shape (n_carriers,).

    Parameters
    ----------
    shops, params
        Shops and demand.
    carrier_shares
        Market share of each carrier.
    mix
        Supplier mix of the shops; None: as if every carrier supplied every shop by its market share.
    """
    if mix is None:
        shares = np.asarray(carrier_shares, dtype=np.float64)
        mix = np.broadcast_to(shares / shares.sum(), (len(shops), len(shares)))
    expected: FloatArray = delivery_probability(shops, mix, params, weekday=None, month=None).sum(axis=0)
    return expected


def _weight_when_chosen(shares: FloatArray, k: int) -> FloatArray:
    """Market share over the chance to be among the first k, when carriers come at random times by their shares."""
    if k >= np.count_nonzero(shares):
        return shares
    low, high = 0.0, 1.0
    while -np.expm1(-shares * high).sum() < k:
        high *= 2.0
    for _ in range(_MOST_HALVINGS):
        middle = (low + high) / 2.0
        if -np.expm1(-shares * middle).sum() < k:
            low = middle
        else:
            high = middle
    chance = -np.expm1(-shares * high)
    weight: FloatArray = np.divide(shares, chance, out=np.zeros_like(shares), where=chance > 0.0)
    return weight


def _supplier_count(shops: pd.DataFrame, params: DemandParams, u: FloatArray) -> NDArray[np.int64]:
    low, high = np.zeros(len(shops)), np.zeros(len(shops))
    shop_type = shops["shop_type"].to_numpy(dtype=object)
    for name in SHOP_TYPES:
        rows = shop_type == name
        low[rows], high[rows] = params.shop_types[name].suppliers_low, params.shop_types[name].suppliers_high
    return (low + np.floor(u * (high - low + 1.0))).astype(np.int64)


def _scale_to_total(daily: FloatArray, suppliers: FloatArray, total: float) -> float:
    """Factor on the orders of every shop that makes their sum `total` when no supplier calls twice a day."""
    most = float(suppliers[daily > 0.0].sum())
    if total > most:
        raise ConfigError(
            f"demand.orders_per_day: expected at most {most:.0f}, one order a day from each of the suppliers of "
            f"{len(daily)} shops, found {total:g}; raise suppliers_high or lower the total"
        )
    low, high = 0.0, 1.0
    while np.minimum(daily * high, suppliers).sum() < total and high < 1e12:
        high *= 2.0
    for _ in range(_MOST_HALVINGS):
        middle = (low + high) / 2.0
        if middle in (low, high):
            break
        if np.minimum(daily * middle, suppliers).sum() < total:
            low = middle
        else:
            high = middle
    return high


def _split_with_ceiling(daily: FloatArray, mix: FloatArray) -> FloatArray:
    """Split each row's total by the mix, no part above 1; `daily` is at most the number of parts."""
    probability = np.zeros_like(mix)
    is_full = np.zeros(mix.shape, dtype=bool)
    for _ in range(mix.shape[1]):
        rest = np.where(is_full, 0.0, mix)
        free = rest.sum(axis=1)
        left = daily - is_full.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(free[:, None] > 0.0, rest * (left / free)[:, None], 0.0)
        probability = np.where(is_full, 1.0, share)
        over = probability > 1.0
        if not over.any():
            break
        is_full |= over
    clipped: FloatArray = np.clip(probability, 0.0, 1.0)
    return clipped

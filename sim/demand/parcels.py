"""
Parcels of a day: how many each courier has for each home, and which of them would be picked up at a station.

Each parcel has a number among those of its home and courier and draws of its own, so that growth adds parcels and
leaves those there were as they are, and a parcel that its receiver would pick up is the same with and without stations.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.contracts import FloatArray, IntArray
from sim.demand.forecast import year_factor
from sim.demand.parcel_params import ParcelParams
from sim.demand.shops import shop_keys
from sim.random_streams import RandomStreams

PARCEL_COLUMNS = ("home", "courier", "will_be_picked_up", "parcels")

_MOST_PARCELS = 1000
"""Parcels of one courier for one home that have draws of their own; further ones go to the door."""


def expected_parcels(
    homes: pd.DataFrame, params: ParcelParams, *, years: int, month: int | None, pick_up_share: float
) -> pd.DataFrame:
    """
    Parcels of a day in expectation, a row for each home, courier and way to be received.

    Parameters
    ----------
    homes
        Homes, as from `home_receivers`.
    params
        Parcels by resident, growth and season.
    years
        Years since the base year.
    month
        Month, 1 to 12; None for an average one.
    pick_up_share
        Share of parcels whose receivers would pick them up at a station nearby [-].
    """
    mean = _mean_parcels(homes, params, years=years, month=month)
    home, courier = np.indices(mean.shape)
    parts = []
    for will_be_picked_up, share in ((False, 1.0 - pick_up_share), (True, pick_up_share)):
        parts.append(_parcel_rows(home.ravel(), courier.ravel(), will_be_picked_up, mean.ravel() * share))
    return pd.concat(parts, ignore_index=True)


def draw_parcels(
    homes: pd.DataFrame,
    params: ParcelParams,
    streams: RandomStreams,
    *,
    years: int,
    month: int | None,
    pick_up_share: float,
    day: int = 0,
) -> pd.DataFrame:
    """
    Parcels of a day, a row for each home, courier and way to be received that has any; arguments as above.

    The number of parcels of a home and courier is a Poisson count. A parcel is one that its receiver would pick up or
    not by a draw of its own, whether there is a station or not.
    """
    key = shop_keys(homes["shop_id"])
    mean = _mean_parcels(homes, params, years=years, month=month)
    call = streams.keyed(f"demand.parcel_count_day_{day}")
    choice = streams.keyed(f"demand.parcel_pick_up_day_{day}")
    parts = []
    for courier in range(mean.shape[1]):
        count = _poisson_quantile(call.uniform(key, courier), mean[:, courier])
        picked = np.zeros(len(key), dtype=np.int64)
        for number in range(min(int(count.max(initial=0)), _MOST_PARCELS)):
            is_picked = choice.uniform(key, courier * _MOST_PARCELS + number) < pick_up_share
            picked += is_picked & (number < count)
        home = np.arange(len(key))
        parts += [
            _parcel_rows(home, np.full(len(key), courier), False, count - picked),
            _parcel_rows(home, np.full(len(key), courier), True, picked),
        ]
    parcels = pd.concat(parts, ignore_index=True)
    parcels = parcels[parcels["parcels"] > 0]
    return parcels.sort_values(list(PARCEL_COLUMNS[:3]), kind="stable", ignore_index=True)


def _mean_parcels(homes: pd.DataFrame, params: ParcelParams, *, years: int, month: int | None) -> FloatArray:
    """Expected parcels of each home by courier, shape (n_homes, n_couriers)."""
    season = 1.0 if month is None else params.month_factor[month - 1]
    by_resident = params.per_resident_day * params.by_van_share * year_factor(params.yearly_growth, years) * season
    daily = homes["residents"].to_numpy(dtype=np.float64) * by_resident
    return np.outer(daily, params.courier_shares)


def _parcel_rows(
    home: IntArray, courier: IntArray, will_be_picked_up: bool, parcels: FloatArray | IntArray
) -> pd.DataFrame:
    values = (home.astype(np.int64), courier.astype(np.int64), np.full(len(home), will_be_picked_up), parcels)
    return pd.DataFrame(dict(zip(PARCEL_COLUMNS, values, strict=True)))


def _poisson_quantile(u: FloatArray, mean: FloatArray) -> IntArray:
    """Smallest count whose probability to be reached is at least `u`; grows with the mean."""
    from scipy.special import pdtr, pdtrik

    count = np.zeros(len(u), dtype=np.int64)
    rows = np.flatnonzero(mean > 0.0)
    above = np.maximum(np.ceil(pdtrik(u[rows], mean[rows])), 0.0)
    below = np.maximum(above - 1.0, 0.0)
    count[rows] = np.where(pdtr(below, mean[rows]) >= u[rows], below, above).astype(np.int64)
    return count

"""
Orders of a day: one for each supplier that has something for a shop today.

An order is known by its shop, its carrier and the day. Its number, weight and time at the door depend on these and
the seed alone, so that the same order is the same in every scenario that has it, whoever delivers it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from sim.contracts import FloatArray, IntArray
from sim.demand.params import DemandParams
from sim.demand.shops import shop_keys, stable_number
from sim.demand.suppliers import delivery_probability, supplier_mix
from sim.random_streams import KeyedStream, RandomStreams
from sim.units import Weekday

ORDER_COLUMNS = (
    "order_id",
    "shop",
    "carrier",
    "weight_kg",
    "volume_m3",
    "earliest_s",
    "latest_s",
    "joint",
    "service_s",
    "expected_service_s",
)
_ORDER_ID_BITS = 53
"""Numbers up to 2^53 survive JSON and floating point."""


def make_orders(
    shops: pd.DataFrame,
    carrier_shares: Sequence[float],
    params: DemandParams,
    streams: RandomStreams,
    day: int = 0,
    *,
    weekday: Weekday | None = None,
    mix: FloatArray | None = None,
) -> pd.DataFrame:
    """
    Orders of one day, by shop and carrier.

    Parameters
    ----------
    shops
        Shops, as from `load_shops`.
    carrier_shares
        Market share of each carrier; the row of a carrier is its number in the result.
    params
        Demand.
    streams
        Random streams of the run; takes those of `demand.order_..._day_<day>`.
    day
        Number of the day, 0 for the first. A day is drawn once from the same streams.
    weekday
        Day of the week of that day; None for an average day.
    mix
        Supplier mix, when it is at hand (several days have the same); drawn when None.

    Returns
    -------
    pandas.DataFrame
        Columns `ORDER_COLUMNS`: `shop` and `carrier` are rows; `earliest_s` and `latest_s` bound the start of
        unloading [s from midnight of day 1]; `service_s` is the time at the door as it will turn out [s],
        `expected_service_s` what a planner reckons with [s].
    """
    if mix is None:
        mix = supplier_mix(shops, carrier_shares, params, streams)
    key = shop_keys(shops["shop_id"])
    probability = delivery_probability(shops, mix, params, weekday=weekday, month=params.month)
    call = streams.keyed(f"demand.order_placed_day_{day}")
    is_placed = np.column_stack([call.uniform(key, carrier) for carrier in range(mix.shape[1])]) < probability
    shop, carrier = np.nonzero(is_placed)
    mean_weight_kg = shops["mean_weight_kg"].to_numpy(dtype=np.float64)[shop]
    density = _density_kg_per_m3(shops, params)[shop]
    draw = streams.keyed(f"demand.order_weight_day_{day}")
    largest_kg = np.minimum(params.max_order_kg, params.max_order_m3 * density)
    weight_kg = np.minimum(_lognormal(mean_weight_kg, params.weight_cv, draw, key[shop], carrier), largest_kg)
    weight_kg = np.maximum(np.round(weight_kg, 2), 0.01)
    load = params.service_fixed_share + (1.0 - params.service_fixed_share) * weight_kg / mean_weight_kg
    expected_service_s = np.round(shops["mean_service_s"].to_numpy(dtype=np.float64)[shop] * load, 1)
    draw = streams.keyed(f"demand.order_service_duration_day_{day}")
    service_s = np.round(_lognormal(expected_service_s, params.service_cv, draw, key[shop], carrier), 1)
    return pd.DataFrame(
        {
            "order_id": order_numbers(_names(shops["shop_id"].astype(str).to_list(), shop, carrier, day)),
            "shop": shop.astype(np.int64),
            "carrier": carrier.astype(np.int64),
            "weight_kg": weight_kg,
            "volume_m3": np.round(weight_kg / density, 5),
            "earliest_s": shops["earliest_s"].to_numpy(dtype=np.float64)[shop] + 86400.0 * day,
            "latest_s": shops["latest_s"].to_numpy(dtype=np.float64)[shop] + 86400.0 * day,
            "joint": np.zeros(len(shop), dtype=bool),
            "service_s": np.maximum(service_s, 1.0),
            "expected_service_s": expected_service_s,
        }
    )


def _density_kg_per_m3(shops: pd.DataFrame, params: DemandParams) -> FloatArray:
    by_type = {name: kind.density_kg_per_m3 for name, kind in params.shop_types.items()}
    return np.array([by_type[name] for name in shops["shop_type"]], dtype=np.float64)


def _names(shop_ids: list[str], shop: IntArray, carrier: IntArray, day: int) -> Iterator[str]:
    """What the orders are known by: shop, carrier and day."""
    for row, number in zip(shop.tolist(), carrier.tolist(), strict=True):
        yield f"order/{day}/{number}/{shop_ids[row]}"


def order_numbers(names: Iterable[str], taken: Iterable[int] = ()) -> IntArray:
    """
    Number of each order from what it is known by; the later of two equal hashes is hashed again.

    Parameters
    ----------
    names
        Text for each order.
    taken
        Numbers of other orders.
    """
    used = set(taken)
    numbers = []
    for text in names:
        order_id = stable_number(text, bits=_ORDER_ID_BITS)
        while order_id in used:
            text += "/again"
            order_id = stable_number(text, bits=_ORDER_ID_BITS)
        used.add(order_id)
        numbers.append(order_id)
    return np.array(numbers, dtype=np.int64)


def spread_about(mean: FloatArray, cv: float, u: FloatArray) -> FloatArray:
    """Lognormal values with a mean and a coefficient of variation [-], from uniform draws."""
    from scipy.special import ndtri

    sigma2 = np.log1p(cv * cv)
    values: FloatArray = mean * np.exp(np.sqrt(sigma2) * ndtri(u) - sigma2 / 2.0)
    return values


def _lognormal(mean: FloatArray, cv: float, stream: KeyedStream, shop_key: IntArray, carrier: IntArray) -> FloatArray:
    """Lognormal draws with a mean and a coefficient of variation, one for each pair of shop and carrier."""
    u = np.empty(len(mean))
    for number in np.unique(carrier).tolist():
        rows = carrier == number
        u[rows] = stream.uniform(shop_key[rows], number)
    return spread_about(mean, cv, u)

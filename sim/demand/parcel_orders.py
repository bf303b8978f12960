"""Orders of a day that couriers bring: the parcels of one courier for one home, as one consignment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.demand.params import DemandParams
from sim.demand.shipments import ORDER_COLUMNS, order_numbers, spread_about
from sim.random_streams import RandomStreams


@dataclass(frozen=True, slots=True)
class HandoverTime:
    """
    Time that a courier takes where parcels are received.

    Parameters
    ----------
    stop_s
        Time of a stop besides that by parcel [s].
    parcel_s
        Time by parcel [s].
    """

    stop_s: float
    parcel_s: float


def parcel_orders(
    parcels: pd.DataFrame,
    receivers: pd.DataFrame,
    params: DemandParams,
    streams: RandomStreams,
    *,
    handover: Mapping[str, HandoverTime],
    home_ids: list[str],
    first_courier: int,
    taken: list[int],
    day: int = 0,
) -> pd.DataFrame:
    """
    One order for the parcels of a home, a courier and a way to be received.

    An order is known by these and the day, wherever it is brought: the order of parcels that are picked up at a
    station is the one that goes to the door where there is no station.

    Parameters
    ----------
    parcels
        `home, courier, will_be_picked_up, parcels` and `receiver`, the row where they are brought.
    receivers
        All receivers, as shops.
    params
        Weight and volume of parcels, spread of times.
    streams
        Random streams of the run; takes `demand.parcel_service_duration_day_<day>`.
    handover
        Time of handing over by type of receiver; that of a stop is shared by the parcels of a courier there.
    home_ids
        Name of each home.
    first_courier
        Number of the first courier among carriers.
    taken
        Numbers of other orders.
    day
        Number of the day, 0 for the first.

    Returns
    -------
    pandas.DataFrame
        Columns `ORDER_COLUMNS`.
    """
    kind = ("door", "pick_up")
    rows = zip(parcels["home"], parcels["courier"], parcels["will_be_picked_up"], strict=True)
    names = [f"parcels/{day}/{courier}/{kind[bool(picked)]}/{home_ids[home]}" for home, courier, picked in rows]
    order_id = order_numbers(names, taken)
    receiver = parcels["receiver"].to_numpy(dtype=np.int64)
    count = parcels["parcels"].to_numpy(dtype=np.float64)
    at_stop = parcels.groupby(["receiver", "courier"])["parcels"].transform("sum").to_numpy(dtype=np.float64)
    shop_type = receivers["shop_type"].to_numpy(dtype=object)[receiver]
    stop_s = np.array([handover[name].stop_s for name in shop_type], dtype=np.float64)
    parcel_s = np.array([handover[name].parcel_s for name in shop_type], dtype=np.float64)
    expected_s = np.maximum(np.round(count * (parcel_s + stop_s / at_stop), 1), 1.0)
    draw = streams.keyed(f"demand.parcel_service_duration_day_{day}")
    service_s = np.round(spread_about(expected_s, params.service_cv, draw.uniform(order_id)), 1)
    weight_kg = np.round(count * params.parcels.mean_weight_kg, 2)
    orders = pd.DataFrame(
        {
            "order_id": order_id,
            "shop": receiver,
            "carrier": parcels["courier"].to_numpy(dtype=np.int64) + first_courier,
            "weight_kg": weight_kg,
            "volume_m3": np.round(weight_kg / params.parcels.density_kg_per_m3, 5),
            "earliest_s": receivers["earliest_s"].to_numpy(dtype=np.float64)[receiver] + 86400.0 * day,
            "latest_s": receivers["latest_s"].to_numpy(dtype=np.float64)[receiver] + 86400.0 * day,
            "joint": np.zeros(len(parcels), dtype=bool),
            "service_s": np.maximum(service_s, 1.0),
            "expected_service_s": expected_s,
        }
    )
    return orders[list(ORDER_COLUMNS)]

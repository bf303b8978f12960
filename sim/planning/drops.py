"""
Drops: what a carrier brings to one shop, its orders taken together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from sim.contracts import IntArray


@dataclass(frozen=True, slots=True)
class Drop:
    """
    The orders of one carrier for one shop.

    Parameters
    ----------
    shop, link
        Row of the shop and of its link.
    orders
        Rows of the orders.
    weight_kg, volume_m3
        Load [kg], [m3].
    service_s
        Expected time at the door [s].
    earliest_s, latest_s
        Window of the start of unloading that suits all orders [s].
    """

    shop: int
    link: int
    orders: tuple[int, ...]
    weight_kg: float
    volume_m3: float
    service_s: float
    earliest_s: float
    latest_s: float


def merge_to_drops(rows: IntArray, orders: pd.DataFrame, shop_link: IntArray) -> list[Drop]:
    """
    One drop for each shop among some orders, in the order of the shops.

    Parameters
    ----------
    rows
        Rows of the orders.
    orders
        All orders.
    shop_link
        Link of each shop.
    """
    mine = orders.iloc[rows].assign(row=rows)
    drops = []
    for name, group in mine.groupby("shop", sort=True):
        shop = int(str(name))
        earliest_s = float(group["earliest_s"].max())
        drops.append(
            Drop(
                shop=shop,
                link=int(shop_link[shop]),
                orders=tuple(group["row"].tolist()),
                weight_kg=math.fsum(group["weight_kg"]),
                volume_m3=math.fsum(group["volume_m3"]),
                service_s=math.fsum(group["expected_service_s"]),
                earliest_s=earliest_s,
                latest_s=max(earliest_s, float(group["latest_s"].min())),
            )
        )
    return drops

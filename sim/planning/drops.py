"""
Drops: what a carrier brings to one shop at a time, its orders taken together.

Orders of one shop are taken together as long as one visit can suit all of them; what no vehicle of the
carrier could carry at once is split.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.contracts import FloatArray, IntArray


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
    release_s
        Time from which all its goods are at the depot [s].
    """

    shop: int
    link: int
    orders: tuple[int, ...]
    weight_kg: float
    volume_m3: float
    service_s: float
    earliest_s: float
    latest_s: float
    release_s: float = 0.0


class OrderLoads:
    """
    Columns of the order table that make drops.

    Parameters
    ----------
    orders
        Orders with `shop`, loads, windows and `expected_service_s`, and with `release_s` where goods come to the depot
        during the day.
    shop_link
        Link of each shop.
    """

    def __init__(self, orders: pd.DataFrame, shop_link: IntArray) -> None:
        self._shop_link = shop_link
        self.shop = orders["shop"].to_numpy(dtype=np.int64)
        self.weight_kg = orders["weight_kg"].to_numpy(dtype=np.float64)
        self.volume_m3 = orders["volume_m3"].to_numpy(dtype=np.float64)
        self.service_s = orders["expected_service_s"].to_numpy(dtype=np.float64)
        self.earliest_s = orders["earliest_s"].to_numpy(dtype=np.float64)
        self.latest_s = orders["latest_s"].to_numpy(dtype=np.float64)
        self.release_s: FloatArray = (
            orders["release_s"].to_numpy(dtype=np.float64) if "release_s" in orders else np.zeros(len(orders))
        )

    def drop(self, rows: Sequence[int]) -> Drop:
        """One visit with all of some orders of one shop."""
        chosen = list(rows)
        shop = int(self.shop[chosen[0]])
        earliest_s = float(self.earliest_s[chosen].max())
        return Drop(
            shop=shop,
            link=int(self._shop_link[shop]),
            orders=tuple(chosen),
            weight_kg=math.fsum(self.weight_kg[chosen]),
            volume_m3=math.fsum(self.volume_m3[chosen]),
            service_s=math.fsum(self.service_s[chosen]),
            earliest_s=earliest_s,
            latest_s=max(earliest_s, float(self.latest_s[chosen].min())),
            release_s=float(self.release_s[chosen].max()),
        )


def merge_to_drops(rows: IntArray, loads: OrderLoads) -> list[Drop]:
    """
    Drops for some orders, in the order of the shops and, at one shop, of time.

    Parameters
    ----------
    rows
        Rows of the orders.
    loads
        All orders.
    """
    if len(rows) == 0:
        return []
    by_shop = rows[np.argsort(loads.shop[rows], kind="stable")]
    first = np.flatnonzero(np.diff(loads.shop[by_shop])) + 1
    return [loads.drop(together) for own in np.split(by_shop, first) for together in _of_one_visit(own.tolist(), loads)]


def _of_one_visit(rows: list[int], loads: OrderLoads) -> Iterator[list[int]]:
    """Orders of a shop in groups that one visit each can suit; a night order does not wait for the day."""
    if len(rows) == 1:
        yield rows
        return
    together: list[int] = []
    begins_s, ends_s = 0.0, math.inf
    for row in sorted(rows, key=lambda row: (max(loads.earliest_s[row], loads.release_s[row]), row)):
        begin_s = max(loads.earliest_s[row], loads.release_s[row])
        if together and max(begins_s, begin_s) > min(ends_s, loads.latest_s[row]):
            yield sorted(together)
            together, begins_s, ends_s = [], 0.0, math.inf
        together.append(row)
        begins_s, ends_s = max(begins_s, begin_s), min(ends_s, float(loads.latest_s[row]))
    yield sorted(together)


def split_heavy(drop: Drop, capacities: Sequence[tuple[float, float]], loads: OrderLoads) -> list[Drop]:
    """
    A drop in as many parts as the largest vehicle needs visits; itself when it fits into one.

    Whole orders are packed, the largest first, each into the first part with room (first-fit decreasing). An order that
    no vehicle can carry stays a part of its own.

    Parameters
    ----------
    drop
        The drop.
    capacities
        Payload [kg] and load space [m3] of the vehicles that may serve it.
    loads
        All orders.
    """
    if not capacities or len(drop.orders) == 1:
        return [drop]
    fill = [max(drop.weight_kg / kg, drop.volume_m3 / m3) for kg, m3 in capacities]
    if min(fill) <= 1.0:
        return [drop]
    payload_kg, space_m3 = capacities[int(np.argmin(fill))]

    def size(row: int) -> float:
        return max(float(loads.weight_kg[row]) / payload_kg, float(loads.volume_m3[row]) / space_m3)

    def fits(rows: list[int]) -> bool:
        kg, m3 = math.fsum(loads.weight_kg[rows]), math.fsum(loads.volume_m3[rows])
        return math.ceil(kg) <= int(payload_kg) and math.ceil(m3 * 1e3) <= int(space_m3 * 1e3)

    parts: list[list[int]] = []
    for row in sorted(drop.orders, key=lambda row: (-size(row), row)):
        for part in parts:
            if fits([*part, row]):
                part.append(row)
                break
        else:
            parts.append([row])
    return [loads.drop(sorted(part)) for part in parts]

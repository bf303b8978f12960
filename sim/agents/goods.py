"""
Goods of the day: which are at their depot, which are on board, and what became of each order.

Every order has one fate, told once; what was on board and not delivered comes back to the depot.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from sim.agents.city import City
from sim.events import OrderClosed, OrderReturned, OrderStatus
from sim.units import to_s


class Load:
    """
    Goods on board of one van, by the rows of their orders.

    Parameters
    ----------
    city
        Knows the weights and hears the news.
    van_id
        The van.
    """

    def __init__(self, city: City, van_id: str) -> None:
        self._city = city
        self._van_id = van_id
        self._to_return: list[int] = []
        self.weight_kg = 0.0
        self.volume_m3 = 0.0

    def take_on(self, rows: Iterable[int]) -> None:
        """Load orders at the depot."""
        loaded = list(rows)
        self.weight_kg += math.fsum(self._city.orders.weight_kg[row] for row in loaded)
        self.volume_m3 += math.fsum(self._city.orders.volume_m3[row] for row in loaded)

    def hand_over(self, rows: Sequence[int], *, weight_kg: float, end_s: float, stop_id: int) -> None:
        """Orders have been delivered at a stop."""
        for row in rows:
            self._city.announce(OrderClosed(self._city.orders.order_id[row], "delivered", end_s, stop_id))
        self.weight_kg = max(0.0, self.weight_kg - weight_kg)
        volume_m3 = math.fsum(self._city.orders.volume_m3[row] for row in rows)
        self.volume_m3 = max(0.0, self.volume_m3 - volume_m3)

    def keep(
        self, rows: Iterable[int], status: OrderStatus, stop_id: int | None, missed_for: str | None = None
    ) -> None:
        """Orders will not be delivered today: they stay on board until the van is back at its depot."""
        for row in rows:
            self._city.announce(OrderClosed(self._city.orders.order_id[row], status, None, stop_id, missed_for))
            self._to_return.append(row)

    def put_back(self) -> None:
        """Unload at the depot whatever is still on board."""
        now_s = to_s(self._city.clock.now_us)
        for row in self._to_return:
            self._city.announce(OrderReturned(self._city.orders.order_id[row], self._van_id, now_s))
        self._to_return.clear()
        self.weight_kg = 0.0
        self.volume_m3 = 0.0

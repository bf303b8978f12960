"""
The distribution centre as an agent: takes in truckloads at its docks, sorts them, and hands goods to the vans.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import mesa

from sim.agents.docks import Docks
from sim.facilities.distribution_centre import DistributionCentre, SortingLine
from sim.units import to_s, to_us


class ReleasedGoods:
    """
    Which goods are at the depots of the vans that deliver them, and who waits for which.

    Goods that nobody brings to a depot are there from the beginning.

    Parameters
    ----------
    awaited
        Rows of the orders that come during the day.
    """

    def __init__(self, awaited: Iterable[int] = ()) -> None:
        self._awaited = set(awaited)
        self._waiting: list[tuple[set[int], Callable[[], None]]] = []

    def is_here(self, row: int) -> bool:
        """Whether an order can be loaded."""
        return row not in self._awaited

    def missing(self, rows: Iterable[int]) -> set[int]:
        """Those of some orders that are not here yet."""
        return self._awaited.intersection(rows)

    def call_when_here(self, rows: set[int], then: Callable[[], None]) -> None:
        """Call `then` once all of some orders are here."""
        self._waiting.append((set(rows), then))

    def release(self, rows: Iterable[int]) -> None:
        """Orders are sorted and can be loaded; those who waited for the last of them are called."""
        self._awaited.difference_update(rows)
        ready = [then for wanted, then in self._waiting if not wanted & self._awaited]
        self._waiting = [(wanted, then) for wanted, then in self._waiting if wanted & self._awaited]
        for then in ready:
            then()


class Centre(mesa.Agent):  # type: ignore[misc]
    """
    A distribution centre.

    Parameters
    ----------
    model
        The city.
    centre
        Place, docks and throughput.
    docks
        Its docks.
    """

    def __init__(self, model: mesa.Model, centre: DistributionCentre, docks: Docks) -> None:
        super().__init__(model)
        self.city = model
        self.spec = centre
        self.docks = docks
        self._line = SortingLine(centre.params)

    def receive(self, rows: tuple[int, ...]) -> None:
        """A truckload has been unloaded: sort it, and release its goods when that is done."""
        ready_s = self._line.sort(to_s(self.city.clock.now_us), len(rows))
        self.city.clock.schedule(to_us(ready_s), lambda: self.city.released_goods.release(rows))

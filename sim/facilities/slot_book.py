"""
A book of stays at several equal places: who has which of them from when until when.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from typing import Generic

from sim.facilities.queue import Customer


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """
    A stay that is booked.

    Parameters
    ----------
    from_s, until_s
        Bounds [s].
    place
        Number of the place, from 0 on.
    """

    from_s: float
    until_s: float
    place: int


class SlotBook(Generic[Customer]):
    """
    Stays that do not overlap at any place.

    Parameters
    ----------
    places
        Number of places, 1 or more.

    Examples
    --------
    >>> book = SlotBook(1)
    >>> book.book("a", 0.0, 100.0)
    Slot(from_s=0.0, until_s=100.0, place=0)
    >>> book.find(50.0, 30.0).from_s
    100.0
    >>> book.cancel("a")
    >>> book.find(50.0, 30.0).from_s
    50.0
    """

    def __init__(self, places: int) -> None:
        if places < 1:
            raise ValueError(f"places must be 1 or more, found {places}")
        self._slots: list[list[Slot]] = [[] for _ in range(places)]
        self._of: dict[Customer, Slot] = {}

    def slot_of(self, customer: Customer) -> Slot | None:
        """What a customer has booked."""
        return self._of.get(customer)

    def find(self, earliest_s: float, duration_s: float) -> Slot:
        """The first stay of a length that is free, not before a time [s]; of places free at one time, the first."""
        return min(
            Slot(start_s, start_s + duration_s, place)
            for place in range(len(self._slots))
            for start_s in (self._first_gap_s(place, earliest_s, duration_s),)
        )

    def book(self, customer: Customer, earliest_s: float, duration_s: float) -> Slot:
        """
        Book the stay that `find` finds.

        Raises
        ------
        ValueError
            If the customer has one booked already.
        """
        if customer in self._of:
            raise ValueError(f"{customer!r} has booked already")
        slot = self.find(earliest_s, duration_s)
        bisect.insort(self._slots[slot.place], slot)
        self._of[customer] = slot
        return slot

    def cancel(self, customer: Customer) -> None:
        """Give back what a customer has booked; nothing when there is none."""
        slot = self._of.pop(customer, None)
        if slot is not None:
            self._slots[slot.place].remove(slot)

    def _first_gap_s(self, place: int, earliest_s: float, duration_s: float) -> float:
        start_s = earliest_s
        for slot in self._slots[place]:
            if slot.until_s <= start_s:
                continue
            if slot.from_s - start_s >= duration_s:
                break
            start_s = slot.until_s
        return start_s

"""
Docks where trucks are loaded and unloaded: a number of them, booked slot by slot.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pydantic import BaseModel, Field


class DockParams(BaseModel, frozen=True, extra="forbid"):
    """Docks of a hub or a distribution centre."""

    docks: int = Field(ge=1, le=1000, description="Docks that can be used at the same time [-]")
    slot_min: float = Field(gt=0.0, le=480.0, description="Length of a slot that can be booked [min]")
    fixed_min: float = Field(ge=0.0, le=240.0, description="Time of a truck at a dock besides that by load [min]")
    tonne_min: float = Field(ge=0.0, le=240.0, description="Time to load or unload a tonne [min/t]")

    def handling_s(self, weight_kg: float) -> float:
        """Time of a truck at a dock [s] for a load [kg]."""
        return 60.0 * (self.fixed_min + self.tonne_min * weight_kg / 1e3)


@dataclass(frozen=True, slots=True)
class DockBooking:
    """
    A booked stay at a dock.

    Parameters
    ----------
    dock
        Number of the dock.
    from_s, until_s
        Bounds of the slots booked [s].
    """

    dock: int
    from_s: float
    until_s: float


class DockBook:
    """
    Which slots of which docks are booked.

    Slots begin on multiples of their length, counted from midnight. A longer stay takes as many slots of one dock, one
    after the other.

    Parameters
    ----------
    params
        Number of docks and length of a slot.

    Examples
    --------
    >>> book = DockBook(DockParams(docks=1, slot_min=30.0, fixed_min=10.0, tonne_min=10.0))
    >>> book.book(100.0, 1200.0)
    DockBooking(dock=0, from_s=1800.0, until_s=3600.0)
    >>> book.book(100.0, 1800.0).from_s
    3600.0
    """

    def __init__(self, params: DockParams) -> None:
        self._slot_s = 60.0 * params.slot_min
        self._taken: list[set[int]] = [set() for _ in range(params.docks)]

    def find(self, earliest_s: float, duration_s: float) -> DockBooking:
        """The first stay that is free, not before a time [s]; of docks free at one time, the first."""
        slots = max(1, math.ceil(duration_s / self._slot_s - 1e-9))
        slot = math.ceil(earliest_s / self._slot_s - 1e-9)
        while True:
            for dock, taken in enumerate(self._taken):
                if taken.isdisjoint(range(slot, slot + slots)):
                    return DockBooking(dock, slot * self._slot_s, (slot + slots) * self._slot_s)
            slot += 1

    def book(self, earliest_s: float, duration_s: float) -> DockBooking:
        """Find a stay and book it; parameters as for `find`."""
        booking = self.find(earliest_s, duration_s)
        first = round(booking.from_s / self._slot_s)
        self._taken[booking.dock].update(range(first, round(booking.until_s / self._slot_s)))
        return booking

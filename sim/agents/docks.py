"""
The docks of a hub or a centre as an agent: trucks come, use the slot they have booked, or wait in line.

A truck that comes in time has its dock from the beginning of its slot, or as soon as the truck before it has left. One
that comes after its slot has lost it: it waits in line, first come first served, for a dock that is free and not booked
by another truck for the time it needs. Slots whose truck does not come expire at their end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import mesa

from sim.events import DockLeft, DockPurpose
from sim.units import to_s, to_us


@dataclass(frozen=True, slots=True)
class DockSlot:
    """
    A booked stay of one truckload.

    Parameters
    ----------
    transfer_id
        The truckload.
    dock
        Number of the dock.
    from_s, until_s
        When it is booked [s].
    """

    transfer_id: str
    dock: int
    from_s: float
    until_s: float


@dataclass(slots=True)
class _Visit:
    """A truck at the place, waiting or at a dock."""

    transfer_id: str
    van_id: str
    purpose: DockPurpose
    weight_kg: float
    stay_us: int
    came_us: int
    is_booked: bool
    on_left: Callable[[], None]


class Docks(mesa.Agent):  # type: ignore[misc]
    """
    All docks of one place.

    Parameters
    ----------
    model
        The city.
    place_id
        Name in the tables.
    docks
        Number of docks.
    slots
        Stays booked for the day.
    """

    def __init__(self, model: mesa.Model, *, place_id: str, docks: int, slots: Sequence[DockSlot]) -> None:
        super().__init__(model)
        self.city = model
        self.place_id = place_id
        self.docks = docks
        self._slots = {slot.transfer_id: slot for slot in slots}
        self._in_use: dict[int, _Visit] = {}
        self._claims: dict[int, list[_Visit]] = {dock: [] for dock in range(docks)}
        self._line: list[_Visit] = []
        for slot in slots:
            model.clock.schedule(to_us(slot.until_s), lambda slot=slot: self._expire(slot.transfer_id))

    @property
    def waiting(self) -> int:
        """Trucks that wait for a dock [-]."""
        return len(self._line) + sum(len(claims) for claims in self._claims.values())

    def come(
        self,
        transfer_id: str,
        *,
        van_id: str,
        purpose: DockPurpose,
        weight_kg: float,
        stay_s: float,
        on_left: Callable[[], None],
    ) -> None:
        """
        Come with a truckload, or for one.

        Parameters
        ----------
        transfer_id
            The truckload.
        van_id
            The truck.
        purpose
            To load or to unload.
        weight_kg
            Its load [kg].
        stay_s
            Time at the dock [s].
        on_left
            Called when it leaves the dock.
        """
        now_us = self.city.clock.now_us
        slot = self._slots.get(transfer_id)
        visit = _Visit(transfer_id, van_id, purpose, weight_kg, to_us(stay_s), now_us, slot is not None, on_left)
        if slot is None:
            self._line.append(visit)
            self._serve_line()
        else:
            self.city.clock.schedule(max(now_us, to_us(slot.from_s)), lambda: self._claim(slot, visit))

    def _claim(self, slot: DockSlot, visit: _Visit) -> None:
        """The slot of a truck that is here has begun."""
        self._slots.pop(slot.transfer_id, None)
        self._claims[slot.dock].append(visit)
        self._serve(slot.dock)

    def _expire(self, transfer_id: str) -> None:
        """The slot of a truck that has not come ends; others may use the dock."""
        if self._slots.pop(transfer_id, None) is not None:
            self._serve_line()

    def _serve(self, dock: int) -> None:
        if dock not in self._in_use and self._claims[dock]:
            self._start(dock, self._claims[dock].pop(0))

    def _serve_line(self) -> None:
        """Give docks without a claim or a booking in the way to those in line."""
        while self._line:
            dock = self._dock_for(self._line[0])
            if dock is None:
                return
            self._start(dock, self._line.pop(0))

    def _dock_for(self, visit: _Visit) -> int | None:
        ends_s = to_s(self.city.clock.now_us + visit.stay_us)
        for dock in range(self.docks):
            is_booked = any(slot.dock == dock and slot.from_s < ends_s for slot in self._slots.values())
            if dock not in self._in_use and not self._claims[dock] and not is_booked:
                return dock
        return None

    def _start(self, dock: int, visit: _Visit) -> None:
        self._in_use[dock] = visit
        start_us = self.city.clock.now_us
        self.city.clock.schedule(start_us + visit.stay_us, lambda: self._end(dock, visit, start_us))

    def _end(self, dock: int, visit: _Visit, start_us: int) -> None:
        del self._in_use[dock]
        self.city.announce(
            DockLeft(
                place_id=self.place_id,
                dock=dock,
                transfer_id=visit.transfer_id,
                van_id=visit.van_id,
                arrive_s=to_s(visit.came_us),
                start_s=to_s(start_us),
                end_s=to_s(self.city.clock.now_us),
                booked=visit.is_booked,
                purpose=visit.purpose,
                weight_kg=visit.weight_kg,
            )
        )
        self._serve(dock)
        self._serve_line()
        visit.on_left()

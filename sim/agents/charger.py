"""
The public charging site as an agent: electric vans book, wait, plug in and leave.

With `access=queue` vans are served first come, first served. With `access=booking` every van has a slot in the book:
booked ahead, or on arrival. A van that comes before its slot may take an earlier one that is free; the slot of a van
that is later than the hold is given away, and it books anew.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import mesa

from sim.facilities.charging_session import ChargingSession
from sim.facilities.charging_site import ChargingSite
from sim.facilities.queue import WaitingQueue
from sim.facilities.site_power import SitePower
from sim.facilities.slot_book import SlotBook
from sim.units import to_s, to_us

if TYPE_CHECKING:
    from sim.agents.city import City

_MEAN_SESSION_S = 1800.0
"""What a driver expects a van before him to take at a connector [s]. Assumption."""


class ChargerSite(mesa.Agent):  # type: ignore[misc]
    """
    A charging site with one queue for all its connectors.

    Parameters
    ----------
    model
        The city.
    site
        Place, connectors and power.
    hold_s
        Time for which a booked slot is kept for a late van [s]; None: no booking.
    """

    def __init__(self, model: City, site: ChargingSite, *, hold_s: float | None = None) -> None:
        super().__init__(model)
        self.city = model
        self.spec = site
        self._queue: WaitingQueue[str] = WaitingQueue(site.connectors)
        self._power: SitePower[str] = SitePower(site.site_power_kw)
        self._on_connector: dict[str, Callable[[], None]] = {}
        self._on_full: dict[str, Callable[[], None]] = {}
        self._connector: dict[str, int] = {}
        self._free = sorted(range(site.connectors), key=lambda row: (-site.connector_kw[row], row))
        self._ends_us: dict[str, int] = {}
        self._hold_us = None if hold_s is None else to_us(hold_s)
        self._book: SlotBook[str] = SlotBook(site.connectors)
        self._early: dict[str, float] = {}

    @property
    def waiting(self) -> int:
        """Vans in the queue."""
        return self._queue.waiting

    @property
    def in_use(self) -> int:
        """Connectors in use."""
        return self._queue.in_service

    # -- before the visit ---------------------------------------------------------------------

    @property
    def takes_bookings(self) -> bool:
        """Whether vans have slots."""
        return self._hold_us is not None

    def expected_wait_s(self, arrive_s: float, duration_s: float) -> float:
        """
        Wait that a driver expects [s]: by the book, or by the vans that are at the site now.

        Parameters
        ----------
        arrive_s
            Arrival [s].
        duration_s
            Time at the connector [s].
        """
        if self.takes_bookings:
            return self._book.find(arrive_s, duration_s).from_s - arrive_s
        ahead = max(0, self._queue.waiting + self._queue.in_service + 1 - self.spec.connectors)
        return _MEAN_SESSION_S * ahead / self.spec.connectors

    def reserve(self, van_id: str, arrive_s: float, duration_s: float) -> None:
        """Book a slot for a van, instead of one it may have; nothing at a site without bookings."""
        if self._hold_us is None:
            return
        self._book.cancel(van_id)
        slot = self._book.book(van_id, arrive_s, duration_s)
        expires_us = max(self.city.clock.now_us, to_us(slot.from_s) + self._hold_us)
        self.city.clock.schedule(expires_us, lambda: self._expire(van_id, slot.from_s))

    def cancel(self, van_id: str) -> None:
        """Give back the slot of a van that does not come."""
        self._book.cancel(van_id)
        self._move_up()

    def _expire(self, van_id: str, from_s: float) -> None:
        slot = self._book.slot_of(van_id)
        is_here = van_id in self._on_connector or van_id in self._connector
        if slot is not None and slot.from_s == from_s and not is_here:
            self._book.cancel(van_id)
            self._move_up()

    # -- the visit ----------------------------------------------------------------------------

    def come(self, van_id: str, duration_s: float, on_connector: Callable[[], None]) -> None:
        """
        Come to the site; `on_connector` is called once a connector falls to the van.

        Parameters
        ----------
        van_id
            The van.
        duration_s
            Time it expects to be at the connector [s].
        on_connector
            What it does then.
        """
        self._on_connector[van_id] = on_connector
        if not self.takes_bookings:
            self._join_queue(van_id)
            return
        self._early[van_id] = duration_s
        self._wait_for_slot(van_id)

    def _wait_for_slot(self, van_id: str) -> None:
        """Take the earliest slot there is from now on, and join the queue when it begins."""
        now_us = self.city.clock.now_us
        now_s = to_s(now_us)
        had = self._book.slot_of(van_id)
        if had is None or had.from_s > now_s:
            self._book.cancel(van_id)
            had = self._book.book(van_id, now_s, self._early[van_id])
        slot = had
        if to_us(slot.from_s) <= now_us:
            del self._early[van_id]
            self._join_queue(van_id)
            return

        def slot_begins() -> None:
            if van_id in self._early and self._book.slot_of(van_id) == slot:
                del self._early[van_id]
                self._join_queue(van_id)

        self.city.clock.schedule(to_us(slot.from_s), slot_begins)

    def _join_queue(self, van_id: str) -> None:
        if self._queue.arrive(van_id):
            self._connector[van_id] = self._free.pop(0)
            self._on_connector.pop(van_id)()

    def connector_id(self, van_id: str) -> str:
        """Connector that a van is plugged into."""
        return f"{self.spec.site_id}-{self._connector[van_id] + 1}"

    def connector_kw(self, van_id: str) -> float:
        """Power of the connector that a van is plugged into [kW]."""
        return self.spec.connector_kw[self._connector[van_id]]

    def plug_in(self, van_id: str, session: ChargingSession, on_full: Callable[[], None]) -> None:
        """Begin a session; `on_full` is called when it has reached its target."""
        self._on_full[van_id] = on_full
        self._reschedule(self._power.plug(van_id, session, to_s(self.city.clock.now_us)))

    def _reschedule(self, van_ids: list[str]) -> None:
        """Put the ends of sessions on the clock; ends from before are void."""
        now_us = self.city.clock.now_us
        for van_id in van_ids:
            end_us = max(now_us, to_us(self._power.end_s(van_id)))
            self._ends_us[van_id] = end_us
            self.city.clock.schedule(end_us, partial(self._end, van_id, end_us))

    def _end(self, van_id: str, end_us: int) -> None:
        if self._ends_us.get(van_id) == end_us:
            del self._ends_us[van_id]
            self._reschedule(self._power.unplug(van_id, to_s(end_us)))
            self._on_full.pop(van_id)()

    def leave(self, van_id: str) -> None:
        """Free the connector of a van, and give it to the one that is next."""
        self._book.cancel(van_id)
        following = self._queue.leave(van_id)
        connector = self._connector.pop(van_id)
        if following is not None:
            self._connector[following] = connector
            self._on_connector.pop(following)()
        else:
            self._free.append(connector)
            self._free.sort(key=lambda row: (-self.spec.connector_kw[row], row))
        self._move_up()

    def _move_up(self) -> None:
        """Vans that wait for their slots take earlier ones that have become free."""
        for van_id in sorted(self._early, key=self._slot_start_s):
            if van_id in self._early:
                self._wait_for_slot(van_id)

    def _slot_start_s(self, van_id: str) -> float:
        slot = self._book.slot_of(van_id)
        return float("inf") if slot is None else slot.from_s

"""
The loading berth as an agent: vans book slots, park in it, wait for it and leave it.

Without bookings the berth is a queue, first come first served. With bookings every stay is in a book: booked ahead, or
on arrival when the book leaves room for it. A slot whose van is later than the hold is given away; vans without a slot
do not wait, since others have a claim.
"""

from __future__ import annotations

from collections.abc import Callable

import mesa

from sim.contracts import AccessClass
from sim.events import BerthLeft
from sim.facilities.loading_berth import LoadingBerth
from sim.facilities.queue import WaitingQueue
from sim.facilities.slot_book import SlotBook
from sim.units import to_s, to_us


class Berth(mesa.Agent):  # type: ignore[misc]
    """
    A loading berth and the vans in it or waiting for it.

    Parameters
    ----------
    model
        The city.
    berth
        Place, spaces, users and time limit.
    hold_s
        Time for which a booked slot waits for a late van [s]; None: no booking.
    """

    def __init__(self, model: mesa.Model, berth: LoadingBerth, *, hold_s: float | None = None) -> None:
        super().__init__(model)
        self.set_up(berth, hold_s)

    def set_up(self, berth: LoadingBerth, hold_s: float | None) -> None:
        """Begin the day with nobody here and nothing booked."""
        self.spec = berth
        self._queue: WaitingQueue[str] = WaitingQueue(berth.spaces)
        self._called: dict[str, Callable[[], None]] = {}
        self._came_us: dict[str, int] = {}
        self._parked_us: dict[str, int] = {}
        self._hold_us = None if hold_s is None else to_us(hold_s)
        self._book: SlotBook[str] = SlotBook(berth.spaces)
        self._ahead: set[str] = set()
        self._has_booked: dict[str, bool] = {}

    # -- before the visit ---------------------------------------------------------------------

    @property
    def takes_bookings(self) -> bool:
        """Whether vans have slots."""
        return self._hold_us is not None

    def admits(self, access_class: AccessClass, time_us: int) -> bool:
        """Whether it is kept free for vans of a class at a time [us]."""
        return self.spec.admits(access_class, to_s(time_us))

    def reserve(self, visit: str, arrive_s: float, stay_s: float, *, latest_s: float) -> bool:
        """
        Book a slot for a visit to come; False when none begins in time.

        Parameters
        ----------
        visit
            Name of the visit.
        arrive_s, latest_s
            When it is expected, and when the slot must begin at the latest [s].
        stay_s
            How long the van will stay [s].
        """
        if self._hold_us is None or self._book.find(arrive_s, stay_s).from_s > latest_s:
            return False
        slot = self._book.book(visit, arrive_s, stay_s)
        self._ahead.add(visit)
        self.model.clock.schedule(to_us(slot.from_s) + self._hold_us, lambda: self._expire(visit))
        return True

    def slot_from_us(self, visit: str) -> int | None:
        """When the slot of a visit begins [us]; None when it has none, or has lost it."""
        slot = self._book.slot_of(visit) if visit in self._ahead else None
        return None if slot is None else to_us(slot.from_s)

    def cancel(self, visit: str) -> None:
        """Give back the slot of a visit that is made elsewhere."""
        if visit in self._ahead:
            self._ahead.discard(visit)
            self._book.cancel(visit)

    def _expire(self, visit: str) -> None:
        if visit not in self._came_us:
            self.cancel(visit)

    @property
    def waiting(self) -> int:
        """Vans in the queue."""
        return self._queue.waiting

    @property
    def in_use(self) -> int:
        """Spaces in use."""
        return self._queue.in_service

    # -- the visit ----------------------------------------------------------------------------

    def has_room(self, visit: str, now_us: int, stay_s: float) -> bool:
        """Whether a van that came now could park at once, without taking a slot of another."""
        if not self._queue.has_free_server:
            return False
        if self._hold_us is None:
            return True
        own = self.slot_from_us(visit)
        if own is not None and own <= now_us:
            return True
        return self._book.find(to_s(now_us), stay_s).from_s <= to_s(now_us)

    def park(self, visit: str, came_us: int, now_us: int, stay_s: float) -> bool:
        """
        Take a free space; False when there is none.

        Parameters
        ----------
        visit
            Name of the visit.
        came_us
            When the van came to the shop it serves [us]; the wait counts from then.
        now_us
            Time now [us].
        stay_s
            How long it is expected to stay [s].
        """
        if not self.has_room(visit, now_us, stay_s):
            return False
        self._queue.arrive(visit)
        self._came_us[visit] = came_us
        self._begin(visit, now_us, stay_s)
        return True

    def wait(self, visit: str, came_us: int, stay_s: float, on_space: Callable[[], None]) -> None:
        """Join the queue; `on_space` is called when a space falls to the van."""
        self._queue.arrive(visit)
        self._came_us[visit] = came_us

        def called() -> None:
            self._begin(visit, self.model.clock.now_us, stay_s)
            on_space()

        self._called[visit] = called

    def give_up(self, visit: str) -> None:
        """Leave the queue; a slot that was booked is given back."""
        self._queue.give_up(visit)
        del self._called[visit], self._came_us[visit]
        self.cancel(visit)

    def leave(self, visit: str, van_id: str, now_us: int) -> float:
        """Free the space of a van, and give it to the one that waits longest; returns the time beyond the limit [s]."""
        following = self._queue.leave(visit)
        parked_us = self._parked_us.pop(visit)
        stay_s = to_s(now_us - parked_us)
        over_s = max(0.0, stay_s - self.spec.max_stay_s)
        self._book.cancel(visit)
        self.model.announce(
            BerthLeft(
                berth_id=self.spec.berth_id,
                link_id=self.spec.link,
                van_id=van_id,
                arrive_s=to_s(self._came_us.pop(visit)),
                park_s=to_s(parked_us),
                leave_s=to_s(now_us),
                over_limit_s=over_s,
                booked=self._has_booked.pop(visit),
                price_cny=self.spec.price_cny(stay_s),
            )
        )
        if following is not None:
            self._called.pop(following)()
        return over_s

    def _begin(self, visit: str, now_us: int, stay_s: float) -> None:
        """A van stands in a space; its stay is in the book from now on."""
        self._parked_us[visit] = now_us
        self._has_booked[visit] = visit in self._ahead
        self._ahead.discard(visit)
        if self._hold_us is not None:
            self._book.cancel(visit)
            if self._book.find(to_s(now_us), stay_s).from_s <= to_s(now_us):
                self._book.book(visit, to_s(now_us), stay_s)

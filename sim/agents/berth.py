"""
The loading berth as an agent: vans park in it, wait for it and leave it.
"""

from __future__ import annotations

from collections.abc import Callable

import mesa

from sim.events import BerthLeft
from sim.facilities.loading_berth import LoadingBerth
from sim.facilities.queue import WaitingQueue
from sim.units import to_s


class Berth(mesa.Agent):  # type: ignore[misc]
    """
    A loading berth and the vans in it or waiting for it.

    Parameters
    ----------
    model
        The city.
    berth
        Place, spaces and time limit.
    """

    def __init__(self, model: mesa.Model, berth: LoadingBerth) -> None:
        super().__init__(model)
        self.spec = berth
        self._queue: WaitingQueue[str] = WaitingQueue(berth.spaces)
        self._called: dict[str, Callable[[], None]] = {}
        self._came_us: dict[str, int] = {}
        self._parked_us: dict[str, int] = {}

    @property
    def has_free_space(self) -> bool:
        """Whether a van that came now could park at once."""
        return self._queue.has_free_server

    def park(self, van_id: str, came_us: int, now_us: int) -> bool:
        """
        Take a free space; False when there is none.

        Parameters
        ----------
        van_id
            The van.
        came_us
            When it came to the shop it serves [us]; the wait counts from then.
        now_us
            Time now [us].
        """
        if not self._queue.has_free_server:
            return False
        self._queue.arrive(van_id)
        self._came_us[van_id] = came_us
        self._parked_us[van_id] = now_us
        return True

    def wait(self, van_id: str, came_us: int, on_space: Callable[[], None]) -> None:
        """Join the queue; `on_space` is called when a space falls to the van."""
        self._queue.arrive(van_id)
        self._came_us[van_id] = came_us
        self._called[van_id] = on_space

    def give_up(self, van_id: str) -> None:
        """Leave the queue."""
        self._queue.give_up(van_id)
        del self._called[van_id], self._came_us[van_id]

    def leave(self, van_id: str, now_us: int) -> None:
        """Free the space of a van, and give it to the one that waits longest."""
        following = self._queue.leave(van_id)
        parked_us = self._parked_us.pop(van_id)
        stay_s = to_s(now_us - parked_us)
        self.model.announce(
            BerthLeft(
                berth_id=self.spec.berth_id,
                link_id=self.spec.link,
                van_id=van_id,
                arrive_s=to_s(self._came_us.pop(van_id)),
                park_s=to_s(parked_us),
                leave_s=to_s(now_us),
                over_limit_s=max(0.0, stay_s - self.spec.max_stay_s),
                booked=False,
            )
        )
        if following is not None:
            self._parked_us[following] = now_us
            self._called.pop(following)()

"""
The event clock: decisions of agents in the order of (time, sequence).

Times are whole microseconds from midnight of day 1, so that equal times are equal on every machine.
Ties go to the event that was scheduled first.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable


class EventClock:
    """A queue of callbacks by time. It never runs backwards."""

    __slots__ = ("_heap", "_sequence", "now_us")

    def __init__(self) -> None:
        self.now_us = 0
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._sequence = 0

    def __len__(self) -> int:
        return len(self._heap)

    def schedule(self, time_us: int, action: Callable[[], None]) -> None:
        """
        Call `action` when the clock reaches `time_us`.

        Raises
        ------
        ValueError
            If the time has passed already.
        """
        if time_us < self.now_us:
            raise ValueError(f"event at {time_us} us lies before now, {self.now_us} us")
        heapq.heappush(self._heap, (time_us, self._sequence, action))
        self._sequence += 1

    def next_time_us(self) -> int | None:
        """Time of the next event [us], or None when there is none."""
        return self._heap[0][0] if self._heap else None

    def advance_to(self, time_us: int) -> None:
        """
        Move the clock on without running events.

        Raises
        ------
        ValueError
            If that would run the clock backwards or past a scheduled event.
        """
        if time_us < self.now_us or (self._heap and self._heap[0][0] < time_us):
            raise ValueError(f"cannot move the clock from {self.now_us} us to {time_us} us")
        self.now_us = time_us

    def run_next(self) -> None:
        """Run the next event and set the clock to its time."""
        time_us, _, action = heapq.heappop(self._heap)
        self.now_us = time_us
        action()

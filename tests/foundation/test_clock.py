"""Events run in the order of time, and of scheduling where times are equal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.clock import EventClock


@given(st.lists(st.integers(0, 50), max_size=60))
def test_events_run_by_time_then_by_order_of_scheduling(times: list[int]) -> None:
    """Ties go to the event scheduled first."""
    clock = EventClock()
    ran: list[tuple[int, int]] = []
    for number, time_us in enumerate(times):
        clock.schedule(time_us, lambda number=number: ran.append((clock.now_us, number)))  # type: ignore[misc]
    while len(clock):
        clock.run_next()
    assert ran == sorted((time_us, number) for number, time_us in enumerate(times))


def test_the_clock_never_runs_backwards() -> None:
    """Neither an event in the past nor a jump over a due event is accepted."""
    clock = EventClock()
    clock.advance_to(10)
    with pytest.raises(ValueError, match="before now"):
        clock.schedule(9, lambda: None)
    clock.schedule(20, lambda: None)
    with pytest.raises(ValueError, match="cannot move"):
        clock.advance_to(21)
    clock.advance_to(20)
    assert clock.next_time_us() == 20

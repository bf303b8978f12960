"""The calendar of events gives them back by time, then by number."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.traffic.event_calendar import next_event, schedule, take_out
from sim.traffic.store import CLOCK_ENTRIES, EVENT_COLUMNS, EVENT_US, FOREVER, PENDING, SLICE_BITS

N_EVENTS = 12


@settings(max_examples=60, deadline=None)
@given(
    orders=st.lists(st.tuples(st.integers(0, N_EVENTS - 1), st.integers(0, 5000) | st.just(FOREVER)), max_size=60),
    later=st.lists(st.tuples(st.integers(0, N_EVENTS - 1), st.integers(0, 500)), max_size=20),
    width_bits=st.integers(0, 9),
    size_bits=st.integers(0, 6),
)
def test_events_come_by_time_then_number_whatever_the_width_of_a_slice(
    orders: list[tuple[int, int]], later: list[tuple[int, int]], width_bits: int, size_bits: int
) -> None:
    """Rescheduling moves an event, FOREVER takes it out, and events may be added while others come out."""
    clock = np.zeros(CLOCK_ENTRIES, dtype=np.int64)
    clock[SLICE_BITS] = width_bits
    slices = np.full(2**size_bits, -1, dtype=np.int32)
    events = np.full((N_EVENTS, EVENT_COLUMNS), -1, dtype=np.int64)
    events[:, EVENT_US] = FOREVER
    expected: dict[int, int] = {}

    def put(event: int, time_us: int) -> None:
        schedule(clock, slices, events, time_us, event)
        expected.pop(event, None)
        if time_us != FOREVER:
            expected[event] = time_us

    for event, time_us in orders:
        put(event, time_us)
    additions = iter(later)
    while expected:
        first = min(expected, key=lambda event: (expected[event], event))
        now_us = expected[first]
        earlier = next_event(clock, slices, events, now_us - 1)[0] if now_us else -1
        assert earlier in (-1, first)
        found, before = next_event(clock, slices, events, now_us)
        assert found == first
        take_out(clock, slices, events, found, before)
        del expected[first]
        for event, wait_us in [next(additions, (-1, 0))]:
            if event >= 0:
                put(event, now_us + wait_us)
    assert clock[PENDING] == 0
    assert next_event(clock, slices, events, 10_000)[0] == -1

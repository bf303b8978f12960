"""
The event queue: a calendar of narrow time slices, each with a short list of events.

Every link has two events, `2 link` (it opens for those that wait) and `2 link + 1` (its first vehicle is ready at
the stop line), each pending at most once. Events come out by time, then by number, whatever the width of a slice.

In the same kernel a heap with four children a node took 130 to 160 ns a link traversal where this takes 105 to 120
(20x20 grid, 100,000 trips), and could not move an event without leaving the old entry behind.

Source: R. Brown (1988), "Calendar queues: a fast O(1) priority queue implementation for the simulation event set
problem", Communications of the ACM 31(10).
"""

from __future__ import annotations

from sim.contracts import IntArray, LinkArray
from sim.traffic.compiled import compiled, inlined
from sim.traffic.store import EVENT_NEXT, EVENT_US, FOREVER, PENDING, SLICE, SLICE_BITS


@compiled
def _unschedule(clock: IntArray, slices: LinkArray, events: IntArray, event: int) -> None:
    """Take a pending event out, wherever it is in its list; rare enough to be called."""
    first = (events[event, EVENT_US] >> clock[SLICE_BITS]) & (len(slices) - 1)
    other = slices[first]
    if other == event:
        slices[first] = events[event, EVENT_NEXT]
    else:
        while events[other, EVENT_NEXT] != event:
            other = events[other, EVENT_NEXT]
        events[other, EVENT_NEXT] = events[event, EVENT_NEXT]
    events[event, EVENT_US] = FOREVER
    clock[PENDING] -= 1


@inlined
def schedule(clock: IntArray, slices: LinkArray, events: IntArray, time_us: int, event: int) -> None:
    """Let an event happen at `time_us` and at no other time; never, if that is FOREVER."""
    if events[event, EVENT_US] != FOREVER:
        _unschedule(clock, slices, events, event)
    if time_us != FOREVER:
        first = (time_us >> clock[SLICE_BITS]) & (len(slices) - 1)
        events[event, EVENT_US] = time_us
        events[event, EVENT_NEXT] = slices[first]
        slices[first] = event
        clock[PENDING] += 1


@inlined
def next_event(clock: IntArray, slices: LinkArray, events: IntArray, until_us: int) -> tuple[int, int]:
    """
    The next event and the one before it in its list, -1 if there is none.

    Both -1 if nothing is pending in the slices up to that of `until_us`.
    """
    best = -1
    best_before = -1
    if clock[PENDING] == 0:
        return best, best_before
    bits = clock[SLICE_BITS]
    last = until_us >> bits
    mask = len(slices) - 1
    now = clock[SLICE]
    best_us = FOREVER
    while now <= last:
        event = slices[now & mask]
        before = -1
        while event >= 0:
            time_us = events[event, EVENT_US]
            if (time_us < best_us or (time_us == best_us and event < best)) and time_us >> bits == now:
                best = event
                best_before = before
                best_us = time_us
            before = event
            event = events[event, EVENT_NEXT]
        if best >= 0:
            break
        now += 1
    clock[SLICE] = min(now, last)
    return best, best_before


@inlined
def take_out(clock: IntArray, slices: LinkArray, events: IntArray, event: int, before: int) -> None:
    """Take out the event that `next_event` has just found."""
    if before < 0:
        slices[clock[SLICE] & (len(slices) - 1)] = events[event, EVENT_NEXT]
    else:
        events[before, EVENT_NEXT] = events[event, EVENT_NEXT]
    events[event, EVENT_US] = FOREVER
    clock[PENDING] -= 1

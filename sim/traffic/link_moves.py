"""
A vehicle enters a link, its gap travels back, a vehicle leaves: the physics of one link.

A vehicle is ready to leave when it has driven the link and the stop line is free: `pcu / capacity` after the one
before it. A link may be entered when its upstream end is free, `pcu / saturation flow` after the one before, and
the vehicles on it with the gaps on their way back from the stop line take less than its storage.
"""

from __future__ import annotations

from sim.contracts import IntArray, LinkArray
from sim.traffic.compiled import compiled, inlined
from sim.traffic.event_calendar import schedule
from sim.traffic.store import (
    BIN,
    BIN_BEGIN,
    BIN_WIDTH,
    DRIVING_TIME,
    ENTERED,
    ENTRY_HEADWAY,
    ENTRY_READY,
    FOREVER,
    FREE_TIME,
    GAP_MASK,
    GAP_MEMORY_BITS,
    LEFT,
    MOST_GAP_HEADWAYS,
    PCU_MASK,
    PCU_UNIT,
    RELEASED,
    RING,
    SIGNAL,
    SLOT_TIME,
    SLOT_WORD,
    STOP_HEADWAY,
    STOP_READY,
    STORAGE,
    TRAVEL_US,
    USED,
    WAVE_TIME,
)


@inlined
def pcu_of(word: int) -> int:
    """Passenger car units of a vehicle [pcu/1000]."""
    return (word >> 1) & PCU_MASK


@inlined
def headway_of(car_headway_us: int, pcu: int) -> int:
    """Time that a vehicle takes where a passenger car takes `car_headway_us` [us]."""
    if pcu == PCU_UNIT or car_headway_us == FOREVER:
        return car_headway_us
    return max((car_headway_us * pcu + PCU_UNIT // 2) // PCU_UNIT, 1)


@inlined
def slot_of(ring: int, count: int) -> int:
    """Slot of the vehicle that entered as number `count`."""
    return (ring >> 6) + (count & ((1 << (ring & 63)) - 1))


@inlined
def is_open(links: IntArray, slots: IntArray, link: int, now_us: int) -> bool:
    """Whether a vehicle may enter `link` now; gaps that have travelled back are struck off if need be."""
    if links[link, ENTRY_READY] > now_us:
        return False
    storage: int = links[link, STORAGE]
    used: int = links[link, USED]
    if used < storage:
        return True
    ring = links[link, RING]
    left_us = now_us - links[link, WAVE_TIME]
    released = links[link, RELEASED]
    while released < links[link, LEFT]:
        slot = slot_of(ring, released)
        if slots[slot, SLOT_TIME] > left_us:
            break
        used -= pcu_of(slots[slot, SLOT_WORD])
        released += 1
    links[link, USED] = used
    links[link, RELEASED] = released
    return used < storage


@compiled
def opening_us(links: IntArray, slots: IntArray, link: int) -> int:
    """When `link` may next be entered, as far as the gaps under way tell; FOREVER if they leave no room [us]."""
    ready_us: int = links[link, ENTRY_READY]
    used = links[link, USED]
    storage = links[link, STORAGE]
    if used < storage:
        return ready_us
    ring = links[link, RING]
    released = links[link, RELEASED]
    while released < links[link, LEFT]:
        slot = slot_of(ring, released)
        used -= pcu_of(slots[slot, SLOT_WORD])
        if used < storage:
            gap_us: int = slots[slot, SLOT_TIME] + links[link, WAVE_TIME]
            return max(ready_us, gap_us)
        released += 1
    return FOREVER


@inlined
def meet_signal(links: IntArray, link: int, now_us: int) -> None:
    """
    Let the signal's delay follow the flow of vehicles that enter: D / (1 - y).

    `y` is the flow over the saturation flow, from the mean time between entries; no more than what the stop line
    serves arrives in the long run, so `y` stays below the green share.
    """
    headway = links[link, ENTRY_HEADWAY]
    delay_us = links[link, SIGNAL] >> 32
    mean_us = links[link, SIGNAL] & GAP_MASK
    gap_us = min(now_us - links[link, ENTRY_READY] + headway, MOST_GAP_HEADWAYS * headway)
    mean_us += (gap_us - mean_us) >> GAP_MEMORY_BITS
    mean_us = max(mean_us, headway)
    links[link, SIGNAL] = (delay_us << 32) | mean_us
    served_us = mean_us
    if links[link, STOP_HEADWAY] != FOREVER:
        served_us = max(mean_us, links[link, STOP_HEADWAY])
    links[link, FREE_TIME] = links[link, DRIVING_TIME] + delay_us * served_us // max(served_us - headway, 1)


@inlined
def enter(
    clock: IntArray,
    links: IntArray,
    slots: IntArray,
    slices: LinkArray,
    events: IntArray,
    link: int,
    word: int,
    now_us: int,
) -> None:
    """Put a vehicle at the upstream end of `link`."""
    entered = links[link, ENTERED]
    slot = slot_of(links[link, RING], entered)
    slots[slot, SLOT_TIME] = now_us
    slots[slot, SLOT_WORD] = word
    pcu = pcu_of(word)
    if links[link, SIGNAL] != 0:
        meet_signal(links, link, now_us)
    links[link, USED] += pcu
    links[link, ENTRY_READY] = now_us + headway_of(links[link, ENTRY_HEADWAY], pcu)
    links[link, ENTERED] = entered + 1
    if links[link, LEFT] == entered:
        ready_us = max(now_us + links[link, FREE_TIME], links[link, STOP_READY])
        schedule(clock, slices, events, ready_us, 2 * link + 1)


@inlined
def leave(clock: IntArray, links: IntArray, slots: IntArray, late_us: IntArray, link: int, now_us: int) -> int:
    """Let the first vehicle of `link` pass the stop line; its gap starts to travel back. Returns its entry [us]."""
    left = links[link, LEFT]
    slot = slot_of(links[link, RING], left)
    enter_us: int = slots[slot, SLOT_TIME]
    slots[slot, SLOT_TIME] = now_us
    links[link, LEFT] = left + 1
    links[link, TRAVEL_US] += now_us - enter_us
    links[link, STOP_READY] = now_us + headway_of(links[link, STOP_HEADWAY], pcu_of(slots[slot, SLOT_WORD]))
    if enter_us < clock[BIN_BEGIN]:
        late_us[enter_us // clock[BIN_WIDTH], link] += now_us - enter_us
        late_us[clock[BIN], link] -= now_us - enter_us
    return enter_us


@inlined
def ready_us(links: IntArray, slots: IntArray, link: int) -> int:
    """When the first vehicle of `link` is ready at the stop line; FOREVER if there is none [us]."""
    left: int = links[link, LEFT]
    if left == links[link, ENTERED]:
        return FOREVER
    driven_us: int = slots[slot_of(links[link, RING], left), SLOT_TIME] + links[link, FREE_TIME]
    free_us: int = links[link, STOP_READY]
    return max(driven_us, free_us)

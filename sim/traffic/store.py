"""
The arrays that the traffic kernels work on, and what their columns mean.

All times are whole microseconds, passenger car units whole thousandths, so that a run repeats to the byte. A row
of `links` fills two cache lines, which is what moving a vehicle touches.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.contracts import FOREVER_US, FloatArray, IntArray, LinkArray

FOREVER = int(FOREVER_US)
"""A time that never comes [us]."""

# Columns of `links`: what leaving a link needs, then what entering it needs besides.
ENTERED = 0
"""Vehicles that have entered so far."""
LEFT = 1
"""Vehicles that have left so far."""
STOP_READY = 2
"""When the stop line is free for the next vehicle [us], FOREVER while closed."""
WAITERS = 3
"""First of the approaches that wait to enter, -1 if none."""
RING = 4
"""`first slot << 6 | log2(slots)` of the link."""
FREE_TIME = 5
"""Least time on the link: at free speed, and the signal's delay [us]."""
STOP_HEADWAY = 6
"""Time a passenger car takes at the stop line [us], FOREVER while closed."""
TRAVEL_US = 7
"""Time on the link of all vehicles that have left [us]."""
ENTRY_READY = 8
"""When the upstream end is free for the next vehicle [us]."""
USED = 9
"""Storage taken by vehicles and by gaps under way [pcu/1000]."""
STORAGE = 10
"""Room on the link [pcu/1000]."""
ENTRY_HEADWAY = 11
"""Time a passenger car takes at the upstream end [us]."""
WAVE_TIME = 12
"""Time a gap takes from the stop line to the upstream end [us]."""
RELEASED = 13
"""Of the vehicles that have left, those whose gap has reached the upstream end."""
SIGNAL = 14
"""`delay at low flow [us] << 32 | mean time between entries [us]` where the delay grows with flow, else 0."""
DRIVING_TIME = 15
"""Time on the link without its signal [us]."""
LINK_COLUMNS = 16

# Columns of `merges`: entering a link where others want to enter too.
VIRTUAL = 0
"""Share of the approach served last, when it was served [us of its own capacity]."""
TURN_BEGIN = 1
"""First entry of `turn_share` of the link."""
VANS = 2
"""Tracked vehicles that have entered so far."""
OWED = 3
"""Part of a passenger car that a closed stop line still had to serve [pcu/1e9]."""
SOURCE_FIRST = 4
"""First vehicle held outside, -1 if none."""
SOURCE_LAST = 5
"""Last vehicle held outside."""
MERGE_COLUMNS = 8

# Columns of `approaches`: row `l` is link `l` as a way into others, row `n_links + l` the trips that start on `l`.
TARGET = 0
"""Link that the first vehicle waits for, -1 if none."""
NEXT_APPROACH = 1
"""Next approach that waits for the same link, -1 if none."""
SINCE = 2
"""Since when it waits [us]."""
POSITION = 3
"""Number of the approach among those of its node; the last is the start of trips."""
APPROACH_COLUMNS = 4

# Columns of `slots`: vehicles on a link in order, then the gaps they left.
SLOT_TIME = 0
"""When a vehicle entered, or when it left [us]."""
SLOT_WORD = 1
"""`pointer << 16 | pcu / 1000 << 1 | tracked`: the pointer is a place in `routes`, or a tracked trip."""

# Columns of `events`: event `2 link` opens a link, event `2 link + 1` is its first vehicle at the stop line.
EVENT_US = 0
"""When it happens [us], FOREVER if not pending."""
EVENT_NEXT = 1
"""Next event of the same slice of the calendar."""
EVENT_COLUMNS = 2

# Entries of `clock`.
SLICE_BITS = 0
"""Width of a slice of the calendar: 2 to this power [us]."""
SLICE = 1
"""Slice in which the search for the next event goes on."""
PENDING = 2
"""Events in the calendar."""
NEXT_DEPARTURE = 3
NEXT_CHANGE = 4
STUCK_TIME = 5
FORCED = 6
"""Vehicles forced on so far."""
OUTSIDE = 7
"""Vehicles held outside their first link."""
ARRIVED = 8
"""Untracked trips that have ended."""
GIVEN_BACK = 9
"""Tracked trips that ended at the present time."""
BIN = 10
BIN_BEGIN = 11
BIN_WIDTH = 12
FULL_LINK = 13
"""Link that has no slot for a vehicle to be forced on."""
TURNED = 14
"""Vehicles that moved on together with all others of a closed circle, so far."""
LIMITS = 15
"""Whether speed limits hold for some vehicles or hours: 0 or 1."""
CLOCK_ENTRIES = 16

# Columns of `trips`: tracked vehicles on their way.
TRIP_WORD = 0
"""Word of its slot."""
TRIP_CLASS = 1
TRIP_PLACE = 2
"""Place in `van_routes` of the link it is on."""
TRIP_REASON = 3
"""Why it was given back, -1 while under way."""
TRIP_END = 4
"""When it was given back [us]."""
TRIP_COLUMNS = 5

# Columns of `loads`.
LOAD_PAYLOAD = 0
LOAD_BUDGET = 1
LOAD_USED = 2
"""First of five: energy [kWh], fuel [l], CO2, NOx, PM [g]."""
N_QUANTITIES = 5
LOAD_COLUMNS = LOAD_USED + N_QUANTITIES

GAP_MASK = (1 << 32) - 1
MOST_GAP_HEADWAYS = 1024
"""Longer times between entries count as this many headways at saturation flow."""
GAP_MEMORY_BITS = 3
"""The mean time between entries moves by 1 / 2**3 of the way to the last one."""

TRACKED = 1
POINTER_SHIFT = 16
PCU_UNIT = 1000
PCU_MASK = 0x7FFF
MAX_PCU = PCU_MASK / PCU_UNIT
MICROSECONDS = 1e6

# What `run` answers.
DONE = 0
RING_FULL = 1


class Store(NamedTuple):
    """
    Everything the kernels read and write.

    Parameters
    ----------
    clock
        Numbers of the whole run, see the entries above.
    links, merges, approaches, slots
        State of the road, see the columns above.
    turn_share
        What each approach has had of each link it leads into [us of its own capacity].
    slices, events
        Event calendar: first event of each slice of time, and when each event happens.
    routes
        Links of all untracked trips in order of departure, each route closed by -(trip + 1).
    departure_us, departure_word
        Departures of untracked trips in order, and the words of their slots.
    arrival_us
        Arrivals of untracked trips [us], -1 before.
    source_next
        Next vehicle held outside the same link; tracked trips come after the untracked.
    late_us
        By bin and link: what `TRAVEL_US` counts in the bin of exit and belongs to that of entry [us].
    change_us, change_link, change_headway
        Changes of capacity in order of time, and the headway that then holds [us].
    van_routes, van_enter_us, van_exit_us
        Links of tracked trips, each route closed by -1, and when they were entered and left.
    trips, loads
        Tracked trips.
    given_back
        Tracked trips that ended at the present time.
    consumption
        Packed coefficients of the vehicle classes.
    length_m
        Length of each link [m].
    closed_begin, closed_from_us, closed_until_us
        Closures by vehicle class and link, compressed rows.
    limit_begin, limit_from_us, limit_until_us, limit_least_us
        Least times under speed limits by vehicle class and link, compressed rows; the last class is the cars.
    """

    clock: IntArray
    links: IntArray
    merges: IntArray
    approaches: IntArray
    slots: IntArray
    turn_share: IntArray
    slices: LinkArray
    events: IntArray
    routes: LinkArray
    departure_us: IntArray
    departure_word: IntArray
    arrival_us: IntArray
    source_next: IntArray
    late_us: IntArray
    change_us: IntArray
    change_link: IntArray
    change_headway: IntArray
    van_routes: LinkArray
    van_enter_us: IntArray
    van_exit_us: IntArray
    trips: IntArray
    loads: FloatArray
    given_back: IntArray
    consumption: FloatArray
    length_m: FloatArray
    closed_begin: IntArray
    closed_from_us: IntArray
    closed_until_us: IntArray
    limit_begin: IntArray
    limit_from_us: IntArray
    limit_until_us: IntArray
    limit_least_us: IntArray


def aligned_zeros(rows: int, columns: int) -> IntArray:
    """Zeros whose rows start at cache lines, shape (rows, columns)."""
    buffer = np.zeros(rows * columns + 8, dtype=np.int64)
    skip = (-buffer.ctypes.data // 8) % 8
    return buffer[skip : skip + rows * columns].reshape(rows, columns)


def with_room(store: Store, n_trips: int, n_places: int) -> Store:
    """
    Arrays with room for more tracked trips, at least doubled where they are too short.

    Parameters
    ----------
    n_trips
        Tracked trips so far.
    n_places
        Links on all their routes, ends included.
    """
    if n_trips > len(store.trips):
        more = max(n_trips, 64)
        store = store._replace(
            trips=np.concatenate([store.trips, np.full((more, TRIP_COLUMNS), -1, dtype=np.int64)]),
            loads=np.concatenate([store.loads, np.zeros((more, LOAD_COLUMNS))]),
            given_back=np.concatenate([store.given_back, np.zeros(more, dtype=np.int64)]),
            source_next=np.concatenate([store.source_next, np.full(more, -1, dtype=np.int64)]),
        )
    if n_places > len(store.van_routes):
        more = max(n_places, 1024)
        store = store._replace(
            van_routes=np.concatenate([store.van_routes, np.full(more, -1, dtype=np.int32)]),
            van_enter_us=np.concatenate([store.van_enter_us, np.zeros(more, dtype=np.int64)]),
            van_exit_us=np.concatenate([store.van_exit_us, np.zeros(more, dtype=np.int64)]),
        )
    return store

"""
Lays out the arrays of the kernels for a network and its trips.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.contracts import FloatArray, IntArray, LinkClosures, SpeedLimits
from sim.traffic import store as s
from sim.traffic.box_junction import MOST_STORAGE
from sim.traffic.link_model import LinkParameters
from sim.traffic.routed_trips import PackedTrips

MOST_SLICES = 2**16
LEAST_SLICE_BITS, MOST_SLICE_BITS = 8, 22
"""Slices of the event calendar are 0.26 ms to 4 s wide."""

SLICES_PER_EVENT = 3
"""Slices for each passage of a link, at the mean rate: empty ones cost less than events that share one (measured)."""


def new_store(
    links: LinkParameters,
    from_node: IntArray,
    to_node: IntArray,
    trips: PackedTrips,
    changes: tuple[IntArray, IntArray, IntArray],
    closures: Sequence[LinkClosures],
    consumption: FloatArray,
    *,
    bin_us: int,
    n_bins: int,
    stuck_us: int,
    smallest_pcu: float,
    limits: Sequence[SpeedLimits] = (),
) -> s.Store:
    """
    An empty network before the first departure; parameters as in `LinkTransmission`.

    Parameters
    ----------
    n_bins
        Bins expected; more are added when needed.
    smallest_pcu
        Least passenger car units of any vehicle, tracked ones included.
    limits
        Speed limits of each vehicle class, and of the cars after them; empty where there is none at all.
    """
    n_links, n_trips = len(links.length_m), len(trips.departure_us)
    clock = np.zeros(s.CLOCK_ENTRIES, dtype=np.int64)
    clock[s.BIN_WIDTH], clock[s.STUCK_TIME] = bin_us, stuck_us
    clock[s.LIMITS] = any(not one.is_empty for one in limits)
    clock[s.SLICE_BITS], n_slices = _calendar(links, trips)
    rows, n_slots = _link_rows(links, smallest_pcu)
    merges, approaches, n_turns = _merge_rows(from_node, to_node)
    events = np.full((2 * n_links, s.EVENT_COLUMNS), -1, dtype=np.int64)
    events[:, s.EVENT_US] = s.FOREVER
    closed_begin, closed_from_us, closed_until_us = _closures(closures)
    return s.Store(
        clock=clock,
        links=rows,
        merges=merges,
        approaches=approaches,
        slots=s.aligned_zeros(n_slots, 2),
        turn_share=np.zeros(n_turns, dtype=np.int64),
        slices=np.full(n_slices, -1, dtype=np.int32),
        events=events,
        routes=trips.routes,
        departure_us=trips.departure_us,
        departure_word=trips.departure_word,
        arrival_us=np.full(n_trips, -1, dtype=np.int64),
        source_next=np.full(n_trips, -1, dtype=np.int64),
        late_us=np.zeros((max(n_bins, 1), n_links), dtype=np.int64),
        change_us=changes[0],
        change_link=changes[1],
        change_headway=changes[2],
        van_routes=np.zeros(0, dtype=np.int32),
        van_enter_us=np.zeros(0, dtype=np.int64),
        van_exit_us=np.zeros(0, dtype=np.int64),
        trips=np.zeros((0, s.TRIP_COLUMNS), dtype=np.int64),
        loads=np.zeros((0, s.LOAD_COLUMNS)),
        given_back=np.zeros(0, dtype=np.int64),
        consumption=np.ascontiguousarray(consumption, dtype=np.float64),
        length_m=np.ascontiguousarray(links.length_m, dtype=np.float64),
        closed_begin=closed_begin,
        closed_from_us=closed_from_us,
        closed_until_us=closed_until_us,
        **_limits(limits),
    )


def _calendar(links: LinkParameters, trips: PackedTrips) -> tuple[int, int]:
    """Width of a slice, as a power of two [us], and number of slices: one turn a link."""
    n_events = max(len(trips.routes), 1)
    span_us = int(trips.departure_us[-1] - trips.departure_us[0]) if len(trips.departure_us) else 0
    width_us = max(span_us, int(links.free_time_us.max(initial=1))) // (SLICES_PER_EVENT * n_events)
    bits = min(max(width_us.bit_length() - 1, LEAST_SLICE_BITS), MOST_SLICE_BITS)
    ahead_us = int(2.0 * np.quantile(links.free_time_us, 0.9)) if len(links.free_time_us) else 1
    n_slices = 64
    while n_slices << bits < ahead_us and n_slices < MOST_SLICES:
        n_slices *= 2
    return bits, n_slices


def _link_rows(links: LinkParameters, smallest_pcu: float) -> tuple[IntArray, int]:
    """Rows of `links`, and the slots they need: for as many of the smallest vehicles as find room."""
    rows = s.aligned_zeros(len(links.length_m), s.LINK_COLUMNS)
    rows[:, s.WAITERS] = -1
    most = links.storage_pcu / smallest_pcu
    most = np.where(links.storage_pcu <= MOST_STORAGE / s.PCU_UNIT, 2.0 * most, most)  # a circle fills gaps under way
    bits = np.ceil(np.log2(most + 2.0)).astype(np.int64)
    size = np.int64(1) << bits
    rows[:, s.RING] = ((np.cumsum(size) - size) << 6) | bits
    rows[:, s.FREE_TIME] = links.free_time_us
    rows[:, s.STOP_HEADWAY] = links.stop_headway_us
    rows[:, s.STORAGE] = np.round(links.storage_pcu * s.PCU_UNIT)
    rows[:, s.ENTRY_HEADWAY] = links.entry_headway_us
    rows[:, s.WAVE_TIME] = links.wave_time_us
    rows[:, s.DRIVING_TIME] = links.free_time_us - links.signal_delay_us
    grows = links.signal_grows & (links.signal_delay_us > 0) & (links.stop_headway_us > links.entry_headway_us)
    longest_us = np.minimum(s.MOST_GAP_HEADWAYS * links.entry_headway_us, s.GAP_MASK)
    rows[:, s.SIGNAL] = np.where(grows, (links.signal_delay_us << 32) | longest_us, 0)
    return rows, int(size.sum())


def _merge_rows(from_node: IntArray, to_node: IntArray) -> tuple[IntArray, IntArray, int]:
    """Rows of `merges` and of `approaches`, and the number of turns with the starts of trips among them."""
    n_links = len(from_node)
    n_nodes = int(max(from_node.max(initial=-1), to_node.max(initial=-1))) + 1
    in_links = np.bincount(to_node, minlength=n_nodes)
    by_node = np.argsort(to_node, kind="stable")
    position = np.empty(n_links, dtype=np.int64)
    position[by_node] = np.arange(n_links) - np.repeat(np.cumsum(in_links) - in_links, in_links)
    merges = s.aligned_zeros(n_links, s.MERGE_COLUMNS)
    merges[:, s.SOURCE_FIRST] = -1
    n_turns = in_links[from_node] + 1
    merges[:, s.TURN_BEGIN] = np.cumsum(n_turns) - n_turns
    approaches = np.zeros((2 * n_links, s.APPROACH_COLUMNS), dtype=np.int64)
    approaches[:, s.TARGET] = -1
    approaches[:, s.NEXT_APPROACH] = -1
    approaches[:n_links, s.POSITION] = position
    approaches[n_links:, s.POSITION] = in_links[from_node]
    return merges, approaches, int(n_turns.sum())


def _limits(limits: Sequence[SpeedLimits]) -> dict[str, IntArray]:
    """Speed limits of all classes as compressed rows by class and link."""
    if not any(not one.is_empty for one in limits):
        empty = np.zeros(0, np.int64)
        return {
            "limit_begin": np.zeros((0, 0), np.int64),
            "limit_from_us": empty,
            "limit_until_us": empty,
            "limit_least_us": empty,
        }
    counts = np.array([len(one.from_us) for one in limits])
    offset = np.cumsum(counts) - counts
    return {
        "limit_begin": np.stack([one.start + shift for one, shift in zip(limits, offset, strict=True)]),
        "limit_from_us": np.concatenate([one.from_us for one in limits]),
        "limit_until_us": np.concatenate([one.until_us for one in limits]),
        "limit_least_us": np.concatenate([one.least_us for one in limits]),
    }


def _closures(closures: Sequence[LinkClosures]) -> tuple[IntArray, IntArray, IntArray]:
    """Closures of all classes as compressed rows by class and link."""
    if not closures:
        return np.zeros((0, 0), np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64)
    counts = np.array([len(one.from_us) for one in closures])
    offset = np.cumsum(counts) - counts
    begin = np.stack([one.start + shift for one, shift in zip(closures, offset, strict=True)])
    return (
        begin.astype(np.int64),
        np.concatenate([one.from_us for one in closures]).astype(np.int64),
        np.concatenate([one.until_us for one in closures]).astype(np.int64),
    )

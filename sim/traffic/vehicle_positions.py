"""
Where the vehicles are, for maps and replay.

A vehicle is where free speed has taken it, but not closer to the stop line than the vehicles ahead stand, nose to
tail, with the gaps between them that have not travelled past it yet (Newell 1993): a queue that starts to move
does so from its head backwards, at the wave speed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.contracts import FloatArray, IntArray, LinkArray
from sim.traffic.compiled import compiled
from sim.traffic.link_model import VEHICLE_SPACE_M, LinkParameters
from sim.traffic.store import (
    ENTERED,
    LEFT,
    MICROSECONDS,
    PCU_MASK,
    PCU_UNIT,
    POINTER_SHIFT,
    RELEASED,
    RING,
    SLOT_TIME,
    SLOT_WORD,
    TRACKED,
    Store,
)


@dataclass(frozen=True, slots=True)
class VehiclePositions:
    """
    Vehicles on links at one time, by link and from the stop line back.

    Parameters
    ----------
    link
        Link each is on.
    relative
        Share of the link it has behind it [-], in [0, 1].
    vehicle
        Number of the tracked vehicle, or row of the untracked trip.
    is_tracked
        Whether it is a tracked vehicle.
    """

    link: LinkArray
    relative: FloatArray
    vehicle: IntArray
    is_tracked: np.ndarray[tuple[int], np.dtype[np.bool_]]


def vehicle_positions(store: Store, links: LinkParameters, now_us: int) -> tuple[LinkArray, FloatArray, IntArray]:
    """
    Links, relative positions and words of all vehicles on links.

    Parameters
    ----------
    store
        The arrays of the kernels.
    links
        Parameters of the links.
    now_us
        Time that the store stands at [us].
    """
    n_vehicles = int((store.links[:, ENTERED] - store.links[:, LEFT]).sum())
    link = np.empty(n_vehicles, dtype=np.int32)
    position_m = np.empty(n_vehicles)
    word = np.empty(n_vehicles, dtype=np.int64)
    space_m = VEHICLE_SPACE_M / links.lanes
    _place(
        store.links,
        store.slots,
        now_us,
        links.length_m,
        links.free_speed_mps,
        links.wave_speed_mps,
        space_m,
        link,
        position_m,
        word,
    )
    return link, position_m / links.length_m[link], word


def tracked_trips(word: IntArray) -> tuple[np.ndarray[tuple[int], np.dtype[np.bool_]], IntArray]:
    """Whether each word is that of a tracked vehicle, and its pointer: tracked trip, or place in the routes."""
    return (word & TRACKED).astype(bool), word >> POINTER_SHIFT


@compiled
def _place(
    links: IntArray,
    slots: IntArray,
    now_us: int,
    length_m: FloatArray,
    speed_mps: FloatArray,
    wave_mps: FloatArray,
    space_m: FloatArray,
    out_link: LinkArray,
    out_position_m: FloatArray,
    out_word: IntArray,
) -> None:
    row = 0
    for link in range(len(links)):
        first = links[link, RING] >> 6
        mask = (1 << (links[link, RING] & 63)) - 1
        gap = links[link, LEFT] - 1
        from_stop_line_m = 0.0
        for count in range(links[link, LEFT], links[link, ENTERED]):
            while gap >= links[link, RELEASED]:
                slot = first + (gap & mask)
                travelled_m = wave_mps[link] * (now_us - slots[slot, SLOT_TIME]) / MICROSECONDS
                gap_m = space_m[link] * ((slots[slot, SLOT_WORD] >> 1) & PCU_MASK) / PCU_UNIT
                if travelled_m >= from_stop_line_m + gap_m:
                    break
                from_stop_line_m += gap_m
                gap -= 1
            slot = first + (count & mask)
            driven_m = speed_mps[link] * (now_us - slots[slot, SLOT_TIME]) / MICROSECONDS
            out_link[row] = link
            out_position_m[row] = max(min(driven_m, length_m[link] - from_stop_line_m), 0.0)
            out_word[row] = slots[slot, SLOT_WORD]
            from_stop_line_m += space_m[link] * ((slots[slot, SLOT_WORD] >> 1) & PCU_MASK) / PCU_UNIT
            row += 1

"""
Drivers in a small circle who wait for each other's place.

A crossing of divided roads is drawn as four short links, a box. Once each of them is full and its first vehicle wants
the next one round, no single vehicle can move, and without more the box would stand until the stuck time, and again
after it. Drivers do not: each needs no more room than the one ahead gives up, so all of them creep on together.

Long links are left out: there a full circle is a jam of whole streets, and the stuck time rules.
"""

from __future__ import annotations

from sim.contracts import IntArray
from sim.traffic.compiled import compiled
from sim.traffic.link_moves import is_open, opening_us
from sim.traffic.store import ENTERED, FOREVER, PCU_UNIT, RELEASED, RING, STORAGE, TARGET

MOST_LINKS = 8
"""Longest circle that counts as one junction [links]. Assumption: a box of four, some of them cut in two."""

MOST_STORAGE = 8 * PCU_UNIT
"""Links with more room than this are streets, not parts of a junction [pcu/1000]. Assumption: 30 m of two lanes."""


@compiled
def is_locked_circle(links: IntArray, slots: IntArray, approaches: IntArray, start: int, now_us: int) -> bool:
    """
    Whether `start` is in a circle of short links where each waits for the next and nothing will change by itself.

    Each link is full, and no gap on its way back makes room. A link that was filled beyond its slots by forced moves is
    left alone.
    """
    link = start
    for _ in range(MOST_LINKS):
        if links[link, STORAGE] > MOST_STORAGE or is_open(links, slots, link, now_us):
            return False
        if opening_us(links, slots, link) != FOREVER:
            return False
        if links[link, ENTERED] - links[link, RELEASED] >= 1 << (links[link, RING] & 63):
            return False
        link = approaches[link, TARGET]
        if link < 0:
            return False
        if link == start:
            return True
    return False

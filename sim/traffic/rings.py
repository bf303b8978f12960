"""
The slots of a link are a ring: vehicles in the order of entry, then the gaps they left behind.
"""

from __future__ import annotations

import numpy as np

from sim.contracts import IntArray
from sim.traffic import store as s


def with_longer_ring(store: s.Store, link: int) -> s.Store:
    """
    Arrays in which a link has twice the slots.

    Rings are laid out for the storage of the link; more is needed only where vehicles were forced on beyond it.
    """
    links, slots = store.links, store.slots
    ring = int(links[link, s.RING])
    size = 1 << (ring & 63)
    counts = np.arange(links[link, s.RELEASED], links[link, s.ENTERED])
    longer = s.aligned_zeros(len(slots) + 2 * size, 2)
    longer[: len(slots)] = slots
    longer[len(slots) + (counts & (2 * size - 1))] = slots[(ring >> 6) + (counts & (size - 1))]
    links[link, s.RING] = (len(slots) << 6) | ((ring & 63) + 1)
    return store._replace(slots=longer)


def vehicles_on_links(store: s.Store) -> tuple[IntArray, IntArray, IntArray]:
    """Vehicles by link from the stop line back: links, slots, and how many are ahead on the link."""
    links = store.links
    on_link = links[:, s.ENTERED] - links[:, s.LEFT]
    link = np.repeat(np.arange(len(links)), on_link)
    ahead = np.arange(len(link)) - np.repeat(np.cumsum(on_link) - on_link, on_link)
    ring = links[link, s.RING]
    slot = (ring >> 6) + ((links[link, s.LEFT] + ahead) & ((np.int64(1) << (ring & 63)) - 1))
    return link, slot, ahead

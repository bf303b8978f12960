"""
The traffic of a day under way: drives the kernels bin by bin and reads counts off them.

Shared by `load_network` (fixed trips, one call) and `QueueEngine` (tracked vans between the cars).
"""

from __future__ import annotations

from types import ModuleType

from sim.traffic import kernels as compiled_kernels
from sim.traffic import store as s
from sim.traffic.link_counts import LinkCounts
from sim.traffic.rings import with_longer_ring


class LinkTransmission:
    """
    Vehicles on links, moved on by `run_until`.

    Parameters
    ----------
    store
        The arrays of the kernels, from `new_store`.
    kernels
        The compiled kernels, or their plain twin.
    """

    def __init__(self, store: s.Store, kernels: ModuleType = compiled_kernels) -> None:
        self.store = store
        self.kernels = kernels
        self.counts = LinkCounts(store)
        self.now_us = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing will happen any more."""
        clock = self.store.clock
        return bool(
            clock[s.PENDING] == 0
            and clock[s.NEXT_DEPARTURE] == len(self.store.departure_us)
            and clock[s.NEXT_CHANGE] == len(self.store.change_us)
        )

    def run_until(self, until_us: int, last_bin: int | None = None) -> None:
        """
        Let everything up to and including `until_us` happen, or to the first time at which tracked trips end.

        Parameters
        ----------
        until_us
            Where to stop [us]; FOREVER to run until nothing happens any more.
        last_bin
            Bin of counts that also takes what comes after its end.
        """
        clock = self.store.clock
        while True:
            bin_end_us = int(clock[s.BIN_BEGIN] + clock[s.BIN_WIDTH])
            is_last_bin = last_bin is not None and clock[s.BIN] >= last_bin
            stop_us = until_us if is_last_bin else min(until_us, bin_end_us - 1)
            while self.kernels.run(self.store, stop_us) == s.RING_FULL:
                self.store = with_longer_ring(self.store, int(clock[s.FULL_LINK]))
            if clock[s.GIVEN_BACK] > 0:
                trip = self.store.given_back[0]
                self.now_us = int(self.store.trips[trip, s.TRIP_END])
                return
            if stop_us == until_us or (until_us == s.FOREVER and self.is_over):
                self.now_us = stop_us
                return
            self.store = self.counts.close_bin(self.store)

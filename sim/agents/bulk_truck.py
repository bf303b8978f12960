"""
The bulk truck: brings goods of several carriers from the hubs to the distribution centre where it stands.

For each transfer it drives empty to the hub, is loaded at a dock, drives back and is unloaded at a dock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from sim.agents.centre import Centre
from sim.agents.city import City
from sim.agents.docks import Docks
from sim.agents.vehicle import Vehicle
from sim.planning.bulk_transfer import BulkTransfer
from sim.units import to_us


class BulkTruck(Vehicle):
    """
    A truck between hubs and its centre.

    Its electricity, if it runs on it, is counted; its charge is not followed. Simplification.

    Parameters
    ----------
    model
        The city.
    transfers
        Its truckloads in the order of time; one or more.
    hub_docks
        Docks by place of the hub.
    centre
        The centre.
    details
        As `Vehicle`.
    """

    def __init__(
        self,
        model: City,
        *,
        transfers: Sequence[BulkTransfer],
        hub_docks: Mapping[str, Docks],
        centre: Centre,
        **details: Any,
    ) -> None:
        super().__init__(model, van=transfers[0].truck, **details)
        self._transfers = deque(transfers)
        self._hub_docks = hub_docks
        self._centre = centre
        self._payload_kg = 0.0

    @property
    def payload_kg(self) -> float:
        """Load on board [kg]."""
        return self._payload_kg

    @property
    def load_m3(self) -> float:
        """Space that the load on board takes [m3]."""
        return self._transfers[0].volume_m3 if self._payload_kg else 0.0

    def begin_day(self) -> None:
        """Put the first departure on the clock."""
        self.city.clock.schedule(to_us(self._transfers[0].start_s), self._go_for_next)

    def _go_for_next(self) -> None:
        self.is_home = False
        self._drive_or_strand(self._transfers[0].hub_link, "trunk", self._at_hub)

    def _at_hub(self) -> None:
        transfer = self._transfers[0]
        self._hub_docks[transfer.hub_id].come(
            transfer.transfer_id,
            van_id=self.van_id,
            purpose="load",
            weight_kg=transfer.weight_kg,
            stay_s=transfer.load_s,
            on_left=self._loaded,
        )

    def _loaded(self) -> None:
        self._payload_kg = self._transfers[0].weight_kg
        self._drive_or_strand(self._transfers[0].centre_link, "trunk", self._at_centre)

    def _at_centre(self) -> None:
        transfer = self._transfers[0]
        self._centre.docks.come(
            transfer.transfer_id,
            van_id=self.van_id,
            purpose="unload",
            weight_kg=transfer.weight_kg,
            stay_s=transfer.unload_s,
            on_left=self._unloaded,
        )

    def _unloaded(self) -> None:
        self._payload_kg = 0.0
        self._centre.receive(self._transfers.popleft().orders)
        self.is_home = True
        if self._transfers:
            leave_us = max(self.city.clock.now_us, to_us(self._transfers[0].start_s))
            self.city.clock.schedule(leave_us, self._go_for_next)

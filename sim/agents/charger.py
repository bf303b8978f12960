"""
The public charging site as an agent: electric vans plug in, wait and leave.
"""

from __future__ import annotations

from collections.abc import Callable

import mesa

from sim.facilities.charging_site import ChargingSite
from sim.facilities.queue import WaitingQueue


class ChargerSite(mesa.Agent):  # type: ignore[misc]
    """
    A charging site with one queue for all its connectors.

    Parameters
    ----------
    model
        The city.
    site
        Place, connectors and power.
    """

    def __init__(self, model: mesa.Model, site: ChargingSite) -> None:
        super().__init__(model)
        self.spec = site
        self._queue: WaitingQueue[str] = WaitingQueue(site.connectors)
        self._called: dict[str, Callable[[], None]] = {}
        self._connector: dict[str, int] = {}
        self._free = list(range(site.connectors, 0, -1))

    @property
    def vans_ahead(self) -> int:
        """Vans waiting or charging beyond the free connectors [-]."""
        return max(0, self._queue.waiting + self._queue.in_service + 1 - self.spec.connectors)

    def connector_id(self, van_id: str) -> str:
        """Connector that a van is plugged into."""
        return f"{self.spec.site_id}-{self._connector[van_id]}"

    def come(self, van_id: str, on_connector: Callable[[], None]) -> None:
        """Come to the site; `on_connector` is called once a connector falls to the van."""
        if self._queue.arrive(van_id):
            self._connector[van_id] = self._free.pop()
            on_connector()
        else:
            self._called[van_id] = on_connector

    def leave(self, van_id: str) -> None:
        """Free the connector of a van, and give it to the one that waits longest."""
        following = self._queue.leave(van_id)
        connector = self._connector.pop(van_id)
        if following is None:
            self._free.append(connector)
        else:
            self._connector[following] = connector
            self._called.pop(following)()

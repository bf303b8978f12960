"""
The carrier as an agent: an operator with a depot and a fleet, who sends vans out on their tours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

if TYPE_CHECKING:
    from sim.agents.vehicle import Vehicle


class Carrier(mesa.Agent):  # type: ignore[misc]
    """
    A carrier.

    Parameters
    ----------
    model
        The city.
    carrier_id
        Name in the tables.
    depot_id
        Place where its vans stand.
    depot_link
        Row of the link of the depot.
    """

    def __init__(self, model: mesa.Model, *, carrier_id: str, depot_id: str, depot_link: int) -> None:
        super().__init__(model)
        self.carrier_id = carrier_id
        self.depot_id = depot_id
        self.depot_link = depot_link
        self.vans: list[Vehicle] = []

    def send_out(self) -> None:
        """Put the departures of all its vans and trucks on the clock."""
        for van in self.vans:
            van.begin_day()

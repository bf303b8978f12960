"""
Bulk transfers: goods of several carriers that a truck brings from a hub to a distribution centre.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.planning.fleet import VanSpec


@dataclass(frozen=True, slots=True)
class BulkTransfer:
    """
    One truckload as planned.

    The truck stands at the centre, its depot. It drives empty to the hub, is loaded at a booked dock, drives back and
    is unloaded at a booked dock of the centre; then it may have another transfer. A plan lists them by truck and time.

    Parameters
    ----------
    transfer_id
        Name in the tables, as that of a tour.
    truck
        The truck; `truck.carrier` is its row in the list of fleets.
    hub_id, hub_link
        Place where it is loaded, and the row of its link.
    centre_id, centre_link
        Place where it is unloaded, and the row of its link.
    orders
        Rows of the orders on board.
    weight_kg, volume_m3
        Load [kg], [m3].
    start_s
        Planned departure from the centre to the hub [s].
    load_from_s, unload_from_s
        Beginning of the slots booked at the hub and at the centre [s].
    load_s, unload_s
        Planned time at either dock [s].
    hub_dock, centre_dock
        Number of the docks booked.
    release_s
        Planned time from which its orders are sorted and can be loaded into vans [s].
    """

    transfer_id: str
    truck: VanSpec
    hub_id: str
    hub_link: int
    centre_id: str
    centre_link: int
    orders: tuple[int, ...]
    weight_kg: float
    volume_m3: float
    start_s: float
    load_from_s: float
    load_s: float
    hub_dock: int
    unload_from_s: float
    unload_s: float
    centre_dock: int
    release_s: float

"""
The agents of joint delivery: docks of hubs and centres, the centres, and the trucks between them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sim.agents import BulkTruck, Carrier, Centre, Docks, DockSlot
from sim.config import Scenario
from sim.facilities.distribution_centre import DistributionCentre
from sim.facilities.docks import DockParams
from sim.facilities.hub import Hub
from sim.planning.bulk_transfer import BulkTransfer

if TYPE_CHECKING:
    from sim.model.delivery_model import DeliveryModel


def create_bulk_trucks(
    city: DeliveryModel,
    scenario: Scenario,
    transfers: Sequence[BulkTransfer],
    hubs: Sequence[Hub],
    centres: Sequence[DistributionCentre],
    carriers: Sequence[Carrier],
    *,
    first_number: int,
) -> list[BulkTruck]:
    """
    Trucks with the transfers they make, and the docks and centres they use.

    Parameters
    ----------
    city
        The model.
    scenario
        Configuration.
    transfers
        Truckloads of the day, by truck and time.
    hubs, centres
        Places where they are loaded and unloaded.
    carriers
        Carriers in the order of the fleets; that of a truck sends it out.
    first_number
        Number of the first truck in the traffic engine.
    """
    hub_docks = {
        hub.place_id: _docks(
            city,
            hub.place_id,
            hub.docks,
            ((t.transfer_id, t.hub_dock, t.load_from_s, t.load_s) for t in transfers if t.hub_id == hub.place_id),
        )
        for hub in hubs
    }
    centre_of = {}
    for centre in centres:
        booked = (
            (t.transfer_id, t.centre_dock, t.unload_from_s, t.unload_s)
            for t in transfers
            if t.centre_id == centre.place_id
        )
        centre_of[centre.place_id] = Centre(city, centre, _docks(city, centre.place_id, centre.params, booked))
    types = scenario.fleet.vehicle_types
    trucks: list[BulkTruck] = []
    for _, group in itertools.groupby(transfers, key=lambda transfer: transfer.truck.van_id):
        own = list(group)
        carrier = carriers[own[0].truck.carrier]
        truck = BulkTruck(
            city,
            transfers=own,
            hub_docks=hub_docks,
            centre=centre_of[own[0].centre_id],
            number=first_number + len(trucks),
            carrier_id=carrier.carrier_id,
            vehicle_type=types[own[0].truck.vehicle_type],
            vehicle_class=list(types).index(own[0].truck.vehicle_type),
            depot_link=own[0].centre_link,
        )
        carrier.vans.append(truck)
        trucks.append(truck)
    return trucks


def _docks(
    city: DeliveryModel, place_id: str, params: DockParams, booked: Iterable[tuple[str, int, float, float]]
) -> Docks:
    """The docks of a place; whole slots are booked, as many as a stay takes."""
    slot_s = 60.0 * params.slot_min
    slots = [
        DockSlot(transfer_id, dock, from_s, from_s + max(1, math.ceil(stay_s / slot_s - 1e-9)) * slot_s)
        for transfer_id, dock, from_s, stay_s in booked
    ]
    return Docks(city, place_id=place_id, docks=params.docks, slots=slots)

"""
Result tables that come from the set-up of the day rather than from its events.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sim.config import Scenario
from sim.contracts import FloatArray, IntArray
from sim.model.van_access import base_type
from sim.network import RoadNetwork
from sim.network.shortest_path import travel_matrix
from sim.planning import CarrierSpec


def van_rows(
    fleets: list[CarrierSpec], scenario: Scenario, charge: Mapping[str, tuple[float, float]] | None = None
) -> pd.DataFrame:
    """
    Vans of all fleets as rows of result table `vans`.

    Parameters
    ----------
    fleets
        Carriers with their vans.
    scenario
        Vehicle types.
    charge
        State of charge in the morning and in the evening of the battery vans that are out [-].
    """
    soc = charge or {}
    types = scenario.fleet.vehicle_types
    rows = []
    for fleet in fleets:
        for van in fleet.vans:
            kind = types[van.vehicle_type]
            rows.append(
                {
                    "van_id": van.van_id,
                    "carrier_id": fleet.carrier_id,
                    "vehicle_type": base_type(van.vehicle_type),
                    "powertrain": kind.powertrain,
                    "access_class": kind.access_class,
                    "payload_kg": kind.payload_kg,
                    "volume_m3": kind.volume_m3,
                    "battery_kwh": kind.battery_kwh,
                    "depot_id": fleet.depot_id,
                    "soc_morning": soc.get(van.van_id, (None, None))[0],
                    "soc_evening": soc.get(van.van_id, (None, None))[1],
                }
            )
    return pd.DataFrame(rows)


def order_rows(
    orders: pd.DataFrame, shops: pd.DataFrame, fleets: list[CarrierSpec], network: RoadNetwork
) -> pd.DataFrame:
    """Orders of the day as rows of result table `orders`, without what becomes of them."""
    shop = orders["shop"].to_numpy()
    carrier = orders["carrier"].to_numpy()
    carrier_id = np.array([fleet.carrier_id for fleet in fleets], dtype=object)
    columns = ["order_id", "weight_kg", "volume_m3", "earliest_s", "latest_s", "joint"]
    return orders[columns].assign(
        shop_id=shops["shop_id"].to_numpy(dtype=object)[shop],
        carrier_id=carrier_id[carrier],
        shipment_distance_m=_shipment_distance_m(shop, carrier, shops, fleets, network),
        shop_type=shops["shop_type"].to_numpy(dtype=object)[shop],
    )


def _shipment_distance_m(
    shop: IntArray, carrier: IntArray, shops: pd.DataFrame, fleets: list[CarrierSpec], network: RoadNetwork
) -> FloatArray:
    """Fastest way on empty streets from each carrier's hub to the shop of its order [m]."""
    depot_link = np.array([fleet.depot_link for fleet in fleets], dtype=np.int32)
    shop_link = shops["link"].to_numpy(dtype=np.int32)
    _, distance_m = travel_matrix(
        network,
        np.round(network.free_flow_time_s * 1e6).astype(np.int64),
        source_nodes=network.to_node[depot_link],
        target_links=shop_link,
    )
    found: FloatArray = distance_m[carrier, shop]
    return found

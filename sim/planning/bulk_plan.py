"""
The plan of bulk transfers: truckloads, trucks, dock slots, and when goods are sorted at the centre.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sim.contracts import FloatArray, IntArray
from sim.errors import ConfigError
from sim.facilities.distribution_centre import DistributionCentre, SortingLine
from sim.facilities.docks import DockBook
from sim.facilities.hub import Hub
from sim.planning.bulk_transfer import BulkTransfer
from sim.planning.fleet import VanSpec
from sim.planning.joint_params import JointParams, read_window
from sim.planning.vehicle_type import VehicleTypeParams

_PATIENCE = 8
"""Times that one truck more at each late centre may bring nothing before the search ends."""


@dataclass(frozen=True, slots=True)
class _Truckload:
    hub: int
    centre: int
    orders: tuple[int, ...]
    weight_kg: float
    volume_m3: float


@dataclass(frozen=True, slots=True)
class TransferTimes:
    """
    Driving times between hubs and centres at the time of transfers [s], each of shape (n_hubs, n_centres).

    Parameters
    ----------
    out_s
        From the centre to the hub; infinite where there is no way.
    back_s
        From the hub to the centre.
    """

    out_s: FloatArray
    back_s: FloatArray


class BulkPlanner:
    """
    Plans the transfers of a day.

    Each centre has its own trucks, as few as finish within the transfer window. If docks are what is short, more trucks
    do not help; the last transfers then end after the window, and their goods are sorted later.

    Parameters
    ----------
    params
        Transfer window, truck type, docks.
    truck
        Properties of the truck type.
    hubs, centres
        Both ends.
    times
        Driving times.
    """

    def __init__(
        self,
        params: JointParams,
        truck: VehicleTypeParams,
        hubs: Sequence[Hub],
        centres: Sequence[DistributionCentre],
        times: TransferTimes,
    ) -> None:
        self._params = params
        self._truck = truck
        self._hubs = hubs
        self._centres = centres
        self._times = times
        self._window_s = read_window(params.transfer_window)

    def plan(
        self, orders: pd.DataFrame, hub: IntArray, centre: IntArray, trunk_fleet: Mapping[int, tuple[str, int, int]]
    ) -> list[BulkTransfer]:
        """
        Transfers of some orders.

        Parameters
        ----------
        orders
            All orders.
        hub, centre
            Rows of the hub and centre of each order; -1 for those that are not carried.
        trunk_fleet
            By centre: name of the operator, row of its trucks in the list of fleets, number of their depot.

        Raises
        ------
        ConfigError
            If a truck cannot carry an order, or has no way.
        """
        loads = self._truckloads(orders, hub, centre)
        if not loads:
            return []
        trucks = self._fewest_trucks(loads)
        return self._schedule(loads, trucks, trunk_fleet)

    def _truckloads(self, orders: pd.DataFrame, hub: IntArray, centre: IntArray) -> list[_Truckload]:
        """Orders by hub and centre, those wanted first in the first trucks; the first loads of all come first."""
        weight_kg = orders["weight_kg"].to_numpy(dtype=np.float64)
        volume_m3 = orders["volume_m3"].to_numpy(dtype=np.float64)
        rows = np.flatnonzero(centre >= 0)
        too_large = rows[(weight_kg[rows] > self._truck.payload_kg) | (volume_m3[rows] > self._truck.volume_m3)]
        if len(too_large):
            raise ConfigError(
                f"joint.truck_type {self._params.truck_type!r}: {len(too_large)} orders do not fit into it, such as "
                f"one of {weight_kg[too_large[0]]:.0f} kg and {volume_m3[too_large[0]]:.2f} m3"
            )
        wanted = np.lexsort(
            (rows, orders["shop"].to_numpy()[rows], orders["latest_s"].to_numpy()[rows], centre[rows], hub[rows])
        )
        found: list[tuple[int, _Truckload]] = []
        for (h, c), group in itertools.groupby(
            rows[wanted].tolist(), key=lambda row: (int(hub[row]), int(centre[row]))
        ):
            if not np.isfinite(self._times.out_s[h, c]) or not np.isfinite(self._times.back_s[h, c]):
                raise ConfigError(
                    f"joint.truck_type {self._params.truck_type!r} has no way between {self._hubs[h].place_id} and "
                    f"{self._centres[c].place_id} in joint.transfer_window {self._params.transfer_window}; choose a "
                    "type that the rules let through, or another window"
                )
            load: list[int] = []
            number, kg, m3 = 0, 0.0, 0.0
            for row in group:
                if load and (
                    kg + weight_kg[row] > self._truck.payload_kg or m3 + volume_m3[row] > self._truck.volume_m3
                ):
                    found.append((number, _Truckload(h, c, tuple(load), kg, m3)))
                    number, load, kg, m3 = number + 1, [], 0.0, 0.0
                load.append(row)
                kg, m3 = kg + float(weight_kg[row]), m3 + float(volume_m3[row])
            found.append((number, _Truckload(h, c, tuple(load), kg, m3)))
        return [load for _, load in sorted(found, key=lambda entry: (entry[0], entry[1].centre, entry[1].hub))]

    def _fewest_trucks(self, loads: Sequence[_Truckload]) -> list[int]:
        """Trucks of each centre, as few as finish in the window or as many as help."""
        most = np.bincount([load.centre for load in loads], minlength=len(self._centres))
        trucks = np.minimum(most, 1)
        best, least_s, tried_in_vain = trucks, np.inf, 0
        while True:
            late_s = np.maximum(self._ends_s(loads, trucks.tolist()) - self._window_s[1], 0.0)
            tried_in_vain = 0 if late_s.sum() < least_s else tried_in_vain + 1
            if late_s.sum() < least_s:
                best, least_s = trucks, float(late_s.sum())
            has_more = (late_s > 0.0) & (trucks < most)
            if not has_more.any() or tried_in_vain > _PATIENCE:
                return [int(n) for n in best]
            trucks = trucks + has_more

    def _ends_s(self, loads: Sequence[_Truckload], trucks: Sequence[int]) -> FloatArray:
        nobody = {centre: ("", 0, 0) for centre in range(len(self._centres))}
        ends_s = np.zeros(len(self._centres))
        for load, transfer in zip(loads, self._in_order(loads, trucks, nobody), strict=True):
            ends_s[load.centre] = max(ends_s[load.centre], transfer.unload_from_s + transfer.unload_s)
        return ends_s

    def _schedule(
        self, loads: Sequence[_Truckload], trucks: Sequence[int], trunk_fleet: Mapping[int, tuple[str, int, int]]
    ) -> list[BulkTransfer]:
        transfers = self._in_order(loads, trucks, trunk_fleet)
        by_truck = sorted(transfers, key=lambda transfer: (transfer.truck.van_id, transfer.start_s))
        named = []
        for truck_id, own in itertools.groupby(by_truck, key=lambda transfer: transfer.truck.van_id):
            named += [replace(t, transfer_id=f"{truck_id}-transfer-{n}") for n, t in enumerate(own, start=1)]
        lines = {centre.place_id: SortingLine(centre.params) for centre in self._centres}
        release_s: dict[str, float] = {}
        for transfer in sorted(named, key=lambda t: (t.unload_from_s + t.unload_s, t.transfer_id)):
            unloaded_s = transfer.unload_from_s + transfer.unload_s
            release_s[transfer.transfer_id] = lines[transfer.centre_id].sort(unloaded_s, len(transfer.orders))
        return [replace(transfer, release_s=release_s[transfer.transfer_id]) for transfer in named]

    def _in_order(
        self, loads: Sequence[_Truckload], trucks: Sequence[int], trunk_fleet: Mapping[int, tuple[str, int, int]]
    ) -> list[BulkTransfer]:
        """One load after the other by the truck that is free first, at the first slots free."""
        free_s = [[self._window_s[0]] * number for number in trucks]
        hub_books = [DockBook(hub.docks) for hub in self._hubs]
        centre_books = [DockBook(centre.params) for centre in self._centres]
        transfers = []
        for load in loads:
            hub, centre = self._hubs[load.hub], self._centres[load.centre]
            truck = int(np.argmin(free_s[load.centre]))
            out_s = float(self._times.out_s[load.hub, load.centre])
            load_s = hub.docks.handling_s(load.weight_kg)
            at_hub = hub_books[load.hub].book(free_s[load.centre][truck] + out_s, load_s)
            back_s = float(self._times.back_s[load.hub, load.centre])
            unload_s = centre.params.handling_s(load.weight_kg)
            at_centre = centre_books[load.centre].book(at_hub.from_s + load_s + back_s, unload_s)
            free_s[load.centre][truck] = at_centre.from_s + unload_s
            operator_id, fleet, depot = trunk_fleet[load.centre]
            transfers.append(
                BulkTransfer(
                    transfer_id="",
                    truck=VanSpec(f"{operator_id}-truck-{truck + 1:02d}", fleet, self._params.truck_type, depot),
                    hub_id=hub.place_id,
                    hub_link=hub.link,
                    centre_id=centre.place_id,
                    centre_link=centre.link,
                    orders=load.orders,
                    weight_kg=load.weight_kg,
                    volume_m3=load.volume_m3,
                    start_s=at_hub.from_s - out_s,
                    load_from_s=at_hub.from_s,
                    load_s=load_s,
                    hub_dock=at_hub.dock,
                    unload_from_s=at_centre.from_s,
                    unload_s=unload_s,
                    centre_dock=at_centre.dock,
                    release_s=0.0,
                )
            )
        return transfers


def late_transfers(transfers: Sequence[BulkTransfer], params: JointParams) -> int:
    """Number of transfers that end after the transfer window: docks were short."""
    _, until_s = read_window(params.transfer_window)
    return sum(transfer.unload_from_s + transfer.unload_s > until_s for transfer in transfers)

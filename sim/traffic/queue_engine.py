"""
The traffic engine of a day: tracked vans and background cars in the same queues.

The full counterpart of `ProfileEngine` behind the same contract (`sim.contracts.TrafficEngine`). Agents put vans on
their way and block lanes; both are done at their times, after everything that happens on the road at that time, so
that it makes no difference how far `advance` is asked to go at once.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from types import ModuleType

import numpy as np
import pandas as pd

from sim.contracts import Arrival, ArrivalReason, FloatArray, IntArray, LinkArray, LinkClosures, SpeedLimits
from sim.traffic import kernels as compiled_kernels
from sim.traffic import store as s
from sim.traffic.blocked_lanes import BlockedLanes
from sim.traffic.link_counts import BinnedCounts, link_table
from sim.traffic.link_model import SignalDelay, headway_us, link_parameters
from sim.traffic.new_store import new_store
from sim.traffic.routed_trips import RoutedTrips, pack_trips
from sim.traffic.transmission import LinkTransmission
from sim.traffic.travel_times import BinnedTravelTimes
from sim.traffic.vehicle_positions import VehiclePositions, tracked_trips, vehicle_positions
from sim.units import MICROSECONDS_PER_SECOND, to_us


class QueueEngine:
    """
    Link transmission of tracked vans and background cars.

    Parameters
    ----------
    links
        Table of links as for `load_network`, in the order of link rows.
    cars
        Background trips; their routes hold `link_id`.
    consumption
        Packed consumption coefficients of the vehicle classes of the vans.
    closures
        When links are closed to vans, one entry a vehicle class.
    pcu
        Passenger car units of a van, one entry a vehicle class.
    bin_s
        Width of the bins of counts [s].
    stuck_time_s
        A vehicle that stands longer at the head of its link is forced on [s].
    signal_delay
        Whether the delay at signals is that of a lone vehicle ("constant") or grows with the flow ("uniform").
    limits
        Speed limits for some vehicles or hours: one entry a vehicle class, and one for the cars after them; none where
        empty. A vehicle that is held by its limit holds up those behind it, which cannot overtake.
    kernels
        The compiled kernels, or their plain twin.

    Raises
    ------
    NetworkError, TripError
        If links or trips cannot be used; the message names every fault.
    """

    def __init__(
        self,
        links: pd.DataFrame,
        cars: RoutedTrips | None = None,
        *,
        consumption: FloatArray,
        closures: Sequence[LinkClosures],
        pcu: Sequence[float],
        bin_s: float = 900.0,
        stuck_time_s: float = 300.0,
        signal_delay: SignalDelay = "constant",
        limits: Sequence[SpeedLimits] = (),
        kernels: ModuleType = compiled_kernels,
    ) -> None:
        if not len(consumption) == len(closures) == len(pcu):
            raise ValueError(
                f"vehicle classes: found {len(consumption)} rows of consumption, {len(closures)} of closures, "
                f"{len(pcu)} of pcu; expected as many of each"
            )
        if limits and len(limits) != len(closures) + 1:
            raise ValueError(f"limits: found {len(limits)}, expected one a vehicle class and one for the cars")
        if not all(1.0 / s.PCU_UNIT <= value <= s.MAX_PCU for value in pcu):
            raise ValueError(f"pcu of a van must be {1 / s.PCU_UNIT:g} to {s.MAX_PCU:g}, found {list(pcu)}")
        self._parameters = link_parameters(links, signal_delay=signal_delay)
        self._link_ids = links["link_id"].to_numpy()
        from_id, to_id = links["from_node_id"].to_numpy(), links["to_node_id"].to_numpy()
        codes = pd.factorize(np.concatenate([from_id, to_id]))[0].astype(np.int64)
        self._from_node, self._to_node = codes[: len(links)], codes[len(links) :]
        cars = RoutedTrips.none() if cars is None else cars
        packed = pack_trips(cars, self._link_ids, from_id, to_id)
        self._car_order = packed.order
        self._bin_s = bin_s
        none = np.zeros(0, dtype=np.int64)
        store = new_store(
            self._parameters,
            self._from_node,
            self._to_node,
            packed,
            (none, none, none),
            closures,
            consumption,
            bin_us=to_us(bin_s),
            n_bins=round(86_400.0 / bin_s) + 1,
            stuck_us=round(min(stuck_time_s, 1e9) * MICROSECONDS_PER_SECOND),
            smallest_pcu=min(1.0, float(np.min(cars.pcu)) if cars.pcu is not None and len(cars.pcu) else 1.0, *pcu),
            limits=limits,
        )
        self._traffic = LinkTransmission(store, kernels)
        self._pcu = [round(value * s.PCU_UNIT) for value in pcu]
        self._blocked = BlockedLanes(len(links))
        self._commands: list[tuple[int, int, Callable[[], None]]] = []
        self._n_commands = 0
        self._vehicle_of: list[int] = []
        self._begin_of: list[int] = [0]
        self._under_way: set[int] = set()

    @property
    def now_us(self) -> int:
        """The engine's clock [us]."""
        return self._traffic.now_us

    def depart(
        self,
        vehicle: int,
        route: LinkArray,
        *,
        at_us: int,
        vehicle_class: int,
        payload_kg: float,
        energy_budget_kwh: float,
    ) -> int:
        """Put a tracked vehicle on its way; see `TrafficEngine.depart`."""
        route = np.asarray(route, dtype=np.int32)
        if len(route) == 0:
            raise ValueError(f"vehicle {vehicle}: the route is empty")
        if vehicle in self._under_way:
            raise ValueError(f"vehicle {vehicle} is under way already")
        if route.min() < 0 or route.max() >= len(self._from_node):
            raise ValueError(f"vehicle {vehicle}: the route has links outside 0 to {len(self._from_node) - 1}")
        broken = np.flatnonzero(self._to_node[route[:-1]] != self._from_node[route[1:]])
        if len(broken):
            here = int(broken[0])
            raise ValueError(f"vehicle {vehicle}: link {route[here + 1]} does not start where {route[here]} ends")
        trip = len(self._vehicle_of)
        self._schedule(at_us, lambda: self._depart_now(trip))
        begin = self._begin_of[trip]
        end = begin + len(route) + 1
        store = self._traffic.store = s.with_room(self._traffic.store, trip + 1, end)
        store.van_routes[begin:end] = [*route.tolist(), -1]
        word = (trip << s.POINTER_SHIFT) | (self._pcu[vehicle_class] << 1) | s.TRACKED
        store.trips[trip] = word, vehicle_class, begin, -1, -1
        store.loads[trip] = [payload_kg, energy_budget_kwh] + [0.0] * s.N_QUANTITIES
        self._vehicle_of.append(vehicle)
        self._begin_of.append(end)
        self._under_way.add(vehicle)
        return trip

    def set_blocked_lanes(self, link: int, lanes: float, *, at_us: int) -> None:
        """Take `lanes` lanes of a link out of service from `at_us` on (0 restores it)."""
        if not lanes >= 0.0:
            raise ValueError(f"link {link}: blocked lanes must be 0 or more, found {lanes}")
        self._schedule(at_us, lambda: self._block_now(link, lanes))

    def advance(self, until_us: int) -> list[Arrival]:
        """Run traffic to `until_us`, or to the first time at which tracked vehicles arrive."""
        until_us = max(until_us, self.now_us)
        while True:
            stop_us = min(until_us, self._commands[0][0]) if self._commands else until_us
            self._traffic.run_until(stop_us)
            while self._commands and self._commands[0][0] <= self.now_us:
                heapq.heappop(self._commands)[2]()
                self._traffic.run_until(self.now_us)
            arrivals = self._take_arrivals()
            if arrivals or self.now_us >= until_us:
                return arrivals

    def _schedule(self, at_us: int, action: Callable[[], None]) -> None:
        if at_us < self.now_us:
            raise ValueError(f"command for {at_us} us lies before now, {self.now_us} us")
        heapq.heappush(self._commands, (at_us, self._n_commands, action))
        self._n_commands += 1

    def _depart_now(self, trip: int) -> None:
        self._traffic.kernels.depart_tracked(self._traffic.store, trip, self.now_us)

    def _block_now(self, link: int, lanes: float) -> None:
        self._blocked.set(link, lanes, self.now_us)
        links = self._parameters
        share = max(links.lanes[link] - lanes, 0.0) / links.lanes[link]
        headway = int(headway_us(np.array([links.capacity_veh_per_h[link] * share]))[0])
        self._traffic.kernels.change_capacity(self._traffic.store, link, headway, self.now_us)

    def _take_arrivals(self) -> list[Arrival]:
        store = self._traffic.store
        trips = store.given_back[: store.clock[s.GIVEN_BACK]].tolist()
        store.clock[s.GIVEN_BACK] = 0
        arrivals = [self._arrival(trip) for trip in trips]
        self._under_way.difference_update(arrival.vehicle for arrival in arrivals)
        return sorted(arrivals, key=lambda arrival: arrival.vehicle)

    def _arrival(self, trip: int) -> Arrival:
        row = self._traffic.store.trips[trip]
        used = self._traffic.store.loads[trip, s.LOAD_USED :].tolist()
        return Arrival(
            trip=trip,
            vehicle=self._vehicle_of[trip],
            time_us=int(row[s.TRIP_END]),
            reason=ArrivalReason(int(row[s.TRIP_REASON])),
            links_done=int(row[s.TRIP_PLACE]) - self._begin_of[trip],
            energy_kwh=used[0],
            fuel_l=used[1],
            co2_g=used[2],
            nox_g=used[3],
            pm_g=used[4],
        )

    def trip_links(self, trip: int) -> tuple[LinkArray, IntArray, IntArray]:
        """Links that a trip has left behind, with their entry and exit times [us]."""
        store = self._traffic.store
        done = slice(self._begin_of[trip], int(store.trips[trip, s.TRIP_PLACE]))
        return store.van_routes[done].copy(), store.van_enter_us[done].copy(), store.van_exit_us[done].copy()

    def car_arrivals_s(self) -> FloatArray:
        """Arrival of each background trip, in the order given [s]; NaN where it has not arrived yet."""
        arrival_us = self._traffic.store.arrival_us
        arrival_s = np.full(len(arrival_us), np.nan)
        has_arrived = arrival_us >= 0
        arrival_s[self._car_order[has_arrived]] = arrival_us[has_arrived] / s.MICROSECONDS
        return arrival_s

    @property
    def forced_moves(self) -> int:
        """Vehicles forced on after standing for longer than the stuck time."""
        return int(self._traffic.store.clock[s.FORCED])

    @property
    def stored_veh(self) -> int:
        """Vehicles under way now, those held outside their first link included."""
        links = self._traffic.store.links
        return int((links[:, s.ENTERED] - links[:, s.LEFT]).sum() + self._traffic.store.clock[s.OUTSIDE])

    def positions(self) -> VehiclePositions:
        """Where the vehicles on links are now."""
        store = self._traffic.store
        link, relative, word = vehicle_positions(store, self._parameters, self.now_us)
        is_tracked, pointer = tracked_trips(word)
        vehicle = np.empty(len(link), dtype=np.int64)
        vehicle[is_tracked] = np.array(self._vehicle_of, dtype=np.int64)[pointer[is_tracked]]
        begins = store.departure_word >> s.POINTER_SHIFT
        vehicle[~is_tracked] = self._car_order[np.searchsorted(begins, pointer[~is_tracked], side="right") - 1]
        return VehiclePositions(link, relative, vehicle, is_tracked)

    def van_positions(self) -> tuple[IntArray, LinkArray, FloatArray]:
        """Where the tracked vehicles on links are now; see `TrafficEngine.van_positions`."""
        found = self.positions()
        return found.vehicle[found.is_tracked], found.link[found.is_tracked], found.relative[found.is_tracked]

    def counts(self) -> BinnedCounts:
        """Counts and travel times by bin and link so far."""
        return self._traffic.counts.so_far(self._traffic.store, self.now_us)

    def times(self) -> BinnedTravelTimes:
        """Travel times so far by bin of entry, those of the empty link where nobody drove."""
        return self.counts().times(self._parameters.free_time_us, to_us(self._bin_s))

    def link_bins(self) -> pd.DataFrame:
        """Counts and travel times so far by link and bin, in the columns of `links.parquet`."""
        counts = self.counts()
        blocked_s = self._blocked.seconds_by_bin(len(counts.inflow_veh), to_us(self._bin_s), self.now_us)
        return link_table(counts, self._link_ids, self._bin_s, blocked_s)

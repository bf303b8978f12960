"""
Traffic that follows a table of speeds: every link takes the time that its hour says.

The plain counterpart of the queue engine behind the same contract (`sim.contracts.TrafficEngine`):
no other vehicles, no queues, blocked lanes are noted but hold nobody up. For quick looks and for
tests of everything that is not traffic.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.contracts import (
    Arrival,
    ArrivalReason,
    FloatArray,
    IntArray,
    LinkArray,
    LinkClosures,
    SpeedLimits,
    TravelTimes,
)
from sim.energy.consumption import trip_consumption
from sim.units import MICROSECONDS_PER_SECOND, to_s


class ProfileEngine:
    """
    Vehicles that never meet: travel times by link and hour.

    Parameters
    ----------
    length_m
        Length of each link [m], shape (n_links,).
    times
        Travel time by link and time of entry.
    consumption
        Packed consumption coefficients of the vehicle classes.
    closures
        When links are closed, one entry a vehicle class.
    bin_s
        Width of the bins of counts [s].
    limits
        Speed limits for some vehicles or hours, one entry a vehicle class; none where empty.
    """

    def __init__(
        self,
        length_m: FloatArray,
        times: TravelTimes,
        consumption: FloatArray,
        closures: Sequence[LinkClosures],
        bin_s: float = 900.0,
        limits: Sequence[SpeedLimits] = (),
    ) -> None:
        self._length_m = length_m
        self._times = times
        self._consumption = consumption
        self._closures = closures
        self._bin_s = bin_s
        self._limits = limits
        self._now_us = 0
        self._due: list[tuple[int, int, int]] = []
        self._arrivals: list[Arrival] = []
        self._traces: list[tuple[LinkArray, IntArray, IntArray]] = []
        self._blocked_lanes: dict[int, float] = {}

    @property
    def now_us(self) -> int:
        """The engine's clock [us]."""
        return self._now_us

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
        if at_us < self._now_us:
            raise ValueError(f"departure at {at_us} us lies before now, {self._now_us} us")
        if len(route) == 0:
            raise ValueError(f"vehicle {vehicle}: the route is empty")
        trip = len(self._arrivals)
        limits = self._limits[vehicle_class] if self._limits else None
        enter_us, exit_us, reason = self._drive(route, at_us, self._closures[vehicle_class], limits)
        done = len(enter_us)
        used, done_in_budget = trip_consumption(
            self._consumption,
            vehicle_class,
            self._length_m[route[:done]],
            (exit_us - enter_us) / MICROSECONDS_PER_SECOND,
            payload_kg,
            energy_budget_kwh,
        )
        if done_in_budget < done:
            reason, done = ArrivalReason.OUT_OF_ENERGY, done_in_budget
        time_us = int(exit_us[done - 1]) if done else at_us
        self._traces.append((route[:done], enter_us[:done], exit_us[:done]))
        energy_kwh, fuel_l, co2_g, nox_g, pm_g = (float(value) for value in used)
        self._arrivals.append(Arrival(trip, vehicle, time_us, reason, done, energy_kwh, fuel_l, co2_g, nox_g, pm_g))
        heapq.heappush(self._due, (time_us, vehicle, trip))
        return trip

    def _drive(
        self, route: LinkArray, at_us: int, closures: LinkClosures, limits: SpeedLimits | None
    ) -> tuple[IntArray, IntArray, ArrivalReason]:
        n_bins = len(self._times.link_time_us)
        bin_us = self._times.bin_us
        enter_us: list[int] = []
        exit_us: list[int] = []
        now_us = at_us
        reason = ArrivalReason.ARRIVED
        for link in route.tolist():
            if not closures.is_empty and closures.is_closed(link, now_us):
                reason = ArrivalReason.LINK_CLOSED
                break
            enter_us.append(now_us)
            time_us = int(self._times.link_time_us[(now_us // bin_us) % n_bins, link])
            if limits is not None:
                time_us = max(time_us, limits.least_time_us(link, now_us))
            now_us += time_us
            exit_us.append(now_us)
        return np.array(enter_us, np.int64), np.array(exit_us, np.int64), reason

    def advance(self, until_us: int) -> list[Arrival]:
        """Run to `until_us` or the first arrivals; see `TrafficEngine.advance`."""
        if not self._due or self._due[0][0] > until_us:
            self._now_us = max(self._now_us, until_us)
            return []
        self._now_us = self._due[0][0]
        arrived = []
        while self._due and self._due[0][0] == self._now_us:
            arrived.append(self._arrivals[heapq.heappop(self._due)[2]])
        return arrived

    def van_positions(self) -> tuple[IntArray, LinkArray, FloatArray]:
        """Where the vehicles under way are now; see `TrafficEngine.van_positions`."""
        vehicles, links, shares = [], [], []
        for _, vehicle, trip in sorted(self._due):
            link, enter_us, exit_us = self._traces[trip]
            row = int(np.searchsorted(enter_us, self._now_us, side="right")) - 1
            if row >= 0:
                vehicles.append(vehicle)
                links.append(int(link[row]))
                shares.append((self._now_us - enter_us[row]) / max(1, exit_us[row] - enter_us[row]))
        return (
            np.array(vehicles, dtype=np.int64),
            np.array(links, dtype=np.int32),
            np.clip(np.array(shares, dtype=np.float64), 0.0, 1.0),
        )

    def set_blocked_lanes(self, link: int, lanes: float, *, at_us: int) -> None:
        """Note blocked lanes; without other vehicles they hold nobody up."""
        self._blocked_lanes[link] = lanes

    def trip_links(self, trip: int) -> tuple[LinkArray, IntArray, IntArray]:
        """Links of a trip with their entry and exit times [us]."""
        return self._traces[trip]

    def link_bins(self) -> pd.DataFrame:
        """Counts and mean travel times of the vans by link and time bin of entry, as in the result tables."""
        if self._traces:
            link = np.concatenate([trace[0] for trace in self._traces]).astype(np.int64)
            enter_us = np.concatenate([trace[1] for trace in self._traces])
            exit_us = np.concatenate([trace[2] for trace in self._traces])
        else:
            link = enter_us = exit_us = np.zeros(0, dtype=np.int64)
        bin_us = round(self._bin_s * MICROSECONDS_PER_SECOND)
        entered = pd.DataFrame(
            {
                "link_id": link,
                "time_bin": enter_us // bin_us,
                "inflow_veh": 1.0,
                "travel_time_s": (exit_us - enter_us) / MICROSECONDS_PER_SECOND,
            }
        )
        left = pd.DataFrame({"link_id": link, "time_bin": exit_us // bin_us, "outflow_veh": 1.0})
        keys = ["link_id", "time_bin"]
        counts = entered.groupby(keys).agg({"inflow_veh": "sum", "travel_time_s": "mean"})
        flows = left.groupby(keys)[["outflow_veh"]].sum()
        bins = counts.join(flows, how="outer").reset_index()
        bins["bin_start_s"] = bins.pop("time_bin") * to_s(bin_us)
        bins["bin_s"] = to_s(bin_us)
        bins["vans"] = bins["inflow_veh"] = bins["inflow_veh"].fillna(0.0)
        bins["outflow_veh"] = bins["outflow_veh"].fillna(0.0)
        bins["blocked_s"] = 0.0
        return bins

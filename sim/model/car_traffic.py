"""
Traffic of the day: the cars on their routes, what carriers believe of travel times, and the engine.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.config import Scenario
from sim.contracts import LinkClosures, Progress, SpeedLimits, TrafficEngine
from sim.demand import car_trips
from sim.demand.background_traffic import TripTable
from sim.energy import consumption_coefficients
from sim.network import RoadNetwork
from sim.planning import VehicleTypeParams
from sim.policy.speed_limit import limited_times
from sim.traffic import (
    AssignedDay,
    ProfileEngine,
    QueueEngine,
    assigned_day,
    links_for_sample,
)
from sim.traffic.travel_times import BinnedTravelTimes, free_flow_times

_BIN_S = 900.0
"""Width of the time bins of link counts [s]."""


@dataclass(frozen=True)
class CarTraffic:
    """
    Streets of the day and the cars on them.

    Parameters
    ----------
    network
        Road network.
    scenario
        Configuration.
    cars
        Cars on their routes; None where there are none.
    car_trips
        Their trips, in the same order.
    replan_report
        What drivers who chose again have changed; None where nobody has chosen again.
    """

    network: RoadNetwork
    scenario: Scenario
    cars: AssignedDay | None
    car_trips: TripTable | None = None
    replan_report: dict[str, Any] | None = None

    @cached_property
    def believed_times(self) -> BinnedTravelTimes:
        """Travel times that carriers and drivers reckon with: those of the assigned cars, else of empty streets."""
        if self.cars is not None:
            return self.cars.times
        return free_flow_times(self.network.length_m, self.network.free_speed_mps, self.network.signal_delay_s)

    @cached_property
    def links(self) -> pd.DataFrame:
        """Links with the capacities that suit the share of the cars that is simulated."""
        return links_for_sample(self.network.links, self.cars.sample) if self.cars else self.network.links

    @property
    def capacity_share(self) -> float:
        """Capacity of the links as a share of that of the streets [-]."""
        return float(self.links["lanes"].iloc[0] / self.network.links["lanes"].iloc[0])

    def engine(
        self,
        closures: Mapping[str, LinkClosures],
        vehicle_types: Mapping[str, VehicleTypeParams],
        limits: Mapping[str, SpeedLimits],
        car_limits: SpeedLimits,
    ) -> TrafficEngine:
        """
        The engine that moves cars and vans.

        It has two classes for each vehicle type: one to which links are closed, and after all of these one to which
        none is, for drivers who violate.

        Parameters
        ----------
        closures
            When links are closed to each vehicle type.
        vehicle_types
            Vehicle types of the day.
        limits, car_limits
            Speed limits for some vehicles or hours, for each vehicle type and for cars; empty where there is none.
        """
        settings, types = self.scenario.traffic, [*vehicle_types.values()] * 2
        consumption = consumption_coefficients(
            [(kind.consumption_curve, kind.payload_kg) for kind in types], self.scenario.energy
        )
        unbound = LinkClosures.none(self.network.n_links)
        closed = [*(closures[name] for name in vehicle_types), *(unbound for _ in vehicle_types)]
        limited = [*(limits[name] for name in vehicle_types)] * 2 if limits else []
        if settings.engine == "free_flow":
            return ProfileEngine(self.network.length_m, self.believed_times, consumption, closed, _BIN_S, limited)
        return QueueEngine(
            self.links,
            cars=self.cars.trips if self.cars is not None else None,
            consumption=consumption,
            closures=closed,
            pcu=[kind.pcu * self.capacity_share for kind in types],
            bin_s=_BIN_S,
            stuck_time_s=settings.stuck_time_s,
            signal_delay=settings.assignment.signal_delay if settings.assignment is not None else "constant",
            limits=[*limited, car_limits] if limited else [],
        )

    @property
    def will_replan(self) -> bool:
        """Whether some cars have yet to choose again."""
        return self.cars is not None and self.replan_report is None and self.scenario.traffic.replan_share > 0.0

    def as_it_is(self) -> CarTraffic:
        """The same traffic with nobody choosing again."""
        return replace(self, replan_report={})

    def report(self) -> dict[str, Any] | None:
        """What became of the cars' assignment and of drivers who chose again; None without cars."""
        if self.cars is None:
            return None
        return {
            "trips": len(self.cars.depart_us),
            "sample": self.cars.sample,
            "iterations_volume_delay": len(self.cars.warm_gaps),
            "iterations_queues": len(self.cars.gaps),
            "relative_gap": self.cars.relative_gap,
            "forced_moves": self.cars.forced_moves,
            "arrived_share": self.cars.arrived_share,
            "replan": self.replan_report,
        }

    def link_bins(self, engine: TrafficEngine) -> pd.DataFrame:
        """Counts by link and bin; of a sample of the cars, all that it stands for."""
        bins = engine.link_bins().drop(columns="blocked_s")
        if self.cars is not None and self.cars.sample < 1.0:
            for column in ("inflow_veh", "outflow_veh"):
                vans = np.minimum(bins["vans"], bins[column])
                bins[column] = vans + (bins[column] - vans) / self.cars.sample
        return bins


def car_traffic(network: RoadNetwork, scenario: Scenario, progress: Progress) -> CarTraffic:
    """
    The cars of the day on their routes, from the cache if they have been assigned before.

    Parameters
    ----------
    network
        Road network.
    scenario
        Configuration.
    progress
        Told how far the assignment has come.

    Raises
    ------
    DemandError
        If a file of trips cannot be used.
    """
    traffic, cache_dir = scenario.traffic, scenario.paths.cache_dir
    if traffic.background is None or traffic.assignment is None:
        return CarTraffic(network, scenario, None)
    trips = car_trips(network, traffic, traffic.background, sample=traffic.sample)
    cars = assigned_day(
        network,
        trips,
        traffic.assignment,
        cache_dir=Path(cache_dir) if cache_dir else None,
        seed=traffic.background.seed,
        sample=traffic.sample,
        threads=scenario.run.workers or os.cpu_count() or 1,
        progress=progress,
    )
    return CarTraffic(network, scenario, cars, trips)


def times_under_limits(times: BinnedTravelTimes, limits: Mapping[str, SpeedLimits]) -> dict[str, BinnedTravelTimes]:
    """Travel times of the vehicle types that speed limits bind; those of all others are the times of all."""
    made: dict[int, BinnedTravelTimes] = {}
    found = {}
    for name, own in limits.items():
        if own.is_empty:
            continue
        if id(own) not in made:
            made[id(own)] = BinnedTravelTimes(*limited_times(times.link_time_us, times.bin_us, own))
        found[name] = made[id(own)]
    return found

"""
The car traffic of a day, on routes from which hardly anybody would gain by changing.

Cars are first spread over the network by a stiff volume-delay function in each time bin, so that no link is
asked for much more than it can carry; from there on the queue engine says how long each link takes. Without
the first part everybody takes the same main roads, queues spill back until nothing moves, and times measured
in gridlock say nothing about which way is better.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from pydantic import Field

from sim.contracts import FloatArray, IntArray, Progress, no_progress
from sim.network.path_trees import RouteSet
from sim.network.road_network import RoadNetwork
from sim.random_streams import KeyedStream
from sim.traffic.assignment import AssignmentParams, Trips, assign
from sim.traffic.link_model import SignalDelay
from sim.traffic.network_loading import LoadingResult, load_network
from sim.traffic.routed_trips import RoutedTrips
from sim.traffic.travel_times import BinnedTravelTimes
from sim.units import MICROSECONDS_PER_SECOND, SECONDS_PER_DAY, SECONDS_PER_HOUR

_CAPACITY_COLUMNS = ("lanes", "capacity_veh_per_h", "saturation_flow_veh_per_h")
_MAX_LOAD = 2.0

SAMPLE_EXPONENT = 0.75
"""
Lanes and capacities of a sample are multiplied by (share of the traffic) to this power [-].

A car of a sample of one in ten that stood for ten would hold up the next for ten headways, and cars that come by
chance would wait ten times as long: in proportion, the sampled peak is a third slower. Ours: with 0.75 the hourly
mean speeds of a tenth are within 1.5 % of those of all cars on the schematic Zhangdian (900,000 trips).
"""


class DayAssignmentParams(AssignmentParams, frozen=True, extra="forbid"):
    """How the cars of a day find their routes."""

    bin_min: float = Field(ge=1.0, le=240.0, description="Width of the time bins of travel times [min]")
    warm_iterations: int = Field(
        ge=1, le=1000, description="Iterations with the volume-delay function before the queue engine takes over [-]"
    )
    volume_delay_factor: float = Field(
        gt=0.0, le=100.0, description="Delay at capacity as a multiple of the free time, volume-delay function [-]"
    )
    volume_delay_power: float = Field(
        ge=1.0, le=20.0, description="Power of volume over capacity in the volume-delay function [-]"
    )
    signal_delay: SignalDelay = Field(
        description="Delay at signals: constant, as a lone vehicle has it; uniform, growing with the flow (Webster)"
    )
    stuck_time_s: float = Field(
        gt=0.0, description="A vehicle that stands longer at the head of its link is forced on, and counted [s]"
    )
    horizon_h: float = Field(ge=24.0, le=240.0, description="Hours from midnight that are simulated [h]")


@dataclass(frozen=True)
class AssignedDay:
    """
    Cars of a day with their routes, and what came of them.

    Parameters
    ----------
    depart_us
        Departures [us], rising, shape (n_trips,).
    routes
        Route of each trip.
    times
        Travel times by link and bin of one day that the routes lead to.
    speed_ratio
        Mean speed of the cars as a share of that on empty links, by bin of entry [-], NaN where nobody drives.
    gaps
        Relative gap by iteration with the queue engine [-].
    warm_gaps
        Relative gap by iteration with the volume-delay function [-].
    forced_moves
        Vehicles forced on after standing too long.
    arrived_share
        Share of the trips that arrived by the horizon [-].
    sample
        Share of the trips that was made [-]; links are scaled to it.
    """

    depart_us: IntArray
    routes: RouteSet
    times: BinnedTravelTimes
    speed_ratio: FloatArray
    gaps: FloatArray
    warm_gaps: FloatArray
    forced_moves: int
    arrived_share: float
    sample: float

    @property
    def relative_gap(self) -> float:
        """Relative gap of these routes [-]."""
        return float(self.gaps.min())

    @cached_property
    def trips(self) -> RoutedTrips:
        """The trips as the queue engine takes them."""
        return RoutedTrips(self.depart_us / MICROSECONDS_PER_SECOND, self.routes.links, self.routes.start)

    def gap_table(self) -> pd.DataFrame:
        """Columns `stage` ("volume-delay" or "queues"), `iteration` from 1, `relative_gap`."""
        gaps = np.concatenate([self.warm_gaps, self.gaps])
        return pd.DataFrame(
            {
                "stage": np.repeat(["volume-delay", "queues"], [len(self.warm_gaps), len(self.gaps)]),
                "iteration": np.concatenate([np.arange(len(self.warm_gaps)), np.arange(len(self.gaps))]) + 1,
                "relative_gap": gaps,
            }
        )


def links_for_sample(links: pd.DataFrame, sample: float) -> pd.DataFrame:
    """
    Links on which a share of the traffic is as fast as all of it on the real ones.

    Parameters
    ----------
    links
        Table of links.
    sample
        Share of the traffic [-]; lanes, capacity and saturation flow are multiplied by it to the power
        `SAMPLE_EXPONENT`.
    """
    if sample == 1.0:
        return links
    return links.assign(
        **{column: links[column] * sample**SAMPLE_EXPONENT for column in _CAPACITY_COLUMNS if column in links}
    )


def assign_day(
    network: RoadNetwork,
    trips: Trips,
    params: DayAssignmentParams,
    *,
    seed: int = 0,
    sample: float = 1.0,
    threads: int = 1,
    progress: Progress = no_progress,
) -> AssignedDay:
    """
    Assign the cars of a day to routes near dynamic user equilibrium.

    Parameters
    ----------
    network
        Road network.
    trips
        Trips of the day, or of a sample of it.
    params
        Bins, iterations and stopping.
    seed
        Seed of who changes route.
    sample
        Share of the trips that `trips` holds [-]; capacities and storage are scaled to it.
    threads
        Threads of the route search; change no result.
    progress
        Told after each iteration.
    """
    links = links_for_sample(network.links, sample)
    bin_us = round(params.bin_min * 60 * MICROSECONDS_PER_SECOND)
    n_bins = math.ceil(SECONDS_PER_DAY * MICROSECONDS_PER_SECOND / bin_us)
    free_us = np.maximum(np.round(network.free_flow_time_s * MICROSECONDS_PER_SECOND), 1.0).astype(np.int64)
    empty = BinnedTravelTimes(bin_us, np.tile(free_us, (n_bins, 1)))
    outcomes: list[tuple[int, float, FloatArray]] = []

    def volume_delay(routes: RouteSet) -> BinnedTravelTimes:
        flow_per_h = _entries_by_bin(routes, trips.depart_us, bin_us, n_bins, network.n_links) * (60 / params.bin_min)
        load = np.minimum(flow_per_h / (network.capacity_veh_per_h * sample), _MAX_LOAD)
        factor = 1.0 + params.volume_delay_factor * load**params.volume_delay_power
        return BinnedTravelTimes(bin_us, np.round(free_us * factor).astype(np.int64))

    def queues(routes: RouteSet) -> BinnedTravelTimes:
        routed = RoutedTrips(trips.depart_us / MICROSECONDS_PER_SECOND, routes.links, routes.start)
        loaded = load_network(
            links,
            routed,
            horizon_s=params.horizon_h * SECONDS_PER_HOUR,
            stuck_time_s=params.stuck_time_s,
            bin_s=params.bin_min * 60,
            signal_delay=params.signal_delay,
        )
        arrived_share = float(np.isfinite(loaded.arrival_s).mean()) if len(routes) else 1.0
        outcomes.append((loaded.forced_moves, arrived_share, _speed_ratio(loaded, free_us, n_bins)))
        times = empty.link_time_us.copy()
        measured = loaded.times.link_time_us[:n_bins]
        times[: len(measured)] = np.maximum(measured, free_us)
        return BinnedTravelTimes(bin_us, times)

    warm = assign(
        network,
        trips,
        empty,
        volume_delay,
        params.model_copy(update={"max_iterations": params.warm_iterations}),
        choice=KeyedStream(seed, "traffic.assignment.volume_delay"),
        threads=threads,
        progress=progress,
        may_turn_back=False,
    )
    settled = assign(
        network,
        trips,
        empty,
        queues,
        params,
        choice=KeyedStream(seed, "traffic.assignment.queues"),
        threads=threads,
        progress=progress,
        may_turn_back=False,
        first_routes=warm.routes,
        is_sound=lambda: outcomes[-1][0] == 0,
    )
    forced_moves, arrived_share, speed_ratio = outcomes[settled.iteration]
    return AssignedDay(
        depart_us=trips.depart_us,
        routes=settled.routes,
        times=BinnedTravelTimes(bin_us, settled.times.link_time_us),
        speed_ratio=speed_ratio,
        gaps=np.array(settled.gaps),
        warm_gaps=np.array(warm.gaps),
        forced_moves=forced_moves,
        arrived_share=arrived_share,
        sample=sample,
    )


def _entries_by_bin(routes: RouteSet, depart_us: IntArray, bin_us: int, n_bins: int, n_links: int) -> FloatArray:
    """Entries to each link by the bin of departure, shape (n_bins, n_links)."""
    row = np.repeat((depart_us // bin_us) % n_bins, np.diff(routes.start))
    counted = np.bincount(row * n_links + routes.links, minlength=n_bins * n_links)
    return counted.reshape(n_bins, n_links).astype(np.float64)


def _speed_ratio(loaded: LoadingResult, free_us: IntArray, n_bins: int) -> FloatArray:
    """Time on empty links over time taken, of all that entered a link in the bin."""
    ratio = np.full(n_bins, np.nan)
    entered = loaded.counts.inflow_veh[:n_bins]
    taken = (entered * np.nan_to_num(loaded.counts.travel_time_s[:n_bins])).sum(axis=1)
    free = (entered * free_us).sum(axis=1) / MICROSECONDS_PER_SECOND
    np.divide(free, taken, out=ratio[: len(taken)], where=taken > 0.0)
    return ratio

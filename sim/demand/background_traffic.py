"""
Cars of a day: traffic zones, a doubly constrained gravity model, an hourly profile.

The gravity model spreads trips among zones by free-flow travel time; the hour of departure follows a
profile. Trips start on a few links of each zone, so that an assignment can share one tree among many
trips, and end on any. Part of the trips comes from out of town or goes there, through gates at its edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import BaseModel, Field, model_validator

from sim.contracts import FOREVER_US, FloatArray, IntArray, LinkArray
from sim.demand.traffic_zones import TrafficZones, traffic_zones
from sim.network import RoadNetwork
from sim.network.path_trees import fastest_routes
from sim.network.shortest_path import travel_matrix
from sim.random_streams import RandomStreams
from sim.units import MICROSECONDS_PER_SECOND, SECONDS_PER_DAY, SECONDS_PER_HOUR

_TRIAL_TRIPS = 20_000
"""Trips that are routed to see which streets are busy."""

_BUSIEST = 0.05
"""Share of the vehicle-passages that are left out when the load of busy streets is read. Assumption."""

Share = Annotated[float, Field(ge=0.0)]


class BackgroundParams(BaseModel, frozen=True, extra="forbid"):
    """Background car traffic made by a gravity model."""

    trips_per_day: float | None = Field(
        ge=0.0, le=5e7, description="Car trips a day [-]; null: from peak_volume_to_capacity"
    )
    peak_volume_to_capacity: float = Field(
        gt=0.0,
        le=1.5,
        description="Load of busy streets in the peak hour, before drivers avoid queues, that sets the trips [-]",
    )
    mean_deterrence_min: float = Field(
        gt=0.0, le=240.0, description="Travel time over which trip-making falls to 1/e [min]"
    )
    zone_size_m: float = Field(gt=50.0, le=20_000.0, description="Side of a traffic zone [m]")
    connectors_per_zone: int = Field(ge=1, le=50, description="Links of a zone on which trips start [-]")
    external_share: float = Field(
        ge=0.0,
        lt=1.0,
        description="Share of trip ends that lie out of town, beyond the gates where main roads leave [-]",
    )
    hourly_share: tuple[Share, ...] = Field(
        min_length=24, max_length=24, description="Share of the day's trips by hour of departure [-]"
    )
    seed: int = Field(ge=0, description="Seed of the car trips, apart from the run's own seed")

    @model_validator(mode="after")
    def _profile_has_trips(self) -> BackgroundParams:
        if sum(self.hourly_share) <= 0.0:
            raise ValueError("hourly_share must have a share above 0")
        return self


@dataclass(frozen=True, slots=True)
class TripTable:
    """
    Trips in the order of departure.

    Parameters
    ----------
    origin_link, target_link
        Link rows, shape (n_trips,).
    depart_us
        Departures [us], rising, shape (n_trips,).
    """

    origin_link: LinkArray
    target_link: LinkArray
    depart_us: IntArray

    def __len__(self) -> int:
        return len(self.depart_us)


def gravity_matrix(
    productions: FloatArray,
    attractions: FloatArray,
    deterrence: FloatArray,
    *,
    tolerance: float = 1e-9,
    max_rounds: int = 1000,
) -> FloatArray:
    """
    Doubly constrained trip matrix by Furness's iterative proportional fitting.

    Parameters
    ----------
    productions, attractions
        Row and column sums, shape (n,), of one total.
    deterrence
        Seed of the matrix, not negative, shape (n, n).
    tolerance
        Largest relative error of a row sum at the end [-].
    max_rounds
        Most rounds of fitting.

    Returns
    -------
    numpy.ndarray
        Matrix with the given margins, shape (n, n).

    Raises
    ------
    ValueError
        If the totals differ, or the margins cannot be met.

    Notes
    -----
    Source: Furness (1965), "Time function iteration", Traffic Engineering and Control 7(7);
    Ortuzar and Willumsen, Modelling Transport, section 5.
    """
    total = productions.sum()
    if not np.isclose(total, attractions.sum(), rtol=1e-9):
        raise ValueError(f"productions and attractions must have one total, found {total} and {attractions.sum()}")
    matrix = deterrence.astype(np.float64).copy()
    for _ in range(max_rounds):
        rows = matrix.sum(axis=1)
        matrix *= np.divide(productions, rows, out=np.zeros_like(rows), where=rows > 0.0)[:, None]
        columns = matrix.sum(axis=0)
        matrix *= np.divide(attractions, columns, out=np.zeros_like(columns), where=columns > 0.0)
        error = np.abs(matrix.sum(axis=1) - productions).max()
        if error <= tolerance * total:
            return matrix
    raise ValueError(f"the margins cannot be met: after {max_rounds} rounds a row is off by {error:g} of {total:g}")


def gravity_trips(
    network: RoadNetwork, params: BackgroundParams, *, free_flow_us: IntArray, sample: float = 1.0
) -> TripTable:
    """
    Car trips of a day from a gravity model.

    Parameters
    ----------
    network
        Road network.
    params
        Number, spread and hours of the trips.
    free_flow_us
        Free-flow travel time of each link [us], shape (n_links,).
    sample
        Share of the trips that is made [-].
    """
    zones = traffic_zones(network, params.zone_size_m, params.connectors_per_zone, external_share=params.external_share)
    matrix = _spread(network, zones, params, free_flow_us)
    profile = np.array(params.hourly_share) / sum(params.hourly_share)
    wanted = params.trips_per_day
    if wanted is None:
        wanted = _trips_for_load(network, zones, matrix, profile, params, free_flow_us)
    return _draw_trips(zones, matrix, profile, round(wanted * sample), params.seed)


def _spread(network: RoadNetwork, zones: TrafficZones, params: BackgroundParams, free_flow_us: IntArray) -> FloatArray:
    """
    Share of the trips for each pair of zones, adding up to 1.

    Assumption: those from afar go to any zone alike, whatever the way within the city; through trips cross the city
    (in proportion to the time that takes), nobody drives in to leave at the next gate.
    """
    centre = zones.connectors[:, zones.connectors.shape[1] // 2]
    time_us, _ = travel_matrix(network, free_flow_us, source_nodes=network.to_node[centre], target_links=centre)
    minutes = np.where(time_us < FOREVER_US, time_us, 0) / (60.0 * MICROSECONDS_PER_SECOND)
    deterrence = np.where(time_us < FOREVER_US, np.exp(-minutes / params.mean_deterrence_min), 0.0)
    gate = zones.is_gate
    deterrence[gate[:, None] != gate[None, :]] = 1.0
    through = gate[:, None] & gate[None, :]
    deterrence[through] = minutes[through] / max(float(minutes.max()), 1e-9)
    deterrence[time_us >= FOREVER_US] = 0.0
    if (zones.productions + zones.attractions).max() < 1.0:
        # Trips leave their zone, unless one zone is so large that its trips have nowhere else to go.
        np.fill_diagonal(deterrence, 0.0)
    return gravity_matrix(zones.productions, zones.attractions, deterrence, tolerance=1e-4)


@dataclass(frozen=True, slots=True)
class _EmptyStreets:
    """Travel times without traffic, as the route search takes them."""

    bin_us: int
    link_time_us: IntArray


def _trips_for_load(
    network: RoadNetwork,
    zones: TrafficZones,
    matrix: FloatArray,
    profile: FloatArray,
    params: BackgroundParams,
    free_flow_us: IntArray,
) -> float:
    """
    Trips a day at which busy streets are asked for the stated share of their capacity in the peak hour.

    Busy are those that all but `_BUSIEST` of the vehicle-passages stay below, when everybody takes the way that is
    fastest on empty streets. Drivers who avoid queues load them less.
    """
    one_hour = np.zeros(len(profile))
    one_hour[0] = 1.0
    trips = _draw_trips(zones, matrix, one_hour, _TRIAL_TRIPS, params.seed)
    routes, _ = fastest_routes(
        network,
        _EmptyStreets(int(SECONDS_PER_DAY) * MICROSECONDS_PER_SECOND, free_flow_us[None, :]),
        origin_link=trips.origin_link,
        target_link=trips.target_link,
        depart_us=trips.depart_us,
    )
    passages = np.bincount(routes.links, minlength=network.n_links)
    load = passages / _TRIAL_TRIPS / network.capacity_veh_per_h
    order = np.argsort(load, kind="stable")
    below = np.cumsum(passages[order]) / passages.sum()
    busy = float(load[order[int(np.searchsorted(below, 1.0 - _BUSIEST))]])
    return params.peak_volume_to_capacity / (busy * float(profile.max()))


def _draw_trips(zones: TrafficZones, matrix: FloatArray, profile: FloatArray, n_trips: int, seed: int) -> TripTable:
    rng = RandomStreams(seed).generator("background.trips")
    n_zones, n_connectors = zones.connectors.shape
    cumulative = np.cumsum(matrix.ravel())
    pair = np.searchsorted(cumulative, rng.random(n_trips) * cumulative[-1], side="right")
    pair = np.minimum(pair, n_zones * n_zones - 1)
    origin, target = np.divmod(pair, n_zones)
    hours = np.searchsorted(np.cumsum(profile), rng.random(n_trips) * profile.sum(), side="right")
    depart_s = (np.minimum(hours, 23) + rng.random(n_trips)) * SECONDS_PER_HOUR
    origin_link = zones.connectors[origin, rng.integers(n_connectors, size=n_trips)]
    first, last = zones.target_start[target], zones.target_start[target + 1]
    target_link = zones.target_links[first + (rng.random(n_trips) * (last - first)).astype(np.int64)]
    depart_us = np.round(depart_s * MICROSECONDS_PER_SECOND).astype(np.int64)
    order = np.argsort(depart_us, kind="stable")
    return TripTable(origin_link[order], target_link[order], depart_us[order])

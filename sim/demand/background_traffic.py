"""
Cars of a day: traffic zones, a doubly constrained gravity model, an hourly profile.

Zones are squares of the city; their productions follow the length of local streets (where people
live and park), their attractions follow shops and local streets. The gravity model spreads trips by
free-flow travel time; the hour of departure follows a profile. Trips start on a few links of each
zone, so that an assignment can share one tree among many trips, and end on any.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import BaseModel, Field, model_validator

from sim.contracts import FOREVER_US, FloatArray, IntArray, LinkArray
from sim.network import RoadNetwork
from sim.network.shortest_path import travel_matrix
from sim.random_streams import RandomStreams
from sim.units import MICROSECONDS_PER_SECOND, SECONDS_PER_HOUR

Share = Annotated[float, Field(ge=0.0)]

_MOST_ZONES = 150
_LOCAL = ("residential", "living_street", "unclassified", "tertiary", "service")


class BackgroundParams(BaseModel, frozen=True, extra="forbid"):
    """Background car traffic made by a gravity model."""

    trips_per_day: float | None = Field(
        ge=0.0, le=5e7, description="Car trips a day [-]; null: from peak_volume_to_capacity"
    )
    peak_volume_to_capacity: float = Field(
        gt=0.0,
        le=1.5,
        description="Mean load of the main roads in the peak hour that sets the number of trips [-]",
    )
    mean_deterrence_min: float = Field(
        gt=0.0, le=240.0, description="Travel time over which trip-making falls to 1/e [min]"
    )
    zone_size_m: float = Field(gt=50.0, le=20_000.0, description="Side of a traffic zone [m]")
    connectors_per_zone: int = Field(ge=1, le=50, description="Links of a zone on which trips start [-]")
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


@dataclass(frozen=True, slots=True)
class TrafficZones:
    """
    Squares of the city with the links on which their trips start and end.

    Parameters
    ----------
    connectors
        Links on which trips start, shape (n_zones, n_connectors).
    target_start, target_links
        Links on which trips end, compressed rows over zones: those of zone `z` are
        `target_links[target_start[z]:target_start[z + 1]]`.
    productions, attractions
        Weights [-], shape (n_zones,), each adding up to 1.
    """

    connectors: LinkArray
    target_start: IntArray
    target_links: LinkArray
    productions: FloatArray
    attractions: FloatArray


def traffic_zones(network: RoadNetwork, zone_size_m: float, connectors_per_zone: int) -> TrafficZones:
    """
    Zones on a square grid.

    Parameters
    ----------
    network
        Road network with places.
    zone_size_m
        Side of a square [m]; less where a small network would hold fewer than four along its shorter side, more
        where a large one would hold more than 150 with streets, each of which costs the assignment search trees.
    connectors_per_zone
        Links of each zone on which trips start, spread over its local streets; trips end on any of these.

    Notes
    -----
    Productions go with the length of local streets, attractions half with that and half with shops.
    Assumption: no land use is read.
    """
    zone = zones_of_links(network, zone_size_m)
    n_zones = int(zone.max()) + 1
    is_local = network.links["road_class"].isin(_LOCAL).to_numpy()
    connectors = np.empty((n_zones, connectors_per_zone), dtype=np.int32)
    targets = []
    for number in range(n_zones):
        rows = np.flatnonzero((zone == number) & is_local)
        if len(rows) == 0:
            rows = np.flatnonzero(zone == number)
        picks = np.linspace(0, len(rows) - 1, connectors_per_zone).round().astype(np.int64)
        connectors[number] = rows[picks]
        targets.append(rows.astype(np.int32))
    local_m = np.bincount(zone, weights=network.length_m * is_local, minlength=n_zones)
    shop_links = network.places.loc[network.places["kind"] == "shop", "link"].to_numpy()
    shops = np.bincount(zone[shop_links], minlength=n_zones).astype(np.float64)
    lived_in = (local_m + 1.0) / (local_m + 1.0).sum()
    visited = (shops + 1e-9) / (shops + 1e-9).sum()
    start = np.concatenate([[0], np.cumsum([len(rows) for rows in targets])]).astype(np.int64)
    return TrafficZones(connectors, start, np.concatenate(targets), lived_in, (lived_in + visited) / 2.0)


def zones_of_links(network: RoadNetwork, zone_size_m: float) -> IntArray:
    """Number of the square zone in which the middle of each link lies, shape (n_links,); see `traffic_zones`."""
    xy = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    middle = (xy[network.from_node] + xy[network.to_node]) / 2.0
    shorter_side_m = float(np.ptp(middle, axis=0).min())
    side_m = min(zone_size_m, max(shorter_side_m / 4.0, 50.0))
    zone = _squares(middle, side_m)
    while zone.max() >= _MOST_ZONES:
        side_m *= 1.25
        zone = _squares(middle, side_m)
    return zone


def _squares(position_m: FloatArray, side_m: float) -> IntArray:
    """Number of the square that each position lies in, squares without any left out."""
    cell = np.floor((position_m - position_m.min(axis=0)) / side_m).astype(np.int64)
    zone: IntArray = np.unique(cell, axis=0, return_inverse=True)[1].ravel().astype(np.int64)
    return zone


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
    zones = traffic_zones(network, params.zone_size_m, params.connectors_per_zone)
    matrix = _spread(network, zones, params, free_flow_us)
    profile = np.array(params.hourly_share) / sum(params.hourly_share)
    wanted = params.trips_per_day
    if wanted is None:
        wanted = _trips_for_load(network, zones, matrix, profile, params, free_flow_us)
    return _draw_trips(zones, matrix, profile, round(wanted * sample), params.seed)


def _spread(network: RoadNetwork, zones: TrafficZones, params: BackgroundParams, free_flow_us: IntArray) -> FloatArray:
    """Share of the trips for each pair of zones, adding up to 1."""
    centre = zones.connectors[:, zones.connectors.shape[1] // 2]
    time_us, _ = travel_matrix(network, free_flow_us, source_nodes=network.to_node[centre], target_links=centre)
    minutes = np.where(time_us < FOREVER_US, time_us, 0) / (60.0 * MICROSECONDS_PER_SECOND)
    deterrence = np.where(time_us < FOREVER_US, np.exp(-minutes / params.mean_deterrence_min), 0.0)
    if (zones.productions + zones.attractions).max() < 1.0:
        # Trips leave their zone, unless one zone is so large that its trips have nowhere else to go.
        np.fill_diagonal(deterrence, 0.0)
    return gravity_matrix(zones.productions, zones.attractions, deterrence, tolerance=1e-4)


def _trips_for_load(
    network: RoadNetwork,
    zones: TrafficZones,
    matrix: FloatArray,
    profile: FloatArray,
    params: BackgroundParams,
    free_flow_us: IntArray,
) -> float:
    """Trips a day at which main roads carry the stated share of their capacity in the peak hour."""
    centre = zones.connectors[:, zones.connectors.shape[1] // 2]
    _, distance_m = travel_matrix(network, free_flow_us, source_nodes=network.to_node[centre], target_links=centre)
    mean_m = float((matrix * np.where(np.isfinite(distance_m), distance_m, 0.0)).sum())
    is_main = ~network.links["road_class"].isin(_LOCAL).to_numpy()
    if not is_main.any():
        is_main = np.ones_like(is_main)
    supply = float((network.capacity_veh_per_h * network.length_m)[is_main].sum())
    return params.peak_volume_to_capacity * supply / (mean_m * float(profile.max()))


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

"""
Trips over a whole network, spread so that no link has more than a set share of its capacity.

Origins and destinations are drawn over links, near pairs more often than far ones. Routes are chosen in slices: each
takes the fastest ways on times that rise where the slices before have gone, as drivers who know the town would. Then
the departures are spread over as many hours as the fullest link needs.
"""

from __future__ import annotations

import math

import numpy as np

from sim.bench.case import TRIPS_PER_ROUTE, Case
from sim.contracts import FloatArray, IntArray, LinkArray
from sim.errors import TripError
from sim.network import RoadNetwork
from sim.network.path_trees import RouteSet, fastest_routes
from sim.random_streams import RandomStreams
from sim.traffic import BinnedTravelTimes
from sim.traffic.routed_trips import LATEST_DEPARTURE_S
from sim.units import MICROSECONDS_PER_SECOND, SECONDS_PER_DAY, SECONDS_PER_HOUR

SLICES = 10
HIGHEST_VC = 0.85
"""Share of capacity taken on the fullest link over the horizon. Assumption: busy, and no queue grows without end."""

SPREAD = 0.2
"""A link that carries this share of the first slice's highest load takes twice its free time. Assumption."""

DECAY_M = 2000.0
"""Distance as the crow flies over which trips thin out to 1/e [m]. Assumption: most trips in a town are short."""


def case_on(network: RoadNetwork, trips: int, seed: int = 1) -> Case:
    """
    A case on a network.

    Parameters
    ----------
    network
        The network, all of it.
    trips
        Number of trips, a multiple of `TRIPS_PER_ROUTE`.
    seed
        Seed of origins, destinations and departures.

    Raises
    ------
    TripError
        If the number of trips is no multiple of `TRIPS_PER_ROUTE`, if too few pairs of links have a way between
        them, or if the network does not carry so many trips in ten days.
    """
    if trips < TRIPS_PER_ROUTE or trips % TRIPS_PER_ROUTE:
        raise TripError(f"trips is {trips}, expected a multiple of {TRIPS_PER_ROUTE}")
    streams = RandomStreams(seed)
    capacity = network.capacity_veh_per_h
    flat, start = _routes(network, trips // TRIPS_PER_ROUTE, streams.generator("bench.pairs"))
    highest = (np.bincount(flat, minlength=network.n_links) / capacity).max() * TRIPS_PER_ROUTE
    horizon_s = math.ceil(highest * SECONDS_PER_HOUR / HIGHEST_VC)
    if horizon_s > LATEST_DEPARTURE_S:
        most = int(trips * LATEST_DEPARTURE_S / horizon_s)
        raise TripError(f"{network.label}: carries about {most:,} such trips in ten days, expected room for {trips:,}")
    depart_s = streams.generator("bench.departures").integers(0, horizon_s, trips).astype(np.float64)
    return Case(
        name=f"{network.name} {trips:,}",
        x_m=network.nodes["x_m"].to_numpy(np.float64),
        y_m=network.nodes["y_m"].to_numpy(np.float64),
        from_node=network.from_node,
        to_node=network.to_node,
        length_m=network.length_m,
        lanes=np.maximum(np.round(network.lanes), 1.0),
        free_speed_mps=network.free_speed_mps,
        capacity_veh_per_h=capacity,
        saturation_flow_veh_per_h=network.saturation_flow_veh_per_h,
        routes_flat=flat,
        route_start=start,
        depart_s=depart_s,
        horizon_s=float(horizon_s),
    )


def _routes(network: RoadNetwork, n_routes: int, generator: np.random.Generator) -> tuple[LinkArray, IntArray]:
    """Routes in flat arrays, no node twice on any."""
    free_s = network.length_m / network.free_speed_mps
    sizes = _slice_sizes(n_routes)
    load = np.zeros(network.n_links)
    highest_at_first = 0.0
    parts: list[LinkArray] = []
    for size in sizes:
        usual = highest_at_first * len(parts) / sizes[0]
        time_s = free_s * (1.0 + (load / (SPREAD * usual)) ** 2) if parts else free_s
        found = _slice(network, time_s, size, generator)
        load += np.bincount(np.concatenate(found), minlength=network.n_links) / network.capacity_veh_per_h
        highest_at_first = highest_at_first or float(load.max())
        parts.extend(found)
    lengths = np.array([len(part) for part in parts], dtype=np.int64)
    return np.concatenate(parts).astype(np.int32), np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])


def _slice_sizes(n_routes: int) -> list[int]:
    cuts = np.linspace(0, n_routes, min(SLICES, n_routes) + 1).round().astype(int)
    return [int(size) for size in np.diff(cuts)]


def _slice(network: RoadNetwork, time_s: FloatArray, size: int, generator: np.random.Generator) -> list[LinkArray]:
    """Routes of one slice; pairs without a way, or with one that meets a node twice, are drawn anew."""
    time_us = np.maximum(np.round(time_s * MICROSECONDS_PER_SECOND), 1.0).astype(np.int64)
    times = BinnedTravelTimes(round(SECONDS_PER_DAY) * MICROSECONDS_PER_SECOND, time_us[None, :])
    found: list[LinkArray] = []
    for _ in range(100):
        missing = size - len(found)
        if missing == 0:
            return found
        pairs = _pairs(network, missing + missing // 4 + 8, generator)
        routes, _ = fastest_routes(
            network,
            times,
            origin_link=pairs[0],
            target_link=pairs[1],
            depart_us=np.zeros(pairs.shape[1], dtype=np.int64),
        )
        found.extend(routes.of(int(row)) for row in np.flatnonzero(_is_simple(network, routes))[:missing])
    raise TripError(f"{network.label}: found ways between {len(found)} of {size} pairs of links after 100 draws")


def _pairs(network: RoadNetwork, wanted: int, generator: np.random.Generator) -> LinkArray:
    """Origin and destination links, the rarer the farther apart, shape (2, wanted)."""
    x_m = network.nodes["x_m"].to_numpy(np.float64)[network.to_node]
    y_m = network.nodes["y_m"].to_numpy(np.float64)[network.to_node]
    kept: list[LinkArray] = []
    missing = wanted
    while missing > 0:
        pairs = generator.integers(0, network.n_links, (2, 4 * wanted)).astype(np.int32)
        distance_m = np.hypot(x_m[pairs[0]] - x_m[pairs[1]], y_m[pairs[0]] - y_m[pairs[1]])
        kept.append(pairs[:, generator.random(pairs.shape[1]) < np.exp(-distance_m / DECAY_M)][:, :missing])
        missing -= kept[-1].shape[1]
    return np.concatenate(kept, axis=1)


def _is_simple(network: RoadNetwork, routes: RouteSet) -> np.ndarray:
    """Whether a route has two links or more and meets no node twice."""
    lengths = np.diff(routes.start)
    owner = np.repeat(np.arange(len(routes), dtype=np.int64), lengths)
    used = lengths > 0
    first = network.from_node[routes.links[routes.start[:-1][used]]]
    keys = np.concatenate(
        [owner * network.n_nodes + network.to_node[routes.links], np.flatnonzero(used) * network.n_nodes + first]
    )
    keys.sort()
    is_simple = lengths >= 2
    is_simple[keys[1:][np.diff(keys) == 0] // network.n_nodes] = False
    return is_simple

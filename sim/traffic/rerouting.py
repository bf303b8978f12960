"""
Drivers who know how the day goes: part of the cars leave their usual route for one that is faster on it.

Cars are assigned once, for a day without vans, and keep to their routes whatever a policy does to the streets.
Drivers with navigation do not: where vans, and lanes that they block, make another way faster by more than a
trifle, they may take it. They choose on the travel times of the whole day, run a few times before: a few at a time, so
that they do not all meet again in the next street.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, Field

from sim.contracts import IntArray
from sim.network.path_trees import RouteSet, fastest_routes, without_turning_back
from sim.network.road_network import RoadNetwork
from sim.random_streams import KeyedStream
from sim.traffic.assignment import Trips, merge_routes, route_costs_us
from sim.traffic.travel_times import BinnedTravelTimes
from sim.units import MICROSECONDS_PER_SECOND, SECONDS_PER_DAY, to_us


class ReplanParams(BaseModel, frozen=True, extra="forbid"):
    """Cars that change route in reaction to the day."""

    replan_share: float = Field(
        0.0, ge=0.0, le=1.0, description="Share of the cars that look for a faster route on this day [-]; 0: none"
    )
    replan_gain_s: float = Field(
        60.0, ge=0.0, le=3600.0, description="They may change when it saves more than this [s], lest they all swap ties"
    )
    replan_rounds: int = Field(
        2, ge=1, le=20, description="Rounds in which those who would gain may change; each runs the day once more [-]"
    )


@dataclass(frozen=True, slots=True)
class ReplannedRoutes:
    """
    Routes after some drivers have chosen again.

    Parameters
    ----------
    routes
        Route of each trip.
    lookers
        Trips whose drivers looked for a faster route.
    gaining
        Those that would have gained more than the threshold.
    changed
        Those that changed.
    expected_gain_s
        Time saved by a changed trip on the times that it was chosen on, in the mean [s]; 0 where none changed.
    """

    routes: RouteSet
    lookers: int
    gaining: int
    changed: int
    expected_gain_s: float


def times_of_a_day(measured: BinnedTravelTimes, free_time_us: IntArray) -> BinnedTravelTimes:
    """The first day of measured times, never below those of the empty link."""
    n_bins = round(SECONDS_PER_DAY * MICROSECONDS_PER_SECOND / measured.bin_us)
    times = np.tile(free_time_us, (n_bins, 1))
    known = measured.link_time_us[:n_bins]
    times[: len(known)] = np.maximum(known, free_time_us)
    return BinnedTravelTimes(measured.bin_us, times)


def replanned_routes(
    network: RoadNetwork,
    trips: Trips,
    routes: RouteSet,
    measured: BinnedTravelTimes,
    params: ReplanParams,
    *,
    turn: int = 0,
    step: float = 1.0,
    seed: int = 0,
    threads: int = 1,
) -> ReplannedRoutes:
    """
    Routes of all cars, some of whom chose again on measured times.

    Who looks is drawn by trip, so that the same cars look in every scenario.

    Parameters
    ----------
    network
        Road network.
    trips
        Trips, in the order of `routes`.
    routes
        Usual routes.
    measured
        Travel times of the day as it went with everybody on these routes.
    params
        Who looks, and what makes them change.
    turn
        Number of the round, from 0.
    step
        Times the probability that a driver who would gain changes [-].
    seed
        Seed of who looks.
    threads
        Threads of the route search; change no result.

    Notes
    -----
    A driver changes only for a gain above a threshold. Source: Mahmassani and Jayakrishnan (1991), "System performance
    and user response under real-time information in a congested traffic corridor", Transportation Research A 25(5),
    a least saving of one minute among their rules. Of those who would gain, each changes with the probability that
    the gain is of the usual time, as cars do when they are assigned. Simplification: drivers know a day that is over,
    not what they meet on the way.
    """
    n_trips = len(trips.depart_us)
    chance = KeyedStream(seed, "traffic.replanning").uniform(np.arange(n_trips))
    looker = np.flatnonzero(chance < params.replan_share)
    if len(looker) == 0:
        return ReplannedRoutes(routes, 0, 0, 0, 0.0)
    free_us = np.maximum(np.round(network.free_flow_time_s * MICROSECONDS_PER_SECOND), 1.0).astype(np.int64)
    times = times_of_a_day(measured, free_us)
    found, _ = fastest_routes(
        network,
        times,
        origin_link=trips.origin_link[looker],
        target_link=trips.target_link[looker],
        depart_us=trips.depart_us[looker],
        threads=threads,
    )
    found = without_turning_back(network, found)
    length = np.zeros(n_trips, dtype=np.int64)
    length[looker] = np.diff(found.start)
    other = RouteSet(found.links, np.concatenate([[0], np.cumsum(length)]).astype(np.int64))
    gain_us = np.zeros(n_trips, dtype=np.int64)
    usual_us = route_costs_us(routes, times, trips.depart_us)[looker]
    gain_us[looker] = usual_us - route_costs_us(found, times, trips.depart_us[looker])
    share = np.zeros(n_trips)
    share[looker] = gain_us[looker] / np.maximum(usual_us, 1)
    would_gain = gain_us > to_us(params.replan_gain_s)
    draws = KeyedStream(seed, "traffic.replanning.change").uniform(np.arange(n_trips), turn)
    changes = would_gain & (draws < step * share)
    mean_s = float(gain_us[changes].mean()) / MICROSECONDS_PER_SECOND if changes.any() else 0.0
    return ReplannedRoutes(
        merge_routes(routes, other, changes), len(looker), int(would_gain.sum()), int(changes.sum()), mean_s
    )

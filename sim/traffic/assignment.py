"""
Dynamic user equilibrium of background traffic: every trip on a way that is (nearly) fastest for it.

Iterated: load the trips on their routes, take the travel times, search faster routes on them, move a
share of the trips over. The share is gap-based: a trip moves with a probability equal to what it would
gain, as a share of its time, times a step that halves whenever the relative gap has risen. A step that ends
in gridlock, or far from equilibrium, is taken back. The gap, the time lost against fastest routes, says how
far the result is from equilibrium.

What loads the trips is handed in: the queue engine for a city, a volume-delay function for tests
against published static equilibria.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numba import njit
from pydantic import BaseModel, Field

from sim.contracts import (
    FloatArray,
    IntArray,
    LinkArray,
    Progress,
    TravelTimes,
    no_progress,
)
from sim.network.path_trees import RouteSet, fastest_routes, without_turning_back
from sim.network.shortest_path import LinkGraph
from sim.random_streams import KeyedStream

_WORSE = 1.5
"""A step that raises the smallest gap so far by this factor is taken back and tried at half its length. Ours."""

Evaluate = Callable[[RouteSet], TravelTimes]
"""Loads routes and gives the travel times that come of it."""


class AssignmentParams(BaseModel, frozen=True, extra="forbid"):
    """When and how the assignment settles."""

    max_iterations: int = Field(ge=1, le=10_000, description="Most iterations [-]")
    relative_gap: float = Field(gt=0.0, lt=1.0, description="Relative gap at which the iterations stop [-]")
    first_step: float = Field(gt=0.0, le=1.0, description="Probability of moving per relative gain at the start [-]")


class Trips(Protocol):
    """Trips to be assigned."""

    @property
    def origin_link(self) -> LinkArray: ...  # noqa: D102
    @property
    def target_link(self) -> LinkArray: ...  # noqa: D102
    @property
    def depart_us(self) -> IntArray: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Assignment:
    """
    Routes near equilibrium.

    Parameters
    ----------
    routes
        Route of each trip.
    times
        Travel times that the routes lead to.
    gaps
        Relative gap by iteration [-].
    iteration
        Number of the iteration that these routes are from, from 0.
    """

    routes: RouteSet
    times: TravelTimes
    gaps: tuple[float, ...]
    iteration: int


@njit(cache=True)
def _route_costs(link_time_us, bin_us, links, start, depart_us):  # type: ignore[no-untyped-def]
    n_bins = link_time_us.shape[0]
    cost = np.empty(start.shape[0] - 1, np.int64)
    for trip in range(start.shape[0] - 1):
        now = depart_us[trip]
        for row in range(start[trip], start[trip + 1]):
            now += link_time_us[(now // bin_us) % n_bins, links[row]]
        cost[trip] = now - depart_us[trip]
    return cost


def route_costs_us(routes: RouteSet, times: TravelTimes, depart_us: IntArray) -> IntArray:
    """Travel time of each route when driven through the given link times [us], shape (n_trips,)."""
    cost: IntArray = _route_costs(times.link_time_us, times.bin_us, routes.links, routes.start, depart_us)
    return cost


def assign(
    graph: LinkGraph,
    trips: Trips,
    first_times: TravelTimes,
    evaluate: Evaluate,
    params: AssignmentParams,
    *,
    choice: KeyedStream,
    threads: int = 1,
    progress: Progress = no_progress,
    may_turn_back: bool = True,
    first_routes: RouteSet | None = None,
    is_sound: Callable[[], bool] = lambda: True,
) -> Assignment:
    """
    Routes near dynamic user equilibrium.

    Parameters
    ----------
    graph
        Road network.
    trips
        Trips with origins, targets and departures.
    first_times
        Travel times of an empty network; routes of the first iteration are fastest on these.
    evaluate
        Loads routes and gives travel times.
    params
        Stopping and step.
    choice
        Draws that decide which trips move; keyed by trip and iteration.
    threads
        Threads of the route search; change no result.
    progress
        Told after each iteration.
    may_turn_back
        Whether routes may begin and end with a turn into the other side of their own street.
    first_routes
        Routes to begin with; None for those that are fastest on `first_times`.
    is_sound
        Asked after each loading whether it may be the last; a gridlocked one may not.

    Returns
    -------
    Assignment
        The iteration with the smallest gap, of the sound ones if there are any.

    Notes
    -----
    Source: Sheffi (1985), Urban Transportation Networks, ch. 5, for the method of successive averages,
    of which this is a form whose step follows the gap. The rule for the step is ours.
    """

    def search(times: TravelTimes) -> RouteSet:
        found, _ = fastest_routes(
            graph,
            times,
            origin_link=trips.origin_link,
            target_link=trips.target_link,
            depart_us=trips.depart_us,
            threads=threads,
        )
        return found if may_turn_back else without_turning_back(graph, found)

    number = np.arange(len(trips.depart_us))
    routes = search(first_times) if first_routes is None else first_routes
    times = evaluate(routes)
    gaps: list[float] = []
    best: Assignment | None = None
    best_rank = (True, np.inf)
    best_move = _Move(routes, np.zeros(0))
    step = params.first_step
    for iteration in range(params.max_iterations):
        fastest = search(times)
        cost = route_costs_us(routes, times, trips.depart_us).astype(np.float64)
        least = np.minimum(route_costs_us(fastest, times, trips.depart_us), cost)
        gaps.append(float((cost - least).sum() / least.sum()) if least.sum() > 0.0 else 0.0)
        rank = (not is_sound(), gaps[-1])
        gain = np.divide(cost - least, cost, out=np.zeros_like(cost), where=cost > 0.0)
        move = _Move(fastest, gain)
        has_failed = best is not None and (rank[0] > best_rank[0] or rank[1] > _WORSE * best_rank[1])
        if best is None or rank < best_rank:
            best, best_rank, best_move = Assignment(routes, times, (), iteration), rank, move
        progress(f"assigning car traffic, relative gap {gaps[-1]:.1%}", iteration + 1, params.max_iterations)
        if rank <= (False, params.relative_gap) or iteration + 1 == params.max_iterations:
            break
        if has_failed:
            step, routes, move = step / 2.0, best.routes, best_move
        else:
            step = _next_step(step, gaps)
        moves = choice.uniform(number, iteration) < step * move.gain
        routes = merge_routes(routes, move.fastest, moves)
        times = evaluate(routes)
    assert best is not None  # max_iterations is at least 1
    return replace(best, gaps=tuple(gaps))


@dataclass(frozen=True, slots=True)
class _Move:
    """Faster routes, and what each trip would gain by its own as a share of its time [-]."""

    fastest: RouteSet
    gain: FloatArray


def _next_step(step: float, gaps: list[float]) -> float:
    """A larger step while the gap falls, half of it when the gap has risen by more than a tenth."""
    if len(gaps) < 2:
        return step
    return step / 2.0 if gaps[-1] > 1.1 * gaps[-2] else min(1.0, step * 1.2)


def merge_routes(routes: RouteSet, other: RouteSet, takes_other: np.ndarray) -> RouteSet:
    """Routes of the first set, or of the second where told."""
    length = np.where(takes_other, np.diff(other.start), np.diff(routes.start))
    start = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    both = np.concatenate([routes.links, other.links])
    first = np.where(takes_other, other.start[:-1] + len(routes.links), routes.start[:-1])
    source = np.repeat(first - start[:-1], length) + np.arange(start[-1])
    return RouteSet(both[source], start)

"""Assignment against published and hand-solved user equilibria, with volume-delay functions plugged in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.contracts import FloatArray, IntArray, LinkArray
from sim.network.path_trees import RouteSet
from sim.random_streams import KeyedStream
from sim.traffic.assignment import Assignment, AssignmentParams, assign
from sim.traffic.travel_times import BinnedTravelTimes
from tests.validation.sioux_falls import DEMAND, LINKS

_MICRO = 1e6
_ONE_BIN_US = 10**15


@dataclass
class _Graph:
    from_node: LinkArray
    to_node: LinkArray
    length_m: FloatArray
    out_start: IntArray
    out_link: LinkArray


@dataclass
class _Trips:
    origin_link: LinkArray
    target_link: LinkArray
    depart_us: IntArray


def _graph(ends: list[tuple[int, int]], n_nodes: int) -> _Graph:
    from_node = np.array([a for a, _ in ends], dtype=np.int32)
    to_node = np.array([b for _, b in ends], dtype=np.int32)
    order = np.argsort(from_node, kind="stable").astype(np.int32)
    start = np.concatenate([[0], np.cumsum(np.bincount(from_node, minlength=n_nodes))]).astype(np.int64)
    return _Graph(from_node, to_node, np.ones(len(ends)), start, order)


def _solve(
    ends: list[tuple[int, int]],
    n_nodes: int,
    trips: list[tuple[int, int, int]],
    cost: Callable[[FloatArray], FloatArray],
    params: AssignmentParams,
) -> tuple[Assignment, FloatArray]:
    """Equilibrium flows on the links; every zone gets a link that leads in and one that leads out."""
    zones = sorted({z for a, b, _ in trips for z in (a, b)})
    sources = {z: len(ends) + i for i, z in enumerate(zones)}
    sinks = {z: len(ends) + len(zones) + i for i, z in enumerate(zones)}
    connectors = [(n_nodes + i, z) for i, z in enumerate(zones)]
    connectors += [(z, n_nodes + len(zones) + i) for i, z in enumerate(zones)]
    graph = _graph(ends + connectors, n_nodes + 2 * len(zones))
    origin = np.repeat([sources[a] for a, _, _ in trips], [n for _, _, n in trips]).astype(np.int32)
    target = np.repeat([sinks[b] for _, b, _ in trips], [n for _, _, n in trips]).astype(np.int32)
    demand = _Trips(origin, target, np.zeros(len(origin), dtype=np.int64))

    def times(flow: FloatArray) -> BinnedTravelTimes:
        minutes = np.concatenate([cost(flow[: len(ends)]), np.zeros(len(connectors))])
        return BinnedTravelTimes(_ONE_BIN_US, np.maximum(np.round(minutes * _MICRO), 1).astype(np.int64)[None, :])

    def evaluate(routes: RouteSet) -> BinnedTravelTimes:
        return times(np.bincount(routes.links, minlength=len(graph.from_node)).astype(np.float64))

    found = assign(
        graph, demand, times(np.zeros(len(graph.from_node))), evaluate, params, choice=KeyedStream(1, "assignment")
    )
    flow = np.bincount(found.routes.links, minlength=len(graph.from_node)).astype(np.float64)
    return found, flow[: len(ends)]


def test_sioux_falls_reaches_the_published_equilibrium() -> None:
    """
    Relative gap of 1e-4 or less; every link within 1 % of its best-known flow.

    The gap is that of single vehicles on routes, so flows are whole numbers: 1 % of the smallest
    flow is 45 vehicles, well above rounding.
    """
    capacity = np.array([link[2] for link in LINKS])
    free = np.array([link[3] for link in LINKS])
    published = np.array([link[4] for link in LINKS])
    ends = [(link[0] - 1, link[1] - 1) for link in LINKS]
    trips = [(a, b, round(100 * DEMAND[a][b])) for a in range(24) for b in range(24) if DEMAND[a][b]]
    assert sum(n for _, _, n in trips) == 360_600
    found, flow = _solve(
        ends,
        24,
        trips,
        lambda v: free * (1.0 + 0.15 * (v / capacity) ** 4),
        AssignmentParams(max_iterations=300, relative_gap=5e-5, first_step=0.5),
    )
    assert min(found.gaps) <= 1e-4
    assert found.gaps[-1] <= 1e-4
    assert np.abs(flow / published - 1.0).max() <= 0.01


def test_braess_paradox() -> None:
    """
    Six vehicles, costs 10v, v+50, v+50, 10v and v+10 on the bridge: 2 on each route, all take 92.

    Without the bridge 3 and 3, and all take 83: the new road makes every trip longer.
    Source: Braess (1968), "Ueber ein Paradoxon aus der Verkehrsplanung", Unternehmensforschung 12.
    """
    # 100 vehicles stand for one of the example, so that single vehicles are small steps.
    ends = [(0, 1), (0, 2), (1, 3), (2, 3), (1, 2)]
    slope, fixed = np.array([10.0, 1.0, 1.0, 10.0, 1.0]), np.array([0.0, 50.0, 50.0, 0.0, 10.0])
    params = AssignmentParams(max_iterations=300, relative_gap=1e-5, first_step=0.5)
    _, flow = _solve(ends, 4, [(0, 3, 600)], lambda v: fixed + slope * v / 100.0, params)
    cost = fixed + slope * flow / 100.0
    np.testing.assert_allclose(flow, [400, 200, 200, 400, 200], atol=3.0)
    assert abs(cost[0] + cost[2] - 92.0) < 0.3
    _, flow = _solve(ends[:4], 4, [(0, 3, 600)], lambda v: fixed[:4] + slope[:4] * v / 100.0, params)
    np.testing.assert_allclose(flow, [300, 300, 300, 300], atol=3.0)

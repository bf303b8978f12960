"""Fastest paths against NetworkX, and against a slow search that knows about closing links."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.contracts import FOREVER_US, FloatArray, IntArray, LinkArray, LinkClosures
from sim.network.shortest_path import earliest_path, route_clear_of_waits, travel_matrix


@dataclass
class Graph:
    """The arrays that path search reads."""

    from_node: LinkArray
    to_node: LinkArray
    length_m: FloatArray
    out_start: IntArray
    out_link: LinkArray


@dataclass
class Times:
    """Travel times by bin."""

    bin_us: int
    link_time_us: IntArray


def _graph(edges: list[tuple[int, int]], n_nodes: int, lengths: NDArray[np.float64]) -> Graph:
    from_node = np.array([a for a, _ in edges], dtype=np.int32)
    to_node = np.array([b for _, b in edges], dtype=np.int32)
    order = np.argsort(from_node, kind="stable").astype(np.int32)
    start = np.concatenate([[0], np.cumsum(np.bincount(from_node, minlength=n_nodes))])
    return Graph(from_node, to_node, lengths, start.astype(np.int64), order)


def _random(seed: int, bins: int) -> tuple[Graph, Times, LinkClosures]:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(4, 12))
    ring = [(i, (i + 1) % n) for i in range(n)]
    extra = [(int(a), int(b)) for a, b in rng.integers(0, n, (2 * n, 2)) if a != b]
    edges = ring + extra
    graph = _graph(edges, n, rng.uniform(10.0, 500.0, len(edges)))
    times = Times(100, rng.integers(5, 80, (bins, len(edges))))
    counts = rng.integers(0, 3, len(edges))
    start = np.concatenate([[0], np.cumsum(counts)])
    rows = [np.sort(rng.choice(600, 2 * c, replace=False)).reshape(-1, 2) for c in counts]
    bounds = np.concatenate(rows) if rows else np.zeros((0, 2))
    closures = LinkClosures(start, bounds[:, 0].astype(np.int64), bounds[:, 1].astype(np.int64))
    return graph, times, closures


def _slow_arrival(
    graph: Graph, times: Times, closures: LinkClosures, source: int, target_link: int, depart: int
) -> int:
    """Earliest arrival by plain label setting in Python."""

    def leave(link: int, now: int) -> int:
        enter = closures.opens_us(link, now)
        return enter + int(times.link_time_us[(enter // times.bin_us) % len(times.link_time_us), link])

    best = {source: depart}
    heap = [(depart, source)]
    settled = set()
    while heap:
        now, node = heapq.heappop(heap)
        if node in settled:
            continue
        settled.add(node)
        for link in np.flatnonzero(graph.from_node == node).tolist():
            reached, head = leave(link, now), int(graph.to_node[link])
            if reached < best.get(head, 10**18):
                best[head] = reached
                heapq.heappush(heap, (reached, head))
    return leave(target_link, best[int(graph.from_node[target_link])])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 700))
def test_time_dependent_path_arrives_first_and_its_links_join(seed: int, depart: int) -> None:
    """The arrival equals that of a slow search; driving the route link by link gives the same time."""
    graph, times, closures = _random(seed, bins=7)
    target = seed % len(graph.from_node)
    found = earliest_path(graph, times, closures, source_node=0, target_link=target, depart_us=depart)
    assert found is not None
    route, arrive = found
    assert arrive == _slow_arrival(graph, times, closures, 0, target, depart)
    assert graph.from_node[route[0]] == 0
    assert (graph.to_node[route[:-1]] == graph.from_node[route[1:]]).all()
    assert route[-1] == target
    now = depart
    for link in route.tolist():
        now = closures.opens_us(link, now)
        now += int(times.link_time_us[(now // times.bin_us) % 7, link])
    assert now == arrive


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_travel_matrix_equals_networkx(seed: int) -> None:
    """Times by Dijkstra of NetworkX; the distance belongs to a fastest path."""
    graph, times, _ = _random(seed, bins=1)
    cost = times.link_time_us[0]
    oracle = nx.MultiDiGraph()
    for link, (a, b) in enumerate(zip(graph.from_node.tolist(), graph.to_node.tolist(), strict=True)):
        oracle.add_edge(a, b, weight=int(cost[link]))
    n = len(graph.out_start) - 1
    sources = np.arange(n, dtype=np.int32)[::-1]
    targets = np.arange(len(graph.from_node), dtype=np.int32)
    time_us, distance_m = travel_matrix(graph, cost, source_nodes=sources, target_links=targets)
    for row, source in enumerate(sources.tolist()):
        reach = nx.single_source_dijkstra_path_length(oracle, source)
        expected = [reach[int(graph.from_node[link])] + int(cost[link]) for link in targets]
        assert time_us[row].tolist() == expected
    assert (distance_m >= graph.length_m[targets][None, :] - 1e-9).all()


def test_links_that_may_not_be_used_are_left_out() -> None:
    """With the only way shut, the place cannot be reached."""
    graph = _graph([(0, 1), (1, 2), (2, 0)], 3, np.array([1.0, 2.0, 3.0]))
    cost = np.array([10, 10, 10], dtype=np.int64)
    is_open = np.array([True, False, True])
    nodes, links = np.array([0], dtype=np.int32), np.array([0, 1], dtype=np.int32)
    time_us, distance_m = travel_matrix(graph, cost, source_nodes=nodes, target_links=links, is_open=is_open)
    assert time_us.tolist() == [[10, int(FOREVER_US)]]
    assert distance_m[0, 0] == 1.0 and np.isinf(distance_m[0, 1])


def test_a_closed_link_is_gone_round_or_waited_for_whichever_is_faster() -> None:
    """0-1-2 takes 20 but its second link is closed 0 to 100; the way round takes 60, then 200."""
    graph = _graph([(0, 1), (1, 2), (0, 2), (2, 0)], 3, np.ones(4))
    closures = LinkClosures(np.array([0, 0, 1, 1, 1]), np.array([0]), np.array([100]))
    for way_round, expected in ((60, ([2, 3], 65)), (200, ([0, 1, 3], 115))):
        times = Times(1000, np.array([[10, 10, way_round, 5]]))
        found = earliest_path(graph, times, closures, source_node=0, target_link=3, depart_us=0)
        assert found is not None
        assert (found[0].tolist(), found[1]) == expected


def test_the_wait_for_a_closed_link_is_made_before_setting_out() -> None:
    """Leaving at 90 the second link is reached when it opens at 100."""
    times = Times(1000, np.array([[10, 10]]))
    closures = LinkClosures(np.array([0, 0, 1]), np.array([0]), np.array([100]))
    route = np.array([0, 1], dtype=np.int32)
    assert route_clear_of_waits(route, times, closures, 0) == 90
    assert route_clear_of_waits(route, times, closures, 95) == 95


def test_a_link_closed_for_good_cannot_be_reached() -> None:
    """None, not a wait without end."""
    graph = _graph([(0, 1), (1, 0)], 2, np.ones(2))
    closures = LinkClosures(np.array([0, 0, 1]), np.array([0]), np.array([FOREVER_US]))
    times = Times(1000, np.array([[10, 10]]))
    assert earliest_path(graph, times, closures, source_node=0, target_link=1, depart_us=0) is None

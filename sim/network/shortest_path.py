"""
Fastest paths on the link graph: time-dependent, with links that close and vans that wait for them.

Dijkstra's algorithm on compressed rows, compiled by numba. Travel times come by link and time bin;
a link closed to the vehicle's class may be waited for at its upstream node. Waiting and driving
both count as time, so the path found is the one that arrives first.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.contracts import FOREVER_US, FloatArray, IntArray, LinkArray, LinkClosures, TravelTimes

_FOREVER = int(FOREVER_US)


class LinkGraph(Protocol):
    """The arrays of a road network that path search needs."""

    @property
    def from_node(self) -> LinkArray: ...  # noqa: D102
    @property
    def to_node(self) -> LinkArray: ...  # noqa: D102
    @property
    def length_m(self) -> FloatArray: ...  # noqa: D102
    @property
    def out_start(self) -> IntArray: ...  # noqa: D102
    @property
    def out_link(self) -> LinkArray: ...  # noqa: D102


@njit(cache=True)
def _push(keys, nodes, size, key, node):  # type: ignore[no-untyped-def]
    child = size
    while child > 0:
        parent = (child - 1) >> 1
        if keys[parent] < key or (keys[parent] == key and nodes[parent] <= node):
            break
        keys[child] = keys[parent]
        nodes[child] = nodes[parent]
        child = parent
    keys[child] = key
    nodes[child] = node
    return size + 1


@njit(cache=True)
def _pop(keys, nodes, size):  # type: ignore[no-untyped-def]
    """Remove the head; the last entry takes its place and sinks."""
    size -= 1
    key = keys[size]
    node = nodes[size]
    hole = 0
    while True:
        child = 2 * hole + 1
        if child >= size:
            break
        right = child + 1
        if right < size and (keys[right] < keys[child] or (keys[right] == keys[child] and nodes[right] < nodes[child])):
            child = right
        if keys[child] > key or (keys[child] == key and nodes[child] >= node):
            break
        keys[hole] = keys[child]
        nodes[hole] = nodes[child]
        hole = child
    keys[hole] = key
    nodes[hole] = node
    return size


@njit(cache=True)
def _entry_time(link, time_us, closed_start, closed_from, closed_until):  # type: ignore[no-untyped-def]
    """First time at which the link may be entered."""
    row, end = closed_start[link], closed_start[link + 1]
    last = end
    while row < last:
        middle = (row + last) >> 1
        if closed_until[middle] <= time_us:
            row = middle + 1
        else:
            last = middle
    while row < end and closed_from[row] <= time_us:
        time_us = closed_until[row]
        row += 1
    return time_us


@njit(cache=True)
def _search(  # type: ignore[no-untyped-def]
    out_start,
    out_link,
    to_node,
    link_time_us,
    bin_us,
    closed_start,
    closed_from,
    closed_until,
    source_node,
    depart_us,
    target_node,
    arrival_us,
    via_link,
):
    """Earliest arrival at every node, or until `target_node` is settled (-1: never)."""
    n_bins = link_time_us.shape[0]
    arrival_us[:] = _FOREVER
    via_link[:] = -1
    capacity = out_link.shape[0] + 2
    keys = np.empty(capacity, np.int64)
    nodes = np.empty(capacity, np.int32)
    arrival_us[source_node] = depart_us
    size = _push(keys, nodes, 0, depart_us, source_node)
    while size > 0:
        now_us = keys[0]
        node = nodes[0]
        size = _pop(keys, nodes, size)
        if now_us > arrival_us[node]:
            continue
        if node == target_node:
            return
        for row in range(out_start[node], out_start[node + 1]):
            link = out_link[row]
            enter_us = _entry_time(link, now_us, closed_start, closed_from, closed_until)
            if enter_us >= _FOREVER:
                continue
            time_bin = (enter_us // bin_us) % n_bins
            reached_us = enter_us + link_time_us[time_bin, link]
            head = to_node[link]
            if reached_us < arrival_us[head]:
                arrival_us[head] = reached_us
                via_link[head] = link
                size = _push(keys, nodes, size, reached_us, head)


@njit(cache=True)
def _trace_back(from_node, via_link, source_node, target_node):  # type: ignore[no-untyped-def]
    count = 0
    node = target_node
    while node != source_node:
        node = from_node[via_link[node]]
        count += 1
    route = np.empty(count, np.int32)
    node = target_node
    for position in range(count - 1, -1, -1):
        link = via_link[node]
        route[position] = link
        node = from_node[link]
    return route


@njit(cache=True)
def _many_to_many(  # type: ignore[no-untyped-def]
    out_start, out_link, from_node, to_node, length_m, cost_us, is_open, source_nodes, target_links
):
    n_nodes = out_start.shape[0] - 1
    n_sources = source_nodes.shape[0]
    n_targets = target_links.shape[0]
    time_us = np.full((n_sources, n_targets), _FOREVER, np.int64)
    distance_m = np.full((n_sources, n_targets), np.inf)
    arrival = np.empty(n_nodes, np.int64)
    driven = np.empty(n_nodes)
    keys = np.empty(out_link.shape[0] + 2, np.int64)
    nodes = np.empty(out_link.shape[0] + 2, np.int32)
    for s in range(n_sources):
        arrival[:] = _FOREVER
        source = source_nodes[s]
        arrival[source] = 0
        driven[source] = 0.0
        size = _push(keys, nodes, 0, np.int64(0), source)
        while size > 0:
            now = keys[0]
            node = nodes[0]
            size = _pop(keys, nodes, size)
            if now > arrival[node]:
                continue
            for row in range(out_start[node], out_start[node + 1]):
                link = out_link[row]
                if not is_open[link]:
                    continue
                head = to_node[link]
                reached = now + cost_us[link]
                if reached < arrival[head]:
                    arrival[head] = reached
                    driven[head] = driven[node] + length_m[link]
                    size = _push(keys, nodes, size, reached, head)
        for t in range(n_targets):
            link = target_links[t]
            tail = from_node[link]
            if is_open[link] and arrival[tail] < _FOREVER:
                time_us[s, t] = arrival[tail] + cost_us[link]
                distance_m[s, t] = driven[tail] + length_m[link]
    return time_us, distance_m


def earliest_path(
    graph: LinkGraph,
    times: TravelTimes,
    closures: LinkClosures,
    *,
    source_node: int,
    target_link: int,
    depart_us: int,
) -> tuple[LinkArray, int] | None:
    """
    Route that arrives first at the downstream end of a link, and that time [us].

    Parameters
    ----------
    graph
        Road network.
    times
        Travel time by link and time of entry; days repeat after the last bin.
    closures
        When links are closed to the vehicle's class; waiting for a link to open is allowed.
    source_node
        Row of the node where the vehicle stands.
    target_link
        Row of the link to be driven to its end.
    depart_us
        Earliest departure [us].

    Returns
    -------
    tuple or None
        Link rows in driving order, ending with `target_link`, and the arrival [us]; None when the
        link cannot be reached.
    """
    n_nodes = len(graph.out_start) - 1
    arrival_us = np.empty(n_nodes, dtype=np.int64)
    via_link = np.empty(n_nodes, dtype=np.int32)
    tail = int(graph.from_node[target_link])
    _search(
        graph.out_start,
        graph.out_link,
        graph.to_node,
        times.link_time_us,
        times.bin_us,
        closures.start,
        closures.from_us,
        closures.until_us,
        source_node,
        depart_us,
        tail,
        arrival_us,
        via_link,
    )
    if arrival_us[tail] >= _FOREVER:
        return None
    enter_us = closures.opens_us(target_link, int(arrival_us[tail]))
    if enter_us >= _FOREVER:
        return None
    time_bin = (enter_us // times.bin_us) % len(times.link_time_us)
    reached_us = enter_us + int(times.link_time_us[time_bin, target_link])
    way = _trace_back(graph.from_node, via_link, source_node, tail)
    return np.append(way, np.int32(target_link)), reached_us


def route_clear_of_waits(route: LinkArray, times: TravelTimes, closures: LinkClosures, depart_us: int) -> int:
    """
    Latest wait-free departure: how long to hold the departure so that no link is waited for [us].

    A driver who knows that a link opens at 08:30 waits where the van stands, not on the road
    before the closed link. Returns the departure from which the route runs without a wait, not
    before `depart_us`.
    """
    if closures.is_empty:
        return depart_us
    n_bins = len(times.link_time_us)
    start_us = depart_us
    for _ in range(64):
        now_us = start_us
        wait_us = 0
        for link in route:
            enter_us = closures.opens_us(int(link), now_us)
            wait_us = enter_us - now_us
            if wait_us > 0:
                break
            now_us = enter_us + int(times.link_time_us[(enter_us // times.bin_us) % n_bins, link])
        if wait_us == 0:
            return start_us
        start_us += wait_us
    return start_us


def travel_matrix(
    graph: LinkGraph,
    link_time_us: IntArray,
    *,
    source_nodes: LinkArray,
    target_links: LinkArray,
    is_open: NDArray[np.bool_] | None = None,
) -> tuple[IntArray, FloatArray]:
    """
    Times [us] and distances [m] along fastest paths from nodes to the ends of links.

    Parameters
    ----------
    graph
        Road network.
    link_time_us
        One travel time a link [us], shape (n_links,).
    source_nodes
        Node rows, shape (n_sources,).
    target_links
        Link rows, shape (n_targets,).
    is_open
        Links that may be used, shape (n_links,); all when None.

    Returns
    -------
    time_us, distance_m
        Shape (n_sources, n_targets); `FOREVER_US` and infinity where there is no way.
    """
    if is_open is None:
        is_open = np.ones(len(link_time_us), dtype=np.bool_)
    sources, inverse = np.unique(np.asarray(source_nodes, dtype=np.int32), return_inverse=True)
    time_us, distance_m = _many_to_many(
        graph.out_start,
        graph.out_link,
        graph.from_node,
        graph.to_node,
        graph.length_m,
        np.asarray(link_time_us, dtype=np.int64),
        is_open,
        sources,
        np.asarray(target_links, dtype=np.int32),
    )
    return time_us[inverse], distance_m[inverse]

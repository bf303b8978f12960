"""
Fastest routes of many trips at once: one tree for all trips of an origin and departure time.

For assignments of background traffic. Groups of trips are searched side by side by threads; the
routes do not depend on how many.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.contracts import FOREVER_US, IntArray, LinkArray, TravelTimes
from sim.network.shortest_path import LinkGraph, _pop, _push

_FOREVER = int(FOREVER_US)


@dataclass(frozen=True, slots=True)
class RouteSet:
    """
    Routes of trips in one flat array.

    Parameters
    ----------
    links
        Link rows of all routes one after the other.
    start
        Where each route starts, shape (n_trips + 1,).
    """

    links: LinkArray
    start: IntArray

    def __len__(self) -> int:
        return len(self.start) - 1

    def of(self, trip: int) -> LinkArray:
        """Route of one trip."""
        route: LinkArray = self.links[self.start[trip] : self.start[trip + 1]]
        return route


@njit(cache=True, nogil=True)
def _tree_routes(  # type: ignore[no-untyped-def]
    out_start,
    out_link,
    from_node,
    to_node,
    link_time_us,
    bin_us,
    group_link,
    group_depart_us,
    group_start,
    target_link,
):
    """Routes of the trips of each group; a route starts with the group's own link."""
    n_nodes = out_start.shape[0] - 1
    n_bins = link_time_us.shape[0]
    n_trips = target_link.shape[0]
    arrival = np.full(n_nodes, _FOREVER, np.int64)
    via = np.full(n_nodes, -1, np.int32)
    wanted = np.zeros(n_nodes, np.int32)
    touched = np.empty(n_nodes, np.int32)
    keys = np.empty(out_link.shape[0] + 2, np.int64)
    nodes = np.empty(out_link.shape[0] + 2, np.int32)
    lengths = np.zeros(n_trips, np.int64)
    cost_us = np.zeros(n_trips, np.int64)
    flat = np.empty(max(16, 32 * n_trips), np.int32)
    filled = 0
    for group in range(group_link.shape[0]):
        first, last = group_start[group], group_start[group + 1]
        own = group_link[group]
        depart = group_depart_us[group]
        missing = 0
        for trip in range(first, last):
            tail = from_node[target_link[trip]]
            if wanted[tail] == 0:
                missing += 1
            wanted[tail] = 1
        source = to_node[own]
        begin = depart + link_time_us[(depart // bin_us) % n_bins, own]
        arrival[source] = begin
        touched[0] = source
        n_touched = 1
        size = _push(keys, nodes, 0, begin, source)
        while size > 0 and missing > 0:
            now = keys[0]
            node = nodes[0]
            size = _pop(keys, nodes, size)
            if now > arrival[node]:
                continue
            if wanted[node] == 1:
                wanted[node] = 2
                missing -= 1
            row_of_bin = link_time_us[(now // bin_us) % n_bins]
            for row in range(out_start[node], out_start[node + 1]):
                link = out_link[row]
                reached = now + row_of_bin[link]
                head = to_node[link]
                if reached < arrival[head]:
                    if arrival[head] == _FOREVER:
                        touched[n_touched] = head
                        n_touched += 1
                    arrival[head] = reached
                    via[head] = link
                    size = _push(keys, nodes, size, reached, head)
        for trip in range(first, last):
            target = target_link[trip]
            if target == own:
                length = 1
                end = begin
            else:
                tail = from_node[target]
                if arrival[tail] == _FOREVER:
                    continue
                length = 2
                node = tail
                while node != source:
                    node = from_node[via[node]]
                    length += 1
                reached = arrival[tail]
                end = reached + link_time_us[(reached // bin_us) % n_bins, target]
            while filled + length > flat.shape[0]:
                grown = np.empty(flat.shape[0] * 2, np.int32)
                grown[:filled] = flat[:filled]
                flat = grown
            flat[filled] = own
            if target != own:
                position = filled + length - 1
                flat[position] = target
                node = from_node[target]
                while node != source:
                    position -= 1
                    flat[position] = via[node]
                    node = from_node[via[node]]
            filled += length
            lengths[trip] = length
            cost_us[trip] = end - depart
        for trip in range(first, last):
            wanted[from_node[target_link[trip]]] = 0
        for entry in range(n_touched):
            arrival[touched[entry]] = _FOREVER
            via[touched[entry]] = -1
    return flat[:filled].copy(), lengths, cost_us


def fastest_routes(
    graph: LinkGraph,
    times: TravelTimes,
    *,
    origin_link: LinkArray,
    target_link: LinkArray,
    depart_us: IntArray,
    threads: int = 1,
) -> tuple[RouteSet, IntArray]:
    """
    Fastest route of each trip from the start of one link to the end of another.

    Trips that leave from one link within one time bin share a tree, searched from the middle of
    the bin; within a bin travel times do not change, so only the crossing of bins is approximate.

    Parameters
    ----------
    graph
        Road network.
    times
        Travel time by link and bin.
    origin_link, target_link
        Link rows, shape (n_trips,).
    depart_us
        Departures [us], shape (n_trips,).
    threads
        Threads that search; changes no route.

    Returns
    -------
    routes, cost_us
        Routes in the order of the trips, empty where there is no way, and their travel times on
        these link times [us].
    """
    n_trips = len(origin_link)
    time_bin = depart_us // times.bin_us
    order = np.lexsort((time_bin, origin_link))
    sorted_origin, sorted_bin = origin_link[order], time_bin[order]
    is_new = np.ones(n_trips, dtype=np.bool_)
    is_new[1:] = (np.diff(sorted_origin) != 0) | (np.diff(sorted_bin) != 0)
    group_first = np.flatnonzero(is_new)
    group_start = np.append(group_first, n_trips).astype(np.int64)
    group_link = sorted_origin[group_first].astype(np.int32)
    group_depart = sorted_bin[group_first] * times.bin_us + times.bin_us // 2
    target = target_link[order].astype(np.int32)
    n_groups = len(group_link)
    pieces = max(1, min(n_groups, 8 * max(1, threads)))
    cuts = np.linspace(0, n_groups, pieces + 1).astype(np.int64)

    def search(piece: int) -> tuple[LinkArray, IntArray, IntArray]:
        first, last = cuts[piece], cuts[piece + 1]
        starts = group_start[first : last + 1]
        found: tuple[LinkArray, IntArray, IntArray] = _tree_routes(
            graph.out_start,
            graph.out_link,
            graph.from_node,
            graph.to_node,
            times.link_time_us,
            times.bin_us,
            group_link[first:last],
            group_depart[first:last],
            starts - starts[0],
            target[starts[0] : starts[-1]],
        )
        return found

    if threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            parts = list(pool.map(search, range(pieces)))
    else:
        parts = [search(piece) for piece in range(pieces)]
    flat = np.concatenate([part[0] for part in parts])
    lengths = np.concatenate([part[1] for part in parts])
    cost_us = np.concatenate([part[2] for part in parts])
    return _in_trip_order(flat, lengths, cost_us, order)


def _in_trip_order(flat: LinkArray, lengths: IntArray, cost_us: IntArray, order: IntArray) -> tuple[RouteSet, IntArray]:
    n_trips = len(order)
    sorted_start = np.concatenate([[0], np.cumsum(lengths)])
    own_length = np.empty(n_trips, dtype=np.int64)
    own_length[order] = lengths
    own_cost = np.empty(n_trips, dtype=np.int64)
    own_cost[order] = cost_us
    position = np.empty(n_trips, dtype=np.int64)
    position[order] = np.arange(n_trips)
    start = np.concatenate([[0], np.cumsum(own_length)]).astype(np.int64)
    source = np.repeat(sorted_start[position] - start[:-1], own_length) + np.arange(start[-1])
    return RouteSet(flat[source], start), own_cost


def without_turning_back(graph: LinkGraph, routes: RouteSet) -> RouteSet:
    """
    Routes that neither begin nor end with a turn into the other side of their own street.

    A car parked on a street may leave it either way and park on either side: where the second link of a
    route leads straight back over the first, the first is left out, and so is the last where it leads
    straight back over the one before.
    """
    start, end = routes.start[:-1], routes.start[1:]
    length = end - start
    links = routes.links

    def leads_back(first: IntArray, has_pair: NDArray[np.bool_]) -> NDArray[np.bool_]:
        one, two = links[np.where(has_pair, first, 0)], links[np.where(has_pair, first + 1, 0)]
        is_back = (graph.from_node[one] == graph.to_node[two]) & (graph.to_node[one] == graph.from_node[two])
        return np.asarray(is_back & has_pair)

    if len(links) == 0:
        return routes
    drops_first = leads_back(start, length >= 2)
    drops_last = leads_back(end - 2, length - drops_first >= 2)
    keep = np.ones(len(links), dtype=np.bool_)
    keep[start[drops_first]] = False
    keep[end[drops_last] - 1] = False
    kept = length - drops_first - drops_last
    return RouteSet(links[keep], np.concatenate([[0], np.cumsum(kept)]).astype(np.int64))

"""
Ways of least generalised cost: time at its value, and the charges due on the links of the way.

The search keeps one label a node, the cheapest, as in MATSim's road pricing: exact as long as neither prices nor times
change while the van is under way, and near it else. Whatever it finds is priced exactly, with the most of a day, and
held against the way that arrives first, so that a van never drives a way that costs it more than that one.

Source: Nagel (2016), "Road Pricing", in Horni, Nagel and Axhausen (eds.), The Multi-Agent Transport Simulation MATSim,
for tolls as a part of the disutility of links in a time-dependent search.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.contracts import FOREVER_US, FloatArray, IntArray, LinkArray, LinkClosures, LinkPrices, TravelTimes
from sim.network.shortest_path import LinkGraph, _entry_time, _pop, _push, _trace_back, earliest_path
from sim.units import SECONDS_PER_HOUR, to_us

_FOREVER = int(FOREVER_US)

LEAST_VALUE_CNY_PER_H = 0.01
"""Value of time that the search reckons with at least [CNY/h], so that charges can be told in time. Assumption."""

_HOUR_US = to_us(SECONDS_PER_HOUR)


def us_per_cny(value_cny_per_h: float) -> float:
    """Time that is worth one CNY [us/CNY]."""
    return _HOUR_US / max(value_cny_per_h, LEAST_VALUE_CNY_PER_H)


@njit(cache=True)
def _is_on(rule, time_us, hours_start, from_us, until_us):  # type: ignore[no-untyped-def]
    """Whether a rule charges at a time."""
    row, end = hours_start[rule], hours_start[rule + 1]
    last = end
    while row < last:
        middle = (row + last) >> 1
        if until_us[middle] <= time_us:
            row = middle + 1
        else:
            last = middle
    return row < end and from_us[row] <= time_us


@njit(cache=True)
def _amount_cny(rule, length_m, time_us, entry_cny, km_cny, hour_cny):  # type: ignore[no-untyped-def]
    """What a rule takes for a passage in its hours, before the most of a day."""
    return entry_cny[rule] + km_cny[rule] * length_m / 1000.0 + hour_cny[rule] * time_us / _HOUR_US


@njit(cache=True)
def _priced_search(  # type: ignore[no-untyped-def]
    out_start,
    out_link,
    to_node,
    length_m,
    link_time_us,
    bin_us,
    closed_start,
    closed_from,
    closed_until,
    prices,
    worth_us,
    source_node,
    depart_us,
    target_node,
    time_us,
    via_link,
):
    """Least generalised cost in time at every node, or until `target_node` is settled; `time_us` is the clock there."""
    kind_of_link, kind_start, rule_of_kind, hours_start, from_us, until_us = prices[:6]
    entry_cny, km_cny, hour_cny, left_cny = prices[6:]
    n_bins = link_time_us.shape[0]
    cost_us = np.full(time_us.shape[0], _FOREVER, np.int64)
    time_us[:] = _FOREVER
    via_link[:] = -1
    capacity = out_link.shape[0] + 2
    keys = np.empty(capacity, np.int64)
    nodes = np.empty(capacity, np.int32)
    cost_us[source_node] = depart_us
    time_us[source_node] = depart_us
    size = _push(keys, nodes, 0, depart_us, source_node)
    while size > 0:
        now_cost_us = keys[0]
        node = nodes[0]
        size = _pop(keys, nodes, size)
        if now_cost_us > cost_us[node]:
            continue
        if node == target_node:
            return
        for row in range(out_start[node], out_start[node + 1]):
            link = out_link[row]
            enter_us = _entry_time(link, time_us[node], closed_start, closed_from, closed_until)
            if enter_us >= _FOREVER:
                continue
            on_link_us = link_time_us[(enter_us // bin_us) % n_bins, link]
            reached_us = enter_us + on_link_us
            price_cny = 0.0
            kind = kind_of_link[link]
            for entry in range(kind_start[kind], kind_start[kind + 1]):
                rule = rule_of_kind[entry]
                if _is_on(rule, enter_us, hours_start, from_us, until_us):
                    amount = _amount_cny(rule, length_m[link], on_link_us, entry_cny, km_cny, hour_cny)
                    price_cny += min(amount, left_cny[rule])
            reached_cost_us = now_cost_us + (reached_us - time_us[node]) + np.int64(np.rint(price_cny * worth_us))
            head = to_node[link]
            if reached_cost_us < cost_us[head]:
                cost_us[head] = reached_cost_us
                time_us[head] = reached_us
                via_link[head] = link
                size = _push(keys, nodes, size, reached_cost_us, head)


@njit(cache=True)
def _drive(  # type: ignore[no-untyped-def]
    route,
    depart_us,
    length_m,
    link_time_us,
    bin_us,
    closed_start,
    closed_from,
    closed_until,
    prices,
):
    """Arrival by a way, with waits at closed links, and what it costs with the most of a day."""
    kind_of_link, kind_start, rule_of_kind, hours_start, from_us, until_us = prices[:6]
    entry_cny, km_cny, hour_cny, left_cny = prices[6:]
    n_bins = link_time_us.shape[0]
    paid = np.zeros(left_cny.shape[0])
    now_us = depart_us
    for link in route:
        enter_us = _entry_time(link, now_us, closed_start, closed_from, closed_until)
        on_link_us = link_time_us[(enter_us // bin_us) % n_bins, link]
        kind = kind_of_link[link]
        for entry in range(kind_start[kind], kind_start[kind + 1]):
            rule = rule_of_kind[entry]
            if _is_on(rule, enter_us, hours_start, from_us, until_us):
                paid[rule] += _amount_cny(rule, length_m[link], on_link_us, entry_cny, km_cny, hour_cny)
        now_us = enter_us + on_link_us
    total = 0.0
    for rule in range(left_cny.shape[0]):
        total += min(paid[rule], left_cny[rule])
    return now_us, total


@njit(cache=True)
def _priced_many_to_many(  # type: ignore[no-untyped-def]
    out_start, out_link, from_node, to_node, length_m, time_us, price_cny, worth_us, is_open, source_nodes, target_links
):
    n_nodes = out_start.shape[0] - 1
    n_sources = source_nodes.shape[0]
    n_targets = target_links.shape[0]
    times = np.full((n_sources, n_targets), _FOREVER, np.int64)
    distances = np.full((n_sources, n_targets), np.inf)
    prices = np.zeros((n_sources, n_targets))
    cost_us = time_us + np.rint(price_cny * worth_us).astype(np.int64)
    cost = np.empty(n_nodes, np.int64)
    clock = np.empty(n_nodes, np.int64)
    driven = np.empty(n_nodes)
    paid = np.empty(n_nodes)
    keys = np.empty(out_link.shape[0] + 2, np.int64)
    nodes = np.empty(out_link.shape[0] + 2, np.int32)
    for s in range(n_sources):
        cost[:] = _FOREVER
        source = source_nodes[s]
        cost[source] = 0
        clock[source] = 0
        driven[source] = 0.0
        paid[source] = 0.0
        size = _push(keys, nodes, 0, np.int64(0), source)
        while size > 0:
            now = keys[0]
            node = nodes[0]
            size = _pop(keys, nodes, size)
            if now > cost[node]:
                continue
            for row in range(out_start[node], out_start[node + 1]):
                link = out_link[row]
                if not is_open[link]:
                    continue
                head = to_node[link]
                reached = now + cost_us[link]
                if reached < cost[head]:
                    cost[head] = reached
                    clock[head] = clock[node] + time_us[link]
                    driven[head] = driven[node] + length_m[link]
                    paid[head] = paid[node] + price_cny[link]
                    size = _push(keys, nodes, size, reached, head)
        for t in range(n_targets):
            link = target_links[t]
            tail = from_node[link]
            if is_open[link] and cost[tail] < _FOREVER:
                times[s, t] = clock[tail] + time_us[link]
                distances[s, t] = driven[tail] + length_m[link]
                prices[s, t] = paid[tail] + price_cny[link]
    return times, distances, prices


def _price_arrays(prices: LinkPrices) -> tuple[IntArray | FloatArray, ...]:
    return (
        prices.kind_of_link,
        prices.kind_start,
        prices.rule_of_kind,
        prices.hours_start,
        prices.from_us,
        prices.until_us,
        prices.entry_cny,
        prices.km_cny,
        prices.hour_cny,
        prices.left_cny,
    )


def way_cny(
    graph: LinkGraph,
    times: TravelTimes,
    closures: LinkClosures,
    prices: LinkPrices | None,
    *,
    route: LinkArray,
    depart_us: int,
) -> float:
    """
    What a way costs in charges for a departure, no more than is left of the most of a day [CNY].

    Parameters
    ----------
    graph, times, closures
        As for `earliest_path`.
    prices
        What links cost the vehicle; None: nothing.
    route
        Link rows in driving order.
    depart_us
        Departure [us].
    """
    if prices is None:
        return 0.0
    return float(_driven(graph, times, closures, prices, route, depart_us)[1])


def _driven(
    graph: LinkGraph, times: TravelTimes, closures: LinkClosures, prices: LinkPrices, route: LinkArray, depart_us: int
) -> tuple[int, float]:
    arrive_us, cny = _drive(
        route,
        depart_us,
        graph.length_m,
        times.link_time_us,
        times.bin_us,
        closures.start,
        closures.from_us,
        closures.until_us,
        _price_arrays(prices),
    )
    return int(arrive_us), float(cny)


def cheapest_path(
    graph: LinkGraph,
    times: TravelTimes,
    closures: LinkClosures,
    prices: LinkPrices | None,
    *,
    value_cny_per_h: float,
    source_node: int,
    target_link: int,
    depart_us: int,
) -> tuple[LinkArray, int] | None:
    """
    Route of least generalised cost to the downstream end of a link, and the arrival [us].

    The way that arrives first is taken where it costs nothing, or where no other is cheaper; equal cost goes to it.
    Vans do not wait for the hours of a charge to end. Simplification.

    Parameters
    ----------
    graph, times, closures, source_node, target_link, depart_us
        As for `earliest_path`.
    prices
        What links cost the vehicle; None: nothing, and the way is that of `earliest_path`.
    value_cny_per_h
        Value of the van's time [CNY/h].
    """
    first = earliest_path(graph, times, closures, source_node=source_node, target_link=target_link, depart_us=depart_us)
    if prices is None or first is None:
        return first
    first_cny = _driven(graph, times, closures, prices, first[0], depart_us)[1]
    if first_cny <= 0.0:
        return first
    worth_us = us_per_cny(value_cny_per_h)
    n_nodes = len(graph.out_start) - 1
    time_us = np.empty(n_nodes, dtype=np.int64)
    via_link = np.empty(n_nodes, dtype=np.int32)
    tail = int(graph.from_node[target_link])
    _priced_search(
        graph.out_start,
        graph.out_link,
        graph.to_node,
        graph.length_m,
        times.link_time_us,
        times.bin_us,
        closures.start,
        closures.from_us,
        closures.until_us,
        _price_arrays(prices),
        worth_us,
        source_node,
        depart_us,
        tail,
        time_us,
        via_link,
    )
    if time_us[tail] >= _FOREVER or closures.opens_us(target_link, int(time_us[tail])) >= _FOREVER:
        return first
    route = np.append(_trace_back(graph.from_node, via_link, source_node, tail), np.int32(target_link))
    arrive_us, cny = _driven(graph, times, closures, prices, route, depart_us)
    is_cheaper = arrive_us + round(cny * worth_us) < first[1] + round(first_cny * worth_us)
    return (route, arrive_us) if is_cheaper else first


def priced_matrix(
    graph: LinkGraph,
    link_time_us: IntArray,
    link_cny: FloatArray,
    *,
    value_cny_per_h: float,
    source_nodes: LinkArray,
    target_links: LinkArray,
    is_open: NDArray[np.bool_],
) -> tuple[IntArray, FloatArray, FloatArray]:
    """
    Times [us], distances [m] and charges [CNY] along ways of least generalised cost from nodes to the ends of links.

    Parameters
    ----------
    graph, link_time_us, source_nodes, target_links, is_open
        As for `travel_matrix`.
    link_cny
        Charge of each link [CNY], shape (n_links,).
    value_cny_per_h
        Value of the van's time [CNY/h].

    Returns
    -------
    time_us, distance_m, charge_cny
        Shape (n_sources, n_targets); `FOREVER_US`, infinity and 0 where there is no way.
    """
    sources, inverse = np.unique(np.asarray(source_nodes, dtype=np.int32), return_inverse=True)
    time_us, distance_m, charge_cny = _priced_many_to_many(
        graph.out_start,
        graph.out_link,
        graph.from_node,
        graph.to_node,
        graph.length_m,
        np.asarray(link_time_us, dtype=np.int64),
        link_cny,
        us_per_cny(value_cny_per_h),
        is_open,
        sources,
        np.asarray(target_links, dtype=np.int32),
    )
    return time_us[inverse], distance_m[inverse], charge_cny[inverse]

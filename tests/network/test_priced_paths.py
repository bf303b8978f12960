"""Ways that cost: two of them by hand, and the search against a slow one over all ways."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.contracts import FloatArray, IntArray, LinkArray, LinkClosures, LinkPrices
from sim.network.priced_paths import cheapest_path, priced_matrix, us_per_cny, way_cny
from sim.network.shortest_path import earliest_path

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
VALUE_CNY_PER_H = 34.0


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


def graph_of(edges: list[tuple[int, int]], n_nodes: int, length_m: float = 1000.0) -> Graph:
    """A graph of links of one length."""
    from_node = np.array([a for a, _ in edges], dtype=np.int32)
    order = np.argsort(from_node, kind="stable").astype(np.int32)
    start = np.concatenate([[0], np.cumsum(np.bincount(from_node, minlength=n_nodes))]).astype(np.int64)
    to_node = np.array([b for _, b in edges], dtype=np.int32)
    return Graph(from_node, to_node, np.full(len(edges), length_m), start, order)


def prices_of(
    n_links: int,
    charged: list[int],
    hours: list[tuple[int, int]],
    *,
    entry: float = 0.0,
    km: float = 0.0,
    hour: float = 0.0,
    left: float = np.inf,
) -> LinkPrices:
    """One rule on some links."""
    kind = np.zeros(n_links, dtype=np.int64)
    kind[charged] = 1
    bounds = np.array(hours, dtype=np.int64)
    return LinkPrices(
        kind,
        np.array([0, 0, 1]),
        np.array([0]),
        np.array([0, len(hours)]),
        bounds[:, 0].copy(),
        bounds[:, 1].copy(),
        np.array([entry]),
        np.array([km]),
        np.array([hour]),
        np.array([left]),
    )


TWO_WAYS = graph_of([(0, 1), (1, 3), (0, 2), (2, 3), (3, 4)], 5)
"""To node 3 over node 1 in 4 min or over node 2 in 10, then one minute to the end of link 4."""
MINUTES = np.array([[2, 2, 5, 5, 1]]) * MINUTE_US
TIMES = Times(HOUR_US, MINUTES)
OPEN = LinkClosures.none(5)
BY_ONE, BY_TWO = [0, 1, 4], [2, 3, 4]


def route(prices: LinkPrices | None, depart_us: int = 8 * HOUR_US) -> list[int]:
    """The way chosen from node 0 to the end of link 4."""
    way = cheapest_path(
        TWO_WAYS,
        TIMES,
        OPEN,
        prices,
        value_cny_per_h=VALUE_CNY_PER_H,
        source_node=0,
        target_link=4,
        depart_us=depart_us,
    )
    assert way is not None
    return way[0].tolist()


@pytest.mark.parametrize(("cny", "way"), [(0.0, BY_ONE), (3.39, BY_ONE), (3.4, BY_ONE), (3.41, BY_TWO), (50.0, BY_TWO)])
def test_six_minutes_are_worth_three_yuan_forty(cny: float, way: list[int]) -> None:
    """At 34 CNY an hour a detour of 6 min costs 3.40 CNY: the van pays up to that, and goes round above it."""
    assert route(prices_of(5, [1], [(7 * HOUR_US, 9 * HOUR_US)], entry=cny)) == way


def test_the_charge_counts_at_the_hour_of_entry() -> None:
    """Link 1 is entered 2 min after the start: at 07:00 exactly it costs, at 09:00 exactly it does not."""
    dear = prices_of(5, [1], [(7 * HOUR_US, 9 * HOUR_US)], entry=50.0)
    assert route(dear, 7 * HOUR_US - 2 * MINUTE_US - 1) == BY_ONE
    assert route(dear, 7 * HOUR_US - 2 * MINUTE_US) == BY_TWO
    assert route(dear, 9 * HOUR_US - 2 * MINUTE_US - 1) == BY_TWO
    assert route(dear, 9 * HOUR_US - 2 * MINUTE_US) == BY_ONE


def test_kilometres_and_minutes_are_charged_where_the_rule_holds() -> None:
    """Links 0 and 1 have 2 km and take 4 min: 2 km at 1.71 CNY or 4 min at 51.1 CNY an hour are above 3.40 CNY."""
    hours = [(0, 24 * HOUR_US)]
    assert route(prices_of(5, [0, 1], hours, km=1.69)) == BY_ONE
    assert route(prices_of(5, [0, 1], hours, km=1.71)) == BY_TWO
    assert route(prices_of(5, [0, 1], hours, hour=50.9)) == BY_ONE
    assert route(prices_of(5, [0, 1], hours, hour=51.1)) == BY_TWO


def test_what_is_left_of_the_most_of_a_day_is_what_a_way_costs() -> None:
    """Two links of 10 CNY with 3 CNY left cost 3, less than the detour; with 4 left more."""
    hours = [(0, 24 * HOUR_US)]
    for left, way in ((3.0, BY_ONE), (4.0, BY_TWO)):
        prices = prices_of(5, [0, 1], hours, entry=10.0, left=left)
        assert route(prices) == way
        by_one = np.array(BY_ONE, dtype=np.int32)
        assert way_cny(TWO_WAYS, TIMES, OPEN, prices, route=by_one, depart_us=0) == left


def test_who_pays_nothing_gets_the_way_that_arrives_first() -> None:
    """Without prices the answer is that of the search for the earliest arrival."""
    first = earliest_path(TWO_WAYS, TIMES, OPEN, source_node=0, target_link=4, depart_us=0)
    assert first is not None
    assert route(None) == first[0].tolist() == BY_ONE


def test_time_without_value_avoids_every_charge() -> None:
    """At 0 CNY an hour a charge of 1 fen is worth the detour."""
    assert us_per_cny(0.0) * 0.01 >= 6 * MINUTE_US


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_no_way_is_cheaper(seed: int) -> None:
    """With times and prices that do not change by the hour: against all simple ways of a small random graph."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(4, 7))
    edges = [(i, (i + 1) % n) for i in range(n)]
    edges += [(int(a), int(b)) for a, b in rng.integers(0, n, (n, 2)) if a != b]
    graph, times = graph_of(edges, n), Times(HOUR_US, rng.integers(1, 20, (1, len(edges))) * MINUTE_US)
    charged = np.flatnonzero(rng.random(len(edges)) < 0.4).tolist()
    prices = prices_of(len(edges), charged, [(0, 10**15)], entry=float(rng.integers(0, 12)), km=1.0, hour=2.0)
    target = int(rng.integers(len(edges)))
    closures, worth_us = LinkClosures.none(len(edges)), us_per_cny(VALUE_CNY_PER_H)

    def cost_us(way: list[int]) -> int:
        links = np.array(way, dtype=np.int32)
        cny = way_cny(graph, times, closures, prices, route=links, depart_us=0)
        return int(times.link_time_us[0, links].sum()) + round(cny * worth_us)

    def ways(node: int, seen: frozenset[int], so_far: list[int]) -> list[list[int]]:
        found = [[*so_far, target]] if node == edges[target][0] else []
        for link, (tail, head) in enumerate(edges):
            if tail == node and head not in seen:
                found += ways(head, seen | {head}, [*so_far, link])
        return found

    best = min(cost_us(way) for way in ways(0, frozenset({0}), []))
    way = cheapest_path(
        graph, times, closures, prices, value_cny_per_h=VALUE_CNY_PER_H, source_node=0, target_link=target, depart_us=0
    )
    assert way is not None
    assert way[1] == times.link_time_us[0, way[0]].sum()
    assert abs(cost_us(way[0].tolist()) - best) <= 2 * n

    link_cny = np.where(np.isin(np.arange(len(edges)), charged), prices.entry_cny + 1.0, 0.0)
    link_cny[charged] += 2.0 * times.link_time_us[0, charged] / HOUR_US
    time_us, distance_m, cny = priced_matrix(
        graph,
        times.link_time_us[0],
        link_cny,
        value_cny_per_h=VALUE_CNY_PER_H,
        source_nodes=np.array([0], dtype=np.int32),
        target_links=np.array([target], dtype=np.int32),
        is_open=np.ones(len(edges), dtype=np.bool_),
    )
    assert abs(int(time_us[0, 0]) + cny[0, 0] * worth_us - best) <= 2 * n
    assert distance_m[0, 0] >= 1000.0

"""Drops: what one visit can bring, and what has to be split."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.planning.drops import OrderLoads, merge_to_drops, split_heavy

_H = 3600.0
_LINK = np.array([7, 8, 9])


def _loads(rows: list[dict[str, float]]) -> OrderLoads:
    usual = {
        "shop": 0, "weight_kg": 10.0, "volume_m3": 0.1, "expected_service_s": 60.0, "earliest_s": 8 * _H,
        "latest_s": 12 * _H,
    }  # fmt: skip
    return OrderLoads(pd.DataFrame([usual | row for row in rows]), _LINK)


def test_orders_of_a_shop_are_one_drop_in_the_order_of_shops() -> None:
    """Loads and times at the door add up; the window is what suits all."""
    loads = _loads([{"shop": 2}, {"shop": 0, "latest_s": 10 * _H}, {"shop": 2, "earliest_s": 9 * _H, "weight_kg": 5.0}])
    first, second = merge_to_drops(np.arange(3), loads)
    assert (first.shop, first.link, first.orders) == (0, 7, (1,))
    assert (second.shop, second.link, second.orders) == (2, 9, (0, 2))
    assert (second.weight_kg, second.service_s) == (15.0, 120.0)
    assert (second.earliest_s, second.latest_s) == (9 * _H, 12 * _H)
    assert merge_to_drops(np.arange(0), loads) == []


def test_orders_of_the_night_do_not_wait_for_those_of_the_day() -> None:
    """Windows without an hour in common make two visits."""
    night = {"earliest_s": 22 * _H, "latest_s": 29 * _H}
    drops = merge_to_drops(np.arange(4), _loads([{}, night, {}, night]))
    assert [drop.orders for drop in drops] == [(0, 2), (1, 3)]


def test_goods_that_come_after_the_window_of_others_make_a_visit_of_their_own() -> None:
    """Released at 11:00 goes with a window until 12:00, not with one until 10:00; the drop waits for its last goods."""
    loads = _loads([{"latest_s": 10 * _H}, {"release_s": 11 * _H}, {"release_s": 8.5 * _H}])
    loads.release_s = np.nan_to_num(loads.release_s)
    drops = merge_to_drops(np.arange(3), loads)
    assert [drop.orders for drop in drops] == [(0, 2), (1,)]
    assert [drop.release_s for drop in drops] == [8.5 * _H, 11 * _H]


def test_a_drop_heavier_than_the_largest_vehicle_is_split() -> None:
    """7 x 300 kg for vans of 1,000 kg and 500 kg: three visits of at most three orders."""
    loads = _loads([{"weight_kg": 300.0}] * 7)
    (drop,) = merge_to_drops(np.arange(7), loads)
    parts = split_heavy(drop, [(500.0, 50.0), (1000.0, 50.0)], loads)
    assert [part.weight_kg for part in parts] == [900.0, 900.0, 300.0]
    assert sorted(row for part in parts for row in part.orders) == list(range(7))
    assert {part.shop for part in parts} == {0}


def test_a_drop_too_large_in_volume_is_split_too() -> None:
    """Light but bulky: 5 x 1 m3 in a van of 2.5 m3."""
    loads = _loads([{"volume_m3": 1.0}] * 5)
    (drop,) = merge_to_drops(np.arange(5), loads)
    assert [len(part.orders) for part in split_heavy(drop, [(1000.0, 2.5)], loads)] == [2, 2, 1]


def test_a_drop_that_fits_is_left_as_it_is() -> None:
    """So is one that no vehicle at hand may serve, and an order that cannot be taken apart."""
    loads = _loads([{"weight_kg": 300.0}] * 2)
    (drop,) = merge_to_drops(np.arange(2), loads)
    assert split_heavy(drop, [(1000.0, 5.0)], loads) == [drop]
    assert split_heavy(drop, [], loads) == [drop]
    (single,) = merge_to_drops(np.arange(1), loads)
    assert split_heavy(single, [(100.0, 5.0)], loads) == [single]


@given(st.lists(st.floats(1.0, 900.0), min_size=1, max_size=25), st.lists(st.floats(0.01, 4.0), min_size=25))
def test_parts_hold_every_order_once_and_fit(weights: list[float], volumes: list[float]) -> None:
    """Whatever the orders: no part is larger than the vehicle, none is lost."""
    rows = [{"weight_kg": kg, "volume_m3": m3} for kg, m3 in zip(weights, volumes, strict=False)]
    loads = _loads(rows)
    (drop,) = merge_to_drops(np.arange(len(rows)), loads)
    parts = split_heavy(drop, [(1000.0, 4.5)], loads)
    assert sorted(row for part in parts for row in part.orders) == list(range(len(rows)))
    assert all(part.weight_kg <= 1000.0 and part.volume_m3 <= 4.5 for part in parts)
    assert sum(part.weight_kg for part in parts) == pytest.approx(drop.weight_kg)

"""Parcels of a day: how many, whose, and that growth and pick-up change nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.demand import (
    ORDER_COLUMNS,
    DemandParams,
    HandoverTime,
    ParcelParams,
    draw_parcels,
    expected_parcels,
    parcel_orders,
)
from sim.random_streams import RandomStreams
from tests.demand.conftest import demand_content

HOMES = pd.DataFrame({"shop_id": [f"home-{i}" for i in range(80)], "residents": [600.0, 1200.0] * 40})
DOOR = {"home": HandoverTime(150.0, 75.0), "station": HandoverTime(480.0, 9.0)}


def params_of(**change: Any) -> ParcelParams:
    """The shipped parameters, with parcels, and some changed."""
    return ParcelParams.model_validate(demand_content()["parcels"] | {"by_van_share": 0.2} | change)


def drawn(seed: int = 1, *, years: int = 0, pick_up_share: float = 0.6, **change: Any) -> pd.DataFrame:
    """Parcels of an average day for the homes above."""
    streams = RandomStreams(seed)
    return draw_parcels(
        HOMES, params_of(**change), streams, years=years, month=None, pick_up_share=pick_up_share
    ).set_index(["home", "courier", "will_be_picked_up"])["parcels"]


def orders_of(parcels: pd.DataFrame, receiver: int | None = None, seed: int = 1) -> pd.DataFrame:
    """Orders of parcels, all at one receiver or each at its home."""
    content = demand_content()
    params = DemandParams.model_validate(content)
    receivers = pd.DataFrame(
        {"shop_type": ["home"] * 80 + ["station"], "earliest_s": [8 * 3600.0] * 80 + [6 * 3600.0], "latest_s": 72000.0}
    )
    where = parcels["home"] if receiver is None else receiver
    return parcel_orders(
        parcels.assign(receiver=where),
        receivers,
        params,
        RandomStreams(seed),
        handover=DOOR,
        home_ids=HOMES["shop_id"].to_list(),
        first_courier=12,
        taken=[],
    )


def test_parcels_go_with_residents_and_market_shares() -> None:
    """600 residents at 0.215 x 0.2 parcels: 25.8 a day, of which the first courier has 23 %; twice that for 1,200."""
    expected = expected_parcels(HOMES, params_of(), years=0, month=None, pick_up_share=0.6)
    first = expected[(expected["home"] == 0) & (expected["courier"] == 0)].set_index("will_be_picked_up")["parcels"]
    assert first[False] == pytest.approx(600 * 0.215 * 0.2 * 0.23 * 0.4)
    assert first[True] == pytest.approx(600 * 0.215 * 0.2 * 0.23 * 0.6)
    by_home = expected.groupby("home")["parcels"].sum()
    assert by_home[1] == pytest.approx(2 * by_home[0])


def test_a_day_has_the_expected_parcels() -> None:
    """3,096 parcels are expected, 60 % of them picked up: drawn within four standard deviations of Poisson counts."""
    parcels = drawn()
    mean = 80 * 900 * 0.215 * 0.2
    assert parcels.sum() == pytest.approx(mean, abs=4 * mean**0.5)
    picked = parcels.xs(True, level="will_be_picked_up").sum()
    assert picked / parcels.sum() == pytest.approx(0.6, abs=0.04)


def test_november_and_three_years_bring_more() -> None:
    """1.2 times an average month and 1.2 a year, by hand 2.0736 times."""
    now, then = (
        expected_parcels(HOMES, params_of(), years=years, month=month, pick_up_share=0.0)["parcels"].sum()
        for years, month in ((0, None), (3, 11))
    )
    assert then / now == pytest.approx(2.0736)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**40), growth=st.floats(0.0, 0.5), share=st.floats(0.0, 1.0))
def test_growth_adds_parcels_and_moves_none(seed: int, growth: float, share: float) -> None:
    """Of each home and courier, those for the door and those to be picked up grow or stay."""
    few = drawn(seed, years=0, pick_up_share=share, yearly_growth=growth)
    many = drawn(seed, years=2, pick_up_share=share, yearly_growth=growth)
    assert (many.reindex(few.index).fillna(0) >= few).all()


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**40), shares=st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)))
def test_pick_up_shares_are_nested(seed: int, shares: tuple[float, float]) -> None:
    """Another share leaves the parcels of each home and courier; a larger one has all picked up under a smaller."""
    low, high = sorted(shares)
    few, many = (drawn(seed, pick_up_share=share) for share in (low, high))
    by_home = [parcels.groupby(["home", "courier"]).sum() for parcels in (few, many)]
    pd.testing.assert_series_equal(*by_home)
    if True in few.index.get_level_values(2):
        picked = few.xs(True, level="will_be_picked_up")
        assert (many.xs(True, level="will_be_picked_up").reindex(picked.index).fillna(0) >= picked).all()


def test_an_order_is_the_same_wherever_it_is_brought() -> None:
    """At a station the orders of the door keep number, carrier, weight and volume."""
    parcels = drawn().reset_index()
    door, station = orders_of(parcels), orders_of(parcels, receiver=80)
    assert tuple(door.columns) == ORDER_COLUMNS
    same = ["order_id", "carrier", "weight_kg", "volume_m3"]
    pd.testing.assert_frame_equal(door[same], station[same])
    assert door["order_id"].is_unique
    assert set(station["shop"]) == {80} and set(station["earliest_s"]) == {6 * 3600.0}
    assert door["carrier"].between(12, 17).all()
    assert door["weight_kg"].to_numpy() == pytest.approx(1.5 * parcels["parcels"].to_numpy())


def test_the_time_of_a_stop_is_shared_by_its_parcels() -> None:
    """3 parcels for the door and 2 to be picked up, of one courier at one home: 150 s and 75 s each, by hand 525 s."""
    parcels = pd.DataFrame({"home": [4, 4], "courier": [2, 2], "will_be_picked_up": [False, True], "parcels": [3, 2]})
    expected_s = orders_of(parcels)["expected_service_s"]
    assert expected_s.tolist() == pytest.approx([3 * (75 + 30), 2 * (75 + 30)])


def test_times_spread_about_their_mean() -> None:
    """Over 800 orders the mean time at the door is the expected one within 8 %, with the stated spread."""
    orders = orders_of(drawn(residents_per_km=850.0).reset_index())
    ratio = orders["service_s"] / orders["expected_service_s"]
    assert ratio.mean() == pytest.approx(1.0, abs=0.08)
    assert np.expm1(np.log(ratio).std() ** 2) ** 0.5 == pytest.approx(0.8, abs=0.08)


def test_no_parcels_no_orders() -> None:
    """An empty day has all columns."""
    orders = orders_of(drawn().head(0).reset_index())
    assert tuple(orders.columns) == ORDER_COLUMNS and orders.empty


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"courier_shares": [0.5, 0.6]}, "add up to 1"),
        ({"courier_shares": [1.0, 0.0]}, "above 0"),
        ({"month_factor": [2.0] * 12}, "mean 1"),
        ({"window": "20:00-08:00"}, "ends after it begins"),
        ({"by_van_share": 1.5}, "less than or equal to 1"),
    ],
)
def test_faults_are_named(change: dict[str, Any], words: str) -> None:
    """Shares that do not add up, no year, a window that runs backwards."""
    with pytest.raises(ValueError, match=words):
        params_of(**change)

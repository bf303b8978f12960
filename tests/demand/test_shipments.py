"""Orders of a day: what they add up to and what they depend on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.demand import ORDER_COLUMNS, DemandParams, make_orders, shops_from_places, supplier_mix
from sim.random_streams import RandomStreams
from sim.units import WEEKDAYS

SHARES = [1.0 / (rank + 1) ** 0.7 for rank in range(12)]


def orders_of(places: pd.DataFrame, params: DemandParams, seed: int = 1, **options: Any) -> pd.DataFrame:
    """Orders of one day of the shops of `places`, with the shop's name beside its row."""
    streams = RandomStreams(seed)
    shops = shops_from_places(places, params, streams)
    orders = make_orders(shops, options.pop("shares", SHARES), params, streams, **options)
    return orders.assign(shop_id=shops["shop_id"].to_numpy()[orders["shop"]])


def test_orders_have_the_agreed_columns(places: pd.DataFrame, params: DemandParams) -> None:
    """Rows go by shop and carrier, one order a pair, numbered without repetition."""
    orders = orders_of(places, params)
    assert tuple(orders.columns[:-1]) == ORDER_COLUMNS
    assert orders["order_id"].dtype == np.int64
    assert orders["order_id"].is_unique
    assert orders["order_id"].between(0, 2**53 - 1).all()
    assert not orders.duplicated(["shop", "carrier"]).any()
    assert orders[["shop", "carrier"]].equals(orders[["shop", "carrier"]].sort_values(["shop", "carrier"]))
    assert not orders["joint"].any()


def test_a_day_has_the_orders_that_the_total_asks_for(places: pd.DataFrame, content: dict[str, Any]) -> None:
    """3,400 expected orders: the number drawn lies within four standard deviations of a Poisson count."""
    params = DemandParams.model_validate(content | {"orders_per_day": 3400.0})
    assert len(orders_of(places, params)) == pytest.approx(3400, abs=4 * 3400**0.5)


def test_forty_orders_fill_a_van(places: pd.DataFrame, params: DemandParams) -> None:
    """40 orders weigh less than the 920 kg and 3.8 m3 of an electric van, and more than half of it."""
    orders = orders_of(places, params)
    assert 0.6 * 920 < 40 * orders["weight_kg"].mean() < 920
    assert 0.5 * 3.8 < 40 * orders["volume_m3"].mean() < 3.8
    assert orders["weight_kg"].max() <= params.max_order_kg
    assert orders["volume_m3"].max() <= params.max_order_m3 + 1e-5


def test_weights_and_times_have_the_means_of_their_type(places: pd.DataFrame, params: DemandParams) -> None:
    """Over 30 seeds the means lie within 5 % of the type's (heaviest orders are cut off at the limit)."""
    drawn = []
    for seed in range(30):
        streams = RandomStreams(seed)
        shops = shops_from_places(places.head(802), params, streams)
        orders = make_orders(shops, SHARES, params, streams)
        drawn.append(orders.assign(shop_type=shops["shop_type"].to_numpy()[orders["shop"]]))
    mean = pd.concat(drawn).groupby("shop_type")[["weight_kg", "service_s", "expected_service_s"]].mean()
    for name, kind in params.shop_types.items():
        assert mean.loc[name, "weight_kg"] == pytest.approx(kind.mean_weight_kg, rel=0.05)
        assert mean.loc[name, "expected_service_s"] == pytest.approx(60 * kind.mean_service_min, rel=0.03)
        assert mean.loc[name, "service_s"] == pytest.approx(60 * kind.mean_service_min, rel=0.06)


def test_time_at_the_door_leaves_two_minutes_of_ten_for_walking(places: pd.DataFrame, params: DemandParams) -> None:
    """Of a stay of 10 min (Cherrett et al. 2012) 8 min, within half a minute, with the stated spread."""
    orders = orders_of(places, params)
    assert orders["service_s"].mean() == pytest.approx(480, abs=30)
    spread = np.log(orders["service_s"] / orders["expected_service_s"]).std()
    assert np.expm1(spread**2) ** 0.5 == pytest.approx(params.service_cv, abs=0.05)


def test_an_order_does_not_depend_on_other_shops(places: pd.DataFrame, params: DemandParams) -> None:
    """With a third of the shops, each of these has exactly the orders that it had among all."""
    everyone = orders_of(places, params).drop(columns="shop")
    some = orders_of(places.iloc[::-3], params).drop(columns="shop")
    kept = everyone[everyone["shop_id"].isin(some["shop_id"])].sort_values("order_id", ignore_index=True)
    pd.testing.assert_frame_equal(kept, some.sort_values("order_id", ignore_index=True))


def test_growth_adds_orders_and_changes_none(places: pd.DataFrame, content: dict[str, Any]) -> None:
    """The orders of a smaller market are among those of a larger one, with the same weights and times."""
    small, large = (
        orders_of(places, DemandParams.model_validate(content | {"growth": growth})).set_index("order_id")
        for growth in (1.0, 1.2)
    )
    assert len(large) > len(small)
    pd.testing.assert_frame_equal(large.loc[small.index], small)


def test_more_spread_keeps_the_orders(places: pd.DataFrame, content: dict[str, Any]) -> None:
    """Another spread of service times changes nothing but the times."""
    one, other = (orders_of(places, DemandParams.model_validate(content | {"service_cv": cv})) for cv in (0.8, 0.0))
    pd.testing.assert_frame_equal(one.drop(columns="service_s"), other.drop(columns="service_s"))
    assert (other["service_s"] == other["expected_service_s"]).all()


def test_days_differ_and_suppliers_stay(places: pd.DataFrame, params: DemandParams) -> None:
    """A second day has other orders, in its own hours, from the same suppliers."""
    streams = RandomStreams(1)
    shops = shops_from_places(places, params, streams)
    mix = supplier_mix(shops, SHARES, params, streams)
    first, second = (make_orders(shops, SHARES, params, streams, day, mix=mix) for day in (0, 1))
    assert not set(first["order_id"]) & set(second["order_id"])
    assert (mix[second["shop"], second["carrier"]] > 0).all()
    assert second["earliest_s"].min() == 86400 + first["earliest_s"].min()


def test_weekdays_have_their_share(places: pd.DataFrame, params: DemandParams) -> None:
    """Sundays have fewer orders than Tuesdays, in the ratio of the factors."""
    count = {day: len(orders_of(places, params, weekday=day)) for day in WEEKDAYS}
    ratio = params.weekday_factor["su"] / params.weekday_factor["tu"]
    assert count["su"] / count["tu"] == pytest.approx(ratio, abs=0.04)


def test_the_seed_decides(places: pd.DataFrame, params: DemandParams) -> None:
    """The same seed gives the same orders, another seed others."""
    pd.testing.assert_frame_equal(orders_of(places, params, 0), orders_of(places, params, 0))
    assert not orders_of(places, params, 0)["weight_kg"].equals(orders_of(places, params, 1)["weight_kg"])


def test_no_shops_no_orders(places: pd.DataFrame, params: DemandParams) -> None:
    """An empty table of shops gives an empty table of orders with all columns."""
    orders = orders_of(places.head(0), params)
    assert len(orders) == 0
    assert tuple(orders.columns[:-1]) == ORDER_COLUMNS

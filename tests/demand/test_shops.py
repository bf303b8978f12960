"""Shops from places: what they have and what they depend on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.demand import SHOP_COLUMNS, SHOP_TYPES, DemandParams, load_shops, shops_from_places
from sim.demand.shops import complete_shops
from sim.errors import ConfigError
from sim.network.road_network import RoadNetwork
from sim.random_streams import RandomStreams


def test_shops_have_the_agreed_columns_in_the_order_of_places(places: pd.DataFrame, params: DemandParams) -> None:
    """Only places of the kind shop are taken, in their order, with link rows as int32."""
    shops = shops_from_places(places, params, RandomStreams(1))
    assert tuple(shops.columns) == SHOP_COLUMNS
    assert shops["shop_id"].tolist() == [f"shop_{i}" for i in range(2000)]
    assert shops["link"].dtype == np.int32
    assert shops["has_offstreet"].dtype == bool
    assert set(shops["shop_type"]) == set(SHOP_TYPES)


def test_values_are_those_of_the_type(places: pd.DataFrame, params: DemandParams) -> None:
    """Windows, frequencies and shares of yards follow the parameters of each type."""
    shops = shops_from_places(places, params, RandomStreams(1))
    for name, rows in shops.groupby("shop_type"):
        kind = params.shop_types[name]
        assert rows["orders_per_week"].between(kind.orders_per_week_low, kind.orders_per_week_high).all()
        assert (rows["mean_service_s"] == 60.0 * kind.mean_service_min).all()
        found = (
            (rows["earliest_s"] / 3600).astype(int).astype(str)
            + "-"
            + (rows["latest_s"] / 3600).astype(int).astype(str)
        )
        share = found.value_counts(normalize=True)
        for entry in kind.windows:
            hours = "-".join(str(int(part[:2])) for part in entry.window.split("-"))
            assert share.get(hours, 0.0) == pytest.approx(entry.share, abs=0.1)
        assert rows["has_offstreet"].mean() == pytest.approx(kind.offstreet_share, abs=0.1)


def test_a_shop_does_not_depend_on_the_others(places: pd.DataFrame, params: DemandParams) -> None:
    """Taking shops out, or turning the table round, leaves every other shop as it was."""
    everyone = shops_from_places(places, params, RandomStreams(1)).set_index("shop_id")
    some = shops_from_places(places.iloc[::-3], params, RandomStreams(1)).set_index("shop_id")
    pd.testing.assert_frame_equal(everyone.loc[some.index], some)


def test_another_seed_draws_other_shops(places: pd.DataFrame, params: DemandParams) -> None:
    """The seed decides the draws."""
    one, two = (shops_from_places(places, params, RandomStreams(seed)) for seed in (0, 1))
    assert (one["orders_per_week"] != two["orders_per_week"]).mean() > 0.9


def test_given_values_win_over_drawn_ones(places: pd.DataFrame, params: DemandParams) -> None:
    """A survey's own value is kept, an empty one is drawn as for a shop without a survey."""
    drawn = shops_from_places(places.iloc[:4], params, RandomStreams(1))
    given = drawn[["shop_id", "name", "shop_type", "lon", "lat", "link"]].assign(
        orders_per_week=[40.0, np.nan],
        has_offstreet=[True, None],
        earliest_s=[36000.0, np.nan],
        latest_s=[39600.0, np.nan],
    )
    shops = complete_shops(given, params, RandomStreams(1))
    assert shops.loc[0, ["orders_per_week", "has_offstreet", "earliest_s", "latest_s"]].tolist() == [
        40,
        True,
        36000,
        39600,
    ]
    pd.testing.assert_series_equal(shops.loc[1], drawn.loc[1])
    assert shops["has_offstreet"].dtype == bool


def test_a_network_without_shops_is_an_error(network: RoadNetwork, params: DemandParams) -> None:
    """The message says how to give a survey instead."""
    with pytest.raises(ConfigError, match=r"network block has no shops; give demand.source=survey"):
        load_shops(params, network, RandomStreams(1))

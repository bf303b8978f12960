"""Which carriers supply a shop and how often they call."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.demand import DemandParams, orders_per_average_day, shops_from_places, supplier_mix
from sim.demand.suppliers import delivery_probability
from sim.errors import ConfigError
from sim.random_streams import RandomStreams

SHARES = [1.0 / (rank + 1) ** 0.7 for rank in range(12)]


@pytest.fixture
def shops(places: pd.DataFrame, params: DemandParams) -> pd.DataFrame:
    """The 2,000 shops."""
    return shops_from_places(places, params, RandomStreams(1))


def test_a_shop_has_as_many_suppliers_as_its_type_says(shops: pd.DataFrame, params: DemandParams) -> None:
    """Between the fewest and the most of the type, and both occur."""
    mix = supplier_mix(shops, SHARES, params, RandomStreams(1))
    count = pd.Series((mix > 0).sum(axis=1)).groupby(shops["shop_type"])
    assert count.min().to_dict() == {name: kind.suppliers_low for name, kind in params.shop_types.items()}
    assert count.max().to_dict() == {name: kind.suppliers_high for name, kind in params.shop_types.items()}
    assert np.allclose(mix.sum(axis=1), 1.0)


def test_with_one_supplier_each_the_choice_follows_market_shares(content: dict[str, Any], shops: pd.DataFrame) -> None:
    """Of shops with a single supplier, a carrier with half of the market has half."""
    for kind in content["shop_types"].values():
        kind.update(suppliers_low=1, suppliers_high=1)
    mix = supplier_mix(shops, [0.5, 0.3, 0.2], DemandParams.model_validate(content), RandomStreams(1))
    assert mix.mean(axis=0) == pytest.approx([0.5, 0.3, 0.2], abs=0.035)


def test_carriers_get_their_market_share(shops: pd.DataFrame, params: DemandParams) -> None:
    """With several suppliers a shop, each carrier still has its share of all orders, within 2 points."""
    mix = supplier_mix(shops, SHARES, params, RandomStreams(1))
    expected = orders_per_average_day(shops, SHARES, params, mix)
    assert expected / expected.sum() == pytest.approx(np.array(SHARES) / sum(SHARES), abs=0.02)
    assert expected == pytest.approx(orders_per_average_day(shops, SHARES, params), rel=0.2)


def test_a_carrier_that_leaves_changes_only_its_own_shops(shops: pd.DataFrame, params: DemandParams) -> None:
    """Shops that it did not supply keep their suppliers."""
    before = supplier_mix(shops, SHARES, params, RandomStreams(1))
    after = supplier_mix(shops, [*SHARES[:5], 0.0, *SHARES[6:]], params, RandomStreams(1))
    others = before[:, 5] == 0.0
    assert 0 < others.sum() < len(shops)
    assert np.array_equal(before[others] > 0, after[others] > 0)
    assert not after[:, 5].any()


@pytest.mark.parametrize("shares", [[], [0.0, 0.0], [0.5, -0.1], [float("nan")]])
def test_impossible_shares_are_refused(shops: pd.DataFrame, params: DemandParams, shares: list[float]) -> None:
    """Shares need one above 0 and none below."""
    with pytest.raises(ConfigError, match="carrier shares"):
        supplier_mix(shops, shares, params, RandomStreams(1))


def test_probabilities_add_up_to_the_shops_frequency(shops: pd.DataFrame, params: DemandParams) -> None:
    """On an average day a shop expects a seventh of its week, however it is split among suppliers."""
    mix = supplier_mix(shops, SHARES, params, RandomStreams(1))
    probability = delivery_probability(shops, mix, params, weekday=None, month=None)
    assert probability.min() >= 0.0
    assert probability.max() <= 1.0
    expected = np.minimum(shops["orders_per_week"] / 7.0, (mix > 0).sum(axis=1))
    assert probability.sum(axis=1) == pytest.approx(expected.to_numpy())


def test_what_a_supplier_cannot_deliver_goes_to_the_others(content: dict[str, Any]) -> None:
    """14 orders a week, two a day, from shares 0.8 and 0.1 and 0.1: by hand 1, 0.5 and 0.5."""
    shop = pd.DataFrame({"orders_per_week": [14.0], "shop_type": ["other"]})
    probability = delivery_probability(
        shop, np.array([[0.8, 0.1, 0.1]]), DemandParams.model_validate(content), weekday=None, month=None
    )
    assert probability == pytest.approx(np.array([[1.0, 0.5, 0.5]]))


@pytest.mark.parametrize(("total", "growth"), [(500.0, 1.0), (4000.0, 1.0), (4000.0, 0.5)])
def test_a_total_scales_all_shops(shops: pd.DataFrame, content: dict[str, Any], total: float, growth: float) -> None:
    """`orders_per_day` is met in expectation, and growth comes on top."""
    params = DemandParams.model_validate(content | {"orders_per_day": total, "growth": growth})
    mix = supplier_mix(shops, SHARES, params, RandomStreams(1))
    assert orders_per_average_day(shops, SHARES, params, mix).sum() == pytest.approx(total * growth)


def test_a_total_beyond_daily_calls_of_all_suppliers_is_refused(shops: pd.DataFrame, content: dict[str, Any]) -> None:
    """The message names the most that can be had."""
    params = DemandParams.model_validate(content | {"orders_per_day": 1e5})
    mix = supplier_mix(shops, SHARES, params, RandomStreams(1))
    with pytest.raises(ConfigError, match=f"expected at most {(mix > 0).sum()}, .* found 100000"):
        orders_per_average_day(shops, SHARES, params, mix)

"""Forecasts: growth by year and type, seasons, and that more demand adds orders."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.demand import DemandParams, ForecastParams, make_orders, orders_per_average_day, shops_from_places
from sim.demand.forecast import shop_forecast
from sim.random_streams import RandomStreams
from tests.demand.conftest import demand_content

SHARES = [0.5, 0.3, 0.2]


def params_of(**change: Any) -> DemandParams:
    """The shipped parameters with some of them changed."""
    return DemandParams.model_validate(demand_content() | change)


def orders_of(places: pd.DataFrame, params: DemandParams, seed: int = 1) -> pd.DataFrame:
    """Orders of a Tuesday, by number."""
    streams = RandomStreams(seed)
    shops = shops_from_places(places, params, streams)
    return make_orders(shops, SHARES, params, streams, weekday="tu").set_index("order_id")


def test_growth_compounds_by_type(content: dict[str, Any]) -> None:
    """Two years at 5 % and 10 %, in a month with a quarter more: by hand 1.378125 and 1.5125."""
    months = [1.25, *[0.977272] * 11]
    forecast = ForecastParams.model_validate(
        content["forecast"]
        | {
            "base_year": 2020,
            "month_factor": months,
            "yearly_growth": content["forecast"]["yearly_growth"] | {"pharmacy": 0.05, "other": 0.1},
        }
    )
    factor = shop_forecast(["pharmacy", "other", "pharmacy"], forecast, year=2022, month=1)
    assert factor == pytest.approx([1.378125, 1.5125, 1.378125])


def test_the_base_year_is_neutral(content: dict[str, Any]) -> None:
    """In the base year and an average month nothing changes, to the bit."""
    forecast = ForecastParams.model_validate(content["forecast"])
    factor = shop_forecast(list(content["shop_types"]), forecast, year=forecast.base_year, month=None)
    assert set(factor.tolist()) == {1.0}


def test_a_year_back_shrinks(content: dict[str, Any]) -> None:
    """The year before the base year has the demand from which the base year grew."""
    forecast = ForecastParams.model_validate(content["forecast"])
    before, after = (shop_forecast(["restaurant"], forecast, year=year, month=None)[0] for year in (2021, 2023))
    assert before * after == pytest.approx(1.0)


@settings(max_examples=10, deadline=None)
@given(
    growth=st.tuples(st.floats(-0.2, 0.3), st.floats(0.0, 0.3)),
    years=st.tuples(st.integers(0, 6), st.integers(0, 6)),
    seed=st.integers(0, 2**40),
)
def test_orders_of_less_growth_are_among_those_of_more(
    growth: tuple[float, float], years: tuple[int, int], seed: int
) -> None:
    """Whatever the growth of each type: orders are added, and those there were keep weight, window and times."""
    places = pd.DataFrame(
        {
            "place_id": [f"shop_{i}" for i in range(60)],
            "kind": "shop",
            "type": ["convenience", "restaurant", "other"] * 20,
            "name": "",
            "lon": 118.0,
            "lat": 36.8,
            "link": 0,
        }
    )
    content = demand_content()
    rate, more = growth
    small_types = {name: rate for name in content["forecast"]["yearly_growth"]}
    large_types = {name: rate + (more if name != "restaurant" else 0.0) for name in small_types}
    drawn = []
    for types in (small_types, large_types):
        forecast = content["forecast"] | {"yearly_growth": types}
        drawn.append(orders_of(places, params_of(forecast=forecast, year=2022 + years[0]), seed))
    small, large = drawn
    pd.testing.assert_frame_equal(large.loc[small.index], small)
    early, late = sorted(years)
    grown = content["forecast"] | {"yearly_growth": dict.fromkeys(small_types, more)}
    few, many = (orders_of(places, params_of(forecast=grown, year=2022 + n), seed) for n in (early, late))
    pd.testing.assert_frame_equal(many.loc[few.index], few)


def test_seasons_have_their_share(places: pd.DataFrame) -> None:
    """January has 1.12 and February 0.90 of an average month's orders, and the fleets are those of the year."""
    count = {month: len(orders_of(places, params_of(month=month))) for month in (1, 2, None)}
    assert count[1] / count[None] == pytest.approx(1.12, abs=0.03)
    assert count[2] / count[None] == pytest.approx(0.90, abs=0.03)
    shops = shops_from_places(places, params_of(), RandomStreams(1))
    january, average = (orders_per_average_day(shops, SHARES, params_of(month=month)) for month in (1, None))
    assert january.tolist() == average.tolist()


def test_fleets_grow_with_the_years(places: pd.DataFrame) -> None:
    """Expected orders of an average day in 2025 lie between 1.014 and 1.059 to the power of three."""
    shops = shops_from_places(places, params_of(), RandomStreams(1))
    then, now = (orders_per_average_day(shops, SHARES, params_of(year=year)).sum() for year in (2025, 2022))
    assert 1.014**3 < then / now < 1.059**3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"month_factor": [1.0] * 11}, "at least 12"),
        ({"month_factor": [1.1] * 12}, "mean 1, found 1.1000"),
        ({"yearly_growth": {"other": 0.1}}, "yearly_growth misses convenience"),
        ({"base_year": 22}, "1990"),
    ],
)
def test_faults_of_a_forecast_are_named(content: dict[str, Any], change: dict[str, Any], words: str) -> None:
    """Months that are no year, missing types, a year of two digits."""
    with pytest.raises(ValueError, match=words):
        ForecastParams.model_validate(content["forecast"] | change)

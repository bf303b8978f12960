"""
Forecast of orders: growth from the base year by type of shop, and the season.

A forecast multiplies what a shop is expected to order. As each order is placed when a draw of its own falls below its
probability, more demand adds orders and leaves those there were as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import BaseModel, Field, model_validator

from sim.contracts import FloatArray
from sim.demand.shop_types import SHOP_TYPES, ShopType

MONTHS_PER_YEAR = 12

Growth = Annotated[float, Field(ge=-0.5, le=2.0)]
Factor = Annotated[float, Field(ge=0.0, le=10.0)]


class ForecastParams(BaseModel, frozen=True, extra="forbid"):
    """How orders of shops change from year to year and from month to month."""

    base_year: int = Field(ge=1990, le=2100, description="Year that the figures by type of shop stand for")
    yearly_growth: dict[ShopType, Growth] = Field(description="Growth of the orders of a type of shop [1/year]")
    month_factor: tuple[Factor, ...] = Field(
        min_length=MONTHS_PER_YEAR,
        max_length=MONTHS_PER_YEAR,
        description="Orders of a month against the average of the year, January first [-]; mean 1",
    )

    @model_validator(mode="after")
    def _check_parts(self) -> ForecastParams:
        missing = [name for name in SHOP_TYPES if name not in self.yearly_growth]
        if missing:
            raise ValueError(f"yearly_growth misses {', '.join(missing)}")
        check_month_factor(self.month_factor)
        return self


def check_month_factor(factors: Sequence[float]) -> None:
    """
    See that factors of the months are those of an average year.

    Raises
    ------
    ValueError
        If their mean is not 1.
    """
    mean = sum(factors) / len(factors)
    if abs(mean - 1.0) > 1e-3:
        raise ValueError(f"month_factor must have the mean 1, found {mean:.4f}")


def year_factor(yearly_growth: float, years: int) -> float:
    """
    Demand after some years against that of the base year [-].

    Parameters
    ----------
    yearly_growth
        Growth [1/year].
    years
        Years since the base year; negative before it.

    Examples
    --------
    >>> round(year_factor(0.05, 3), 6)
    1.157625
    """
    return float((1.0 + yearly_growth) ** years)


def shop_forecast(shop_type: Sequence[str], params: ForecastParams, *, year: int, month: int | None) -> FloatArray:
    """
    Orders of each shop against those of an average month of the base year [-], shape (n_shops,).

    Parameters
    ----------
    shop_type
        Type of each shop.
    params
        Growth and season.
    year
        Year to be looked at.
    month
        Month, 1 to 12; None for an average one.
    """
    season = 1.0 if month is None else params.month_factor[month - 1]
    years = year - params.base_year
    by_type = {name: year_factor(growth, years) * season for name, growth in params.yearly_growth.items()}
    return np.array([by_type[name] for name in shop_type], dtype=np.float64)  # type: ignore[index]

"""Types of shops: how often they order, what a consignment weighs, when and how long they take it in."""

from __future__ import annotations

import re
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, Field, model_validator

from sim.units import clock_to_s

ShopType = Literal[
    "convenience", "supermarket", "chain_store", "restaurant", "fresh_market", "pharmacy", "clothing", "other"
]
SHOP_TYPES: tuple[ShopType, ...] = get_args(ShopType)

_TYPES: dict[str, ShopType] = {name: name for name in SHOP_TYPES}
_WINDOW = re.compile(r"^\s*(\S+?)\s*-\s*(\S+?)\s*$")


def shop_type_of(value: str) -> ShopType:
    """
    Type of a shop from the type of a place.

    Notes
    -----
    Assumption: shops of types not known receive goods as `other`.

    Examples
    --------
    >>> shop_type_of("florist")
    'other'
    """
    return _TYPES.get(value.strip(), "other")


def read_delivery_window(text: str) -> tuple[float, float]:
    """
    Bounds of a delivery window [s from midnight], from `HH:MM-HH:MM` within one day.

    Raises
    ------
    ValueError
        If the text is no such window, or it does not end after it begins.
    """
    match = _WINDOW.match(text)
    if match is None:
        raise ValueError(f"expected a delivery window HH:MM-HH:MM, found {text!r}")
    try:
        earliest_s, latest_s = clock_to_s(match[1]), clock_to_s(match[2])
    except ValueError as error:
        raise ValueError(f"delivery window {text!r}: {error}") from error
    if not earliest_s < latest_s <= 86400.0:
        raise ValueError(f"expected a delivery window that ends after it begins, by 24:00, found {text!r}")
    return earliest_s, latest_s


def checked_window(text: str) -> str:
    """The text of a delivery window as it is; raises ValueError if it is none."""
    read_delivery_window(text)
    return text


class WindowShare(BaseModel, frozen=True, extra="forbid"):
    """A delivery window and the share of shops that have it."""

    window: Annotated[str, AfterValidator(checked_window)] = Field(
        description="Hours between which unloading may start, HH:MM-HH:MM"
    )
    share: float = Field(ge=0.0, le=1.0, description="Share of the type's shops [-]")


class ShopTypeParams(BaseModel, frozen=True, extra="forbid"):
    """What shops of one type order and how they take it in."""

    orders_per_week_low: float = Field(ge=0.0, le=500.0, description="Fewest orders of a shop [1/week]")
    orders_per_week_high: float = Field(ge=0.0, le=500.0, description="Most orders of a shop [1/week], all suppliers")
    suppliers_low: int = Field(ge=1, le=100, description="Fewest carriers that supply a shop")
    suppliers_high: int = Field(ge=1, le=100, description="Most carriers that supply a shop")
    mean_weight_kg: float = Field(gt=0.0, le=2000.0, description="Mean weight of an order [kg]")
    density_kg_per_m3: float = Field(gt=0.0, le=5000.0, description="Weight of goods by volume loaded [kg/m3]")
    mean_service_min: float = Field(
        gt=0.0, le=240.0, description="Mean time to unload and hand over an order of mean weight [min]"
    )
    offstreet_share: float = Field(ge=0.0, le=1.0, description="Share of shops with a yard or dock of their own [-]")
    windows: tuple[WindowShare, ...] = Field(description="Delivery windows and their shares, which add up to 1")

    @model_validator(mode="after")
    def _check_ranges(self) -> ShopTypeParams:
        if self.orders_per_week_low > self.orders_per_week_high:
            high = self.orders_per_week_high
            raise ValueError(f"orders_per_week_low {self.orders_per_week_low} exceeds orders_per_week_high {high}")
        if self.suppliers_low > self.suppliers_high:
            raise ValueError(f"suppliers_low {self.suppliers_low} exceeds suppliers_high {self.suppliers_high}")
        total = sum(entry.share for entry in self.windows)
        if abs(total - 1.0) > 1e-6:
            raise ValueError(f"shares of windows must add up to 1, found {total:g}")
        return self

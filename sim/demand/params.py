"""The demand of a run: where the shops come from and how much they order on which day."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field, model_validator

from sim.demand.forecast import ForecastParams
from sim.demand.parcel_params import ParcelParams
from sim.demand.shop_types import SHOP_TYPES, ShopType, ShopTypeParams
from sim.units import WEEKDAYS, Weekday


class DemandParams(BaseModel, frozen=True, extra="forbid"):
    """Shops and their orders. Every value is given in `configs/demand/`; there are no others in the code."""

    source: Literal["places", "survey"] = Field(
        description="Shops from the places of the road network, or from a survey table"
    )
    survey_file: str | None = Field(description="Survey table, CSV or GeoJSON; null with source: places")
    orders_per_day: float | None = Field(
        gt=0.0,
        le=1e7,
        description="Expected orders of an average day of the base year; scales all shops. null: as the shop types say",
    )
    growth: float = Field(
        ge=0.0, le=100.0, description="Factor on the orders of every shop, on top of the forecast [-]"
    )
    year: int = Field(ge=1990, le=2100, description="Year of the day; growth since forecast.base_year by type of shop")
    month: int | None = Field(ge=1, le=12, description="Month of the day, 1 to 12; null: an average month")
    forecast: ForecastParams = Field(description="Growth by year and season of shops' orders")
    weekday_factor: dict[Weekday, float] = Field(
        description="Orders of a day of the week against the average day [-]; mean 1"
    )
    weight_cv: float = Field(ge=0.0, le=5.0, description="Coefficient of variation of the weight of an order [-]")
    service_cv: float = Field(ge=0.0, le=5.0, description="Coefficient of variation of the time of service [-]")
    service_fixed_share: float = Field(
        ge=0.0, le=1.0, description="Share of the mean time of service that does not grow with weight [-]"
    )
    max_order_kg: float = Field(gt=0.0, description="Heaviest order [kg]; more comes by truck and is not modelled")
    max_order_m3: float = Field(gt=0.0, description="Largest order [m3]; more comes by truck and is not modelled")
    parcels: ParcelParams = Field(description="Parcels for homes")
    shop_types: dict[ShopType, ShopTypeParams] = Field(description="Parameters of each type of shop")

    @model_validator(mode="after")
    def _check_parts(self) -> DemandParams:
        faults = []
        if self.source == "survey" and self.survey_file is None:
            faults.append("source: survey needs survey_file, found null")
        if self.source == "places" and self.survey_file is not None:
            faults.append(f"survey_file {self.survey_file!r} needs source: survey, found places")
        for what, known, given in (
            ("weekday_factor", WEEKDAYS, self.weekday_factor),
            ("shop_types", SHOP_TYPES, self.shop_types),
        ):
            missing = [name for name in known if name not in given]
            if missing:
                faults.append(f"{what} misses {', '.join(missing)}")
        if any(factor < 0.0 for factor in self.weekday_factor.values()):
            faults.append("weekday_factor must be 0 or more")
        mean = sum(self.weekday_factor.values()) / len(WEEKDAYS)
        if len(self.weekday_factor) == len(WEEKDAYS) and abs(mean - 1.0) > 1e-3:
            faults.append(f"weekday_factor must have the mean 1, found {mean:.4f}")
        if faults:
            raise ValueError("; ".join(faults))
        return self

"""What the consumption of all vehicles of a run depends on besides the vehicle."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, Field, model_validator


class EnergyParams(BaseModel, frozen=True, extra="forbid"):
    """Weather, the grid and what is common to all batteries."""

    temperature_c: float = Field(
        default=20.0, ge=-30.0, le=50.0, description="Air temperature of the day [deg C]. Assumption: a mild day."
    )
    auxiliary_kw: float = Field(
        default=0.0,
        ge=0.0,
        le=20.0,
        description="Further load of every electric van while it is on the road, such as a refrigerator [kW]",
    )
    grid_factor_by_hour_kg_per_kwh: tuple[float, ...] | None = Field(
        default=None,
        description="CO2 per electricity drawn in each hour of the day, 24 numbers [kg/kWh]; null: the same all day",
    )
    grid_factor_kg_per_kwh: float = Field(
        default=0.6776,
        ge=0.0,
        le=2.0,
        description="CO2 per electricity drawn from the grid [kg/kWh]. Source: notice of China's Ministry of Ecology "
        "and Environment of 2024-12-20, North China grid, 2022.",
    )
    phev_electric_share: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="Share of its distance that a plug-in hybrid drives on electricity [-]. Assumption.",
    )
    charging_shape: Literal["lfp_van", "generic_car"] = Field(
        default="lfp_van",
        description="Power that batteries accept against state of charge: lfp_van flat to 80 % (assumption), "
        "generic_car tapers from 35 %",
    )

    @model_validator(mode="after")
    def _hours_are_24(self) -> Self:
        hours = self.grid_factor_by_hour_kg_per_kwh
        if hours is not None:
            faults = [] if len(hours) == 24 else [f"expected 24 numbers, found {len(hours)}"]
            faults += [
                f"hour {row}: expected 0 to 2, found {value}"
                for row, value in enumerate(hours)
                if not 0.0 <= value <= 2.0
            ]
            if faults:
                raise ValueError("grid_factor_by_hour_kg_per_kwh: " + "; ".join(faults))
        return self

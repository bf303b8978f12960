"""What the consumption of all vehicles of a run depends on besides the vehicle."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class EnergyParams(BaseModel, frozen=True, extra="forbid"):
    """Weather, the grid and what is common to all batteries."""

    temperature_c: float = Field(
        default=20.0, ge=-30.0, le=50.0, description="Air temperature of the day [deg C]. Assumption: a mild day."
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

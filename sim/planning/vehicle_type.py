"""
Vehicle types: what a delivery vehicle carries, runs on and costs.
"""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, Field, model_validator

from sim.contracts import AccessClass, Powertrain

PLUG_IN: tuple[Powertrain, ...] = ("bev", "phev")
"""Powertrains that can use a charger."""

LEAST_BATTERY_KWH = 0.1
"""Least usable battery of an electric van; cargo cycles have 0.4 or more [kWh]. Assumption."""


class VehicleTypeParams(BaseModel, frozen=True, extra="forbid"):
    """One type of delivery vehicle."""

    label: str = Field(min_length=1, description="Name in figures")
    powertrain: Powertrain = Field(description="Source of energy")
    access_class: AccessClass = Field(description="Class in access rules; light is up to 4.5 t")
    consumption_curve: str = Field(description="Name of the consumption curve")
    payload_kg: float = Field(gt=0.0, le=40_000.0, description="Payload [kg]")
    volume_m3: float = Field(gt=0.0, le=120.0, description="Load space [m3]")
    battery_kwh: float = Field(ge=0.0, le=1000.0, description="Usable battery [kWh]; 0 without a traction battery")
    charging_power_kw: float = Field(
        ge=0.0, le=1000.0, description="Most power the battery takes [kW]; 0 without a plug"
    )
    pcu: float = Field(gt=0.0, le=5.0, description="Passenger car units [-]")
    fixed_cny_per_day: float = Field(ge=0.0, description="Capital, insurance and tax a working day [CNY/d]")
    maintenance_cny_per_km: float = Field(ge=0.0, description="Maintenance and tyres [CNY/km]")
    planned_energy_cny_per_km: float = Field(ge=0.0, description="Energy cost that tour planning reckons with [CNY/km]")
    planned_kwh_per_km: float = Field(
        ge=0.0, description="Electricity from the battery that planning reckons with [kWh/km]"
    )
    emission_standard: int = Field(
        default=6, ge=1, le=6, description="National emission standard, 1 to 6; electric vehicles meet any [-]"
    )
    gross_kg: float | None = Field(
        default=None,
        gt=0.0,
        le=60_000.0,
        description="Largest weight with load [kg]; null: the most of its access class",
    )
    is_quiet: bool = Field(default=False, description="Whether it may work in waves for quiet vehicles alone")

    @model_validator(mode="after")
    def _battery_fits_powertrain(self) -> Self:
        if self.powertrain == "bev" and not (self.battery_kwh >= LEAST_BATTERY_KWH and self.charging_power_kw > 0):
            raise ValueError(
                f"an electric van needs battery_kwh of {LEAST_BATTERY_KWH} or more and charging_power_kw above 0, "
                f"found {self.battery_kwh} and {self.charging_power_kw}"
            )
        if self.powertrain not in PLUG_IN and self.battery_kwh > 0:
            raise ValueError(f"battery_kwh must be 0 for powertrain {self.powertrain}, found {self.battery_kwh}")
        return self

    @property
    def planned_cny_per_km(self) -> float:
        """What planning reckons that a kilometre costs: energy, maintenance and tyres [CNY/km]."""
        return self.planned_energy_cny_per_km + self.maintenance_cny_per_km

    @property
    def is_plug_in(self) -> bool:
        """Whether it can use a charger."""
        return self.powertrain in PLUG_IN

    @property
    def relies_on_battery(self) -> bool:
        """Whether it stops when its battery is empty."""
        return self.powertrain == "bev"

"""Parameters of parcels for homes: how many, by whom, and how long they take at the door."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, model_validator

from sim.demand.forecast import MONTHS_PER_YEAR, Factor, check_month_factor
from sim.demand.shop_types import checked_window


class ParcelParams(BaseModel, frozen=True, extra="forbid"):
    """Parcels of couriers for homes."""

    by_van_share: float = Field(
        ge=0.0,
        le=1.0,
        description="Share of all parcels that the couriers of the model bring [-]; 0: no parcels are modelled",
    )
    per_resident_day: float = Field(ge=0.0, le=20.0, description="Parcels in the base year [1/(resident day)]")
    yearly_growth: float = Field(ge=-0.5, le=2.0, description="Growth of parcels [1/year]")
    month_factor: tuple[Factor, ...] = Field(
        min_length=MONTHS_PER_YEAR,
        max_length=MONTHS_PER_YEAR,
        description="Parcels of a month against the average of the year, January first [-]; mean 1",
    )
    residents_per_km: float = Field(
        gt=0.0,
        le=20_000.0,
        description="Residents by directed km of residential street, where network.residents is null",
    )
    residents_per_receiver: float = Field(
        gt=0.0, le=50_000.0, description="Residents whose parcels a courier hands over at one stop"
    )
    courier_shares: tuple[float, ...] = Field(
        min_length=1, max_length=50, description="Market share of each courier [-]"
    )
    mean_weight_kg: float = Field(gt=0.0, le=50.0, description="Mean weight of a parcel [kg]")
    density_kg_per_m3: float = Field(gt=0.0, le=5000.0, description="Weight of parcels by volume loaded [kg/m3]")
    stop_min: float = Field(ge=0.0, le=60.0, description="Time at a stop at homes besides that by parcel [min]")
    parcel_min: float = Field(ge=0.0, le=60.0, description="Time to hand over a parcel at the door [min]")
    window: Annotated[str, AfterValidator(checked_window)] = Field(
        description="Hours between which parcels may be brought to doors, HH:MM-HH:MM"
    )
    offstreet_share: float = Field(ge=0.0, le=1.0, description="Share of homes in estates where vans may stand [-]")
    failed_attempt_share: float = Field(ge=0.0, le=1.0, description="Share of first attempts at doors that fail [-]")
    parcels_per_van_day: float = Field(
        gt=0.0, le=5000.0, description="Parcels a van brings to doors in a day; sizes the couriers' fleets"
    )

    @model_validator(mode="after")
    def _check_parts(self) -> ParcelParams:
        check_month_factor(self.month_factor)
        if min(self.courier_shares) <= 0.0 or abs(sum(self.courier_shares) - 1.0) > 1e-6:
            raise ValueError(f"courier_shares must be above 0 and add up to 1, found {list(self.courier_shares)}")
        return self

    @property
    def is_modelled(self) -> bool:
        """Whether there are any parcels."""
        return self.by_van_share > 0.0 and self.per_resident_day > 0.0

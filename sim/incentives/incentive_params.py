"""
Incentives of the city for clean delivery vans: what is paid, for which vehicle types, on which condition.

The advantage of being let in where others are not is no incentive of its own: it comes from the access rules.
"""

from __future__ import annotations

import itertools
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, model_validator

Payment = Annotated[float, Field(ge=0.0, le=1_000_000.0)]


class OperatingTier(BaseModel, frozen=True, extra="forbid"):
    """A distance and what is paid a month from there on."""

    from_km_per_month: float = Field(ge=0.0, le=50_000.0, description="Least distance of the van a month [km]")
    cny_per_month: Payment = Field(description="Paid a van and month [CNY]")


class OperatingSubsidyParams(BaseModel, frozen=True, extra="forbid"):
    """A payment a month for vans that are used enough; the highest threshold that is reached counts."""

    vehicle_types: tuple[str, ...] = Field(description="Vehicle types it is paid for")
    tiers: tuple[OperatingTier, ...] = Field(description="Thresholds and payments; empty: none is paid")

    @property
    def is_paid(self) -> bool:
        """Whether anybody can get it."""
        return bool(self.vehicle_types) and any(tier.cny_per_month > 0.0 for tier in self.tiers)

    @model_validator(mode="after")
    def _tiers_rise(self) -> Self:
        pairs = [(tier.from_km_per_month, tier.cny_per_month) for tier in self.tiers]
        faults = []
        for (km, cny), (next_km, next_cny) in itertools.pairwise(pairs):
            if next_km <= km:
                faults.append(f"thresholds must rise, found {km:g} km and then {next_km:g} km")
            if next_cny < cny:
                faults.append(f"payments must not fall with distance, found {cny:g} CNY and then {next_cny:g} CNY")
        if faults:
            raise ValueError("; ".join(faults))
        return self


class ScrappageParams(BaseModel, frozen=True, extra="forbid"):
    """A payment for giving up an old vehicle, to those who buy one of the types named in its place."""

    vehicle_types: tuple[str, ...] = Field(description="Vehicle types that are given up: fuel vans, tricycles")
    replaced_by: tuple[str, ...] = Field(description="Vehicle types of which one must be bought in its place")
    min_age_years: int = Field(ge=0, le=40, description="Least age of the vehicle [years]")
    cny_per_van: Payment = Field(description="Paid a vehicle [CNY]; 0: none")

    @property
    def is_paid(self) -> bool:
        """Whether anybody can get it."""
        return bool(self.vehicle_types) and bool(self.replaced_by) and self.cny_per_van > 0.0


class IncentiveParams(BaseModel, frozen=True, extra="forbid"):
    """What the city pays to operators of clean vans."""

    purchase_subsidy_cny: dict[str, Payment] = Field(
        description="Paid once for a new van of each vehicle type [CNY]; types left out get none"
    )
    operating_subsidy: OperatingSubsidyParams = Field(description="Paid by the month, by distance")
    public_tariff_discount: float = Field(
        ge=0.0, le=1.0, description="Share of the price at public chargers that the city pays [-]"
    )
    scrappage: ScrappageParams = Field(description="Paid for old vehicles that are given up")

    def purchase_subsidy_of(self, vehicle_type: str) -> float:
        """Paid once for a new van of a type [CNY]."""
        return self.purchase_subsidy_cny.get(vehicle_type, 0.0)

    def named_types(self) -> dict[str, tuple[str, ...]]:
        """Vehicle types that each key pays for, to be checked against those there are."""
        operating = self.operating_subsidy.vehicle_types if self.operating_subsidy.is_paid else ()
        scrapped = (self.scrappage.vehicle_types, self.scrappage.replaced_by) if self.scrappage.is_paid else ((), ())
        return {
            "purchase_subsidy_cny": tuple(name for name, paid in self.purchase_subsidy_cny.items() if paid > 0.0),
            "operating_subsidy.vehicle_types": operating,
            "scrappage.vehicle_types": scrapped[0],
            "scrappage.replaced_by": scrapped[1],
        }

    @property
    def has_purchase_subsidy(self) -> bool:
        """Whether anything is paid for new vans."""
        return any(paid > 0.0 for paid in self.purchase_subsidy_cny.values())

    @property
    def acts_on_a_day(self) -> bool:
        """Whether anything of it shows in the cost of a single day; scrappage does not."""
        return self.has_purchase_subsidy or self.operating_subsidy.is_paid or self.public_tariff_discount > 0.0

    def content(self) -> dict[str, Any]:
        """What the results of a day depend on: nothing where nothing is paid."""
        return self.model_dump(mode="json", exclude={"scrappage"}) if self.acts_on_a_day else {}

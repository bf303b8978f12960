"""
How fleets respond to cost: prices of vans, how sharply buyers look at cost, when vans are replaced, how it is solved.
"""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, Field, model_validator

from sim.incentives.ownership_cost import VehicleOwnershipParams


class AgeShare(BaseModel, frozen=True, extra="forbid"):
    """Vans of one age in the base year."""

    years: int = Field(ge=0, le=40, description="Age at the end of the base year, in full years [years]")
    share: float = Field(ge=0.0, le=1.0, description="Share of the vans of each type that have it [-]")


class ChoiceParams(BaseModel, frozen=True, extra="forbid"):
    """How buyers choose among vehicle types."""

    scale_cny_per_year: float = Field(
        gt=0.0, le=1e6, description="Difference of yearly cost by which the odds of two types change e-fold [CNY/year]"
    )
    base_purchase_shares: dict[str, float] | None = Field(
        description="Share of each type in what is bought in the base year [-]; null: as in each carrier's fleet"
    )

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        shares = self.base_purchase_shares
        if shares is None:
            return self
        faults = [f"{name} has a share below 0, found {share:g}" for name, share in shares.items() if share < 0.0]
        if abs(sum(shares.values()) - 1.0) > 1e-6:
            faults.append(f"shares in base_purchase_shares must add up to 1, found {sum(shares.values()):g}")
        if faults:
            raise ValueError("; ".join(faults))
        return self


class TurnoverParams(BaseModel, frozen=True, extra="forbid"):
    """How old vans are, and when they are replaced."""

    ages: tuple[AgeShare, ...] = Field(min_length=1, description="Ages of the vans at the end of the base year")
    replaced_at_years: int = Field(ge=1, le=40, description="Age at which a van is replaced [years]")

    @model_validator(mode="after")
    def _ages_are_a_partition(self) -> Self:
        faults = []
        years = [age.years for age in self.ages]
        if len(set(years)) < len(years):
            faults.append(f"each age stands once in ages, found {years}")
        if any(age >= self.replaced_at_years for age in years):
            faults.append(f"ages must lie below replaced_at_years={self.replaced_at_years}, found {max(years)}")
        total = sum(age.share for age in self.ages)
        if abs(total - 1.0) > 1e-6:
            faults.append(f"shares in ages must add up to 1, found {total:g}")
        if faults:
            raise ValueError("; ".join(faults))
        return self


class IterationParams(BaseModel, frozen=True, extra="forbid"):
    """How the fixed point of fleet and simulated day is found."""

    damping: float = Field(gt=0.0, le=1.0, description="Part of the way to the fleets chosen that each round goes [-]")
    tolerance: float = Field(
        gt=0.0, le=1.0, description="Largest change of a share of a fleet at which a year is settled [-]"
    )
    max_rounds: int = Field(ge=1, le=1000, description="Most rounds a year; more are not made, and that is said")


class FleetResponseParams(BaseModel, frozen=True, extra="forbid"):
    """Cost of ownership, choice, turnover and iteration."""

    first_year: int = Field(ge=2000, le=2100, description="Base year, in which fleets are as configured")
    last_year: int = Field(ge=2000, le=2100, description="Last year that is followed")
    working_days_per_year: float = Field(gt=0.0, le=366.0, description="Days on which vans work [1/year]")
    interest: float = Field(ge=0.0, le=1.0, description="Interest of carriers a year [-]")
    vehicles: dict[str, VehicleOwnershipParams] = Field(description="Price, life and insurance by vehicle type")
    choice: ChoiceParams = Field(description="How buyers choose")
    turnover: TurnoverParams = Field(description="Ages and replacement")
    iteration: IterationParams = Field(description="How the fixed point is found")

    @model_validator(mode="after")
    def _years_run_forward(self) -> Self:
        if self.last_year < self.first_year:
            raise ValueError(f"last_year must not lie before first_year, found {self.first_year} to {self.last_year}")
        return self

"""Who a rule is for: vehicles by class, powertrain, emission standard, gross weight, permit and credit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, Field, model_validator

from sim.contracts import AccessClass, Powertrain

T = TypeVar("T")

NOMINAL_GROSS_KG: dict[AccessClass, float] = {"tricycle": 600.0, "light": 4500.0, "medium": 12_000.0, "heavy": 25_000.0}
"""Gross weight of a vehicle that states none [kg]: the most of its class in Chinese rules. Assumption for tricycles."""

BEST_STANDARD = 99
"""Emission standard of vehicles without exhaust: better than any."""


def some(values: tuple[T, ...]) -> tuple[T, ...]:
    """The values, of which there has to be one at least."""
    if not values:
        raise ValueError("expected at least one, found none")
    return values


@dataclass(frozen=True, slots=True)
class VehicleTraits:
    """
    What rules may ask of a vehicle besides class and powertrain.

    Parameters
    ----------
    emission_standard
        National standard, 1 to 6 [-]; vehicles without exhaust meet any.
    gross_kg
        Largest weight with load [kg]; None: the most of its class.
    permits
        Permits that it holds.
    credit_level
        Level of its carrier's credit [-]; None: not rated, which no rule about credit is for.
    """

    emission_standard: int = 6
    gross_kg: float | None = None
    permits: frozenset[str] = frozenset()
    credit_level: int | None = None


PLAIN = VehicleTraits()
"""A vehicle of the newest standard and the weight of its class, without permits or credit."""


class VehiclesParams(BaseModel, frozen=True, extra="forbid"):
    """Vehicles; what is left out does not matter, what is named must hold together."""

    access_class: Annotated[tuple[AccessClass, ...], AfterValidator(some)] | None = Field(
        None, description="Classes; light is up to 4.5 t. Left out: any"
    )
    powertrain: Annotated[tuple[Powertrain, ...], AfterValidator(some)] | None = Field(
        None, description="Powertrains. Left out: any"
    )
    emission_standard_min: int | None = Field(
        None, ge=1, le=6, description="Only vehicles of this national emission standard or a better one (1 to 6) [-]"
    )
    emission_standard_max: int | None = Field(
        None, ge=1, le=6, description="Only vehicles of this national emission standard or a worse one (1 to 6) [-]"
    )
    gross_above_kg: float | None = Field(None, ge=0.0, description="Only vehicles whose gross weight is above [kg]")
    gross_up_to_kg: float | None = Field(None, gt=0.0, description="Only vehicles whose gross weight is at most [kg]")
    permit: Annotated[tuple[str, ...], AfterValidator(some)] | None = Field(
        None, description="Only vehicles that hold one of these permits"
    )
    credit_level_min: int | None = Field(None, ge=0, le=10, description="Only carriers of this credit level or more")
    credit_level_max: int | None = Field(None, ge=0, le=10, description="Only carriers of this credit level or less")

    @model_validator(mode="after")
    def _check_ranges(self) -> VehiclesParams:
        for low, high, name in (
            (self.emission_standard_min, self.emission_standard_max, "emission_standard_min and _max"),
            (self.credit_level_min, self.credit_level_max, "credit_level_min and _max"),
            (self.gross_above_kg, self.gross_up_to_kg, "gross_above_kg and gross_up_to_kg"),
        ):
            if low is not None and high is not None and low > high:
                raise ValueError(f"{name}: expected a range, found {low:g} to {high:g}, which no vehicle meets")
        return self

    @property
    def is_anybody(self) -> bool:
        """Whether nothing is asked, so that every vehicle is one of these."""
        return not self.model_dump(exclude_none=True)

    def includes(self, access_class: AccessClass, powertrain: Powertrain, traits: VehicleTraits = PLAIN) -> bool:
        """Whether a vehicle is one of these."""
        standard = BEST_STANDARD if powertrain in ("bev", "human") else traits.emission_standard
        gross_kg = NOMINAL_GROSS_KG[access_class] if traits.gross_kg is None else traits.gross_kg
        return (
            (self.access_class is None or access_class in self.access_class)
            and (self.powertrain is None or powertrain in self.powertrain)
            and (self.emission_standard_min is None or standard >= self.emission_standard_min)
            and (self.emission_standard_max is None or standard <= self.emission_standard_max)
            and (self.gross_above_kg is None or gross_kg > self.gross_above_kg)
            and (self.gross_up_to_kg is None or gross_kg <= self.gross_up_to_kg)
            and (self.permit is None or not traits.permits.isdisjoint(self.permit))
            and _is_between(traits.credit_level, self.credit_level_min, self.credit_level_max)
        )


def _is_between(value: int | None, low: int | None, high: int | None) -> bool:
    """Whether a value lies in a range; one that is not known lies in no bounded range."""
    if low is None and high is None:
        return True
    return value is not None and (low is None or value >= low) and (high is None or value <= high)

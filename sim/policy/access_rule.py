"""
Access rules: which vehicles may not enter which zones at which hours.

Rules add up: a vehicle may enter a link when no rule denies it. An exemption belongs to the rule that states it and
wins over that rule's ban; it opens nothing that another rule closes.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, Field, model_validator

from sim.contracts import AccessClass, Powertrain
from sim.policy.time_window import ClockWindow, read_weekdays, read_window
from sim.units import Weekday

T = TypeVar("T")


def _some(values: tuple[T, ...]) -> tuple[T, ...]:
    if not values:
        raise ValueError("expected at least one, found none")
    return values


def _checked_window(text: str) -> str:
    read_window(text)
    return text


def _checked_weekday(text: str) -> str:
    read_weekdays([text])
    return text


class WhereParams(BaseModel, frozen=True, extra="forbid"):
    """Zones of the road network; a rule holds on every link whose geometry meets one of them."""

    zone_roles: tuple[str, ...] = Field((), description="Roles such as `centre`: all zones that have one of them")
    zone_ids: tuple[str, ...] = Field((), description="Single zones by name")

    @model_validator(mode="after")
    def _check_some(self) -> WhereParams:
        if not self.zone_roles and not self.zone_ids:
            raise ValueError("expected zone_roles or zone_ids with at least one zone, found none")
        return self


class VehiclesParams(BaseModel, frozen=True, extra="forbid"):
    """Vehicles by class and powertrain; what is left out does not matter, what is named must hold together."""

    access_class: Annotated[tuple[AccessClass, ...], AfterValidator(_some)] | None = Field(
        None, description="Classes; light is up to 4.5 t. Left out: any"
    )
    powertrain: Annotated[tuple[Powertrain, ...], AfterValidator(_some)] | None = Field(
        None, description="Powertrains. Left out: any"
    )

    def includes(self, access_class: AccessClass, powertrain: Powertrain) -> bool:
        """Whether a vehicle is one of these."""
        return (self.access_class is None or access_class in self.access_class) and (
            self.powertrain is None or powertrain in self.powertrain
        )


class WhenParams(BaseModel, frozen=True, extra="forbid"):
    """Hours on days of the week; a window belongs to the day on which it begins."""

    weekdays: Annotated[tuple[Annotated[str, AfterValidator(_checked_weekday)], ...], AfterValidator(_some)] = Field(
        description="Days mo tu we th fr sa su, or ranges such as mo-fr"
    )
    windows: Annotated[tuple[Annotated[str, AfterValidator(_checked_window)], ...], AfterValidator(_some)] = Field(
        description="Clock windows HH:MM-HH:MM, the end not included; 23:00-06:00 ends next morning"
    )

    def days(self) -> tuple[Weekday, ...]:
        """Days of the week on which windows begin."""
        return read_weekdays(self.weekdays)

    def clock_windows(self) -> tuple[ClockWindow, ...]:
        """The windows [s from midnight]."""
        return tuple(read_window(text) for text in self.windows)


class AccessRuleParams(BaseModel, frozen=True, extra="forbid"):
    """One rule: where, who, when, and who is exempt."""

    effect: Literal["deny"] = Field(description="deny: entering a link of the zone is forbidden; inside one may stay")
    where: WhereParams = Field(description="Zones in which the rule holds")
    who: VehiclesParams = Field(description="Vehicles to which it applies")
    exempt: VehiclesParams | None = Field(None, description="Vehicles that it spares; null or left out: none")
    when: WhenParams = Field(description="Hours in which it holds")

    @model_validator(mode="after")
    def _check_exemption(self) -> AccessRuleParams:
        if self.exempt is not None and self.exempt.access_class is None and self.exempt.powertrain is None:
            raise ValueError("exempt: expected access_class or powertrain, found neither (null exempts nobody)")
        return self

    def applies_to(self, access_class: AccessClass, powertrain: Powertrain) -> bool:
        """Whether a vehicle falls under the rule: named by it and not exempt."""
        if self.exempt is not None and self.exempt.includes(access_class, powertrain):
            return False
        return self.who.includes(access_class, powertrain)


class PolicyParams(BaseModel, frozen=True, extra="forbid"):
    """The rules of a scenario, each under its name."""

    rules: dict[str, AccessRuleParams] = Field(description="Access rules by rule_id")

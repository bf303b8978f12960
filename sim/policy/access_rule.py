"""
Access rules: which vehicles may do what, where and when.

How rules come together, whatever their order in the file:

1. A rule is for the vehicles of `who`; its own `exempt` wins over that.
2. `deny` rules add up: what one closes is closed.
3. `allow` opens what `deny` rules close, for its vehicles, in its hours: exemptions win.
4. Charges add up. Of several limits of speed or of stay the lowest holds.

Where the city is closed, no charge opens it.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, Field, model_validator

from sim.contracts import AccessClass, Powertrain
from sim.policy.season import Season, read_season
from sim.policy.time_window import ClockWindow, read_weekdays, read_window
from sim.policy.vehicles import PLAIN, VehiclesParams, VehicleTraits, some
from sim.units import Weekday

Effect = Literal["deny", "allow", "charge", "speed_limit", "stay_limit"]
EFFECTS: tuple[Effect, ...] = get_args(Effect)
"""What a rule may do."""


def _checked_window(text: str) -> str:
    read_window(text)
    return text


def _checked_weekday(text: str) -> str:
    read_weekdays([text])
    return text


def _checked_season(text: str) -> str:
    read_season(text)
    return text


class WhereParams(BaseModel, frozen=True, extra="forbid"):
    """Links of the road network: those that meet one of the zones, and those named, as far as of the road classes."""

    zone_roles: tuple[str, ...] = Field((), description="Roles such as `centre`: all zones that have one of them")
    zone_ids: tuple[str, ...] = Field((), description="Single zones by name")
    link_ids: tuple[int, ...] = Field((), description="Single links by link_id, besides those of the zones")
    road_classes: tuple[str, ...] = Field(
        (), description="Only links of these classes; alone: all such links of the network. Left out: any class"
    )

    @model_validator(mode="after")
    def _check_some(self) -> WhereParams:
        if not (self.zone_roles or self.zone_ids or self.link_ids or self.road_classes):
            raise ValueError(
                "expected zone_roles, zone_ids, link_ids or road_classes with at least one zone, found none"
            )
        return self


class WhenParams(BaseModel, frozen=True, extra="forbid"):
    """Hours on days of the week and of the year; a window belongs to the day on which it begins."""

    weekdays: Annotated[tuple[Annotated[str, AfterValidator(_checked_weekday)], ...], AfterValidator(some)] = Field(
        description="Days mo tu we th fr sa su, or ranges such as mo-fr"
    )
    windows: Annotated[tuple[Annotated[str, AfterValidator(_checked_window)], ...], AfterValidator(some)] = Field(
        description="Clock windows HH:MM-HH:MM, the end not included; 23:00-06:00 ends next morning"
    )
    seasons: tuple[Annotated[str, AfterValidator(_checked_season)], ...] = Field(
        (),
        description="Parts of the year MM-DD..MM-DD or spans YYYY-MM-DD..YYYY-MM-DD, both days included; "
        "a single day without the dots. Left out: all year",
    )

    def days(self) -> tuple[Weekday, ...]:
        """Days of the week on which windows begin."""
        return read_weekdays(self.weekdays)

    def clock_windows(self) -> tuple[ClockWindow, ...]:
        """The windows [s from midnight]."""
        return tuple(read_window(text) for text in self.windows)

    def days_of_year(self) -> tuple[Season, ...]:
        """Parts of the year; none: all of it."""
        return tuple(read_season(text) for text in self.seasons)


class ChargeParams(BaseModel, frozen=True, extra="forbid"):
    """A charge: a price, what it is for, and the most that a van pays."""

    by: Literal["entry", "km", "hour"] = Field(
        description="entry: for each link driven into a zone from outside; km, hour: distance and time on the links"
    )
    cny: float = Field(ge=0.0, le=1e5, description="Price of one entry [CNY], kilometre [CNY/km] or hour [CNY/h]")
    most_cny_per_day: float | None = Field(
        None, gt=0.0, le=1e6, description="Most that a van pays by this rule in a run [CNY]; null: no limit"
    )


class AccessRuleParams(BaseModel, frozen=True, extra="forbid"):
    """One rule: where, who, when, what, and who is exempt."""

    effect: Effect = Field(
        description="deny: entering a link is forbidden, inside one may stay; allow: opens what deny rules close; "
        "charge: driving costs; speed_limit: not faster; stay_limit: not standing longer"
    )
    where: WhereParams = Field(description="Streets on which the rule holds")
    who: VehiclesParams = Field(description="Vehicles to which it applies")
    exempt: VehiclesParams | None = Field(None, description="Vehicles that it spares; null or left out: none")
    when: WhenParams = Field(description="Hours in which it holds")
    charge: ChargeParams | None = Field(None, description="The charge, for effect charge")
    speed_kph: float | None = Field(None, ge=5.0, le=130.0, description="The limit [km/h], for effect speed_limit")
    stay_min: float | None = Field(
        None, ge=1.0, le=1440.0, description="Longest stand at the kerb [min], for effect stay_limit"
    )

    @model_validator(mode="after")
    def _check_exemption(self) -> Self:
        if self.exempt is not None and self.exempt.is_anybody:
            raise ValueError("exempt: expected access_class or powertrain, found neither (null exempts nobody)")
        return self

    @model_validator(mode="after")
    def _check_effect(self) -> Self:
        for name, effect in (("charge", "charge"), ("speed_kph", "speed_limit"), ("stay_min", "stay_limit")):
            is_given = getattr(self, name) is not None
            if is_given and self.effect != effect:
                raise ValueError(f"{name} belongs to effect {effect}, found effect {self.effect}")
            if not is_given and self.effect == effect:
                raise ValueError(f"effect {effect} needs {name}, found none")
        if self.charge is not None and self.charge.by == "entry" and not (self.where.zone_roles or self.where.zone_ids):
            raise ValueError("a charge by entry needs zone_roles or zone_ids in where, found none")
        return self

    @property
    def asks_for_credit(self) -> bool:
        """Whether the credit of a carrier decides whom it is for."""
        return any(
            vehicles is not None and not (vehicles.credit_level_min is None and vehicles.credit_level_max is None)
            for vehicles in (self.who, self.exempt)
        )

    def applies_to(self, access_class: AccessClass, powertrain: Powertrain, traits: VehicleTraits = PLAIN) -> bool:
        """Whether a vehicle falls under the rule: named by it and not exempt."""
        if self.exempt is not None and self.exempt.includes(access_class, powertrain, traits):
            return False
        return self.who.includes(access_class, powertrain, traits)


class PermitParams(BaseModel, frozen=True, extra="forbid"):
    """A permit that the city gives to vans of each carrier, up to a quota."""

    vans_per_carrier: int | None = Field(None, ge=0, le=100_000, description="Most vans of a carrier; null: no limit")
    share_of_vans: float = Field(
        1.0, ge=0.0, le=1.0, description="Share of a carrier's vans, to the nearest van, halves up [-]"
    )
    who: VehiclesParams = Field(default_factory=VehiclesParams, description="Vehicles that may get it")


class PolicyParams(BaseModel, frozen=True, extra="forbid"):
    """The rules of a scenario, each under its name."""

    rules: dict[str, AccessRuleParams] = Field(description="Access rules by rule_id")
    permits: dict[str, PermitParams] = Field(default_factory=dict, description="Permits by name")

    @model_validator(mode="after")
    def _permits_are_known(self) -> Self:
        faults = [
            f"rules.{rule_id}.{part}.permit: found {name!r}, expected a name of policy.permits: "
            f"{', '.join(sorted(self.permits)) or 'there is none'}"
            for rule_id, rule in self.rules.items()
            for part, vehicles in (("who", rule.who), ("exempt", rule.exempt))
            for name in (() if vehicles is None or vehicles.permit is None else vehicles.permit)
            if name not in self.permits
        ]
        if faults:
            raise ValueError("; ".join(faults))
        return self

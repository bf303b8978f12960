"""
The whole of a run's configuration: the parameters of every room under one root.
"""

from __future__ import annotations

import datetime
from typing import Any, Self

from pydantic import BaseModel, Field, model_validator

from sim.agents import ServiceParams
from sim.agents.closed_zone import ClosedZoneParams
from sim.demand import CarTripsParams, DemandParams
from sim.demand.background_traffic import BackgroundParams
from sim.energy import EnergyParams
from sim.facilities import BerthParams, ChargingParams, StationParams
from sim.incentives import FleetResponseParams, IncentiveParams
from sim.measures import CostParams
from sim.planning import FleetParams, JointParams, PlanningParams, SharingParams
from sim.policy import PolicyParams
from sim.policy.belief import BeliefParams
from sim.policy.credit import CreditParams
from sim.policy.enforcement import EnforcementParams
from sim.traffic import DayAssignmentParams, ReplanParams, TrafficParams
from sim.units import WEEKDAYS, Weekday

_PART_OF_A_DAY = {"working_days_per_year", "interest", "vehicles"}
"""What of `fleet_response` the subsidies of a single day depend on."""


class NetworkParams(BaseModel, frozen=True, extra="forbid"):
    """The road network."""

    name: str = Field(min_length=1, description="Name of a folder under networks/, or a path to such a folder")
    car_trips_per_day: float | None = Field(
        ge=0.0, le=5e7, description="Car trips a day, read by traffic=cars; null: from the load of the main roads"
    )
    residents: float | None = Field(
        ge=0.0, le=1e8, description="People who live in its area; null: from the length of its streets"
    )
    zones_file: str | None = Field(
        None,
        min_length=1,
        description="GeoJSON of zones besides those of the network (zone_id, role, name; polygons in WGS84); "
        "a zone_id of the network takes that zone's place",
    )


class TrafficSettings(TrafficParams, CarTripsParams, ReplanParams, frozen=True, extra="forbid"):
    """The engine, and the cars that the vans share the streets with."""

    sample: float = Field(
        gt=0.0, le=1.0, description="Share of the cars that is simulated; lanes and capacities go with it [-]"
    )
    background: BackgroundParams | None = Field(description="Car trips of the day; null: no cars")
    assignment: DayAssignmentParams | None = Field(description="How cars find their routes; null: no cars")

    @model_validator(mode="after")
    def _cars_are_whole(self) -> Self:
        has_cars = self.background is not None
        if has_cars != (self.assignment is not None):
            raise ValueError("background and assignment are given together, or are both null")
        if has_cars and self.engine != "queue":
            raise ValueError(f"cars need the engine queue, found {self.engine}")
        if not has_cars and self.trips_from != "gravity":
            raise ValueError(f"trips_from={self.trips_from} needs cars, as with traffic=cars; found none")
        if not has_cars and self.replan_share > 0.0:
            raise ValueError(f"replan_share needs cars, as with traffic=cars; found {self.replan_share:g} and no cars")
        return self


class BehaviourParams(BeliefParams, ClosedZoneParams, frozen=True, extra="forbid"):
    """What carriers and drivers know of the access rules, and what they do where a street is closed."""


class ScenarioNames(BaseModel, frozen=True, extra="forbid"):
    """Scenarios that were added up; a label, not part of the content."""

    names: tuple[str, ...] = Field(description="Names from left to right")


class PathParams(BaseModel, frozen=True, extra="forbid"):
    """Where files go; not part of the content."""

    run_dir: str | None = Field(description="Folder of this run; null: results_dir/runs/<run_id>")
    results_dir: str = Field(min_length=1, description="Folder of all results")
    cache_dir: str | None = Field(description="Folder of plans kept for later runs; null: none")


class RunParams(BaseModel, frozen=True, extra="forbid"):
    """How the run is carried out; not part of the content."""

    workers: int = Field(ge=0, le=1024, description="Processes that plan tours; 0: one a core")
    figures: bool = Field(description="Whether figures are drawn")


class Scenario(BaseModel, frozen=True, extra="forbid"):
    """Everything that decides what a run computes."""

    network: NetworkParams
    demand: DemandParams
    fleet: FleetParams
    policy: PolicyParams
    behaviour: BehaviourParams
    enforcement: EnforcementParams
    credit: CreditParams
    joint: JointParams
    sharing: SharingParams
    stations: StationParams
    berths: BerthParams
    charging: ChargingParams
    traffic: TrafficSettings
    energy: EnergyParams
    service: ServiceParams
    planning: PlanningParams
    cost: CostParams
    incentives: IncentiveParams
    fleet_response: FleetResponseParams
    seed: int = Field(ge=0, le=2**63 - 1, description="Root of every random draw")
    weekday: Weekday = Field(description="Day of the week")
    date: str | None = Field(
        default=None, description="Date of day 1, YYYY-MM-DD, for rules with seasons; null: rules hold all year"
    )
    horizon_h: float = Field(gt=0.0, le=48.0, description="Length of the simulated time [h]")
    days: int = Field(ge=1, le=366, description="Days simulated one after the other; each starts as the last has ended")
    retry_days: int = Field(
        ge=0, le=30, description="Further days on which an order that was not delivered is tried again [-]"
    )
    scenario: ScenarioNames
    paths: PathParams
    run: RunParams

    @model_validator(mode="after")
    def _joint_vehicles_are_known(self) -> Self:
        unknown = sorted({*self.joint.mix, self.joint.truck_type} - set(self.fleet.vehicle_types))
        quiet = self.fleet.vehicle_types.get(self.joint.night_vehicle_type)
        if self.joint.has_night and (quiet is None or not quiet.is_quiet):
            raise ValueError(
                "joint.night_vehicle_type must be a vehicle type with is_quiet, "
                f"found {self.joint.night_vehicle_type!r}"
            )
        if unknown:
            raise ValueError(
                f"joint.mix and joint.truck_type name unknown vehicle types {unknown}; "
                f"known: {sorted(self.fleet.vehicle_types)}"
            )
        return self

    @model_validator(mode="after")
    def _incentives_name_known_types(self) -> Self:
        known = self.fleet.vehicle_types
        faults = [
            f"incentives.{key} names unknown vehicle types {unknown}"
            for key, names in self.incentives.named_types().items()
            if (unknown := sorted(set(names) - set(known)))
        ]
        subsidised = set(self.incentives.named_types()["purchase_subsidy_cny"])
        without_price = sorted((subsidised & set(known)) - set(self.fleet_response.vehicles))
        if without_price:
            faults.append(f"fleet_response.vehicles has no entry for {without_price}, which get a purchase subsidy")
        if faults:
            raise ValueError(f"{'; '.join(faults)}; known: {sorted(known)}")
        return self

    @model_validator(mode="after")
    def _date_falls_on_the_weekday(self) -> Self:
        if self.date is not None:
            try:
                found = WEEKDAYS[datetime.date.fromisoformat(self.date).weekday()]
            except ValueError:
                raise ValueError(f"date: expected YYYY-MM-DD or null, found {self.date!r}") from None
            if found != self.weekday:
                raise ValueError(f"date {self.date} is a {found}, found weekday {self.weekday}; set weekday={found}")
        seasonal = [rule_id for rule_id, rule in self.policy.rules.items() if rule.when.seasons]
        if seasonal and self.date is None:
            raise ValueError(f"rules {seasonal} hold in seasons, found no date; set date=YYYY-MM-DD")
        return self

    @property
    def day_1(self) -> datetime.date | None:
        """Date of day 1, where it has one."""
        return None if self.date is None else datetime.date.fromisoformat(self.date)

    def content(self) -> dict[str, Any]:
        """The configuration without labels, paths and manner of running: what results depend on."""
        left_out = {"scenario", "paths", "run", "incentives", "fleet_response"}
        dump = self.model_dump(mode="json", by_alias=True, exclude=left_out)
        if not self.fleet.mix_by_carrier:
            del dump["fleet"]["mix_by_carrier"]
        if self.network.zones_file is None:
            del dump["network"]["zones_file"]
        if self.berths.added_file is None:
            del dump["berths"]["added_file"]
        for rule in dump["policy"]["rules"].values():
            if rule["stay_min"] is None:
                del rule["stay_min"]
        if self.incentives.acts_on_a_day:
            dump["incentives"] = self.incentives.content()
            dump["fleet_response"] = self.fleet_response.model_dump(mode="json", include=_PART_OF_A_DAY)
        return dump | {"joint": self.joint.content(), "sharing": self.sharing.content()}

"""
What agents may ask of the city they live in; the model answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel, Field

from sim.agents.berth import Berth
from sim.agents.centre import ReleasedGoods
from sim.agents.charger import ChargerSite
from sim.agents.closed_zone import ClosedZoneParams
from sim.agents.shop import Shop
from sim.clock import EventClock
from sim.contracts import IntArray, LinkArray, LinkClosures, TrafficEngine, TravelTimes
from sim.events import Event
from sim.facilities.charging_site import ChargingParams
from sim.facilities.loading_berth import BerthParams
from sim.network import RoadNetwork
from sim.planning import SiteMap, TourReplanner
from sim.policy.charge import VehicleCharges
from sim.policy.enforcement import Enforcement
from sim.policy.stay_limit import StayEnds
from sim.random_streams import KeyedStream


class ServiceParams(BaseModel, frozen=True, extra="forbid"):
    """What happens at a shop's door."""

    grace_min: float = Field(ge=0.0, le=600.0, description="Time after its window until which a shop takes goods [min]")
    failed_attempt_share: float = Field(
        ge=0.0, le=1.0, description="Share of orders not accepted at the first attempt [-]"
    )
    goods_wait_min: float = Field(
        ge=0.0,
        le=1440.0,
        description="Time after its planned departure for which a van waits for goods that are not at its depot yet "
        "[min]; it then leaves without them",
    )
    retries: int = Field(ge=0, le=10, description="Further attempts with an order on the same tour [-]")
    retry_after_min: float = Field(
        ge=0.0, le=600.0, description="Time after which a driver tries again, at least [min]"
    )


@dataclass(frozen=True, slots=True)
class OrderBook:
    """
    What drivers know of the orders on board, one entry an order.

    Parameters
    ----------
    order_id
        Number in the tables.
    weight_kg, volume_m3
        Load [kg], [m3].
    earliest_s, latest_s
        Window of the start of unloading [s].
    service_s, expected_service_s
        Time that unloading will take, and that drivers reckon with [s].
    """

    order_id: list[int]
    weight_kg: list[float]
    volume_m3: list[float]
    earliest_s: list[float]
    latest_s: list[float]
    service_s: list[float]
    expected_service_s: list[float]


@dataclass(frozen=True, slots=True)
class Luck:
    """Draws of decisions that the drivers meet, keyed so that scenarios stay paired."""

    failed_attempt: KeyedStream
    parking_choice: KeyedStream
    kerb_fine: KeyedStream
    depot_charger: KeyedStream
    morning_soc: KeyedStream
    violator: KeyedStream
    misunderstanding: KeyedStream


class City(Protocol):
    """Clock, streets, places and news; agents of all kinds share it."""

    clock: EventClock
    engine: TrafficEngine
    network: RoadNetwork
    believed_times: TravelTimes
    orders: OrderBook
    shops: Sequence[Shop]
    berths: Sequence[Berth]
    charging_sites: Sequence[ChargerSite]
    site_map: SiteMap
    berth_params: BerthParams
    charging_params: ChargingParams
    service_params: ServiceParams
    released_goods: ReleasedGoods
    replanner: TourReplanner
    luck: Luck
    behaviour: ClosedZoneParams
    enforcement: Enforcement

    def announce(self, event: Event) -> None:
        """Tell the measures a fact."""
        ...

    def next_stop_id(self) -> int:
        """Number for the next stop of the day."""
        ...

    def closures_of(self, vehicle_type: str) -> LinkClosures:
        """When links are closed to a vehicle type."""
        ...

    def believed_closures_of(self, van_id: str, vehicle_type: str) -> LinkClosures:
        """When the driver of a van believes links to be closed to it."""
        ...

    def believed_charges_of(self, van_id: str, vehicle_type: str) -> VehicleCharges:
        """The charges that the driver of a van believes it has to pay."""
        ...

    def believed_times_of(self, vehicle_type: str) -> TravelTimes:
        """Travel times that drivers of a vehicle type reckon with."""
        ...

    def closing_rules(self, vehicle_type: str, link: int, time_us: int) -> Sequence[str]:
        """Names of the rules that close a link to a vehicle type at a time [us]."""
        ...

    def stay_ends(self, vehicle_type: str, link: int, parked_us: int) -> StayEnds | None:
        """By when a vehicle that parks at a link has to drive off; None when it may stay."""
        ...

    def unbound_class(self, vehicle_class: int) -> int:
        """The engine's row of the same vehicles where no link is closed to them."""
        ...

    def note_rules_met(self, carrier_id: str, rules: Sequence[str]) -> None:
        """A carrier has learnt of rules from one of its drivers."""
        ...

    def trip_links(self, trip: int) -> tuple[LinkArray, IntArray, IntArray]:
        """Links of a finished trip with entry and exit times [us]."""
        ...

    def double_park(self, link: int, change: int) -> None:
        """One van more (+1) or less (-1) stands in the second row of a link."""
        ...

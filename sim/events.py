"""
Past facts that agents announce and measures hear: one record type for each result table.

Fields carry the names and units of the result tables; times are seconds from midnight of day 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sim.contracts import IntArray, LinkArray

Parking = Literal["berth", "double", "offstreet"]
StopOutcome = Literal["delivered", "failed", "refused", "partial"]
DockPurpose = Literal["load", "unload"]
OrderStatus = Literal["delivered", "failed", "refused", "on_board", "unplanned"]
TripPurpose = Literal["delivery", "trunk", "charge", "cruise", "home"]
ClosedZoneOption = Literal["wait", "detour", "violate", "park_outside", "skip", "retry"]


@dataclass(frozen=True, slots=True)
class TripEnded:
    """A van has driven from one place to the next."""

    trip_id: int
    van_id: str
    from_stop_id: int | None
    to_stop_id: int | None
    depart_s: float
    arrive_s: float
    distance_m: float
    free_flow_s: float
    energy_kwh: float
    fuel_l: float
    co2_g: float
    nox_g: float
    pm_g: float
    payload_kg: float
    purpose: TripPurpose
    load_m3: float = 0.0


@dataclass(frozen=True, slots=True)
class LinksTraversed:
    """The links of one trip with entry and exit times [us]; arrays of one length."""

    van_id: str
    trip_id: int
    link: LinkArray
    enter_us: IntArray
    exit_us: IntArray


@dataclass(frozen=True, slots=True)
class StopEnded:
    """A van has left a shop, served or not."""

    stop_id: int
    van_id: str
    carrier_id: str
    shop_id: str
    tour_id: str
    planned_arrival_s: float
    arrival_s: float
    parked_s: float
    service_start_s: float
    service_end_s: float
    depart_s: float
    berth_id: str | None
    parking: Parking
    berth_wait_s: float
    weight_kg: float
    volume_m3: float
    orders: int
    outcome: StopOutcome
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class TourEnded:
    """A van is back from a tour, or the day has ended with it on the road."""

    tour_id: str
    van_id: str
    carrier_id: str
    wave: str
    planned_start_s: float
    start_s: float
    end_s: float
    stops: int
    is_home: bool


@dataclass(frozen=True, slots=True)
class OrderClosed:
    """An order has met its fate."""

    order_id: int
    status: OrderStatus
    delivered_s: float | None
    stop_id: int | None
    missed_for: str | None = None


@dataclass(frozen=True, slots=True)
class OrderReturned:
    """An order that was not delivered is back at the depot."""

    order_id: int
    van_id: str
    time_s: float


@dataclass(frozen=True, slots=True)
class ChargingEnded:
    """A van has unplugged."""

    van_id: str
    site_id: str
    connector_id: str
    arrive_s: float
    plug_s: float
    unplug_s: float
    energy_kwh: float
    soc_start: float
    soc_end: float
    cost_cny: float
    purpose: Literal["depot", "public"]


@dataclass(frozen=True, slots=True)
class PowerDrawn:
    """A charging van has drawn electricity from the grid, at constant power or at the mean of a few minutes."""

    van_id: str
    site_id: str
    from_s: float
    until_s: float
    energy_kwh: float


@dataclass(frozen=True, slots=True)
class BerthLeft:
    """A van has left a loading berth."""

    berth_id: str
    link_id: int
    van_id: str
    arrive_s: float
    park_s: float
    leave_s: float
    over_limit_s: float
    booked: bool
    price_cny: float


@dataclass(frozen=True, slots=True)
class DockLeft:
    """A truck has left a dock of a hub or a distribution centre."""

    place_id: str
    dock: int
    transfer_id: str
    van_id: str
    arrive_s: float
    start_s: float
    end_s: float
    booked: bool
    purpose: DockPurpose
    weight_kg: float


@dataclass(frozen=True, slots=True)
class RuleViolated:
    """A van has entered a link that was closed to it."""

    van_id: str
    rule_id: str
    link_id: int
    time_s: float
    detected: bool
    fine_cny: float


@dataclass(frozen=True, slots=True)
class ClosedLinkMet:
    """A van has come to a link that is closed to it, and its driver has chosen what to do."""

    van_id: str
    link_id: int
    time_s: float
    stop_id: int | None
    option: ClosedZoneOption


@dataclass(frozen=True, slots=True)
class LinkBlocked:
    """A double-parked van has stood on a link."""

    link_id: int
    from_s: float
    until_s: float


@dataclass(frozen=True, slots=True)
class VanStranded:
    """A van has run out of energy and ends its day on the road."""

    van_id: str
    link_id: int
    time_s: float


Event = (
    TripEnded
    | LinksTraversed
    | StopEnded
    | TourEnded
    | OrderClosed
    | OrderReturned
    | ChargingEnded
    | PowerDrawn
    | BerthLeft
    | DockLeft
    | RuleViolated
    | ClosedLinkMet
    | LinkBlocked
    | VanStranded
)

Listener = Callable[[Event], None]

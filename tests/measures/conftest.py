"""A day small enough to work out by hand: a diesel van, an electric van and a van that stays at home, three stops."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
import pytest

from sim.events import (
    BerthLeft,
    ChargingEnded,
    Event,
    OrderClosed,
    OrderReturned,
    PowerDrawn,
    RuleViolated,
    StopEnded,
    TripEnded,
)
from sim.measures import CostParams, KpiContext, Recorder, VehicleCost

H, MIN = 3600.0, 60.0


def at(hour: int, minute: int = 0) -> float:
    """Seconds from midnight."""
    return hour * H + minute * MIN


VANS = pd.DataFrame(
    {
        "van_id": ["d1", "d2", "e1"],
        "carrier_id": ["A", "A", "B"],
        "vehicle_type": ["diesel_van", "diesel_van", "electric_van"],
        "powertrain": ["diesel", "diesel", "bev"],
        "access_class": "light",
        "payload_kg": [1000.0, 1000.0, 900.0],
        "volume_m3": [5.0, 5.0, 3.8],
        "battery_kwh": [0.0, 0.0, 45.0],
        "depot_id": "hub-1",
    }
)
ORDERS = pd.DataFrame(
    {
        "order_id": [1, 2, 3, 4, 5],
        "shop_id": ["s1", "s1", "s2", "s3", "s4"],
        "carrier_id": ["A", "A", "B", "B", "A"],
        "weight_kg": [200.0, 100.0, 300.0, 50.0, 10.0],
        "volume_m3": [1.0, 0.5, 1.5, 0.25, 0.05],
        "earliest_s": [at(8), at(8), at(21), at(21), at(8)],
        "latest_s": [at(10), at(9), at(24), at(24), at(10)],
        "joint": [False, False, True, False, False],
        "shipment_distance_m": [5000.0, 5000.0, 4000.0, 6000.0, 7000.0],
    }
)


def trip(
    trip_id: int, van_id: str, depart_s: float, arrive_s: float, km: float, payload_kg: float, **used: float
) -> TripEnded:
    """A trip; 20 seconds lost, goods of 200 kg/m3, nothing consumed unless said."""
    zero = {"energy_kwh": 0.0, "fuel_l": 0.0, "co2_g": 0.0, "nox_g": 0.0, "pm_g": 0.0}
    return TripEnded(
        trip_id=trip_id,
        van_id=van_id,
        from_stop_id=None,
        to_stop_id=None,
        depart_s=depart_s,
        arrive_s=arrive_s,
        distance_m=km * 1000.0,
        free_flow_s=arrive_s - depart_s - 20.0,
        payload_kg=payload_kg,
        load_m3=payload_kg / 200.0,
        purpose="delivery",
        **(zero | used),
    )


def stop(stop_id: int, van_id: str, shop_id: str, times_s: tuple[float, ...], **details: object) -> StopEnded:
    """A stop with arrival, parking, start and end of unloading, and departure."""
    arrival_s, parked_s, start_s, end_s, depart_s = times_s
    return StopEnded(
        stop_id=stop_id,
        van_id=van_id,
        carrier_id="A" if van_id[0] == "d" else "B",
        shop_id=shop_id,
        tour_id="t",
        planned_arrival_s=arrival_s,
        arrival_s=arrival_s,
        parked_s=parked_s,
        service_start_s=start_s,
        service_end_s=end_s,
        depart_s=depart_s,
        **details,  # type: ignore[arg-type]
    )


EVENTS = (
    trip(1, "d1", at(9), at(9, 20), 10, 300, fuel_l=1.2, co2_g=3000, nox_g=4, pm_g=0.3),
    stop(
        1,
        "d1",
        "s1",
        (at(9, 20), at(9, 25), at(9, 30), at(9, 40), at(9, 42)),
        berth_id="b1",
        parking="berth",
        berth_wait_s=300.0,
        weight_kg=300.0,
        volume_m3=1.5,
        orders=2,
        outcome="delivered",
    ),
    BerthLeft("b1", 7, "d1", at(9, 20), at(9, 25), at(9, 42), 0.0, False, 0.0),
    OrderClosed(1, "delivered", at(9, 40), 1),
    OrderClosed(2, "delivered", at(9, 40), 1),
    RuleViolated("d1", "ban", 3, at(9, 50), True, 200.0),
    RuleViolated("d1", "ban", 4, at(9, 51), False, 0.0),
    trip(2, "d1", at(9, 42), at(10), 10, 0, fuel_l=1.0, co2_g=2600, nox_g=3, pm_g=0.2),
    ChargingEnded("e1", "c1", "c1-1", at(20), at(20, 12), at(20, 42), 2.0, 0.50, 0.55, 2.4, "public"),
    ChargingEnded("e1", "c1", "c1-2", at(21), at(21, 4), at(21, 34), 1.0, 0.55, 0.57, 1.2, "public"),
    PowerDrawn("e1", "c1", at(20, 12), at(20, 42), 2.0),
    PowerDrawn("e1", "c1", at(21, 4), at(21, 34), 1.0),
    trip(3, "e1", at(22), at(22, 20), 8, 350, energy_kwh=2.0, pm_g=0.2),
    stop(
        2,
        "e1",
        "s2",
        (at(22, 20), at(22, 20), at(22, 30), at(22, 45), at(22, 50)),
        berth_id=None,
        parking="offstreet",
        berth_wait_s=0.0,
        weight_kg=300.0,
        volume_m3=1.5,
        orders=1,
        outcome="delivered",
    ),
    OrderClosed(3, "delivered", at(22, 45), 2),
    trip(4, "e1", at(22, 50), at(23), 2, 50, energy_kwh=0.5, pm_g=0.05),
    stop(
        3,
        "e1",
        "s3",
        (at(23), at(23, 10), at(23, 10), at(23, 20), at(23, 40)),
        berth_id=None,
        parking="double",
        berth_wait_s=600.0,
        weight_kg=0.0,
        volume_m3=0.0,
        orders=1,
        outcome="failed",
        attempt=2,
    ),
    OrderClosed(4, "failed", None, 3),
    OrderReturned(4, "e1", at(24)),
    trip(5, "e1", at(23, 40), at(24), 10, 50, energy_kwh=2.1, pm_g=0.25),
    ChargingEnded("e1", "depot-B", "depot-e1", at(24), at(24), at(25), 1.0, 0.47, 0.49, 0.4, "depot"),
    PowerDrawn("e1", "depot-B", at(24), at(25), 1.0),
)

CONTEXT = KpiContext(
    cost=CostParams(
        driver_cny_per_h=34.0,
        diesel_cny_per_l=7.3,
        petrol_cny_per_l=7.6,
        later_charging_cny_per_kwh=0.75,
        handling_cny_per_order=2.0,
        failed_order_cny=30.0,
        stranded_van_cny=500.0,
    ),
    vehicle_costs={"diesel_van": VehicleCost(75.0, 0.22), "electric_van": VehicleCost(60.0, 0.12)},
    diesel_mj_per_l=35.8,
    petrol_mj_per_l=32.1,
    grid_factor_kg_per_kwh=0.6776,
    charger_efficiency=0.92,
    public_connectors=2,
    depot_connectors=1,
    berth_spaces=2,
    berth_from_s=at(7),
    berth_until_s=at(19),
    day_from_s=at(5),
    day_until_s=at(23),
    terminal_stations=3,
)


class Day(NamedTuple):
    """What a recorder is told of the day."""

    vans: pd.DataFrame
    orders: pd.DataFrame
    events: tuple[Event, ...]

    def recorder(self, *more: Event) -> Recorder:
        """A recorder that has heard the day, and more."""
        recorder = Recorder()
        recorder.set_vans(self.vans)
        recorder.set_orders(self.orders)
        for event in (*self.events, *more):
            recorder.hear(event)
        return recorder


@pytest.fixture
def day() -> Day:
    """The day as told to a recorder."""
    return Day(VANS, ORDERS, EVENTS)


@pytest.fixture
def recorder(day: Day) -> Recorder:
    """A recorder that has heard the day."""
    return day.recorder()


@pytest.fixture
def tables(recorder: Recorder) -> dict[str, pd.DataFrame]:
    """Result tables of the day."""
    return recorder.tables()


@pytest.fixture
def context() -> KpiContext:
    """Prices and supply of the day."""
    return CONTEXT

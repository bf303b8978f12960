"""
The agents of the day: who is in the city when it begins.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.agents import Berth, Carrier, ChargerSite, ElectricVan, FuelVan, Shop, Van
from sim.agents.van import latest_home_s
from sim.config import Scenario
from sim.contracts import FloatArray
from sim.demand.shops import stable_number
from sim.energy import Battery, charging_curve_of, planning_factor
from sim.facilities import ChargingSite, LoadingBerth, berths_in_reach
from sim.model.deliveries import failed_attempt_shares
from sim.network import RoadNetwork
from sim.network.projection import project
from sim.planning import CarrierSpec, DayPlan, FleetParams, VanTour

if TYPE_CHECKING:
    from sim.model.delivery_model import DeliveryModel


def create_berths(city: DeliveryModel, scenario: Scenario, berths: Sequence[LoadingBerth]) -> list[Berth]:
    """Loading berths with their queues, or their books where slots are booked."""
    params = scenario.berths
    hold_s = params.booking_hold_min * 60.0 if params.booking else None
    return [Berth(city, berth, hold_s=hold_s) for berth in berths]


def create_shops(city: DeliveryModel, scenario: Scenario, shops: pd.DataFrame, berths: Sequence[Berth]) -> list[Shop]:
    """Shops and other receivers with the berths in reach of each."""
    reach = berths_in_reach(
        [berth.spec for berth in berths], _metric_xy(city.network, shops), scenario.berths.search_radius_m
    )
    fails = failed_attempt_shares(shops, scenario)
    rows = zip(shops["shop_id"], shops["link"], shops["has_offstreet"], reach, fails, strict=True)
    return [
        Shop(
            city,
            shop_id=str(shop_id),
            link=int(link),
            has_offstreet=bool(has_offstreet),
            berths=in_reach,
            grace_s=scenario.service.grace_min * 60.0,
            failed_attempt_share=float(share),
        )
        for shop_id, link, has_offstreet, in_reach, share in rows
    ]


def create_charging_sites(city: DeliveryModel, scenario: Scenario, sites: Sequence[ChargingSite]) -> list[ChargerSite]:
    """Public charging sites with their queues, or their books where they take bookings."""
    charging = scenario.charging
    hold_s = charging.booking_hold_min * 60.0 if charging.access == "booking" else None
    return [ChargerSite(city, site, hold_s=hold_s) for site in sites]


def create_carriers(
    city: DeliveryModel, scenario: Scenario, fleets: list[CarrierSpec], plan: DayPlan
) -> tuple[list[Carrier], list[Van]]:
    """Carriers, and the vans that have a tour today."""
    carriers = [
        Carrier(city, carrier_id=spec.carrier_id, depot_id=spec.depot_id, depot_link=spec.depot_link) for spec in fleets
    ]
    vans: list[Van] = []
    for _, tours in itertools.groupby(plan.tours, key=lambda tour: tour.van.van_id):
        own = list(tours)
        carrier = carriers[own[0].van.carrier]
        van = _create_van(city, scenario, len(vans), own, carrier)
        carrier.vans.append(van)
        vans.append(van)
    return carriers, vans


def _create_van(city: DeliveryModel, scenario: Scenario, number: int, tours: list[VanTour], carrier: Carrier) -> Van:
    fleet, charging = scenario.fleet, scenario.charging
    spec = tours[0].van
    kind = fleet.vehicle_types[spec.vehicle_type]
    details: dict[str, Any] = {
        "number": number,
        "tours": tours,
        "carrier_id": carrier.carrier_id,
        "vehicle_type": kind,
        "vehicle_class": list(fleet.vehicle_types).index(spec.vehicle_type),
        "depot_link": carrier.depot_link,
        "latest_home_s": _latest_home_s(tours, fleet),
        "loading_s": scenario.planning.reload_min * 60.0,
    }
    if not kind.relies_on_battery:
        return FuelVan(city, **details)
    key = stable_number(f"van/{spec.van_id}", bits=63)
    has_charger = city.luck.depot_charger.uniform_one(key) < charging.depot_charger_share
    spread = max(0.0, charging.soc_full - charging.soc_morning_min)
    street_soc = city.state.soc.get(spec.van_id, charging.soc_full - spread * city.luck.morning_soc.uniform_one(key))
    return ElectricVan(
        city,
        battery=Battery(kind.battery_kwh, charging.soc_full if has_charger else street_soc),
        curve=charging_curve_of(scenario.energy.charging_shape, kind.charging_power_kw),
        has_depot_charger=has_charger,
        planned_kwh_per_km=kind.planned_kwh_per_km * planning_factor(kind.consumption_curve, scenario.energy),
        **details,
    )


def _latest_home_s(tours: list[VanTour], fleet: FleetParams) -> dict[str, float]:
    """Time after which the driver of each wave serves no more stops [s]."""
    begins_s = {tour.wave: tour.start_s for tour in reversed(tours)}
    waves = {name: fleet.wave_named(name) for name in begins_s}
    return {
        name: latest_home_s(begins_s[name], shift_end_s=wave.end_s, shift_h=wave.shift_h, overtime_h=fleet.overtime_h)
        for name, wave in waves.items()
    }


def _metric_xy(network: RoadNetwork, table: pd.DataFrame) -> FloatArray:
    """Positions of places in the network's metric coordinates [m], shape (n, 2)."""
    x_m, y_m = project(table["lon"], table["lat"], network.crs_metric)
    return np.column_stack([x_m, y_m])

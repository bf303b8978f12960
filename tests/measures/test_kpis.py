"""Every indicator of a small day, worked out by hand."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pandas as pd
import pytest

from sim.measures import MEASURES, KpiContext, Recorder, compute_kpis

BY_HAND: dict[str, float | None] = {
    # Orders 1 to 3 delivered, 4 failed, 5 on no tour; order 2 was due by 9:00 and unloaded from 9:30.
    "orders_total": 5,
    "orders_delivered": 3,
    "orders_failed": 2,
    "failed_share": 2 / 5,
    "orders_refused": 0,
    "orders_on_board": 0,
    # Order 4 is back at the depot; stop 3 was its second attempt.
    "orders_returned": 1,
    "delivery_retries": 1,
    "orders_unplanned": 1,
    "on_time_share": 2 / 3,
    # Of 600 kg delivered to two shops, the 300 kg of shop s2 came jointly, and at 22:30.
    "night_delivery_share": 300 / 600,
    "night_delivery_share_shops": 1 / 2,
    "joint_share_volume": 300 / 600,
    "joint_share_shops": 1 / 2,
    # Neither of the two is a supermarket or chain store; tests/measures/test_parcel_measures.py has some.
    "joint_share_chains_shops": None,
    "joint_share_chains_volume": None,
    "parcels_at_stations_share": None,
    # Stops 1 and 2 are first attempts, at s1 and s2; carriers brought their own orders, of which one was joint.
    "visits_per_shop": 1.0,
    "visits_per_joint_shop": 1.0,
    "orders_shared": 0,
    "cost_handling": 2.0,
    "sharing_paid": 0,
    # No incentives; tests/measures/test_subsidies.py has some.
    "subsidies": 0,
    "subsidies_purchase": 0,
    "subsidies_operating": 0,
    "subsidies_tariff": 0,
    # No trucks between hubs and centres.
    "trunk_km": 0,
    "bulk_transfers": 0,
    "dock_wait_mean": None,
    # d1: 10 km with 300 kg, 10 km empty; e1: 8 km with 350 kg, 2 and 10 km with 50 kg.
    "van_km": 40.0,
    "tonne_km": 3.0 + 2.8 + 0.1 + 0.5,
    "tonne_km_shipment": 0.3 * 5 + 0.3 * 4,
    "tonnes_delivered": 0.6,
    "vans_used": 2,
    "vans_total": 3,
    "orders_per_van": 1.5,
    "stops_per_van": 3 / 2,
    # 200 kg/m3: 1.5 m3 over 10 km, 1.75 over 8, 0.25 over 12; 20 km with 5 m3 of space, 20 km with 3.8.
    "load_factor_volume": (15 + 14 + 3) / (100 + 76),
    "empty_km_share": 10 / 40,
    "load_factor": 6.4 / (20 * 1.0 + 20 * 0.9),
    # d1 is out 9:00-10:00, e1 22:00-24:00, of which one hour lies in the operating day 5:00-23:00.
    "time_utilisation": (1 + 1) / (2 * 18),
    "van_km_per_van_day": 20.0,
    "tonne_km_per_van_day": 3.2,
    # Fixed 75 + 60; driver 1 + 2 h; 2.2 L diesel; sessions 4.0 CNY and 5.0 - 4.0 kWh later; 20 km each; one joint
    # order; two orders not delivered; one fine.
    "cost_total": 135 + 102 + 2.2 * 7.3 + (4.0 + 0.75) + (4.4 + 2.4) + 2 + 60 + 200,
    "cost_per_tonne_km": 526.61 / 6.4,
    "cost_per_tonne_km_shipment": 526.61 / 2.7,
    "cost_per_tonne": 526.61 / 0.6,
    "cost_per_order": 526.61 / 3,
    # 2.2 L x 35.8 MJ and 4.6 kWh / 0.92 = 5 kWh.
    "energy_total": 78.76 + 18.0,
    "energy_total_kwh": 96.76 / 3.6,
    "energy_per_tonne_km": 96.76 / 6.4,
    "energy_per_tonne_km_kwh": 96.76 / 3.6 / 6.4,
    "energy_per_tonne_km_shipment": 96.76 / 2.7,
    "energy_per_tonne": 96.76 / 0.6,
    "energy_per_tonne_kwh": 96.76 / 3.6 / 0.6,
    "co2_total": 5.6 + 5 * 0.6776,
    "nox_total": 7.0,
    "pm_total": 1.0,
    # 20 km each.
    "energy_per_km_diesel": 78.76 / 20,
    "energy_per_km_petrol": None,
    "energy_per_km_bev": 18.0 / 20,
    "energy_per_km_phev": None,
    # One electric van of three, two public connectors; waits of 12 and 4 min; 2 x 30 min plugged in.
    "nev_share": 1 / 3,
    "nev_per_charger": 0.5,
    "depot_connectors": 1,
    "charger_wait_mean": 8.0,
    "charger_wait_p95": 4 + 0.95 * 8,
    "charger_utilisation": 1 / (2 * 18),
    # Public: 3 of 4 kWh for 3.6 of 4 CNY; 2 kWh in half an hour is 4 kW in the quarter from 20:15.
    "public_sessions": 2,
    "public_charging_share": 3 / 4,
    "public_peak_power": 4.0,
    "charging_cost": 4.0,
    "charging_cost_per_kwh": 1.0,
    "charging_cost_per_kwh_public": 1.2,
    "charging_trips_km": 0.0,
    "orders_missed_for_charge": 0,
    "vans_stranded": 0,
    # Waits of 5 and 10 min at the kerb; 17 min in one of two spaces from 7:00 to 19:00; 23:10-23:40 double-parked.
    "berth_wait_mean": 7.5,
    "berth_wait_p95": 5 + 0.95 * 5,
    "berth_occupancy": 17 / 60 / (2 * 12),
    "double_parking_hours": 0.5,
    # One of the two stops at the kerb; nothing heard of a blocked link; the one stay in a berth was within its limit.
    "double_parking_share": 0.5,
    "blocked_lane_hours": 0.0,
    "cruising_km": 0.0,
    "berth_booked_share": 0.0,
    "berth_overstay_share": 0.0,
    # 40 km in 20 + 18 + 20 + 10 + 20 min.
    "network_mean_speed": 40 / (88 / 60),
    "car_delay_hours": None,
    "violations": 2,
    "fines": 200.0,
    "access_charges": 0.0,
    "terminal_stations": 3,
}


def test_every_indicator_is_worked_out_here() -> None:
    """No indicator is without a value by hand."""
    assert list(BY_HAND.keys() ^ MEASURES.keys()) == []


@pytest.mark.parametrize("name", MEASURES)
def test_indicator_by_hand(name: str, tables: dict[str, pd.DataFrame], context: KpiContext) -> None:
    """The value is what a reader finds with a pencil; unit and direction are those of the list."""
    kpi = compute_kpis(tables, context)[name]
    assert kpi["value"] == (None if BY_HAND[name] is None else pytest.approx(BY_HAND[name]))
    assert (kpi["unit"], kpi["better"]) == (MEASURES[name].unit, MEASURES[name].better)


def test_a_day_without_anything_has_no_ratios(context: KpiContext) -> None:
    """Nothing ordered, nobody out: counts and sums are zero, what would divide by zero is None."""
    bare = replace(context, public_connectors=0, berth_spaces=0)
    values = {name: kpi["value"] for name, kpi in compute_kpis(Recorder().tables(), bare).items()}
    undefined = {name for name, value in values.items() if value is None}
    assert undefined == {
        "energy_per_km_diesel", "energy_per_km_petrol", "energy_per_km_bev", "energy_per_km_phev", "public_peak_power",
        "public_charging_share", "charging_cost_per_kwh", "charging_cost_per_kwh_public",
        "on_time_share", "night_delivery_share", "joint_share_volume", "joint_share_shops", "orders_per_van",
        "joint_share_chains_shops", "joint_share_chains_volume",
        "parcels_at_stations_share", "failed_share", "night_delivery_share_shops", "visits_per_shop",
        "visits_per_joint_shop", "stops_per_van", "load_factor_volume", "empty_km_share", "dock_wait_mean",
        "load_factor", "time_utilisation", "van_km_per_van_day", "tonne_km_per_van_day", "cost_per_tonne_km",
        "cost_per_tonne_km_shipment", "cost_per_tonne", "cost_per_order", "energy_per_tonne_km",
        "energy_per_tonne_km_kwh", "energy_per_tonne_km_shipment", "energy_per_tonne", "energy_per_tonne_kwh",
        "nev_share", "nev_per_charger", "charger_wait_mean", "charger_wait_p95", "charger_utilisation",
        "berth_wait_mean", "berth_wait_p95", "berth_occupancy", "network_mean_speed", "car_delay_hours",
        "double_parking_share", "berth_booked_share", "berth_overstay_share",
    }  # fmt: skip
    assert all(
        value == 0
        for name, value in values.items()
        if name not in undefined | {"depot_connectors", "terminal_stations"}
    )


def test_indicators_are_plain_json(tables: dict[str, pd.DataFrame], context: KpiContext) -> None:
    """Values are numbers of Python or None, never NaN, so that kpis.json is JSON."""
    kpis = compute_kpis(tables, context)
    assert json.loads(json.dumps(kpis, allow_nan=False)) == kpis
    assert all(type(kpi["value"]) in (int, float, type(None)) for kpi in kpis.values())
    assert not any(isinstance(kpi["value"], float) and math.isnan(kpi["value"]) for kpi in kpis.values())


def test_with_cars_speed_and_delay_are_those_of_the_streets(recorder: Recorder, context: KpiContext) -> None:
    """10 vehicles, 2 of them vans, over 500 m in 80 s (50 s free), 5 cars over 1 km in 60 s, 4 leave a bin later."""
    recorder.set_links(
        pd.DataFrame(
            {
                "link_id": [0, 1, 1],
                "bin_start_s": [0.0, 0.0, 900.0],
                "bin_s": 900.0,
                "inflow_veh": [10.0, 5.0, 0.0],
                "outflow_veh": [10.0, 1.0, 4.0],
                "travel_time_s": [80.0, 60.0, None],
                "vans": [2, 0, 0],
            }
        )
    )
    streets = replace(
        context,
        has_cars=True,
        link_length_m=pd.Series([500.0, 1000.0]).to_numpy(),
        link_free_flow_s=pd.Series([50.0, 60.0]).to_numpy(),
    )
    kpis = compute_kpis(recorder.tables(), streets)
    assert kpis["network_mean_speed"]["value"] == pytest.approx(10_000 / 1100 * 3.6)
    assert kpis["car_delay_hours"]["value"] == pytest.approx(8 * 30 / 3600)


def test_links_outside_the_network_are_refused(recorder: Recorder, context: KpiContext) -> None:
    """Counts of a link that the context does not know are a mistake, not zero delay."""
    row = {
        "link_id": 9,
        "bin_start_s": 0.0,
        "bin_s": 900.0,
        "inflow_veh": 1.0,
        "outflow_veh": 1.0,
        "travel_time_s": 9.0,
    }
    recorder.set_links(pd.DataFrame([row | {"vans": 0}]))
    with pytest.raises(ValueError, match="link 9"):
        compute_kpis(recorder.tables(), replace(context, has_cars=True))


def test_without_shipment_distances_those_indicators_are_none(
    tables: dict[str, pd.DataFrame], context: KpiContext
) -> None:
    """One delivered order of unknown distance leaves the fixed-distance indicators undefined."""
    orders = tables["orders"].copy()
    orders.loc[0, "shipment_distance_m"] = float("nan")
    kpis = compute_kpis(tables | {"orders": orders}, context)
    names = ("tonne_km_shipment", "cost_per_tonne_km_shipment", "energy_per_tonne_km_shipment")
    assert [kpis[name]["value"] for name in names] == [None, None, None]
    assert kpis["cost_per_tonne_km"]["value"] is not None

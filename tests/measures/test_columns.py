"""Columns of result tables: promised names, units and meanings."""

from __future__ import annotations

import pytest

from sim.measures import TABLES

CONTRACT = {
    "vans": "van_id carrier_id vehicle_type powertrain access_class payload_kg volume_m3 battery_kwh depot_id "
    "soc_morning soc_evening",
    "orders": "order_id shop_id carrier_id weight_kg volume_m3 earliest_s latest_s joint status delivered_s stop_id "
    "shipment_distance_m shop_type returned_s missed_for",
    "stops": "stop_id van_id carrier_id shop_id tour_id planned_arrival_s arrival_s parked_s service_start_s "
    "service_end_s depart_s berth_id parking berth_wait_s weight_kg volume_m3 orders outcome attempt",
    "trips": "trip_id van_id from_stop_id to_stop_id depart_s arrive_s distance_m free_flow_s delay_s energy_kwh "
    "fuel_l co2_g nox_g pm_g payload_kg purpose load_m3",
    "traces": "van_id trip_id link_id enter_s exit_s",
    "charging": "van_id site_id connector_id arrive_s plug_s unplug_s energy_kwh soc_start soc_end cost_cny purpose",
    "charging_power": "van_id site_id from_s until_s energy_kwh",
    "berths": "berth_id link_id van_id arrive_s park_s leave_s over_limit_s booked price_cny",
    "violations": "van_id rule_id link_id time_s detected fine_cny",
    "links": "link_id bin_start_s bin_s inflow_veh outflow_veh travel_time_s vans blocked_s",
    "network_links": "link_id from_node_id to_node_id length_m lanes free_speed_mps capacity_veh_per_h road_class name "
    "geometry",
}
"""Columns that users outside rely on."""


@pytest.mark.parametrize("name", CONTRACT)
def test_columns_are_those_that_users_rely_on(name: str) -> None:
    """Names and order of columns stay."""
    assert [column.name for column in TABLES[name].columns] == CONTRACT[name].split()


@pytest.mark.parametrize("name", TABLES)
def test_numbers_carry_their_unit_in_name_and_schema(name: str) -> None:
    """A quantity named with a unit has that unit; every column says what it means."""
    units = {"_s": "s", "_m": "m", "_kg": "kg", "_m3": "m3", "_kwh": "kWh", "_l": "L", "_g": "g", "_cny": "CNY"}
    for column in TABLES[name].columns:
        assert column.meaning
        for suffix, unit in units.items():
            if column.name.endswith(suffix):
                assert column.unit == unit, column.name

"""Fleets: sizes, mix and types."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.planning.fleet import FleetParams, VehicleTypeParams, build_fleets, largest_remainder

_VAN = {
    "label": "van", "powertrain": "diesel", "access_class": "light", "consumption_curve": "x", "payload_kg": 1000.0,
    "volume_m3": 5.0, "battery_kwh": 0.0, "charging_power_kw": 0.0, "pcu": 1.0, "fixed_cny_per_day": 1.0,
    "maintenance_cny_per_km": 0.1, "planned_energy_cny_per_km": 0.5, "planned_kwh_per_km": 0.0,
}  # fmt: skip
_ELECTRIC = _VAN | {"powertrain": "bev", "battery_kwh": 40.0, "charging_power_kw": 30.0, "planned_kwh_per_km": 0.2}


def _fleet(**changes: object) -> FleetParams:
    content: dict[str, object] = {
        "carriers": 3, "share_exponent": 1.0, "orders_per_van": 40.0, "mix": {"fuel": 0.7, "electric": 0.3},
        "vehicle_types": {"fuel": _VAN, "electric": _ELECTRIC}, "shift_start": "05:00", "shift_end": "21:00",
        "shift_h": 9.0, "overtime_h": 1.0,
    }  # fmt: skip
    return FleetParams.model_validate(content | changes)


@given(st.lists(st.floats(0.0, 100.0), min_size=1, max_size=12), st.integers(0, 500))
def test_largest_remainder_shares_out_all_and_stays_within_one(weights: list[float], total: int) -> None:
    """Sums to the total; no share is off its exact part by a whole or more."""
    shares = largest_remainder(weights, total)
    assert shares.sum() == total
    weight = np.array(weights)
    exact = (weight / weight.sum() if weight.sum() > 0 else np.full(len(weight), 1 / len(weight))) * total
    assert (np.abs(shares - exact) < 1.0 + 1e-6).all()


def test_fleets_follow_market_share_and_mix() -> None:
    """Three carriers with shares 6:3:2 of 1,100 orders at 40 a van; 30 % electric in each, depots in turn."""
    fleets = build_fleets(
        _fleet(), [("hub-a", 5), ("hub-b", 9)], expected_orders_per_day=_fleet().market_shares() * 1100.0
    )
    assert [len(fleet.vans) for fleet in fleets] == [15, 8, 5]
    electric = [sum(van.vehicle_type == "electric" for van in fleet.vans) for fleet in fleets]
    assert electric == [4, 2, 1]  # 4.5 : 10.5 is a tie, and goes to the type named first
    assert [fleet.depot_id for fleet in fleets] == ["hub-a", "hub-b", "hub-a"]
    assert len({van.van_id for fleet in fleets for van in fleet.vans}) == 28


def test_fleet_size_does_not_depend_on_the_mix() -> None:
    """A carrier that goes electric keeps its number of vans."""
    electric = build_fleets(
        _fleet(mix={"electric": 1.0}), [("hub", 0)], expected_orders_per_day=_fleet().market_shares() * 1100.0
    )
    assert [len(fleet.vans) for fleet in electric] == [15, 8, 5]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mix": {"fuel": 0.5, "electric": 0.3}}, "add up to 1"),
        ({"mix": {"tram": 1.0}}, "tram"),
        ({"mix": {"fuel": 1.3, "electric": -0.3}}, "negative"),
        ({"vehicle_types": {"fuel": _VAN, "electric": _ELECTRIC | {"battery_kwh": 0.0}}}, "battery_kwh"),
        ({"vehicle_types": {"fuel": _VAN | {"battery_kwh": 9.0}, "electric": _ELECTRIC}}, "must be 0"),
        ({"orders_per_van": 0.0}, "orders_per_van"),
    ],
)
def test_impossible_fleets_are_refused(changes: dict[str, object], message: str) -> None:
    """The message names the value."""
    with pytest.raises(ValidationError, match=message):
        _fleet(**changes)


def test_vehicle_types_know_what_they_run_on() -> None:
    """Plug-in and battery-bound are told apart."""
    assert VehicleTypeParams.model_validate(_ELECTRIC).relies_on_battery
    hybrid = VehicleTypeParams.model_validate(_ELECTRIC | {"powertrain": "phev"})
    assert hybrid.is_plug_in and not hybrid.relies_on_battery
    assert not VehicleTypeParams.model_validate(_VAN).is_plug_in

"""Fleets: sizes, mix and types."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.planning.fleet import FleetParams, build_fleet, build_fleets, largest_remainder, vans_for
from sim.planning.vehicle_type import VehicleTypeParams
from sim.planning.wave import DAY_WAVE

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


def test_a_carrier_can_have_a_mix_of_its_own() -> None:
    """The second carrier goes electric, the others keep the common mix."""
    params = _fleet(mix_by_carrier={"carrier-02": {"electric": 1.0}})
    fleets = build_fleets(params, [("hub", 0)], expected_orders_per_day=params.market_shares() * 1100.0)
    electric = [sum(van.vehicle_type == "electric" for van in fleet.vans) for fleet in fleets]
    assert electric == [4, 8, 1]


def test_every_fault_of_the_mixes_is_told_at_once() -> None:
    """A sum, a negative share, an unknown type and an unknown carrier."""
    with pytest.raises(ValidationError) as refused:
        _fleet(mix={"fuel": 0.5}, mix_by_carrier={"carrier-09": {"tram": 1.2, "fuel": -0.2}})
    for text in ("shares in mix must add up to 1, found 0.5", "negative", "tram", "carrier-09"):
        assert text in str(refused.value)


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
        ({"mix_by_carrier": {"carrier-02": {"fuel": 0.5}}}, "mix_by_carrier.carrier-02 must add up to 1, found 0.5"),
        ({"mix_by_carrier": {"carrier-04": {"fuel": 1.0}}}, "expected carrier-01 to carrier-03"),
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


def test_one_fleet_is_built_from_mix_depot_and_number_of_vans() -> None:
    """Largest remainders, names of its own, its row, and the waves it works in; a carrier may own no van."""
    fleet = build_fleet(
        "joint",
        3,
        mix={"fuel": 0.0, "electric": 1.0},
        vans=2,
        depot=1,
        depot_id="centre",
        depot_link=9,
        waves=("night",),
    )
    assert [van.van_id for van in fleet.vans] == ["joint-van-001", "joint-van-002"]
    assert {(van.carrier, van.vehicle_type, van.depot) for van in fleet.vans} == {(3, "electric", 1)}
    assert (fleet.depot_id, fleet.depot_link, fleet.waves) == ("centre", 9, ("night",))
    assert build_fleet("x", 0, mix={"fuel": 1.0}, vans=0, depot=0, depot_id="hub", depot_link=0).vans == ()


@pytest.mark.parametrize(("expected", "vans"), [(0.0, 1), (40.0, 1), (40.1, 2), (400.0, 10)])
def test_vans_are_rounded_up(expected: float, vans: int) -> None:
    """At 40 orders a van; whoever delivers has a van."""
    assert vans_for(expected, 40.0) == vans


def test_without_waves_the_day_is_one_wave() -> None:
    """From shift_start to shift_end, with the shift of the fleet."""
    (wave,) = _fleet().day_waves()
    assert (wave.name, wave.start_s, wave.end_s, wave.shift_h) == (DAY_WAVE, 5 * 3600.0, 21 * 3600.0, 9.0)


def test_a_wave_has_its_own_shift_or_that_of_the_fleet() -> None:
    """Times after midnight are 24:00 and later."""
    fleet = _fleet(
        waves=[
            {"name": "early", "start": "05:00", "end": "13:00", "shift_h": 7.5},
            {"name": "late", "start": "13:00", "end": "30:00"},
        ]
    )
    assert [(wave.shift_h, wave.end_s) for wave in fleet.day_waves()] == [(7.5, 13 * 3600.0), (9.0, 30 * 3600.0)]
    assert fleet.wave_named("late").start_s == 13 * 3600.0


@pytest.mark.parametrize(
    ("waves", "message"),
    [
        ([("a", "05:00", "13:00"), ("b", "12:00", "20:00")], "without overlap"),
        ([("a", "05:00", "13:00"), ("a", "13:00", "20:00")], "names of their own"),
        ([("a", "22:00", "05:00")], "24:00 and later"),
    ],
)
def test_impossible_waves_are_refused(waves: list[tuple[str, str, str]], message: str) -> None:
    """The message says which."""
    with pytest.raises(ValidationError, match=message):
        _fleet(waves=[{"name": name, "start": start, "end": end} for name, start, end in waves])


def test_a_wave_for_quiet_vehicles_needs_one() -> None:
    """Else nobody could work in it."""
    night = [{"name": "night", "start": "21:00", "end": "30:00", "quiet_only": True}]
    with pytest.raises(ValidationError, match="is_quiet"):
        _fleet(waves=night)
    assert _fleet(waves=night, vehicle_types={"fuel": _VAN, "electric": _ELECTRIC | {"is_quiet": True}}).waves

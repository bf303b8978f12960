"""Consumption of link traversals: values by hand, continuity, and equality of the kernel with plain Python."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.energy import (
    CONSUMPTION_COLUMNS,
    CONSUMPTION_CURVES,
    EnergyParams,
    cabin_kw,
    consumption_coefficients,
    link_consumption,
    planning_factor,
    trip_consumption,
)
from sim.energy.consumption import COEFFICIENTS

MILD = EnergyParams()
NAMES = [*CONSUMPTION_CURVES, "phev_van"]
ALL = consumption_coefficients([(name, 1000.0) for name in NAMES], MILD)
ENERGY, FUEL, CO2, NOX, PM = range(5)


def test_the_packed_array_has_a_row_a_class_and_a_column_a_coefficient() -> None:
    """Shape and order of the array are those that the engines are told."""
    assert ALL.shape == (len(NAMES), len(CONSUMPTION_COLUMNS), len(COEFFICIENTS))
    assert ALL.flags.c_contiguous
    diesel = ALL[NAMES.index("diesel_n1_iii_euro6ab"), FUEL]
    assert diesel == pytest.approx(
        [60 / 840, 1001 / 840, 0.00129 / 840, 0.186 * 3600 / 840, 0.9, 0.2 / 1000.0, 0.0], rel=1e-12
    )


def test_diesel_van_at_20_kph_half_loaded_by_hand() -> None:
    """1 km in 180 s: (60 + 1001/20 + 0.00129*400) g / 840 g/L, times 0.9 + 0.2*0.5 = 1."""
    row = NAMES.index("diesel_n1_iii_euro6ab")
    assert link_consumption(ALL, row, FUEL, 1000.0, 180.0, 500.0) == pytest.approx((60 + 50.05 + 0.516) / 840)
    assert link_consumption(ALL, row, CO2, 1000.0, 180.0, 500.0) == pytest.approx(186.6 + 155.75 + 1.6)
    assert link_consumption(ALL, row, NOX, 1000.0, 180.0, 500.0) == pytest.approx(0.309 + 0.2345 + 0.0112)


def test_payload_changes_fuel_by_a_tenth_either_way() -> None:
    """Empty 0.9, full 1.1 of the half-loaded van."""
    row = NAMES.index("petrol_n1_ii_euro6ab")
    half = link_consumption(ALL, row, FUEL, 700.0, 100.0, 500.0)
    assert link_consumption(ALL, row, FUEL, 700.0, 100.0, 0.0) == pytest.approx(0.9 * half)
    assert link_consumption(ALL, row, FUEL, 700.0, 100.0, 1000.0) == pytest.approx(1.1 * half)


def test_electric_van_at_20_kph_with_300_kg_by_hand() -> None:
    """180 + 791/20 + 0.026*400 Wh/km and 3 x 6.6 Wh/km of payload, over 2 km."""
    row = NAMES.index("bev_van_2600kg")
    wh_per_km = 180 + 39.55 + 10.4 + 19.8
    assert link_consumption(ALL, row, ENERGY, 2000.0, 360.0, 300.0) == pytest.approx(2 * wh_per_km / 1000)
    assert link_consumption(ALL, row, CO2, 2000.0, 360.0, 300.0) == 0.0


@pytest.mark.parametrize(
    ("name", "quantity", "speed_kph", "measured"),
    [
        ("diesel_n1_iii_euro6ab", "fuel_l", 20.4, 115 / 840),
        ("diesel_n1_iii_euro6ab", "fuel_l", 34.5, 86 / 840),
        ("petrol_n1_ii_euro6ab", "fuel_l", 20.0, 76 / 745),
        ("petrol_n1_ii_euro6ab", "fuel_l", 34.5, 55 / 745),
    ],
)
def test_fits_stay_near_the_runs_they_were_made_from(
    name: str, quantity: str, speed_kph: float, measured: float
) -> None:
    """The curve is within 6 % of single driving cycles: 13.7 and 10.3, 10.2 and 7.4 L/100 km."""
    assert getattr(CONSUMPTION_CURVES[name], quantity).per_km(speed_kph) == pytest.approx(measured, rel=0.06)


@pytest.mark.parametrize(("speed_kph", "wh_per_km"), [(16, (239, 341)), (22, (215, 310)), (35, (194, 288))])
def test_electric_van_lies_within_the_range_of_hbefa_classes(speed_kph: float, wh_per_km: tuple[float, float]) -> None:
    """With 300 kg on board the 2.6 t van lies between the HBEFA 4 classes N1-I and N1-III."""
    van = CONSUMPTION_CURVES["bev_van_2600kg"]
    loaded = 1000 * (van.energy_kwh.per_km(speed_kph) + 300 * van.payload_kwh_per_kg_km)
    assert wh_per_km[0] < loaded < wh_per_km[1]


def test_light_truck_takes_30_percent_more_than_the_van() -> None:
    """The 4.2 m truck is the N1-III van times 1.30, in fuel and in carbon dioxide."""
    truck, van = (ALL[NAMES.index(name)] for name in ("diesel_truck_4m2_euro6ab", "diesel_n1_iii_euro6ab"))
    assert truck[[FUEL, CO2], :4] == pytest.approx(1.30 * van[[FUEL, CO2], :4])


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_plug_in_hybrid_is_the_stated_mixture(share: float) -> None:
    """At share s it takes s of the electric van's electricity and 1 - s of the petrol van's fuel."""
    mixed = consumption_coefficients([("phev_van", 800.0)], EnergyParams(phev_electric_share=share))
    parts = consumption_coefficients([("bev_van_2600kg", 800.0), ("petrol_n1_iii_euro6ab", 800.0)], MILD)
    for length_m, time_s, payload_kg in ((1000.0, 120.0, 400.0), (50.0, 200.0, 0.0)):
        trip = (length_m, time_s, payload_kg)
        assert link_consumption(mixed, 0, ENERGY, *trip) == pytest.approx(
            share * link_consumption(parts, 0, ENERGY, *trip)
        )
        for quantity in (FUEL, CO2, NOX):
            assert link_consumption(mixed, 0, quantity, *trip) == pytest.approx(
                (1 - share) * link_consumption(parts, 1, quantity, *trip)
            )


def test_standing_still_takes_the_idle_rate() -> None:
    """A diesel van at a stand burns 0.8 L/h, an electric van 0.5 kWh/h; a drive of nothing takes nothing."""
    diesel, electric = NAMES.index("diesel_n1_iii_euro6ab"), NAMES.index("bev_van_2600kg")
    assert link_consumption(ALL, diesel, FUEL, 0.0, 3600.0, 500.0) == pytest.approx(0.797, abs=0.001)
    assert link_consumption(ALL, electric, ENERGY, 0.0, 1800.0, 900.0) == pytest.approx(0.25)
    assert all(link_consumption(ALL, diesel, quantity, 0.0, 0.0, 500.0) == 0.0 for quantity in range(5))


def test_a_jam_costs_idle_beyond_the_slowest_speed() -> None:
    """100 m at 4 km/h take 90 s; each further second takes the idle rate."""
    row = NAMES.index("petrol_n1_ii_euro6ab")
    slow = link_consumption(ALL, row, FUEL, 100.0, 90.0, 500.0)
    jam = link_consumption(ALL, row, FUEL, 100.0, 690.0, 500.0)
    assert jam - slow == pytest.approx(0.18 * 600 / 745)


def test_faster_than_the_range_counts_as_its_end() -> None:
    """120 km/h takes per km what 70 km/h does."""
    row = NAMES.index("bev_truck_4490kg")
    fast = link_consumption(ALL, row, ENERGY, 1000.0, 30.0, 0.0)
    assert fast == pytest.approx((305 + 1006 / 70 + 0.042 * 4900) / 1000)


@given(
    vehicle=st.integers(0, len(NAMES) - 1),
    quantity=st.integers(0, 4),
    length_m=st.floats(0.0, 5000.0),
    time_s=st.floats(0.0, 7200.0),
    payload_kg=st.floats(0.0, 1000.0),
)
@settings(max_examples=300, deadline=None)
def test_kernel_equals_its_plain_twin_and_is_never_negative(
    vehicle: int, quantity: int, length_m: float, time_s: float, payload_kg: float
) -> None:
    """Compiled and interpreted give the same, not below zero, also for odd lengths and times."""
    arguments = (ALL, vehicle, quantity, length_m, time_s, payload_kg)
    compiled = link_consumption(*arguments)
    assert compiled == pytest.approx(link_consumption.py_func(*arguments), rel=1e-12, abs=1e-15)
    assert compiled >= 0.0


@given(length_m=st.floats(1.0, 3000.0), at_kph=st.sampled_from([4.0, 70.0]), vehicle=st.integers(0, len(NAMES) - 1))
@settings(max_examples=100, deadline=None)
def test_consumption_has_no_jump_at_the_ends_of_the_range(length_m: float, at_kph: float, vehicle: int) -> None:
    """A millisecond more or less at 4 or 70 km/h changes next to nothing."""
    time_s = length_m / 1000.0 / at_kph * 3600.0
    for quantity in range(5):
        low, high = (
            link_consumption(ALL, vehicle, quantity, length_m, time_s + shift_s, 300.0) for shift_s in (-1e-3, 1e-3)
        )
        assert low == pytest.approx(high, rel=1e-2, abs=1e-3)


@pytest.mark.parametrize(("celsius", "kw"), [(-10, 2.0), (0, 1.0), (10, 0.0), (20, 0.0), (28, 0.0), (33, 0.25)])
def test_the_cabin_takes_power_when_it_is_cold_or_hot(celsius: float, kw: float) -> None:
    """100 W a degree below 10 deg C, 50 W a degree above 28 deg C."""
    assert cabin_kw(celsius) == pytest.approx(kw)


@pytest.mark.parametrize(
    ("kph", "low", "high"), [(8.0, 1.9, 2.0), (20.0, 1.5, 1.6), (35.0, 1.3, 1.4), (53.0, 1.2, 1.28)]
)
def test_cold_costs_more_the_slower_the_van(kph: float, low: float, high: float) -> None:
    """At -10 deg C against a mild day, as a longitudinal model has it: twice at a crawl, a quarter more at 53 km/h."""
    mild, cold = (
        consumption_coefficients([("bev_van_2600kg", 900.0)], EnergyParams(temperature_c=t)) for t in (20.0, -10.0)
    )
    drive = (1000.0, 3600.0 / kph, 0.0)
    assert low < link_consumption(cold, 0, ENERGY, *drive) / link_consumption(mild, 0, ENERGY, *drive) < high


def test_heating_at_a_stand_is_its_power_times_the_time() -> None:
    """0.5 kW of auxiliaries, 2 kW of heating and 1.5 kW of refrigeration for half an hour: 2 kWh."""
    params = EnergyParams(temperature_c=-10.0, auxiliary_kw=1.5)
    cold = consumption_coefficients([("bev_van_2600kg", 900.0)], params)
    assert link_consumption(cold, 0, ENERGY, 0.0, 1800.0, 500.0) == pytest.approx(2.0)


def test_fuel_vans_and_vehicles_without_a_cabin_do_not_heat_electrically() -> None:
    """The fuel van is modelled as on a mild day; the tricycle rolls harder, and heats nothing."""
    vans = [("diesel_n1_iii_euro6ab", 900.0), ("tricycle_electric", 200.0)]
    mild, cold = (consumption_coefficients(vans, EnergyParams(temperature_c=t)) for t in (20.0, 0.0))
    assert np.array_equal(mild[0], cold[0])
    assert link_consumption(cold, 1, ENERGY, 0.0, 600.0, 0.0) == link_consumption(mild, 1, ENERGY, 0.0, 600.0, 0.0)
    assert link_consumption(cold, 1, ENERGY, 100.0, 20.0, 0.0) > link_consumption(mild, 1, ENERGY, 100.0, 20.0, 0.0)


def test_drivers_reckon_with_the_weather() -> None:
    """1 on a mild day, that of the curve at 20 km/h on a cold one; a fuel van has no electricity to reckon with."""
    cold = EnergyParams(temperature_c=-10.0)
    assert planning_factor("bev_van_2600kg", EnergyParams()) == pytest.approx(1.0)
    by_hand = (180 * 1.1 + (791 + 2000) / 20 + 0.026 * 1.1 * 400) / (180 + 791 / 20 + 0.026 * 400)
    assert planning_factor("bev_van_2600kg", cold) == pytest.approx(by_hand)
    assert planning_factor("diesel_n1_iii_euro6ab", cold) == 1.0


def test_a_trip_is_the_sum_of_its_links() -> None:
    """Totals of a trip are those of its links, in every quantity."""
    length_m, time_s = np.array([300.0, 0.0, 1200.0]), np.array([60.0, 30.0, 100.0])
    used, done = trip_consumption(ALL, 0, length_m, time_s, 250.0, np.inf)
    assert done == 3
    for quantity in range(5):
        by_link = sum(link_consumption(ALL, 0, quantity, length_m[i], time_s[i], 250.0) for i in range(3))
        assert used[quantity] == pytest.approx(by_link)


def test_a_trip_ends_on_the_link_where_the_battery_does() -> None:
    """With charge for two links and a half the trip counts three, and draws the budget to the digit."""
    row = NAMES.index("bev_van_2600kg")
    length_m, time_s = np.full(5, 1000.0), np.full(5, 180.0)
    per_link = link_consumption(ALL, row, ENERGY, 1000.0, 180.0, 0.0)
    used, done = trip_consumption(ALL, row, length_m, time_s, 0.0, 2.5 * per_link)
    assert done == 3
    assert used[ENERGY] == 2.5 * per_link

"""The charging curve: integrals by hand, inversion, and slices that add up."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.energy import CHARGING_SHAPES, ChargingCurve, charging_curve_of
from sim.errors import ConfigError

LFP = charging_curve_of("lfp_van", 40.0)
CAR = charging_curve_of("generic_car", 100.0)
SOC = st.floats(0.0, 1.0)


def test_flat_part_by_hand() -> None:
    """From 20 to 80 % of 50 kWh at 40 kW: 30 kWh, 45 minutes."""
    assert LFP.duration_s(0.2, 0.8, battery_kwh=50.0) == pytest.approx(45 * 60)


def test_taper_by_hand() -> None:
    """From 80 to 100 % power falls from 40 to 8 kW in SOC: E/m ln(P0/P1) with m = 160 kW."""
    assert LFP.duration_s(0.8, 1.0, battery_kwh=50.0) == pytest.approx(50 / 160 * math.log(5) * 3600)


def test_taper_against_a_sum_of_small_steps() -> None:
    """The closed form equals a midpoint sum over 100,000 slices of the car's curve, capped at 60 kW."""
    n = 100_000
    soc = [0.05 + 0.9 * (i + 0.5) / n for i in range(n)]
    summed_h = sum(80.0 * 0.9 / n / min(CAR.power_at(s), 60.0) for s in soc)
    exact_s = CAR.duration_s(0.05, 0.95, battery_kwh=80.0, max_power_kw=60.0)
    assert exact_s == pytest.approx(summed_h * 3600, rel=1e-7)


def test_a_weak_charger_hides_the_taper_until_the_battery_takes_less() -> None:
    """At 16 kW a 40 kW battery charges flat until 0.95, where its own limit falls to 16 kW."""
    flat_s = LFP.duration_s(0.0, 0.95, battery_kwh=50.0, max_power_kw=16.0)
    assert flat_s == pytest.approx(0.95 * 50 / 16 * 3600)
    rest_s = LFP.duration_s(0.95, 1.0, battery_kwh=50.0, max_power_kw=16.0)
    assert rest_s == pytest.approx(50 / 160 * math.log(2) * 3600)
    assert LFP.power_at(0.5, 16.0) == 16.0
    assert LFP.power_at(1.0, 16.0) == pytest.approx(8.0)


def test_nothing_to_charge_takes_no_time() -> None:
    """A full battery, or a target below the charge, takes zero seconds; no time adds no charge."""
    assert LFP.duration_s(1.0, 1.0, battery_kwh=50.0) == 0.0
    assert LFP.duration_s(0.7, 0.4, battery_kwh=50.0) == 0.0
    assert LFP.soc_after(0.6, 0.0, battery_kwh=50.0) == pytest.approx(0.6)
    assert LFP.soc_after(1.0, 900.0, battery_kwh=50.0) == 1.0


@given(a=SOC, b=SOC, cut=SOC, cap_kw=st.floats(3.0, 150.0), curve=st.sampled_from([LFP, CAR]))
@settings(max_examples=300, deadline=None)
def test_a_session_cut_anywhere_takes_the_same_time(
    a: float, b: float, cut: float, cap_kw: float, curve: ChargingCurve
) -> None:
    """Time from a to b is time from a to a cut and from the cut to b."""
    low, high = min(a, b), max(a, b)
    middle = low + cut * (high - low)
    parts = [curve.duration_s(x, y, battery_kwh=60.0, max_power_kw=cap_kw) for x, y in ((low, middle), (middle, high))]
    assert sum(parts) == pytest.approx(
        curve.duration_s(low, high, battery_kwh=60.0, max_power_kw=cap_kw), rel=1e-9, abs=1e-6
    )


@given(start=SOC, times=st.lists(st.floats(0.0, 4000.0), min_size=1, max_size=6), curve=st.sampled_from([LFP, CAR]))
@settings(max_examples=300, deadline=None)
def test_a_session_in_steps_of_time_reaches_the_same_charge(
    start: float, times: list[float], curve: ChargingCurve
) -> None:
    """Charging for t1, then t2, ... ends where charging for their sum does, and never beyond full."""
    soc = start
    for time_s in times:
        then = curve.soc_after(soc, time_s, battery_kwh=60.0, max_power_kw=50.0)
        assert soc - 1e-12 <= then <= 1.0
        soc = then
    assert soc == pytest.approx(curve.soc_after(start, sum(times), battery_kwh=60.0, max_power_kw=50.0), abs=1e-9)


@given(start=SOC, target=SOC, cap_kw=st.floats(3.0, 150.0), curve=st.sampled_from([LFP, CAR]))
@settings(max_examples=300, deadline=None)
def test_duration_and_charge_are_inverse(start: float, target: float, cap_kw: float, curve: ChargingCurve) -> None:
    """Charging for the time to a target ends at the target."""
    low, high = min(start, target), max(start, target)
    time_s = curve.duration_s(low, high, battery_kwh=60.0, max_power_kw=cap_kw)
    reached = curve.soc_after(low, time_s, battery_kwh=60.0, max_power_kw=cap_kw)
    assert reached == pytest.approx(high, abs=1e-9)


@pytest.mark.parametrize("shape", CHARGING_SHAPES)
def test_shapes_scale_with_the_peak_power(shape: str) -> None:
    """The highest corner is the battery's peak; twice the peak halves the time."""
    curve = charging_curve_of(shape, 30.0)
    assert max(curve.power_kw) == 30.0
    twice = charging_curve_of(shape, 60.0)
    assert twice.duration_s(0.1, 0.9, battery_kwh=50.0) == pytest.approx(
        curve.duration_s(0.1, 0.9, battery_kwh=50.0) / 2
    )


def test_faults_are_named_together() -> None:
    """A curve without power at the end, and SOC that does not rise to 1."""
    with pytest.raises(ValueError, match=r"(?s)from 0 to 1.*must rise.*above 0"):
        ChargingCurve((0.0, 0.5, 0.5), (50.0, 20.0, 0.0))
    with pytest.raises(ConfigError) as caught:
        charging_curve_of("banana", 0.0)
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize("soc", [-0.01, 1.01, float("nan")])
def test_charge_outside_the_battery_is_refused(soc: float) -> None:
    """States of charge outside [0, 1] are faults of the caller."""
    with pytest.raises(ValueError, match="state of charge"):
        LFP.duration_s(soc, 0.9, battery_kwh=50.0)
    with pytest.raises(ValueError, match="state of charge"):
        LFP.soc_after(soc, 60.0, battery_kwh=50.0)

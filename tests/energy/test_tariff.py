"""Tariffs: the day is covered once, and sessions pay each band its energy."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.energy import TariffParams, charging_cost_cny, charging_curve_of, session_cost_cny

H = 3600.0


def tariff(*bands: tuple[str, str, float]) -> TariffParams:
    """A tariff of (from, until, price)."""
    rows = [{"from": start, "until": end, "price_cny_per_kwh": price} for start, end, price in bands]
    return TariffParams.model_validate({"bands": rows})


TWO = tariff(("22:00", "07:00", 0.3), ("07:00", "22:00", 0.9))
FLAT = tariff(("00:00", "24:00", 0.5))


@pytest.mark.parametrize(
    ("hour", "price"), [(0.0, 0.3), (6.99, 0.3), (7.0, 0.9), (21.99, 0.9), (22.0, 0.3), (24.0, 0.3), (32.0, 0.9)]
)
def test_price_by_hour(hour: float, price: float) -> None:
    """A band holds from its start to just before its end, past midnight, and on the next day."""
    assert TWO.price_at(hour * H) == price


def test_a_session_across_bands_by_hand() -> None:
    """From 06:00 to 08:30 at constant power: 60 min at 0.3 and 90 min at 0.9 for 10 kWh."""
    assert charging_cost_cny(TWO, 6 * H, 8.5 * H, 10.0) == pytest.approx(10 * (60 * 0.3 + 90 * 0.9) / 150)


def test_a_session_over_midnight_by_hand() -> None:
    """From 21:00 of day 1 to 08:00 of day 2: 1 h and 1 h at 0.9, 9 h at 0.3."""
    assert charging_cost_cny(TWO, 21 * H, 32 * H, 11.0) == pytest.approx(2 * 0.9 + 9 * 0.3)


def test_a_session_of_no_time_pays_the_price_of_its_moment() -> None:
    """Rounding may leave a session without duration; its energy is still paid."""
    assert charging_cost_cny(TWO, 7 * H, 7 * H, 2.0) == pytest.approx(1.8)


@given(
    start=st.floats(0.0, 40 * H),
    lengths=st.tuples(st.floats(1.0, 30 * H), st.floats(1.0, 30 * H)),
    power_kw=st.floats(1.0, 60.0),
)
@settings(max_examples=200, deadline=None)
def test_a_session_cut_anywhere_costs_the_same(start: float, lengths: tuple[float, float], power_kw: float) -> None:
    """Two sessions one after the other cost what one of both lengths does."""
    cut, end = start + lengths[0], start + sum(lengths)
    parts = [charging_cost_cny(TWO, a, b, power_kw * (b - a) / H) for a, b in ((start, cut), (cut, end))]
    assert sum(parts) == pytest.approx(charging_cost_cny(TWO, start, end, power_kw * (end - start) / H), rel=1e-9)


def test_a_flat_tariff_needs_no_curve() -> None:
    """At one price the session of a tapering battery costs its grid energy times that price."""
    curve = charging_curve_of("lfp_van", 40.0)
    cost = session_cost_cny(
        FLAT, curve, plug_s=8 * H, soc_start=0.3, soc_end=1.0, battery_kwh=50.0, max_power_kw=30.0, efficiency=0.9
    )
    assert cost == pytest.approx(0.7 * 50 / 0.9 * 0.5)


def test_a_tapering_session_pays_early_energy_at_the_early_price() -> None:
    """Half an hour before 22:00 at full 40 kW is 20 kWh at 0.9; the rest, tapering, falls into 0.3."""
    curve = charging_curve_of("lfp_van", 40.0)
    cost = session_cost_cny(TWO, curve, plug_s=21.5 * H, soc_start=0.4, soc_end=1.0, battery_kwh=50.0, efficiency=1.0)
    assert cost == pytest.approx(20 * 0.9 + 10 * 0.3)


def test_a_full_battery_costs_nothing() -> None:
    """A session that adds no charge has no cost."""
    curve = charging_curve_of("lfp_van", 40.0)
    cost = session_cost_cny(TWO, curve, plug_s=0.0, soc_start=0.9, soc_end=0.9, battery_kwh=50.0, efficiency=0.9)
    assert cost == 0.0


@pytest.mark.parametrize(
    ("bands", "fault"),
    [
        ([("00:00", "07:00", 1.0), ("08:00", "24:00", 1.0)], "no price from 07:00 until 08:00"),
        ([("00:00", "09:00", 1.0), ("08:00", "24:00", 1.0)], "more than one price from 08:00 until 09:00"),
        ([("01:00", "24:00", 1.0)], "no price from 00:00 until 01:00"),
        ([("00:00", "23:00", 1.0)], "no price from 23:00 until 24:00"),
        ([("22:00", "08:00", 1.0), ("07:00", "22:00", 1.0)], "more than one price from 07:00 until 08:00"),
        ([("00:00", "24:00", 1.0), ("05:00", "05:00", 2.0)], "empty band"),
        ([("00:00", "25:00", 1.0)], "clock times of one day"),
        ([("noon", "24:00", 1.0)], "noon"),
    ],
)
def test_holes_overlaps_and_odd_times_are_refused(bands: list[tuple[str, str, float]], fault: str) -> None:
    """Whatever leaves a moment without a price or with two is named with its hours."""
    with pytest.raises(ValidationError, match=fault):
        tariff(*bands)


def test_all_faults_come_at_once() -> None:
    """Two holes and an overlap are named in one message."""
    with pytest.raises(ValueError, match=r"(?s)00:00 until 01:00.*04:00 until 05:00.*until 24:00"):
        tariff(("01:00", "05:00", 1.0), ("04:00", "08:00", 1.0))


def test_a_session_that_ends_before_it_starts_is_refused() -> None:
    """Time does not run backwards."""
    with pytest.raises(ValueError, match="before it starts"):
        charging_cost_cny(TWO, 100.0, 50.0, 1.0)

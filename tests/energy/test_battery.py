"""The battery: energy is conserved and the state of charge never leaves [0, 1] nor the usable window."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.energy import Battery, grid_draw

FLOWS = st.lists(st.tuples(st.booleans(), st.floats(0.0, 80.0)), max_size=40)


@given(flows=FLOWS, soc=st.floats(0.0, 1.0), window=st.tuples(st.floats(0.0, 0.4), st.floats(0.5, 1.0)))
@settings(max_examples=300, deadline=None)
def test_what_went_in_minus_what_came_out_is_stored(
    flows: list[tuple[bool, float]], soc: float, window: tuple[float, float]
) -> None:
    """Any sequence of drawing and charging balances, and stays within [0, 1]."""
    battery = Battery(50.0, soc, soc_floor=window[0], soc_ceiling=window[1])
    balance_kwh = battery.stored_kwh
    for is_charging, energy_kwh in flows:
        moved = battery.charge(energy_kwh) if is_charging else battery.draw(energy_kwh)
        assert 0.0 <= moved <= energy_kwh
        balance_kwh += moved if is_charging else -moved
        assert 0.0 <= battery.soc <= 1.0
        assert battery.stored_kwh == pytest.approx(balance_kwh, abs=1e-9)


def test_drawing_stops_at_the_floor_and_charging_at_the_ceiling() -> None:
    """50 kWh at half charge with a window of 10 to 95 %: 20 kWh can be drawn, then 42.5 kWh put in."""
    battery = Battery(50.0, 0.5, soc_floor=0.10, soc_ceiling=0.95)
    assert battery.draw(30.0) == pytest.approx(20.0)
    assert battery.soc == pytest.approx(0.10)
    assert battery.draw(1.0) == 0.0
    assert battery.charge(100.0) == pytest.approx(42.5)
    assert battery.soc == pytest.approx(0.95)
    assert battery.charge(1.0) == 0.0


def test_a_battery_outside_its_window_keeps_what_it_has() -> None:
    """Found at 5 % below a floor of 10 %, nothing can be drawn and nothing is lost."""
    battery = Battery(40.0, 0.05, soc_floor=0.10)
    assert battery.draw(5.0) == 0.0
    assert battery.soc == pytest.approx(0.05)


def test_drawing_all_empties_to_the_digit() -> None:
    """After drawing what is available, the state of charge is 0, not a rounding error beside it."""
    battery = Battery(45.0, 0.3)
    battery.draw(0.1)
    battery.draw(battery.available_kwh)
    assert battery.soc == 0.0


def test_all_faults_of_a_battery_are_named() -> None:
    """Capacity, charge and window are checked together."""
    with pytest.raises(ValueError, match=r"(?s)capacity_kwh.*soc must.*soc_floor"):
        Battery(0.0, 1.5, soc_floor=0.9, soc_ceiling=0.2)


@pytest.mark.parametrize("energy_kwh", [-1.0, float("nan")])
def test_negative_energy_is_refused(energy_kwh: float) -> None:
    """Drawing a negative amount is no way to charge."""
    battery = Battery(45.0, 0.3)
    with pytest.raises(ValueError, match="drawn"):
        battery.draw(energy_kwh)
    with pytest.raises(ValueError, match="charged"):
        battery.charge(energy_kwh)


@given(energy_kwh=st.floats(0.0, 100.0), efficiency=st.floats(0.5, 1.0))
def test_grid_energy_is_battery_energy_and_loss(energy_kwh: float, efficiency: float) -> None:
    """The grid gives what the battery gets and what is lost on the way."""
    draw = grid_draw(energy_kwh, efficiency)
    assert draw.grid_kwh == pytest.approx(draw.battery_kwh + draw.loss_kwh, abs=1e-12)
    assert draw.loss_kwh == pytest.approx(draw.grid_kwh * (1 - efficiency), abs=1e-9)

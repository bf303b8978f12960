"""Fuels and grids: the figures that turn litres and kilowatt-hours into energy and carbon dioxide."""

from __future__ import annotations

import pytest

from sim.energy import FUELS, GRID_FACTORS, EnergyParams


@pytest.mark.parametrize(
    ("fuel", "co2_kg_per_l", "mj_per_l"), [("diesel", 0.84 * 3.11, 35.83), ("petrol", 0.745 * 3.08, 32.09)]
)
def test_fuels_by_the_litre(fuel: str, co2_kg_per_l: float, mj_per_l: float) -> None:
    """Diesel 2.61 kg CO2 and 35.8 MJ a litre, petrol 2.29 kg and 32.1 MJ."""
    assert FUELS[fuel].co2_kg_per_l == pytest.approx(co2_kg_per_l)
    assert FUELS[fuel].mj_per_l == pytest.approx(mj_per_l, abs=0.01)


def test_the_default_grid_is_that_of_north_china() -> None:
    """Zibo draws from the North China grid, dirtier than the country's mean and cleaner than coal alone."""
    default = EnergyParams().grid_factor_kg_per_kwh
    assert default == GRID_FACTORS["north_china"].kg_per_kwh
    assert GRID_FACTORS["china"].kg_per_kwh < default < GRID_FACTORS["china_fossil"].kg_per_kwh

"""
Fuels and electricity: density, heating value and carbon dioxide of what vans burn and draw.

Exhaust of a drive comes from the consumption curves; the figures here turn litres into energy and kilowatt-hours from
the grid into carbon dioxide. Upstream emissions of fuels are not counted.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.energy.consumption import Confidence


@dataclass(frozen=True, slots=True)
class Fuel:
    """
    A liquid fuel.

    Parameters
    ----------
    name
        Key, as in `powertrain`.
    density_kg_per_l
        Density [kg/L].
    co2_kg_per_kg
        Carbon dioxide of complete combustion by mass [kg/kg].
    lhv_mj_per_kg
        Lower heating value [MJ/kg].
    source
        Where the numbers come from.
    confidence
        Trust in the weakest of them.
    """

    name: str
    density_kg_per_l: float
    co2_kg_per_kg: float
    lhv_mj_per_kg: float
    source: str
    confidence: Confidence

    @property
    def mj_per_l(self) -> float:
        """Energy content [MJ/L], lower heating value."""
        return self.lhv_mj_per_kg * self.density_kg_per_l

    @property
    def co2_kg_per_l(self) -> float:
        """Carbon dioxide of complete combustion [kg/L]."""
        return self.co2_kg_per_kg * self.density_kg_per_l


FUELS: dict[str, Fuel] = {
    "diesel": Fuel(
        "diesel",
        density_kg_per_l=0.84,
        co2_kg_per_kg=3.11,
        lhv_mj_per_kg=42.652,
        source="CO2 by mass: ratio of the HBEFA 4 curves; heating value: default of GB/T 2589, 10,200 kcal/kg "
        "(recalled, not looked up); density: Assumption",
        confidence="low",
    ),
    "petrol": Fuel(
        "petrol",
        density_kg_per_l=0.745,
        co2_kg_per_kg=3.08,
        lhv_mj_per_kg=43.070,
        source="CO2 by mass: ratio of the HBEFA 4 curves; heating value: default of GB/T 2589, 10,300 kcal/kg "
        "(recalled, not looked up); density: Assumption",
        confidence="low",
    ),
}
"""Fuels by name."""


@dataclass(frozen=True, slots=True)
class GridFactor:
    """
    Carbon dioxide per electricity drawn from a grid.

    Parameters
    ----------
    kg_per_kwh
        Average factor [kg/kWh].
    year
        Year it holds for.
    source
        Where it was published.
    confidence
        Trust in it.
    """

    kg_per_kwh: float
    year: int
    source: str
    confidence: Confidence


_NOTICE = "Ministry of Ecology and Environment of China, average electricity CO2 factors, notice of 2024-12-20"

GRID_FACTORS: dict[str, GridFactor] = {
    "north_china": GridFactor(0.6776, 2022, _NOTICE, "high"),
    "china": GridFactor(0.5366, 2022, _NOTICE, "high"),
    "china_fossil": GridFactor(0.8325, 2022, _NOTICE, "high"),
    "shandong": GridFactor(0.6410, 2022, "Assumption: " + _NOTICE + ", recalled, not looked up", "low"),
}
"""Grids by name; Zibo lies in that of North China."""

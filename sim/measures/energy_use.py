"""
Energy and emissions of the day.

Fuel counts at its lower heating value, electricity as drawn from the grid (what left the battery over the charging
efficiency). Carbon dioxide is that of the exhaust and of the grid; making fuel and vehicles is not counted. Where the
grid's factor goes by hour, electricity counts when it is drawn; what was used but not charged again today, at the mean.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.contracts import POWERTRAINS, FloatArray
from sim.measures.context import KpiContext
from sim.measures.intervals import ratio
from sim.measures.tables import RunTables
from sim.units import MJ_PER_KWH, SECONDS_PER_HOUR

CLASSES = tuple(name for name in POWERTRAINS if name != "human")
"""Powertrains whose energy per kilometre is told."""


def energy_measures(tables: RunTables, context: KpiContext) -> dict[str, float | None]:
    """
    Energy [MJ, kWh], carbon dioxide [kg], nitrogen oxides and particles [g].

    Parameters
    ----------
    tables
        Tables of the run.
    context
        Energy content of fuels, grid factor, charging efficiency.
    """
    trips, vans = tables["trips"], tables["vans"]
    powertrain = trips["van_id"].map(vans.set_index("van_id")["powertrain"])
    is_diesel = powertrain == "diesel"
    fuel_mj = (
        float(trips.loc[is_diesel, "fuel_l"].sum()) * context.diesel_mj_per_l
        + float(trips.loc[~is_diesel, "fuel_l"].sum()) * context.petrol_mj_per_l
    )
    mj_per_l = np.where(is_diesel, context.diesel_mj_per_l, context.petrol_mj_per_l)
    trip_mj = trips["fuel_l"] * mj_per_l + trips["energy_kwh"] / context.charger_efficiency * MJ_PER_KWH
    grid_kwh = float(trips["energy_kwh"].sum()) / context.charger_efficiency
    energy_mj = fuel_mj + grid_kwh * MJ_PER_KWH
    return {
        "energy_total": energy_mj,
        "energy_total_kwh": energy_mj / MJ_PER_KWH,
        "co2_total": float(trips["co2_g"].sum()) / 1000.0 + _grid_co2_kg(grid_kwh, tables, context),
        "nox_total": float(trips["nox_g"].sum()),
        "pm_total": float(trips["pm_g"].sum()),
    } | {
        f"energy_per_km_{name}": ratio(
            float(trip_mj[powertrain == name].sum()), float(trips.loc[powertrain == name, "distance_m"].sum()) / 1e3
        )
        for name in CLASSES
    }


def _grid_co2_kg(grid_kwh: float, tables: RunTables, context: KpiContext) -> float:
    by_hour = context.grid_factor_by_hour_kg_per_kwh
    if by_hour is None:
        return grid_kwh * context.grid_factor_kg_per_kwh
    drawn_kwh = energy_by_hour_kwh(tables["charging_power"])
    charged_kg = float((drawn_kwh * np.asarray(by_hour)).sum())
    return charged_kg + (grid_kwh - float(drawn_kwh.sum())) * float(np.mean(by_hour))


def energy_by_hour_kwh(power: pd.DataFrame) -> FloatArray:
    """
    Electricity drawn in each hour of the day [kWh], shape (24,); later days are added to the first.

    Parameters
    ----------
    power
        Table `charging_power`: each row at constant power.
    """
    hours = np.zeros(24)
    if power.empty:
        return hours
    from_h, until_h = (power[column].to_numpy(np.float64) / SECONDS_PER_HOUR for column in ("from_s", "until_s"))
    kwh = power["energy_kwh"].to_numpy(np.float64)
    length_h = np.where(until_h > from_h, until_h - from_h, 1.0)
    for hour in range(int(from_h.min()), int(np.ceil(until_h.max())) + 1):
        inside_h = np.clip(np.minimum(until_h, hour + 1.0) - np.maximum(from_h, hour), 0.0, None)
        hours[hour % 24] += float((kwh * inside_h / length_h).sum())
    return hours

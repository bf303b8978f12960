"""
Energy and emissions of the day.

Fuel counts at its lower heating value, electricity as drawn from the grid (what left the battery over the charging
efficiency). Carbon dioxide is that of the exhaust and of the grid; making fuel and vehicles is not counted.
"""

from __future__ import annotations

from sim.measures.context import KpiContext
from sim.measures.tables import RunTables
from sim.units import MJ_PER_KWH


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
    diesel_vans = vans.loc[vans["powertrain"] == "diesel", "van_id"]
    is_diesel = trips["van_id"].isin(diesel_vans)
    fuel_mj = (
        float(trips.loc[is_diesel, "fuel_l"].sum()) * context.diesel_mj_per_l
        + float(trips.loc[~is_diesel, "fuel_l"].sum()) * context.petrol_mj_per_l
    )
    grid_kwh = float(trips["energy_kwh"].sum()) / context.charger_efficiency
    energy_mj = fuel_mj + grid_kwh * MJ_PER_KWH
    return {
        "energy_total": energy_mj,
        "energy_total_kwh": energy_mj / MJ_PER_KWH,
        "co2_total": float(trips["co2_g"].sum()) / 1000.0 + grid_kwh * context.grid_factor_kg_per_kwh,
        "nox_total": float(trips["nox_g"].sum()),
        "pm_total": float(trips["pm_g"].sum()),
    }

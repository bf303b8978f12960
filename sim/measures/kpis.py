"""All indicators of a run, as in `kpis.json`."""

from __future__ import annotations

from typing import Any

from sim.measures.charging import charging_measures
from sim.measures.congestion import congestion_measures
from sim.measures.context import KpiContext
from sim.measures.cost import cost_measures
from sim.measures.definitions import MEASURES
from sim.measures.energy_use import energy_measures
from sim.measures.intervals import ratio
from sim.measures.kerb import kerb_measures
from sim.measures.service import service_measures
from sim.measures.subsidies import subsidy_measures
from sim.measures.tables import RunTables
from sim.measures.utilisation import utilisation_measures

_RATIOS = {
    "cost_per_tonne_km": ("cost_total", "tonne_km"),
    "cost_per_tonne_km_shipment": ("cost_total", "tonne_km_shipment"),
    "cost_per_tonne": ("cost_total", "tonnes_delivered"),
    "cost_per_order": ("cost_total", "orders_delivered"),
    "energy_per_tonne_km": ("energy_total", "tonne_km"),
    "energy_per_tonne_km_kwh": ("energy_total_kwh", "tonne_km"),
    "energy_per_tonne_km_shipment": ("energy_total", "tonne_km_shipment"),
    "energy_per_tonne": ("energy_total", "tonnes_delivered"),
    "energy_per_tonne_kwh": ("energy_total_kwh", "tonnes_delivered"),
}


def compute_kpis(tables: RunTables, context: KpiContext) -> dict[str, dict[str, Any]]:
    """
    Every indicator of `definitions.MEASURES`, in its order: name -> `value` (None where undefined), `unit`, `better`.

    Parameters
    ----------
    tables
        Tables of the run; `network_links`, `traces` and `costs` are not needed.
    context
        What is known of the run besides its tables.

    Raises
    ------
    ValueError
        If the tables contradict each other or the context.
    """
    values = service_measures(tables, context)
    values |= utilisation_measures(tables, context)
    values |= cost_measures(tables, context)
    values |= subsidy_measures(tables, context.subsidies)
    values |= energy_measures(tables, context)
    values |= charging_measures(tables, context)
    values |= kerb_measures(tables, context)
    values |= congestion_measures(tables, context)
    values |= {name: ratio(values[above], values[below]) for name, (above, below) in _RATIOS.items()}
    return {
        name: {"value": values[name], "unit": measure.unit, "better": measure.better}
        for name, measure in MEASURES.items()
    }

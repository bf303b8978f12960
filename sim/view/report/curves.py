"""What happened when: series by quarter of an hour, of a run and of its base."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.units import SECONDS_PER_HOUR, mps_to_kph
from sim.view.run_folder import RunFolder

STEP_S = 900.0

Series = list[float | None]


def day_curves(run: RunFolder, until_s: float) -> dict[str, Any]:
    """
    Curves of a day: start of each bin [s], and values of each curve with its unit.

    Parameters
    ----------
    run
        The run.
    until_s
        End of the last bin; curves of two runs with the same end have the same bins.
    """
    edges = np.arange(0.0, until_s + STEP_S, STEP_S)
    stops, trips, charging = run.stops, run.trips, run.table("charging")
    double = stops[stops["parking"] == "double"]
    public = charging[charging["purpose"] == "public"]
    orders = run.table("orders")
    delivered = np.histogram(orders["delivered_s"].dropna(), bins=edges)[0]
    power = _spread(charging["plug_s"], charging["unplug_s"], edges, charging["energy_kwh"]) * SECONDS_PER_HOUR / STEP_S
    curves = {
        "vans_driving": ("vans", _mean_number(trips["depart_s"], trips["arrive_s"], edges)),
        "vans_at_stops": ("vans", _mean_number(stops["parked_s"], stops["depart_s"], edges)),
        "orders_delivered": ("orders", delivered.astype(float)),
        "orders_delivered_so_far": ("orders", np.cumsum(delivered).astype(float)),
        "waiting_for_berth": ("vans", _mean_number(stops["arrival_s"], stops["parked_s"], edges)),
        "double_parked": ("vans", _mean_number(double["parked_s"], double["depart_s"], edges)),
        "charging_power": ("kW", power),
        "waiting_for_charger": ("vans", _mean_number(public["arrive_s"], public["plug_s"], edges)),
        "mean_speed": ("km/h", _speed(run, edges)),
        "closed_entries": ("entries", np.histogram(run.table("violations")["time_s"], bins=edges)[0].astype(float)),
    }
    return {
        "start_s": [float(edge) for edge in edges[:-1]],
        "curves": [
            {"key": key, "unit": unit, "values": _rounded(values)}
            for key, (unit, values) in curves.items()
            if np.nansum(np.abs(values)) > 0.0 or key in ("vans_driving", "orders_delivered_so_far")
        ],
    }


def _mean_number(start: pd.Series[Any], end: pd.Series[Any], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean number of intervals that hold at a time, by bin."""
    return _spread(start, end, edges, None) / STEP_S


def _spread(
    start: pd.Series[Any], end: pd.Series[Any], edges: NDArray[np.float64], amount: pd.Series[Any] | None
) -> NDArray[np.float64]:
    """Time of intervals in each bin [s], or an amount of each spread evenly over its time."""
    low, high = start.to_numpy(dtype=np.float64), end.to_numpy(dtype=np.float64)
    rate = np.ones(len(low))
    if amount is not None:
        rate = amount.to_numpy(dtype=np.float64) / np.maximum(high - low, 1e-9)
    good = np.isfinite(low) & np.isfinite(high) & (high > low)
    low, high, rate = low[good], high[good], rate[good]
    # Integral of the running number at each edge: what has begun less what has ended, both cut at the edge.
    upto = [float((rate * (np.minimum(high, edge) - np.minimum(low, edge))).sum()) for edge in edges]
    return np.diff(np.array(upto))


def _speed(run: RunFolder, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance over time of all vehicles by bin [km/h]; NaN in bins without."""
    table = run.table("links").dropna(subset=["travel_time_s"])
    length = run.links["length_m"].reindex(table["link_id"]).to_numpy()
    vehicles = table["inflow_veh"].to_numpy(dtype=np.float64)
    bins = np.digitize(table["bin_start_s"], edges) - 1
    good = (bins >= 0) & (bins < len(edges) - 1) & np.isfinite(length)
    size = len(edges) - 1
    metres = np.bincount(bins[good], (length * vehicles)[good], minlength=size)
    seconds = np.bincount(bins[good], (table["travel_time_s"].to_numpy() * vehicles)[good], minlength=size)
    speed = np.divide(metres, seconds, out=np.full(size, np.nan), where=seconds > 0.0)
    return np.array([mps_to_kph(value) for value in speed])


def _rounded(values: NDArray[np.float64]) -> Series:
    return [float(f"{value:.6g}") if np.isfinite(value) else None for value in values]

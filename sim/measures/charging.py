"""Electric vans and the chargers they share: supply, waits, use and vans left on the road."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.contracts import FloatArray
from sim.measures.context import KpiContext
from sim.measures.intervals import ratio, time_within_s
from sim.measures.tables import RunTables
from sim.units import SECONDS_PER_HOUR

NEW_ENERGY = ("bev", "phev")
"""Powertrains of new-energy vehicles."""


def charging_measures(tables: RunTables, context: KpiContext) -> dict[str, float | None]:
    """
    Share of electric vans, vans per connector, waits [min] and use of public connectors.

    Parameters
    ----------
    tables
        Tables of the run.
    context
        Connectors and the operating day.
    """
    vans, charging = tables["vans"], tables["charging"]
    nev = int(vans["powertrain"].isin(NEW_ENERGY).sum())
    public = charging[charging["purpose"] == "public"]
    wait_min = (public["plug_s"] - public["arrive_s"]).to_numpy(dtype=np.float64) / 60.0
    public_kwh, charged_kwh = float(public["energy_kwh"].sum()), float(charging["energy_kwh"].sum())
    to_charge = tables["trips"]["purpose"] == "charge"
    plugged_s = time_within_s(public["plug_s"], public["unplug_s"], context.day_from_s, context.day_until_s)
    return {
        "nev_share": ratio(nev, len(vans)),
        "nev_per_charger": ratio(nev, context.public_connectors),
        "depot_connectors": context.depot_connectors,
        "charger_wait_mean": float(wait_min.mean()) if len(wait_min) else None,
        "charger_wait_p95": float(np.percentile(wait_min, 95.0)) if len(wait_min) else None,
        "charger_utilisation": ratio(plugged_s, context.public_connectors * context.operating_day_s),
        "public_sessions": len(public),
        "public_charging_share": ratio(public_kwh, charged_kwh),
        "public_peak_power": peak_power_kw(tables["charging_power"], public["site_id"]),
        "charging_cost": float(charging["cost_cny"].sum()),
        "charging_cost_per_kwh": ratio(float(charging["cost_cny"].sum()), charged_kwh),
        "charging_cost_per_kwh_public": ratio(float(public["cost_cny"].sum()), public_kwh),
        "charging_trips_km": float(tables["trips"].loc[to_charge, "distance_m"].sum()) / 1000.0,
        "orders_missed_for_charge": int((tables["orders"]["missed_for"] == "charge").sum()),
        "vans_stranded": int(tables["stranded"]["van_id"].nunique()),
    }


POWER_BIN_S = 900.0
"""Bins in which power is averaged [s]; demand charges go by quarters of an hour."""


def peak_power_kw(power: pd.DataFrame, site_ids: pd.Series[Any]) -> float | None:
    """
    Highest mean power of a quarter of an hour of all sites together [kW]; None when nobody charges there.

    Parameters
    ----------
    power
        Table `charging_power`.
    site_ids
        Sites that count.
    """
    own = power[power["site_id"].isin(set(site_ids))]
    return None if own.empty else float(mean_power_kw(own, _bins(own)).max())


def mean_power_kw(power: pd.DataFrame, edges_s: FloatArray) -> FloatArray:
    """
    Mean power of each bin [kW], shape (n_bins,).

    Parameters
    ----------
    power
        Rows of table `charging_power`, each at constant power.
    edges_s
        Edges of the bins [s], rising, shape (n_bins + 1,).
    """
    from_s, until_s = power["from_s"].to_numpy(np.float64), power["until_s"].to_numpy(np.float64)
    kw = power["energy_kwh"].to_numpy(np.float64) * SECONDS_PER_HOUR / np.where(until_s > from_s, until_s - from_s, 1.0)
    order, ended = np.argsort(from_s, kind="stable"), np.argsort(until_s, kind="stable")
    drawn = _drawn_before(from_s[order], kw[order], edges_s) - _drawn_before(until_s[ended], kw[ended], edges_s)
    mean: FloatArray = np.diff(drawn) / np.diff(edges_s)
    return mean


def _drawn_before(since_s: FloatArray, kw: FloatArray, edges_s: FloatArray) -> FloatArray:
    """Sum over all of power times the time since its start, at every edge [kW s]."""
    power = np.concatenate(([0.0], np.cumsum(kw)))
    moment = np.concatenate(([0.0], np.cumsum(kw * since_s)))
    count = np.searchsorted(since_s, edges_s)
    drawn: FloatArray = power[count] * edges_s - moment[count]
    return drawn


def _bins(power: pd.DataFrame) -> FloatArray:
    first = np.floor(float(power["from_s"].min()) / POWER_BIN_S)
    last = max(first + 1.0, np.ceil(float(power["until_s"].max()) / POWER_BIN_S))
    edges: FloatArray = np.arange(first, last + 1.0) * POWER_BIN_S
    return edges

"""Figures over the hours of the day: what vans do, who uses the kerb, who charges."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from sim.units import SECONDS_PER_HOUR
from sim.view.by_time import mean_present, time_bins
from sim.view.run_folder import RunFolder
from sim.view.style import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    RED,
    add_caption,
    count_of,
    figure_style,
    hour_axis,
    new_figure,
    save_figure,
    say_empty,
)

BIN_S = 900.0
Floats = NDArray[np.float64]


def draw_vans_by_hour(run: RunFolder, path: Path) -> Path:
    """How many vans are driving, stopped at shops, waiting for a berth or at a public charger."""
    trips, stops, charging = run.trips, run.stops, run.table("charging")
    public = charging[charging["purpose"] == "public"]
    with figure_style():
        figure = new_figure()
        axes = figure.subplots()
        if trips.empty:
            say_empty(axes, "no van left its depot")
        else:
            edges = time_bins(float(trips["depart_s"].min()), float(trips["arrive_s"].max()), BIN_S)
            states = {
                "driving": (BLUE, _present(trips, "depart_s", "arrive_s", edges)),
                "at a shop": (GREEN, _present(stops, "parked_s", "depart_s", edges)),
                "waiting for a berth": (ORANGE, _waiting(stops, edges)),
                "at a public charger": (PURPLE, _present(public, "arrive_s", "unplug_s", edges)),
            }
            _stack(axes, edges, states)
            axes.set_ylabel("Vans [veh], mean of 15 min")
            axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        axes.set_title("What the vans are doing by time of day")
        used = trips["van_id"].nunique()
        add_caption(figure, f"n = {used:,} of {len(run.vans):,} vans on the road, {len(trips):,} trips; {run.name}")
        return save_figure(figure, path)


def draw_kerb_by_hour(run: RunFolder, path: Path) -> Path:
    """Vans in loading berths, waiting for one, and double-parked; and where the stops were made."""
    berths, stops = run.table("berths"), run.stops
    double = stops[stops["parking"] == "double"]
    with figure_style():
        figure = new_figure()
        axes = figure.subplots()
        if berths.empty and double.empty:
            say_empty(axes, "no loading berth was used and no van double-parked")
        else:
            ends = [*berths["leave_s"], *double["depart_s"]]
            starts = [*berths["arrive_s"], *double["parked_s"]]
            edges = time_bins(float(min(starts)), float(max(ends)), BIN_S)
            _steps(axes, edges, _present(berths, "park_s", "leave_s", edges), BLUE, "in a loading berth")
            _steps(axes, edges, _present(double, "parked_s", "depart_s", edges), RED, "double-parked")
            _steps(axes, edges, _waiting(stops, edges), ORANGE, "waiting for a berth")
            if berths.empty:
                axes.text(0.5, 0.95, "no loading berth was used", transform=axes.transAxes, ha="center", va="top")
            hour_axis(axes, float(edges[0]), float(edges[-1]))
            axes.set_ylim(bottom=0.0)
            axes.set_ylabel("Vans [veh], mean of 15 min")
            axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        axes.set_title("Vans at the kerb by time of day")
        spots = berths["berth_id"].nunique()
        add_caption(
            figure,
            f"n = {count_of(len(berths), 'stay')} in {count_of(spots, 'berth')}, {len(double):,} double-parked of "
            f"{count_of(len(stops), 'stop')}{_kpi_note(run, 'berth_occupancy', 'mean occupancy')}; {run.name}",
        )
        return save_figure(figure, path)


def draw_charging_by_hour(run: RunFolder, path: Path) -> Path:
    """Connectors in use at depots and in public, vans that wait for one, and the power drawn."""
    sessions = run.table("charging")
    with figure_style():
        figure = new_figure(8.0, 5.5)
        if sessions.empty:
            axes = figure.subplots()
            say_empty(axes, "no van charged on this day")
            axes.set_title("Chargers by time of day")
        else:
            above, below = figure.subplots(2, 1, sharex=True)
            edges = time_bins(float(sessions["arrive_s"].min()), float(sessions["unplug_s"].max()), BIN_S)
            for purpose, colour in (("depot", BLUE), ("public", GREEN)):
                own = sessions[sessions["purpose"] == purpose]
                sites = own["site_id"].nunique()
                text = f"{purpose}: {count_of(len(own), 'session')}" + (
                    f" at {count_of(sites, 'site')}" if sites else ""
                )
                _steps(above, edges, _present(own, "plug_s", "unplug_s", edges), colour, text)
                _steps(below, edges, _power_kw(own, edges), colour, purpose)
            waiting = _present(sessions, "arrive_s", "plug_s", edges)
            if waiting.any():
                _steps(above, edges, waiting, ORANGE, "waiting")
            hour_axis(below, float(edges[0]), float(edges[-1]))
            above.set_ylabel("Vans plugged in [veh]")
            below.set_ylabel("Mean power [kW]")
            for axes in (above, below):
                axes.set_ylim(bottom=0.0)
            above.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
            above.set_title("Chargers by time of day, mean of 15 min")
        energy_kwh = float(sessions["energy_kwh"].sum())
        add_caption(
            figure,
            f"n = {count_of(len(sessions), 'session')} of {count_of(sessions['van_id'].nunique(), 'van')}, "
            f"{energy_kwh:,.0f} kWh; power is the mean of each session; {run.name}",
        )
        return save_figure(figure, path)


def _present(table: pd.DataFrame, start: str, end: str, edges: Floats) -> Floats:
    return mean_present(table[start].to_numpy(np.float64), table[end].to_numpy(np.float64), edges)


def _waiting(stops: pd.DataFrame, edges: Floats) -> Floats:
    parked = stops["parked_s"].to_numpy(np.float64)
    return mean_present(parked - stops["berth_wait_s"].fillna(0.0).to_numpy(np.float64), parked, edges)


def _power_kw(sessions: pd.DataFrame, edges: Floats) -> Floats:
    """Mean power of the sessions in each bin [kW], each session's energy spread evenly over its time."""
    total = np.zeros(len(edges) - 1)
    for plug_s, unplug_s, energy_kwh in sessions[["plug_s", "unplug_s", "energy_kwh"]].itertuples(index=False):
        if unplug_s > plug_s:
            share = np.clip(np.minimum(edges[1:], unplug_s) - np.maximum(edges[:-1], plug_s), 0.0, None)
            total += share / np.diff(edges) * energy_kwh * SECONDS_PER_HOUR / (unplug_s - plug_s)
    return total


def _stack(axes: Axes, edges: Floats, states: dict[str, tuple[str, Floats]]) -> None:
    below = np.zeros(len(edges) - 1)
    for text, (colour, count) in states.items():
        if count.any():
            axes.stairs(below + count, edges / 3600.0, baseline=below, fill=True, color=colour, label=text, alpha=0.85)
            below = below + count
    axes.stairs(below, edges / 3600.0, color=INK, linewidth=0.8)
    hour_axis(axes, float(edges[0]), float(edges[-1]))
    axes.set_ylim(bottom=0.0)


def _steps(axes: Axes, edges: Floats, count: Floats, colour: str, text: str) -> None:
    drawn = bool(count.any())
    axes.stairs(count, edges / 3600.0, color=colour if drawn else FAINT, linewidth=1.8, label=text)


def _kpi_note(run: RunFolder, name: str, text: str) -> str:
    kpi = run.kpis.get(name) or {}
    value = kpi.get("value")
    if value is None:
        return ""
    return f"; {text} {value:.0%}" if kpi.get("unit") in {"-", "share", "1"} else f"; {text} {value:,.3g} {kpi['unit']}"

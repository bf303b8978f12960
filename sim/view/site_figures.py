"""Public charging sites over the hours of the day: use, queue and load."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.measures.charging import mean_power_kw
from sim.view.by_time import Floats, mean_present, time_bins
from sim.view.run_folder import RunFolder
from sim.view.style import (
    COLOURS,
    FAINT,
    GREEN,
    INK,
    ORANGE,
    add_caption,
    count_of,
    figure_style,
    hour_axis,
    new_figure,
    save_figure,
    say_empty,
)

BIN_S = 900.0
SITES_SHOWN = len(COLOURS)


def draw_charging_sites(run: RunFolder, path: Path) -> Path:
    """Share of public connectors in use, vans that wait for one, and the power of each site."""
    charging = run.table("charging")
    public = charging[charging["purpose"] == "public"]
    connectors = _connectors(run)
    with figure_style():
        figure = new_figure(8.0, 6.5)
        if public.empty:
            axes = figure.subplots()
            say_empty(axes, "no van charged at a public site")
            axes.set_title("Public charging sites by time of day")
        else:
            panels = figure.subplots(3, 1, sharex=True)
            edges = time_bins(float(public["arrive_s"].min()), float(public["unplug_s"].max()), BIN_S)
            use, queue, load = panels
            _draw_use(use, public, edges, connectors)
            waiting = mean_present(public["arrive_s"].to_numpy(), public["plug_s"].to_numpy(), edges)
            queue.stairs(waiting, edges / 3600.0, color=ORANGE if waiting.any() else FAINT, linewidth=1.8)
            queue.set_ylabel("Vans waiting [veh]")
            power = run.table("charging_power")
            _draw_load(load, power[power["site_id"].isin(set(public["site_id"]))], edges)
            hour_axis(load, float(edges[0]), float(edges[-1]))
            for axes in panels:
                axes.set_ylim(bottom=0.0)
            use.set_title("Public charging sites by time of day, mean of 15 min")
        wait_min = (public["plug_s"] - public["arrive_s"]) / 60.0
        waits = f", mean wait {wait_min.mean():.1f} min" if len(public) else ""
        of = f"{count_of(public['van_id'].nunique(), 'van')} at {count_of(public['site_id'].nunique(), 'site')}"
        supply = count_of(connectors, "connector")
        add_caption(figure, f"n = {count_of(len(public), 'session')} of {of}, {supply} in all{waits}; {run.name}")
        return save_figure(figure, path)


def _connectors(run: RunFolder) -> int:
    """Public connectors of the run; 0 where its tables do not say."""
    places = run.table("places")
    return int(places.loc[places["kind"] == "charger", "capacity"].fillna(0.0).sum())


def _draw_use(axes: Axes, public: pd.DataFrame, edges: Floats, connectors: int) -> None:
    plugged = mean_present(public["plug_s"].to_numpy(), public["unplug_s"].to_numpy(), edges)
    whole = 100.0 / connectors if connectors else 1.0
    axes.stairs(whole * plugged, edges / 3600.0, color=GREEN, linewidth=1.8, fill=True, alpha=0.6)
    axes.set_ylabel("Connectors in use [%]" if connectors else "Connectors in use [-]")


def _draw_load(axes: Axes, power: pd.DataFrame, edges: Floats) -> None:
    """Power of the busiest sites and of the others, one on the other."""
    by_site = power.groupby("site_id")["energy_kwh"].sum().sort_values(ascending=False, kind="stable")
    shown = list(by_site.index[:SITES_SHOWN])
    below = np.zeros(len(edges) - 1)
    groups = [(site, power[power["site_id"] == site], COLOURS[row]) for row, site in enumerate(shown)]
    others = power[~power["site_id"].isin(shown)]
    if len(others):
        groups.append((f"{others['site_id'].nunique()} others", others, FAINT))
    for name, own, colour in groups:
        kw = mean_power_kw(own, edges)
        axes.stairs(below + kw, edges / 3600.0, baseline=below, fill=True, color=colour, label=str(name))
        below = below + kw
    axes.stairs(below, edges / 3600.0, color=INK, linewidth=0.8)
    axes.set_ylabel("Load [kW]")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), title="site")

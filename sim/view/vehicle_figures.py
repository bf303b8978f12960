"""Figures by vehicle type and by cost component: what the day took and what it cost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from sim.units import MJ_PER_KWH
from sim.view.kpi_table import format_value
from sim.view.run_folder import RunFolder
from sim.view.style import (
    BLUE,
    GREY,
    POWERTRAIN_COLOURS,
    add_caption,
    count_of,
    figure_style,
    new_figure,
    save_figure,
    say_empty,
)

FUEL_MJ_PER_L = {"diesel": 0.84 * 42.652, "petrol": 0.745 * 43.070, "phev": 0.745 * 43.070}
"""Energy content of the fuel of each powertrain [MJ/L], lower heating value; as in the indicator `energy_total`."""


def energy_by_type(run: RunFolder) -> pd.DataFrame:
    """
    Energy and distance of each vehicle type, by powertrain and type.

    Electricity is counted as drawn from the grid, fuel by its lower heating value, as in `energy_total`.

    Returns
    -------
    pd.DataFrame
        vehicle_type, powertrain, vans, distance_km, energy_mj.
    """
    van = run.trips["van_id"]
    about = {column: van.map(run.vans[column]) for column in ("vehicle_type", "powertrain")}
    trips = run.trips.assign(**about)
    heat = trips["powertrain"].map(FUEL_MJ_PER_L).astype("float64").fillna(0.0)
    grid_kwh = trips["energy_kwh"] / float(run.config["charging"]["charger_efficiency"])
    trips["energy_mj"] = grid_kwh * MJ_PER_KWH + trips["fuel_l"] * heat
    trips["distance_km"] = trips["distance_m"] / 1000.0
    keys = ["powertrain", "vehicle_type"]
    table = trips.groupby(keys).agg(
        vans=("van_id", "nunique"), distance_km=("distance_km", "sum"), energy_mj=("energy_mj", "sum")
    )
    return table.reset_index()


def draw_energy_by_type(run: RunFolder, path: Path) -> Path:
    """Energy of the day by vehicle type, in total and per kilometre."""
    table = energy_by_type(run)
    with figure_style():
        figure = new_figure(8.0, max(2.4, 1.4 + 0.45 * len(table)))
        if table.empty or table["distance_km"].sum() == 0.0:
            axes = figure.subplots()
            say_empty(axes, "no van drove on this day")
            axes.set_title("Energy by vehicle type")
        else:
            total, rate = figure.subplots(1, 2, sharey=True)
            types = zip(table["vehicle_type"], table["powertrain"], table["vans"], strict=True)
            names = [f"{str(v).replace('_', ' ')}\n({p}, {count_of(n, 'van')})" for v, p, n in types]
            colours = [POWERTRAIN_COLOURS.get(str(name), GREY) for name in table["powertrain"]]
            per_km = table["energy_mj"] / table["distance_km"].replace(0.0, np.nan)
            for axes, values, label in (
                (total, table["energy_mj"], "Energy [MJ/day]"),
                (rate, per_km, "Energy [MJ/km]"),
            ):
                bars = axes.barh(names, values.fillna(0.0), color=colours, height=0.62)
                axes.bar_label(
                    bars, labels=[format_value(v if np.isfinite(v) else None) for v in values], padding=3, fontsize=8.5
                )
                axes.margins(x=0.18)
                axes.set_xlabel(label)
                axes.xaxis.set_major_locator(MaxNLocator(5))
                axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
                axes.grid(visible=False, axis="y")
                axes.tick_params(axis="y", length=0)
            total.invert_yaxis()
            total.set_title("Energy by vehicle type, in total and per km")
        add_caption(
            figure,
            f"n = {int(table['vans'].sum()):,} vans, {table['distance_km'].sum():,.0f} km; fuel by its lower heating "
            f"value, electricity as drawn from the grid; {run.name}",
        )
        return save_figure(figure, path)


def cost_components(run: RunFolder) -> pd.Series:
    """Cost of the day by component [CNY], dearest first; components that cost nothing are left out."""
    costs = run.table("costs").groupby("component")["cost_cny"].sum()
    return costs[costs != 0.0].sort_values(ascending=False, kind="stable")


def draw_cost_by_component(run: RunFolder, path: Path) -> Path:
    """Cost of the day by component, with its share of the total."""
    parts = cost_components(run)
    with figure_style():
        figure = new_figure(8.0, max(2.4, 1.4 + 0.38 * len(parts)))
        axes = figure.subplots()
        total = float(parts.sum())
        if parts.empty:
            say_empty(axes, "no cost arose on this day")
        else:
            bars = axes.barh(parts.index.astype(str), parts.to_numpy(), color=BLUE, height=0.62)
            labels = [f"{value:,.0f} CNY ({_percent(value / total)})" for value in parts]
            axes.bar_label(bars, labels=labels, padding=3, fontsize=8.5)
            axes.invert_yaxis()
            axes.margins(x=0.22)
            axes.set_xlabel("Cost [CNY/day]")
            axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
            axes.grid(visible=False, axis="y")
            axes.tick_params(axis="y", length=0)
        axes.set_title(f"Cost of the day by component: {total:,.0f} CNY in all")
        carriers = run.vans["carrier_id"].nunique()
        add_caption(figure, f"n = {count_of(len(run.vans), 'van')} of {count_of(carriers, 'carrier')}; {run.name}")
        return save_figure(figure, path)


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 else "<1%"

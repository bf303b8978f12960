"""
What became of the fleets: shares by year, cost of new vans, spending of the city, and how the iteration settled.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from sim.view.style import COLOURS, GREY, INK, add_caption, figure_style, new_figure, save_figure, say_empty

_COST_PARTS = {
    "capital_cny": "capital",
    "insurance_cny": "insurance",
    "energy_cny": "energy",
    "maintenance_cny": "maintenance",
    "charging_time_cny": "time for charging",
    "access_cny": "access",
    "breakdowns_cny": "recovery, fines",
    "subsidies_cny": "subsidies",
}
_SPENDING = {
    "purchase_cny": "purchase",
    "scrappage_cny": "scrappage",
    "operating_cny": "operation",
    "tariff_cny": "charging",
}


def draw_fleet_response(folder: Path | str, path: Path, *, labels: Mapping[str, str], caption: str) -> Path:
    """
    Four panels from `fleet_response.csv`, `budget.csv` and `rounds.csv`.

    Parameters
    ----------
    folder
        Folder of the tables.
    path
        File that is written.
    labels
        Name of each vehicle type in figures.
    caption
        Small print.
    """
    shares = pd.read_csv(Path(folder) / "fleet_response.csv")
    shares = shares[shares["carrier"] == "all"]
    with figure_style():
        figure = new_figure(width_in=10.5, height_in=7.2)
        by_year, cost, spending, rounds = figure.subplots(2, 2).ravel()
        _draw_shares(by_year, shares, labels)
        _draw_costs(cost, shares[shares["year"] == shares["year"].max()], labels)
        _draw_spending(spending, pd.read_csv(Path(folder) / "budget.csv"))
        _draw_rounds(rounds, pd.read_csv(Path(folder) / "rounds.csv"))
        add_caption(figure, caption)
        return save_figure(figure, path)


def _draw_shares(axes: Axes, shares: pd.DataFrame, labels: Mapping[str, str]) -> None:
    for (name, own), colour in zip(shares.groupby("vehicle_type", sort=False), COLOURS, strict=False):
        axes.plot(own["year"], 100.0 * own["share"], "o-", color=colour, label=labels.get(str(name), str(name)))
        axes.plot(own["year"], 100.0 * own["base_share"], ":", color=colour)
    axes.set_title("Fleets (dotted: reference)")
    axes.set_ylabel("Share of vans [%]")
    axes.set_xticks(sorted(shares["year"].unique()))
    axes.set_ylim(bottom=0.0)
    axes.legend()


def _draw_costs(axes: Axes, last: pd.DataFrame, labels: Mapping[str, str]) -> None:
    at = np.arange(len(last))
    above, below = np.zeros(len(last)), np.zeros(len(last))
    for (column, name), colour in zip(_COST_PARTS.items(), itertools.cycle((*COLOURS, GREY, INK)), strict=False):
        value = last[column].to_numpy(dtype=np.float64) / 1000.0
        if not value.any():
            continue
        axes.bar(at, value, bottom=np.where(value >= 0.0, above, below), color=colour, width=0.6, label=name)
        above, below = above + np.maximum(value, 0.0), below + np.minimum(value, 0.0)
    axes.plot(at, last["tco_cny"] / 1000.0, "D", color="black", markersize=5, label="sum")
    axes.plot(at, last["base_tco_cny"] / 1000.0, "_", color="black", markersize=26, label="sum, reference")
    axes.axhline(0.0, color=GREY, linewidth=1)
    axes.set_xticks(at, [labels.get(name, name) for name in last["vehicle_type"]])
    axes.set_ylabel("Cost of a new van [1,000 CNY/year]")
    axes.set_title(f"Cost of ownership without driver, {last['year'].max()}")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def _draw_spending(axes: Axes, budget: pd.DataFrame) -> None:
    axes.set_title("Spending of the city")
    budget = budget[budget["year"] != "all"]
    if not budget["spending_cny"].sum():
        say_empty(axes, "no incentives are paid")
        return
    bottom = np.zeros(len(budget))
    years = [str(year) for year in budget["year"]]
    for (column, name), colour in zip(_SPENDING.items(), COLOURS, strict=False):
        value = budget[column].to_numpy(dtype=np.float64) / 1000.0
        if value.any():
            axes.bar(years, value, bottom=bottom, color=colour, width=0.5, label=name)
            bottom += value
    axes.set_ylabel("[1,000 CNY/year]")
    axes.legend()


def _draw_rounds(axes: Axes, rounds: pd.DataFrame) -> None:
    for (year, own), colour in zip(rounds.groupby("year"), COLOURS, strict=False):
        mark = "o-" if own["is_settled"].iloc[-1] else "x--"
        axes.plot(own["round"], 100.0 * own["residual"].clip(lower=1e-5), mark, color=colour, label=str(year))
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_title("Fixed point (dashed: not settled)")
    axes.set_xlabel("Round")
    axes.set_xticks(sorted(rounds["round"].unique()))
    axes.set_ylabel("Largest change of a share [% points]")
    axes.legend()

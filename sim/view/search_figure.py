"""
Front of a search: what the public pays against what is missing to the targets.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from sim.view.style import BLUE, GREY, INK, ORANGE, add_caption, figure_style, new_figure, save_figure


def draw_search_front(
    table: pd.DataFrame, nothing: Mapping[str, object], path: Path, *, study: str, targets: int
) -> Path:
    """
    Draw every set of levers that was tried, the front among them, and the cheapest that meets all targets.

    Parameters
    ----------
    table
        Content of `trials.csv`.
    nothing
        Levers with the level that is doing nothing.
    path
        File that is written; vector or PNG by suffix.
    study
        Name of the search, for the small print.
    targets
        Number of targets.
    """
    with figure_style():
        figure = new_figure(width_in=9.0, height_in=7.6)
        axes, key = figure.subplots(2, 1, gridspec_kw={"height_ratios": [3, 2]})
        key.set_axis_off()
        cost = table["public_cost"].to_numpy(np.float64) / 1000.0
        lack = 100.0 * table["shortfall"].to_numpy(np.float64)
        front = table["is_front"].to_numpy(bool)
        cheapest = table["is_cheapest"].to_numpy(bool)
        axes.scatter(cost[~front], lack[~front], color=GREY, s=24, zorder=3, label="tried")
        order = np.flatnonzero(front)[np.argsort(cost[front], kind="stable")]
        axes.step(cost[order], lack[order], where="post", color=BLUE, linewidth=1.2, zorder=3)
        axes.scatter(cost[order], lack[order], color=BLUE, s=44, zorder=4, label="front")
        if cheapest.any():
            axes.scatter(cost[cheapest], lack[cheapest], s=200, facecolors="none", edgecolors=ORANGE, linewidths=2.0,
                         zorder=5, label=f"cheapest that meets all {targets} targets")  # fmt: skip
        told = list(dict.fromkeys([*order, *np.flatnonzero(cheapest)]))
        for number, row in enumerate(told, start=1):
            axes.annotate(str(number), (cost[row], lack[row]), textcoords="offset points", xytext=(6, 5), color=INK)
        lines = [f"{number}  {_set_of_levers(table.iloc[row], nothing)}" for number, row in enumerate(told, start=1)]
        key.text(0.0, 1.0, "\n".join(lines), transform=key.transAxes, va="top", fontsize=8.5, color=INK,
                 linespacing=1.5)  # fmt: skip
        axes.set(xlabel="Public cost [1,000 CNY/year]", ylabel="Missing to the targets, added up [% of each]")
        axes.margins(0.1)
        axes.legend(loc="upper right")
        note = "" if cheapest.any() else " No set that was tried meets all targets with its whole 95 % interval."
        add_caption(figure, f"{study}: {len(table)} sets of levers, means over the seeds.{note}")
        return save_figure(figure, path)


def _set_of_levers(row: pd.Series, nothing: Mapping[str, object]) -> str:
    """Levers that are pulled: one of level `with` by its name, all others with their level."""
    parts = []
    for name, idle in nothing.items():
        level = str(row[name])
        if level != str(idle):
            parts.append(name if level == "with" else f"{name}: {level}")
    return ", ".join(parts) or "nothing"

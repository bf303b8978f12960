"""
Front of a search: what the public pays against what is missing to the targets.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from sim.view.style import BLUE, GREY, INK, ORANGE, add_caption, figure_style, new_figure, save_figure

_PLOT_IN, _LINE_IN = 4.6, 0.19
"""Height of the plot and of a line of its key [in]."""

_KEY_WIDTH = 140
"""Letters that a line of the key has room for."""


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
        cost = table["public_cost"].to_numpy(np.float64) / 1000.0
        lack = 100.0 * table["shortfall"].to_numpy(np.float64)
        front = table["is_front"].to_numpy(bool)
        cheapest = table["is_cheapest"].to_numpy(bool)
        order = np.flatnonzero(front)[np.argsort(cost[front], kind="stable")]
        told = list(dict.fromkeys([*order, *np.flatnonzero(cheapest)]))
        lines = _key([_set_of_levers(table.iloc[row], nothing) for row in told])
        key_in = _LINE_IN * (len(lines) + 1)
        figure = new_figure(width_in=9.0, height_in=_PLOT_IN + key_in)
        axes, key = figure.subplots(2, 1, gridspec_kw={"height_ratios": [_PLOT_IN, key_in]})
        key.set_axis_off()
        axes.scatter(cost[~front], lack[~front], color=GREY, s=24, zorder=3, label="tried")
        axes.step(cost[order], lack[order], where="post", color=BLUE, linewidth=1.2, zorder=3)
        axes.scatter(cost[order], lack[order], color=BLUE, s=44, zorder=4, label="front")
        if cheapest.any():
            axes.scatter(cost[cheapest], lack[cheapest], s=200, facecolors="none", edgecolors=ORANGE, linewidths=2.0,
                         zorder=5, label=f"cheapest that meets all {targets} targets")  # fmt: skip
        for number, row in enumerate(told, start=1):
            axes.annotate(str(number), (cost[row], lack[row]), textcoords="offset points", xytext=(6, 5), color=INK)
        text = key.text(0.0, 1.0, "\n".join(lines), transform=key.transAxes, va="top", fontsize=8.5, color=INK,
                        linespacing=1.5)  # fmt: skip
        text.set_in_layout(False)  # long names of sets do not make the plot narrower
        axes.set(xlabel="Public cost [1,000 CNY/year]", ylabel="Missing to the targets, added up [% of each]")
        axes.margins(0.1)
        axes.legend(loc="upper right")
        note = "" if cheapest.any() else " No set that was tried meets all targets with its whole 95 % interval."
        add_caption(figure, f"{study}: {len(table)} sets of levers, means over the seeds.{note}")
        return save_figure(figure, path)


def _key(sets: list[str]) -> list[str]:
    """Numbered lines that say which set is which, broken where they would leave the figure."""
    return [
        line
        for number, text in enumerate(sets, start=1)
        for line in textwrap.wrap(f"{number}  {text}", _KEY_WIDTH, subsequent_indent="      ")
    ]


def _set_of_levers(row: pd.Series, nothing: Mapping[str, object]) -> str:
    """Levers that are pulled: one of level `with` by its name, all others with their level."""
    parts = []
    for name, idle in nothing.items():
        level = str(row[name])
        if level != str(idle):
            parts.append(name if level == "with" else f"{name}: {level}")
    return ", ".join(parts) or "nothing"

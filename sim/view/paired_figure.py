"""
Indicators against the levels of one factor, with intervals of the paired differences.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from sim.measures.definitions import MEASURES
from sim.view.style import BLUE, GREY, ORANGE, add_caption, figure_style, new_figure, save_figure


def draw_against_levels(
    table: pd.DataFrame,
    path: Path,
    *,
    titles: Mapping[str, str],
    base: float,
    axis: str,
    scale: float = 1.0,
    caption: str,
    marks: Mapping[str, float] | None = None,
) -> Path:
    """
    One panel an indicator: its mean at each level, bars the 95 % interval of the difference from the base level.

    Parameters
    ----------
    table
        Columns `measure, level, mean, paired_difference, pd_ci_low, pd_ci_high`.
    path
        File that is written.
    titles
        Title of each indicator that is drawn, in order, up to six.
    base
        Level that the others are compared with.
    axis
        Label of the axis of levels.
    scale
        Factor on the levels, 100 for percent.
    caption
        Small print.
    marks
        Level marked by a dashed line in the panel of an indicator.
    """
    n_rows = -(-len(titles) // 3)
    with figure_style():
        figure = new_figure(width_in=9.0, height_in=3.3 * n_rows)
        panels = figure.subplots(n_rows, 3, squeeze=False).ravel()
        for axes in panels[len(titles) :]:
            axes.set_visible(False)
        for axes, (measure, title) in zip(panels, titles.items(), strict=False):
            own = table[table["measure"] == measure]
            at_base = float(own.loc[own["level"] == base, "mean"].iloc[0])
            low, high = own["paired_difference"] - own["pd_ci_low"], own["pd_ci_high"] - own["paired_difference"]
            axes.errorbar(
                scale * own["level"], own["mean"], yerr=[low, high], fmt="o-", color=BLUE, ecolor=GREY, capsize=3
            )
            if marks and measure in marks:
                axes.axvline(scale * marks[measure], color=ORANGE, linestyle="--", linewidth=1.2)
            axes.axhline(at_base, color=GREY, linestyle=":", linewidth=1)
            axes.set_title(title, fontsize=10)
            axes.set_xlabel(axis)
            axes.set_ylabel(f"[{MEASURES[measure].unit}]")
            axes.set_ylim(bottom=0.0)
        add_caption(figure, caption)
        return save_figure(figure, path)

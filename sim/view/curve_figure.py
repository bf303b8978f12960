"""
Measures against the levels of one factor, each with the interval of its mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from sim.view.style import BLUE, GREY, add_caption, figure_style, new_figure, save_figure


def draw_curves(
    table: pd.DataFrame,
    path: Path,
    *,
    titles: Mapping[str, tuple[str, str]],
    axis: str,
    scale: float = 1.0,
    caption: str,
) -> Path:
    """
    One panel a measure: its mean at each level, bars the 95 % interval of the mean.

    Parameters
    ----------
    table
        Columns `measure, level, mean, ci_low, ci_high`.
    path
        File that is written.
    titles
        Title and unit of each measure that is drawn, in order.
    axis
        Label of the axis of levels.
    scale
        Factor on the levels.
    caption
        Small print.
    """
    n_rows = -(-len(titles) // 2)
    with figure_style():
        figure = new_figure(width_in=8.5, height_in=3.1 * n_rows)
        panels = figure.subplots(n_rows, 2, squeeze=False).ravel()
        for axes in panels[len(titles) :]:
            axes.set_visible(False)
        for axes, (measure, (title, unit)) in zip(panels, titles.items(), strict=False):
            own = table[table["measure"] == measure].sort_values("level")
            low, high = own["mean"] - own["ci_low"], own["ci_high"] - own["mean"]
            axes.errorbar(
                scale * own["level"], own["mean"], yerr=[low, high], fmt="o-", color=BLUE, ecolor=GREY, capsize=3
            )
            axes.set_title(title, fontsize=10)
            axes.set_xlabel(axis)
            axes.set_ylabel(f"[{unit}]")
            axes.set_ylim(bottom=min(0.0, float(own["ci_low"].min())))
        add_caption(figure, caption)
        return save_figure(figure, path)

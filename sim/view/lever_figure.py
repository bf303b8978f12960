"""
Levers side by side: what each of them changes against the base, with intervals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sim.view.style import BLUE, GREY, add_caption, figure_style, new_figure, save_figure


def draw_levers(
    table: pd.DataFrame, path: Path, *, levers: Sequence[str], titles: Mapping[str, str], caption: str
) -> Path:
    """
    One panel an indicator: its mean relative difference from the base for each lever, bars the 95 % interval.

    Parameters
    ----------
    table
        Columns `measure, level, relative_difference, rd_ci_low, rd_ci_high`.
    path
        File that is written.
    levers
        Levels in the order from top to bottom.
    titles
        Title of each indicator that is drawn, in order.
    caption
        Small print.
    """
    n_rows = -(-len(titles) // 3)
    rows = np.arange(len(levers))[::-1]
    with figure_style():
        figure = new_figure(width_in=11.0, height_in=0.6 + (0.7 + 0.28 * len(levers)) * n_rows)
        panels = figure.subplots(n_rows, 3, squeeze=False, sharey=True).ravel()
        for axes in panels[len(titles) :]:
            axes.set_visible(False)
        for axes, (measure, title) in zip(panels, titles.items(), strict=False):
            own = table[table["measure"] == measure].set_index("level").reindex(list(levers))
            mean, low, high = (
                100.0 * own[name].to_numpy(dtype=np.float64)
                for name in ("relative_difference", "rd_ci_low", "rd_ci_high")
            )
            axes.axvline(0.0, color=GREY, linewidth=1)
            axes.errorbar(mean, rows, xerr=[mean - low, high - mean], fmt="o", color=BLUE, ecolor=GREY, capsize=3)
            axes.set_yticks(rows, list(levers))
            axes.set_title(title, fontsize=10)
            axes.set_xlabel("Change against the base [%]")
            axes.margins(x=0.12)
        add_caption(figure, caption)
        return save_figure(figure, path)

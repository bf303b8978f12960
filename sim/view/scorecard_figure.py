"""
The scorecard as a figure, in English and Chinese: each target as a bar of its interval, green, red or grey.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pandas as pd

from sim.view.style import GREEN, GREY, INK, RED, add_caption, figure_style, new_figure, save_figure

_COLOURS = {"met": GREEN, "not met": RED, "not shown": GREY}


def draw_scorecard(table: pd.DataFrame, path: Path, *, language: Literal["en", "zh"] = "en", caption: str = "") -> Path:
    """
    One line a target: where its interval lies against the target, scaled so that all targets lie on one line.

    Under the title of each stand the assumptions that its verdict hangs on, as configuration keys.

    Parameters
    ----------
    table
        Content of `scorecard.csv`.
    path
        File that is written; vector or PNG by suffix.
    language
        `en` or `zh`.
    caption
        Small print.
    """
    own = table[table["verdict"].isin(list(_COLOURS))].reset_index(drop=True)
    title, told = ("title_zh", "verdict_zh") if language == "zh" else ("title", "verdict")
    words = (
        ("Value or change", "Target", "Verdict", "Targets of the plan", "hangs on ")
        if language == "en"
        else ("数值或变化", "目标", "结论", "创建方案目标", "取决于 ")
    )
    with figure_style():
        figure = new_figure(width_in=11.0, height_in=1.2 + 0.5 * len(own))
        names, axes = figure.subplots(1, 2, width_ratios=[1.0, 1.0], sharey=True)
        names.set_axis_off()
        for place, row in own.iterrows():
            y = -float(str(place))
            colour = _COLOURS[str(row["verdict"])]
            limit = float(str(row["target"]).split()[-1])
            is_share = row["reading"] == "change" or row["unit"] == "-"
            scale = abs(limit)
            value, low, high = (float(row[name]) for name in ("value", "low", "high"))
            sign = 1.0 if str(row["target"]).startswith(">") else -1.0
            centre, ends = sign * (value - limit) / scale, sorted(sign * (end - limit) / scale for end in (low, high))
            axes.plot([max(ends[0], -3.0), min(ends[1], 3.0)], [y, y], color=colour, linewidth=5, solid_capstyle="butt")
            axes.plot([min(max(centre, -3.0), 3.0)], [y], "o", color=colour, markersize=7)
            mark = " *" if row["official"] == "yes" else ""
            names.text(0.0, y + 0.14, str(row[title]) + mark, va="center", fontsize=9, color=INK)
            names.text(0.0, y - 0.24, words[4] + str(row["hangs_on"]), va="center", fontsize=6, color=GREY)
            shown = (
                "–"
                if value != value
                else f"{100 * value:+.1f} %"
                if row["reading"] == "change"
                else _plain(value, is_share)
            )
            names.text(0.69, y, shown, va="center", ha="right", fontsize=9.5, color=INK)
            names.text(
                0.84, y, _target(str(row["target"]), is_share), va="center", ha="right", fontsize=9.5, color=GREY
            )
            names.text(1.0, y, str(row[told]), va="center", ha="right", fontsize=9.5, color=colour)
        names.set_xlim(0.0, 1.0)
        axes.set_ylim(-len(own) + 0.4, 0.9)
        for x, text, side in ((0.69, words[0], "right"), (0.84, words[1], "right"), (1.0, words[2], "right")):
            names.text(x, 0.75, text, va="center", ha=side, fontsize=8.5, color=GREY)
        axes.axvline(0.0, color=INK, linewidth=1)
        axes.set_xlim(-3.1, 3.1)
        axes.set_yticks([])
        axes.set_title(words[3])
        axes.set_xlabel(
            "worse   <   target   >   better   [distance from the target / target]"
            if language == "en"
            else "劣于目标   <   目标   >   优于目标   [与目标之差 / 目标]"
        )
        star = (
            "* reading that is reported; what is farther than 3 stands at the edge"
            if language == "en"
            else "* 上报口径；超出 3 者绘于边缘"
        )
        add_caption(figure, f"{caption}    {star}")
        return save_figure(figure, path)


def _plain(value: float, is_share: bool) -> str:
    return f"{100 * value:.1f} %" if is_share else f"{value:.3g}"


def _target(text: str, is_share: bool) -> str:
    sign, number = text.split()
    shown = f"{100 * float(number):g} %" if is_share else f"{float(number):g}"
    return f"{ {'<=': '≤', '>=': '≥', '<': '<', '>': '>'}[sign] } {shown}"

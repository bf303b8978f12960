"""How the assignment of cars settled: relative gap by iteration."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from sim.view.run_folder import RunFolder
from sim.view.style import BLUE, GREY, ORANGE, add_caption, count_of, figure_style, new_figure, save_figure, say_empty

_STAGES = {
    "volume-delay": (ORANGE, "volume-delay function (warm start)"),
    "queues": (BLUE, "queue engine"),
}


GAP_TABLE = "assignment_gap.csv"
"""File of a run with cars, with the columns `stage`, `iteration`, `relative_gap`."""


def draw_assignment_gap(run: RunFolder, path: Path) -> Path:
    """Relative gap of the cars of a run by iteration, with the gap at which the iterations were to stop."""
    settings = (run.config.get("traffic") or {}).get("assignment") or {}
    return draw_gap_by_iteration(run.folder / GAP_TABLE, path, target=settings.get("relative_gap"), caption=run.name)


def draw_gap_by_iteration(table_path: Path, path: Path, *, target: float | None = None, caption: str = "") -> Path:
    """
    Relative gap of an assignment by iteration, both stages one after the other.

    Parameters
    ----------
    table_path
        CSV with the columns `stage`, `iteration`, `relative_gap`.
    path
        Picture to be written.
    target
        Gap at which the iterations were to stop [-]; None draws no line.
    caption
        Which run.
    """
    table = pd.read_csv(table_path)
    with figure_style():
        figure = new_figure()
        axes = figure.subplots()
        if table.empty:
            say_empty(axes, "nothing was assigned")
        else:
            for stage, (colour, label) in _STAGES.items():
                rows = table[table["stage"] == stage]
                axes.plot(rows.index + 1, 100 * rows["relative_gap"], "o-", color=colour, label=label)
            if target is not None:
                axes.axhline(100 * target, color=GREY, linestyle="--", label="stops at or below")
            axes.set_yscale("log")
            axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            axes.yaxis.set_minor_locator(NullLocator())
            for formats in (axes.yaxis.set_major_formatter, axes.yaxis.set_minor_formatter):
                formats(FuncFormatter(lambda value, _: f"{value:g}"))
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.set_xlabel("Iteration, both stages [-]")
            axes.set_ylabel("Relative gap [%]")
            axes.legend()
        axes.set_title("Car traffic: time lost against fastest routes")
        text = f"n = {count_of(len(table), 'iteration')}"
        queues = table.loc[table["stage"] == "queues", "relative_gap"]
        if len(queues):
            text += f", {len(queues)} of them with the queue engine; gap of the routes that are used {queues.min():.2%}"
        add_caption(figure, f"{text}; {caption}" if caption else text)
        return save_figure(figure, path)

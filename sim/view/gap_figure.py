"""How the assignment of cars settled: relative gap by iteration."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sim.view.style import BLUE, GREY, ORANGE, add_caption, figure_style, new_figure, save_figure, say_empty

_STAGES = {
    "volume-delay": (ORANGE, "volume-delay function (warm start)"),
    "queues": (BLUE, "queue engine"),
}


def draw_gap_by_iteration(table_path: Path, path: Path, *, target: float | None = None) -> Path:
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
            axes.set_xlabel("Iteration, both stages [-]")
            axes.set_ylabel("Relative gap [%]")
            axes.legend()
        axes.set_title("Car traffic: time lost against fastest routes")
        add_caption(figure, f"n = {len(table)} iterations")
        return save_figure(figure, path)

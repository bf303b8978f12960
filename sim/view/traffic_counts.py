"""Counts and speeds measured on the street against those of a run, as a scatter plot and a table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from sim.measures.traffic_counts import GOOD_GEH, CountsComparison
from sim.view.style import (
    BLUE,
    FAINT,
    GREY,
    ORANGE,
    add_caption,
    count_of,
    figure_style,
    new_figure,
    save_figure,
    say_empty,
)

Floats = NDArray[np.float64]

_UNITS = {
    "counts": ("-", "links and hours with a count"),
    "counted_veh": ("veh", "vehicles counted, all together"),
    "model_veh": ("veh", "vehicles of the run there and then"),
    "share_geh_below_5": ("-", "share of the counts that are met"),
    "mean_geh": ("-", "mean GEH"),
    "rmse_veh": ("veh/h", "root-mean-square error of the counts"),
    "rmse_share_of_mean": ("-", "the same as a share of the mean count"),
    "r2_counts": ("-", "share of the counts' variance explained"),
    "speeds": ("-", "links and hours with a speed, driven in the run"),
    "mean_difference_kph": ("km/h", "mean of model less measured"),
    "rmse_kph": ("km/h", "root-mean-square error of the speeds"),
    "r2_speeds": ("-", "share of the speeds' variance explained"),
}


def summary_table(comparison: CountsComparison) -> pd.DataFrame:
    """Indicators of a comparison with unit and meaning, for the terminal; those that are undefined are left out."""
    rows = [
        (name, value, *_UNITS[name])
        for name, value in comparison.summary.items()
        if value is not None and not (name.endswith("_veh") and not comparison.summary["counts"])
    ]
    return pd.DataFrame(rows, columns=["indicator", "value", "unit", "meaning"])


def worst_counts(comparison: CountsComparison, number: int = 10) -> pd.DataFrame:
    """Links and hours with the largest GEH, for the terminal."""
    worst = comparison.table.dropna(subset="count_veh").nlargest(number, "geh")
    shown = worst[["link_id", "hour", "count_veh", "model_veh", "geh"]].round({"geh": 2})
    return shown.assign(link_id=shown["link_id"].astype(str))


def worst_speeds(comparison: CountsComparison, number: int = 10) -> pd.DataFrame:
    """Links and hours whose speeds differ most, for the terminal."""
    timed = comparison.table.dropna(subset="difference_kph")
    worst = timed.loc[timed["difference_kph"].abs().nlargest(number).index]
    shown = worst[["link_id", "hour", "speed_kph", "model_kph", "difference_kph"]].round(1)
    return shown.assign(link_id=shown["link_id"].astype(str))


def geh_band(count_veh: Floats, geh: float) -> tuple[Floats, Floats]:
    """
    Volumes of the model at which the GEH of counts has a given value, below and above the count [veh/h].

    Notes
    -----
    Solved for the difference d = M - C: d^2 = g^2 / 2 (2 C + d).
    """
    quarter = geh**2 / 4.0
    root = np.sqrt(quarter**2 + geh**2 * count_veh)
    return np.maximum(count_veh + quarter - root, 0.0), count_veh + quarter + root


def draw_counts_comparison(comparison: CountsComparison, path: Path, *, caption: str = "") -> Path:
    """
    Scatter plots of counts with the band of GEH below 5, and of speeds.

    Parameters
    ----------
    comparison
        What to draw.
    path
        File to write, format by suffix.
    caption
        Which run.
    """
    table = comparison.table
    counted = table.dropna(subset=["count_veh"])
    timed = table.dropna(subset=["speed_kph", "model_kph"])
    with figure_style():
        figure = new_figure(10.0, 5.0)
        left, right = figure.subplots(1, 2)
        _draw_counts(left, counted)
        _draw_speeds(right, timed)
        links = table["link_id"].nunique()
        text = f"n = {count_of(len(counted), 'count')} and {count_of(len(timed), 'speed')} on {count_of(links, 'link')}"
        add_caption(figure, f"{text}; {caption}" if caption else text)
        return save_figure(figure, path)


def draw_calibration(before: CountsComparison, after: CountsComparison, folder: Path, *, caption: str = "") -> Path:
    """
    Counts against the model before and after a calibration, and speeds where there are any.

    Parameters
    ----------
    before, after
        What to draw.
    folder
        Its `figures/calibration.png` is written.
    caption
        Which counts.
    """
    has_speeds = bool(before.table["speed_kph"].notna().any())
    with figure_style():
        figure = new_figure(10.0, 9.5 if has_speeds else 5.0)
        grid = figure.subplots(2 if has_speeds else 1, 2, squeeze=False)
        for column, (when, comparison) in enumerate((("before", before), ("after", after))):
            table = comparison.table
            _draw_counts(grid[0, column], table.dropna(subset=["count_veh"]), when)
            if has_speeds:
                _draw_speeds(grid[1, column], table.dropna(subset=["speed_kph", "model_kph"]), when)
        text = f"n = {count_of(int(before.table['count_veh'].notna().sum()), 'count')}"
        add_caption(figure, f"{text}; {caption}" if caption else text)
        return save_figure(figure, folder / "figures" / "calibration.png")


def _draw_counts(axes: Axes, counted: pd.DataFrame, when: str = "") -> None:
    axes.set_title(f"Vehicles by link and hour{', ' + when if when else ''}")
    if counted.empty:
        say_empty(axes, "no counts")
        return
    count, model = (counted[name].to_numpy(np.float64) for name in ("count_veh", "model_veh"))
    top = 1.05 * max(float(count.max()), float(model.max()), 10.0)
    line = np.linspace(0.0, top, 400)
    low, high = geh_band(line, GOOD_GEH)
    axes.fill_between(line, low, high, color=FAINT, alpha=0.35, linewidth=0.0, label=f"GEH below {GOOD_GEH:g}")
    axes.plot(line, line, color=GREY, linewidth=0.8)
    good = counted["geh"].to_numpy(np.float64) < GOOD_GEH
    for is_shown, colour, text in ((good, BLUE, "met"), (~good, ORANGE, "not met")):
        label = f"{text}: {is_shown.mean():.0%}"
        axes.scatter(count[is_shown], model[is_shown], s=14, color=colour, alpha=0.75, linewidths=0.0, label=label)
    _square(axes, top, "[veh/h]")


def _draw_speeds(axes: Axes, timed: pd.DataFrame, when: str = "") -> None:
    axes.set_title(f"Speed by link and hour{', ' + when if when else ''}")
    if timed.empty:
        say_empty(axes, "no speeds")
        return
    speed, model = (timed[name].to_numpy(np.float64) for name in ("speed_kph", "model_kph"))
    top = 1.05 * max(float(speed.max()), float(model.max()))
    axes.plot([0.0, top], [0.0, top], color=GREY, linewidth=0.8, label="equal")
    axes.scatter(speed, model, s=14, color=BLUE, alpha=0.75, linewidths=0.0)
    _square(axes, top, "[km/h]")


def _square(axes: Axes, top: float, unit: str) -> None:
    axes.set_xlim(0.0, top)
    axes.set_ylim(0.0, top)
    axes.set_aspect("equal")
    axes.set_xlabel(f"Measured {unit}")
    axes.set_ylabel(f"Model {unit}")
    axes.legend(loc="upper left")

"""
Figures of a study, each from the table beside it: curves, differences, tornado, Pareto front.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.measures.definitions import MEASURES
from sim.view.style import BLUE, COLOURS, GREY, INK, ORANGE, add_caption, figure_style, new_figure, save_figure

MARKERS = ("o", "s", "^", "D", "v", "P")
"""One a line, so that lines can be told apart without colour."""


def draw_study_figure(
    kind: str,
    table: pd.DataFrame,
    path: Path,
    *,
    title: str = "",
    x_label: str = "",
    line_label: str = "",
    study: str = "",
) -> Path:
    """
    Draw one figure of a study.

    Parameters
    ----------
    kind
        `curve`, `difference`, `tornado`, `pareto`, `attribution` or `groups`.
    table
        Table behind the figure.
    path
        File that is written; vector or PNG by suffix.
    title
        Title; none when empty.
    x_label
        Name of the factor along the axis of a curve, or of both axes of a Pareto front, parted by a bar.
    line_label
        Name of the factor that makes the lines of a curve.
    study
        Name of the study, for the small print.
    """
    draw = {
        "curve": _draw_curves,
        "difference": _draw_changes,
        "tornado": _draw_tornado,
        "pareto": _draw_pareto,
        "attribution": _draw_tornado,
        "groups": _draw_groups,
        "sensitivity": _draw_effects,
    }[kind]
    with figure_style():
        return draw(table, path, title, x_label, line_label, study)


def measure_title(name: str) -> str:
    """
    A measure's name in words.

    Examples
    --------
    >>> measure_title("cost_per_tonne"), measure_title("nev_share")
    ('Cost per tonne', 'NEV share')
    """
    words = " ".join({"nev": "NEV", "co2": "CO2", "nox": "NOx", "pm": "PM"}.get(w, w) for w in name.split("_"))
    return words[:1].upper() + words[1:]


def _seeds(table: pd.DataFrame) -> str:
    has_values = table.loc[table["n"] > 0, "n"]  # a wait for berths where there are none is of no seed
    low, high = (int(has_values.min()), int(has_values.max())) if len(has_values) else (0, 0)
    return f"{high} seeds" if low == high else f"{low} to {high} seeds"


def _draw_curves(table: pd.DataFrame, path: Path, title: str, x_label: str, line_label: str, study: str) -> Path:
    measures = list(dict.fromkeys(table["measure"]))
    columns = min(3, len(measures))
    n_rows = -(-len(measures) // columns)
    figure = new_figure(width_in=max(3.3 * columns, 5.0), height_in=3.0 * n_rows + 0.5)
    panels = figure.subplots(n_rows, columns, squeeze=False).ravel()
    for axes in panels[len(measures) :]:
        axes.set_visible(False)
    levels = list(dict.fromkeys(table["x"]))
    is_scale = pd.api.types.is_numeric_dtype(table["x"])
    lines = list(dict.fromkeys(table["line"].astype(str)))
    for axes, measure in zip(panels, measures, strict=False):
        own = table[table["measure"] == measure]
        for place, line in enumerate(lines):
            at = own[own["line"].astype(str) == line]
            x = np.asarray([float(v) if is_scale else levels.index(v) for v in at["x"]])
            # Lines side by side, so that no interval hides another.
            width = (float(np.ptp(x)) or 1.0) / max(len(levels) - 1, 1)
            x = x + 0.05 * width * (place - (len(lines) - 1) / 2.0)
            _draw_line(axes, x, at, COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)], line)
        axes.set_title(measure_title(measure), fontsize=10)
        axes.set_ylabel(f"[{MEASURES[measure].unit}]")
        axes.set_xlabel(x_label)
        if not is_scale:
            axes.set_xticks(range(len(levels)), [str(level) for level in levels])
    if len(lines) > 1:
        handles, names = panels[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper right", ncols=len(lines), title=line_label)
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    has_pairs = bool(table["pd_low"].notna().any())
    pairs = "; bars: of the difference from the base on the same seeds" if has_pairs else ""
    knees = "; ringed: knee, furthest below the straight line between the ends" if table["is_knee"].any() else ""
    add_caption(figure, f"{study}: means over {_seeds(table)}; bands: 95 % interval of the mean{pairs}{knees}.")
    return save_figure(figure, path)


def _draw_line(axes: Axes, x: np.ndarray, at: pd.DataFrame, colour: str, marker: str, label: str) -> None:
    mean, low, high = (at[name].to_numpy(np.float64) for name in ("mean", "pd_low", "pd_high"))
    axes.fill_between(x, at["ci_low"], at["ci_high"], color=colour, alpha=0.13, linewidth=0)
    axes.plot(x, mean, marker=marker, color=colour, label=label, markersize=5)
    axes.vlines(x, low, high, color=colour, linewidth=2.6, alpha=0.7)
    bends = at["is_knee"].to_numpy(bool)
    axes.scatter(x[bends], mean[bends], s=190, facecolors="none", edgecolors=colour, linewidths=1.4, zorder=5)


def _draw_changes(table: pd.DataFrame, path: Path, title: str, x_label: str, line_label: str, study: str) -> Path:
    return _draw_by_point(table, path, title, study, _dots)


def _draw_tornado(table: pd.DataFrame, path: Path, title: str, x_label: str, line_label: str, study: str) -> Path:
    return _draw_by_point(table, path, title, study, _bars)


def _dots(axes: Axes, y: np.ndarray, change: np.ndarray, colours: list[str]) -> None:
    axes.scatter(change, y, c=colours, s=30, zorder=3)


def _bars(axes: Axes, y: np.ndarray, change: np.ndarray, colours: list[str]) -> None:
    axes.barh(y, change, color=colours, height=0.62, alpha=0.85)


def _draw_by_point(
    table: pd.DataFrame,
    path: Path,
    title: str,
    study: str,
    mark: Callable[[Axes, np.ndarray, np.ndarray, list[str]], None],
) -> Path:
    measures = list(dict.fromkeys(table["measure"]))
    points = list(dict.fromkeys(table["point"]))
    y = np.arange(len(points), dtype=np.float64)[::-1]
    longest = max(map(len, points))
    figure = new_figure(width_in=3.0 * len(measures) + 0.085 * longest + 0.5, height_in=1.3 + 0.32 * len(points))
    panels = figure.subplots(1, len(measures), squeeze=False, sharey=True).ravel()
    for axes, measure in zip(panels, measures, strict=True):
        own = table[table["measure"] == measure].set_index("point").reindex(points)
        change, low, high = (100.0 * own[name].to_numpy(np.float64) for name in ("change", "low", "high"))
        colours = [
            GREY if not (a > 0.0 or b < 0.0) else BLUE if c < 0.0 else ORANGE
            for a, b, c in zip(low, high, change, strict=True)
        ]
        axes.axvline(0.0, color=INK, linewidth=1)
        mark(axes, y, change, colours)
        axes.hlines(y, low, high, color=INK, linewidth=1.4, zorder=2)
        axes.set_title(measure_title(measure), fontsize=10)
        axes.set_xlabel("Change against the base [%]")
        axes.set_yticks(y, points)
        axes.grid(visible=False, axis="y")
        axes.margins(x=0.1)
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    add_caption(
        figure,
        f"{study}: mean relative change on the same seeds ({_seeds(table)}), 95 % interval each; "
        "blue: less, orange: more, grey: spans zero.",
    )
    return save_figure(figure, path)


def _draw_groups(table: pd.DataFrame, path: Path, title: str, x_label: str, line_label: str, study: str) -> Path:
    measures, points = list(dict.fromkeys(table["measure"])), list(dict.fromkeys(table["point"]))
    groups = {name: list(dict.fromkeys(table.loc[table["measure"] == name, "group"])) for name in measures}
    n_columns = min(2, len(measures))
    marks = [(len(groups[name]) + 1) * max(1.0, 0.6 * len(points)) for name in measures]
    heights_in = [0.2 * max(marks[at : at + n_columns]) + 0.9 for at in range(0, len(marks), n_columns)]
    figure = new_figure(width_in=11.0, height_in=sum(heights_in) + 0.8)
    grid = {"height_ratios": heights_in}
    panels = figure.subplots(len(heights_in), n_columns, squeeze=False, gridspec_kw=grid).ravel()
    for axes in panels[len(measures) :]:
        axes.set_visible(False)
    for axes, measure in zip(panels, measures, strict=False):
        own = table[table["measure"] == measure]
        y_of = {group: float(place) for place, group in enumerate(reversed(groups[measure]))}
        axes.axvline(0.0, color=INK, linewidth=1)
        for place, point in enumerate(points):
            at = own[own["point"] == point]
            shift = 0.6 * ((len(points) - 1) / 2.0 - place) / max(len(points), 2)
            y = np.array([y_of[group] + shift for group in at["group"]])
            colour, marker = COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)]
            axes.hlines(y, at["low"], at["high"], color=colour, linewidth=1.6)
            axes.plot(at["change"], y, marker, color=colour, markersize=5, label=point)
        aspect, name = measure.split("/")
        axes.set_title(f"{measure_title(name)} by {aspect.replace('_', ' ')}", fontsize=10)
        axes.set_xlabel(f"Difference from the base [{own['unit'].iloc[0]}]")
        axes.set_yticks(list(y_of.values()), list(y_of))
        axes.grid(visible=False, axis="y")
        axes.margins(x=0.08, y=0.08)
    if len(points) > 1:
        handles, names = panels[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper right", ncols=len(points))
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    add_caption(
        figure, f"{study}: mean differences from the base on the same seeds ({_seeds(table)}), 95 % interval each."
    )
    return save_figure(figure, path)


_ONE_WAY = 0.5
"""Share of the size of an effect that its mean has to keep for it to count as one way. Assumption."""


def _draw_effects(table: pd.DataFrame, path: Path, title: str, x_label: str, line_label: str, study: str) -> Path:
    """Tornado of what each factor counts for, a panel a measure."""
    panels, points = list(dict.fromkeys(table["panel"])), list(dict.fromkeys(table["point"]))
    y = np.arange(len(points), dtype=np.float64)[::-1]
    longest = max(map(len, points))
    figure = new_figure(width_in=3.0 * len(panels) + 0.085 * longest + 0.5, height_in=1.5 + 0.32 * len(points))
    is_morris = str(table["method"].iloc[0]) == "morris"
    for axes, panel in zip(figure.subplots(1, len(panels), squeeze=False, sharey=True).ravel(), panels, strict=True):
        own = table[table["panel"] == panel].set_index("point").reindex(points)
        ways = own["direction"].to_numpy(np.float64)
        colours = [ORANGE if way > _ONE_WAY else BLUE if way < -_ONE_WAY else GREY for way in ways]
        _bars(axes, y, own["size"].to_numpy(np.float64), colours)
        axes.hlines(y, own["low"], own["high"], color=INK, linewidth=1.4, zorder=2)
        case, _, measure = panel.rpartition(": ")
        axes.set_title(f"{case}: {measure_title(measure)}" if case else measure_title(measure), fontsize=10)
        reading = "Change against the base" if own["is_change"].iloc[0] else "Value"
        axes.set_xlabel(f"{reading} [{own['unit'].iloc[0]}]" if is_morris else f"{reading}, total [share of variance]")
        axes.set_yticks(y, points)
        axes.grid(visible=False, axis="y")
        axes.set_xlim(left=0.0)
        axes.margins(x=0.1)
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    n, seeds = int(table["samples"].iloc[0]), int(table["seeds"].iloc[0])
    told = (
        f"mean size of the shift when a factor goes over its range (mu*), {n} trajectories, {seeds} seed(s); "
        "orange: up with the factor, blue: down, grey: either way"
        if is_morris
        else f"share of the variance that a factor takes part in (ST), base sample of {n}, {seeds} seed(s)"
    )
    add_caption(figure, f"{study}: {told}; lines: 95 % by bootstrap over the sample.")
    return save_figure(figure, path)


def _draw_pareto(table: pd.DataFrame, path: Path, title: str, x_label: str, line_label: str, study: str) -> Path:
    figure = new_figure(width_in=8.5, height_in=5.4)
    axes = figure.subplots()
    front = table["is_front"].to_numpy(bool)
    x, y = table["x"].to_numpy(np.float64), table["y"].to_numpy(np.float64)
    axes.hlines(y, table["x_low"], table["x_high"], color="#C8C8C8", linewidth=1)
    axes.vlines(x, table["y_low"], table["y_high"], color="#C8C8C8", linewidth=1)
    axes.scatter(x[~front], y[~front], color=GREY, s=26, zorder=3, label="dominated")
    order = np.argsort(x[front], kind="stable")
    axes.plot(x[front][order], y[front][order], "o-", color=BLUE, zorder=4, label="front")
    spans = float(np.ptp(x)) or 1.0, float(np.ptp(y)) or 1.0
    for a, b, number in _labels(x / spans[0], y / spans[1]):
        place = (a * spans[0], b * spans[1])
        axes.annotate(number, place, textcoords="offset points", xytext=(6, 4), fontsize=8.5, color=INK)
    key = "\n".join(f"{number}  {point}" for number, point in enumerate(table["point"], start=1))
    axes.text(1.02, 0.98, key, transform=axes.transAxes, va="top", fontsize=8.5, color=INK, linespacing=1.5)
    labels = [
        f"{measure_title(name)} [{MEASURES[name].unit}], {MEASURES[name].better} is better"
        for name in x_label.split("|")
    ]
    axes.set(xlabel=labels[0], ylabel=labels[1])
    if title:
        axes.set_title(title)
    axes.margins(0.12)
    axes.legend(loc="best")
    add_caption(
        figure, f"{study}: means with 95 % intervals; the front is of the means, points near it may belong to it."
    )
    return save_figure(figure, path)


_NEAR, _WIDE = 0.035, 0.014
"""Height of a line of labels and width of a character, as shares of both axes: labels that would overlap are one."""


def _labels(x: np.ndarray, y: np.ndarray) -> list[tuple[float, float, str]]:
    """Place and text of labels: the number of each point, those of points whose labels would overlap together."""
    found: list[tuple[float, float, str]] = []
    for number, (a, b) in enumerate(zip(x.tolist(), y.tolist(), strict=True), start=1):
        own = str(number)
        for place, (left, low, text) in enumerate(found):
            if abs(low - b) < _NEAR and -_WIDE * (len(own) + 1) < a - left < _WIDE * len(text):
                found[place] = (left, low, f"{text}, {own}")
                break
        else:
            found.append((a, b, own))
    return found

"""
The table behind each figure of a study: the rows of its results that the figure shows, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from sim.errors import ResultsError
from sim.experiment.knee import knee
from sim.experiment.study_file import FigureSpec, StudyFile
from sim.experiment.study_tables import level_text
from sim.measures.definitions import MEASURES


def figure_table(
    name: str,
    file: StudyFile,
    summary: pd.DataFrame,
    comparison: pd.DataFrame | None,
    attribution: pd.DataFrame | None = None,
    sensitivity: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """
    Rows that a figure shows.

    Curves: columns `measure, unit, x, line, n, mean, ci_low, ci_high, pd_low, pd_high, is_knee`; `pd` is the interval
    of the paired difference set on the mean. Differences and tornados: `measure, point, n, change, low, high`.
    Sensitivity: `panel, measure, unit, point, method, samples, seeds, size, low, high, direction`, see `_effects`.
    Groups: `measure, unit, group, point, n, change, low, high`, changes as they are, not relative.
    Pareto: `point, x, x_low, x_high, y, y_low, y_high, is_front`.

    Parameters
    ----------
    name
        Name of the figure in `study.yaml`.
    file
        The study.
    summary, comparison, attribution, sensitivity
        Its tables.

    Raises
    ------
    ResultsError
        If the results do not hold what the figure shows.
    """
    spec = file.figures[name]
    there = {_aspect_and_measure(m) if spec.kind == "groups" else m for m in summary["measure"]}
    faults = [f"figure {name}: the results have no measure {m!r}" for m in spec.measures if m not in there]
    faults += [f"figure {name}: the results have no factor {f!r}" for f in file.factor_names if f not in summary]
    if faults:
        raise ResultsError(faults)
    table = _rows_of(name, spec, file, summary, comparison, attribution, sensitivity)
    if table.empty:
        raise ResultsError(f"figure {name}: the runs that are finished hold nothing that it shows yet")
    return table


def _rows_of(
    name: str,
    spec: FigureSpec,
    file: StudyFile,
    summary: pd.DataFrame,
    comparison: pd.DataFrame | None,
    attribution: pd.DataFrame | None,
    sensitivity: pd.DataFrame | None,
) -> pd.DataFrame:
    if spec.kind == "curve":
        return _curve(spec, file, summary)
    if spec.kind == "pareto":
        return _pareto(spec, file, summary)
    if spec.kind == "groups":
        return _groups(spec, file, summary)
    if spec.kind == "sensitivity":
        if sensitivity is None:
            raise ResultsError(f"figure {name}: the results have no sensitivity.csv; it needs every run of the study")
        return _effects(spec, file, sensitivity)
    if spec.kind == "attribution":
        if attribution is None:
            raise ResultsError(f"figure {name}: the results have no attribution.csv")
        return _shares(spec, attribution)
    if comparison is None:
        raise ResultsError(f"figure {name}: a {spec.kind} needs `base` in study.yaml and comparison.csv in the results")
    return _changes(spec, file, comparison)


def _curve(spec: FigureSpec, file: StudyFile, summary: pd.DataFrame) -> pd.DataFrame:
    own = summary
    for factor in file.factor_names:
        if factor in (spec.x, spec.by):
            continue
        own = own[own[factor].map(level_text) == level_text(file.base[factor])]
    rows = []
    for measure in spec.measures:
        of_measure = own[own["measure"] == measure]
        for line in _levels(file, spec.by, of_measure):
            lines = (
                of_measure if spec.by is None else of_measure[of_measure[spec.by].map(level_text) == level_text(line)]
            )
            for level in _levels(file, spec.x, lines):
                row = lines[lines[spec.x].map(level_text) == level_text(level)]
                if len(row):
                    rows.append({"measure": measure, "x": level, "line": line, **_values(row.iloc[0])})
    columns = ["measure", "unit", "x", "line", "n", "mean", "ci_low", "ci_high", "pd_low", "pd_high"]
    table = pd.DataFrame(rows, columns=columns)
    table["is_knee"] = False
    for _, own in table[table["measure"].isin(spec.knee)].groupby(["measure", "line"], sort=False):
        if len(own) >= 3:
            table.loc[own.index, "is_knee"] = own["x"] == knee(own["x"].tolist(), own["mean"].tolist())
    return table


def _values(row: pd.Series[Any]) -> dict[str, Any]:
    shift = row["mean"] - row["paired_difference"]
    kept = {key: row[key] for key in ("unit", "n", "mean", "ci_low", "ci_high")}
    return kept | {"pd_low": shift + row["pd_ci_low"], "pd_high": shift + row["pd_ci_high"]}


def _levels(file: StudyFile, factor: str | None, table: pd.DataFrame) -> Sequence[Any]:
    """Levels of a factor in the order of the study; those of a sampled range in rising order."""
    if factor is None:
        return ("",)
    return file.levels_of(factor) or sorted(set(table[factor]))


def _changes(spec: FigureSpec, file: StudyFile, comparison: pd.DataFrame) -> pd.DataFrame:
    own = comparison[comparison["measure"].isin(spec.measures)]
    table = pd.DataFrame(
        {
            "measure": own["measure"],
            "point": [_point(row, file) for row in own.to_dict("records")],
            "n": own["n"],
            "change": own["relative_change"],
            "low": own["t_low"],
            "high": own["t_high"],
        }
    )
    if spec.kind == "tornado":
        first = table[table["measure"] == spec.measures[0]].set_index("point")["change"].abs()
        order = first.sort_values(ascending=False, kind="stable", na_position="last").index
        table = table.set_index("point").loc[list(order)].reset_index()[list(table.columns)]
    order_of = {measure: place for place, measure in enumerate(spec.measures)}
    return table.sort_values("measure", key=lambda names: names.map(order_of), kind="stable", ignore_index=True)


def _aspect_and_measure(name: str) -> str:
    """`shop_type/on_time_share` of `shop_type/hotel/on_time_share`."""
    parts = name.split("/")
    return f"{parts[0]}/{parts[-1]}"


def _groups(spec: FigureSpec, file: StudyFile, summary: pd.DataFrame) -> pd.DataFrame:
    """Paired differences of the outcomes by group at every point but the base."""
    is_base = pd.Series(True, index=summary.index)
    for factor, level in (file.compared_with or {}).items():
        is_base &= summary[factor].map(level_text) == level_text(level)
    own = summary[summary["measure"].str.contains("/", regex=False) & ~is_base]
    table = pd.DataFrame(
        {
            "measure": own["measure"].map(_aspect_and_measure),
            "unit": own["unit"],
            "group": [str(name).split("/")[1] for name in own["measure"]],
            "point": [_point(row, file) for row in own.to_dict("records")],
            "n": own["n"],
            "change": own["paired_difference"],
            "low": own["pd_ci_low"],
            "high": own["pd_ci_high"],
        }
    )
    order_of = {measure: place for place, measure in enumerate(spec.measures)}
    kept = table[table["measure"].isin(spec.measures)]
    return kept.sort_values("measure", key=lambda names: names.map(order_of), kind="stable", ignore_index=True)


def _shares(spec: FigureSpec, attribution: pd.DataFrame) -> pd.DataFrame:
    """Shapley shares and the whole package, as points."""
    own = attribution[attribution["measure"].isin(spec.measures) & attribution["reading"].isin(["shapley", "package"])]
    points = own["lever"].where(own["reading"] == "shapley", "whole package")
    order_of = {measure: place for place, measure in enumerate(spec.measures)}
    table = own.assign(point=points)[["measure", "point", "n", "change", "low", "high"]]
    return table.sort_values("measure", key=lambda names: names.map(order_of), kind="stable", ignore_index=True)


def _effects(spec: FigureSpec, file: StudyFile, sensitivity: pd.DataFrame) -> pd.DataFrame:
    """
    What each factor counts for, largest first in the first panel: mu* in the unit of the reading, or the total share.

    Of studies with a base case it is the change that is shown, in percentage points. `direction` is mu / mu*, from -1,
    always less, to 1, always more; 0 for shares of variance.
    """
    own = sensitivity[sensitivity["measure"].isin(spec.measures)]
    own = own[own["reading"] == ("change" if (own["reading"] == "change").any() else "value")]
    is_morris = file.design == "morris"
    size, half = (own[name] for name in (("mu_star", "mu_star_conf") if is_morris else ("st", "st_conf")))
    is_change = own["reading"] == "change"
    scale = is_change.map({True: 100.0, False: 1.0}) if is_morris else 1.0
    units = own["unit"].where(~is_change, "percentage points") if is_morris else "share of variance"
    ranges = [
        f"{file.label_of(f)}, {a:g} to {b:g}" for f, a, b in zip(own["factor"], own["low"], own["high"], strict=True)
    ]
    cases = own["case"].fillna("").astype(str)
    names = own["measure"] if cases.nunique() == 1 else cases + ": " + own["measure"]
    table = own[["measure", "method", "samples", "seeds"]].assign(
        panel=names, unit=units, point=ranges, size=scale * size, low=scale * (size - half).clip(lower=0.0),
        high=scale * (size + half), direction=(own["mu"] / size.where(size > 0.0)).fillna(0.0) if is_morris else 0.0,
        is_change=is_change,
    )  # fmt: skip
    order_of = {measure: place for place, measure in enumerate(spec.measures)}
    table = table.sort_values("measure", key=lambda of: of.map(order_of), kind="stable", ignore_index=True)
    first = table[table["panel"] == table["panel"].iloc[0]].sort_values("size", ascending=False, kind="stable")
    place_of = {point: place for place, point in enumerate(first["point"])}
    parts = [p.sort_values("point", key=lambda of: of.map(place_of)) for _, p in table.groupby("panel", sort=False)]
    columns = ["panel", "measure", "unit", "is_change", "point", "method", "samples", "seeds", "size", "low", "high"]
    return pd.concat(parts, ignore_index=True)[[*columns, "direction"]]


def _point(row: Mapping[Any, Any], file: StudyFile) -> str:
    names = file.factor_names
    return str(row[names[0]]) if len(names) == 1 else ", ".join(f"{name} {row[name]}" for name in names)


def _pareto(spec: FigureSpec, file: StudyFile, summary: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for axis, measure in zip(("x", "y"), spec.measures, strict=True):
        own = summary[summary["measure"] == measure]
        names = [_point(row, file) for row in own.to_dict("records")]
        ends = {axis: own["mean"], f"{axis}_low": own["ci_low"], f"{axis}_high": own["ci_high"]}
        parts.append(pd.DataFrame(ends).set_axis(names, axis=0))
    table = parts[0].join(parts[1]).rename_axis("point").reset_index()
    signs = [-1.0 if MEASURES[measure].better == "higher" else 1.0 for measure in spec.measures]
    x, y = (sign * table[axis] for sign, axis in zip(signs, ("x", "y"), strict=True))
    table["is_front"] = [
        not bool(((x <= a) & (y <= b) & ((x < a) | (y < b))).any()) and a == a and b == b
        for a, b in zip(x, y, strict=True)
    ]
    return table

"""
Outcomes of a study by point of its design, and what each point changes against the base on the same seeds.

Runs of one seed have the same orders and the same luck whatever the levels, so differences vary far less than values.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.intervals import bootstrap_interval, holm, needed_replications, p_value, t_interval

WANTED_HALF_WIDTH = 0.01
"""Half width of a relative change that `needed_replications` aims at: 1 percentage point. Assumption."""


def values_by_point(
    design: pd.DataFrame, outcomes: pd.DataFrame, factors: Sequence[str]
) -> dict[tuple[str, ...], pd.DataFrame]:
    """
    Values of each point of a design, a row a seed and a column a measure.

    Parameters
    ----------
    design
        Columns `run_id`, the factors, `seed`.
    outcomes
        Columns `run_id, measure, value, unit`.
    factors
        Names of the factors; levels are told apart by their text.
    """
    wide = outcomes.pivot(index="run_id", columns="measure", values="value").astype("float64")
    known = design[design["run_id"].isin(wide.index)]
    points: dict[tuple[str, ...], pd.DataFrame] = {}
    rows_of: dict[tuple[str, ...], list[int]] = {key: [] for key in _keys(design, factors)}
    for row, key in enumerate(_keys(known, factors)):
        rows_of[key].append(row)
    for key, rows in rows_of.items():
        own = known.iloc[rows]
        points[key] = wide.loc[own["run_id"]].set_axis(own["seed"].to_numpy(), axis=0)
    return points


def _keys(design: pd.DataFrame, factors: Sequence[str]) -> list[tuple[str, ...]]:
    """Levels of each row as text."""
    return list(zip(*(design[name].astype(str) for name in factors), strict=True))


def level_text(level: object) -> str:
    """
    Text that equal levels share: a whole number beside others in a column of a table is written as 0.0, not 0.

    Examples
    --------
    >>> level_text(0), level_text("0.0"), level_text("a third"), level_text(True)
    ('0.0', '0.0', 'a third', 'True')
    """
    try:
        return str(level) if isinstance(level, bool) else repr(float(str(level)))
    except ValueError:
        return str(level)


def levels_named(text: str, factors: Sequence[str]) -> dict[str, str]:
    """
    Levels of `FACTOR=LEVEL,FACTOR=LEVEL`; a comma within a level parts nothing.

    Examples
    --------
    >>> levels_named("case=no, thank you,share=0.5", ["case", "share"])
    {'case': 'no, thank you', 'share': '0.5'}
    """
    known = "|".join(re.escape(name) for name in factors)
    parts = re.split(rf",\s*(?=(?:{known})=)", text) if known else [text]
    return dict(part.split("=", 1) for part in parts if "=" in part)


def values_at(
    points: Mapping[tuple[str, ...], pd.DataFrame], levels: Mapping[str, Any], factors: Sequence[str]
) -> pd.DataFrame | None:
    """
    Values of the point with these levels, as from `values_by_point`; None where there is none.

    Parameters
    ----------
    points
        Values of each point.
    levels
        Level of each factor.
    factors
        Names of the factors in the order of the keys.
    """
    wanted = tuple(level_text(levels[name]) for name in factors)
    return next((values for key, values in points.items() if tuple(map(level_text, key)) == wanted), None)


def summarise(
    design: pd.DataFrame,
    outcomes: pd.DataFrame,
    factors: Sequence[str],
    measures: Sequence[str],
    base: Mapping[str, Any] | None,
) -> pd.DataFrame:
    """
    Content of `summary.csv`: mean of every measure at every point, and the paired difference from the base.

    Intervals of 95 % by Student's t. Differences rest on the seeds that both have a value for; NaN without a base.

    Parameters
    ----------
    design, outcomes, factors
        As for `values_by_point`.
    measures
        Measures in the order of the table.
    base
        Level of each factor that the others are compared with; None: no comparison.
    """
    points = values_by_point(design, outcomes, factors)
    units = dict(zip(outcomes["measure"], outcomes["unit"], strict=True))
    levels = _levels(design, factors)
    base_values = values_at(points, base, factors) if base else None
    rows = []
    for key, values in points.items():
        for measure in measures:
            if measure not in values:
                continue
            own = t_interval(values[measure].to_numpy(np.float64))
            change = _difference(values, base_values, measure)
            found = t_interval(change)
            rows.append(
                {
                    **levels[key],
                    "measure": measure,
                    "unit": units[measure],
                    "n": own.n,
                    "mean": own.mean,
                    "ci_low": own.low,
                    "ci_high": own.high,
                    "paired_difference": found.mean,
                    "pd_ci_low": found.low,
                    "pd_ci_high": found.high,
                }
            )
    columns = [*factors, "measure", "unit", "n", "mean", "ci_low", "ci_high"]
    return pd.DataFrame(rows, columns=[*columns, "paired_difference", "pd_ci_low", "pd_ci_high"])


def relative_changes(
    design: pd.DataFrame,
    outcomes: pd.DataFrame,
    factors: Sequence[str],
    measures: Sequence[str],
    base: Mapping[str, Any],
) -> pd.DataFrame:
    """
    Content of `comparison.csv`: relative change of every measure from the base, seed by seed.

    Columns: the factors, `measure, n, relative_change, t_low, t_high, boot_low, boot_high, p_value, p_holm,
    needed_replications`. Intervals are for each row by itself; `p_holm` is adjusted by Holm's method for all rows of
    the table. The needed replications are those for a half width of 1 percentage point.

    Parameters
    ----------
    design, outcomes, factors, measures, base
        As for `summarise`.
    """
    points = values_by_point(design, outcomes, factors)
    levels = _levels(design, factors)
    base_values = values_at(points, base, factors)
    rows = []
    for key, values in points.items():
        if base_values is None or values is base_values:
            continue
        for measure in measures:
            if measure not in values:
                continue
            change = relative_change(values, base_values, measure)
            by_t, by_bootstrap = t_interval(change), bootstrap_interval(change)
            rows.append(
                {
                    **levels[key],
                    "measure": measure,
                    "n": by_t.n,
                    "relative_change": by_t.mean,
                    "t_low": by_t.low,
                    "t_high": by_t.high,
                    "boot_low": by_bootstrap.low,
                    "boot_high": by_bootstrap.high,
                    "p_value": p_value(change),
                    "needed_replications": needed_replications(change, WANTED_HALF_WIDTH),
                }
            )
    columns = ["measure", "n", "relative_change", "t_low", "t_high", "boot_low", "boot_high", "p_value"]
    table = pd.DataFrame(rows, columns=[*factors, *columns, "needed_replications"])
    table.insert(len(table.columns) - 1, "p_holm", holm(table["p_value"].to_numpy(np.float64)))
    return table.astype({"needed_replications": "Int64"})


def relative_change(values: pd.DataFrame, base: pd.DataFrame, measure: str) -> np.ndarray:
    """
    Relative change on each seed that both have; unknown where the base is zero.

    Parameters
    ----------
    values, base
        A row a seed, a column a measure.
    measure
        The measure.
    """
    seeds = [seed for seed in values.index if seed in base.index]
    if measure not in values or measure not in base or not seeds:
        return np.zeros(0)
    own, other = (table.loc[seeds, measure].to_numpy(np.float64) for table in (values, base))
    return np.asarray(np.divide(own - other, other, out=np.full(len(own), math.nan), where=other != 0.0))


def _difference(values: pd.DataFrame, base: pd.DataFrame | None, measure: str) -> np.ndarray:
    if base is None or measure not in base:
        return np.zeros(0)
    seeds = [seed for seed in values.index if seed in base.index]
    return np.asarray(values.loc[seeds, measure].to_numpy(np.float64) - base.loc[seeds, measure].to_numpy(np.float64))


def _levels(design: pd.DataFrame, factors: Sequence[str]) -> dict[tuple[str, ...], dict[str, Any]]:
    first = design.drop_duplicates(list(factors))
    return {
        tuple(str(row[name]) for name in factors): {name: row[name] for name in factors}
        for row in first[list(factors)].astype(object).to_dict("records")
    }

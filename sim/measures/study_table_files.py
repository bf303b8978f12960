"""
Tables of a study as they lie in files: columns and numbers checked, and rows that are there twice refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from sim.errors import ResultsError

NO_FACTORS = ("run_id", "replication", "seed")
"""Columns of `design.csv` beside the factors."""

COLUMNS = {
    "design": NO_FACTORS,
    "outcomes": ("run_id", "measure", "value", "unit"),
    "summary": ("measure", "unit", "n", "mean", "ci_low", "ci_high"),
    "comparison": ("measure", "n", "relative_change", "t_low", "t_high"),
    "attribution": ("measure", "reading", "lever", "n", "change", "low", "high"),
    "scorecard": ("row", "measure", "verdict"),
    "sensitivity": ("case", "reading", "measure", "unit", "factor", "low", "high", "method", "samples", "seeds"),
}
"""Columns that each table of a study has, by its name."""

_NUMBERS = {
    "design": ("replication", "seed"),
    "outcomes": ("value",),
    "summary": ("n", "mean", "ci_low", "ci_high", "paired_difference", "pd_ci_low", "pd_ci_high"),
    "comparison": (
        *("n", "relative_change", "t_low", "t_high", "boot_low", "boot_high", "p_value", "p_holm"),
        "needed_replications",
    ),
    "attribution": ("n", "change", "low", "high"),
    "sensitivity": (
        *("low", "high", "samples", "seeds", "lowest", "highest"),
        *("mu", "mu_star", "mu_star_conf", "sigma", "s1", "s1_conf", "st", "st_conf"),
    ),
}


def read_study_table(path: Path, name: str) -> pd.DataFrame:
    """
    One table of a study, its numbers as numbers.

    Parameters
    ----------
    path
        The file.
    name
        What it is: `design`, `outcomes` ...

    Raises
    ------
    ResultsError
        With every column that is missing or holds no numbers, and rows that say the same thing twice.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path}: expected a table of a study, {error}") from error
    faults = [f"{path}: expected the column {c!r}, found none" for c in COLUMNS[name] if c not in table]
    named = set(COLUMNS[name]) | set(_NUMBERS.get(name, ()))
    for column in table.columns:
        if column in _NUMBERS.get(name, ()):
            try:
                table[column] = pd.to_numeric(table[column].where(table[column] != ""))
            except ValueError as error:
                faults.append(f"{path}: column {column!r}: expected numbers, {error}")
        elif name != "scorecard" and column not in named:
            table[column] = _as_numbers(table[column])
    if faults or (faults := repeated_rows(path, name, table)):
        raise ResultsError(faults)
    return table


def repeated_rows(path: Path, name: str, table: pd.DataFrame) -> list[str]:
    """
    Faults of rows that give a number, or a run of the design, a second time.

    Parameters
    ----------
    path
        The file that they are in.
    name
        `design`, `outcomes`, or another table, which has none.
    table
        Its content.
    """
    keys = {"outcomes": ["run_id", "measure"], "design": [c for c in table.columns if c != "run_id"]}.get(name)
    if keys is None:
        return []
    again = table[table.duplicated(keys)][keys]
    told = [", ".join(f"{key} {cell}" for key, cell in row.items()) for row in again.head(5).to_dict("records")]
    more = [f"{path}: and {len(again) - 5:,} more rows that are there twice"] if len(again) > 5 else []
    return [f"{path}: expected one row for {text}, found another" for text in told] + more


def _as_numbers(levels: pd.Series[str]) -> pd.Series[Any]:
    try:
        return pd.to_numeric(levels)
    except ValueError:
        return levels

"""Outcomes of a study by factor, as its summary has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from sim.errors import ResultsError
from sim.measures.definitions import MEASURES

NUMBERS = ("n", "mean", "ci_low", "ci_high", "paired_difference", "pd_ci_low", "pd_ci_high")
"""Columns of `summary.csv` that are no factors, besides `measure` and `unit`."""


def is_study(folder: Path | str) -> bool:
    """Whether a folder is that of a study."""
    return (Path(folder) / "summary.csv").is_file()


def study_content(folder: Path | str) -> dict[str, Any]:
    """
    Factors, measures and rows of `summary.csv`, and the scorecard where there is one.

    Raises
    ------
    ResultsError
        If the summary is missing or lacks a column.
    """
    path = Path(folder) / "summary.csv"
    if not path.is_file():
        raise ResultsError(f"{path}: missing; expected the folder of a study")
    table = pd.read_csv(path)
    missing = [name for name in ("measure", "unit", "n", "mean") if name not in table]
    if missing:
        raise ResultsError(f"{path}: expected the columns {', '.join(missing)}, found none of that name")
    factors = [str(name) for name in table.columns if name not in (*NUMBERS, "measure", "unit") and "_ci_" not in name]
    factors = [name for name in factors if name not in ("relative_difference",)]
    levels = {name: _levels(table[name]) for name in factors}
    rows = [
        {
            "measure": str(row["measure"]),
            "unit": "" if pd.isna(row["unit"]) else str(row["unit"]),
            **{name: _plain(row[name]) for name in factors},
            **{name: _plain(row[name]) for name in NUMBERS if name in table},
        }
        for row in table.to_dict("records")
    ]
    measures = list(dict.fromkeys(row["measure"] for row in rows))
    return {
        "name": Path(folder).resolve().name,
        "factors": [{"name": name, "levels": levels[name]} for name in factors if len(levels[name]) > 1]
        or [{"name": name, "levels": levels[name]} for name in factors],
        "measures": [
            {"name": name, "better": MEASURES[name].better if name in MEASURES else None} for name in measures
        ],
        "rows": rows,
        "scorecard": _scorecard(Path(folder)),
    }


def _scorecard(folder: Path) -> dict[str, Any] | None:
    from sim.view.report.content import scorecard_rows

    return scorecard_rows(folder)


def _levels(values: pd.Series[Any]) -> list[Any]:
    return [_plain(value) for value in dict.fromkeys(values)]


def _plain(value: Any) -> Any:
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return None
    return value.item() if hasattr(value, "item") else value

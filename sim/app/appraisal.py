"""What the page of appraisal shows besides scorecards: which lever moved what, and what searches have found."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd

_SUFFIXES = (" low", " high", " verdict")
_KNOWN = ("trial", "public_cost", "shortfall", "targets_met", "is_front", "is_cheapest")


def is_search(folder: Path) -> bool:
    """Whether a folder is that of a search."""
    return (folder / "trials.csv").is_file() and (folder / "front.csv").is_file()


def attribution_content(folder: Path) -> dict[str, Any] | None:
    """
    Contributions of levers, from `attribution.csv`; None where there is none that can be read.

    Parameters
    ----------
    folder
        Folder of a study.

    Returns
    -------
    dict[str, Any] | None
        `name`, `measures`, and `rows`: `reading`, `lever`, and by measure the change with its interval [-].
    """
    table = _table(folder / "attribution.csv", ("measure", "reading", "lever", "n", "change", "low", "high"))
    if table is None or table.empty:
        return None
    measures = list(dict.fromkeys(table["measure"].astype(str)))
    rows = [
        {
            "reading": str(reading),
            "lever": str(lever),
            "values": {
                str(row["measure"]): [_number(row[key]) for key in ("change", "low", "high")]
                for row in own.to_dict("records")
            },
        }
        for (reading, lever), own in table.groupby(["reading", "lever"], sort=False)
    ]
    return {"name": folder.name, "measures": measures, "seeds": int(table["n"].max()), "rows": rows}


def search_content(folder: Path) -> dict[str, Any] | None:
    """
    What a search has found, from `trials.csv`, `front.csv` and `confirmation.csv`; None where they cannot be read.

    Parameters
    ----------
    folder
        Folder of a search.

    Returns
    -------
    dict[str, Any] | None
        `name`, `tried`, `levers`, `targets`; `front`: levels by lever, `public_cost` [CNY/year], `shortfall` [-],
        `targets_met`, `is_cheapest`; `confirmation`: the chosen set on fresh seeds, a row a target.
    """
    front = _table(folder / "front.csv", _KNOWN)
    tried = _table(folder / "trials.csv", _KNOWN)
    if front is None or tried is None:
        return None
    targets = [name.removesuffix(" verdict") for name in front.columns if name.endswith(" verdict")]
    levers = [name for name in front.columns if name not in (*_KNOWN, *targets) and not name.endswith(_SUFFIXES)]
    confirmed = _table(folder / "confirmation.csv", ("target", "mean", "low", "high", "verdict", "n"))
    return {
        "name": folder.name,
        "tried": len(tried),
        "levers": levers,
        "targets": targets,
        "front": [
            {
                "trial": int(row["trial"]),
                "levels": {name: str(row[name]) for name in levers},
                "public_cost": _number(row["public_cost"]),
                "shortfall": _number(row["shortfall"]),
                "targets_met": int(row["targets_met"]),
                "is_cheapest": bool(row["is_cheapest"]),
            }
            for row in front.to_dict("records")
        ],
        "confirmation": []
        if confirmed is None
        else [
            {"target": str(row["target"]), "verdict": str(row["verdict"]), "n": int(row["n"])}
            | {key: _number(row[key]) for key in ("mean", "low", "high")}
            for row in confirmed.to_dict("records")
        ],
    }


def _table(path: Path, columns: tuple[str, ...]) -> pd.DataFrame | None:
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError):
        return None
    return table if set(columns) <= set(table.columns) else None


def _number(value: Any) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None

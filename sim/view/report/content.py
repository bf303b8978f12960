"""All that a page shows, gathered from the files of runs and studies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.errors import ResultsError
from sim.units import SECONDS_PER_HOUR
from sim.view.report.assumptions import assumptions
from sim.view.report.curves import day_curves
from sim.view.report.indicators import indicators, paired_by_seed
from sim.view.report.movements import movements
from sim.view.report.roads import FlatGround, road_lines, speed_layer
from sim.view.report.scorecard_table import scorecard_tables
from sim.view.report.study import study_content
from sim.view.report.zones import zones_and_rules
from sim.view.run_folder import RunFolder

CONTENT_VERSION = 1


def report_content(
    runs: Sequence[Path | str], bases: Sequence[Path | str] = (), *, study: Path | str | None = None
) -> dict[str, Any]:
    """
    Content of a page.

    Parameters
    ----------
    runs
        Folders of runs of one scenario with different seeds; the first is shown on the map. None for a study alone.
    bases
        Folders of runs that they are compared with.
    study
        Folder of a study, with `summary.csv`.

    Raises
    ------
    ResultsError
        If a folder is not that of a finished run, or a run has no base of its seed.
    """
    if not runs and study is None:
        raise ResultsError("expected the folder of a run or a study, found none")
    content: dict[str, Any] = {"version": CONTENT_VERSION}
    if study is not None:
        content["study"] = study_content(study)
    if not runs:
        return content
    folders, others = [RunFolder(path) for path in runs], [RunFolder(path) for path in bases]
    run = folders[0]
    base = paired_by_seed(folders, others)[0][1] if others else None
    links = run.links
    row_of = pd.Series(np.arange(len(links)), index=links["link_id"].to_numpy())
    ground = FlatGround(links["geometry"].to_numpy())
    ends = [_last_s(one) for one in (run, base) if one is not None]
    first_s, until_s = _first_s(run), max(ends)
    label = run.map_label
    return content | {
        "run": {
            "id": str(run.manifest.get("run_id", run.folder.name)),
            "name": run.name,
            "base_name": base.name if base is not None else None,
            "label": label.label,
            "credit": label.credit,
            "is_schematic": "SCHEMATIC" in label.label,
            "weekday": str(run.config.get("weekday", "")),
            "start_s": first_s,
            "end_s": until_s,
            "warnings": [str(text) for text in run.manifest.get("warnings") or []],
        },
        "indicators": indicators(folders, others),
        "roads": road_lines(links, ground),
        "speeds": speed_layer(run, row_of),
        **zones_and_rules(run.rules, ground, weekday=str(run.config.get("weekday", ""))),
        **movements(run, ground, row_of),
        "curves": day_curves(run, until_s),
        "base_curves": day_curves(base, until_s) if base is not None else None,
        "costs": _costs(run),
        "scorecard": scorecard_rows(run.folder),
        "assumptions": assumptions(run),
        "provenance": run.manifest,
    }


def scorecard_rows(folder: Path) -> dict[str, Any] | None:
    """Columns and rows of `scorecard.csv` for people, in Chinese under `zh`; None where a run or study has none."""
    path = folder / "scorecard.csv"
    if not path.is_file():
        return None
    try:
        table = pd.read_csv(path, dtype=object, keep_default_na=False)
    except (ValueError, OSError) as error:
        raise ResultsError(f"{path}: expected a table, {error}") from error
    return scorecard_tables(table)


def _costs(run: RunFolder) -> dict[str, Any]:
    """Cost by component over all carriers [CNY], and by carrier."""
    table = run.table("costs")
    parts = table.groupby("component", sort=False)["cost_cny"].sum()
    return {"components": [str(name) for name in parts.index], "cny": [float(value) for value in parts]}


def _first_s(run: RunFolder) -> float:
    """Full hour before the first departure [s]."""
    first = run.trips["depart_s"].min() if len(run.trips) else 6 * SECONDS_PER_HOUR
    return float(first // SECONDS_PER_HOUR * SECONDS_PER_HOUR)


def _last_s(run: RunFolder) -> float:
    """Full hour after the last arrival [s]."""
    last = max([float(run.trips["arrive_s"].max())] if len(run.trips) else [20 * SECONDS_PER_HOUR])
    return float(-(-last // SECONDS_PER_HOUR) * SECONDS_PER_HOUR)

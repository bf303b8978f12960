"""
What the committed results of a search should hold: the runs of its design, and the tables that follow from them.

The proposals of the sampler are taken as they stand in `trials.csv`; what is checked is what the sets of levers do.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from sim.errors import ResultsError
from sim.experiment.design import PlannedRun, StudyRow, point_at
from sim.experiment.proposals import Levels
from sim.experiment.provenance import run_id_of
from sim.experiment.reproduce import Committed, Subject
from sim.experiment.search_file import Search
from sim.experiment.search_tables import Appraised, appraise, best_trial, confirmation_table, front_table, trial_table
from sim.experiment.study_tables import level_text, values_at, values_by_point


def subject_of_search(search: Search, committed: Committed) -> Subject:
    """
    Runs and tables of a search.

    Parameters
    ----------
    search
        The search as it stands now.
    committed
        Its committed results.

    Raises
    ------
    ResultsError
        If `trials.csv` is missing or has levels that the search does not know.
    """
    path = committed.folder / "trials.csv"
    try:
        trials = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path}: expected the table of a search, found {error}") from error
    for name, table in (("trials", trials), ("design", committed.design)):
        wanted = [*search.file.levers, *(("trial",) if name == "trials" else ())]
        lacking = [column for column in wanted if column not in table]
        if lacking:
            where = committed.folder / f"{name}.csv"
            raise ResultsError(f"{where}: expected the columns of the search, no column {', '.join(lacking)}")
    for line, row in enumerate(trials.to_dict("records"), start=2):
        _levels(search, row)  # before anything is simulated
        if not str(row["trial"]).isdecimal():
            raise ResultsError(f"{path}: line {line}: trial: expected a whole number, found {row['trial']!r}")
    return Subject(
        rows=_rows(search, committed),
        runs=lambda rows, overrides: _runs(search, rows, overrides),
        tables=lambda outcomes: _tables(search, committed, trials, outcomes),
    )


def _rows(search: Search, committed: Committed) -> list[StudyRow]:
    return [
        StudyRow(_levels(search, row), search.file.scenario, (), int(row["replication"]), int(row["seed"]))
        for row in committed.design.to_dict("records")
    ]


def _runs(search: Search, rows: Sequence[StudyRow], overrides: Sequence[str]) -> list[PlannedRun]:
    file, points = search.study().file, {}
    runs = []
    for row in rows:
        key = tuple(level_text(level) for level in row.levels.values())
        if key not in points:
            points[key] = point_at(file, row.levels, overrides)
        runs.append(PlannedRun(run_id_of(points[key].scenario, row.seed), points[key], row.replication, row.seed))
    return runs


def _levels(search: Search, row: Mapping[Hashable, Any]) -> Levels:
    """Levels of a row as the search has them, by their text."""
    found = {}
    for name in search.file.levers:
        known = {level_text(level): level for level in search.file.levels_of(name)}
        if level_text(row[name]) not in known:
            raise ResultsError(f"{search.name}: {name}: found {row[name]!r}, expected one of {', '.join(known)}")
        found[name] = known[level_text(row[name])]
    return found


def _tables(
    search: Search, committed: Committed, trials: pd.DataFrame, outcomes: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    found: dict[int, tuple[Levels, Appraised]] = {}
    for row in trials.to_dict("records"):
        levels = _levels(search, row)
        result = _appraised(search, committed, outcomes, levels, search.seeds)
        if result is not None:
            found[int(row["trial"])] = (levels, result)
    for row in committed.design[committed.design["seed"].isin(map(str, search.seeds))].to_dict("records"):
        levels = _levels(search, row)
        if levels in [known for known, _ in found.values()]:
            continue
        result = _appraised(search, committed, outcomes, levels, search.seeds)
        if result is not None:  # tried, and gone from the table
            found[max(found, default=-1) + 1] = (levels, result)
    table = trial_table(search.file, found)
    tables = {"trials": table, "front": front_table(table)}
    if len(table) and search.fresh_seeds:
        chosen, _ = found[int(best_trial(table)["trial"])]
        again = _appraised(search, committed, outcomes, chosen, search.fresh_seeds)
        if again is not None:
            tables["confirmation"] = confirmation_table(search.file, again, len(search.fresh_seeds))
    return tables


def _appraised(
    search: Search, committed: Committed, outcomes: pd.DataFrame, levels: Levels, seeds: Sequence[int]
) -> Appraised | None:
    design = committed.design[committed.design["seed"].isin([str(seed) for seed in seeds])]
    points = values_by_point(design, outcomes, list(search.file.levers))
    own, base = (values_at(points, one, list(search.file.levers)) for one in (levels, search.file.nothing()))
    return None if own is None or base is None else appraise(search.file, levels, own, base)

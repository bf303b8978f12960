"""
A study from its folder to its tables: every point of the design on every seed, resumed where it stopped.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.contracts import Progress, no_progress
from sim.errors import ResultsError, WriteError
from sim.experiment.attribution import attribution_table
from sim.experiment.design import PlannedRun, composed_runs, design_table, study_rows
from sim.experiment.distribution_rows import DistributionSpec, distribution_outcomes
from sim.experiment.folder_lock import held_alone
from sim.experiment.intervals import t_interval
from sim.experiment.sensitivity_table import sensitivity_table
from sim.experiment.study_file import Study, StudyFile
from sim.experiment.study_runs import Simulate, carry_out, check_same_code, finished_kpis, run_manifest, simulate_to
from sim.experiment.study_tables import relative_change, relative_changes, summarise, values_at, values_by_point
from sim.measures.manifest_list import manifest_lines

_FIRST_REPLICATIONS = 5
"""Replications before a sequential stop is considered: fewer know too little of the spread. Assumption."""

RUN_HERE = ("run.workers=1", "run.figures=false")
"""A run of a study plans its tours in its own process; the study runs side by side instead."""


@dataclass(frozen=True, slots=True)
class StudyResult:
    """
    What a study left.

    Parameters
    ----------
    folder
        Where its tables are.
    planned
        Runs of the design.
    finished
        Those that are finished.
    failures
        What went wrong, by run_id.
    """

    folder: Path
    planned: int
    finished: int
    failures: dict[str, str]


@dataclass(frozen=True, slots=True)
class HalfWidth:
    """A wanted half width of the relative change of a measure: 0.01 is 1 percentage point."""

    measure: str
    value: float


def run_study(
    study: Study,
    out: Path,
    *,
    workers: int = 1,
    most_runs: int | None = None,
    until: HalfWidth | None = None,
    redo: bool = False,
    overrides: Sequence[str] = (),
    progress: Progress = no_progress,
    simulate: Simulate = simulate_to,
    cluster: str | None = None,
) -> StudyResult:
    """
    Simulate what is missing of a study and write its tables.

    Parameters
    ----------
    study
        The study.
    out
        Folder of its results; made if there is none.
    workers
        Processes; changes no result.
    most_runs
        The first runs of the design only, a replication after the other; None: all.
    until
        Add replications until this half width is reached at every point, at most those of the seeds; None: all seeds.
    redo
        Simulate again the runs that other code made, instead of refusing.
    overrides
        Further overrides of every run: paths and manner of running.
    progress
        Told after each run.
    simulate
        What simulates a run; a module-level function.
    cluster
        Ray cluster that simulates instead of processes of this machine, see `sim.experiment.cluster`.

    Raises
    ------
    InputError
        If a point makes no valid scenario, or the folder holds results of other code, is held by another command,
        or cannot be written.
    """
    runs = composed_runs(study, study_rows(study)[:most_runs], [*overrides, *RUN_HERE], progress)
    folder = out / "runs"
    make_folder(out)
    with held_alone(folder):
        if redo:
            forget_other_code(folder, runs)
        else:
            check_same_code(folder, runs)
        batches = [runs] if until is None else _by_replication(runs)
        failures: dict[str, str] = {}
        chosen: list[PlannedRun] = []
        for replications, batch in enumerate(batches, start=1):
            chosen += batch
            if until is not None and replications < min(_FIRST_REPLICATIONS, len(batches)):
                continue
            failures |= carry_out(
                chosen, folder, workers=workers, progress=progress, simulate=simulate, cluster=cluster
            )
            if until is not None and _is_narrow(study, chosen, folder, until):
                break
        for run_id in {run.run_id: None for run in chosen if run.run_id not in failures}:
            if finished_kpis(folder / run_id) is None:
                failures[run_id] = "its files were removed or changed while the study went on"
        finished = write_study_tables(study, chosen, out, failures)
        return StudyResult(out, len({run.run_id for run in chosen}), finished, failures)


def write_study_tables(study: Study, runs: Sequence[PlannedRun], out: Path, failures: dict[str, str]) -> int:
    """
    Write `design.csv`, `outcomes.csv`, `summary.csv`, `comparison.csv`, `failures.csv` and `manifests.jsonl`.

    They follow from the finished runs alone, so they are equal to the byte however the runs came about.

    Parameters
    ----------
    study
        The study.
    runs
        Its runs; those that are not finished are left out of the outcomes.
    out
        Folder of its results.
    failures
        What went wrong, by run_id.

    Returns
    -------
    int
        Runs that are finished.
    """
    design = design_table(runs)
    kept, by_group = study.file.kept_measures, study.file.distribution
    outcomes = outcome_table(out / "runs", dict.fromkeys(design["run_id"]), kept, by_group)
    tables = {
        "design": design,
        "outcomes": outcomes,
        "failures": pd.DataFrame(sorted(failures.items()), columns=["run_id", "fault"]),
        **tables_of_outcomes(study.file, design, outcomes),
    }
    finished = list(dict.fromkeys(outcomes["run_id"]))
    write_results(out, tables, [run_manifest(out / "runs" / run_id) or {} for run_id in finished])
    for name in {*NEED_EVERY_RUN, "comparison"} - tables.keys():
        remove_file(out / f"{name}.csv")
    return len(finished)


def tables_of_outcomes(file: StudyFile, design: pd.DataFrame, outcomes: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """
    Tables that follow from the outcomes: `summary`, `comparison`, `attribution` and `sensitivity` where there are such.

    Sets of levers that were drawn for a seed serve the attribution alone. Tables that need more runs than are finished
    are left out.

    Parameters
    ----------
    file
        The study.
    design, outcomes
        Its tables.
    """
    factors, base = list(file.factor_names), file.compared_with
    shared = _points_of_every_seed(file, design)
    measures = measures_in(outcomes, file.kept_measures)
    tables = {"summary": summarise(shared, outcomes, factors, measures, base)}
    if base:
        tables["comparison"] = relative_changes(shared, outcomes, factors, file.kept_measures, base)
    for name, (is_wanted, table_of) in NEED_EVERY_RUN.items():
        if is_wanted(file):
            with suppress(ResultsError):
                tables[name] = table_of(file, design, outcomes)
    return tables


NEED_EVERY_RUN: dict[str, tuple[Callable[[StudyFile], bool], Callable[..., pd.DataFrame]]] = {
    "attribution": (lambda file: file.has_attribution, attribution_table),
    "sensitivity": (lambda file: file.is_sensitivity, sensitivity_table),
}
"""Tables that half a design cannot give: whether a study has them, and what makes them."""


def _points_of_every_seed(file: StudyFile, design: pd.DataFrame) -> pd.DataFrame:
    return design[design["case"].isin(list(file.levels_of("case") or ()))] if file.is_package else design


def outcome_table(
    runs_folder: Path,
    run_ids: Sequence[str] | dict[str, None],
    measures: Sequence[str],
    by_group: DistributionSpec | None = None,
) -> pd.DataFrame:
    """Content of `outcomes.csv` from the finished runs of a folder: `run_id, measure, value, unit`."""
    rows = []
    for run_id in run_ids:
        kpis = finished_kpis(runs_folder / run_id)
        if kpis is None:
            continue
        for name in measures:
            if name in kpis:
                value = kpis[name]["value"]
                rows.append((run_id, name, np.nan if value is None else float(value), kpis[name]["unit"]))
        if by_group is not None:
            found = distribution_outcomes(runs_folder / run_id / "distribution.csv", by_group)
            rows += [(run_id, *outcome) for outcome in found]
    return pd.DataFrame(rows, columns=["run_id", "measure", "value", "unit"])


def measures_in(outcomes: pd.DataFrame, kept: Sequence[str]) -> list[str]:
    """Measures of a summary: those kept, then the outcomes by group."""
    return list(dict.fromkeys([*kept, *outcomes["measure"]]))


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table all at once; numbers with every digit that makes them what they are."""
    write_text(_csv_text(table), path)


def _csv_text(table: pd.DataFrame) -> str:
    return table.to_csv(index=False, lineterminator="\n")


def write_text(text: str, path: Path) -> None:
    """Write a text all at once: a reader never sees half of it."""
    write_texts({path: text})


def write_results(out: Path, tables: Mapping[str, pd.DataFrame], manifests: Sequence[Mapping[str, Any]]) -> None:
    """
    Write tables and `manifests.jsonl` together: where there is no room for all of them, those of before stay.

    Parameters
    ----------
    out
        Folder of the results.
    tables
        Content of `NAME.csv`, by name.
    manifests
        Manifests of the finished runs.
    """
    texts = {out / f"{name}.csv": _csv_text(table) for name, table in tables.items()}
    write_texts(texts | {out / "manifests.jsonl": manifest_lines(manifests)})


def write_texts(texts: Mapping[Path, str]) -> None:
    """Write texts under temporary names, and only when all of them are there, rename them."""
    temporaries = {path: path.with_name(f".{path.name}.{os.getpid()}.tmp") for path in texts}
    path = Path()
    try:
        for path, text in texts.items():
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            temporaries[path].write_text(text, encoding="utf-8", newline="\n")
        for path, temporary in temporaries.items():
            temporary.replace(path)
    except OSError as error:
        for temporary in temporaries.values():
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        raise WriteError(f"{path}: cannot write results: {error.strerror or error}") from error


def remove_file(path: Path) -> None:
    """Remove a file of results, where there is one."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise WriteError(f"{path}: cannot write results: {error.strerror or error}") from error


def check_writable(path: Path) -> None:
    """Refuse a file that cannot be written, before the work whose result it is to hold; its folder is made."""
    make_folder(path.parent)
    if path.is_dir():
        raise WriteError(f"{path}: cannot write results: found a folder, expected a file")
    probe = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise WriteError(f"{path}: cannot write results: {error.strerror or error}") from error


def make_folder(folder: Path) -> None:
    """Make a folder of results."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(f"{folder}: cannot write results: {error.strerror or error}") from error


def forget_other_code(folder: Path, runs: Sequence[PlannedRun]) -> None:
    """Runs of other code become unfinished; their files are replaced when they are simulated."""
    for run_id in dict.fromkeys(run.run_id for run in runs):
        try:
            check_same_code(folder, [run for run in runs if run.run_id == run_id])
        except ResultsError:
            remove_file(folder / run_id / "manifest.json")


def _by_replication(runs: Sequence[PlannedRun]) -> list[list[PlannedRun]]:
    numbers = dict.fromkeys(run.replication for run in runs)
    return [[run for run in runs if run.replication == number] for number in numbers]


def _is_narrow(study: Study, runs: Sequence[PlannedRun], folder: Path, until: HalfWidth) -> bool:
    """Whether the relative change of the measure is known narrowly enough at every point."""
    design = design_table(runs)
    outcomes = outcome_table(folder, dict.fromkeys(design["run_id"]), [until.measure])
    factors = study.file.factor_names
    shared = _points_of_every_seed(study.file, design)
    points = values_by_point(shared, outcomes, factors) if len(outcomes) else {}
    base = values_at(points, study.file.compared_with or {}, factors)
    if base is None:
        return False
    widths = [t_interval(relative_change(values, base, until.measure)).half_width for values in points.values()]
    return all(width <= until.value for width in widths)

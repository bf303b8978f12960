"""
A committed study run again, or a sample of it: what differs from the committed results, and the probable cause.

Results are compared number by number, as text, so equal means equal to the byte. The cause is read from the manifests
of both: configuration, code, inputs, packages, platform.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.config import Scenario
from sim.contracts import Progress, no_progress
from sim.errors import ResultsError
from sim.experiment.appraisal import outcomes_at, scorecard
from sim.experiment.design import PlannedRun, StudyRow, composed_runs, study_rows
from sim.experiment.provenance import content_sha256
from sim.experiment.study import NEED_EVERY_RUN, RUN_HERE, outcome_table, tables_of_outcomes
from sim.experiment.study_file import Study
from sim.experiment.study_runs import carry_out, run_manifest, simulate_to
from sim.experiment.study_tables import level_text
from sim.measures.manifest_list import read_manifest_lines
from sim.measures.study_table_files import repeated_rows

ELSEWHERE = 1e-6
"""Relative difference that is let pass on other packages or another platform. Assumption: rounding, no other events."""

_MACHINE = ("python", "platform", "processor")
_COLUMNS = ("table", "factors", "seed", "measure", "committed", "found", "relative")


@dataclass(frozen=True, slots=True)
class Reproduction:
    """
    What came of a study that was run again.

    Parameters
    ----------
    runs
        Runs that were simulated.
    of
        Runs of the committed design.
    compared
        Numbers that were compared.
    tolerance
        Relative difference that was let pass; 0: equal to the byte.
    differences
        Columns `table, factors, seed, measure, committed, found, relative`.
    causes
        What differs between the manifests, a line each, the most telling first.
    failures
        What went wrong, by run_id.
    """

    runs: int
    of: int
    compared: int
    tolerance: float
    differences: pd.DataFrame
    causes: tuple[str, ...]
    failures: dict[str, str]

    @property
    def is_equal(self) -> bool:
        """Whether every run finished and no number differs."""
        return self.differences.empty and not self.failures


@dataclass(frozen=True, slots=True)
class Subject:
    """
    What results should hold.

    Parameters
    ----------
    rows
        Rows of the design.
    runs
        Runs of some of the rows, with further overrides.
    tables
        Tables by name that follow from the outcomes.
    """

    rows: Sequence[StudyRow]
    runs: Callable[[Sequence[StudyRow], Sequence[str]], list[PlannedRun]]
    tables: Callable[[pd.DataFrame], dict[str, pd.DataFrame]]


@dataclass(frozen=True, slots=True)
class Committed:
    """
    Committed results of a study, every cell as the text that stands in the file.

    Parameters
    ----------
    folder
        Where they are.
    design, outcomes
        Content of `design.csv` and `outcomes.csv`.
    manifests
        Manifest of each run by its run_id.
    """

    folder: Path
    design: pd.DataFrame
    outcomes: pd.DataFrame
    manifests: dict[str, dict[str, Any]]


def read_committed(folder: Path) -> Committed:
    """
    Committed results of a study.

    Raises
    ------
    ResultsError
        Naming every file that is missing, cannot be read, or lacks a column.
    """
    faults: list[str] = []
    tables = {}
    for name, columns in (
        ("design", ("run_id", "replication", "seed")),
        ("outcomes", ("run_id", "measure", "value", "unit")),
    ):
        path = folder / f"{name}.csv"
        try:
            tables[name] = pd.read_csv(path, dtype=str, keep_default_na=False)
        except (OSError, ValueError) as error:
            faults.append(f"{path}: expected a table of a committed study, found {error}")
            continue
        lacking = [f"{path}: expected the column {c}, found none" for c in columns if c not in tables[name]]
        faults += lacking or _cell_faults(path, name, tables[name])
    path = folder / "manifests.jsonl"
    manifests: dict[str, dict[str, Any]] = {}
    try:
        manifests = read_manifest_lines(path)
    except ResultsError as error:
        faults += error.faults
    if faults:
        raise ResultsError(faults)
    missing = sorted(set(tables["outcomes"]["run_id"]) - set(manifests))
    if missing:
        raise ResultsError(f"{path}: expected a manifest of every run, none for {', '.join(missing[:5])}")
    return Committed(folder, tables["design"], tables["outcomes"], manifests)


def _cell_faults(path: Path, name: str, table: pd.DataFrame) -> list[str]:
    """Rows that are there twice, and cells that hold no number."""
    faults = repeated_rows(path, name, table)
    wanted = {
        "design": ("a whole number", _is_whole, ("replication", "seed")),
        "outcomes": ("a number", _is_number, ("value",)),
    }
    kind, is_good, columns = wanted[name]
    for column in columns:
        bad = [(line, text) for line, text in enumerate(table[column], start=2) if not is_good(text)]
        faults += [f"{path}: line {line}: {column}: expected {kind}, found {text!r}" for line, text in bad[:5]]
    return faults


def _is_whole(text: str) -> bool:
    return text.isdecimal() and len(text) < 20


def _is_number(text: str) -> bool:
    """Whether a cell of values can be one; empty cells are values that are not known."""
    try:
        return not text or math.isfinite(float(text))
    except ValueError:
        return False


def reproduce(
    study: Study,
    committed: Committed,
    work: Path,
    *,
    runs: int | None = None,
    workers: int = 1,
    tolerance: float | None = None,
    overrides: Sequence[str] = (),
    progress: Progress = no_progress,
    simulate: Any = simulate_to,
    subject: Subject | None = None,
) -> Reproduction:
    """
    Run a study again and compare it with its committed results.

    Parameters
    ----------
    study
        The study as it stands now.
    committed
        Its committed results.
    work
        Empty folder for the runs, and for plans and assigned cars, which are computed anew.
    runs
        Number of runs, spread evenly over the design; None: all.
    workers
        Processes.
    tolerance
        Relative difference that is let pass; None: 0 on the packages and platform of the committed runs, `ELSEWHERE`
        on others.
    overrides
        Further overrides of every run.
    progress
        Told after each run.
    simulate
        What simulates a run; a module-level function.
    subject
        What the runs and tables of the results should be, where they are not those of a study, as for a search.

    Raises
    ------
    InputError
        If a point of the study makes no valid scenario, or `work` cannot be written.
    """
    subject = subject or Subject(
        rows=study_rows(study),
        runs=lambda rows, own: composed_runs(study, rows, own),
        tables=lambda outcomes: tables_of_outcomes(study.file, committed.design, outcomes),
    )
    ids = _ids(study, committed)
    wanted = _spread([row for row in subject.rows if _identity(row) in ids], runs)
    if not wanted:
        raise ResultsError(
            f"{committed.folder / 'design.csv'}: expected runs of the study, none of its {len(committed.design)} rows "
            "has the levels and seeds of study.yaml and seeds.csv"
        )
    chosen = subject.runs(wanted, [*overrides, *RUN_HERE, f"paths.cache_dir={work / 'cache'}"])
    failures = carry_out(chosen, work / "runs", workers=workers, progress=progress, simulate=simulate)
    here = {run.run_id: run_manifest(work / "runs" / run.run_id) or {} for run in chosen}
    pairs = [(committed.manifests.get(ids[_identity(run)], {}), here[run.run_id]) for run in chosen]
    if tolerance is None:
        tolerance = 0.0 if all(_same_machine(*pair) for pair in pairs) else ELSEWHERE
    outcomes = outcome_table(
        work / "runs", {run.run_id: None for run in chosen}, study.file.kept_measures, study.file.distribution
    )
    rows, compared = _design_differences(study, committed, subject.rows, is_sample=runs is not None), 0
    found = _as_text(outcomes)
    for run in chosen:
        if run.run_id != ids[_identity(run)] and not _has_new_settings_only(
            committed.manifests.get(ids[_identity(run)], {}), here[run.run_id], run
        ):
            rows.append(_row("design", _told(run), str(run.seed), "run_id", ids[_identity(run)], run.run_id))
        if run.run_id in failures:
            continue
        theirs = committed.outcomes[committed.outcomes["run_id"] == ids[_identity(run)]]
        own = found[found["run_id"] == run.run_id]
        compared += max(len(own), len(theirs))
        rows += _value_differences(run, theirs, own, tolerance)
    rows += _manifest_differences(committed)
    rows += _table_differences(subject, committed, tolerance)
    rows += _scorecard_differences(study, committed, tolerance)
    differences = pd.DataFrame(rows, columns=list(_COLUMNS))
    return Reproduction(
        len(chosen), len(committed.design), compared, tolerance, differences, _causes(pairs, chosen), failures
    )


def _identity(run: PlannedRun | StudyRow) -> tuple[str, ...]:
    """Levels, replication and seed of a run, as `_ids` reads them from a file."""
    levels = run.levels if isinstance(run, StudyRow) else run.point.levels
    return (*(level_text(level) for level in levels.values()), str(run.replication), str(run.seed))


def _ids(study: Study, committed: Committed) -> dict[tuple[str, ...], str]:
    """Committed run_id of each point and seed."""
    factors = study.file.factor_names
    lacking = [name for name in factors if name not in committed.design]
    if lacking:
        raise ResultsError(
            f"{committed.folder / 'design.csv'}: expected the factors of the study, no column {', '.join(lacking)}"
        )
    return {
        (*(level_text(row[name]) for name in factors), row["replication"], row["seed"]): row["run_id"]
        for row in committed.design.to_dict("records")
    }


def _as_text(table: pd.DataFrame) -> pd.DataFrame:
    """The table as `write_csv` would write it, every cell its text."""
    return pd.read_csv(StringIO(table.to_csv(index=False)), dtype=str, keep_default_na=False)


def _spread(runs: Sequence[StudyRow], wanted: int | None) -> list[StudyRow]:
    """So many of the runs, evenly spread; first and last among them where there are two or more."""
    if wanted is None or wanted >= len(runs):
        return list(runs)
    return [runs[int(place)] for place in np.linspace(0, len(runs) - 1, wanted).round()]


def _row(table: str, factors: str, seed: str, measure: str, committed: str, found: str) -> dict[str, Any]:
    try:
        relative = (float(found) - float(committed)) / abs(float(committed)) if table == "outcomes" else math.nan
    except (ValueError, ZeroDivisionError):
        relative = math.nan
    return dict(zip(_COLUMNS, (table, factors, seed, measure, committed, found, relative), strict=True))


def _design_differences(
    study: Study, committed: Committed, planned: Sequence[StudyRow], *, is_sample: bool
) -> list[dict[str, Any]]:
    """Points and seeds that stand in one of the two only."""
    theirs, own = _ids(study, committed), {_identity(run) for run in planned}
    rows = [_row("design", ", ".join(key[:-2]), key[-1], "", "a run", "none") for key in theirs if key not in own]
    if not is_sample:
        rows += [_row("design", ", ".join(key[:-2]), key[-1], "", "none", "a run") for key in sorted(own - set(theirs))]
    return rows


def _told(run: PlannedRun) -> str:
    return ", ".join(f"{name}={level}" for name, level in run.point.levels.items())


def _value_differences(
    run: PlannedRun, theirs: pd.DataFrame, own: pd.DataFrame, tolerance: float
) -> list[dict[str, Any]]:
    before, now = (dict(zip(table["measure"], table["value"], strict=True)) for table in (theirs, own))
    rows = [
        _row("outcomes", _told(run), str(run.seed), name, before.get(name, "none"), now.get(name, "none"))
        for name in {**before, **now}
        if not _is_same(before.get(name), now.get(name), tolerance)
    ]
    before, now = (dict(zip(table["measure"], table["unit"], strict=True)) for table in (theirs, own))
    return rows + [
        _row("outcomes", _told(run), str(run.seed), f"unit of {name}", before[name], now[name])
        for name in before.keys() & now.keys()
        if before[name] != now[name]
    ]


def _is_same(before: str | None, now: str | None, tolerance: float) -> bool:
    if before == now:
        return True
    if tolerance == 0.0 or not before or not now:
        return False
    try:
        return math.isclose(float(before), float(now), rel_tol=tolerance)
    except ValueError:
        return False


def _table_differences(subject: Subject, committed: Committed, tolerance: float) -> list[dict[str, Any]]:
    """Whether the committed tables are what the committed outcomes give."""
    values = [float(text) if text else math.nan for text in committed.outcomes["value"]]
    given = subject.tables(committed.outcomes.assign(value=values))
    left_over = [
        name
        for name in (*NEED_EVERY_RUN, "comparison")
        if name not in given and (committed.folder / f"{name}.csv").is_file()
    ]
    rows = [_row(name, "", "", "", "a table", "none: study and outcomes do not give it") for name in left_over]
    for name, table in given.items():
        path = committed.folder / f"{name}.csv"
        text = path.read_bytes().decode(errors="replace") if path.is_file() else None
        if text is None or not _is_same_table(text, table.to_csv(index=False, lineterminator="\n"), tolerance):
            is_there = "none" if text is None else "another table"
            rows.append(_row(name, "", "", "", is_there, "what the committed outcomes give"))
    return rows


def _manifest_differences(committed: Committed) -> list[dict[str, Any]]:
    """Runs that are not named by the configuration in their manifest: one of the two was edited."""
    rows = []
    for run_id in dict.fromkeys(committed.outcomes["run_id"]):
        manifest = committed.manifests[run_id]
        config = manifest.get("config")
        name = content_sha256(config)[:12] if isinstance(config, dict) else "none: it has no configuration"
        if name != run_id:
            rows.append(_row("manifests", "", str(manifest.get("seed", "")), "run_id", run_id, name))
    return rows


def _scorecard_differences(study: Study, committed: Committed, tolerance: float) -> list[dict[str, Any]]:
    """Whether the committed scorecard is what the committed outcomes give, but for the rows entered by hand."""
    chosen, base = study.file.scorecard, study.file.compared_with
    if chosen is None or base is None:
        return []
    try:
        table = scorecard(outcomes_at(committed.folder, base), outcomes_at(committed.folder, chosen))
    except ResultsError:
        return []
    given = _as_text(table)
    try:
        found = pd.read_csv(committed.folder / "scorecard.csv", dtype=str, keep_default_na=False)
    except (OSError, ValueError):
        found = given.iloc[:0]
    if "reading" in found:
        before, now = (one[one["reading"] != "by hand"].to_csv(index=False) for one in (found, given))
        if _is_same_table(before, now, tolerance):
            return []
    return [
        _row("scorecard", "", "", "", "another table" if len(found) else "none", "what the committed outcomes give")
    ]


def _is_same_table(before: str, now: str, tolerance: float) -> bool:
    lines, others = before.splitlines(), now.splitlines()
    if before == now or tolerance == 0.0 or len(lines) != len(others):
        return before == now
    cells, other_cells = (list(csv.reader(text)) for text in (lines, others))
    return all(
        len(row) == len(other) and all(_is_same(a, b, tolerance) for a, b in zip(row, other, strict=True))
        for row, other in zip(cells, other_cells, strict=True)
    )


def _same_machine(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    return all(before.get(name) == now.get(name) for name in ("packages", *_MACHINE))


def _causes(
    pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], runs: Sequence[PlannedRun]
) -> tuple[str, ...]:
    """What differs between committed and new manifests, the most telling first, each said once."""
    told: dict[str, None] = {}
    for name in ("config", "code", "inputs", "packages", "platform"):
        for (before, now), run in zip(pairs, runs, strict=True):
            for line in _cause(name, before, now, run.point.scenario, run.seed):
                told[line] = None
    return tuple(told)


def _cause(name: str, before: Mapping[str, Any], now: Mapping[str, Any], scenario: Scenario, seed: int) -> list[str]:
    if name == "config":
        return _changes("config", before.get("config", {}), scenario.content() | {"seed": seed})
    if not now:
        return []
    if name == "code":
        if before.get("code_sha256") == now.get("code_sha256"):
            return []
        commits = " -> ".join(
            str(m.get("commit"))[:9] + (" (changed)" if m.get("is_dirty") else "") for m in (before, now)
        )
        return [f"code: {commits}"]
    if name == "inputs":
        return _changes("inputs", before.get("input_sha256", {}), now.get("input_sha256", {}))
    if name == "packages":
        return _changes("packages", before.get("packages", {}), now.get("packages", {}))
    return _changes("platform", *({key: m.get(key) for key in _MACHINE} for m in (before, now)))


def _has_new_settings_only(before: Mapping[str, Any], now: Mapping[str, Any], run: PlannedRun) -> bool:
    """
    Whether the configuration differs by nothing but settings that the committed code did not know yet.

    Newer code gives such a setting its default. That is another name for the run, and no other experiment as long as
    the numbers are equal; it is told as a note. A setting that has another value is a difference, and so is one that is
    gone, unless it was null.
    """
    if not before.get("config") or not now or before.get("code_sha256") == now.get("code_sha256"):
        return False
    old, new = _flat(before["config"]), _flat(json.loads(json.dumps(run.point.scenario.content() | {"seed": run.seed})))
    return all(
        new.get(key) == value if value is None else key in new and new[key] == value for key, value in old.items()
    )


def _changes(kind: str, before: Any, now: Any) -> list[str]:
    old, new = _flat(before), _flat(json.loads(json.dumps(now)))
    return [
        f"{kind}: {key}: {_short(old.get(key, 'none'))} -> {_short(new.get(key, 'none'))}"
        for key in {**old, **new}
        if old.get(key, _Missing) != new.get(key, _Missing)
    ]


class _Missing:
    """Stands for a key that is not there, which is not the same as null."""


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _flat(content: Any, prefix: str = "") -> dict[str, Any]:
    """Leaves of nested mappings by their dotted path; a list is a leaf unless it holds mappings."""
    if isinstance(content, Mapping) and content:
        items = [(str(key), value) for key, value in content.items()]
    elif isinstance(content, list) and any(isinstance(value, Mapping) for value in content):
        items = [(str(place), value) for place, value in enumerate(content)]
    else:
        return {prefix: content}
    found: dict[str, Any] = {}
    for key, value in items:
        found |= _flat(value, f"{prefix}.{key}" if prefix else key)
    return found

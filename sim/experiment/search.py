"""
Search for the cheapest set of levers that meets all targets, and the front of public cost against shortfall.

Optuna proposes sets in batches (multi-objective tree of Parzen estimators); a batch is simulated on all seeds, side by
side, and told back. The storage beside the results holds every proposal, so a search that was killed goes on. The
sampler is seeded anew from the number of each trial: it proposes the same, resumed or not, with any number of workers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim.config import Scenario
from sim.contracts import Progress, no_progress
from sim.errors import ConfigError
from sim.experiment.design import DesignPoint, PlannedRun, design_table, planned_runs, point_at
from sim.experiment.folder_lock import held_alone
from sim.experiment.proposals import Levels, Proposals
from sim.experiment.search_file import Search
from sim.experiment.search_tables import Appraised, appraise, best_trial, confirmation_table, front_table, trial_table
from sim.experiment.study import (
    RUN_HERE,
    forget_other_code,
    make_folder,
    outcome_table,
    remove_file,
    write_results,
)
from sim.experiment.study_file import StudyError
from sim.experiment.study_runs import carry_out, check_same_code, run_manifest, simulate_to
from sim.experiment.study_tables import values_at, values_by_point


@dataclass(frozen=True, slots=True)
class SearchResult:
    """
    What a search left.

    Parameters
    ----------
    folder
        Where its tables are.
    table
        Content of `trials.csv`.
    is_exhaustive
        Whether every set of levers was tried, so that the cheapest is the cheapest of all.
    failures
        What went wrong: by run_id for runs, by set of levers for those that make no valid scenario.
    confirmation
        Content of `confirmation.csv`: the chosen set on fresh seeds; None without any.
    """

    folder: Path
    table: pd.DataFrame
    is_exhaustive: bool
    failures: dict[str, str]
    confirmation: pd.DataFrame | None


def run_search(
    search: Search,
    out: Path,
    *,
    workers: int = 1,
    redo: bool = False,
    overrides: Sequence[str] = (),
    progress: Progress = no_progress,
    simulate: Callable[[str, Scenario, int], str | None] = simulate_to,
) -> SearchResult:
    """
    Carry out what is missing of a search and write its tables.

    Where there are no more sets of levers than trials, all are tried. Else doing nothing and every lever at its last
    level come first, and the sampler chooses the rest. The set that is chosen in the end is simulated on fresh seeds:
    of many sets the one that looked best was also lucky (the winner's curse).

    Parameters
    ----------
    search
        The search.
    out
        Folder of its results; made if there is none.
    workers
        Processes; changes no result.
    redo
        Begin anew where the folder holds another search or results of other code, instead of refusing.
    overrides
        Further overrides of every run.
    progress
        Told after each run.
    simulate
        What simulates a run; a module-level function.

    Raises
    ------
    InputError
        If a lever makes no valid scenario, Optuna is missing, or the folder cannot be used.
    """
    _check_levers(search, [*overrides, *RUN_HERE])
    make_folder(out)
    with held_alone(out / "runs"):
        return _run_here(search, out, workers, redo, overrides, progress, simulate)


def _run_here(
    search: Search,
    out: Path,
    workers: int,
    redo: bool,
    overrides: Sequence[str],
    progress: Progress,
    simulate: Callable[[str, Scenario, int], str | None],
) -> SearchResult:
    """Carry out a search in a folder that is held."""
    study_file = search.study().file
    everywhere = [*overrides, *RUN_HERE]
    proposals = Proposals(search, out, overrides, begin_anew=redo)
    wanted = _number_of_trials(search)
    found: dict[int, tuple[Levels, Appraised]] = {}
    runs: dict[str, PlannedRun] = {}
    failures: dict[str, str] = {}
    base_point = point_at(study_file, search.file.nothing(), everywhere)

    def values_of(levels: Sequence[Levels], seeds: Sequence[int]) -> list[pd.DataFrame | None]:
        """Outcomes of doing nothing and of sets of levers, simulated where missing; None where not all are there."""
        points: list[DesignPoint | None] = []
        for chosen in levels:
            try:
                points.append(point_at(study_file, chosen, everywhere))
            except ConfigError as error:
                failures[_told(chosen)] = "; ".join(error.faults)
                points.append(None)
        planned = planned_runs([base_point, *(point for point in points if point is not None)], seeds)
        if redo:
            forget_other_code(out / "runs", planned)
        else:
            check_same_code(out / "runs", planned)
        runs.update({run.run_id: run for run in planned})
        failures.update(carry_out(planned, out / "runs", workers=workers, progress=progress, simulate=simulate))
        design = design_table(planned).drop_duplicates("run_id")
        outcomes = outcome_table(out / "runs", dict.fromkeys(design["run_id"]), search.file.measures)
        by_point = values_by_point(design, outcomes, list(search.file.levers))
        return [
            None if point is None else values_at(by_point, point.levels, list(search.file.levers))
            for point in (base_point, *points)
        ]

    for first in range(0, wanted, search.file.batch):
        numbers = range(first, min(first + search.file.batch, wanted))
        levels = [proposals.levels(number) for number in numbers]
        base, *values = values_of(levels, search.seeds)
        for number, chosen, own in zip(numbers, levels, values, strict=True):
            result = None if own is None or base is None else appraise(search.file, chosen, own, base)
            if result is not None:
                found[number] = (chosen, result)
            proposals.tell(number, result)
    table = trial_table(search.file, found)
    confirmation = None
    if len(table) and search.fresh_seeds:
        chosen, _ = found[int(best_trial(table)["trial"])]
        base, own = values_of([chosen], search.fresh_seeds)
        again = None if own is None or base is None else appraise(search.file, chosen, own, base)
        if again is not None:
            confirmation = confirmation_table(search.file, again, len(search.fresh_seeds))
    _write(search, out, table, confirmation, list(runs.values()), failures)
    return SearchResult(out, table, wanted == search.file.size(), failures, confirmation)


def _told(levels: Levels) -> str:
    return ", ".join(f"{name}={level}" for name, level in levels.items())


def _check_levers(search: Search, overrides: Sequence[str]) -> None:
    """Every level of every lever alone has to make a valid scenario; sums are judged when they are tried."""
    file, faults = search.study().file, []
    file.check_overrides(overrides)
    for name in search.file.levers:
        for level in search.file.levels_of(name)[1:]:
            try:
                point_at(file, search.file.nothing() | {name: level}, overrides)
            except ConfigError as error:
                faults += [f"search {search.name}, {name}={level}: {fault}" for fault in error.faults]
    if faults:
        raise StudyError(list(dict.fromkeys(faults)))


def _number_of_trials(search: Search) -> int:
    file = search.file
    return min(file.size(), math.ceil(file.trials / file.batch) * file.batch)


def _write(
    search: Search,
    out: Path,
    table: pd.DataFrame,
    confirmation: pd.DataFrame | None,
    runs: Sequence[PlannedRun],
    failures: dict[str, str],
) -> None:
    """Write `trials`, `front`, `confirmation`, `design`, `outcomes` and `failures` as CSV, and `manifests.jsonl`."""
    design = design_table(runs)
    outcomes = outcome_table(out / "runs", dict.fromkeys(design["run_id"]), search.file.measures)
    tables = {
        "trials": table,
        "front": front_table(table),
        "design": design,
        "outcomes": outcomes,
        "failures": pd.DataFrame(sorted(failures.items()), columns=["run_id", "fault"]),
    }
    if confirmation is not None:
        tables["confirmation"] = confirmation
    finished = dict.fromkeys(outcomes["run_id"])
    write_results(out, tables, [run_manifest(out / "runs" / run_id) or {} for run_id in finished])
    if confirmation is None:
        remove_file(out / "confirmation.csv")

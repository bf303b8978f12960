"""
The runs of a study: every point of its design, with every seed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import qmc

from sim.config import Scenario, load_scenario
from sim.contracts import Progress, no_progress
from sim.errors import InputError
from sim.experiment.lever_sets import sets_along, shared_sets
from sim.experiment.provenance import run_id_of
from sim.experiment.sensitivity import unit_sample
from sim.experiment.study_file import Case, Factor, Level, Study, StudyError, StudyFile
from sim.network import read_network
from sim.random_streams import RandomStreams

_ADDS = "scenario+="
"""Begins an entry of an option that adds a scenario by its name to that of the study."""


@dataclass(frozen=True, slots=True)
class DesignPoint:
    """
    One combination of levels.

    Parameters
    ----------
    levels
        Level of each factor.
    scenario
        What is simulated, with any seed.
    """

    levels: dict[str, Level]
    scenario: Scenario


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """
    One run of a study.

    Parameters
    ----------
    run_id
        Name of its content.
    point
        Where in the design it lies.
    replication
        Number of the replication, from 1.
    seed
        Root seed.
    """

    run_id: str
    point: DesignPoint
    replication: int
    seed: int


@dataclass(frozen=True, slots=True)
class StudyRow:
    """
    One run of a study as its files ask for it, before anything is composed.

    Parameters
    ----------
    levels
        Level of each factor.
    scenario
        Names of scenarios joined by +.
    overrides
        Overrides of the study and of the levels.
    replication
        Number of the replication, from 1.
    seed
        Root seed.
    """

    levels: dict[str, Level]
    scenario: str
    overrides: tuple[str, ...]
    replication: int
    seed: int


def study_rows(study: Study) -> list[StudyRow]:
    """
    Every run that a study asks for, a replication of all points after the other.

    Parameters
    ----------
    study
        The study.
    """
    file = study.file
    shared = None if file.is_package else list(_combinations(file))
    return [
        StudyRow(levels, scenario or file.scenario, (*file.fixed, *overrides), replication, seed)
        for replication, seed in enumerate(study.seeds, start=1)
        for levels, scenario, overrides in (shared if shared is not None else _sets_of_levers(file, replication, seed))
    ]


def composed_runs(
    study: Study, rows: Sequence[StudyRow], overrides: Sequence[str] = (), progress: Progress = no_progress
) -> list[PlannedRun]:
    """
    Runs of a study, each point composed and validated once.

    Parameters
    ----------
    study
        The study.
    rows
        Rows of its design.
    overrides
        Further overrides of every run: paths and manner of running.
    progress
        Told after each point.

    Raises
    ------
    StudyError
        Naming each point that does not make a valid scenario, or whose file of zones has faults, and what is wrong; or
        each override of a key that a factor varies.
    """
    study.file.check_overrides(overrides)
    first_rows: dict[tuple[Level, ...], StudyRow] = {}
    for row in rows:
        first_rows.setdefault(tuple(row.levels.values()), row)
    point_of: dict[tuple[Level, ...], DesignPoint] = {}
    checked: set[tuple[str, str | None]] = set()
    faults: list[str] = []
    for done, (key, row) in enumerate(first_rows.items(), start=1):
        try:
            scenario = load_scenario(row.scenario, [*row.overrides, *overrides])
            asked = (scenario.network.name, scenario.network.zones_file)
            if asked[1] is not None and asked not in checked:
                read_network(*asked)
                checked.add(asked)
        except InputError as error:
            told = ", ".join(f"{name}={value}" for name, value in row.levels.items())
            faults += [f"study {study.name}, {told}: {fault}" for fault in error.faults]
            continue
        point_of[key] = DesignPoint(row.levels, scenario)
        progress("scenarios", done, len(first_rows))
    if faults:
        raise StudyError(list(dict.fromkeys(faults)))
    points = [point_of[tuple(row.levels.values())] for row in rows]
    return [
        PlannedRun(run_id_of(point.scenario, row.seed), point, row.replication, row.seed)
        for row, point in zip(rows, points, strict=True)
    ]


def planned_runs(points: Sequence[DesignPoint], seeds: Sequence[int]) -> list[PlannedRun]:
    """Every point with every seed, a replication of all points after the other."""
    return [
        PlannedRun(run_id_of(point.scenario, seed), point, replication, seed)
        for replication, seed in enumerate(seeds, start=1)
        for point in points
    ]


def design_table(runs: Sequence[PlannedRun]) -> pd.DataFrame:
    """Content of `design.csv`: `run_id`, the factors, `replication`, `seed`."""
    return pd.DataFrame(
        [{"run_id": run.run_id, **run.point.levels, "replication": run.replication, "seed": run.seed} for run in runs]
    )


Combination = tuple[dict[str, Level], str | None, Sequence[str]]
"""Levels, scenario and overrides of a point."""


def _combinations(file: StudyFile) -> Iterator[Combination]:
    """Points that are run with every seed."""
    cases: list[tuple[str | None, Case]] = list(file.cases.items()) or [(None, Case())]
    for case_name, case in cases:
        for point in _factor_points(file):
            own, scenario, overrides = _chosen(file, case, point)
            levels: dict[str, Level] = {} if case_name is None else {"case": case_name}
            levels |= own
            yield levels, scenario, overrides


def _sets_of_levers(file: StudyFile, replication: int, seed: int) -> Iterator[Combination]:
    """Points of a package on one seed: the sets that all seeds have, then those along the orders drawn for this one."""
    orders = file.orders_of(replication, seed)
    for chosen in dict.fromkeys([*shared_sets(len(file.levers)), *sets_along(orders)]):
        options = [option for place, lever in enumerate(file.levers.values()) if place in chosen for option in lever]
        yield {"case": file.set_name(chosen)}, *_with_options(file, None, options)


def _chosen(file: StudyFile, case: Case, chosen: dict[str, Level]) -> tuple[dict[str, Level], str | None, list[str]]:
    """Levels of the factors, with the scenario and the overrides that they make of a case."""
    levels: dict[str, Level] = {}
    scenario, overrides = case.scenario, list(case.overrides)
    for name, level in chosen.items():
        factor = file.factors[name]
        levels[name] = level
        key = factor.key or name
        if factor.options is not None:
            scenario, further = _with_options(file, scenario, factor.options[str(level)])
            overrides += further
        elif key == "scenario":
            scenario = str(level) if scenario is None else f"{scenario}+{level}"
        else:
            overrides.append(f"{key}={_as_override(level)}")
    return levels, scenario, overrides


def _with_options(file: StudyFile, scenario: str | None, options: Sequence[str]) -> tuple[str | None, list[str]]:
    """The scenario with those that options add, and their overrides."""
    overrides = []
    for option in options:
        if option.startswith(_ADDS):
            scenario = f"{scenario or file.scenario}+{option.removeprefix(_ADDS)}"
        else:
            overrides.append(option)
    return scenario, overrides


def point_at(file: StudyFile, levels: dict[str, Level], overrides: Sequence[str] = ()) -> DesignPoint:
    """
    One point of a study without cases, composed and validated.

    Parameters
    ----------
    file
        The study.
    levels
        Level of every factor.
    overrides
        Further overrides: paths and manner of running.

    Raises
    ------
    ConfigError
        If the levels make no valid scenario together.
    """
    own, scenario, further = _chosen(file, Case(), levels)
    return DesignPoint(own, load_scenario(scenario or file.scenario, [*file.fixed, *further, *overrides]))


def _as_override(level: Level) -> str:
    if isinstance(level, bool):
        return str(level).lower()
    return str(level) if isinstance(level, str) else repr(level)


def _factor_points(file: StudyFile) -> list[dict[str, Level]]:
    names = list(file.factors)
    if not names:
        return [{}]
    if file.design == "grid":
        every: list[Sequence[Level]] = [file.levels_of(name) or () for name in names]
        return [dict(zip(names, chosen, strict=True)) for chosen in itertools.product(*every)]
    return list({tuple(levels.values()): levels for levels in sampled_levels(file)}.values())


def sampled_levels(file: StudyFile) -> list[dict[str, Level]]:
    """
    Levels at each row of a sampled design; rows of trajectories that meet are there twice.

    Parameters
    ----------
    file
        A study with a sampled design.
    """
    names = list(file.factors)
    shares = sampled_shares(file.design, len(names), file.samples, file.design_seed)
    return [
        {name: _at_share(name, file.factors[name], float(share)) for name, share in zip(names, row, strict=True)}
        for row in shares
    ]


def sampled_shares(kind: str, dimensions: int, samples: int, seed: int) -> np.ndarray:
    """
    Points in the unit cube: by Latin hypercube or scrambled Sobol sequence of `scipy.stats.qmc`, or for sensitivity.

    Parameters
    ----------
    kind
        `latin_hypercube`, `sobol`, `morris` or `saltelli`.
    dimensions
        Number of factors.
    samples
        Number of points, a Sobol sequence balances at powers of two; trajectories of `morris`, base of `saltelli`.
    seed
        Seed of the sample.
    """
    if kind in ("morris", "saltelli"):
        return unit_sample(kind, dimensions, samples, seed)
    generator = RandomStreams(seed).generator("experiment.design")
    if kind == "latin_hypercube":
        return np.asarray(qmc.LatinHypercube(dimensions, rng=generator).random(samples))
    exponent = int(np.ceil(np.log2(samples)))
    return np.asarray(qmc.Sobol(dimensions, rng=generator).random_base2(exponent)[:samples])


def _at_share(name: str, factor: Factor, share: float) -> Level:
    if factor.low is not None and factor.high is not None:
        value = factor.low + share * (factor.high - factor.low)
        return round(value) if factor.is_whole else float(f"{value:.6g}")
    levels: Sequence[Level] = tuple(factor.options) if factor.options is not None else factor.levels or ()
    return levels[min(int(share * len(levels)), len(levels) - 1)]

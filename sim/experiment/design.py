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
from sim.errors import InputError
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


def design_points(study: Study, overrides: Sequence[str] = ()) -> list[DesignPoint]:
    """
    Every point of a study's design, composed and validated before anything is run.

    Parameters
    ----------
    study
        The study.
    overrides
        Further overrides of every run: paths and manner of running.

    Raises
    ------
    StudyError
        Naming each point that does not make a valid scenario, or whose file of zones has faults, and what is wrong.
    """
    points, faults = [], []
    checked: set[tuple[str, str | None]] = set()
    for levels, scenario_name, own in _combinations(study.file):
        name = scenario_name or study.file.scenario
        try:
            scenario = load_scenario(name, [*study.file.fixed, *own, *overrides])
            asked = (scenario.network.name, scenario.network.zones_file)
            if asked[1] is not None and asked not in checked:
                read_network(*asked)
                checked.add(asked)
        except InputError as error:
            told = ", ".join(f"{key}={value}" for key, value in levels.items())
            faults += [f"study {study.name}, {told}: {fault}" for fault in error.faults]
            continue
        points.append(DesignPoint(levels, scenario))
    if faults:
        raise StudyError(list(dict.fromkeys(faults)))
    return points


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


def _combinations(file: StudyFile) -> Iterator[tuple[dict[str, Level], str | None, list[str]]]:
    """Levels, scenario and overrides of each point."""
    cases: list[tuple[str | None, Case]] = list(file.cases.items()) or [(None, Case())]
    for case_name, case in cases:
        for chosen in _factor_points(file):
            own, scenario, overrides = _chosen(file, case, chosen)
            levels: dict[str, Level] = {} if case_name is None else {"case": case_name}
            levels |= own
            yield levels, scenario, overrides


def _chosen(file: StudyFile, case: Case, chosen: dict[str, Level]) -> tuple[dict[str, Level], str | None, list[str]]:
    """Levels of the factors, with the scenario and the overrides that they make of a case."""
    levels: dict[str, Level] = {}
    scenario, overrides = case.scenario, list(case.overrides)
    for name, level in chosen.items():
        factor = file.factors[name]
        levels[name] = level
        key = factor.key or name
        if factor.options is not None:
            for override in factor.options[str(level)]:
                if override.startswith(_ADDS):
                    scenario = f"{scenario or file.scenario}+{override.removeprefix(_ADDS)}"
                else:
                    overrides.append(override)
        elif key == "scenario":
            scenario = str(level) if scenario is None else f"{scenario}+{level}"
        else:
            overrides.append(f"{key}={_as_override(level)}")
    return levels, scenario, overrides


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

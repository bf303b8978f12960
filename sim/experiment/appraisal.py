"""
The scorecard: a policy held against the targets of the plan and the programme's form, base year beside it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from sim.errors import ResultsError
from sim.experiment.intervals import Interval, bootstrap_interval, t_interval
from sim.experiment.study_file import Level
from sim.experiment.study_tables import level_text, levels_named, relative_change, values_by_point
from sim.measures.manifest_list import read_manifest_lines
from sim.measures.scorecard import BY_HAND, NUMBERS_TOLD, TARGETS, VERDICT_ZH
from sim.measures.study_table_files import read_study_table

COLUMNS = (
    *("row", "title", "title_zh", "measure", "unit", "reading", "official", "target", "base_mean", "mean", "n"),
    *("value", "low", "high", "boot_low", "boot_high", "verdict", "verdict_zh", "verdict_boot", "hangs_on", "source"),
)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """
    Outcomes of one scenario on its seeds.

    Parameters
    ----------
    label
        What it is called.
    values
        A row a seed, a column a measure.
    units
        Unit of each measure.
    years
        Years of demand of its runs.
    """

    label: str
    values: pd.DataFrame
    units: Mapping[str, str]
    years: tuple[int, ...]


def read_outcomes(path: str) -> Outcomes:
    """
    Outcomes from the folder of a run, or from a point of a study.

    Parameters
    ----------
    path
        Folder of a run; or that of a study, followed by `:LEVEL` or `:FACTOR=LEVEL,FACTOR=LEVEL` for the point that is
        meant. A study without one has a single point.

    Raises
    ------
    ResultsError
        If the folder holds no finished run or study, or the point is not there or not the only one.
    """
    return outcomes_at(*_folder_and_point(path))


def outcomes_at(folder: Path, chosen: str | Mapping[str, Level]) -> Outcomes:
    """
    Outcomes from the folder of a run, or from a point of a study.

    Parameters
    ----------
    folder
        Folder of a run or study.
    chosen
        `LEVEL`, `FACTOR=LEVEL,FACTOR=LEVEL`, or levels by factor; empty for the single point of a study, or a run.

    Raises
    ------
    ResultsError
        As `read_outcomes`.
    """
    if (folder / "kpis.json").is_file():
        if chosen:
            raise ResultsError(f"{folder}: found a run, expected a study for the point {chosen!r}")
        return _of_run(folder)
    if not (folder / "outcomes.csv").is_file() or not (folder / "design.csv").is_file():
        raise ResultsError(f"{folder}: expected kpis.json of a run or design.csv and outcomes.csv of a study")
    design, outcomes = (read_study_table(folder / f"{name}.csv", name) for name in ("design", "outcomes"))
    factors = [str(name) for name in design.columns if name not in ("run_id", "replication", "seed")]
    points = values_by_point(design, outcomes, factors)
    found = [key for key in points if _is_meant(key, factors, chosen)]
    if len(found) != 1:
        known = "; ".join(",".join(f"{f}={v}" for f, v in zip(factors, key, strict=True)) for key in points)
        told = chosen if isinstance(chosen, str) else ",".join(f"{name}={level}" for name, level in chosen.items())
        where = f"{folder}:{told}" if told else str(folder)
        raise ResultsError(f"{where}: expected one point of the study, found {len(found)}; known: {known}")
    units = dict(zip(outcomes["measure"], outcomes["unit"], strict=True))
    ids = set(design.loc[(design[factors].astype(str) == list(found[0])).all(axis=1), "run_id"])
    return Outcomes(",".join(found[0]), points[found[0]], units, _years(folder, ids))


def _folder_and_point(path: str) -> tuple[Path, str]:
    """Folder and point of `FOLDER:POINT`, either of which may hold colons."""
    if Path(path).exists():
        return Path(path), ""
    cuts = [place for place, letter in enumerate(path) if letter == ":"]
    cut = next((place for place in cuts if Path(path[:place]).is_dir()), cuts[0] if cuts else len(path))
    return Path(path[:cut]), path[cut + 1 :]


def _is_meant(key: Sequence[str], factors: Sequence[str], chosen: str | Mapping[str, Level]) -> bool:
    own = {name: level_text(level) for name, level in zip(factors, key, strict=True)}
    if isinstance(chosen, str):
        if not chosen or level_text(chosen) in own.values():
            return True
        chosen = levels_named(chosen, factors)
    return bool(chosen) and all(own.get(name) == level_text(level) for name, level in chosen.items())


def _of_run(folder: Path) -> Outcomes:
    try:
        kpis = json.loads((folder / "kpis.json").read_text(encoding="utf-8"))
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        config = manifest.get("config") or yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
        if manifest["status"] != "complete":
            raise ResultsError(f"{folder}: found a run with status {manifest['status']}, expected complete")
        values = {name: math.nan if entry["value"] is None else float(entry["value"]) for name, entry in kpis.items()}
        units = {name: str(entry["unit"]) for name, entry in kpis.items()}
        year = (int(config["demand"]["year"]),)
        label = "+".join(manifest["scenario"])
        return Outcomes(label, pd.DataFrame([values], index=[manifest["seed"]]), units, year)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
        if isinstance(error, ResultsError):
            raise
        told = " ".join(str(error).split())
        raise ResultsError(f"{folder}: expected the files of a finished run, {told}") from error


def _years(folder: Path, run_ids: set[str]) -> tuple[int, ...]:
    try:
        manifests = read_manifest_lines(folder / "manifests.jsonl")
        return tuple(sorted({int(m["config"]["demand"]["year"]) for key, m in manifests.items() if key in run_ids}))
    except (ResultsError, ValueError, KeyError, TypeError, AttributeError):
        return ()


def scorecard(base: Outcomes, other: Outcomes, by_hand: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """
    Content of `scorecard.csv`.

    Changes are from the base seed by seed; values are those of the other scenario. Verdicts are by Student's t, those
    by the studentised bootstrap beside them. No correction for their number is made: "all targets are met" holds at
    95 % when each is met at 95 % (intersection-union test); a single "met" among many may be luck.

    Parameters
    ----------
    base
        The base year.
    other
        What is appraised.
    by_hand
        Entries for the rows that a simulation cannot know, by key.

    Raises
    ------
    ResultsError
        If the two share no seed, or an entry by hand has an unknown key.
    """
    by_hand = dict(by_hand or {})
    unknown = sorted(set(by_hand) - {key for key, *_ in BY_HAND})
    if unknown:
        raise ResultsError(f"entries by hand: unknown keys {unknown}; known: {[key for key, *_ in BY_HAND]}")
    shared = [seed for seed in other.values.index if seed in base.values.index]
    if not shared:
        raise ResultsError(
            f"{other.label} and {base.label} share no seed: found {sorted(other.values.index)[:5]} and "
            f"{sorted(base.values.index)[:5]}; pairs need the same seeds"
        )
    rows: list[dict[str, Any]] = []
    for target in TARGETS:
        values = (
            relative_change(other.values, base.values, target.measure)
            if target.reading == "change"
            else _column(other.values, target.measure)
        )
        found, boot = known_interval(values, t_interval(values)), known_interval(values, bootstrap_interval(values))
        verdict = target.verdict(found.mean, found.low, found.high)
        rows.append(
            _row(base, other, target.row, target.title, target.title_zh, target.measure, found, boot)
            | {
                "reading": target.reading,
                "official": "yes" if target.reported else "no",
                "target": f"{'>' if target.is_at_least else '<'}{'' if target.is_strict else '='} {target.limit:g}",
                "verdict": verdict,
                "verdict_zh": VERDICT_ZH[verdict],
                "verdict_boot": target.verdict(boot.mean, boot.low, boot.high),
                "hangs_on": "; ".join(target.hangs_on),
                "source": target.source,
            }
        )
    for row, title, title_zh, measure in NUMBERS_TOLD:
        values = _column(other.values, measure)
        found, boot = t_interval(values), bootstrap_interval(values)
        rows.append(_row(base, other, row, title, title_zh, measure, found, boot) | {"reading": "value"})
    for key, row, title, title_zh in BY_HAND:
        rows.append(
            {
                **{"row": row, "title": title, "title_zh": title_zh, "measure": key, "value": by_hand.get(key)},
                **{"reading": "by hand", "verdict": "by hand", "verdict_zh": VERDICT_ZH["by hand"]},
                "source": "entered by hand" if key in by_hand else "to be entered by hand",
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def notes(base: Outcomes, other: Outcomes) -> list[str]:
    """What a reader should know: years that are not those of the plan, few seeds."""
    found = []
    if base.years and other.years and base.years == other.years:
        found.append(
            f"base and target have the demand of the same year ({other.years[0]}): changes are those of the measures "
            "alone, without growth"
        )
    elif base.years and other.years:
        found.append(
            f"base year {base.years[0]}, target year {other.years[0]}: changes hold growth of demand and the measures "
            "together; compare with the base under the target year's demand to tell them apart"
        )
    n = len([seed for seed in other.values.index if seed in base.values.index])
    if n < 10:
        found.append(f"{n} paired seeds: too few for narrow intervals; one alone has none, and shows nothing")
    return found


def _column(values: pd.DataFrame, measure: str) -> np.ndarray:
    return np.asarray(values[measure].to_numpy(np.float64)) if measure in values else np.zeros(0)


def known_interval(values: np.ndarray, found: Interval) -> Interval:
    """The interval; for values that are all equal and given by the scenario, that value on both sides."""
    known = values[np.isfinite(values)]
    if len(known) > 1 and bool(np.all(known == known[0])):
        return Interval(len(known), float(known[0]), float(known[0]), float(known[0]))
    return found


def _row(
    base: Outcomes, other: Outcomes, row: str, title: str, title_zh: str, measure: str, found: Interval, boot: Interval
) -> dict[str, Any]:
    return {
        **{"row": row, "title": title, "title_zh": title_zh, "measure": measure, "unit": other.units.get(measure, "")},
        "base_mean": t_interval(_column(base.values, measure)).mean,
        "mean": t_interval(_column(other.values, measure)).mean,
        **{"n": found.n, "value": found.mean, "low": found.low, "high": found.high},
        **{"boot_low": boot.low, "boot_high": boot.high},
    }

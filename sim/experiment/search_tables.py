"""
What a search found: public cost and shortfall of every set of levers tried, the front, and the cheapest that suffices.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.appraisal import known_interval
from sim.experiment.intervals import t_interval
from sim.experiment.search_file import SearchFile
from sim.experiment.study_file import Level
from sim.experiment.study_tables import relative_change
from sim.measures.scorecard import Target


@dataclass(frozen=True, slots=True)
class Appraised:
    """
    A set of levers held against the targets.

    Parameters
    ----------
    public_cost
        What it costs the public [CNY/year].
    shortfall
        What is missing to the targets, each as a share of its limit and 1 at most, added up [-].
    values
        Value of each target's reading: mean and 95 % interval.
    verdicts
        `met`, `not met` or `not shown`, by target.
    """

    public_cost: float
    shortfall: float
    values: dict[str, tuple[float, float, float]]
    verdicts: dict[str, str]

    @property
    def targets_met(self) -> int:
        """Number of targets that are met with their whole interval."""
        return sum(verdict == "met" for verdict in self.verdicts.values())


def missing_share(target: Target, mean: float) -> float:
    """
    What a mean lacks to the target, as a share of its limit [-]; 0 where it reaches it, 1 where it is not known.

    It is 1 at most, so that one target far away does not outweigh all others.

    Examples
    --------
    >>> from sim.measures.scorecard import TARGETS
    >>> round(missing_share(TARGETS[0], -0.04), 6), missing_share(TARGETS[0], -0.12)  # cost -10 %
    (0.6, 0.0)
    >>> missing_share(TARGETS[0], 0.25)
    1.0
    """
    if math.isnan(mean):
        return 1.0
    gap = target.limit - mean if target.is_at_least else mean - target.limit
    return min(max(gap, 0.0) / (abs(target.limit) or 1.0), 1.0)


def appraise(file: SearchFile, levels: dict[str, Level], values: pd.DataFrame, base: pd.DataFrame) -> Appraised | None:
    """
    Cost and shortfall of a set of levers; None where one of its runs or its public cost is missing.

    Parameters
    ----------
    file
        The search.
    levels
        Level of each lever.
    values, base
        Outcomes of the set and of doing nothing: a row a seed, a column a measure.
    """
    if values.empty or base.empty or list(values.index) != list(base.index):
        return None
    # A lever whose indicator is not defined cannot pass as free.
    if any(name not in values or values[name].isna().any() for name in file.daily_measures):
        return None
    daily = math.fsum(float(values[name].mean()) for name in file.daily_measures)
    found, verdicts, lacks = {}, {}, []
    for name, target in file.aims.items():
        if target.reading == "change":
            own = relative_change(values, base, target.measure)
        else:
            own = values[target.measure].to_numpy(np.float64) if target.measure in values else np.zeros(0)
        interval = known_interval(own, t_interval(own))
        found[name] = (interval.mean, interval.low, interval.high)
        verdicts[name] = str(target.verdict(*found[name]))
        lacks.append(missing_share(target, interval.mean))
    cost = file.standing_cost(levels) + file.days_per_year * daily
    return Appraised(cost, math.fsum(lacks), found, verdicts)


def is_front(costs: Sequence[float], shortfalls: Sequence[float]) -> list[bool]:
    """
    Whether no other point is as good in both and better in one.

    Examples
    --------
    >>> is_front([0.0, 1.0, 2.0, 2.0], [3.0, 1.0, 1.0, 0.0])
    [True, True, False, True]
    """
    x, y = np.asarray(costs, dtype=np.float64), np.asarray(shortfalls, dtype=np.float64)
    return [
        not bool(((x <= a) & (y <= b) & ((x < a) | (y < b))).any()) and math.isfinite(a) and math.isfinite(b)
        for a, b in zip(x, y, strict=True)
    ]


def confirmation_table(file: SearchFile, result: Appraised, n: int) -> pd.DataFrame:
    """
    Content of `confirmation.csv`: columns `target, mean, low, high, verdict, n`, on seeds that the search has not seen.

    Parameters
    ----------
    file
        The search.
    result
        The chosen set on those seeds.
    n
        Their number.
    """
    rows = [(name, *result.values[name], result.verdicts[name], n) for name in file.target_names]
    return pd.DataFrame(rows, columns=["target", "mean", "low", "high", "verdict", "n"])


def best_trial(table: pd.DataFrame) -> pd.Series[Any]:
    """The cheapest set that meets all targets, else the one that lacks least, of equals the cheaper."""
    best = table[table["is_cheapest"].astype(bool)]
    return (best if len(best) else table.sort_values(["shortfall", "public_cost"], kind="stable")).iloc[0]


def front_table(table: pd.DataFrame) -> pd.DataFrame:
    """Content of `front.csv`: the sets of `trials.csv` that no other beats, the cheapest first."""
    return table[table["is_front"].astype(bool)].sort_values(["public_cost", "trial"])


def trial_table(file: SearchFile, found: Mapping[int, tuple[dict[str, Level], Appraised]]) -> pd.DataFrame:
    """
    Content of `trials.csv`: a row for each set of levers tried, in the order of the search, each set once.

    Columns: `trial`, the levers, `public_cost` [CNY/year], `shortfall` [-], `targets_met`, `is_front`, `is_cheapest`,
    then for each target its value (`NAME`), interval (`NAME low`, `NAME high`) and verdict (`NAME verdict`). The
    cheapest is the one of lowest public cost among those that meet all targets; of equals the one tried first.

    Parameters
    ----------
    file
        The search.
    found
        Levels and appraisal by number of the trial.
    """
    rows, seen = [], set()
    for number, (levels, result) in sorted(found.items()):
        key = tuple(str(levels[name]) for name in file.levers)
        if key in seen:
            continue
        seen.add(key)
        row = {"trial": number, **levels, "public_cost": result.public_cost, "shortfall": result.shortfall}
        row |= {"targets_met": result.targets_met, "is_front": False, "is_cheapest": False}
        for name, (mean, low, high) in result.values.items():
            row |= {name: mean, f"{name} low": low, f"{name} high": high, f"{name} verdict": result.verdicts[name]}
        rows.append(row)
    columns = ["trial", *file.levers, "public_cost", "shortfall", "targets_met", "is_front", "is_cheapest"]
    for name in file.target_names:
        columns += [name, f"{name} low", f"{name} high", f"{name} verdict"]
    table = pd.DataFrame(rows, columns=columns)
    if len(table):
        table["is_front"] = is_front(table["public_cost"].tolist(), table["shortfall"].tolist())
        enough = table[table["targets_met"] == len(file.target_names)]
        if len(enough):
            table.loc[enough["public_cost"].idxmin(), "is_cheapest"] = True
    return table

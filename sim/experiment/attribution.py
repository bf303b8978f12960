"""
Which lever of a package moved which measure: each alone, each left out, Shapley shares, and interactions of pairs.

Shares are taken seed by seed, with intervals. With every combination of the levers they are exact on each seed; of a
package of many levers they are means over orders of joining drawn for each seed, and right in the mean over the seeds.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd

from sim.errors import ResultsError
from sim.experiment.intervals import t_interval
from sim.experiment.lever_sets import sampled_shapley, sets_along, shared_sets
from sim.experiment.study_file import StudyFile
from sim.experiment.study_tables import level_text, relative_change, values_by_point

Worth = Callable[[frozenset[int]], np.ndarray]
"""Worth of a set of levers on each seed; that of no lever is 0."""


def shapley_values(n: int, worth: Worth) -> list[np.ndarray]:
    """
    Shapley value of each of `n` players: its mean contribution over all orders in which they can join.

    Parameters
    ----------
    n
        Number of players.
    worth
        Worth of a coalition.

    Notes
    -----
    Source: Shapley (1953), "A value for n-person games". Values add up to the worth of all players together.

    Examples
    --------
    >>> [float(value[0]) for value in shapley_values(2, lambda s: np.array([float(len(s) == 2)]))]
    [0.5, 0.5]
    """
    values = []
    for player in range(n):
        others = [other for other in range(n) if other != player]
        total = np.zeros_like(worth(frozenset()))
        for size in range(n):
            weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
            for chosen in itertools.combinations(others, size):
                coalition = frozenset(chosen)
                total = total + weight * (worth(coalition | {player}) - worth(coalition))
        values.append(total)
    return values


def attribution_table(file: StudyFile, design: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """
    Content of `attribution.csv`: relative changes from the base, shared out among the levers.

    Columns `measure, reading, lever, n, change, low, high`. Readings: `package` (all levers), `shapley`, `alone` (from
    the base), `last` (what leaving it out of the package gives up), `interaction` (what a pair does beyond the sum of
    each alone; of a package, what a lever does more as the last than alone, `LEVER x the rest`). Intervals of 95 % by
    Student's t, over the seeds that have every set of levers that they need.

    Parameters
    ----------
    file
        A study with an attribution.
    design, outcomes
        Its tables.

    Raises
    ------
    ResultsError
        If no seed has a finished run of every set of levers.
    """
    readings_of = _readings_of_package if file.is_package else _readings_of_combinations
    rows = []
    for measure, reading, lever, values in readings_of(file, design, outcomes):
        own = t_interval(values)
        rows.append((measure, reading, lever, own.n, own.mean, own.low, own.high))
    return pd.DataFrame(rows, columns=["measure", "reading", "lever", "n", "change", "low", "high"])


Reading = tuple[str, str, str, np.ndarray]
"""Measure, reading, lever, and the value on each seed."""


def _readings_of_combinations(file: StudyFile, design: pd.DataFrame, outcomes: pd.DataFrame) -> Iterator[Reading]:
    """Readings where every combination of levers was run on every seed."""
    levers = list(file.factor_names)
    by_set = _values_by_set(file, design, outcomes, levers)
    everything = frozenset(range(len(levers)))
    for measure in file.kept_measures:
        if measure not in by_set[frozenset()]:
            continue
        changes = {key: relative_change(values, by_set[frozenset()], measure) for key, values in by_set.items()}
        worth = changes.__getitem__
        yield measure, "package", "all", worth(everything)
        for lever, share in zip(levers, shapley_values(len(levers), worth), strict=True):
            yield measure, "shapley", lever, share
        yield from ((measure, "alone", lever, worth(frozenset({i}))) for i, lever in enumerate(levers))
        yield from (
            (measure, "last", lever, worth(everything) - worth(everything - {i})) for i, lever in enumerate(levers)
        )
        for a, b in itertools.combinations(range(len(levers)), 2):
            beyond = worth(frozenset({a, b})) - worth(frozenset({a})) - worth(frozenset({b}))
            yield measure, "interaction", f"{levers[a]} x {levers[b]}", beyond


def _readings_of_package(file: StudyFile, design: pd.DataFrame, outcomes: pd.DataFrame) -> Iterator[Reading]:
    """Readings of a package; Shapley shares on the seeds for which orders of joining were drawn."""
    levers = list(file.levers)
    n, everything = len(levers), frozenset(range(len(levers)))
    run_of = {(row["case"], row["seed"]): row["run_id"] for row in design.to_dict("records")}
    wide = outcomes.pivot(index="run_id", columns="measure", values="value").astype("float64")
    seeds = design.drop_duplicates("seed")[["replication", "seed"]].itertuples(index=False)
    whole: list[tuple[list[tuple[int, ...]], dict[frozenset[int], str]]] = []
    for replication, seed in seeds:
        orders = file.orders_of(int(replication), int(seed))
        sets = dict.fromkeys([*shared_sets(n), *sets_along(orders)])
        runs = {chosen: run_of.get((file.set_name(chosen), seed), "") for chosen in sets}
        if all(run_id in wide.index for run_id in runs.values()):
            whole.append((orders, runs))
    if not any(orders for orders, _ in whole):
        raise ResultsError("attribution: no seed has a finished run of every set of levers that its orders need")
    for measure in (m for m in file.kept_measures if m in wide):
        column = wide[measure]
        package, alone, last, shares = [], [], [], []
        for orders, runs in whole:
            values = {chosen: float(column[run_id]) for chosen, run_id in runs.items()}
            base = values[frozenset()]
            worth = {chosen: (value - base) / base if base else math.nan for chosen, value in values.items()}
            package.append(worth[everything])
            alone.append(np.array([worth[frozenset({i})] for i in range(n)]))
            last.append(np.array([worth[everything] - worth[everything - {i}] for i in range(n)]))
            if orders:
                shares.append(sampled_shapley(worth, orders))
        yield measure, "package", "all", np.array(package)
        beyond = np.array(last) - np.array(alone)
        for reading, by_seed in (("shapley", shares), ("alone", alone), ("last", last)):
            yield from ((measure, reading, lever, np.array(by_seed)[:, i]) for i, lever in enumerate(levers))
        yield from ((measure, "interaction", f"{lever} x the rest", beyond[:, i]) for i, lever in enumerate(levers))


def _values_by_set(
    file: StudyFile, design: pd.DataFrame, outcomes: pd.DataFrame, levers: Sequence[str]
) -> dict[frozenset[int], pd.DataFrame]:
    """Values of each set of levers that differ from the base, on the seeds that all sets have."""
    by_set = {
        frozenset(i for i, lever in enumerate(levers) if level_text(key[i]) != level_text(file.base[lever])): values
        for key, values in values_by_point(design, outcomes, levers).items()
    }
    sets = [frozenset(s) for size in range(len(levers) + 1) for s in itertools.combinations(range(len(levers)), size)]
    lacking = [s for s in sets if s not in by_set or by_set[s].empty]
    if lacking:
        told = " + ".join(levers[i] for i in sorted(lacking[0])) or "none of the levers"
        raise ResultsError(f"attribution: {len(lacking)} combinations have no finished run, the first is {told}")
    shared = [seed for seed in by_set[frozenset()].index if all(seed in by_set[s].index for s in sets)]
    if not shared:
        raise ResultsError("attribution: no seed has a finished run of every combination of levers")
    return {s: by_set[s].loc[shared] for s in sets}

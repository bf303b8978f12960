"""
Which lever of a package moved which measure: each alone, each left out, Shapley shares, and interactions of pairs.

Rests on every combination of the levers, so the shares are exact; they are taken seed by seed, with intervals.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from sim.errors import ResultsError
from sim.experiment.intervals import t_interval
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
    the base), `last` (what leaving it out of the package gives up), `interaction` (of a pair, beyond the sum of each
    alone). Intervals of 95 % by Student's t, over the seeds that have every combination.

    Parameters
    ----------
    file
        A study with `attribution`.
    design, outcomes
        Its tables.

    Raises
    ------
    ResultsError
        If a combination of levers has no finished run.
    """
    levers = list(file.factor_names)
    by_set = _values_by_set(file, design, outcomes, levers)
    everything = frozenset(range(len(levers)))
    rows = []
    for measure in file.kept_measures:
        if measure not in by_set[frozenset()]:
            continue
        changes = {key: relative_change(values, by_set[frozenset()], measure) for key, values in by_set.items()}
        worth = changes.__getitem__
        shares = shapley_values(len(levers), worth)
        found = [("package", "all", worth(everything))]
        found += [("shapley", lever, share) for lever, share in zip(levers, shares, strict=True)]
        found += [("alone", lever, worth(frozenset({i}))) for i, lever in enumerate(levers)]
        found += [("last", lever, worth(everything) - worth(everything - {i})) for i, lever in enumerate(levers)]
        for a, b in itertools.combinations(range(len(levers)), 2):
            beyond = worth(frozenset({a, b})) - worth(frozenset({a})) - worth(frozenset({b}))
            found.append(("interaction", f"{levers[a]} x {levers[b]}", beyond))
        for reading, lever, values in found:
            own = t_interval(values)
            rows.append((measure, reading, lever, own.n, own.mean, own.low, own.high))
    return pd.DataFrame(rows, columns=["measure", "reading", "lever", "n", "change", "low", "high"])


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

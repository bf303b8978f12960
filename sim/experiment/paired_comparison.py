"""
One factor at several levels on the same seeds: indicators, and their differences from a base level.

Runs of one seed have the same orders and the same luck whatever the level, so the differences vary far
less than the values do.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from sim.config import load_scenario
from sim.contracts import Progress, no_progress
from sim.model import DeliveryModel


def outcomes(
    levels: Mapping[float, Sequence[str]],
    seeds: Sequence[int],
    measures: Sequence[str],
    *,
    scenario: str = "baseline",
    progress: Progress = no_progress,
) -> pd.DataFrame:
    """
    Indicators of every level and seed.

    Parameters
    ----------
    levels
        Overrides that make each level of the factor.
    seeds
        Seeds, the same for all levels.
    measures
        Indicators that are kept.
    scenario
        Scenario that the overrides change.
    progress
        Told after each run.

    Returns
    -------
    pandas.DataFrame
        Columns `level`, `seed`, `measure`, `value`, `unit`.
    """
    rows = []
    runs = [(seed, level) for seed in seeds for level in levels]
    for done, (seed, level) in enumerate(runs, start=1):
        model = DeliveryModel(load_scenario(scenario, list(levels[level])), seed=seed)
        model.run()
        kpis = model.kpis()
        rows += [
            {"level": level, "seed": seed, "measure": name, "value": kpis[name]["value"], "unit": kpis[name]["unit"]}
            for name in measures
        ]
        del model
        gc.collect()  # a model and its agents refer to each other, and hold gigabytes where there are cars
        progress("comparing", done, len(runs))
    return pd.DataFrame(rows)


def paired_differences(table: pd.DataFrame, *, base: float) -> pd.DataFrame:
    """
    Mean of each indicator by level, and of its differences from the base level on the same seeds.

    Parameters
    ----------
    table
        As from `outcomes`.
    base
        Level that the others are compared with.

    Returns
    -------
    pandas.DataFrame
        Columns `measure, unit, level, n, mean, paired_difference, pd_ci_low, pd_ci_high` and, over the value at the
        base level, `relative_difference, rd_ci_low, rd_ci_high`; 95 % intervals by Student's t.
    """
    rows = []
    for measure, own in table.groupby("measure", sort=False):
        wide = own.pivot(index="seed", columns="level", values="value").astype("float64")
        for level in wide:
            change = wide[level] - wide[base]
            mean, half = mean_and_half_width(change)
            relative, relative_half = mean_and_half_width(change / wide[base].where(wide[base] != 0.0))
            rows.append(
                {
                    "measure": measure,
                    "unit": own["unit"].iloc[0],
                    "level": level,
                    "n": int(wide[level].notna().sum()),
                    "mean": wide[level].mean(),
                    "paired_difference": mean,
                    "pd_ci_low": mean - half,
                    "pd_ci_high": mean + half,
                    "relative_difference": relative,
                    "rd_ci_low": relative - relative_half,
                    "rd_ci_high": relative + relative_half,
                }
            )
    return pd.DataFrame(rows)


def mean_and_half_width(values: pd.Series[float]) -> tuple[float, float]:
    """
    Mean and half the width of its 95 % interval by Student's t.

    Examples
    --------
    >>> mean, half = mean_and_half_width(pd.Series([1.0, 2.0, 3.0]))
    >>> round(mean, 3), round(half, 3)  # 4.303 x 1 / sqrt(3)
    (2.0, 2.484)
    """
    known = values.dropna().to_numpy(dtype=np.float64)
    if len(known) < 2:
        return (float(known.mean()) if len(known) else float("nan")), float("nan")
    return float(known.mean()), float(stats.t.ppf(0.975, len(known) - 1) * known.std(ddof=1) / np.sqrt(len(known)))

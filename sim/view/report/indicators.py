"""Indicators of the page: the values of `kpis.json`, beside those of a base, with intervals from several seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import stats

from sim.errors import ResultsError
from sim.measures.definitions import GROUPS, MEASURES
from sim.view.run_folder import RunFolder

CARDS = (
    "cost_per_order",
    "orders_delivered",
    "on_time_share",
    "van_km",
    "load_factor",
    "energy_per_tonne_km",
    "co2_total",
    "nev_per_charger",
    "berth_wait_mean",
    "double_parking_hours",
    "network_mean_speed",
    "violations",
)
"""Indicators that are shown as cards; all are in the table below them."""


def indicators(runs: Sequence[RunFolder], bases: Sequence[RunFolder]) -> dict[str, Any]:
    """
    Indicators by group, and which are shown as cards.

    `value` is that of the first run, as `kpis.json` has it. With a base, `base` is the value of the base with the same
    seed, `difference` the mean of the paired differences on the seeds that both have, with its 95 % interval by
    Student's t where there are two pairs or more. With several runs, `mean` and its interval.

    Raises
    ------
    ResultsError
        If no run of the base has the seed of a run.
    """
    pairs = paired_by_seed(runs, bases) if bases else []
    rows = []
    names = [name for group in GROUPS.values() for measure in group for name in [measure.name]]
    group_of = {measure.name: title for title, group in GROUPS.items() for measure in group}
    names += [name for name in runs[0].kpis if name not in MEASURES]
    for name in names:
        kpi = runs[0].kpis.get(name)
        if kpi is None:
            continue
        row: dict[str, Any] = {
            "name": name,
            "group": group_of.get(name, "Other"),
            "unit": kpi.get("unit", ""),
            "better": kpi.get("better"),
            "value": kpi.get("value"),
            "meaning": MEASURES[name].meaning if name in MEASURES else "",
        }
        if len(runs) > 1:
            row |= _mean_of([_value(run, name) for run in runs], "")
        if pairs:
            row["base"] = _value(pairs[0][1], name)
            row |= _mean_of([_difference(run, base, name) for run, base in pairs], "difference_")
        rows.append(row)
    return {
        "rows": rows,
        "cards": [name for name in CARDS if name in runs[0].kpis],
        "runs": len(runs),
        "pairs": len(pairs),
    }


def paired_by_seed(runs: Sequence[RunFolder], bases: Sequence[RunFolder]) -> list[tuple[RunFolder, RunFolder]]:
    """
    Runs with the base of the same seed; a single run and a single base are a pair whatever their seeds.

    Raises
    ------
    ResultsError
        If a run has no base.
    """
    if len(runs) == len(bases) == 1:
        return [(runs[0], bases[0])]
    by_seed = {base.manifest.get("seed"): base for base in bases}
    faults = [
        f"{run.folder}: expected a base with seed {run.manifest.get('seed')}, found seeds {sorted(map(str, by_seed))}"
        for run in runs
        if run.manifest.get("seed") not in by_seed
    ]
    if faults:
        raise ResultsError(faults)
    return [(run, by_seed[run.manifest.get("seed")]) for run in runs]


def _value(run: RunFolder, name: str) -> float | None:
    value = run.kpis.get(name, {}).get("value")
    return None if value is None else float(value)


def _difference(run: RunFolder, base: RunFolder, name: str) -> float | None:
    one, other = _value(run, name), _value(base, name)
    return None if one is None or other is None else one - other


def _mean_of(values: Sequence[float | None], prefix: str) -> dict[str, float | int | None]:
    known = np.array([value for value in values if value is not None])
    n = len(known)
    mean = float(known.mean()) if n else None
    low = high = None
    if n > 1 and mean is not None:
        half = float(stats.t.ppf(0.975, n - 1) * known.std(ddof=1) / np.sqrt(n))
        low, high = mean - half, mean + half
    return {f"{prefix}mean": mean, f"{prefix}low": low, f"{prefix}high": high, f"{prefix}n": n}

"""
Which assumptions a study's results hang on: the rows of `sensitivity.csv`.

Each measure is looked at as it is, and as the change of a case from the base case at the same point on the same seed:
that says on what a verdict hangs.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import ResultsError
from sim.experiment.design import sampled_levels, sampled_shares
from sim.experiment.sensitivity import INDICES, indices
from sim.experiment.study_file import StudyFile
from sim.experiment.study_tables import level_text

HEAD = ("case", "reading", "measure", "unit", "factor", "low", "high", "source", "method", "samples", "seeds")


def sensitivity_table(file: StudyFile, design: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """
    Content of `sensitivity.csv`: what each factor counts for, for each measure and case.

    Columns: `case` (empty without cases), `reading` (`value`, or `change`: relative change from the base case),
    `measure, unit` (of the reading), `factor, low, high, source, method, samples, seeds`, `lowest, highest` (of the
    reading over the design), and the indices of the method, see `sim.experiment.sensitivity.indices`.

    Parameters
    ----------
    file
        A study with design `morris` or `saltelli`.
    design, outcomes
        Its tables.

    Raises
    ------
    ResultsError
        If a point of the design has no finished run on every seed.
    """
    names = list(file.factors)
    points = sampled_shares(file.design, len(names), file.samples, file.design_seed)
    found = _values_by_case(file, design, outcomes)
    units = dict(zip(outcomes["measure"], outcomes["unit"], strict=True))
    base = found.get(str(file.base["case"])) if "case" in file.base else None
    about = pd.DataFrame(
        [(key, factor.low, factor.high, factor.source) for key, factor in file.factors.items()],
        columns=["factor", "low", "high", "source"],
    ).assign(method=file.design, samples=file.samples, seeds=design["seed"].nunique())
    tables = []
    for case, values in found.items():
        for measure in [name for name in file.kept_measures if name in values]:
            readings = [("value", units[measure], values[measure])]
            if base is not None and values is not base:
                before = base[measure]
                change = np.divide(
                    values[measure] - before, before, out=np.full_like(before, np.nan), where=before != 0.0
                )
                readings.append(("change", "-", change))
            for reading, unit, by_seed in readings:
                y = by_seed.mean(axis=1)
                head = about.assign(case=case, reading=reading, measure=measure, unit=unit)
                head = head.assign(lowest=y.min(), highest=y.max())
                tables.append(head.join(indices(file.design, points, y, file.design_seed)))
    columns = [*HEAD, "lowest", "highest", *INDICES[file.design]]
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)


def _values_by_case(
    file: StudyFile, design: pd.DataFrame, outcomes: pd.DataFrame
) -> dict[str, dict[str, NDArray[np.float64]]]:
    """Values of each case and measure, a row a row of the sample and a column a seed."""
    wide = outcomes.pivot(index="run_id", columns="measure", values="value").astype("float64")
    factors = list(file.factor_names)
    keys = zip(*(design[name].map(level_text) for name in factors), strict=True)
    run_at = dict(zip(zip(keys, design["seed"], strict=True), design["run_id"], strict=True))
    seeds = sorted(set(design["seed"]))
    rows = [tuple(level_text(levels[name]) for name in file.factors) for levels in sampled_levels(file)]
    found, finished = {}, set(wide.index)
    for case in file.cases or ("",):
        head = (level_text(case),) if file.cases else ()
        runs = [[run_at.get(((*head, *row), seed), "") for seed in seeds] for row in rows]
        lacking = sorted({number for number, of_row in enumerate(runs) if not finished.issuperset(of_row)})
        if lacking:
            first = zip(factors, (*head, *rows[lacking[0]]), strict=True)
            raise ResultsError(
                f"sensitivity: {len({rows[number] for number in lacking})} points have no finished run on every seed, "
                f"the first is {', '.join(f'{name} {level}' for name, level in first)}"
            )
        flat = wide.loc[[run_id for of_row in runs for run_id in of_row]]
        found[case] = {str(name): flat[name].to_numpy().reshape(len(rows), len(seeds)) for name in flat}
    return found

"""Sensitivity: functions with known answers, through the code that studies go through."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("SALib")

from sim.errors import ResultsError
from sim.experiment.design import sampled_levels
from sim.experiment.figure_tables import figure_table
from sim.experiment.sensitivity import indices, unit_sample
from sim.experiment.sensitivity_table import sensitivity_table
from sim.experiment.study_file import StudyFile
from sim.experiment.study_tables import summarise
from sim.view.study_figures import draw_study_figure

MEASURES = ["van_km", "cost_total"]


def _file(design: str, samples: int, ranges: dict[str, tuple[float, float]], **more: Any) -> StudyFile:
    factors = {name: {"low": low, "high": high, "source": "assumption"} for name, (low, high) in ranges.items()}
    content = {"question": "?", "design": design, "samples": samples, "factors": factors, "measures": MEASURES}
    return StudyFile.model_validate(content | more)


def _tables(file: StudyFile, model: Any, seeds: tuple[int, ...] = (1, 2)) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Design and outcomes of a study whose runs are calls of a function of case, levels and seed."""
    design, outcomes = [], []
    points = list({tuple(levels.values()): levels for levels in sampled_levels(file)}.values())
    for seed, case, levels in product(seeds, file.cases or (None,), points):
        run_id = f"r{len(design)}"
        design.append({"run_id": run_id, **({} if case is None else {"case": case}), **levels, "seed": seed})
        for measure, value in model(case, levels, seed).items():
            outcomes.append((run_id, measure, value, "u"))
    return pd.DataFrame(design), pd.DataFrame(outcomes, columns=["run_id", "measure", "value", "unit"])


def test_ishigami_has_its_known_shares_of_variance() -> None:
    """
    Ishigami's function, a = 7, b = 0.1: S1 = 0.3139, 0.4424, 0 and ST = 0.5576, 0.4424, 0.2437 (Ishigami, Homma 1990).

    The seed shifts every value alike, as the luck of a day does, and changes no share.
    """
    ranges = {name: (-np.pi, np.pi) for name in ("x1", "x2", "x3")}
    file = _file("saltelli", 4096, ranges)

    def ishigami(case: str | None, x: dict[str, Any], seed: int) -> dict[str, float]:
        value = np.sin(x["x1"]) + 7.0 * np.sin(x["x2"]) ** 2 + 0.1 * x["x3"] ** 4 * np.sin(x["x1"])
        return {"van_km": value + seed}

    table = sensitivity_table(file, *_tables(file, ishigami, seeds=(1,)))
    assert list(table["factor"]) == ["x1", "x2", "x3"]
    for name, known in (("s1", (0.3139, 0.4424, 0.0)), ("st", (0.5576, 0.4424, 0.2437))):
        assert table[name].tolist() == pytest.approx(list(known), abs=0.02)
        assert (np.abs(table[name] - np.array(known)) <= 1.5 * table[f"{name}_conf"]).all()


def test_elementary_effects_of_a_line_are_its_slopes() -> None:
    """Of 3 a - 2 b over [0, 10] and [1, 2]: effects over the ranges of 30 and -2, the same everywhere, and 0 of c."""
    file = _file("morris", 4, {"a": (0.0, 10.0), "b": (1.0, 2.0), "c": (0.0, 1.0)})
    tables = _tables(file, lambda case, x, seed: {"van_km": 3.0 * x["a"] - 2.0 * x["b"] + seed})
    table = sensitivity_table(file, *tables)
    assert table["mu"].tolist() == pytest.approx([30.0, -2.0, 0.0], abs=1e-4)  # levels have six digits
    assert table["mu_star"].tolist() == pytest.approx([30.0, 2.0, 0.0], abs=1e-4)
    assert table[["sigma", "mu_star_conf"]].to_numpy() == pytest.approx(np.zeros((3, 2)), abs=1e-4)
    assert set(table["seeds"]) == {2} and set(table["samples"]) == {4}


def test_change_of_a_case_is_seed_by_seed() -> None:
    """What scales both cases alike moves the value and not the change; what one case has alone moves the change."""
    cases = {"before": {}, "after": {}}
    file = _file("morris", 4, {"wage": (1.0, 2.0), "lever": (0.1, 0.3)}, cases=cases, base={"case": "before"})

    def cost(case: str | None, x: dict[str, Any], seed: int) -> dict[str, float]:
        return {"cost_total": 100.0 * seed * x["wage"] * (1.0 - x["lever"] if case == "after" else 1.0)}

    table = sensitivity_table(file, *_tables(file, cost)).set_index(["case", "reading", "factor"])
    change = table.sort_index(level=[0, 1], sort_remaining=False).loc[("after", "change")]
    assert change["mu"].tolist() == pytest.approx([0.0, -0.2], abs=1e-4)
    assert change["lowest"].iloc[0] == pytest.approx(-0.3) and change["highest"].iloc[0] == pytest.approx(-0.1)
    assert table.loc[("before", "value", "wage"), "mu"] == pytest.approx(150.0, abs=1e-3)
    assert ("before", "change") not in {key[:2] for key in table.index}


def test_a_missing_point_is_told() -> None:
    """Indices need every point on every seed: without one there is no table."""
    file = _file("morris", 2, {"a": (0.0, 1.0), "b": (0.0, 1.0)})
    design, outcomes = _tables(file, lambda case, x, seed: {"van_km": x["a"]})
    with pytest.raises(ResultsError, match="1 points have no finished run on every seed, the first is a "):
        sensitivity_table(file, design, outcomes[outcomes["run_id"] != "r0"])


@pytest.mark.parametrize("method", ["morris", "saltelli"])
def test_samples_and_half_widths_follow_from_the_seed(method: str) -> None:
    """The same seed gives the same points and half widths, seed 0 too; another seed others."""
    first, again, other = (unit_sample(method, 3, 4, seed) for seed in (0, 0, 1))
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    values = first[:, 0] + first[:, 1] * first[:, 2]
    pd.testing.assert_frame_equal(indices(method, first, values, 0), indices(method, first, values, 0))
    assert len(first) == 4 * (4 if method == "morris" else 5)


def test_unknown_and_constant_values() -> None:
    """A measure that is not known everywhere has no indices; one that never moves has zeros."""
    points = unit_sample("morris", 2, 2, 1)
    assert indices("morris", points, np.full(len(points), np.nan), 1).isna().all(axis=None)
    assert (indices("morris", points, np.full(len(points), 3.0), 1) == 0.0).all(axis=None)


def test_faults_of_a_study_are_told_together() -> None:
    """Factors without range or source, a base sample that is no power of two, a base with factors."""
    content: dict[str, Any] = {
        "question": "?", "design": "saltelli", "samples": 6, "base": {"a": 1.0, "case": "x"}, "cases": {"x": {}},
        "factors": {"a": {"low": 0, "high": 1}, "b": [1, 2]},
    }  # fmt: skip
    with pytest.raises(ValueError) as told:
        StudyFile.model_validate(content)
    for part in ("factors.a: design saltelli needs `source`", "factors.b: design saltelli needs a range",
                 "needs a power of two, found 6", "takes the case alone"):  # fmt: skip
        assert part in str(told.value)


@pytest.mark.parametrize("design", ["morris", "saltelli"])
def test_figure_has_a_bar_a_factor_largest_first(design: str, tmp_path: Path) -> None:
    """The tornado shows the change where there is a base case: in points for Morris, as shares for Sobol."""
    file = _file(
        design, 8 if design == "morris" else 256, {"small": (0.0, 0.1), "large": (0.0, 0.3)},
        cases={"before": {}, "after": {}}, base={"case": "before"},
        figures={"tornado": {"kind": "sensitivity", "measures": ["cost_total"]}},
    )  # fmt: skip

    def cost(case: str | None, x: dict[str, Any], seed: int) -> dict[str, float]:
        return {"cost_total": 100.0 * (1.0 + x["small"] - x["large"] if case == "after" else 1.0)}

    design_rows, outcomes = _tables(file, cost)
    summary = summarise(design_rows, outcomes, file.factor_names, MEASURES, None)
    table = figure_table("tornado", file, summary, None, None, sensitivity_table(file, design_rows, outcomes))
    assert table["point"].tolist() == ["large, 0 to 0.3", "small, 0 to 0.1"]
    if design == "morris":
        assert table["size"].tolist() == pytest.approx([30.0, 10.0], abs=1e-3)
        assert table["direction"].tolist() == pytest.approx([-1.0, 1.0])
    else:
        assert table["size"].sum() == pytest.approx(1.0, abs=0.2) and table["size"].iloc[0] > 0.7
    assert draw_study_figure("sensitivity", table, tmp_path / "tornado.png", study="toy").stat().st_size > 5_000

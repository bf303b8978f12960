"""The rows behind each figure of a study, by hand, and the command that draws them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.cli import main
from sim.cli_scorecard import write_scorecard
from sim.errors import InputError
from sim.experiment.appraisal import Outcomes
from sim.experiment.figure_tables import figure_table
from sim.experiment.study_file import StudyFile
from sim.view.study_figures import draw_study_figure

FIGURES: dict[str, Any] = {
    "curve": {"kind": "curve", "x": "share", "by": "night", "measures": ["van_km"]},
    "held": {"kind": "curve", "x": "share", "measures": ["van_km"]},
    "tornado": {"kind": "tornado", "measures": ["van_km", "cost_per_tonne"]},
    "pareto": {"kind": "pareto", "measures": ["van_km", "on_time_share"]},
}
FILE: dict[str, Any] = {
    "question": "?",
    "factors": {"share": [0, 0.5], "night": ["none", "all"]},
    "base": {"share": 0, "night": "none"},
    "measures": ["van_km", "cost_per_tonne", "on_time_share"],
    "figures": FIGURES,
}
POINTS = ((0.0, "none"), (0.0, "all"), (0.5, "none"), (0.5, "all"))
MEANS = {
    "van_km": (100.0, 120.0, 80.0, 90.0),
    "on_time_share": (0.90, 0.99, 0.90, 0.80),
    "cost_per_tonne": (5.0, 5.0, 6.0, 4.0),
}


def _summary() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"share": share, "night": night, "measure": name, "unit": "km", "n": 5, "mean": mean}
            | {"ci_low": mean - 2.0, "ci_high": mean + 2.0, "paired_difference": mean - means[0]}
            | {"pd_ci_low": mean - means[0] - 1.0, "pd_ci_high": mean - means[0] + 1.0}
            for name, means in MEANS.items()
            for (share, night), mean in zip(POINTS, means, strict=True)
        ]
    )


def _comparison() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"share": share, "night": night, "measure": name, "n": 5, "relative_change": mean / means[0] - 1.0}
            | {"t_low": mean / means[0] - 1.1, "t_high": mean / means[0] - 0.9}
            for name, means in MEANS.items()
            for (share, night), mean in zip(POINTS[1:], means[1:], strict=True)
        ]
    )


def test_a_curve_has_its_lines_and_paired_intervals() -> None:
    """The interval of the difference is set on the mean: 80 km, difference -20 +- 1, gives 79 to 81."""
    table = figure_table("curve", StudyFile.model_validate(FILE), _summary(), None)
    assert table["line"].tolist() == ["none", "none", "all", "all"] and table["mean"].tolist() == [100, 80, 120, 90]
    row = table.iloc[1]
    assert (row["pd_low"], row["pd_high"], row["ci_low"], row["ci_high"]) == (79.0, 81.0, 78.0, 82.0)


def test_the_knee_of_a_curve_is_marked() -> None:
    """Means 10, 2, 1, 0 at 0, 1, 2, 4: at 1 the curve lies 0.55 below the line between its ends, at 2 0.40."""
    file = StudyFile.model_validate(
        FILE
        | {"factors": {"share": [0, 1, 2, 4]}, "base": {"share": 0}}
        | {
            "figures": {
                "bend": {"kind": "curve", "x": "share", "measures": ["van_km", "on_time_share"], "knee": ["van_km"]}
            }
        }
    )
    values = {"n": 5, "unit": "km", "ci_low": 0.0, "ci_high": 0.0, "paired_difference": 0.0}
    rows = [
        {"share": share, "measure": name, "mean": mean, "pd_ci_low": 0.0, "pd_ci_high": 0.0, **values}
        for name in ("van_km", "on_time_share")
        for share, mean in zip((0, 1, 2, 4), (10.0, 2.0, 1.0, 0.0), strict=True)
    ]
    table = figure_table("bend", file, pd.DataFrame(rows), None)
    assert table["is_knee"].tolist() == [False, True, False, False, False, False, False, False]


@pytest.mark.parametrize(
    ("levels", "figure", "fault"),
    [
        ([0, 1, 2], {"kind": "curve", "x": "share", "measures": ["van_km"], "knee": ["cost_total"]}, "not drawn"),
        ([0, 1], {"kind": "curve", "x": "share", "measures": ["van_km"], "knee": ["van_km"]}, "three or more rising"),
        (
            [2, 1, 0],
            {"kind": "curve", "x": "share", "measures": ["van_km"], "knee": ["van_km"]},
            "three or more rising",
        ),
        (
            ["a", "b", "c"],
            {"kind": "curve", "x": "share", "measures": ["van_km"], "knee": ["van_km"]},
            "rising numbers",
        ),
    ],
)
def test_a_knee_needs_a_curve_over_rising_numbers(levels: list[Any], figure: dict[str, Any], fault: str) -> None:
    """Told when the study is read."""
    content = FILE | {"factors": {"share": levels}, "base": {"share": levels[0]}, "figures": {"bend": figure}}
    with pytest.raises(ValueError, match=fault):
        StudyFile.model_validate(content)


def test_other_factors_are_held_at_the_base() -> None:
    """A factor that is not drawn stays at its base level, and without a base the study is refused."""
    table = figure_table("held", StudyFile.model_validate(FILE), _summary(), None)
    assert table["mean"].tolist() == [100, 80]
    with pytest.raises(ValueError, match="'night' is neither `x` nor `by` and has no base"):
        StudyFile.model_validate({**FILE, "base": {}, "figures": {"held": FIGURES["held"]}})


def test_a_tornado_is_sorted_by_its_first_measure() -> None:
    """Changes of 20, -20 and -10 %: the largest first, points the same in every panel."""
    table = figure_table("tornado", StudyFile.model_validate(FILE), _summary(), _comparison())
    points = ["share 0.0, night all", "share 0.5, night none", "share 0.5, night all"]
    assert table["point"].tolist() == points * 2
    assert table["measure"].tolist() == ["van_km"] * 3 + ["cost_per_tonne"] * 3


def test_a_pareto_front_knows_which_way_is_better() -> None:
    """Fewer km and more punctual: 80 km at 90 % and 120 km at 99 % are not dominated, 100 km and 90 km are."""
    table = figure_table("pareto", StudyFile.model_validate(FILE), _summary(), None)
    assert dict(zip(table["point"], table["is_front"], strict=True)) == {
        "share 0.0, night none": False,
        "share 0.0, night all": True,
        "share 0.5, night none": True,
        "share 0.5, night all": False,
    }


@pytest.mark.parametrize(
    ("figure", "base", "told"),
    [
        ({"kind": "tornado", "measures": ["van_km"]}, {}, "needs `base`"),
        ({"kind": "pareto", "measures": ["van_km"]}, FILE["base"], "two measures"),
        ({"kind": "pareto", "measures": ["van_km", "orders_total"]}, FILE["base"], "neither way is better"),
    ],
)
def test_figures_that_cannot_be_drawn_are_refused(figure: dict[str, Any], base: dict[str, Any], told: str) -> None:
    """Before anything is run."""
    with pytest.raises(ValueError, match=told):
        StudyFile.model_validate({**FILE, "base": base, "figures": {"f": figure}})


def test_every_kind_is_drawn_with_its_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`sim plot` leaves a file and a CSV for each figure, equal bytes when repeated; unknown names are told."""
    import yaml

    (tmp_path / "study.yaml").write_text(yaml.safe_dump(FILE), encoding="utf-8")
    (tmp_path / "seeds.csv").write_text("seed\n1\n", encoding="utf-8")
    pd.DataFrame({"run_id": ["a"], "share": [0.0], "night": ["none"], "replication": [1], "seed": [1]}).to_csv(
        tmp_path / "design.csv", index=False
    )
    (tmp_path / "outcomes.csv").write_text("run_id,measure,value,unit\na,van_km,1.0,km\n", encoding="utf-8")
    _summary().to_csv(tmp_path / "summary.csv", index=False)
    _comparison().to_csv(tmp_path / "comparison.csv", index=False)
    command = ["plot", str(tmp_path), "--results", str(tmp_path), "--format", "svg"]
    assert main(command) == 0
    files = {f"{name}.{suffix}" for name in FIGURES for suffix in ("svg", "csv")}
    first = {path.name: path.read_bytes() for path in (tmp_path / "figures").iterdir()}
    assert set(first) == files
    assert main(command) == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "figures").iterdir()} == first
    assert main([*command[:2], "nothing", *command[2:]]) == 2
    assert "no figure 'nothing'; known: " in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["curve", "tornado"])
def test_names_are_no_formulas(kind: str, tmp_path: Path) -> None:
    """A case called after a fee in $ is drawn as it is written, not read as mathematics."""
    name = "fee of 5$ or $10_"
    summary = _summary().replace({"night": {"all": name}})
    comparison = _comparison().replace({"night": {"all": name}})
    factors = FILE["factors"] | {"night": ["none", name]}
    file = StudyFile.model_validate(FILE | {"factors": factors, "base": FILE["base"] | {"night": "none"}})
    table = figure_table(kind, file, summary, comparison)
    assert name in table.to_string()
    path = draw_study_figure(kind, table, tmp_path / "f.png", title=name, x_label=name, line_label=name)
    assert path.stat().st_size > 5_000 and [entry.name for entry in tmp_path.iterdir()] == ["f.png"]


def test_a_figure_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A file where the folder should be: a fault of results, for one figure of a study and in Python."""
    (tmp_path / "figures").touch()
    table = figure_table("curve", StudyFile.model_validate(FILE), _summary(), None)
    with pytest.raises(InputError, match="cannot write figure"):
        draw_study_figure("curve", table, tmp_path / "figures" / "f.png", x_label="x", line_label="line")
    with pytest.raises(InputError, match="cannot write results"):
        write_scorecard(*[Outcomes("a", pd.DataFrame({"van_km": [1.0]}), {}, ())] * 2, tmp_path / "figures")

"""The scorecard by hand: verdicts, both readings, the base year, entries by hand."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.cli import main
from sim.config import load_scenario
from sim.errors import InputError, ResultsError
from sim.experiment.appraisal import COLUMNS, Outcomes, notes, outcomes_at, read_outcomes, scorecard
from sim.measures.scorecard import TARGETS, Target
from sim.results import load_study

COST = TARGETS[0]
CHARGERS = next(target for target in TARGETS if target.measure == "nev_per_charger")


def _outcomes(label: str, values: dict[str, list[float]], year: int = 2022) -> Outcomes:
    seeds = range(1, 1 + len(next(iter(values.values()))))
    return Outcomes(label, pd.DataFrame(values, index=list(seeds)), dict.fromkeys(values, "x"), (year,))


@pytest.mark.parametrize(
    ("target", "interval", "verdict"),
    [
        (COST, (-0.12, -0.14, -0.10), "met"),
        (COST, (-0.12, -0.14, -0.09), "not shown"),
        (COST, (-0.05, -0.08, -0.02), "not met"),
        (COST, (-0.12, math.nan, math.nan), "not shown"),
        (CHARGERS, (3.0, 3.0, 3.0), "not met"),
        (CHARGERS, (2.9, 2.9, 2.9), "met"),
    ],
)
def test_verdicts(target: Target, interval: tuple[float, float, float], verdict: str) -> None:
    """The whole interval must lie on the good side; fewer than three means fewer; no interval shows nothing."""
    assert target.verdict(*interval) == verdict


def test_readings_can_disagree() -> None:
    """More km and fewer t km a van: one reading of utilisation is met, the other is not; one is marked as official."""
    base = _outcomes("base", {"van_km_per_van_day": [40.0, 50.0, 60.0], "tonne_km_per_van_day": [10.0, 11.0, 12.0]})
    other = _outcomes("plan", {"van_km_per_van_day": [52.0, 65.1, 78.0], "tonne_km_per_van_day": [9.0, 9.8, 10.9]})
    table = scorecard(base, other).set_index("measure")
    assert table.columns.tolist() == [name for name in COLUMNS if name != "measure"]
    assert table.loc["van_km_per_van_day", ["verdict", "official"]].tolist() == ["met", "yes"]
    assert table.loc["tonne_km_per_van_day", ["verdict", "official"]].tolist() == ["not met", "no"]
    assert table.loc["van_km_per_van_day", "value"] == pytest.approx((0.3 + 0.302 + 0.3) / 3)
    assert table.loc["load_factor", "verdict"] == "not shown"
    assert (table.loc[[target.measure for target in TARGETS], "hangs_on"].str.len() > 0).all()


def test_assumptions_are_keys_of_the_configuration() -> None:
    """What a verdict hangs on can be varied: every entry leads to a value of a scenario."""
    content = load_scenario("plan_2025", ["network=grid"]).content()
    for key in {key for target in TARGETS for key in target.hangs_on}:
        value: Any = content
        for part in key.split("."):
            assert part in value, key
            value = value[part]


def test_rows_by_hand() -> None:
    """What a simulation cannot know is entered or left open; unknown keys are told."""
    base = _outcomes("base", {"van_km_per_van_day": [40.0, 50.0]})
    table = scorecard(base, base, {"aaa_firms": 3}).set_index("measure")
    assert table.loc["aaa_firms", ["value", "verdict"]].tolist() == [3, "by hand"]
    assert table.loc["joint_meetings", "source"] == "to be entered by hand"
    with pytest.raises(InputError, match="aaa_firm'"):
        scorecard(base, base, {"aaa_firm": 3})


def test_pairs_need_the_same_seeds_and_years_are_told() -> None:
    """No shared seed is an error; growth of demand between the years is noted."""
    base, plan = _outcomes("base", {"load_factor": [1.0, 2.0]}), _outcomes("plan", {"load_factor": [1.0, 2.0]}, 2025)
    assert "base year 2022, target year 2025" in notes(base, plan)[0]
    assert "same year" in notes(base, base)[0]
    moved = Outcomes("moved", plan.values.set_axis([8, 9], axis=0), plan.units, plan.years)
    with pytest.raises(InputError, match="share no seed"):
        scorecard(base, moved)


def test_scorecard_of_a_study(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Points are named by a level; table and figures in both languages are written; a wrong point is told."""
    design = pd.DataFrame({"run_id": list("abcdef"), "case": ["base"] * 3 + ["plan"] * 3, "seed": [1, 2, 3] * 2})
    design["replication"] = design["seed"]
    values = [10.0, 11.0, 12.0, 8.0, 8.9, 9.6]
    outcomes = design[["run_id"]].assign(measure="cost_per_tonne_km_shipment", value=values, unit="CNY/(t km)")
    design.to_csv(tmp_path / "design.csv", index=False)
    outcomes.to_csv(tmp_path / "outcomes.csv", index=False)
    assert main(["scorecard", f"{tmp_path}:base", f"{tmp_path}:plan"]) == 0
    table = pd.read_csv(tmp_path / "scorecard.csv")
    assert table.loc[0, "verdict_zh"] == "达标"
    assert {path.name for path in (tmp_path / "figures").iterdir()} == {"scorecard_en.png", "scorecard_zh.png"}
    assert main(["scorecard", f"{tmp_path}:base", f"{tmp_path}:plann"]) == 2
    assert "case=plan" in capsys.readouterr().err
    assert main(["scorecard", str(tmp_path / "none"), str(tmp_path / "none")]) == 2


def _tables(folder: Path, cases: tuple[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    design = pd.DataFrame({"run_id": ["a", "b"], "case": cases, "replication": 1, "seed": 7})
    outcomes = design[["run_id"]].assign(measure="cost_per_order", value=[2.0, 1.0], unit="CNY/order")
    design.to_csv(folder / "design.csv", index=False)
    outcomes.to_csv(folder / "outcomes.csv", index=False)


@pytest.mark.parametrize("cases", [("NA", "null"), ("a:b", "no, thank you"), ("x=y, z", "w"), ("0", "0.50")])
def test_any_name_of_a_case_is_found(cases: tuple[str, str], tmp_path: Path) -> None:
    """Names that a table would take for nothing, for a number or for two names, in a folder with a colon."""
    _tables(tmp_path / "out:1", cases)
    for case, value in zip(cases, (2.0, 1.0), strict=True):
        path = f"{tmp_path / 'out:1'}"
        for found in (
            read_outcomes(f"{path}:{case}"),
            read_outcomes(f"{path}:case={case}"),
            outcomes_at(tmp_path / "out:1", {"case": case}),
        ):
            assert found.values["cost_per_order"].tolist() == [value]


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("outcomes.csv", "2.0", "two", "column 'value': expected numbers"),
        ("outcomes.csv", "measure", "messure", "expected the column 'measure', found none"),
        ("outcomes.csv", "b,cost", "a,cost", "expected one row for run_id a, measure cost_per_order, found another"),
        ("design.csv", "y,1,7", "x,1,7", "expected one row for case x, replication 1, seed 7, found another"),
        ("design.csv", "seed", "sead", "expected the column 'seed', found none"),
    ],
)
def test_damaged_tables_are_told(name: str, old: str, new: str, told: str, tmp_path: Path) -> None:
    """No number, a lost column, a row that is there twice: a line with the file, for the scorecard and in Python."""
    _tables(tmp_path, ("x", "y"))
    path = tmp_path / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ResultsError, match=re.escape(told)):
        read_outcomes(f"{tmp_path}:x")
    with pytest.raises(ResultsError, match=re.escape(told)):
        load_study(tmp_path)


def test_a_run_whose_files_are_no_mappings_is_told(tmp_path: Path) -> None:
    """Lists where indicators and manifest are expected."""
    for name in ("kpis.json", "manifest.json", "config.yaml"):
        (tmp_path / name).write_text("[]", encoding="utf-8")
    with pytest.raises(ResultsError, match="expected the files of a finished run"):
        read_outcomes(str(tmp_path))

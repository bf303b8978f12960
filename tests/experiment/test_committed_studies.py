"""Committed studies: complete, explained, and what the code of today gives."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from sim.cli import main
from sim.experiment.reproduce import read_committed
from sim.experiment.study_file import read_study

ROOT = Path(__file__).resolve().parents[2]
COMMITTED = sorted(
    path.parent.name
    for path in (ROOT / "results").glob("*/design.csv")
    if (ROOT / "experiments" / path.parent.name / "study.yaml").is_file()
)

SEEDS_ASKED = {
    "ban_width": 10,
    "enforcement": 10,
    "berths_and_cars": 10,
    "plausibility": 7,
    "assumptions": 1,
    "assumptions_sobol": 1,
    "district_check": 1,
    "plan_2025_district": 12,
}
"""Seeds of curves of rules, of districts with their cars, of many cases, and of trajectories; all others 20 or more."""

TOO_LONG = {"berths_and_cars", "district_check"}
"""Not run again by the tests: the cars of a district take minutes to assign."""


@pytest.mark.parametrize("name", COMMITTED)
def test_committed_study_is_complete(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All seeds asked, every run with numbers and manifest, no failure, every figure with its CSV."""
    monkeypatch.chdir(ROOT)
    study, committed = read_study(name), read_committed(Path("results") / name)
    assert len(study.seeds) >= SEEDS_ASKED.get(name, 20)
    assert set(committed.design["seed"]) == set(map(str, study.seeds))
    assert set(committed.design["run_id"]) == set(committed.outcomes["run_id"]) == set(committed.manifests)
    assert pd.read_csv(committed.folder / "failures.csv").empty
    for figure in study.file.figures:
        assert [(committed.folder / "figures" / f"{figure}.{kind}").is_file() for kind in ("png", "csv")] == [True] * 2


@pytest.mark.parametrize("name", COMMITTED)
def test_committed_study_is_explained(name: str) -> None:
    """Its README says the question, factors, seeds, command, run time, and how to read the figure."""
    text = (ROOT / "experiments" / name / "README.md").read_text(encoding="utf-8").lower()
    for part in ("question", "factor", "seeds", f"`sim study {name}`", "min", "reading the figure", "sim reproduce"):
        assert part in text, part


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in COMMITTED if name not in TOO_LONG])
def test_a_run_of_each_committed_study_comes_out_again(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`sim reproduce NAME --runs 1` says equal: whoever changes results commits them anew."""
    monkeypatch.chdir(ROOT)
    assert main(["reproduce", name, "--runs", "1", "--workers", "1"]) == 0, capsys.readouterr().out


@pytest.mark.slow
def test_a_run_and_the_tables_of_the_committed_search_come_out_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """As for studies; a table that does not follow from the outcomes is named, and so is a level that is none."""
    monkeypatch.chdir(ROOT)
    assert main(["reproduce", "plan_search", "--runs", "1", "--workers", "1"]) == 0, capsys.readouterr().out
    results = tmp_path / "plan_search"
    shutil.copytree(ROOT / "results" / "plan_search", results, ignore=shutil.ignore_patterns("runs", "*.db"))
    confirmed = (results / "confirmation.csv").read_text(encoding="utf-8")
    (results / "confirmation.csv").write_text(confirmed.replace("not shown", "met"), encoding="utf-8")
    elsewhere = ["--runs", "1", "--workers", "1", "--results", str(results)]
    assert main(["reproduce", "plan_search", *elsewhere, "--out", str(tmp_path / "differences.csv")]) == 1
    assert pd.read_csv(tmp_path / "differences.csv")["table"].tolist() == ["confirmation"]
    trials = (results / "trials.csv").read_text(encoding="utf-8")
    (results / "trials.csv").write_text(trials.replace("a third", "a tenth"), encoding="utf-8")
    assert main(["reproduce", "plan_search", *elsewhere]) == 2
    assert "found 'a tenth', expected one of" in capsys.readouterr().err

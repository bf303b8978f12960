"""Findings from elsewhere: at least seven of ten have their sign and size here, the others are explained."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from sim.experiment.plausibility import FINDINGS, Finding, plausibility_page, plausibility_table, values_of_cases
from sim.experiment.study import run_study
from sim.experiment.study_file import read_study
from sim.results import load_study

ROOT = Path(__file__).resolve().parents[2]
STUDIES = ("plausibility", "displacement")
HOLD_AT_LEAST = 0.7


def _committed(name: str) -> Mapping[str, pd.DataFrame]:
    study = load_study(ROOT / "results" / name)
    return values_of_cases(study.design, study.outcomes)


def _table() -> pd.DataFrame:
    return plausibility_table({case: values for name in STUDIES for case, values in _committed(name).items()})


def test_seven_of_ten_findings_hold_in_the_committed_results() -> None:
    """Ten findings or more, of which seven of ten hold, each on paired seeds with an interval."""
    table = _table()
    assert len(table) >= 10 and (table["n"] >= 7).all() and table[["low", "high"]].notna().all(axis=None)
    assert (table["verdict"] == "holds").mean() >= HOLD_AT_LEAST


def test_the_page_has_the_same_table_and_explains_the_others() -> None:
    """The table of the page is what the command prints; every row that does not hold has its explanation."""
    page = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    table = _table()
    assert plausibility_page(table) in page
    explained = page.split("### Findings that do not hold")[1].split("### Caveats")[0]
    others = [number for number, verdict in enumerate(table["verdict"], start=1) if verdict != "holds"]
    assert [int(number) for number in re.findall(r"^- \*\*Row (\d+),", explained, re.MULTILINE)] == others


@pytest.mark.parametrize(
    ("low", "high", "found", "holds"),
    [
        (0.0, float("inf"), (2.0, 1.0, 3.0), True),
        (0.0, float("inf"), (2.0, -1.0, 5.0), False),  # more, but not shown
        (-float("inf"), 0.0, (-2.0, -3.0, -1.0), True),
        (-80.0, -50.0, (-48.3, -48.8, -47.7), False),
        (-28.0, 0.5, (-1.0, -3.0, 1.0), True),  # the range holds zero, so the interval may
        (10.0, 30.0, (11.0, -1.0, 23.0), False),
    ],
)
def test_a_finding_holds_in_its_range_and_on_its_side(
    low: float, high: float, found: tuple[float, float, float], holds: bool
) -> None:
    """The mean has to lie in the range, and where that is on one side of zero, the interval too."""
    assert Finding("?", "?", "%", low, high, lambda values: values["a"]["b"].to_numpy()).holds(*found) is holds


@pytest.mark.slow
def test_findings_hold_when_simulated_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two seeds simulated by the code of today, row by row: seven of ten means lie in their range."""
    monkeypatch.chdir(ROOT)
    study = read_study("plausibility")
    cases = {name: case for name, case in study.file.cases.items() if not name.startswith("spare vans")}
    few = study.model_copy(update={"seeds": study.seeds[:2], "file": study.file.model_copy(update={"cases": cases})})
    assert not run_study(few, tmp_path / "out", overrides=[f"paths.cache_dir={tmp_path}/cache"]).failures
    found = load_study(tmp_path / "out")
    table = plausibility_table({**values_of_cases(found.design, found.outcomes), **_committed("displacement")})
    held = [finding.low <= mean <= finding.high for finding, mean in zip(FINDINGS, table["mean"], strict=True)]
    assert sum(held) >= HOLD_AT_LEAST * len(FINDINGS), table[["finding", "mean"]].to_string()

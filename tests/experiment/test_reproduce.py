"""A committed study run again: equal, or different with what differs and why."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sim.cli import main
from sim.experiment.provenance import content_sha256
from sim.measures.manifest_list import manifest_lines, read_manifest_lines

STUDY = """
question: Does it come out again?
fixed: [network=grid, traffic=off, demand.orders_per_day=25, planning.iterations=5, service.retries=1]
factors:
  berths.spaces_per_shop: [0, 0.2]
base: {berths.spaces_per_shop: 0}
scorecard: '0.2'
measures: [orders_total, cost_per_order, charger_wait_mean]
"""


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with its results: two points, two seeds, one measure without a value."""
    folder = tmp_path_factory.mktemp("committed")
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    (folder / "seeds.csv").write_text("replication,seed\n1,5\n2,0\n", encoding="utf-8")
    assert main(["study", str(folder), "--workers", "1", "--out", str(folder / "results")]) == 0
    return folder


@pytest.fixture
def study(committed: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    for path in (*committed.glob("*.*"), *(committed / "results").glob("*.*")):
        copy = tmp_path / path.relative_to(committed)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(path.read_bytes())
    return tmp_path


def _reproduce(study: Path, *more: str) -> int:
    return main(["reproduce", str(study), "--results", str(study / "results"), "--workers", "1", *more])


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_an_unchanged_study_comes_out_again(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0, all runs and numbers told; values that are unknown are equal too; committed files are not touched."""
    before = {path.name: path.read_bytes() for path in (study / "results").iterdir()}
    assert _reproduce(study) == 0
    assert "4 of 4 runs, 12 numbers: equal (to the byte)" in capsys.readouterr().out
    assert {path.name: path.read_bytes() for path in (study / "results").iterdir()} == before


def test_a_changed_parameter_is_named(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1, the differing numbers, and the parameter with its old and new value."""
    _edit(study / "study.yaml", "demand.orders_per_day=25", "demand.orders_per_day=30")
    assert _reproduce(study, "--runs", "1", "--out", str(study / "differences.csv")) == 1
    told = capsys.readouterr().out
    assert "probable cause: config: demand.orders_per_day: 25" in told and "-> 30" in told
    differences = pd.read_csv(study / "differences.csv")
    assert {"run_id", "orders_total"} <= set(differences["measure"])


def test_a_parameter_without_effect_is_named_too(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run of another configuration is not the committed run, even where its numbers are equal."""
    _edit(study / "study.yaml", "service.retries=1", "service.retries=1, enforcement.fence_detection=0.2")
    assert _reproduce(study, "--runs", "1") == 1
    assert "config: enforcement.fence_detection: 0.3 -> 0.2" in capsys.readouterr().out


@pytest.mark.parametrize("code", ["other", "same"])
def test_a_setting_that_newer_code_added(code: str, study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other code may know more settings: told as a note while numbers are equal. With the same code it is a change."""
    path = study / "results" / "manifests.jsonl"
    manifests, names = list(read_manifest_lines(path).values()), {}
    for manifest in manifests:
        del manifest["config"]["service"]["grace_min"]
        manifest["code_sha256"] = "0" * 64 if code == "other" else manifest["code_sha256"]
        names[manifest["run_id"]] = manifest["run_id"] = content_sha256(manifest["config"])[:12]
    path.write_text(manifest_lines(manifests), encoding="utf-8")
    for name in ("design", "outcomes"):
        table = pd.read_csv(study / "results" / f"{name}.csv", dtype=str, keep_default_na=False)
        table["run_id"] = table["run_id"].map(names)
        table.to_csv(study / "results" / f"{name}.csv", index=False)
    assert _reproduce(study, "--runs", "1") == (0 if code == "other" else 1)
    assert "config: service.grace_min: none -> " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("code_sha256", "0" * 64, "code: "),
        ("packages", {"numpy": "1.0"}, "packages: numpy: 1.0 -> "),
        ("input_sha256", {"shops": "0"}, "inputs: shops: 0 -> none"),
        ("python", "3.0.0", "platform: python: 3.0.0 -> "),
    ],
)
def test_causes_are_read_from_the_manifests(
    key: str, value: object, told: str, study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other code, packages, inputs or platform beside a changed number: named as the probable cause."""
    path = study / "results" / "manifests.jsonl"
    manifests = [manifest | {key: value} for manifest in read_manifest_lines(path).values()]
    path.write_text(manifest_lines(manifests), encoding="utf-8")
    outcomes = study / "results" / "outcomes.csv"
    table = pd.read_csv(outcomes, dtype={"run_id": str})
    table["value"] *= 1.01
    table.to_csv(outcomes, index=False)
    assert _reproduce(study, "--runs", "1") == 1
    assert f"probable cause: {told}" in capsys.readouterr().out


def test_the_last_digit_counts_here_and_not_elsewhere(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On one machine a number must be equal to the byte; on another, rounding is let pass and said so."""
    path = study / "results" / "outcomes.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table["value"] = [repr(float(text) * (1.0 + 1e-9)) if text else "" for text in table["value"]]
    table.to_csv(path, index=False)
    assert _reproduce(study, "--runs", "1") == 1
    assert "outcomes" in capsys.readouterr().out
    (study / "results" / "manifests.jsonl").write_text(
        (study / "results" / "manifests.jsonl").read_text(encoding="utf-8").replace("x86_64", "other"), encoding="utf-8"
    )
    assert _reproduce(study, "--runs", "1") == 0, "rounding is let pass elsewhere"
    told = capsys.readouterr().out
    assert "equal (within 1e-06 relative)" in told and "differs: platform: platform: " in told
    assert _reproduce(study, "--runs", "1", "--tolerance", "0") == 1, "unless asked for the byte"


def test_an_edited_table_is_found_without_its_run(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A summary that does not follow from the committed outcomes is a difference, whichever runs are sampled."""
    path = study / "results" / "summary.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",2,", ",3,", 1), encoding="utf-8")
    assert _reproduce(study, "--runs", "1") == 1
    assert "summary" in capsys.readouterr().out


@pytest.mark.parametrize("out", ["study.yaml/differences.csv", "results"])
def test_a_list_of_differences_that_cannot_be_written_is_told_first(
    out: str, study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Under a file or in place of a folder: exit 2 before anything is simulated."""
    monkeypatch.setattr("sim.experiment.reproduce.reproduce", None)
    assert _reproduce(study, "--out", str(study / out)) == 2
    assert "cannot write results" in capsys.readouterr().err


def test_a_table_in_another_encoding_is_another_table(study: Path) -> None:
    """Bytes that are no text are a difference like any other."""
    (study / "results" / "summary.csv").write_bytes(b"\xff\xfe\x00")
    assert _reproduce(study, "--runs", "1") == 1


def test_a_table_that_follows_from_nothing_is_found(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Shares of levers beside outcomes that cannot give them are a difference, not a table to be believed."""
    (study / "results" / "attribution.csv").write_text("measure,reading\nvan_km,shapley\n", encoding="utf-8")
    assert _reproduce(study, "--runs", "1") == 1
    told = capsys.readouterr().out
    assert "1 differences" in told and "attribution" in told and "NOT equal" in told


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("outcomes.csv", ",CNY/order", ",EUR/order", "unit of cost_per_order"),
        ("scorecard.csv", ",not shown,", ",met,", "scorecard"),
        ("manifests.jsonl", '"orders_per_day": 25', '"orders_per_day": 26', "manifests"),
        ("manifests.jsonl", '"config": ', '"konfig": ', "it has no configuration"),
    ],
)
def test_units_verdicts_and_manifests_count_too(
    name: str, old: str, new: str, told: str, study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A unit, a verdict of the scorecard, or the configuration of a run that was edited is a difference, not a note."""
    path = study / "results" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert _reproduce(study, "--runs", "1", "--out", str(study / "differences.csv")) == 1
    assert told in (study / "differences.csv").read_text(encoding="utf-8")


def test_a_comparison_without_a_base_is_found(study: Path) -> None:
    """A table that a study without a base does not have is a difference; a new run of the study removes it."""
    _edit(study / "study.yaml", "base: {berths.spaces_per_shop: 0}\nscorecard: '0.2'\n", "")
    assert _reproduce(study, "--runs", "1", "--out", str(study / "differences.csv")) == 1
    assert "comparison,,,,a table" in (study / "differences.csv").read_text(encoding="utf-8")


def test_a_point_more_is_a_difference(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A level that the committed results do not have; its runs are not simulated for nothing."""
    _edit(study / "study.yaml", "[0, 0.2]", "[0, 0.2, 0.4]")
    assert _reproduce(study) == 1
    told = capsys.readouterr().out
    assert "4 of 4 runs" in told and "0.4" in told


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("design.csv", None, "design.csv: expected a table of a committed study"),
        ("outcomes.csv", "run_id,measure\n", "expected the column value"),
        ("outcomes.csv", "run_id,measure,value,unit\na,b,1,-\na,b,1,-\n", "expected one row for run_id a, measure b"),
        ("outcomes.csv", "run_id,measure,value,unit\na,b,much,-\n", "line 2: value: expected a number, found 'much'"),
        ("design.csv", "run_id,replication,seed\na,1,5\nb,1,5\n", "expected one row for replication 1, seed 5"),
        ("design.csv", "run_id,replication,seed\na,one,5\n", "line 2: replication: expected a whole number"),
        ("manifests.jsonl", "{\n", "line 1: expected the manifest of a run"),
        ("design.csv", "run_id,berths.spaces_per_shop,replication,seed\n", "none of its 0 rows"),
    ],
)
def test_bad_results_are_told(
    name: str, text: str | None, told: str, study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Missing, damaged or foreign results: exit 2 with the file and what was expected."""
    path = study / "results" / name
    if text is None:
        path.unlink()
    else:
        path.write_text(text, encoding="utf-8")
    assert _reproduce(study) == 2
    error = capsys.readouterr().err
    assert told in error and "Traceback" not in error

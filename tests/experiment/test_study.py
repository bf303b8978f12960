"""Studies: read and refused as a whole, resumed where they stopped, equal however they came about."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from sim.cli import main
from sim.config import Scenario
from sim.errors import InputError, WriteError
from sim.experiment.design import composed_runs, sampled_shares, study_rows
from sim.experiment.folder_lock import held_alone
from sim.experiment.study import HalfWidth, run_study
from sim.experiment.study_file import Study, StudyError, read_study
from sim.experiment.study_runs import finished_kpis
from sim.experiment.study_tables import relative_changes, summarise

TABLES = ("design", "outcomes", "summary", "comparison", "failures")
SMALL = """
question: Does it work?
fixed: [network=grid, traffic=off, demand.orders_per_day=25, planning.iterations=5, paths.cache_dir=null]
factors:
  berths.spaces_per_shop: [0.0, 0.2]
base: {berths.spaces_per_shop: 0.0}
measures: [orders_total, cost_per_order]
"""


def _study(folder: Path, text: str = SMALL, seeds: str = "replication,seed\n1,5\n2,0\n") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.yaml").write_text(text, encoding="utf-8")
    (folder / "seeds.csv").write_text(seeds, encoding="utf-8")
    return folder


def _toy(folder: str, scenario: Scenario, seed: int) -> str | None:
    """A run whose order cost is known: seed + 1, 10 % more with berths; seed 13 fails."""
    import hashlib

    from sim.experiment.provenance import code_sha256

    if seed == 13:
        return "this seed fails"
    value = (seed + 1.0) * (1.1 if scenario.berths.spaces_per_shop else 1.0)
    content = json.dumps({"cost_per_order": {"value": value, "unit": "CNY/order", "better": "lower"}})
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    (path / "kpis.json").write_text(content, encoding="utf-8")
    digest = hashlib.sha256(content.encode()).hexdigest()
    manifest = {"status": "complete", "kpis_sha256": digest, "code_sha256": code_sha256(), "commit": None}
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return None


def _bytes(folder: Path) -> dict[str, bytes]:
    return {name: (folder / f"{name}.csv").read_bytes() for name in TABLES}


def test_design_is_every_level_with_every_seed(tmp_path: Path) -> None:
    """Two levels and two seeds make four runs of four names; seed 0 is a seed."""
    study = read_study(str(_study(tmp_path / "two")))
    runs = composed_runs(study, study_rows(study))
    assert [(run.point.levels["berths.spaces_per_shop"], run.seed) for run in runs] == [
        (0.0, 5),
        (0.2, 5),
        (0.0, 0),
        (0.2, 0),
    ]
    assert len({run.run_id for run in runs}) == 4


def test_cases_add_scenarios_up(tmp_path: Path) -> None:
    """A case is a sum of scenarios, combined with every level of the factors."""
    text = """
question: Sums?
fixed: [network=grid, traffic=off]
cases:
  base: {scenario: baseline}
  package: {scenario: peak_ban+electric, overrides: [seed=3]}
factors: {service.retries: [0, 1]}
"""
    study = read_study(str(_study(tmp_path / "cases", text)))
    points = [run.point for run in composed_runs(study, study_rows(study)) if run.replication == 1]
    assert [point.levels for point in points][-1] == {"case": "package", "service.retries": 1}
    assert points[-1].scenario.scenario.names == ("peak_ban", "electric")
    assert points[-1].scenario.policy.rules and not points[0].scenario.policy.rules


def test_options_add_scenarios_by_name(tmp_path: Path) -> None:
    """Levers that are scenarios add up in every combination, to the scenario of the study."""
    text = """
question: Levers?
scenario: base_2022
fixed: [network=grid, traffic=off]
factors:
  joint: {options: {without: [], with: ["scenario+=joint_chains"]}}
  fleet: {options: {without: [], with: ["scenario+=electric_60", service.retries=0]}}
"""
    study = read_study(str(_study(tmp_path / "levers", text)))
    points = [run.point for run in composed_runs(study, study_rows(study)) if run.replication == 1]
    assert [point.scenario.scenario.names for point in points] == [
        ("base_2022",),
        ("base_2022", "electric_60"),
        ("base_2022", "joint_chains"),
        ("base_2022", "joint_chains", "electric_60"),
    ]
    assert points[3].scenario.service.retries == 0


@pytest.mark.parametrize("kind", ["latin_hypercube", "sobol"])
def test_samples_fill_the_range_evenly(kind: str) -> None:
    """Of 8 points each eighth of each factor holds one; the same seed gives the same points."""
    shares = sampled_shares(kind, 3, 8, seed=1)
    assert all(sorted((shares[:, column] * 8).astype(int)) == list(range(8)) for column in range(3))
    assert (shares == sampled_shares(kind, 3, 8, seed=1)).all()


@pytest.mark.parametrize(
    ("text", "seeds", "told"),
    [
        (SMALL.replace("berths.spaces_per_shop: [0", "berths.spaces_per_shoop: [0"), "seed\n1\n", "base"),
        (SMALL, "seed\n1\n2\n1\n", "line 4: seed 1 is there already"),
        (SMALL.replace("orders_total", "orders_tootal"), "seed\n1\n", "no indicator 'orders_tootal'"),
        ("question: [", "seed\nx\n", "not valid YAML"),
        (SMALL.replace("base: {berths.spaces_per_shop: 0.0}", "base: {berths.spaces_per_shop: 9}"), "seed\n1\n", "9"),
        (SMALL.replace("[0.0, 0.2]", "[0.0, -1]"), "seed\n1\n", "spaces_per_shop=-1: berths.spaces_per_shop"),
        (
            SMALL.replace("  berths.spaces_per_shop: [0.0, 0.2]", "  nothing.here: [1, 2]").replace(
                "base: {berths.spaces_per_shop: 0.0}", ""
            ),
            "seed\n1\n",
            "nothing",
        ),
    ],
)
def test_bad_studies_are_told(
    text: str, seeds: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unknown factors and measures, repeated seeds, levels out of range: exit 2, a line each, nothing written."""
    folder = _study(tmp_path / "bad", text, seeds)
    assert main(["study", str(folder), "--workers", "1", "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert told in error and "Traceback" not in error
    assert not (tmp_path / "out").exists()


_CURVE = "figures: {f: {kind: curve, measures: [cost_per_order], x: berths.spaces_per_shop}}\n"
_FACTOR = "berths.spaces_per_shop: [0.0, 0.2]\nbase: {berths.spaces_per_shop: 0.0}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SMALL + "measures: [van_km]\n", "line 8: the key 'measures' is there already"),
        (SMALL.replace("0.2]", "2024-13-45]"), "not valid YAML: month must be in 1..12"),
        ("question: !!int many", "not valid YAML: invalid literal for int()"),
        ("question: " + "[" * 3000, "not valid YAML: lists too deep to read"),
        (SMALL.replace("0.2]", "[1]]"), "levels.1: expected a number, a text, or true or false, found [1]"),
        (SMALL.replace("0.2]", ".nan]"), "expected finite numbers, found nan"),
        (SMALL.replace("0.2]", "0]"), "a level is given twice: 0"),
        (SMALL.replace("shop: 0.0}", "shop: 7}"), "has no level 7; known: [0.0, 0.2]"),
        (
            SMALL.replace(_FACTOR, "p_value: {key: service.retries, levels: [0, 1]}"),
            "'p_value' is the name of a column",
        ),
        (SMALL.replace(_FACTOR, "luck: {key: seed, levels: [0, 1]}"), "'seed' comes from seeds.csv"),
        (
            SMALL.replace(_FACTOR, "service.retries: [0, 1]\n  b: {options: {x: [service.retries=2], y: []}}"),
            "factors: 'service.retries' is set by 'service.retries' and 'b'",
        ),
        (SMALL.replace("[orders_total,", "[orders_total, orders_total,"), "measures: 'orders_total' is given twice"),
        (SMALL + _CURVE.replace("cost_per_order", "van_km"), "'van_km' is not among `measures`"),
        (SMALL + _CURVE.replace("{f:", "{../../f:"), "expected a name that a file can have"),
        (
            SMALL.replace("[0.0, 0.2]\nbase: {berths.spaces_per_shop: 0.0}", "[0.0, 0.2]\n  service.retries: [0, 1]")
            + _CURVE,
            "factor 'service.retries' is neither `x` nor `by` and has no base",
        ),
        (SMALL + "scorecard: nothing\n", "found 'nothing' of 0"),
        (
            SMALL.replace("[0.0, 0.2]", "{low: 0, high: 1}") + "design: sobol\n",
            "have ranges, of which no level is known",
        ),
        (
            SMALL.replace(_FACTOR, f"a: {list(range(1000))}\n  b: {list(range(1000))}"),
            "expected 1,000,000 runs or fewer, found 1,000,000 points on 2 seeds",
        ),
    ],
)
def test_faults_that_would_show_after_hours_are_told_first(text: str, told: str, tmp_path: Path) -> None:
    """What spoils tables or figures, or mixes up factors or levels, is refused as the file is read."""
    folder = _study(tmp_path / "bad", text)
    with pytest.raises(StudyError) as caught:
        read_study(str(folder))
    assert [fault for fault in caught.value.faults if told in fault and str(folder / "study.yaml") in fault]


@pytest.mark.parametrize(
    ("seeds", "told"),
    [
        ("replication,seed\n1,5,9\n2,6,7\n", "line 2: expected 2 cells as in the heading, found 3"),
        ("seed,seed\n1,2\n", "expected one column seed"),
        ("seed\n" + "9" * 5000 + "\n", "line 2: expected a whole number"),
        ("seed\n5\n\nx\n", "line 4: expected a whole number"),
    ],
)
def test_seeds_are_those_of_their_column(seeds: str, told: str, tmp_path: Path) -> None:
    """A row of other cells than the heading has no seed; lines are counted as an editor counts them."""
    with pytest.raises(StudyError, match=told):
        read_study(str(_study(tmp_path / "bad", seeds=seeds)))


def test_a_factor_cannot_be_overridden(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An override of every run that makes all levels one would show no difference at all: exit 2, nothing written."""
    folder = _study(tmp_path / "o")
    assert main(["study", str(folder), "berths.spaces_per_shop=0.4", "--out", str(tmp_path / "out")]) == 2
    assert "'berths.spaces_per_shop' of the study sets" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["study", "search", "reproduce", "plot", "scorecard"])
def test_a_name_that_is_too_long_is_told(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A name that no file can have: one line and exit code 2."""
    assert main([command, "x" * 300, *(["y"] if command == "scorecard" else [])]) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: ") and told.count("\n") == 1


@pytest.mark.parametrize("option", ["--runs", "--workers"])
@pytest.mark.parametrize("text", ["0", "-1", "1e9", "some"])
def test_numbers_of_runs_and_workers(option: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no whole number from 1 is told as it stands."""
    with pytest.raises(SystemExit, match="2"):
        main(["study", "any", option, text])
    assert f"expected a whole number from 1, found {text}" in capsys.readouterr().err


def test_a_failed_run_stops_nothing(tmp_path: Path) -> None:
    """The others finish, the failure is told with its run, and the next start tries it again."""
    study = read_study(str(_study(tmp_path / "f", seeds="seed\n13\n1\n3\n")))
    result = run_study(study, tmp_path / "out", simulate=_toy)
    assert len(result.failures) == 2 and result.finished == 4
    assert set(pd.read_csv(tmp_path / "out" / "failures.csv")["run_id"]) == set(result.failures)
    assert run_study(study, tmp_path / "out", simulate=_toy).failures == result.failures


def _toy_that_loses(folder: str, scenario: Scenario, seed: int) -> str | None:
    """A run whose folder is removed while the next ones go on."""
    import shutil

    for other in Path(folder).parent.glob("*/manifest.json"):
        shutil.rmtree(other.parent)
    return _toy(folder, scenario, seed)


def test_runs_that_are_lost_in_mid_study_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A study whose runs are not all there has not been done: each is told, and the exit code is 1."""
    import sim.experiment.study as room

    folder = _study(tmp_path / "lost", seeds="seed\n1\n3\n")
    plain = run_study

    def losing(study: Study, out: Path, **options: object) -> object:
        return plain(study, out, **{**options, "simulate": _toy_that_loses})  # type: ignore[arg-type]

    monkeypatch.setattr(room, "run_study", losing)
    assert main(["study", str(folder), "--workers", "1", "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().out
    assert "1 of 4 runs finished" in told and told.count("its files were removed or changed") == 3
    assert len(pd.read_csv(tmp_path / "out" / "failures.csv")) == 3


def test_a_run_copied_from_another_is_simulated_anew(tmp_path: Path) -> None:
    """Manifest and indicators of another run, or a manifest of other types, are no finished run."""
    study = read_study(str(_study(tmp_path / "c", seeds="seed\n1\n")))
    first, second = (run.run_id for run in composed_runs(study, study_rows(study)))
    out = tmp_path / "out"
    run_study(study, out, simulate=_toy)
    before = _bytes(out)
    for content in ({"run_id": first}, {"input_sha256": [1]}):
        for name in ("kpis.json", "manifest.json"):
            (out / "runs" / second / name).write_bytes((out / "runs" / first / name).read_bytes())
        manifest = json.loads((out / "runs" / second / "manifest.json").read_text(encoding="utf-8"))
        (out / "runs" / second / "manifest.json").write_text(json.dumps(manifest | content), encoding="utf-8")
        run_study(study, out, simulate=_toy)
        assert _bytes(out) == before


@pytest.mark.skipif(sys.platform == "win32", reason="no such lock there")
def test_one_command_at_a_time_in_a_folder(tmp_path: Path) -> None:
    """A second one is refused and touches nothing; when the first has ended, the folder is free."""
    study = read_study(str(_study(tmp_path / "l")))
    with held_alone(tmp_path / "out" / "runs"), pytest.raises(InputError, match="another command at work"):
        run_study(study, tmp_path / "out", simulate=_toy)
    assert run_study(study, tmp_path / "out", simulate=_toy).finished == 4


def test_tables_are_written_all_or_none(tmp_path: Path) -> None:
    """Where one table cannot be written, all of them stay as they were, and nothing half-written is left."""
    study = read_study(str(_study(tmp_path / "w", seeds="seed\n1\n3\n")))
    out = tmp_path / "out"
    run_study(study, out, simulate=_toy, most_runs=2)
    before = _bytes(out)
    (out / "manifests.jsonl").unlink()
    (out / "manifests.jsonl").mkdir()
    with pytest.raises(WriteError, match="cannot write results"):
        run_study(study, out, simulate=_toy)
    assert _bytes(out) == before and not list(out.rglob("*.tmp"))


def test_figures_that_cannot_be_written_are_wrong_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file in place of their folder: the runs and tables are kept, exit code 2."""
    folder = _study(tmp_path / "f", SMALL + _CURVE)
    out = tmp_path / "out"
    out.mkdir()
    (out / "figures").touch()
    assert main(["study", str(folder), "--workers", "1", "--out", str(out)]) == 2
    assert "figures: cannot write results" in capsys.readouterr().err
    assert pd.read_csv(out / "summary.csv")["n"].tolist() == [2] * 4


def test_summary_by_hand(tmp_path: Path) -> None:
    """Costs 2, 4 and 2.2, 4.4: differences 0.2 and 0.4, relative change 10 % on both seeds."""
    study = read_study(str(_study(tmp_path / "s", seeds="seed\n1\n3\n")))
    run_study(study, tmp_path / "out", simulate=_toy)
    summary = pd.read_csv(tmp_path / "out" / "summary.csv")
    assert summary.columns.tolist() == [
        *("berths.spaces_per_shop", "measure", "unit", "n", "mean", "ci_low", "ci_high"),
        *("paired_difference", "pd_ci_low", "pd_ci_high"),
    ]
    row = summary[summary["berths.spaces_per_shop"] == 0.2].iloc[0]
    assert row["mean"] == pytest.approx(3.3) and row["paired_difference"] == pytest.approx(0.3)
    assert row["pd_ci_high"] - 0.3 == pytest.approx(12.706 * 0.1, abs=1e-3)
    comparison = pd.read_csv(tmp_path / "out" / "comparison.csv")
    assert comparison["relative_change"].tolist() == pytest.approx([0.1])


def test_several_days_are_simulated(tmp_path: Path) -> None:
    """A run of a study with `days` holds the mean over its days, as `sim run` does, not the first day."""
    from sim.config import load_scenario
    from sim.experiment.days import run_days
    from sim.experiment.provenance import run_id_of
    from sim.experiment.study_runs import simulate_to
    from sim.model import DeliveryModel

    small = ["network=grid", "traffic=off", "demand.orders_per_day=25", "planning.iterations=5", "paths.cache_dir=null"]
    scenario = load_scenario("baseline", [*small, "run.workers=1", "days=2"])
    folder = tmp_path / run_id_of(scenario, 5)
    assert simulate_to(str(folder), scenario, 5) is None
    horizon = run_days(DeliveryModel(scenario, seed=5), scenario, 5)
    kpis = finished_kpis(folder)
    assert kpis is not None
    for name, entry in horizon.kpis().items():
        assert kpis[name]["value"] == entry["value"], name
    assert kpis["van_km"]["value"] != horizon.day_kpis[0]["van_km"]["value"]


def test_a_whole_number_is_its_own_base(tmp_path: Path) -> None:
    """A base of 0 among levels 0 and 0.2, which a table writes as 0.0: differences are there all the same."""
    text = SMALL.replace("[0.0, 0.2]", "[0, 0.2]").replace("shop: 0.0}", "shop: 0}")
    seeds = "seed\n" + "\n".join(map(str, range(1, 9))) + "\n"
    study = read_study(str(_study(tmp_path / "z", text, seeds)))
    result = run_study(study, tmp_path / "out", simulate=_toy, until=HalfWidth("cost_per_order", 0.001))
    assert result.planned == 10, "stops after five replications, as the change is known"
    comparison = pd.read_csv(tmp_path / "out" / "comparison.csv")
    assert comparison["relative_change"].tolist() == pytest.approx([0.1])
    assert pd.read_csv(tmp_path / "out" / "summary.csv")["paired_difference"].notna().all()


def test_sequential_stop(tmp_path: Path) -> None:
    """A change that is the same on every seed needs the first five replications only."""
    seeds = "seed\n" + "\n".join(map(str, range(1, 13))) + "\n"
    study = read_study(str(_study(tmp_path / "q", seeds=seeds)))
    result = run_study(study, tmp_path / "out", simulate=_toy, until=HalfWidth("cost_per_order", 0.001))
    assert result.planned == 10


def test_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    """Pairs are found by seed."""
    study = read_study(str(_study(tmp_path / "s", seeds="seed\n1\n3\n")))
    run_study(study, tmp_path / "out", simulate=_toy)
    design, outcomes = (pd.read_csv(tmp_path / "out" / f"{name}.csv") for name in ("design", "outcomes"))
    asked = (["berths.spaces_per_shop"], ["cost_per_order"], {"berths.spaces_per_shop": 0.0})
    shuffled = outcomes.sample(frac=1.0, random_state=2)
    assert summarise(design, shuffled, *asked).equals(summarise(design, outcomes, *asked))
    assert relative_changes(design, shuffled, *asked).equals(relative_changes(design, outcomes, *asked))


def test_results_of_other_code_are_refused(tmp_path: Path) -> None:
    """Exit by an input error, nothing lost; with `redo` they are simulated again."""
    study = read_study(str(_study(tmp_path / "c")))
    run_study(study, tmp_path / "out", simulate=_toy)
    path = next((tmp_path / "out" / "runs").glob("*/manifest.json"))
    path.write_text(path.read_text().replace('"code_sha256": "', '"code_sha256": "0'), encoding="utf-8")
    before = _bytes(tmp_path / "out")
    with pytest.raises(InputError, match="made by other code"):
        run_study(study, tmp_path / "out", simulate=_toy)
    assert _bytes(tmp_path / "out") == before
    run_study(study, tmp_path / "out", simulate=_toy, redo=True)
    assert _bytes(tmp_path / "out") == before


def test_a_damaged_run_is_done_anew(tmp_path: Path) -> None:
    """Indicators that are not what their run wrote do not count as finished."""
    study = read_study(str(_study(tmp_path / "d")))
    run_study(study, tmp_path / "out", simulate=_toy)
    before = _bytes(tmp_path / "out")
    path = next((tmp_path / "out" / "runs").glob("*/kpis.json"))
    path.write_text(path.read_text()[:-9], encoding="utf-8")
    assert finished_kpis(path.parent) is None
    run_study(study, tmp_path / "out", simulate=_toy)
    assert _bytes(tmp_path / "out") == before


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file where the folder should be: exit 2 and a message."""
    (tmp_path / "file").touch()
    folder = _study(tmp_path / "w")
    assert main(["study", str(folder), "--workers", "1", "--out", str(tmp_path / "file" / "out")]) == 2
    assert "cannot write results" in capsys.readouterr().err


def test_two_workers_and_kill_9_change_nothing(tmp_path: Path) -> None:
    """One worker, two workers, and a study killed twice and resumed: the same bytes in every table."""
    folder = _study(tmp_path / "k")
    study: Study = read_study(str(folder))
    run_study(study, tmp_path / "one")
    command = [sys.executable, "-m", "sim.cli", "study", str(folder), "--workers", "2", "--out", str(tmp_path / "two")]
    for moment_s in (2.5, 5.0):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        time.sleep(moment_s)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert subprocess.run(command, check=False).returncode == 0
    assert _bytes(tmp_path / "two") == _bytes(tmp_path / "one")
    assert not list((tmp_path / "two").rglob("*.tmp"))


@pytest.mark.slow
def test_ten_kills_at_random_moments_change_nothing(tmp_path: Path) -> None:
    """`kill -9` of command and workers at ten random moments: the same command goes on, to the same bytes."""
    import random

    seeds = "seed\n" + "\n".join(map(str, range(30))) + "\n"
    folder = _study(tmp_path / "k", seeds=seeds)
    run_study(read_study(str(folder)), tmp_path / "one")
    out = tmp_path / "killed"
    command = [sys.executable, "-m", "sim.cli", "study", str(folder), "--workers", "2", "--out", str(out)]
    moments, finished = random.Random(9), []
    for _ in range(10):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        begun, wanted = len(list(out.glob("runs/*"))), moments.randint(1, 5)
        while process.poll() is None and len(list(out.glob("runs/*"))) < begun + wanted:
            time.sleep(0.02)
        time.sleep(moments.uniform(0.0, 0.5))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        finished.append(sum(finished_kpis(run) is not None for run in (out / "runs").glob("*")))
    assert finished == sorted(finished), "a finished run is never lost"
    assert sum(0 < number < 60 for number in finished) >= 8, "killed in mid-study"
    assert subprocess.run(command, check=False).returncode == 0
    assert _bytes(out) == _bytes(tmp_path / "one")
    assert not list(out.rglob("*.tmp"))

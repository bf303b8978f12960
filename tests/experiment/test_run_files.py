"""What a run leaves behind."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

import sim
from sim.cli import main
from sim.config import load_scenario
from sim.errors import ResultsError
from sim.experiment import run_scenario
from sim.experiment.appraisal import read_outcomes
from sim.measures import TABLES, conservation_faults, read_tables
from sim.results import load_tables

OVERRIDES = ["network=grid", "traffic=off", "run.workers=1", "planning.iterations=20"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run on the grid."""
    path = tmp_path_factory.mktemp("run")
    settings = load_scenario("peak_ban", [*OVERRIDES, f"paths.run_dir={path}", "paths.cache_dir=null"])
    run_scenario(settings, seed=0)
    return path


def test_every_file_is_there_with_its_schema_and_stamp(folder: Path) -> None:
    """Also tables without rows; nothing temporary is left."""
    names = {path.name for path in folder.iterdir()}
    expected = {f"{name}.parquet" for name in TABLES}
    assert names == expected | {
        "manifest.json",
        "config.yaml",
        "kpis.json",
        "rules.json",
        "days.csv",
        "credit.csv",
        "distribution.csv",
    }
    for name in TABLES:
        assert pd.read_parquet(folder / f"{name}.parquet").columns.tolist() == [c.name for c in TABLES[name].columns]


def test_manifest_says_where_the_result_comes_from(folder: Path) -> None:
    """Seed 0, scenario, packages, inputs and times; status complete."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["status"] == "complete"
    assert manifest["seed"] == 0
    assert manifest["scenario"] == ["peak_ban"]
    assert manifest["packages"]["pyvrp"]
    assert len(manifest["input_sha256"]["network/grid"]) == 64
    assert manifest["wall_s"] > 0 and manifest["start"] <= manifest["end"]


def test_the_config_written_makes_the_same_run(folder: Path) -> None:
    """config.yaml validates to the scenario that was run."""
    content = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
    again = sim.config.validate_scenario(content)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert sim.experiment.run_id_of(again, again.seed) == manifest["run_id"]


def test_nothing_gets_lost(folder: Path) -> None:
    """Orders, goods and drives add up."""
    assert conservation_faults(read_tables(folder)) == []


def test_the_python_interface_gives_what_the_file_holds(folder: Path) -> None:
    """sim.load_scenario, sim.DeliveryModel, run, kpis, as in the README."""
    scenario = sim.load_scenario("baseline", overrides=["policy=peak_ban", *OVERRIDES, "paths.cache_dir=null"])
    model = sim.DeliveryModel(scenario, seed=0)
    model.run()
    assert model.kpis() == json.loads((folder / "kpis.json").read_text(encoding="utf-8"))
    with pytest.raises(RuntimeError, match="has been run"):
        model.run()


@pytest.mark.parametrize(
    ("name", "figure"),
    [
        ("kpis.json", "kerb_by_hour"),
        ("manifest.json", "energy_by_type"),
        ("config.yaml", "energy_by_type"),
        ("stops.parquet", "kerb_by_hour"),
    ],
)
@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"\xff\x00{", b"a: b\n  - c: [\n"])
def test_damaged_files_are_told(
    name: str, figure: str, content: bytes, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Empty, cut off, no text, or no mapping: exit 2 and one line with the folder, for figures and scorecard."""
    damaged = tmp_path / "run"
    shutil.copytree(folder, damaged)
    (damaged / name).write_bytes(content)
    commands = [["plot", str(damaged), figure, "--out", str(tmp_path / "figures")]]
    commands += [["scorecard", str(damaged), str(damaged), "--out", str(tmp_path)]] if name != "stops.parquet" else []
    for command in commands:
        assert main(command) == 2
        told = capsys.readouterr().err
        assert told.startswith(f"error: {damaged}") and told.count("\n") == 1
    with pytest.raises(ResultsError):
        (load_tables([damaged], "stops") if name == "stops.parquet" else read_outcomes(str(damaged)))


def test_a_run_has_no_points(folder: Path) -> None:
    """A level after the folder of a run is refused, not left unread."""
    with pytest.raises(ResultsError, match="found a run, expected a study for the point"):
        read_outcomes(f"{folder}:0.2")


def test_a_run_of_a_study_is_appraised_like_any(folder: Path, tmp_path: Path) -> None:
    """Its configuration stands in its manifest, and there is no config.yaml."""
    shutil.copytree(folder, tmp_path / "run")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    content = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
    (tmp_path / "run" / "manifest.json").write_text(json.dumps(manifest | {"config": content}), encoding="utf-8")
    (tmp_path / "run" / "config.yaml").unlink()
    assert read_outcomes(str(tmp_path / "run")).years == read_outcomes(str(folder)).years


def test_a_sweep_runs_every_combination(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hydra's -m over scenarios and seeds."""
    monkeypatch.chdir(tmp_path)
    assert main(["run", "-m", "scenario=baseline,peak_ban", "seed=1,2", *OVERRIDES, "run.figures=false"]) == 0
    manifests = [json.loads(path.read_text(encoding="utf-8")) for path in tmp_path.glob("results/runs/*/manifest.json")]
    assert sorted((m["scenario"][0], m["seed"]) for m in manifests) == [
        ("baseline", 1),
        ("baseline", 2),
        ("peak_ban", 1),
        ("peak_ban", 2),
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["policy=none,nix", "network=grid,nix"],
            ["policy: there is no option", "network: there is no option"],
        ),
        (["planning.iterations=5,abc,0"], ["found 'abc'", "found 0"]),
        (["seed=1,-2"], ["seed: Input should be greater than or equal to 0, found -2"]),
        (["scenario=baseline,nix"], ["scenario: there is no scenario 'nix'"]),
        (["polizy=3"], ["polizy: unknown key"]),
        (["hydra.launcher.nonsense=1"], ["hydra.launcher.nonsense: unknown key"]),
        (["hydra/launcher=nope"], ["hydra/launcher: there is no option 'nope'; known: basic"]),
        (["network=[1"], ["override"]),
        (["network"], ["expected KEY=VALUE, found 'network'"]),
    ],
)
def test_every_fault_of_a_sweep_is_told_before_its_first_run(
    arguments: list[str],
    told: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit 2 and a line for each value that is wrong, though the first combination is right; nothing is written."""
    monkeypatch.chdir(tmp_path)
    assert main(["run", "-m", *OVERRIDES, "seed=1", *arguments]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(told) and all(any(text in line for line in lines) for text in told)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "launcher", [["joblib", "hydra.launcher.n_jobs=2"], ["ray", "+hydra.launcher.ray.init.num_cpus=2"]]
)
def test_a_sweep_side_by_side(launcher: list[str], tmp_path: Path) -> None:
    """The launchers of joblib (extra `studies`) and Ray leave the runs that a sweep in one process leaves."""
    pytest.importorskip(f"hydra_plugins.hydra_{launcher[0]}_launcher")
    sweep = ["run", "-m", "seed=1,2", *OVERRIDES, "run.figures=false", "run.workers=1"]
    found = []
    for options in ([], [f"hydra/launcher={launcher[0]}", *launcher[1:]]):
        folder = tmp_path / str(len(options))
        folder.mkdir()
        command = [sys.executable, "-c", "import sys; from sim.cli import main; sys.exit(main())", *sweep, *options]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        kpis = sorted(folder.glob("results/runs/*/kpis.json"))
        found.append({path.parent.name: path.read_bytes() for path in kpis})
    assert len(found[0]) == 2 and found[0] == found[1]

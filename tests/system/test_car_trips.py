"""Runs with car trips of the user's, and with drivers who react to the day."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from sim.cli import main
from tests.system.conftest import ROOT, RunMaker

PAGE = ROOT / "docs" / "howto" / "car_trips.md"
FEW = ("network=grid", "traffic=cars", "network.car_trips_per_day=3000", "traffic.assignment.max_iterations=2")


def tables(folder: Path) -> dict[str, bytes]:
    """Result tables of a run without the name of the run in them, and its indicators."""
    import pandas as pd

    found = {path.name: pd.read_parquet(path).to_csv().encode() for path in sorted(folder.glob("*.parquet"))}
    return found | {"kpis.json": (folder / "kpis.json").read_bytes()}


def test_the_example_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files and commands as the page shows them, one after the other; the manifest has the hash of each file read."""
    monkeypatch.chdir(tmp_path)
    text = PAGE.read_text(encoding="utf-8")
    for name, content in re.findall(r"```(?:csv|json) ([a-z_.]+)\n(.*?)```", text, re.DOTALL):
        Path(name).write_text(content, encoding="utf-8")
    commands = re.findall(r"^sim (run .*)$", text, re.MULTILINE)
    assert len(commands) >= 2
    for number, command in enumerate(commands):
        assert main([*command.split(), f"paths.run_dir=run{number}", "run.figures=false"]) == 0
        manifest = json.loads(Path(f"run{number}/manifest.json").read_text())
        for file in re.findall(r"_file=(\S+)", command):
            assert manifest["input_sha256"][file] == hashlib.sha256(Path(file).read_bytes()).hexdigest()
    assert json.loads(Path("run0/car_traffic.json").read_text())["trips"] == 700
    assert json.loads(Path("run1/car_traffic.json").read_text())["trips"] == 4


@pytest.mark.slow
def test_cars_that_gain_nothing_keep_the_day_as_it_is(run_dir: RunMaker) -> None:
    """Everybody looks, but would change for an hour's gain only: table by table the day without them looking."""
    without = run_dir(*FEW, "seed=1")
    looking = run_dir(*FEW, "seed=1", "traffic.replan_share=1.0", "traffic.replan_gain_s=3600")
    assert tables(looking) == tables(without)
    assert json.loads((without / "car_traffic.json").read_text())["replan"] is None
    assert json.loads((looking / "car_traffic.json").read_text())["replan"]["looked"] == 3000


@pytest.mark.slow
def test_cars_go_round_double_parked_vans(run_dir: RunMaker) -> None:
    """Without berths, drivers who look lose no more time; the report is what the run has."""
    busy = ("network=helsinki", "traffic=cars", "network.car_trips_per_day=40000", "berths.spaces_per_shop=0", "seed=1")
    base, looking = run_dir(*busy), run_dir(*busy, "traffic.replan_share=0.5")
    report = json.loads((looking / "car_traffic.json").read_text())["replan"]
    delays = [json.loads((run / "kpis.json").read_text())["car_delay_hours"]["value"] for run in (base, looking)]
    assert [report["car_delay_hours_before"], report["car_delay_hours_after"]] == pytest.approx(delays)
    assert delays[1] <= delays[0] * 1.05
    assert any(each["changed"] > 0 for each in report["rounds"])

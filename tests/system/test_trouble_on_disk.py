"""Runs and studies that are killed, find no room, or meet damaged files: told, nothing lost, the same bytes."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.cli import main

DAY = ("network=grid", "traffic=off", "demand.orders_per_day=60", "planning.iterations=5", "run.figures=false")
STUDY = """
question: Does it go on?
fixed: [network=grid, traffic=off, demand.orders_per_day=60, planning.iterations=5, paths.cache_dir=null]
factors: {berths.spaces_per_shop: [0.0, 0.2]}
base: {berths.spaces_per_shop: 0.0}
"""
TABLES = ("design", "outcomes", "summary", "comparison", "failures")


def _study(folder: Path) -> Path:
    folder.mkdir()
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    (folder / "seeds.csv").write_text("replication,seed\n1,1\n2,2\n", encoding="utf-8")
    return folder


def _command(*words: str, most_bytes: int | None = None) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, which may write files up to a size, as on a disk that is full beyond it."""

    def little_room() -> None:
        if most_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    return subprocess.run(
        [sys.executable, "-m", "sim.cli", *words], capture_output=True, text=True, check=False, preexec_fn=little_room
    )


def _bytes(folder: Path) -> dict[str, bytes]:
    """Tables and indicators of a run; manifest and configuration have times of the clock and paths."""
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if path.suffix in (".parquet", ".csv") or path.name in ("kpis.json", "rules.json")
    }


@pytest.mark.slow
def test_a_study_without_room_goes_on_when_there_is(tmp_path: Path) -> None:
    """No room for the runs: each is told as failed, exit code 1; with room the same command ends as ever."""
    folder = _study(tmp_path / "s")
    out = tmp_path / "out"
    found = _command("study", str(folder), "--workers", "1", "--out", str(out), most_bytes=8_192)
    assert found.returncode == 1, found.stderr
    assert "File too large" in found.stdout and "Traceback" not in found.stdout + found.stderr
    assert _command("study", str(folder), "--workers", "1", "--out", str(out)).returncode == 0
    assert _command("study", str(folder), "--workers", "1", "--out", str(tmp_path / "ever")).returncode == 0
    for name in TABLES:
        assert (out / f"{name}.csv").read_bytes() == (tmp_path / "ever" / f"{name}.csv").read_bytes(), name
    assert not list(out.rglob(".*.tmp"))


@pytest.mark.slow
def test_a_run_without_room_is_told(tmp_path: Path) -> None:
    """Exit code 2, the folder named, nothing half-written; the manifest still says that it did not end."""
    out = tmp_path / "run"
    found = _command("run", *DAY, "paths.cache_dir=null", f"paths.run_dir={out}", most_bytes=8_192)
    assert found.returncode == 2
    assert f"{out}: cannot write results" in found.stderr and "Traceback" not in found.stderr
    assert not list(out.glob(".*.tmp"))
    assert '"status": "running"' in (out / "manifest.json").read_text(encoding="utf-8")


def _files_since(folder: Path, began_ns: int) -> int:
    """Files of a run that were written anew, counted while it writes."""
    found = 0
    for path in folder.glob("*"):
        try:
            found += path.stat().st_mtime_ns > began_ns
        except FileNotFoundError:
            continue  # renamed in between
    return found


@pytest.mark.slow
def test_runs_killed_at_random_moments_end_with_the_same_bytes(tmp_path: Path) -> None:
    """`kill -9` of `sim run` after its first file or any other: called again it leaves what it always leaves."""
    assert _command("run", *DAY, "paths.cache_dir=null", f"paths.run_dir={tmp_path / 'ever'}").returncode == 0
    folder = tmp_path / "killed"
    words = ["run", *DAY, f"paths.cache_dir={tmp_path / 'cache'}", f"paths.run_dir={folder}"]
    n_files = len(list((tmp_path / "ever").iterdir()))
    moments = random.Random(5)
    n_killed = 0
    for wanted in (1, 2, *(moments.randint(1, n_files - 1) for _ in range(4))):
        began_ns = time.time_ns()
        process = subprocess.Popen(
            [sys.executable, "-m", "sim.cli", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while process.poll() is None and _files_since(folder, began_ns) < wanted:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        n_killed += process.wait() == -signal.SIGKILL
    assert n_killed >= 3, "killed before their end"
    assert _command(*words).returncode == 0
    assert _bytes(folder) == _bytes(tmp_path / "ever")
    assert not list(folder.glob(".*.tmp"))


def test_damaged_tables_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table of noise: the report names the file and what was expected, exit code 2."""
    out = tmp_path / "run"
    assert main(["run", *DAY, "paths.cache_dir=null", f"paths.run_dir={out}"]) == 0
    (out / "stops.parquet").write_bytes(os.urandom(500))
    capsys.readouterr()
    assert main(["report", str(out)]) == 2
    told = capsys.readouterr().err
    assert f"{out / 'stops.parquet'}: expected a parquet file" in told and "Traceback" not in told
    assert not list(out.glob("*.html"))

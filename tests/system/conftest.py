"""Runs of the command line, each made once and shared by the tests of this folder."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def sim(*arguments: str, cwd: Path | None = None, timeout_s: float = 900.0) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "sim.cli", *arguments],
        cwd=cwd or ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


RunMaker = Callable[..., Path]


@pytest.fixture(scope="session")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> RunMaker:
    """Folder of the finished run of some overrides; equal overrides share one run."""
    made: dict[tuple[str, ...], Path] = {}
    cache = tmp_path_factory.getbasetemp() / "plans"

    def make(*overrides: str) -> Path:
        if overrides not in made:
            name = hashlib.sha256(" ".join(overrides).encode()).hexdigest()[:10]
            folder = tmp_path_factory.mktemp(name)
            done = sim("run", *overrides, f"paths.run_dir={folder}", f"paths.cache_dir={cache}", "run.figures=false")
            assert done.returncode == 0, done.stderr
            made[overrides] = folder
        return made[overrides]

    return make

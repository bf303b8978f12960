"""
The simulators compared, each run in a process of its own so that memory can be told apart.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from sim.bench.outcome import Outcome

OWN, SUMO, UXSIM, UXSIM_5 = "this engine", "SUMO meso", "UXsim, single", "UXsim, platoons of 5"
SIMULATORS = (OWN, SUMO, UXSIM, UXSIM_5)
"""Names in tables and figures."""

OUTCOME_FILE = "outcome.json"


def run_apart(case_file: Path, simulator: str, until_s: float) -> Outcome:
    """
    Run a simulator in a process of its own and wait for it.

    Parameters
    ----------
    case_file
        The case, saved.
    simulator
        One of `SIMULATORS`.
    until_s
        When to stop, for those that need to be told [s].

    Raises
    ------
    RuntimeError
        If it fails; the message holds the end of what it said.
    """
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    with tempfile.TemporaryDirectory(prefix="bench_") as folder:
        done = subprocess.run(
            [sys.executable, "-m", "sim.bench.worker", str(case_file), simulator, folder, str(until_s)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": path},
        )
        if done.returncode != 0:
            raise RuntimeError(f"{simulator}: exit code {done.returncode}: {done.stderr.strip()[-500:]}")
        return Outcome(**json.loads((Path(folder) / OUTCOME_FILE).read_text(encoding="utf-8")))

"""
One simulator on one case, the program of its own process: `python -m sim.bench.worker CASE SIMULATOR FOLDER UNTIL_S`.

Writes the outcome as JSON into the folder, so that nothing a simulator prints can be taken for it.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

from sim.bench.case import Case
from sim.bench.outcome import Outcome, peak_memory_mb
from sim.bench.own_engine import run_own
from sim.bench.simulators import OUTCOME_FILE, OWN, SUMO, UXSIM
from sim.bench.sumo_meso import run_sumo
from sim.bench.uxsim_peer import run_uxsim


def run_here(case: Case, simulator: str, folder: Path, until_s: float) -> Outcome:
    """
    Run a simulator in this process.

    Parameters
    ----------
    case
        The case.
    simulator
        One of `SIMULATORS`.
    folder
        For files of the simulator's own.
    until_s
        When to stop, for those that need to be told [s].
    """
    if simulator == SUMO:
        return run_sumo(case, folder)
    outcome = run_own(case) if simulator == OWN else run_uxsim(case, 1 if simulator == UXSIM else 5, until_s)
    return dataclasses.replace(outcome, peak_memory_mb=peak_memory_mb())


def _main(case_file: str, simulator: str, folder: str, until_s: str) -> None:
    outcome = run_here(Case.load(Path(case_file)), simulator, Path(folder), float(until_s))
    (Path(folder) / OUTCOME_FILE).write_text(json.dumps(dataclasses.asdict(outcome)), encoding="utf-8")


if __name__ == "__main__":
    _main(*sys.argv[1:])

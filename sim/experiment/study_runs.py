"""
The runs of a study on disk: what is done is never done again, what fails is told and stops nothing.

A run's folder holds its manifest, written first with status `running`, its indicators, of the day and by group, and the
manifest again with status `complete` and their hashes. Killed at any moment, a run is either complete or done anew.
"""

from __future__ import annotations

import gc
import hashlib
import json
import multiprocessing
import os
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sim.config import Scenario
from sim.contracts import Progress, no_progress
from sim.errors import InputError, ResultsError, WriteError
from sim.experiment.design import PlannedRun
from sim.experiment.provenance import code_sha256, start_manifest, write_json

TRIES = 3
"""Times that a run is handed out before its workers' deaths count as its failure."""

Told = Callable[[PlannedRun, str | None], None]
"""Told of each run that ended, and what went wrong."""

Simulate = Callable[[str, Scenario, int], str | None]
"""Simulates into a folder and gives what went wrong; a module-level function."""


def simulate_to(folder: str, scenario: Scenario, seed: int) -> str | None:
    """
    Simulate and leave manifest and indicators in a folder; gives what went wrong, None when nothing did.

    A module-level function, as a spawned worker needs it.
    """
    try:
        _simulate(Path(folder), scenario, seed)
        gc.collect()  # a model and its agents refer to each other: a city each, until Python happens to look
    except InputError as error:
        return "; ".join(error.faults)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {error} ({Path(where.filename).name}, line {where.lineno})"
    return None


def _simulate(folder: Path, scenario: Scenario, seed: int) -> None:
    from sim.experiment.days import run_days
    from sim.model import DeliveryModel

    began = time.perf_counter()
    model = DeliveryModel(scenario, seed=seed)
    manifest = start_manifest(
        scenario, seed, network=model.network, inputs=model.input_sha256(), command=["sim", "study"]
    )
    manifest |= {"code_sha256": code_sha256(), "config": scenario.content() | {"seed": seed}}
    folder.mkdir(parents=True, exist_ok=True)
    for half_written in folder.glob(".*.tmp"):
        half_written.unlink(missing_ok=True)
    write_json(folder / "manifest.json", manifest)
    horizon = run_days(model, scenario, seed)
    kpis = {name: dict(entry) for name, entry in horizon.kpis().items()}
    horizon.distribution().to_csv(folder / ".distribution.csv.tmp", index=False, lineterminator="\n")
    (folder / ".distribution.csv.tmp").replace(folder / "distribution.csv")
    write_json(folder / "kpis.json", kpis)
    manifest |= {
        "status": "complete",
        "kpis_sha256": _sha256(folder / "kpis.json"),
        "distribution_sha256": _sha256(folder / "distribution.csv"),
        "end": datetime.now(UTC).isoformat(timespec="seconds"),
        "wall_s": round(time.perf_counter() - began, 3),
        "warnings": list(horizon.warnings),
    }
    write_json(folder / "manifest.json", manifest)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def finished_kpis(folder: Path) -> dict[str, dict[str, Any]] | None:
    """Indicators of a finished run; None where it did not finish, or its files are not what it wrote."""
    manifest = _complete_manifest(folder)
    try:
        if manifest is None:
            return None
        for name, key in (("kpis.json", "kpis_sha256"), ("distribution.csv", "distribution_sha256")):
            if (key in manifest or name == "kpis.json") and _sha256(folder / name) != manifest.get(key):
                return None
        content: dict[str, dict[str, Any]] = json.loads((folder / "kpis.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content


def _complete_manifest(folder: Path) -> dict[str, Any] | None:
    """Manifest of a finished run; None where there is none, or it is that of a run copied from elsewhere."""
    manifest = run_manifest(folder)
    if manifest is None or manifest.get("status") != "complete":
        return None
    is_its_own = manifest.get("run_id", folder.name) == folder.name
    return manifest if is_its_own and isinstance(manifest.get("input_sha256", {}), dict) else None


def run_manifest(folder: Path) -> dict[str, Any] | None:
    """Manifest of a run's folder; None where there is none that can be read."""
    try:
        content = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def check_same_code(runs_folder: Path, runs: Sequence[PlannedRun]) -> None:
    """
    Refuse to mix results of two versions of the code, or of the files that were read.

    Raises
    ------
    ResultsError
        If finished runs of this study were made by other code, or from a file whose content is another now.
    """
    here = code_sha256()
    others, changed = [], set()
    for run_id in dict.fromkeys(run.run_id for run in runs):
        manifest = _complete_manifest(runs_folder / run_id)
        if manifest is None:
            continue
        if manifest.get("code_sha256") != here:
            others.append((run_id, str(manifest.get("commit"))[:9]))
        changed |= {file for file, known in manifest.get("input_sha256", {}).items() if _is_another(file, known)}
    if changed:
        raise ResultsError(
            f"{runs_folder}: found runs made before {', '.join(sorted(changed))} changed, expected runs of the same "
            "files; give --out another folder, or --redo to simulate them again"
        )
    if others:
        raise ResultsError(
            f"{runs_folder}: found {len(others)} runs made by other code (run {others[0][0]}, commit {others[0][1]}), "
            "expected runs of this code; give --out another folder, or --redo to simulate them again"
        )


def _is_another(file: str, known_sha256: str) -> bool:
    """Whether an input is a file whose content has changed since."""
    return Path(file).is_file() and _sha256(Path(file)) != known_sha256


def carry_out(
    runs: Sequence[PlannedRun],
    runs_folder: Path,
    *,
    workers: int,
    progress: Progress = no_progress,
    simulate: Simulate = simulate_to,
    cluster: str | None = None,
) -> dict[str, str]:
    """
    Simulate what is not finished yet, side by side; gives what went wrong by run_id.

    Parameters
    ----------
    runs
        The runs; equal content is simulated once.
    runs_folder
        Folder that holds a folder for each run.
    workers
        Processes; 1 simulates in this one. Changes no result.
    progress
        Told after each run.
    simulate
        What simulates a run; a module-level function.
    cluster
        Ray cluster that simulates instead of processes of this machine, see `sim.experiment.cluster`.

    Raises
    ------
    ClusterError
        If there is no such cluster.
    ResultsError
        If the folder cannot be written, or the cluster is lost.
    """
    try:
        runs_folder.mkdir(parents=True, exist_ok=True)
        probe = runs_folder / f".writable.{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise WriteError(f"{runs_folder}: cannot write results: {error.strerror or error}") from error
    unique = {run.run_id: run for run in runs}
    waiting = [run for run_id, run in unique.items() if finished_kpis(runs_folder / run_id) is None]
    total, done = len(unique), len(unique) - len(waiting)
    progress("runs", done, total)
    failures: dict[str, str] = {}

    def told(run: PlannedRun, fault: str | None) -> None:
        nonlocal done
        done += 1
        if fault is not None:
            failures[run.run_id] = fault
        failed = f", {len(failures)} failed" if failures else ""
        progress(f"runs{failed}", done, total)

    if cluster is not None:
        from sim.experiment.cluster import simulate_on_cluster

        simulate_on_cluster(cluster, waiting, runs_folder, told)
    elif workers == 1:
        for run in waiting:
            told(run, simulate(str(runs_folder / run.run_id), run.point.scenario, run.seed))
    else:
        _side_by_side(waiting, runs_folder, workers, simulate, told)
    return failures


def _side_by_side(
    waiting: Sequence[PlannedRun], runs_folder: Path, workers: int, simulate: Simulate, told: Told
) -> None:
    """Simulate in processes of this machine."""
    tries: dict[str, int] = {}
    while waiting:
        left: list[PlannedRun] = []
        # One run at a time after a death, so that the run that kills its worker takes no other with it.
        width = workers if not tries else 1
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(width, mp_context=context, initializer=_end_with_parent) as pool:
            queue = list(waiting)
            futures: dict[Future[str | None], PlannedRun] = {}
            while queue or futures:
                while queue and len(futures) < width:
                    run = queue.pop(0)
                    try:
                        job = pool.submit(simulate, str(runs_folder / run.run_id), run.point.scenario, run.seed)
                    except BrokenProcessPool:
                        left += [run, *queue]
                        queue = []
                        break
                    futures[job] = run
                finished, _ = wait(futures, return_when=FIRST_COMPLETED)
                for job in finished:
                    run = futures.pop(job)
                    try:
                        told(run, job.result())
                    except BrokenProcessPool:
                        tries[run.run_id] = tries.get(run.run_id, 0) + 1
                        if tries[run.run_id] >= TRIES:
                            told(run, f"its worker died {TRIES} times, as for want of memory")
                        else:
                            left.append(run)
        waiting = left


def _end_with_parent() -> None:
    """A worker whose parent was killed ends, instead of waiting for ever."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()

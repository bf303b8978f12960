"""
One run from scenario to files.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from sim.config import Scenario
from sim.contracts import Progress, no_progress
from sim.errors import ResultsError
from sim.experiment.days import run_days
from sim.experiment.provenance import run_id_of, start_manifest, write_json
from sim.measures import write_network_links, write_tables
from sim.model import DeliveryModel
from sim.model.delivery_model import Watch


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """
    A run that has written its files.

    Parameters
    ----------
    run_id
        Name of its content.
    folder
        Where its files are.
    kpis
        Content of `kpis.json`.
    wall_s
        Time it took, by part [s].
    warnings
        What the reader should know: vans that did not come home, orders not planned.
    """

    run_id: str
    folder: Path
    kpis: dict[str, dict[str, Any]]
    wall_s: dict[str, float]
    warnings: tuple[str, ...]


def run_folder(scenario: Scenario, seed: int) -> Path:
    """Folder of a run's files."""
    if scenario.paths.run_dir is not None:
        return Path(scenario.paths.run_dir)
    return Path(scenario.paths.results_dir) / "runs" / run_id_of(scenario, seed)


def run_scenario(
    scenario: Scenario, seed: int | None = None, progress: Progress = no_progress, watch: Watch | None = None
) -> FinishedRun:
    """
    Simulate a scenario and write everything it leaves behind, figures excepted.

    The manifest is written first, with status `running`, and completed last.

    Parameters
    ----------
    scenario
        The scenario.
    seed
        Root seed; the scenario's own when None.
    progress
        Told how far the work has come.
    watch
        Shown the model while the day goes on.

    Raises
    ------
    InputError
        If an input cannot be used.
    ResultsError
        If the folder cannot be written.
    """
    root_seed = scenario.seed if seed is None else seed
    began = time.perf_counter()
    model = DeliveryModel(scenario, seed=root_seed, progress=progress, watch=watch)
    folder = run_folder(scenario, root_seed)
    manifest = start_manifest(scenario, root_seed, network=model.network, inputs=model.input_sha256())
    run_id = str(manifest["run_id"])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for half_written in folder.glob(".*.tmp"):  # of a run that was killed here
            half_written.unlink(missing_ok=True)
        write_json(folder / "manifest.json", manifest)
    except OSError as error:
        raise ResultsError(f"{folder}: cannot write results: {error.strerror or error}") from error
    set_up = time.perf_counter()
    model.plan_day()
    planned = time.perf_counter()
    model.run()
    horizon = run_days(model, scenario, root_seed, progress)
    simulated = time.perf_counter()
    kpis, warnings = horizon.kpis(), horizon.warnings
    try:
        content = scenario.model_dump(mode="json", by_alias=True) | {"seed": root_seed}
        (folder / "config.yaml").write_text(
            yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8"
        )
        write_tables(horizon.tables, folder, run_id=run_id, seed=root_seed)
        write_network_links(model.network, folder, run_id=run_id, seed=root_seed)
        write_json(folder / "rules.json", model.rules())
        _write_cars(model, folder)
        _write_csv(horizon.day_table(), folder / "days.csv")
        _write_csv(horizon.credit, folder / "credit.csv")
        _write_csv(horizon.distribution(), folder / "distribution.csv")
        write_json(folder / "kpis.json", kpis)
        done = time.perf_counter()
        wall_s = {
            "set_up": set_up - began,
            "planning": planned - set_up,
            "simulation": simulated - planned,
            "writing": done - simulated,
            "total": done - began,
        }
        manifest |= {
            "status": "complete",
            "end": datetime.now(UTC).isoformat(timespec="seconds"),
            "wall_s": round(wall_s["total"], 3),
            "wall_s_by_part": {part: round(value, 3) for part, value in wall_s.items()},
            "warnings": list(warnings),
        }
        write_json(folder / "manifest.json", manifest)
    except OSError as error:
        raise ResultsError(f"{folder}: cannot write results: {error.strerror or error}") from error
    return FinishedRun(run_id, folder, kpis, wall_s, warnings)


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table under a temporary name, then rename: a reader never sees half of it."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        table.to_csv(temporary, index=False, float_format="%.10g")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _write_cars(model: DeliveryModel, folder: Path) -> None:
    """`car_traffic.json` and `assignment_gap.csv` of a run with cars; none, and none left behind, without."""
    report, cars = model.car_report(), model.traffic.cars
    if report is None or cars is None:
        for name in ("car_traffic.json", "assignment_gap.csv"):
            (folder / name).unlink(missing_ok=True)
        return
    write_json(folder / "car_traffic.json", report)
    cars.gap_table().to_csv(folder / "assignment_gap.csv", index=False, float_format="%.6g")

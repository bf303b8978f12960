"""The command `sim study`: every run of a study, then its tables and figures."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from sim.terminal import ANSWER_IS_NO, DONE, Commands, add_command, count, progress_bar

if TYPE_CHECKING:
    from sim.experiment.study_file import Study


def study(arguments: argparse.Namespace) -> int:
    """`sim study`: simulate what is missing, write the tables, draw the figures."""
    from sim.experiment.study import HalfWidth, run_study
    from sim.experiment.study_file import StudyError, read_study

    found = read_study(arguments.study)
    until = None
    if arguments.until_half_width is not None:
        measure, _, value = arguments.until_half_width.partition("=")
        try:
            until = HalfWidth(measure, float(value))
        except ValueError:
            until = None
        is_known = measure in found.file.kept_measures and found.file.compared_with is not None
        if until is None or not until.value > 0.0 or not is_known:
            raise StudyError(
                f"--until-half-width: found {arguments.until_half_width!r}, expected MEASURE=SHARE as in "
                "cost_per_tonne=0.01, with a measure of the study and a study with a base"
            )
    out = Path(arguments.out) if arguments.out else Path("results") / found.name
    with progress_bar() as progress:
        result = run_study(
            found,
            out,
            workers=arguments.workers or os.cpu_count() or 1,
            most_runs=arguments.runs,
            until=until,
            redo=arguments.redo,
            overrides=arguments.overrides,
            progress=progress,
            cluster=arguments.on,
        )
    for run_id, fault in result.failures.items():
        print(f"failed: run {run_id}: {fault}")
    print(f"study {found.name}: {result.finished} of {result.planned} runs finished")
    if result.finished:
        _show(found, arguments.study, out)
    print(f"files: {out}")
    return ANSWER_IS_NO if result.failures else DONE


def _show(found: Study, name: str, out: Path) -> None:
    """Figures and scorecard of the runs so far; runs that do not suffice for them yet fail nothing, and are told."""
    from sim.cli_plot import draw_figures
    from sim.cli_scorecard import write_scorecard
    from sim.errors import ResultsError, WriteError
    from sim.experiment.appraisal import outcomes_at
    from sim.experiment.study import make_folder

    if found.file.figures or found.file.scorecard is not None:
        make_folder(out / "figures")
    left_out: list[str] = []
    for figure in found.file.figures:
        try:
            draw_figures(name, out, out / "figures", figure, "png")
        except WriteError:
            raise
        except ResultsError as error:
            left_out += error.faults
    if found.file.scorecard is not None:
        try:
            write_scorecard(
                outcomes_at(out, found.file.compared_with or {}), outcomes_at(out, found.file.scorecard), out
            )
        except ResultsError as error:
            left_out += [f"scorecard: {fault}" for fault in error.faults]
    for fault in left_out:
        print(f"left out: {fault}")


def add_study_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Put `sim study` among the other commands."""
    command = add_command(
        commands,
        "study",
        study,
        "Run experiments/NAME: every scenario on every seed, then the tables. Stopped, the same command goes on.",
        "examples:\n  sim study time_windows\n  sim study time_windows --workers 2 --runs 10\n"
        "  sim study joint_delivery --until-half-width cost_per_tonne=0.01\n"
        "  sim study joint_delivery network=grid --out results/on_a_grid\n  sim study time_windows --on ray://head-node:10001",
    )
    command.add_argument("study", help="name of a folder under experiments/, or path to such a folder")
    command.add_argument("--workers", type=count, help="processes side by side (default: one for each core)")
    command.add_argument(
        "--on", metavar="CLUSTER", help="simulate on a Ray cluster: ray://HOST:PORT, or ray for one on this machine"
    )
    command.add_argument("--runs", type=count, help="only the first runs of the design")
    command.add_argument("--out", metavar="DIR", help="folder of the results (default: results/NAME)")
    command.add_argument(
        "--until-half-width", metavar="MEASURE=SHARE", help="stop when the relative change is known this narrowly"
    )
    command.add_argument("--redo", action="store_true", help="simulate again the runs that other code made")
    command.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="further overrides of every run")

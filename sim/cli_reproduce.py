"""The command `sim reproduce`: a committed study run again and held against its results."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from sim.terminal import ANSWER_IS_NO, DONE, Commands, add_command, count, progress_bar

_SHOWN = 25
"""Differences shown on the terminal; all of them stand in the file of `--out`."""


def reproduce(arguments: argparse.Namespace) -> int:
    """`sim reproduce`: exit 0 when equal, 1 with a table of differences and their probable cause."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from sim.experiment.reproduce import read_committed
    from sim.experiment.reproduce import reproduce as run_again
    from sim.experiment.reproduce_search import subject_of_search
    from sim.experiment.search_file import is_search, read_search
    from sim.experiment.study import check_writable, write_csv
    from sim.experiment.study_file import read_study

    search = read_search(arguments.study) if is_search(arguments.study) else None
    study = search.study() if search else read_study(arguments.study)
    committed = read_committed(Path(arguments.results) if arguments.results else Path("results") / study.name)
    if arguments.out:
        check_writable(Path(arguments.out))
    with tempfile.TemporaryDirectory(prefix="sim_reproduce_") as work, progress_bar() as progress:
        found = run_again(
            study,
            committed,
            Path(work),
            runs=arguments.runs,
            workers=arguments.workers or os.cpu_count() or 1,
            tolerance=arguments.tolerance,
            overrides=arguments.overrides,
            progress=progress,
            subject=subject_of_search(search, committed) if search else None,
        )
    console = Console(soft_wrap=True)
    for run_id, fault in found.failures.items():
        console.print(f"failed: run {run_id}: {fault}", markup=False)
    if len(found.differences):
        shown = Table(title=escape(f"{study.name}: {len(found.differences)} differences"))
        for name in found.differences.columns:
            shown.add_column(name)
        for row in found.differences.head(_SHOWN).to_dict("records"):
            relative = float(row.pop("relative"))
            told = f"{100 * relative:+.3g} %" if relative == relative else ""
            shown.add_row(*(escape(str(cell)) for cell in row.values()), told)
        Console().print(shown)
        if len(found.differences) > _SHOWN:
            console.print(f"and {len(found.differences) - _SHOWN} more")
    if arguments.out:
        path = Path(arguments.out)
        write_csv(found.differences, path)
        console.print(f"files: {path}", markup=False)
    for cause in found.causes:
        console.print(f"{'probable cause' if not found.is_equal else 'note: differs'}: {cause}", markup=False)
    if len(found.differences) and not found.causes:
        console.print("probable cause: none found in the manifests; the committed tables may have been edited")
    how = "to the byte" if found.tolerance == 0.0 else f"within {found.tolerance:g} relative"
    verdict = "equal" if found.is_equal else "NOT equal"
    console.print(
        f"study {study.name}: {found.runs} of {found.of} runs, {found.compared} numbers: {verdict} ({how})",
        markup=False,
    )
    return DONE if found.is_equal else ANSWER_IS_NO


def _tolerance(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value < 1.0:
        raise argparse.ArgumentTypeError(f"expected a relative difference from 0 to below 1, found {text}")
    return value


def add_reproduce_command(commands: Commands[argparse.ArgumentParser]) -> None:
    """Put `sim reproduce` among the other commands."""
    command = add_command(
        commands,
        "reproduce",
        reproduce,
        "Run a committed study or search again, or some of its runs, and compare every number with those committed.",
        "examples:\n  sim reproduce time_windows\n  sim reproduce time_windows --runs 5\n"
        "  sim reproduce plan_search --runs 5\n"
        "exit codes: 0 equal, 1 different (with the probable cause), 2 the input is wrong",
    )
    command.add_argument("study", help="name of a folder under experiments/, or path to such a folder")
    command.add_argument("--runs", type=count, help="so many runs, spread evenly over the design (default: all)")
    command.add_argument("--workers", type=count, help="processes side by side (default: one for each core)")
    command.add_argument("--results", metavar="DIR", help="folder of the committed results (default: results/NAME)")
    command.add_argument(
        "--tolerance",
        type=_tolerance,
        metavar="SHARE",
        help="relative difference let pass (default: 0, or 1e-6 on other packages or another platform)",
    )
    command.add_argument("--out", metavar="FILE", help="CSV with every difference")
    command.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="further overrides of every run")

"""The command `sim search`: the cheapest set of levers that meets all targets, and the front of cost and shortfall."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from sim.terminal import ANSWER_IS_NO, DONE, Commands, add_command, count, progress_bar

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.search_file import Search

FRONT = "front"
"""Name of the figure of a search."""


def draw_front(found: Search, table: pd.DataFrame, out: Path, suffix: str) -> Path:
    """
    Draw the front of a search, with the CSV behind it.

    Parameters
    ----------
    found
        The search.
    table
        Content of `trials.csv`.
    out
        Folder of the figure.
    suffix
        `png`, `svg` or `pdf`.
    """
    from sim.experiment.study import make_folder, write_csv
    from sim.view.search_figure import draw_search_front

    make_folder(out)
    write_csv(table, out / f"{FRONT}.csv")
    nothing, targets = found.file.nothing(), len(found.file.target_names)
    return draw_search_front(table, nothing, out / f"{FRONT}.{suffix}", study=found.name, targets=targets)


def search(arguments: argparse.Namespace) -> int:
    """`sim search`: simulate what is missing, write the tables, draw the front."""
    from sim.experiment.search import run_search
    from sim.experiment.search_file import read_search
    from sim.experiment.search_tables import best_trial

    found = read_search(arguments.search)
    out = Path(arguments.out) if arguments.out else Path("results") / found.name
    with progress_bar() as progress:
        result = run_search(
            found,
            out,
            workers=arguments.workers or os.cpu_count() or 1,
            redo=arguments.redo,
            overrides=arguments.overrides,
            progress=progress,
        )
    for what, fault in sorted(result.failures.items()):
        print(f"failed: {what}: {fault}")
    table, levers = result.table, list(found.file.levers)
    extent = f"all {len(table)}" if result.is_exhaustive else f"{len(table)} of {found.file.size()}"
    print(f"search {found.name}: {extent} sets of levers appraised on {len(found.seeds)} seeds")
    targets = found.file.target_names
    if len(table):
        draw_front(found, table, out / "figures", "png")
        row = best_trial(table)
        told = (
            "cheapest that meets all targets"
            if row["is_cheapest"]
            else "no set meets all targets; the least is missing with"
        )
        print(f"{told}: {', '.join(f'{name}={row[name]}' for name in levers)}")
        print(f"public cost {row['public_cost']:,.0f} CNY/year, {row['targets_met']} of {len(targets)} targets met")
        for name in targets:
            print(f"  {name}: {row[name]:.4g} ({row[name + ' low']:.4g} to {row[name + ' high']:.4g}), "
                  f"{row[name + ' verdict']}")  # fmt: skip
    if result.confirmation is not None:
        print(f"the same set on {len(found.fresh_seeds)} fresh seeds:")
        for again in result.confirmation.to_dict("records"):
            print(f"  {again['target']}: {again['mean']:.4g} ({again['low']:.4g} to {again['high']:.4g}), "
                  f"{again['verdict']}")  # fmt: skip
    print(f"files: {out}")
    return ANSWER_IS_NO if result.failures or not len(table) else DONE


def add_search_command(commands: Commands[argparse.ArgumentParser]) -> None:
    """Put `sim search` among the other commands."""
    command = add_command(
        commands,
        "search",
        search,
        "Search experiments/NAME for the cheapest set of levers that meets all targets. Stopped, the same goes on.",
        "examples:\n  sim search plan_search\n  sim search plan_search --workers 2 --out results/again",
    )
    command.add_argument("search", help="name of a folder under experiments/ with search.yaml, or path to it")
    command.add_argument("--workers", type=count, help="processes side by side (default: one for each core)")
    command.add_argument("--out", metavar="DIR", help="folder of the results (default: results/NAME)")
    command.add_argument("--redo", action="store_true", help="begin anew; finished runs of this code are kept")
    command.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="further overrides of every run")

"""The command `sim plot`: figures of a study or search, each with the table behind it, and of a run."""

from __future__ import annotations

import argparse
from pathlib import Path

from sim.terminal import DONE, Commands, add_command

FORMATS = ("png", "svg", "pdf")


def draw_figures(name: str, results: Path, out: Path, figure: str | None, suffix: str) -> list[Path]:
    """
    Draw the figures of a study from its tables, and write the CSV behind each.

    Parameters
    ----------
    name
        Name of the study, or path to its folder.
    results
        Folder of its tables.
    out
        Folder of the figures.
    figure
        One figure; None: all.
    suffix
        `png`, `svg` or `pdf`.

    Raises
    ------
    InputError
        If study or results are not there, or there is no such figure.
    """
    from sim.experiment.figure_tables import figure_table
    from sim.experiment.study import make_folder, write_csv
    from sim.experiment.study_file import StudyError, read_study
    from sim.results import load_study
    from sim.view.study_figures import draw_study_figure

    study = read_study(name)
    known = study.file.figures
    if figure is not None and figure not in known:
        raise StudyError(f"study {study.name}: found no figure {figure!r}; known: {', '.join(known) or 'none'}")
    found = load_study(results)
    tables = {
        key: figure_table(key, study.file, found.summary, found.comparison, found.attribution, found.sensitivity)
        for key in ([figure] if figure else known)
    }
    paths = []
    for key, table in tables.items():
        spec = known[key]
        make_folder(out)
        write_csv(table, out / f"{key}.csv")
        path = out / f"{key}.{suffix}"
        labels = study.file.axis_labels(spec)
        paths.append(draw_study_figure(spec.kind, table, path, title=spec.title, study=study.name, **labels))
    return paths


def plot(arguments: argparse.Namespace) -> int:
    """`sim plot`: draw all figures of a study, a search or a run, or one."""
    if (Path(arguments.study) / "kpis.json").is_file():
        return _plot_run(arguments)
    from sim.experiment.search_file import is_search
    from sim.experiment.study_file import find_study

    if is_search(arguments.study):
        return _plot_search(arguments)
    results = (
        Path(arguments.results) if arguments.results else Path("results") / find_study(arguments.study).resolve().name
    )
    out = Path(arguments.out) if arguments.out else results / "figures"
    paths = draw_figures(arguments.study, results, out, arguments.figure, arguments.format)
    for path in paths:
        print(path)
    if not paths:
        print("the study has no figures")
    return DONE


def _plot_search(arguments: argparse.Namespace) -> int:
    import pandas as pd

    from sim.cli_search import FRONT, draw_front
    from sim.errors import ResultsError
    from sim.experiment.search_file import read_search
    from sim.experiment.study_file import StudyError

    found = read_search(arguments.study)
    if arguments.figure not in (None, FRONT):
        raise StudyError(f"search {found.name}: found no figure {arguments.figure!r}; known: {FRONT}")
    results = Path(arguments.results) if arguments.results else Path("results") / found.name
    try:
        table = pd.read_csv(results / "trials.csv", dtype=dict.fromkeys(found.file.levers, str), keep_default_na=False)
        is_whole = all(table[name].dtype == bool for name in ("is_front", "is_cheapest"))
        numbers = table[["public_cost", "shortfall"]].astype(float)
        lacking = [name for name in found.file.levers if name not in table]
    except (OSError, ValueError, KeyError) as error:
        raise ResultsError(f"{results / 'trials.csv'}: expected the table of a search, found {error}") from error
    if lacking or not is_whole or numbers.isna().any(axis=None) or not len(table):
        told = f"no column {', '.join(lacking)}" if lacking else "cells that are empty or of another kind"
        raise ResultsError(f"{results / 'trials.csv'}: expected the table of this search, found {told}")
    print(draw_front(found, table, Path(arguments.out) if arguments.out else results / "figures", arguments.format))
    return DONE


def _plot_run(arguments: argparse.Namespace) -> int:
    from sim.view import draw_run_figures

    out = Path(arguments.out) if arguments.out else None
    for path in draw_run_figures(arguments.study, arguments.figure, suffix=arguments.format, out=out):
        print(path)
    return DONE


def add_plot_command(commands: Commands[argparse.ArgumentParser]) -> None:
    """Put `sim plot` among the other commands."""
    command = add_command(
        commands,
        "plot",
        plot,
        "Draw the figures of a study or search from its tables, with the CSV behind each, or of a run from its files.",
        "examples:\n  sim plot time_windows\n  sim plot time_windows by_ban --format svg\n"
        "  sim plot results/runs/a1b2c3d4e5f6 map_day --format pdf",
    )
    command.add_argument("study", help="name of a folder under experiments/, path to such a folder, or folder of a run")
    command.add_argument("figure", nargs="?", help="name of one figure (default: all)")
    command.add_argument("--results", metavar="DIR", help="folder of the tables (default: results/NAME)")
    command.add_argument("--out", metavar="DIR", help="folder of the figures (default: figures/ beside the tables)")
    command.add_argument("--format", choices=FORMATS, default="png", help="file format (default: png)")

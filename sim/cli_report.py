"""The command `sim report`: one self-contained page of a run or a study."""

from __future__ import annotations

import argparse

from sim.terminal import DONE, Commands, add_command


def report(arguments: argparse.Namespace) -> int:
    """`sim report`: write the page and say where it is."""
    from sim.view import write_report

    path = write_report(arguments.run, arguments.out, bases=arguments.base or (), language=arguments.language)
    print(f"files: {path} ({path.stat().st_size / 1e6:.1f} MB)")
    return DONE


def add_report_command(commands: Commands[argparse.ArgumentParser]) -> None:
    """Put `sim report` among the other commands."""
    command = add_command(
        commands,
        "report",
        report,
        "Write one self-contained HTML file: map, replay, curves, indicators, scorecard.",
        "examples:\n  sim report results/runs/RUN_ID\n"
        "  sim report results/ban --base results/baseline --out ban.html\n"
        "  sim report ban1 ban2 ban3 --base base1 base2 base3 --out ban.html    (intervals from paired seeds)\n"
        "  sim report results/STUDY",
    )
    command.add_argument(
        "run", nargs="+", help="folder of a run; several are seeds of one scenario; or that of a study"
    )
    command.add_argument("--base", nargs="+", metavar="RUN", help="folders of runs to compare with, paired by seed")
    command.add_argument("--out", metavar="FILE", help="file to write (default: report.html in the run's folder)")
    command.add_argument("--language", choices=("en", "zh"), default="en", help="language that the page opens in")

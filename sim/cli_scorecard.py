"""The command `sim scorecard`: a run or study held against the targets of the plan."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sim.errors import ResultsError
from sim.terminal import DONE, Commands, add_command

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.appraisal import Outcomes


def write_scorecard(base: Outcomes, other: Outcomes, out: Path, entries: dict[str, Any] | None = None) -> pd.DataFrame:
    """Write `scorecard.csv` and its figures in English and Chinese; gives the table."""
    from sim.experiment.appraisal import scorecard as appraise
    from sim.experiment.study import make_folder, write_csv
    from sim.view.scorecard_figure import draw_scorecard

    table = appraise(base, other, entries)
    make_folder(out)
    write_csv(table, out / "scorecard.csv")
    for language in ("en", "zh"):
        caption = f"{other.label} / {base.label}, n = {int(table['n'].max())}; 95 %"
        draw_scorecard(table, out / "figures" / f"scorecard_{language}.png", language=language, caption=caption)
    return table


def scorecard(arguments: argparse.Namespace) -> int:
    """`sim scorecard`: write `scorecard.csv` and its figures, print the verdicts."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from sim.experiment.appraisal import notes, read_outcomes

    entries = None
    if arguments.by_hand:
        try:
            entries = yaml.safe_load(Path(arguments.by_hand).read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
            raise ResultsError(f"{arguments.by_hand}: expected YAML, {' '.join(str(error).split())}") from error
        if not isinstance(entries, dict):
            raise ResultsError(f"{arguments.by_hand}: expected KEY: VALUE lines")
    base, other = read_outcomes(arguments.base), read_outcomes(arguments.other)
    out = Path(arguments.out) if arguments.out else Path(arguments.other.partition(":")[0])
    table = write_scorecard(base, other, out, entries)
    told = notes(base, other)
    zh = arguments.language == "zh"
    shown = Table(title=escape(f"{other.label} against {base.label}"))
    for name in (
        ("考核内容", "目标", "数值", "95 %", "结论") if zh else ("target", "wanted", "found", "95 %", "verdict")
    ):
        shown.add_column(name, overflow="fold")
    for row in table[table["target"].notna()].to_dict("records"):
        found = [
            f"{row[name]:+.1%}" if row["reading"] == "change" else f"{row[name]:.3g}"
            for name in ("value", "low", "high")
        ]
        interval = "-" if row["low"] != row["low"] else f"{found[1]} to {found[2]}"
        shown.add_row(
            str(row["title_zh" if zh else "title"]), str(row["target"]), found[0], interval,
            str(row["verdict_zh" if zh else "verdict"]),
        )  # fmt: skip
    Console().print(shown)
    for note in told:
        print(f"note: {note}")
    print(f"files: {out / 'scorecard.csv'}, {out / 'figures'}")
    return DONE


def _number(value: float, is_change: bool) -> str:
    if value != value:
        return "–"
    return f"{value:+.1%}" if is_change else f"{value:.3g}"


def add_scorecard_command(commands: Commands[argparse.ArgumentParser]) -> None:
    """Put `sim scorecard` among the other commands."""
    command = add_command(
        commands,
        "scorecard",
        scorecard,
        "Appraisal of a run or study against a base: targets of the plan, rows of the programme's form.",
        "examples:\n  sim scorecard results/runs/BASE results/runs/RUN\n"
        "  sim scorecard results/plan_2025:base 'results/plan_2025:plan 2025'\n"
        "  sim scorecard S:joint=0.0,night=none S:joint=0.5,night=none --out sc     (S: results/joint_delivery)",
    )
    command.add_argument("base", help="folder of a run, or of a study with :POINT")
    command.add_argument("other", help="what is appraised: the same")
    command.add_argument("--out", metavar="DIR", help="folder to write (default: that of what is appraised)")
    command.add_argument("--by-hand", metavar="FILE", help="YAML with the rows that a simulation cannot know")
    command.add_argument("--language", choices=("en", "zh"), default="en", help="language of the table on screen")

"""
What the commands share: exit codes, a progress bar, and how a command is added.

Exit codes: 0 done; 1 ran but the answer is no; 2 the input is wrong, with one line for each fault.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.contracts import Progress

DONE, ANSWER_IS_NO, INPUT_IS_WRONG = 0, 1, 2

Commands = argparse._SubParsersAction  # the type has no public name
"""A group of commands."""


PROGRESS_FILE = "SIM_PROGRESS_FILE"
"""Environment variable with a file that long work keeps its progress in, for who watches from outside."""

LIVE_FILE = "SIM_LIVE_FILE"
"""Environment variable with a file that a run keeps the state of its day in, for who watches from outside."""


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar with an estimate of the time left, on standard error; silent when that is no terminal."""
    tell = _progress_file()
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        rows = {}

        def show(task: str, done: int, total: int) -> None:
            # What follows a comma says how it goes; the bar is that of the task.
            name = task.partition(",")[0]
            tell(task, done, total)
            if name not in rows:
                rows[name] = bars.add_task(task, total=total)
            bars.update(rows[name], completed=done, total=total, description=task)

        yield show


def _progress_file() -> Progress:
    """Writes how far the work has come into the file that the environment names, twice a second at most."""
    name = os.environ.get(PROGRESS_FILE)
    last: tuple[str, float] = ("", 0.0)

    def tell(task: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if not name or (task == last[0] and now - last[1] < 0.5 and done < total):
            return
        last = (task, now)
        path = Path(name)
        temporary = path.with_name(f".{path.name}.tmp")
        try:
            temporary.write_text(json.dumps({"task": task, "done": done, "total": total}), encoding="utf-8")
            temporary.replace(path)
        except OSError:
            return  # who watches misses a step; the work goes on

    return tell


def add_command(
    group: Commands[argparse.ArgumentParser],
    name: str,
    function: Callable[[argparse.Namespace], int],
    text: str,
    epilog: str = "",
) -> argparse.ArgumentParser:
    """
    A command of a group.

    Parameters
    ----------
    group
        Where it belongs.
    name
        What the user types.
    function
        What is run; gives the exit code.
    text
        What it does.
    epilog
        Shown below its help.
    """
    command = group.add_parser(
        name, help=text, description=text, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command.set_defaults(run_command=function)
    return command


def share(text: str) -> float:
    """An argument from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"expected a share from 0 to 1, found {text}")
    return value


def count(text: str) -> int:
    """An argument that is a whole number from 1."""
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, found {text}")
    return value

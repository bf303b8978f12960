"""
What the commands share: exit codes, a progress bar, and how a command is added.

Exit codes: 0 done; 1 ran but the answer is no; 2 the input is wrong, with one line for each fault.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sim.contracts import Progress

DONE, ANSWER_IS_NO, INPUT_IS_WRONG = 0, 1, 2

Commands = argparse._SubParsersAction  # the type has no public name
"""A group of commands."""


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar with an estimate of the time left, on standard error; silent when that is no terminal."""
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
            if name not in rows:
                rows[name] = bars.add_task(task, total=total)
            bars.update(rows[name], completed=done, total=total, description=task)

        yield show


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
    value = float(text)
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"expected a share from 0 to 1, found {text}")
    return value

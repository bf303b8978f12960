"""
One command at a time in a folder of results: two would undo each other's half-written files.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import ResultsError, WriteError

_LOCK = ".lock"


@contextmanager
def held_alone(folder: Path) -> Iterator[None]:
    """
    Hold a folder; the system lets go of it when the command ends, however it ends.

    Where the system knows no such lock (Windows, some network drives) nothing is held.

    Parameters
    ----------
    folder
        The folder; made if there is none.

    Raises
    ------
    ResultsError
        If another command holds it, or it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / _LOCK).open("a")
    except OSError as error:
        raise WriteError(f"{folder}: cannot write results: {error.strerror or error}") from error
    with file:
        _lock(file.fileno(), folder)
        yield


def _lock(descriptor: int, folder: Path) -> None:
    if sys.platform == "win32":
        return
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            raise ResultsError(
                f"{folder}: found another command at work there, expected one at a time; wait for its end, or give "
                "--out another folder"
            ) from error

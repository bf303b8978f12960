"""
How the traffic kernels are compiled: by numba, kept on disk, without reference counts.

The kernels only read and write arrays that they are given, so counting references to them, at several atomic
operations a call, would be all cost: it made a link traversal six times as slow. Handing the arrays to functions that
are really called doubled it again, so what every traversal needs is `inlined`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])

_KEPT: dict[str, Any] = {"cache": True, "_nrt": False}
_INLINED: dict[str, Any] = {"inline": "always", "_nrt": False}

_HERE = Path(__file__).parent
_SOURCES = (
    _HERE / "compiled.py",
    _HERE / "store.py",
    _HERE / "event_calendar.py",
    _HERE / "link_moves.py",
    _HERE / "tracked_moves.py",
    _HERE / "box_junction.py",
    _HERE / "kernels.py",
    _HERE.parent / "energy" / "consumption.py",
)


@cache
def _sources_digest() -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in _SOURCES)).hexdigest()


def compiled(function: Function) -> Function:
    """
    Compile a kernel on first use and keep the machine code on disk.

    Numba renews what it kept when the function's own file changes; here also when a file changes whose functions or
    constants have been compiled into it.

    Parameters
    ----------
    function
        Reads and writes arrays, makes none.
    """
    kernel: Function = njit(**_KEPT)(function)
    kept = getattr(getattr(kernel, "_cache", None), "_cache_file", None)
    if kept is not None:
        kept._source_stamp = (kept._source_stamp, _sources_digest())
    return kernel


def inlined(function: Function) -> Function:
    """
    Compile a function into each kernel that calls it.

    Parameters
    ----------
    function
        As for `compiled`.
    """
    kernel: Function = njit(**_INLINED)(function)
    return kernel

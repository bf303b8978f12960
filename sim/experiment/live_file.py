"""
The running day in a file, for who watches from outside: written anew now and then.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

from sim.experiment.provenance import write_json
from sim.model import DeliveryModel
from sim.model.delivery_model import Watch
from sim.model.live_state import live_state

_SHORTEST_S = 0.4
"""Least time between two states [s of the wall clock]: nobody looks more often."""


def live_file(path: Path) -> Watch:
    """What writes the state of a running model into a file, as `sim.model.live_state` gives it."""
    last_s = 0.0

    def write(model: DeliveryModel) -> None:
        nonlocal last_s
        if time.monotonic() - last_s < _SHORTEST_S:
            return
        last_s = time.monotonic()
        with contextlib.suppress(OSError):  # who watches misses a step; the work goes on
            write_json(path, live_state(model))

    return write

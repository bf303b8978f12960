"""
Plans kept by the content of their problem, so that a policy sweep pays for each tour once.

A plan is a pure function of its problem; the name of its file is the hash of the problem and of the
planner's version. A file that was cut short or tampered with is planned anew.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
from importlib.metadata import version
from pathlib import Path

import numpy as np

from sim.planning.tour_problem import PlannedTour, TourPlan, TourProblem

_FORMAT = 2


def problem_key(problem: TourProblem) -> str:
    """Hash of a routing problem and of the version of the planner, 40 hexadecimal digits."""
    digest = hashlib.sha256(f"tours/{_FORMAT}/pyvrp-{version('pyvrp')}".encode())
    for field in dataclasses.fields(problem):
        value = getattr(problem, field.name)
        if value is None:
            continue  # a part that the problem does not have
        digest.update(field.name.encode())
        if isinstance(value, np.ndarray):
            digest.update(f"{value.dtype}{value.shape}".encode())
            digest.update(np.ascontiguousarray(value).tobytes())
        else:
            digest.update(repr(value).encode())
    return digest.hexdigest()[:40]


class PlanCache:
    """
    Tour plans in a folder.

    Parameters
    ----------
    folder
        Where plans are kept; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def _file(self, key: str) -> Path | None:
        return self._folder / "plans" / key[:2] / f"{key}.json" if self._folder else None

    def get(self, key: str) -> TourPlan | None:
        """The plan of a problem, or None when it is not kept or cannot be read."""
        file = self._file(key)
        if file is None:
            return None
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            tours = tuple(
                PlannedTour(
                    vehicles=tour["vehicles"],
                    vehicle=tour["vehicle"],
                    visits=tuple(tour["visits"]),
                    start_s=tour["start_s"],
                    end_s=tour["end_s"],
                    arrival_s=tuple(tour["arrival_s"]),
                    distance_m=tour["distance_m"],
                )
                for tour in content["tours"]
            )
            return TourPlan(tours, tuple(content["left_out"]), content["cost"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, key: str, plan: TourPlan) -> None:
        """Keep a plan; a reader never sees half of it. A full or read-only disk is no fault."""
        file = self._file(key)
        if file is None:
            return
        temporary = file.with_suffix(f".{os.getpid()}.tmp")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps(dataclasses.asdict(plan)), encoding="utf-8")
            temporary.replace(file)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink()

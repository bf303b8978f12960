"""
Where a result comes from: the manifest of a run, written before its results and completed after.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sim.config import Scenario
from sim.measures import SCHEMA_VERSION
from sim.network import RoadNetwork
from sim.resources import checkout_folder

PACKAGES = (
    "urban-freight-sim",
    "mesa",
    "networkx",
    "osmnx",
    "numpy",
    "pandas",
    "scipy",
    "numba",
    "pyarrow",
    "pyvrp",
    "hydra-core",
    "pydantic",
    "shapely",
    "geopandas",
    "matplotlib",
)


def run_id_of(scenario: Scenario, seed: int) -> str:
    """
    Short hash of what a run computes: equal content has an equal name, whatever its paths.

    Parameters
    ----------
    scenario
        The scenario; its label, paths and manner of running do not count.
    seed
        Root seed, in place of the scenario's own.
    """
    return config_sha256(scenario, seed)[:12]


def config_sha256(scenario: Scenario, seed: int) -> str:
    """SHA-256 of the resolved configuration without label, paths and manner of running."""
    return content_sha256(scenario.content() | {"seed": seed})


def content_sha256(content: Mapping[str, Any]) -> str:
    """SHA-256 of a resolved configuration, as it stands in a manifest too."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _git(*arguments: str) -> str | None:
    root = checkout_folder()
    if root is None:
        return None
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _package_version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def package_versions() -> dict[str, str | None]:
    """Version of each package that decides results; None where it is not installed."""
    return {name: _package_version(name) for name in PACKAGES}


def source_state() -> dict[str, Any]:
    """Fields `commit` and `is_dirty` of a manifest: the state of the checkout, None without one."""
    status = _git("status", "--porcelain", "--untracked-files=no")
    return {"commit": _git("rev-parse", "HEAD"), "is_dirty": None if status is None else bool(status)}


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def start_manifest(
    scenario: Scenario,
    seed: int,
    *,
    network: RoadNetwork,
    inputs: dict[str, str],
    command: Sequence[str] | None = None,
) -> dict[str, Any]:
    """
    Manifest of a run that begins now.

    Parameters
    ----------
    scenario
        The scenario.
    seed
        Root seed.
    network
        Road network of the run.
    inputs
        SHA-256 of each input by its name.
    command
        The command line; that of this process when None.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "run_id": run_id_of(scenario, seed),
        "status": "running",
        "scenario": list(scenario.scenario.names),
        "network": {
            "name": network.name,
            "label": network.label,
            "is_schematic": network.is_schematic,
            "source": network.source,
            "licence": network.licence,
        },
        "command": " ".join(command if command is not None else ["sim", *sys.argv[1:]]),
        "seed": seed,
        "config_sha256": config_sha256(scenario, seed),
        **source_state(),
        "packages": package_versions(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "input_sha256": inputs,
        "start": datetime.now(UTC).isoformat(timespec="seconds"),
        "end": None,
        "wall_s": None,
    }


def write_json(path: Path, content: Any) -> None:
    """Write JSON under a temporary name, then rename: a reader never sees half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    try:
        temporary.write_text(text + "\n", encoding="utf-8")
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


_SHOW_ONLY = {"app", "view", "bench", "experiment"}
"""Rooms that show or gather results and cannot change those of a run."""

_DECIDES_ALL_THE_SAME = {"experiment/days.py"}
"""What lies in such a room and yet decides the indicators of a run: how day follows day."""


@lru_cache(maxsize=1)
def code_sha256() -> str:
    """SHA-256 of the source that decides what a run computes; pages, figures and commands do not count."""
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        part = path.relative_to(package)
        is_shown_only = part.parts[0] in _SHOW_ONLY and part.as_posix() not in _DECIDES_ALL_THE_SAME
        if is_shown_only or part.name.startswith(("cli", "terminal")) or part.name == "results.py":
            continue
        digest.update(part.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()

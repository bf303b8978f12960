"""
Who takes part in a comparison, and who cannot.
"""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from sim.bench.simulators import OWN, SUMO, UXSIM, UXSIM_5

if TYPE_CHECKING:
    from sim.bench.case import Case

PEERS = {"sumo": (SUMO,), "uxsim": (UXSIM, UXSIM_5)}
"""Simulators by the name of the peer on the command line."""

PEER_TRIPS = 200_000
"""Trips above which this engine runs alone."""

MEMORY_SHARE = 0.8
"""Share of the free memory that a peer may need before it is left out."""


def missing_peer(peer: str) -> str:
    """Why a peer cannot run at all; empty if it can."""
    is_there = find_spec(peer) is not None
    package = "eclipse-sumo" if peer == "sumo" else "uxsim"
    return "" if is_there else f"{peer} is not installed and is left out; pip install {package}"


def reason_to_skip(case: Case, simulator: str, until_s: float) -> str:
    """Why a simulator does not run on a case; empty if it does."""
    if simulator == OWN:
        return ""
    if case.n_trips > PEER_TRIPS:
        return f"peers stop at {PEER_TRIPS:,} trips"
    if simulator in (UXSIM, UXSIM_5):
        from sim.bench import uxsim_peer

        needed_mb = uxsim_peer.needed_mb(case, 1 if simulator == UXSIM else 5, until_s)
        free_mb = available_mb()
        if needed_mb > MEMORY_SHARE * free_mb:
            return f"needs {needed_mb / 1000:.0f} GB for its tables of links by time step, {free_mb / 1000:.0f} GB free"
    return ""


def available_mb() -> float:
    """Memory that programs may still take [MB]; infinite where the machine does not tell."""
    file = Path("/proc/meminfo")
    found = re.search(r"MemAvailable:\s+(\d+) kB", file.read_text(encoding="ascii")) if file.exists() else None
    return int(found[1]) / 1024.0 if found else float("inf")


def versions() -> str:
    """Releases of the peers."""
    names = []
    for package in ("eclipse-sumo", "uxsim"):
        try:
            names.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return ", ".join(names) or "no peers installed"

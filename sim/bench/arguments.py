"""
The options of `sim bench`, and what they mean.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from sim.bench.comparison import BOTTLENECK, run_bench
from sim.bench.peers import PEERS

NETWORKS = ("grid20", "grid40", "helsinki", "coquimbo")
TRIPS = (10_000, 50_000, 100_000, 200_000)
OWN_TRIPS = (500_000, 1_000_000)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the benchmark to a parser."""
    parser.add_argument(
        "--networks",
        nargs="*",
        default=list(NETWORKS),
        metavar="NAME",
        help=f"networks by name, gridN for a grid of N x N crossings (default: {' '.join(NETWORKS)})",
    )
    parser.add_argument(
        "--trips",
        nargs="*",
        type=int,
        default=[*TRIPS, *OWN_TRIPS],
        metavar="N",
        help=f"numbers of trips (default: {' '.join(map(str, (*TRIPS, *OWN_TRIPS)))}; peers stop at {TRIPS[-1]})",
    )
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS), help="who else runs")
    parser.add_argument("--repeats", type=int, default=1, metavar="N", help="runs of each; the fastest counts")
    parser.add_argument("--quick", action="store_true", help="the bottleneck and 10,000 trips on a grid alone")
    parser.add_argument("--out", type=Path, default=Path("results/bench"), metavar="DIR", help="where results go")


def cases_of(arguments: argparse.Namespace) -> list[str]:
    """Names of the cases asked for; the bottleneck with known answer comes first."""
    if arguments.quick:
        return [BOTTLENECK, "grid20:10000"]
    return [BOTTLENECK, *(f"{network}:{trips}" for network in arguments.networks for trips in arguments.trips)]


def run_from(arguments: argparse.Namespace, say: Callable[[str], None]) -> pd.DataFrame:
    """Run what the options ask for."""
    return run_bench(cases_of(arguments), arguments.peers, arguments.out, arguments.repeats, say=say)

"""
Cases through simulators, one after another, into a table.
"""

from __future__ import annotations

import dataclasses
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sim.bench.outcome import ENOUGH_S, MOST_RUNS, Outcome
from sim.bench.peers import PEERS, missing_peer, reason_to_skip
from sim.bench.report import write_report
from sim.bench.simulators import OWN, run_apart
from sim.errors import ConfigError, TripError

if TYPE_CHECKING:
    from sim.bench.case import Case
    from sim.network import RoadNetwork

BOTTLENECK = "bottleneck"

SLACK_S = 300.0
"""Time after this engine's last arrival that is left to peers which run to a set end [s]."""

_GRID = re.compile(r"^grid(\d+)$")


def build_case(name: str) -> Case:
    """
    The case of a name: `bottleneck`, or NETWORK:TRIPS such as `grid20:50000` or `helsinki:10000`.

    Raises
    ------
    ConfigError
        If the name is neither.
    """
    from sim.bench.bottleneck import bottleneck
    from sim.bench.demand import case_on

    if name == BOTTLENECK:
        return bottleneck()
    network, colon, trips = name.rpartition(":")
    if not colon or not trips.isdigit():
        raise ConfigError(f"case is {name!r}, expected {BOTTLENECK} or NETWORK:TRIPS, for example grid20:50000")
    return case_on(_network(network), int(trips))


def _network(name: str) -> RoadNetwork:
    """A network by name, or a grid of so many streets each way."""
    from sim.network import GridParams, grid_network, read_network

    grid = _GRID.match(name)
    if grid is None:
        return read_network(name)
    return grid_network(GridParams(rows=int(grid[1]), columns=int(grid[1])), name=name)


def run_bench(
    cases: Sequence[str],
    peers: Sequence[str] = tuple(PEERS),
    out_dir: Path = Path("results/bench"),
    repeats: int = 1,
    *,
    say: Callable[[str], None] = lambda line: None,
) -> pd.DataFrame:
    """
    Run cases through this engine and its peers; write `bench.csv`, `bench.md` and `scaling.png`.

    Rows of other cases that stand in `bench.csv` already are kept.

    Parameters
    ----------
    cases
        Names as for `build_case`.
    peers
        Names from `PEERS`; those that are not installed are left out.
    out_dir
        Where results go.
    repeats
        Runs of each simulator on each case, more where they are shorter than a second; the fastest counts.
    say
        Takes a line about each step.

    Raises
    ------
    ConfigError
        If a case or a peer is unknown, or `repeats` is below 1.
    """
    faults = [f"peer is {peer!r}, expected one of {', '.join(PEERS)}" for peer in peers if peer not in PEERS]
    if repeats < 1:
        faults.append(f"repeats is {repeats}, expected 1 or more")
    if faults:
        raise ConfigError(faults)
    simulators = [OWN]
    for peer in peers:
        missing = missing_peer(peer)
        if missing:
            say(missing)
        else:
            simulators.extend(PEERS[peer])
    table = _kept(out_dir / "bench.csv")
    for name in cases:
        try:
            case = build_case(name)
        except TripError as error:
            say(f"{name}: left out, {error}")
            continue
        say(
            f"{case.name}: {case.n_links:,} links, {case.traversals:,} traversals, {case.horizon_s:,.0f} s of "
            f"departures, v/c up to {case.max_vc():.2f}"
        )
        rows = _rows(case, simulators, repeats, say)
        others = table[table["case"] != case.name] if len(table) else table
        table = pd.concat([others, pd.DataFrame(rows)], ignore_index=True) if len(others) else pd.DataFrame(rows)
        write_report(table, out_dir)
    return table


def _kept(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False, na_values=["", "nan"]) if path.exists() else pd.DataFrame()


def _rows(case: Case, simulators: Sequence[str], repeats: int, say: Callable[[str], None]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    own: Outcome | None = None
    until_s = float("nan")
    with tempfile.TemporaryDirectory(prefix="bench_case_") as folder:
        file = Path(folder) / "case.npz"
        case.save(file)
        for simulator in simulators:
            note = reason_to_skip(case, simulator, until_s)
            outcome = None if note else _fastest(file, simulator, until_s, repeats)
            if isinstance(outcome, str):
                note, outcome = outcome, None
            if outcome is None:
                say(f"  {simulator}: left out, {note}")
                rows.append(_about(case) | {"simulator": simulator, "note": note})
                continue
            if simulator == OWN:
                own, until_s = outcome, outcome.end_s + SLACK_S
            assert own is not None
            rows.append(_row(case, simulator, outcome, own))
            say(
                f"  {simulator}: {outcome.simulation_s:.3f} s, mean travel time {outcome.mean_travel_s:.2f} s, "
                f"{outcome.peak_memory_mb:,.0f} MB, {outcome.simulation_s / own.simulation_s:.1f} times ours"
            )
    return rows


def _fastest(file: Path, simulator: str, until_s: float, repeats: int) -> Outcome | str:
    """The fastest of the runs, or what went wrong."""
    try:
        runs = [run_apart(file, simulator, until_s) for _ in range(repeats)]
        while simulator != OWN and len(runs) < MOST_RUNS and sum(run.simulation_s for run in runs) < ENOUGH_S:
            runs.append(run_apart(file, simulator, until_s))
    except RuntimeError as error:
        if simulator == OWN:
            raise
        return " ".join(str(error).split())
    fastest = min(runs, key=lambda run: run.simulation_s)
    return dataclasses.replace(fastest, cpu_s=min(run.cpu_s for run in runs))


def _about(case: Case) -> dict[str, object]:
    network = case.name.partition(" ")[0]
    return {
        "case": case.name,
        "network": network,
        "links": case.n_links,
        "trips": case.n_trips,
        "traversals": case.traversals,
        "horizon_s": case.horizon_s,
        "max_vc": round(case.max_vc(), 3),
        "free_travel_s": round(case.free_mean_s(), 3),
        "exact_travel_s": case.exact_mean_s,
    }


def _row(case: Case, simulator: str, outcome: Outcome, own: Outcome) -> dict[str, object]:
    measures = dataclasses.asdict(outcome)
    del measures["end_s"]
    return (
        _about(case)
        | {"simulator": simulator}
        | {name: round(value, 4) for name, value in measures.items()}
        | {
            "mean_delay_s": round(outcome.mean_travel_s - case.free_mean_s(), 4),
            "traversals_per_s": round(case.traversals / max(outcome.simulation_s, 1e-9)),
            "ratio": round(outcome.simulation_s / own.simulation_s, 3),
            "cpu_ratio": round(outcome.cpu_s / own.cpu_s, 3),
            "note": "",
        }
    )

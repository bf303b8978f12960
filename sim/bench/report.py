"""
The comparison as files: a CSV, a table in Markdown, a figure of how time grows.
"""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path
from typing import Any

import pandas as pd

from sim.bench.peers import PEER_TRIPS, versions
from sim.bench.simulators import OWN, SIMULATORS, SUMO, UXSIM, UXSIM_5

LEAST_RATIO = {SUMO: 10.0, UXSIM: 20.0, UXSIM_5: 3.0}
"""How many times as fast as each peer this engine is meant to be on cases of `LARGE` trips or more."""

LARGE = 50_000
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")


def write_report(table: pd.DataFrame, out_dir: Path) -> None:
    """
    Write `bench.csv`, `bench.md` and `scaling.png`.

    Parameters
    ----------
    table
        Rows of `run_bench`.
    out_dir
        Folder to write to.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    table.to_csv(out_dir / "bench.csv", index=False)
    (out_dir / "bench.md").write_text(markdown(table), encoding="utf-8")
    draw_scaling(table, out_dir / "scaling.png")


def markdown(table: pd.DataFrame) -> str:
    """The table in Markdown, headed by machine and releases, in order of network and trips."""
    head = (
        "| case | links | v/c | simulator | wall s | processor s | loading s | traversals/s "
        "| times ours, wall | processor | mean travel s | mean delay s | arrived | forced | peak MB |"
    )
    lines = [f"{machine()}; {versions()}.", "", head, "|---|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"]
    ordered = table.sort_values(["links", "network", "trips"], kind="stable")
    lines += [_line({str(name): value for name, value in row.items()}) for row in ordered.to_dict("records")]
    return "\n".join(lines) + "\n"


def _line(row: dict[str, Any]) -> str:
    about = f"| {row['case']} | {row['links']:,} | {row['max_vc']:.2f} | {row['simulator']} |"
    if pd.isna(row.get("simulation_s")):
        return f"{about} {row['note']} | | | | | | | | | | |"
    share = row["arrived"] / row["trips"]
    rate = row["traversals_per_s"] / 1e6
    return (
        f"{about} {row['simulation_s']:.3f} | {row['cpu_s']:.3f} | {row['loading_s']:.2f} | {rate:.2f} M "
        f"| {row['ratio']:.1f} | {row['cpu_ratio']:.1f} "
        f"| {row['mean_travel_s']:.1f} | {row['mean_delay_s']:.1f} | {share:.1%} "
        f"| {row['forced_moves']:.0f} | {row['peak_memory_mb']:.0f} |"
    )


def missed_targets(table: pd.DataFrame) -> list[str]:
    """Where the engine is not as fast as meant, or its mean travel time is not where it should be, a line each."""
    lines = []
    for name, rows in table[table["trips"] >= LARGE].groupby("case", sort=False):
        by_name = rows.set_index("simulator")
        for peer, least in LEAST_RATIO.items():
            ratio = by_name["ratio"].get(peer)
            if ratio is not None and ratio < least:
                lines.append(f"{name}: {ratio:.1f} times as fast as {peer}, meant {least:g}")
    for name, rows in table.groupby("case", sort=False):
        means = rows.set_index("simulator")["mean_travel_s"].dropna()
        own, others = means.get(OWN), means.reindex([SUMO, UXSIM]).dropna()
        if own is None or others.empty:
            continue
        is_near = ((others / own - 1.0).abs() <= 0.01).any()
        if not is_near and not others.min() <= own <= others.max():
            lines.append(f"{name}: mean travel time {own:.1f} s, SUMO and UXsim {others.round(1).tolist()}")
    return lines


def machine() -> str:
    """Processor, cores and Python of this machine."""
    file = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", file.read_text(encoding="utf-8")) if file.exists() else None
    name = found[1].strip() if found else platform.processor() or platform.machine()
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}"


def draw_scaling(table: pd.DataFrame, path: Path) -> Path:
    """
    Wall time against trips, and time for a traversal against links.

    Parameters
    ----------
    table
        Rows of `run_bench`.
    path
        File to write.
    """
    from sim.view.style import COLOURS, figure_style, new_figure, save_figure

    measured = table[table["simulation_s"].notna() & (table["network"] != "bottleneck")]
    networks = list(measured.sort_values("links")["network"].unique())
    if measured.empty:
        return path
    with figure_style():
        figure = new_figure(10.0, 4.6)
        by_trips, by_links = figure.subplots(1, 2)
        for simulator, colour in zip(SIMULATORS, COLOURS, strict=False):
            rows = measured[measured["simulator"] == simulator]
            for network, marker in zip(networks, _MARKERS, strict=False):
                line = rows[rows["network"] == network].sort_values("trips")
                by_trips.plot(line["trips"], line["simulation_s"], color=colour, marker=marker, markersize=4)
            most = (
                rows[rows["trips"] <= PEER_TRIPS].sort_values(["links", "trips"]).groupby("network", sort=False).tail(1)
            )
            us = 1e6 * most["simulation_s"] / most["traversals"]
            by_links.plot(most["links"], us, color=colour, marker="o", label=simulator)
        for network, marker in zip(networks, _MARKERS, strict=False):
            by_trips.plot([], [], color="#707070", marker=marker, markersize=4, linestyle="", label=network)
        for axes in (by_trips, by_links):
            axes.set_xscale("log")
            axes.set_yscale("log")
            axes.legend(loc="best")
        by_trips.set(xlabel="Trips", ylabel="Wall time of the simulation [s]", title="Time against trips")
        by_links.set(
            xlabel="Links",
            ylabel="Time for a link traversal [us]",
            title=f"Time against links, the most trips up to {PEER_TRIPS:,}",
        )
        save_figure(figure, path)
    return path

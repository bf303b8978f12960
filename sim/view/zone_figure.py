"""A rule against its base: who enters the closed links, quarter of an hour by quarter of an hour."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from sim.errors import ResultsError
from sim.units import SECONDS_PER_DAY, s_to_clock
from sim.view.by_time import time_bins
from sim.view.hour_figures import BIN_S
from sim.view.run_folder import RunFolder
from sim.view.style import (
    BLUE,
    FAINT,
    GREY,
    RED,
    add_caption,
    count_of,
    figure_style,
    hour_axis,
    new_figure,
    save_figure,
)


def draw_rule_against_base(base_dir: Path | str, rule_dir: Path | str, path: Path) -> Path:
    """
    Draw the entries into the links that the first rule of a run closes, beside those of its base.

    Parameters
    ----------
    base_dir
        Folder of a run without the rule.
    rule_dir
        Folder of a run with it, on the same network with the same seed.
    path
        File to write.

    Raises
    ------
    ResultsError
        If the runs differ in network or seed, or the second has no rule.
    """
    base, other = RunFolder(base_dir), RunFolder(rule_dir)
    _check_pair(base, other)
    rule = other.rules["rules"][0]
    entries = {run: zone_entries(run, rule) for run in (base, other)}
    times = pd.concat(list(entries.values()))["enter_s"]
    windows = [(float(window["from_s"]), float(window["until_s"])) for window in rule["when"]["windows"]]
    ends_s = [end for _, end in windows if end <= SECONDS_PER_DAY]
    first_s, last_s = (float(times.min()), max([float(times.max()) + 1.0, *ends_s])) if len(times) else (0.0, BIN_S)
    edges = time_bins(first_s, last_s, BIN_S)
    with figure_style():
        figure = new_figure(8.0, 5.4)
        panels = figure.subplots(2, 1, sharex=True)
        for axes, concerned, who, colour in (
            (panels[0], True, "Vans that the rule keeps out", RED),
            (panels[1], False, "Vans that it lets in", BLUE),
        ):
            for run, name in ((base, "without the rule"), (other, "with the rule")):
                table = entries[run]
                counts = np.histogram(table.loc[table["is_concerned"] == concerned, "enter_s"], edges)[0]
                filled = run is base
                axes.stairs(
                    counts,
                    edges / 3600.0,
                    fill=filled,
                    color=FAINT if filled else colour,
                    alpha=0.8 if filled else 1.0,
                    linewidth=1.8,
                    label=name,
                )
            _shade(axes, windows)
            axes.set_title(who)
            axes.set_ylabel("Entries [links/15 min]")
            axes.set_ylim(bottom=0.0)
            axes.legend(loc="upper right")
        hour_axis(panels[1], float(edges[0]), float(edges[-1]))
        names = ", ".join(sorted({str(zone["name"]) for zone in rule["where"]}))
        hours = ", ".join(f"{s_to_clock(start)}–{s_to_clock(end)}" for start, end in windows)
        title = f"Entries into links of {names}: closed {hours} (shaded)"
        figure.suptitle(title, x=0.01, ha="left", fontsize=11.5)
        add_caption(figure, _summary(base, other, entries[base], entries[other], windows))
        return save_figure(figure, path)


def zone_entries(run: RunFolder, rule: dict[str, Any]) -> pd.DataFrame:
    """
    Every entry of a van into a link that a rule closes, at whatever time.

    Parameters
    ----------
    run
        The run.
    rule
        A rule of `rules.json`.

    Returns
    -------
    pd.DataFrame
        van_id, enter_s, is_concerned (whether the rule is meant for the van).
    """
    closed = {link for zone in rule["where"] for link in zone["link_ids"]}
    table = run.traces.loc[run.traces["link_id"].isin(closed), ["van_id", "enter_s"]].reset_index(drop=True)
    concerned = _matches(run.vans, rule["who"])
    if rule.get("exempt"):
        concerned &= ~_matches(run.vans, rule["exempt"])
    table["is_concerned"] = table["van_id"].map(pd.Series(concerned, index=run.vans.index)).astype(bool)
    return table


def entries_in_windows(entries: pd.DataFrame, windows: list[tuple[float, float]]) -> int:
    """Entries of the vans concerned while the links are closed to them, on the first day or the next."""
    time_s = entries.loc[entries["is_concerned"], "enter_s"].to_numpy(np.float64)
    inside = np.zeros(len(time_s), dtype=bool)
    for start, end in windows:
        for shift in (0.0, SECONDS_PER_DAY):
            inside |= (time_s >= start + shift) & (time_s < end + shift)
    return int(inside.sum())


def _matches(vans: pd.DataFrame, who: dict[str, list[str] | None]) -> NDArray[np.bool_]:
    fits = np.ones(len(vans), dtype=bool)
    for column, values in who.items():
        if values is not None:
            fits &= vans[column].isin(values).to_numpy()
    return fits


def _check_pair(base: RunFolder, other: RunFolder) -> None:
    faults = []
    if not other.rules.get("rules"):
        faults.append(f"{other.folder}: rules.json has no rule; expected the run with the rule as the second folder")
    if base.manifest.get("seed") != other.manifest.get("seed"):
        faults.append(f"seeds differ: {base.manifest.get('seed')} and {other.manifest.get('seed')}; expected one seed")
    if not base.links.index.equals(other.links.index):
        faults.append(f"networks differ: {len(base.links)} and {len(other.links)} links; expected one network")
    if faults:
        raise ResultsError(faults)


def _shade(axes: Axes, windows: list[tuple[float, float]]) -> None:
    for start, end in windows:
        axes.axvspan(start / 3600.0, end / 3600.0, color=GREY, alpha=0.15, linewidth=0.0, zorder=0)


def _summary(
    base: RunFolder,
    other: RunFolder,
    before: pd.DataFrame,
    after: pd.DataFrame,
    windows: list[tuple[float, float]],
) -> str:
    parts = [
        f"entries in the closed hours: {entries_in_windows(before, windows):,} without the rule, "
        f"{entries_in_windows(after, windows):,} with it"
    ]
    delivered = [run.kpis.get("orders_delivered", {}).get("value") for run in (base, other)]
    if None not in delivered:
        parts.append(f"orders delivered: {delivered[0]:,.0f} and {delivered[1]:,.0f}")
    about = f"n = {count_of(len(base.vans), 'van')} on {base.map_label.label}, seed {base.manifest.get('seed')}"
    return "; ".join(parts) + f"\n{about}; runs {base.manifest.get('run_id')} and {other.manifest.get('run_id')}"

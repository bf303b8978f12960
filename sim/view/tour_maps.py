"""Maps of a day: where vans drove and stopped, all together and carrier by carrier."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from sim.view.map_base import (
    FlatMap,
    draw_notes,
    draw_scale_and_north,
    draw_streets,
    draw_zones,
    map_notes,
)
from sim.view.network_map import LARGEST_IN, map_size_in
from sim.view.run_folder import RunFolder
from sim.view.style import (
    COLOURS,
    GREY,
    INK,
    ORANGE,
    RED,
    add_caption,
    count_of,
    figure_style,
    new_figure,
    save_figure,
    say_empty,
)

_CLOCK_SLACK_S = 1e-3
"""Times in two tables are taken as equal within this [s]."""

MOST_PANELS = 12
"""Carriers shown one by one, largest first; the caption says how many are left out."""

LARGEST_DOT = 60.0
"""Area of the dot of the place with most stops [square points]."""


def draw_day_map(run: RunFolder, path: Path) -> Path:
    """Streets by how many vans passed, and every stop by how the van was parked."""
    links, stops = run.links, run.stops
    chart = FlatMap.around(links["geometry"].to_numpy())
    with figure_style():
        figure = new_figure(*map_size_in(chart, LARGEST_IN))
        axes = figure.subplots()
        chart.prepare(axes)
        draw_streets(axes, chart, links)
        draw_zones(axes, chart, rule_zones(run))
        passes = run.traces.groupby("link_id").size()
        _draw_passes(figure, axes, chart, links, passes)
        _draw_stops(axes, stop_points(run, chart), stops)
        draw_scale_and_north(axes, chart)
        axes.set_title(f"{run.map_label.label}: van passages and stops of the day")
        caption = (
            f"n = {count_of(len(stops), 'stop')} of {count_of(len(run.vans), 'van')} and "
            f"{count_of(run.vans['carrier_id'].nunique(), 'carrier')}, "
            f"{count_of(int(passes.sum()), 'link passage')}; {run.name}"
        )
        draw_notes(axes, map_notes(run.map_label, caption))
        return save_figure(figure, path, crop=True)


def draw_carrier_maps(run: RunFolder, path: Path) -> Path:
    """One small map a carrier: the links that its vans drove on, its stops and its depots."""
    links, stops = run.links, run.stops
    chart = FlatMap.around(links["geometry"].to_numpy())
    traces = run.traces
    carrier_of_trace = traces["van_id"].map(run.vans["carrier_id"])
    sizes = run.vans.groupby("carrier_id").size().sort_values(ascending=False, kind="stable")
    shown = list(sizes.index[:MOST_PANELS])
    points = stop_points(run, chart)
    tallness = chart.height_km / chart.width_km
    columns = int(np.clip(np.ceil(np.sqrt(len(shown) * tallness * 1.3)), 1, min(6, max(len(shown), 1))))
    rows = max(1, -(-len(shown) // columns))
    panel_in = 12.0 / max(columns, 2)
    with figure_style():
        height = panel_in * max(tallness, 0.4)
        figure = new_figure(panel_in * columns, rows * (height + 0.35) + 0.7)
        panels = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes in panels[max(len(shown), 1) :]:
            axes.set_axis_off()
        if not shown:
            say_empty(panels[0], "no carrier had a van on this day")
        for number, (axes, carrier) in enumerate(zip(panels, shown, strict=False)):
            chart.prepare(axes)
            draw_streets(axes, chart, links, thin=0.5)
            draw_zones(axes, chart, rule_zones(run), labels=False)
            passes = traces[carrier_of_trace == carrier].groupby("link_id").size()
            colour = COLOURS[number % len(COLOURS)]
            driven = links.loc[links.index.isin(passes.index)]
            lines = chart.segments(driven["geometry"].to_numpy())
            axes.add_collection(LineCollection(lines, colors=colour, linewidths=1.0, alpha=0.8, zorder=2))
            own = (stops["carrier_id"] == carrier).to_numpy()
            axes.scatter(*points[own].T, s=2.0, color=INK, linewidths=0.0, zorder=3)
            depots = depot_points(run, chart, carrier)
            axes.scatter(*depots.T, s=40.0, marker="s", color=colour, edgecolors=INK, linewidths=0.8, zorder=5)
            axes.set_title(
                f"{carrier}: {count_of(int(sizes[carrier]), 'van')}, {count_of(int(own.sum()), 'stop')}", fontsize=9.0
            )
        if shown:
            draw_scale_and_north(panels[0], chart)
        left_out = len(sizes) - len(shown)
        figure.suptitle(f"{run.map_label.label}: tours of each carrier", x=0.01, ha="left", fontsize=11.0)
        caption = (
            "coloured: links driven; dots: stops; squares: depots"
            + (f"; {count_of(left_out, 'smaller carrier')} not shown" if left_out else "")
            + f"; n = {count_of(len(run.vans), 'van')}, {count_of(len(stops), 'stop')}; {run.name}"
        )
        add_caption(figure, map_notes(run.map_label, caption))
        return save_figure(figure, path)


def rule_zones(run: RunFolder) -> list[tuple[str, str, Any]]:
    """Zones of the run's access rules as (role, name, polygon), each once."""
    zones = run.rules.get("zones", [])
    features = zones.get("features", []) if isinstance(zones, dict) else zones
    found: dict[str, tuple[str, str, Any]] = {}
    for feature in features:
        about = {**feature.get("properties", {}), **{k: feature[k] for k in ("role", "name", "id") if k in feature}}
        polygon = shapely.geometry.shape(feature["geometry"])
        role = str(about.get("role") or about.get("zone_id") or about.get("id") or "")
        found.setdefault(polygon.wkt, (role, str(about.get("name") or role), polygon))
    return list(found.values())


def stop_points(run: RunFolder, chart: FlatMap) -> NDArray[np.float64]:
    """Where each stop was made [km]: the end of the last link that its van drove before; else not a number."""
    points = np.full((len(run.stops), 2), np.nan)
    if run.stops.empty or run.traces.empty:
        return points
    stops = run.stops[["van_id", "depart_s"]].reset_index(names="row").dropna().sort_values("depart_s", kind="stable")
    driven = run.traces[["van_id", "exit_s", "link_id"]].sort_values("exit_s", kind="stable")
    stops["depart_s"] += _CLOCK_SLACK_S
    last = pd.merge_asof(stops, driven, left_on="depart_s", right_on="exit_s", by="van_id").dropna(subset=["link_id"])
    points[last["row"].to_numpy()] = _link_ends(run, chart, last["link_id"].to_numpy(dtype=np.int64), last=True)
    return points


def depot_points(run: RunFolder, chart: FlatMap, carrier: str) -> NDArray[np.float64]:
    """Where the days of a carrier's vans began [km], each place once."""
    vans = run.vans.index[run.vans["carrier_id"] == carrier]
    first = run.traces[run.traces["van_id"].isin(vans)].drop_duplicates("van_id")["link_id"].unique()
    return np.unique(_link_ends(run, chart, first, last=False).round(3), axis=0)


def _link_ends(run: RunFolder, chart: FlatMap, link_ids: NDArray[np.int64], *, last: bool) -> NDArray[np.float64]:
    lines = run.links.loc[link_ids, "geometry"].to_numpy()
    if len(lines) == 0:
        return np.empty((0, 2))
    return chart.flat(shapely.get_coordinates(shapely.get_point(lines, -1 if last else 0)))


def _draw_passes(figure: Figure, axes: Axes, chart: FlatMap, links: pd.DataFrame, passes: pd.Series) -> None:
    if passes.empty:
        axes.text(
            0.5, 0.5, "no van drove on this day", transform=axes.transAxes, ha="center", color=GREY, fontsize=12.0
        )
        return
    driven = links.loc[passes.index].assign(passes=passes).sort_values("passes", kind="stable")
    count = driven["passes"].to_numpy(dtype=np.float64)
    shades = LinearSegmentedColormap.from_list("passages", mpl.colormaps["YlGnBu"](np.linspace(0.3, 1.0, 64)))
    drawn = LineCollection(chart.segments(driven["geometry"].to_numpy()), cmap=shades, zorder=2)
    drawn.set_array(count)
    drawn.set_linewidth(0.4 + 2.6 * np.sqrt(count / count.max()))
    drawn.set_clim(0.0, float(count.max()))
    axes.add_collection(drawn)
    bar = figure.colorbar(drawn, cax=axes.inset_axes((1.04, 0.1, 0.025, 0.4)))
    bar.set_label("Van passages per link [veh/day]")


def _draw_stops(axes: Axes, points: NDArray[np.float64], stops: pd.DataFrame) -> None:
    """Dots by place, their area by the number of stops; those double-parked and those in vain on top."""
    layers = {
        "stops": (np.ones(len(stops), dtype=bool), ORANGE, 3),
        "of these double-parked": ((stops["parking"] == "double").to_numpy(), RED, 4),
        "nothing delivered": (stops["outcome"].isin(["failed", "refused"]).to_numpy(), INK, 5),
    }
    marks = []
    unit = 0.0
    for text, (rows, colour, zorder) in layers.items():
        rows = rows & np.isfinite(points[:, 0])
        if not rows.any():
            continue
        places, number = np.unique(points[rows].round(4), axis=0, return_counts=True)
        unit = unit or min(LARGEST_DOT / float(number.max()), 14.0)
        cross = colour == INK
        area, marker, edge = (12.0, "x", 0.9) if cross else (number * unit, "o", 0.0)
        axes.scatter(
            places[:, 0], places[:, 1], s=area, marker=marker, linewidths=edge, color=colour, alpha=0.85, zorder=zorder
        )
        name = f"{text} ({int(rows.sum()):,})"
        marks.append(Line2D([], [], color=colour, marker=marker, linestyle="", markersize=5.0, label=name))
    if marks:
        where: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0), "alignment": "left"}
        axes.legend(handles=marks, title="Stops (area: number at one place)", **where)

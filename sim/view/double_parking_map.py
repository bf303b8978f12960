"""Map of double parking: where lanes were blocked, and for how long."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.collections import LineCollection

from sim.view.map_base import FlatMap, draw_notes, draw_scale_and_north, draw_streets, map_notes
from sim.view.network_map import LARGEST_IN, map_size_in
from sim.view.run_folder import RunFolder
from sim.view.style import BLUE, count_of, figure_style, new_figure, save_figure

_LEAST_MIN = 1.0
"""Shortest time shown on the colour scale [min]."""

_TICKS_MIN = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def draw_double_parking_map(run: RunFolder, path: Path) -> Path:
    """Links by the time in which a lane was blocked, and the berths that were used."""
    links = run.links
    chart = FlatMap.around(links["geometry"].to_numpy())
    minutes = run.table("links").groupby("link_id")["blocked_s"].sum() / 60.0
    minutes = minutes[minutes > 0.0].sort_values(kind="stable")
    places = run.table("places")
    used = set(run.table("berths")["berth_id"].astype(str))
    berths = places[(places["kind"] == "berth") & places["place_id"].astype(str).isin(used)]
    with figure_style():
        figure = new_figure(*map_size_in(chart, LARGEST_IN))
        axes = figure.subplots()
        chart.prepare(axes)
        draw_streets(axes, chart, links)
        longest_min = max(float(minutes.max()), 10.0 * _LEAST_MIN) if len(minutes) else 0.0
        if len(minutes):
            lines = chart.segments(links.loc[minutes.index, "geometry"].to_numpy())
            norm = mpl.colors.LogNorm(_LEAST_MIN, longest_min)
            heat = LineCollection(
                lines, array=minutes.to_numpy(), norm=norm, cmap="YlOrRd", linewidths=2.6, capstyle="round", zorder=3
            )
            axes.add_collection(heat)
            bar = figure.colorbar(heat, ax=axes, shrink=0.5, pad=0.01)
            bar.set_ticks([tick for tick in _TICKS_MIN if tick <= longest_min], minor=False)
            bar.ax.minorticks_off()
            bar.ax.yaxis.set_major_formatter("{x:g}")
            bar.set_label("time with a lane blocked [min]")
        points = chart.flat(np.column_stack([berths["lon"], berths["lat"]]).astype(np.float64))
        axes.scatter(points[:, 0], points[:, 1], s=14.0, marker="s", color=BLUE, linewidths=0.0, zorder=4)
        draw_scale_and_north(axes, chart)
        axes.set_title(f"{run.map_label.label}: double parking of the day")
        double = int((run.stops["parking"] == "double").sum())
        caption = (
            f"n = {count_of(double, 'stop')} in the second row of {count_of(len(run.stops), 'stop')}, "
            f"{float(minutes.sum()) / 60.0:,.1f} h on {count_of(len(minutes), 'link')}; squares: berths used; "
            f"{run.name}"
        )
        draw_notes(axes, map_notes(run.map_label, caption))
        return save_figure(figure, path, crop=True)

"""The map of proposed sites: whom they are near to, and who has far to go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Circle

from sim.view.map_base import FlatMap, draw_notes, draw_scale_and_north, draw_streets, draw_zones, map_notes
from sim.view.network_map import LARGEST_IN, map_size_in
from sim.view.run_folder import MapLabel
from sim.view.style import BLUE, ORANGE, PAPER, RED, figure_style, new_figure, save_figure

if TYPE_CHECKING:
    from sim.network.road_network import RoadNetwork

LARGEST_DOT = 30.0
"""Area of the dot of the point with most demand [square points]."""


def draw_site_map(
    network: RoadNetwork,
    sites: pd.DataFrame,
    demand: pd.DataFrame,
    path: Path,
    *,
    radius_m: float,
    title: str,
    caption: str,
) -> Path:
    """
    Draw sites with their radius, and demand by whether a site is near.

    Parameters
    ----------
    network
        Road network underneath.
    sites
        `lon`, `lat`.
    demand
        `lon`, `lat`, `weight` and `distance_m` to the nearest site.
    path
        File to write; the suffix says the format.
    radius_m
        What counts as near [m].
    title, caption
        What is shown, and in which numbers.
    """
    label = MapLabel.of(network.label, is_schematic=network.is_schematic, source=network.source)
    chart = FlatMap.around(network.links["geometry"].to_numpy())
    with figure_style():
        figure = new_figure(*map_size_in(chart, LARGEST_IN))
        axes = figure.subplots()
        chart.prepare(axes)
        draw_streets(axes, chart, network.links)
        draw_zones(axes, chart, [(z["role"], z["name"], z["geometry"]) for z in network.zones.to_dict("records")])
        _draw_demand(axes, chart, demand, radius_m)
        _draw_sites(axes, chart, sites, radius_m)
        draw_scale_and_north(axes, chart)
        axes.set_title(f"{label.label}: {title}")
        _draw_legend(axes, len(sites), radius_m)
        draw_notes(axes, map_notes(label, caption))
        return save_figure(figure, path, crop=True)


def _draw_demand(axes: Axes, chart: FlatMap, demand: pd.DataFrame, radius_m: float) -> None:
    at = chart.flat(demand[["lon", "lat"]].to_numpy(dtype=np.float64))
    weight = demand["weight"].to_numpy(dtype=np.float64)
    is_near = demand["distance_m"].to_numpy(dtype=np.float64) <= radius_m
    size = np.maximum(LARGEST_DOT * weight / weight.max(), 3.0)
    for rows, colour in ((~is_near, ORANGE), (is_near, BLUE)):
        axes.scatter(at[rows, 0], at[rows, 1], s=size[rows], color=colour, linewidths=0.0, alpha=0.75, zorder=3)


def _draw_sites(axes: Axes, chart: FlatMap, sites: pd.DataFrame, radius_m: float) -> None:
    at = chart.flat(sites[["lon", "lat"]].to_numpy(dtype=np.float64))
    circles = [Circle((x, y), radius_m / 1000.0) for x, y in at.tolist()]
    look: dict[str, Any] = {"facecolor": "none", "edgecolor": RED, "linewidth": 0.8, "alpha": 0.7, "zorder": 4}
    axes.add_collection(PatchCollection(circles, match_original=False, **look))
    axes.scatter(at[:, 0], at[:, 1], s=46.0, marker="^", color=RED, edgecolors=PAPER, linewidths=0.7, zorder=5)


def _draw_legend(axes: Axes, number: int, radius_m: float) -> None:
    marks = [
        Line2D([], [], linestyle="", marker="^", color=RED, markersize=7.0, label=f"proposed sites ({number})"),
        Line2D([], [], linestyle="", marker="o", color=BLUE, markersize=5.0, label=f"a site within {radius_m:g} m"),
        Line2D([], [], linestyle="", marker="o", color=ORANGE, markersize=5.0, label="no site as near"),
    ]
    axes.legend(handles=marks, loc="upper left", bbox_to_anchor=(1.0, 1.0))

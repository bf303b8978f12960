"""What every map shares: a flat projection, streets underneath, zones, scale bar, north arrow and credit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as OutlinePath
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from sim.network.road_network import METRES_PER_DEGREE
from sim.view.run_folder import MapLabel
from sim.view.style import FAINT, GREY, INK, PAPER, PURPLE

ROAD_WIDTHS = {"motorway": 1.8, "trunk": 1.6, "primary": 1.3, "secondary": 0.9, "tertiary": 0.6}
"""Line width by road class [points]; the others are drawn at `LOCAL_WIDTH`."""

LOCAL_WIDTH = 0.35
HALO = withStroke(linewidth=2.0, foreground=PAPER)

ZONE_COLOURS = {"centre": PURPLE, "inner_ring": "#5B4A9E", "residential": "#8A7A3D"}
"""Outline of each role of a zone."""


@dataclass(frozen=True)
class FlatMap:
    """
    Kilometres east and north of a corner, from WGS84; true to scale within 0.1 % over a city.

    Parameters
    ----------
    lon, lat
        The corner [degrees].
    stretch
        Cosine of the middle latitude [-].
    width_km, height_km
        Extent.
    """

    lon: float
    lat: float
    stretch: float
    width_km: float
    height_km: float

    @staticmethod
    def around(lines: NDArray[Any]) -> FlatMap:
        """The map that holds all lines."""
        west, south, east, north = shapely.total_bounds(lines)
        stretch = float(np.cos(np.radians((south + north) / 2.0)))
        per_degree = METRES_PER_DEGREE / 1000.0
        return FlatMap(west, south, stretch, (east - west) * per_degree * stretch, (north - south) * per_degree)

    def flat(self, lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Kilometres east and north, from rows of longitude and latitude."""
        per_degree = METRES_PER_DEGREE / 1000.0
        offset = (lon_lat - (self.lon, self.lat)) * (self.stretch * per_degree, per_degree)
        return np.asarray(offset, dtype=np.float64)

    def segments(self, lines: NDArray[Any]) -> list[NDArray[np.float64]]:
        """Corner points of every line [km]."""
        points, row = shapely.get_coordinates(lines, return_index=True)
        cuts = np.searchsorted(row, np.arange(1, len(lines)))
        return np.split(self.flat(points), cuts)

    @property
    def longer_km(self) -> float:
        """Longer side of the map."""
        return max(self.width_km, self.height_km)

    def prepare(self, axes: Axes) -> None:
        """Equal scales, no ticks, a little room around and a strip for the scale bar below."""
        margin = 0.015 * self.longer_km
        axes.set_xlim(-margin, self.width_km + margin)
        axes.set_ylim(-4.0 * margin, self.height_km + margin)
        axes.set_aspect("equal", anchor="NW")
        axes.set_axis_off()


def draw_streets(axes: Axes, chart: FlatMap, links: pd.DataFrame, *, colour: str = FAINT, thin: float = 1.0) -> None:
    """All links in grey, main roads wider; `thin` scales the widths."""
    widths = np.array([ROAD_WIDTHS.get(str(c).removesuffix("_link"), LOCAL_WIDTH) for c in links["road_class"]])
    lines = chart.segments(links["geometry"].to_numpy())
    axes.add_collection(LineCollection(lines, colors=colour, linewidths=widths * thin, zorder=1))


def draw_zones(
    axes: Axes, chart: FlatMap, zones: Sequence[tuple[str, str, Any]], *, labels: bool = True
) -> list[tuple[str, tuple[float, float]]]:
    """Outlines of zones given as (role, name, polygon in WGS84), cut at the frame; returns where names are."""
    written: list[tuple[str, tuple[float, float]]] = []
    margin = 0.015 * chart.longer_km
    size = (chart.width_km + 2.0 * margin, chart.height_km + 2.0 * margin)
    frame = Rectangle((-margin, -margin), *size, transform=axes.transData)
    for role, name, polygon in zones:
        colour = ZONE_COLOURS.get(role, PURPLE)
        parts = [part for part in shapely.get_parts(polygon) if part.geom_type == "Polygon"]
        for part in parts:
            rings = [chart.flat(shapely.get_coordinates(ring)) for ring in (part.exterior, *part.interiors)]
            outline = OutlinePath.make_compound_path(*(OutlinePath(ring, closed=True) for ring in rings))
            area = axes.add_patch(PathPatch(outline, facecolor=colour, alpha=0.06, edgecolor="none", zorder=0.5))
            edge = axes.add_patch(PathPatch(outline, fill=False, edgecolor=colour, linestyle="--", zorder=4))
            edge.set_linewidth(1.5)
            for patch in (area, edge):
                patch.set_clip_path(frame)
        if parts and labels:
            west, _, east, north = max(parts, key=lambda part: float(part.area)).bounds
            x, y = chart.flat(np.array([[(west + east) / 2.0, north]]))[0].tolist()
            write(axes, name, (x, y), (0, 3), ha="center", va="bottom", color=colour, fontsize=9.0)
            written.append((name, (x, y)))
    return written


def write(axes: Axes, text: str, at: tuple[float, float], offset_pt: tuple[float, float] = (0, 0), **how: Any) -> None:
    """Text at a place of the map with a light edge, moved by an offset in points."""
    how = {"fontsize": 8.5, "color": INK, "path_effects": [HALO], "zorder": 6, **how}
    axes.annotate(text, at, xytext=offset_pt, textcoords="offset points", **how)


def draw_scale_and_north(axes: Axes, chart: FlatMap) -> None:
    """An arrow to the north and a scale bar of a round length, below the map at the left."""
    height = -0.035 * chart.longer_km
    arrow = {"arrowstyle": "-|>", "color": INK, "shrinkA": 0, "shrinkB": 0}
    tip, foot = (0.0, -0.018 * chart.longer_km), (0.0, -0.052 * chart.longer_km)
    axes.annotate("", xy=tip, xytext=foot, arrowprops=arrow, zorder=7)
    write(axes, "N", (0.0, height), (4, 0), ha="left", va="center")
    start, length_km = 0.09 * chart.longer_km, scale_length_km(chart.width_km)
    axes.plot([start, start + length_km], [height, height], color=INK, linewidth=2.2, solid_capstyle="butt", zorder=7)
    unit = f"{length_km:g} km" if length_km >= 1.0 else f"{length_km * 1000:g} m"
    write(axes, unit, (start + length_km, height), (5, 0), ha="left", va="center")


def scale_length_km(width_km: float) -> float:
    """
    Length of a scale bar [km]: 1, 2 or 5 times a power of ten, at most a fourth of the map's width.

    Examples
    --------
    >>> scale_length_km(15.0), scale_length_km(1.0)
    (2.0, 0.2)
    """
    power = 10.0 ** np.floor(np.log10(width_km / 4.0))
    return float(max(step for step in (power, 2.0 * power, 5.0 * power) if step <= width_km / 4.0))


def map_notes(label: MapLabel, caption: str) -> str:
    """Lines below a map: what it shows, and who made the streets or that nobody did."""
    notes = [caption]
    if label.credit:
        notes.append(f"Map data {label.credit} (ODbL)")
    elif "SCHEMATIC" in label.label:
        notes.append("SCHEMATIC: made by a generator, not a survey of streets or shops")
    return "\n".join(notes)


def draw_notes(axes: Axes, text: str) -> None:
    """Small lines below a map."""
    how: dict[str, Any] = {"ha": "left", "va": "top", "fontsize": 8.0, "color": GREY}
    axes.annotate(text, (0.0, 0.0), xycoords="axes fraction", xytext=(0, -6), textcoords="offset points", **how)

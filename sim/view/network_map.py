"""The map of a network with its places: what `sim network info` shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from sim.view.map_base import (
    HALO,
    FlatMap,
    draw_notes,
    draw_scale_and_north,
    draw_streets,
    draw_zones,
    map_notes,
    write,
)
from sim.view.run_folder import MapLabel
from sim.view.style import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PAPER,
    RED,
    SKY,
    figure_style,
    new_figure,
    save_figure,
)

if TYPE_CHECKING:
    from sim.network.road_network import RoadNetwork

PLACE_MARKS: dict[str, tuple[str, str, str, float]] = {
    "shop": ("shops", ".", ORANGE, 9.0),
    "parking": ("parking", ".", SKY, 12.0),
    "loading": ("loading bays", "s", BLUE, 12.0),
    "charger": ("chargers", "P", GREEN, 34.0),
    "station_site": ("station sites", "^", RED, 34.0),
    "distribution_centre": ("distribution centres", "D", INK, 42.0),
    "hub": ("hubs", "s", INK, 52.0),
}
"""Plural, marker, colour and size of each kind of place, in the order of drawing."""

NAMED_CLASSES = ("motorway", "trunk", "primary", "secondary")
NAMED_KINDS = ("hub", "distribution_centre")
LARGEST_IN = 9.0
"""Longer side of the map [inches]."""

NAME_PT = 7.5
"""Height of street names [points]."""

ROOM = 0.016
"""Least distance between names, as a share of the longer side of the map [-]."""

Points = NDArray[np.float64]


def draw_network_map(network: RoadNetwork, path: Path) -> Path:
    """
    Draw streets, zones and places of a network.

    Parameters
    ----------
    network
        The network.
    path
        File to write; the suffix says the format.
    """
    label = MapLabel.of(network.label, is_schematic=network.is_schematic, source=network.source)
    chart = FlatMap.around(network.links["geometry"].to_numpy())
    with figure_style():
        figure = new_figure(*map_size_in(chart, LARGEST_IN))
        axes = figure.subplots()
        chart.prepare(axes)
        draw_streets(axes, chart, network.links)
        zones = [(z["role"], z["name"], z["geometry"]) for z in network.zones.to_dict("records")]
        names = [
            label_points(chart, name, np.array([x, y + 0.01 * chart.longer_km]))
            for name, (x, y) in draw_zones(axes, chart, zones)
        ]
        names += _draw_places(axes, chart, network.places)
        draw_street_names(axes, chart, network.links, names)
        draw_scale_and_north(axes, chart)
        axes.set_title(label.label)
        _draw_legend(axes, network.places)
        length_km = float(network.length_m.sum()) / 1000.0
        signals = int(network.nodes["is_signal"].sum())
        caption = (
            f"{network.n_nodes:,} nodes, {network.n_links:,} links, {length_km:,.0f} km by direction, "
            f"{signals:,} signals, {len(network.places):,} places"
        )
        draw_notes(axes, map_notes(label, caption))
        return save_figure(figure, path, crop=True)


def map_size_in(chart: FlatMap, largest_in: float, *, beside_in: float = 2.0) -> tuple[float, float]:
    """Width and height of a figure [inches] that fits a map and a legend beside it; the rest is cut off."""
    scale = largest_in / chart.longer_km
    return chart.width_km * scale + beside_in, chart.height_km * scale + 1.2


def draw_street_names(axes: Axes, chart: FlatMap, links: pd.DataFrame, taken: list[Points], limit: int = 24) -> None:
    """
    Names of the longest main roads, along one of their links, where they don't run into another name.

    Parameters
    ----------
    axes, chart
        The map.
    links
        Links with `road_class`, `name`, `length_m` and `geometry`.
    taken
        Where other names stand: points along each [km].
    limit
        Most names.
    """
    classes = links["road_class"].astype(str).str.removesuffix("_link")
    main = links[classes.isin(NAMED_CLASSES) & links["name"].fillna("").astype(str).ne("")]
    longest = main.groupby("name")["length_m"].sum().sort_values(ascending=False, kind="stable").index[:limit]
    taken = list(taken)
    for name in longest:
        lines = chart.segments(main.loc[main["name"] == name, "geometry"].to_numpy())
        for middle, angle in _label_spots(lines):
            own = label_points(chart, str(name), middle, angle)
            if all(_distance(own, other) > ROOM * chart.longer_km for other in taken):
                taken.append(own)
                x, y = middle.tolist()
                how: dict[str, Any] = {"rotation": angle, "rotation_mode": "anchor", "ha": "center", "va": "center"}
                axes.text(x, y, str(name), fontsize=NAME_PT, color=INK, path_effects=[HALO], zorder=5, **how)
                break


def label_points(chart: FlatMap, text: str, middle: Points, angle_deg: float = 0.0) -> Points:
    """Points along the line that a name fills on the map [km]."""
    ems = sum(1.0 if ord(letter) > 0x2E80 else 0.55 for letter in text)
    half_km = 0.5 * ems * NAME_PT / 72.0 * chart.longer_km / LARGEST_IN
    angle = np.radians(angle_deg)
    steps = np.linspace(-half_km, half_km, max(3, int(2 * ems)))
    return np.asarray(middle + np.outer(steps, (np.cos(angle), np.sin(angle))))


def _distance(a: Points, b: Points) -> float:
    """Smallest distance between two sets of points [km]."""
    return float(np.min(np.hypot(*(a[:, None, :] - b[None, :, :]).transpose(2, 0, 1))))


def _label_spots(lines: list[Points]) -> list[tuple[Points, float]]:
    """Middles of links with the angle of reading [degrees], from the middle of the road outwards."""
    middles = np.array([line.mean(axis=0) for line in lines])
    order = np.argsort(np.hypot(*(middles - np.median(middles, axis=0)).T), kind="stable")
    spots = []
    for i in order.tolist():
        east, north = lines[i][-1] - lines[i][0]
        angle = float(np.degrees(np.arctan2(north, east)))
        angle = angle - 180.0 if angle > 90.0 else angle + 180.0 if angle <= -90.0 else angle
        spots.append((middles[i], angle))
    return spots


def _draw_places(axes: Axes, chart: FlatMap, places: pd.DataFrame) -> list[Points]:
    """Marks of all places and names of the larger ones; returns where those names stand."""
    names: list[Points] = []
    for kind, (_, marker, colour, size) in PLACE_MARKS.items():
        rows = places[places["kind"] == kind]
        if rows.empty:
            continue
        at = chart.flat(rows[["lon", "lat"]].to_numpy(dtype=np.float64))
        rim, order = (0.0, 3.0) if size < 20.0 else (0.7, 5.0)
        look: dict[str, Any] = {"marker": marker, "color": colour, "linewidths": rim, "edgecolors": PAPER}
        axes.scatter(at[:, 0], at[:, 1], s=size, zorder=order, **look)
        if kind in NAMED_KINDS:
            for name, place in zip(rows["name"].fillna("").astype(str), at, strict=True):
                x, y = place.tolist()
                write(axes, name, (x, y), (0, -6), ha="center", va="top", fontsize=8.0)
                names.append(label_points(chart, name, place - (0.0, 0.014 * chart.longer_km)))
                names.append(place[None, :])
    return names


def _draw_legend(axes: Axes, places: pd.DataFrame) -> None:
    marks = [
        Line2D([], [], linestyle="", marker=marker, color=colour, markersize=max(size**0.5, 5.0), label=text)
        for kind, (plural, marker, colour, size) in PLACE_MARKS.items()
        if (text := f"{plural} ({int((places['kind'] == kind).sum()):,})") and (places["kind"] == kind).any()
    ]
    if marks:
        axes.legend(handles=marks, loc="upper left", bbox_to_anchor=(1.0, 1.0))

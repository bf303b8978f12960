"""
A schematic Zhangdian: the district's main roads at their surveyed axes, local streets made up between them.

Names and positions of the main roads were read from OpenStreetMap (© OpenStreetMap contributors, ODbL); everything
between them (local streets, places, zones) is generated from a seed. It has the size and the shape of the district
and is no map of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from sim.contracts import FloatArray
from sim.network.assemble import assemble_network
from sim.network.place_sampling import PlaceSamplingParams, complete_places
from sim.network.projection import COORDINATE_DECIMALS
from sim.network.road_network import METRES_PER_DEGREE, RoadNetwork
from sim.network.signals import SignalParams
from sim.network.streets import Streets
from sim.network.zhangdian_axes import (
    CROSS_SECTIONS,
    EAST_WEST,
    MIDDLE,
    NORTH_SOUTH,
    PLACE_NAMES,
    REFERENCE_LAT,
    REFERENCE_LON,
    SLOPE,
    ZONES,
    Axis,
)
from sim.network.zones import make_zones
from sim.random_streams import RandomStreams
from sim.units import kph_to_mps

if TYPE_CHECKING:
    import geopandas as gpd

_DIGITS = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九")


class SchematicParams(BaseModel, frozen=True, extra="forbid"):
    """How the streets between the main roads are made up."""

    seed: int = Field(2023, ge=0, description="Seed of local streets and places.")
    spacing_m: float = Field(
        224.0, ge=150, le=600, description="Distance between local streets [m]. Assumption: 200 to 280 m."
    )
    missing_share: float = Field(
        0.29, ge=0, le=0.5, description="Sections of local streets that are not there [-]. Assumption."
    )
    wobble_m: float = Field(15.0, ge=0, le=50, description="Spread of crossings about a straight grid [m]. Assumption.")
    signals: SignalParams = Field(default_factory=SignalParams, description="Timing of signals on main crossings.")
    places: PlaceSamplingParams = Field(
        default_factory=lambda: PlaceSamplingParams(
            shops=7000,
            hubs=8,
            distribution_centres=3,
            station_sites=40,
            chargers=30,
            parking=60,
            loading=150,
            centrality_decay=2.6,
            middle=MIDDLE,
        ),
        description="Numbers of places.",
    )


def schematic_network(params: SchematicParams | None = None, *, name: str = "zhangdian") -> RoadNetwork:
    """
    The schematic district, with zones and places.

    Signals stand where main roads cross each other or a collector street (tertiary), so every 400 m or so. Places
    are sampled by road class and distance from the middle of the
    district; hubs lie at the rim.
    """
    params = params or SchematicParams()
    network = assemble_network(
        schematic_streets(params),
        name=name,
        label="张店 Zhangdian (SCHEMATIC)",
        is_schematic=True,
        source="Generated; axes of main roads read from OpenStreetMap (© OpenStreetMap contributors)",
        licence="ODbL 1.0 (axes of main roads)",
        signals=params.signals,
        notes=(
            "SCHEMATIC: main roads stand at axes read from OpenStreetMap, some by our own reading; local streets, "
            "places and zones are made up.",
        ),
    )
    return complete_places(replace(network, zones=_zones()), params.seed, params.places, names=PLACE_NAMES)


def schematic_streets(params: SchematicParams) -> Streets:
    """Directed street sections: a lattice of main and local streets, less the local sections that are missing."""
    import shapely

    rng = RandomStreams(params.seed).generator("network.schematic_streets")
    columns = _with_local_streets(
        NORTH_SOUTH, METRES_PER_DEGREE * np.cos(np.radians(REFERENCE_LAT)), "东", "巷", params
    )
    rows = _with_local_streets(EAST_WEST, METRES_PER_DEGREE, "北", "街", params)
    n_rows, n_columns = len(rows), len(columns)
    position = _crossings(rows, columns, rng, params)
    node = np.arange(n_rows * n_columns).reshape(n_rows, n_columns)
    is_main_row, is_main_column = (np.array([axis.is_main for axis in axes]) for axes in (rows, columns))
    is_wide_row, is_wide_column = (
        np.array([axis.is_main or axis.road_class == "tertiary" for axis in axes]) for axes in (rows, columns)
    )
    is_signal = (is_main_row[:, None] & is_wide_column[None, :]) | (is_wide_row[:, None] & is_main_column[None, :])
    for corner in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
        is_signal[corner] = False
    nodes = pd.DataFrame(
        {
            "node_id": node.ravel().astype(np.int64),
            "lon": position[..., 0].ravel(),
            "lat": position[..., 1].ravel(),
            "is_signal": is_signal.ravel(),
        }
    )
    along_row = _sections(node, rows, rng, params)
    along_column = _sections(node.T, columns, rng, params)
    sections = along_row + along_column
    start = np.array([a for a, _, _ in sections] + [b for _, b, _ in sections], dtype=np.int64)
    end = np.array([b for _, b, _ in sections] + [a for a, _, _ in sections], dtype=np.int64)
    axes = [axis for _, _, axis in sections] * 2
    flat = position.reshape(-1, 2)
    links = pd.DataFrame(
        {
            "from_node_id": start,
            "to_node_id": end,
            "road_class": [axis.road_class for axis in axes],
            "name": [axis.name for axis in axes],
            "lanes": [CROSS_SECTIONS[axis.road_class].lanes for axis in axes],
            "free_speed_mps": [kph_to_mps(CROSS_SECTIONS[axis.road_class].speed_kph) for axis in axes],
            "length_m": np.nan,
            "is_signalised": True,
            "geometry": shapely.linestrings(np.stack([flat[start], flat[end]], axis=1)),
        }
    )
    return Streets(nodes, links)


def _with_local_streets(
    axes: tuple[Axis, ...], metres_per_degree: float, side: str, suffix: str, params: SchematicParams
) -> list[Axis]:
    """Main roads and, evenly between each two of them, local streets named after the one before."""
    streets: list[Axis] = []
    for axis, following in zip(axes, (*axes[1:], None), strict=True):
        streets.append(axis)
        if following is None:
            break
        gap = following.position - axis.position
        parts = max(1, round(gap * metres_per_degree / params.spacing_m))
        for number in range(1, parts):
            road_class = "tertiary" if parts >= 4 and number == parts // 2 else "residential"
            name = f"{axis.name}{side}{_numeral(number)}{suffix}"
            streets.append(Axis(name, axis.position + gap * number / parts, road_class))
    return streets


def _numeral(number: int) -> str:
    """Chinese numeral of a number from 1 to 99."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十") + _DIGITS[ones]


def _crossings(rows: list[Axis], columns: list[Axis], rng: np.random.Generator, params: SchematicParams) -> FloatArray:
    """Longitude and latitude of each crossing, shape (rows, columns, 2); crossings move along main roads only."""
    lon = np.array([axis.position for axis in columns])[None, :]
    lat = np.array([axis.position for axis in rows])[:, None]
    shape = (len(rows), len(columns))
    aside = rng.normal(0.0, params.wobble_m, shape).clip(-2 * params.wobble_m, 2 * params.wobble_m)
    along = rng.normal(0.0, params.wobble_m, shape).clip(-2 * params.wobble_m, 2 * params.wobble_m)
    aside[:, [axis.is_main for axis in columns]] = 0.0
    along[[axis.is_main for axis in rows], :] = 0.0
    lon = lon + aside / (METRES_PER_DEGREE * np.cos(np.radians(REFERENCE_LAT)))
    lat = lat + along / METRES_PER_DEGREE - SLOPE * (lon - REFERENCE_LON)
    return np.round(np.stack(np.broadcast_arrays(lon, lat), axis=-1), COORDINATE_DECIMALS)


def _sections(
    node: NDArray[np.int64], streets: list[Axis], rng: np.random.Generator, params: SchematicParams
) -> list[tuple[int, int, Axis]]:
    """Sections (node, node, street) along each street of a lattice, without the missing ones."""
    is_missing = rng.random((node.shape[0], node.shape[1] - 1)) < params.missing_share
    return [
        (int(node[row, k]), int(node[row, k + 1]), street)
        for row, street in enumerate(streets)
        for k in range(node.shape[1] - 1)
        if street.is_main or street.road_class == "tertiary" or not is_missing[row, k]
    ]


def _zones() -> gpd.GeoDataFrame:
    return make_zones([(zone_id, role, name, _area(*bounds)) for zone_id, role, name, bounds in ZONES])


def _area(west: float, south: float, east: float, north: float) -> Any:
    """Quadrangle between longitudes and the latitudes of east-west lines at the reference longitude."""
    import shapely

    corners = [(west, south), (east, south), (east, north), (west, north)]
    return shapely.Polygon(
        [(lon, round(lat - SLOPE * (lon - REFERENCE_LON), COORDINATE_DECIMALS)) for lon, lat in corners]
    )

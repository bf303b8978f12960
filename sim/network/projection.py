"""Distances and metric coordinates of WGS84 positions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.contracts import FloatArray
from sim.network.road_network import METRES_PER_DEGREE

COORDINATE_DECIMALS = 7
"""Decimals kept of degrees: about a centimetre, so that networks rebuild to the same bytes."""


def utm_crs(lon: float, lat: float) -> str:
    """
    Coordinate system of the UTM zone that holds a position.

    Examples
    --------
    >>> utm_crs(118.05, 36.81)
    'EPSG:32650'
    """
    zone = int((lon + 180.0) // 6.0) % 60 + 1
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"


def project(lon: ArrayLike, lat: ArrayLike, crs_metric: str) -> tuple[FloatArray, FloatArray]:
    """Metric coordinates [m], to the centimetre, of WGS84 positions."""
    import pyproj

    transformer = pyproj.Transformer.from_crs("EPSG:4326", crs_metric, always_xy=True)
    x, y = transformer.transform(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
    return np.round(x, 2), np.round(y, 2)


def unproject(x_m: ArrayLike, y_m: ArrayLike, crs_metric: str) -> tuple[FloatArray, FloatArray]:
    """WGS84 longitude and latitude [degrees] of metric coordinates."""
    import pyproj

    transformer = pyproj.Transformer.from_crs(crs_metric, "EPSG:4326", always_xy=True)
    lon, lat = transformer.transform(np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64))
    return np.round(lon, COORDINATE_DECIMALS), np.round(lat, COORDINATE_DECIMALS)


def line_length_m(lines: NDArray[Any]) -> FloatArray:
    """Geodesic length of lines in WGS84 [m]."""
    import pyproj
    import shapely

    coordinates, line = shapely.get_coordinates(lines, return_index=True)
    same = line[1:] == line[:-1]
    start, end = coordinates[:-1][same], coordinates[1:][same]
    _, _, step_m = pyproj.Geod(ellps="WGS84").inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    total = np.bincount(line[1:][same], weights=step_m, minlength=np.size(lines))
    return total.astype(np.float64)


def flattened(geometry: Any, lat: float) -> NDArray[Any]:
    """Geometry in metres on a plane that touches the globe at latitude `lat`: good for nearest neighbours in a city."""
    import shapely

    scale = np.array([METRES_PER_DEGREE * np.cos(np.radians(lat)), METRES_PER_DEGREE])
    flat: NDArray[Any] = shapely.transform(np.asarray(geometry), lambda c: c * scale)
    return flat

"""The area that is cut out of a map or of another network: a box in degrees, or a polygon from GeoJSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import NetworkError

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


def area_of(bbox: str | None, polygon: str | Path | None) -> BaseGeometry | None:
    """
    The area of a bounding box or polygon in WGS84, prepared for questions; None when neither is given.

    Parameters
    ----------
    bbox
        `west,south,east,north` in degrees.
    polygon
        GeoJSON file of one polygon or more.

    Raises
    ------
    NetworkError
        If the box is not four numbers in order, or the file holds no polygon.
    """
    import shapely

    if bbox is not None:
        try:
            west, south, east, north = (float(value) for value in bbox.split(","))
        except ValueError as error:
            raise NetworkError(f"bbox: found {bbox!r}, expected west,south,east,north in degrees") from error
        if not (west < east and south < north):
            raise NetworkError(f"bbox: found {bbox!r}, expected west < east and south < north")
        area: BaseGeometry = shapely.box(west, south, east, north)
    elif polygon is None:
        return None
    else:
        try:
            content = json.loads(Path(polygon).read_text(encoding="utf-8"))
            features = content.get("features") or [content]
            area = shapely.union_all([shapely.geometry.shape(f.get("geometry") or f) for f in features])
        except (OSError, ValueError, KeyError, AttributeError, shapely.errors.ShapelyError) as error:
            raise NetworkError(f"{polygon}: cannot be read: {error}; expected a GeoJSON polygon") from error
        if area.area <= 0:
            raise NetworkError(f"{polygon}: found no area, expected a GeoJSON polygon")
    shapely.prepare(area)
    return area

"""
Zones of an analyst's own, from a GeoJSON file, beside those that a network has.

A zone of the file with the `zone_id` of a zone of the network takes its place; the others are added.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import NetworkError
from sim.network.road_network import RoadNetwork
from sim.network.zones import make_zones

_EXPECTED = "a GeoJSON FeatureCollection of polygons with the properties zone_id and role"
_NAMES = ("zone_id", "role", "name")
_MISSPELT = {"zoneid": "zone_id", "zone id": "zone_id", "id": "zone_id", "zone": "zone_id", "zone_role": "role"}
_WGS84 = re.compile(r"(urn:ogc:def:crs:)?(EPSG:[^:]*:?4326|OGC:[^:]*:?CRS84)", re.IGNORECASE)
_MOST_FAULTS = 20


def with_zones_of(network: RoadNetwork, path: str | Path) -> RoadNetwork:
    """
    A network with the zones of a GeoJSON file besides its own.

    Parameters
    ----------
    network
        Road network.
    path
        FeatureCollection of polygons in WGS84 (EPSG:4326, longitude first), each with the property `zone_id` and
        optionally `role` (left out: the `zone_id`) and `name`. A `zone_id` of the network replaces that zone.

    Raises
    ------
    NetworkError
        Listing every fault of the file: another coordinate system, missing or repeated ids, outlines that cross
        themselves, polygons that no street of the network meets.
    """
    features = _features(Path(path))
    faults: list[str] = []
    added: list[tuple[str, str, str, Any]] = []
    for number, feature in enumerate(features, start=1):
        row, found = _zone(feature, network)
        label = f"feature {number}" if row[0] == "" else f"feature {number} (zone {row[0]})"
        faults += [f"{label}: {fault}" for fault in found]
        added.append(row)
    twice = [zone_id for zone_id, times in Counter(row[0] for row in added).items() if zone_id and times > 1]
    faults += [f"zone_id: found {zone_id!r} more than once, expected each id once" for zone_id in twice]
    if faults:
        more = len(faults) - _MOST_FAULTS
        shown = faults[:_MOST_FAULTS] + ([f"and {more} more faults"] if more > 0 else [])
        raise NetworkError([f"{path}: {fault}" for fault in shown])
    names = {row[0] for row in added}
    own = network.zones.to_dict("records")
    kept = [tuple(row[key] for key in (*_NAMES, "geometry")) for row in own if str(row["zone_id"]) not in names]
    replaced = sorted(names & {str(row["zone_id"]) for row in own})
    note = f"Zones of {path}: {', '.join(row[0] for row in added)}."
    if replaced:
        note += f" In place of the network's own: {', '.join(replaced)}."
    return replace(network, zones=make_zones([*kept, *added]), notes=(*network.notes, note))


def _features(path: Path) -> list[Any]:
    """Features of the file, whose coordinate system is WGS84."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise NetworkError(f"{path}: cannot be read ({error.strerror or error}), expected {_EXPECTED}") from error
    except (ValueError, RecursionError) as error:
        raise NetworkError(f"{path}: found no JSON ({error}), expected {_EXPECTED}") from error
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not features:
        raise NetworkError(f"{path}: found no list of features, expected {_EXPECTED}")
    crs = content.get("crs")
    if crs is not None:
        try:
            name = str(crs["properties"]["name"])
        except (TypeError, KeyError):
            name = str(crs)[:60]
        if not _WGS84.fullmatch(name):
            raise NetworkError(f"{path}: crs: found {name}, expected EPSG:4326 (WGS84); convert the file first")
    return features


def _zone(feature: Any, network: RoadNetwork) -> tuple[tuple[str, str, str, Any], list[str]]:
    """zone_id, role, name and polygon of a feature, and its faults."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    given = properties if isinstance(properties, dict) else {}
    text, faults = {}, []
    for name in _NAMES:
        value = given.get(name)
        if value is None or value == "":
            text[name] = ""
        elif isinstance(value, bool) or not isinstance(value, str | int) or not str(value).isprintable():
            text[name] = ""
            faults.append(f"{name}: found {value!r}, expected text")
        else:
            text[name] = str(value).strip()
    for key in given:
        meant = key.lower().strip() if key.lower().strip() in _NAMES else _MISSPELT.get(key.lower().strip(), "")
        if meant and key != meant and not text[meant] and not (meant == "role" and key in _NAMES):
            faults.append(f"found a property {key}, expected the name {meant}")
    if not text["zone_id"] and not any("zone_id" in fault for fault in faults):
        faults.append("zone_id: found none, expected a name that no other zone of the file has")
    polygon, geometry_faults = _polygon(feature, network)
    role = text["role"] or text["zone_id"]
    return (text["zone_id"], role, text["name"] or text["zone_id"], polygon), faults + geometry_faults


def _polygon(feature: Any, network: RoadNetwork) -> tuple[Any, list[str]]:
    """Polygon of a feature, and its faults."""
    import shapely
    import shapely.geometry

    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in ("Polygon", "MultiPolygon"):
        return None, [f"geometry: found {kind or 'none'}, expected a Polygon or MultiPolygon"]
    try:
        with np.errstate(invalid="ignore"):
            polygon = shapely.force_2d(shapely.geometry.shape(geometry))
        corners = shapely.get_coordinates(polygon)
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, shapely.errors.GEOSException) as error:
        return None, [f"geometry: found no outline ({error}), expected rings of at least three corners"]
    if len(corners) == 0:
        return None, ["geometry: found no corner, expected rings of at least three corners"]
    wrong = ~(np.isfinite(corners).all(axis=1) & (np.abs(corners) <= (180.0, 90.0)).all(axis=1))
    if wrong.any():
        lon, lat = corners[wrong][0]
        return None, [f"geometry: found the corner {lon:g}, {lat:g}, expected degrees, longitude before latitude"]
    if not polygon.is_valid or polygon.area == 0.0:
        reason = shapely.is_valid_reason(polygon)
        return None, [f"geometry: found {reason}, expected a polygon that has an area and does not cross itself"]
    if not shapely.intersects(polygon, network.links["geometry"].to_numpy()).any():
        west, south, east, north = shapely.total_bounds(network.links["geometry"].to_numpy())
        lon, lat = polygon.centroid.x, polygon.centroid.y
        return None, [
            f"geometry: found no street of network {network.name} in it (its middle is {lon:.4f}, {lat:.4f}), "
            f"expected a place on the map: {west:.4f} to {east:.4f}, {south:.4f} to {north:.4f}, longitude first"
        ]
    return polygon, []

"""Zones of a user's table of trips: polygons in a GeoJSON file, and the links that lie in each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.contracts import IntArray, LinkArray
from sim.errors import DemandError, faults_message
from sim.network import RoadNetwork

_LOCAL = ("residential", "living_street", "unclassified", "tertiary", "service")


@dataclass(frozen=True, slots=True)
class OdZones:
    """
    Zones with the links on which their trips start and end.

    Parameters
    ----------
    zone_id
        Names, in the order of the file.
    start, links
        Compressed rows: the links of zone `z` are `links[start[z]:start[z + 1]]`. None where no street lies in it.
    """

    zone_id: tuple[str, ...]
    start: IntArray
    links: LinkArray

    def __len__(self) -> int:
        return len(self.zone_id)

    def links_of(self, zone: int) -> LinkArray:
        """Links of one zone."""
        found: LinkArray = self.links[self.start[zone] : self.start[zone + 1]]
        return found


def read_od_zones(path: str | Path, network: RoadNetwork) -> OdZones:
    """
    Zones of a GeoJSON file on a road network.

    A link lies in the first zone of the file that holds its midpoint. Local streets take the trips of a zone; main
    roads only where a zone has no others.

    Parameters
    ----------
    path
        FeatureCollection of polygons in WGS84, each with a property `zone_id`.
    network
        Road network.

    Raises
    ------
    DemandError
        With every fault: no GeoJSON, features without `zone_id` or polygon, names given twice, another coordinate
        system, no zone on the map.
    """
    import shapely

    path = Path(path)
    zone_id, polygons = _zones(path)
    middle = shapely.line_interpolate_point(network.links["geometry"].to_numpy(), 0.5, normalized=True)
    link, zone = shapely.STRtree(polygons).query(middle, predicate="intersects")
    if len(link) == 0:
        raise DemandError(
            f"{path}: found no street of {network.name} in any of {len(zone_id)} zones, expected zones on the map"
        )
    order = np.lexsort((zone, link))
    link, zone = link[order], zone[order]
    is_first = np.concatenate([[True], np.diff(link) > 0])
    link, zone = link[is_first], zone[is_first]
    is_local = network.links["road_class"].isin(_LOCAL).to_numpy()[link]
    has_local = np.bincount(zone[is_local], minlength=len(zone_id)) > 0
    is_used = is_local | ~has_local[zone]
    link, zone = link[is_used], zone[is_used]
    order = np.lexsort((link, zone))
    start = np.concatenate([[0], np.cumsum(np.bincount(zone, minlength=len(zone_id)))]).astype(np.int64)
    return OdZones(zone_id, start, link[order].astype(np.int32))


def _zones(path: Path) -> tuple[tuple[str, ...], list[Any]]:
    """Names and polygons."""
    features = _features(path)
    names: dict[str, int] = {}
    polygons: list[Any] = []
    faults = []
    for number, feature in enumerate(features, start=1):
        name, polygon, wrong = _zone(feature)
        if name in names:
            wrong.append(f"found zone_id {name!r} again, expected one that feature {names[name]} does not have")
        faults += [f"feature {number}: {fault}" for fault in wrong]
        if name:
            names.setdefault(name, number)
        polygons.append(polygon)
    if faults:
        raise DemandError(faults_message(str(path), faults))
    return tuple(names), polygons


def _zone(feature: Any) -> tuple[str, Any, list[str]]:
    """Name, polygon and faults of a feature."""
    import shapely

    content = feature if isinstance(feature, dict) else {}
    properties = content.get("properties")
    value = properties.get("zone_id") if isinstance(properties, dict) else None
    name = "" if value is None else str(int(value) if isinstance(value, float) and value.is_integer() else value)
    faults = [] if name.strip() else ["found no zone_id among its properties, expected a name or number"]
    geometry = content.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    polygon = None
    if isinstance(geometry, dict) and kind in ("Polygon", "MultiPolygon"):
        try:
            polygon = shapely.make_valid(shapely.geometry.shape(geometry))
        except (ValueError, TypeError, KeyError, IndexError, shapely.errors.ShapelyError) as error:
            faults.append(f"found a {kind} that cannot be read ({error}), expected rings of longitude and latitude")
    else:
        faults.append(f"found geometry {kind or 'none'}, expected a Polygon or MultiPolygon")
    if polygon is not None and polygon.is_empty:
        faults.append("found an empty polygon, expected rings of longitude and latitude")
    elif polygon is not None and not _is_wgs84(polygon):
        faults.append("found coordinates beyond 180 and 90, expected longitude and latitude in degrees (WGS84)")
    return name.strip(), polygon, faults


def _is_wgs84(polygon: Any) -> bool:
    west, south, east, north = polygon.bounds
    return bool(west >= -180.0 and east <= 180.0 and south >= -90.0 and north <= 90.0)


def _features(path: Path) -> list[Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise DemandError(f"{path}: cannot be read ({error.strerror}), expected a GeoJSON file of zones") from error
    except UnicodeDecodeError as error:
        raise DemandError(f"{path}: found bytes of another encoding, expected GeoJSON in UTF-8") from error
    except json.JSONDecodeError as error:
        raise DemandError(f"{path}: line {error.lineno}: found {error.msg}, expected valid JSON") from error
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not features:
        raise DemandError(f"{path}: found no list of features, expected a GeoJSON FeatureCollection of polygons")
    return features

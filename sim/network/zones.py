"""
Zones by role: the areas that rules are written for.

A link belongs to a zone when its geometry meets the polygon, so boundaries run mid-block. Roles: `centre` (most shops,
no hub), `inner_ring` (the built-up core, centre included), `residential` (mostly local streets, outside the centre).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from sim.contracts import FloatArray
from sim.network.projection import unproject
from sim.network.road_network import ZONE_COLUMNS, RoadNetwork

if TYPE_CHECKING:
    import geopandas as gpd


class ZoneParams(BaseModel, frozen=True, extra="forbid"):
    """Size of the zones drawn for a network that comes without."""

    centre_share: float = Field(0.4, gt=0, lt=1, description="Link length within `centre` [-]. Assumption.")
    inner_ring_share: float = Field(0.7, gt=0, lt=1, description="Link length within `inner_ring` [-]. Assumption.")
    residential_share: float = Field(
        0.6, gt=0, le=1, description="Local streets, by length, that make a cell residential [-]. Assumption."
    )
    cell_m: float = Field(400.0, gt=0, description="Longest side of a cell of `residential` [m]. Assumption.")


def make_zones(rows: Sequence[tuple[str, str, str, Any]]) -> gpd.GeoDataFrame:
    """Table of zones from (zone_id, role, name, polygon in WGS84)."""
    import geopandas as gpd

    columns: dict[str, list[Any]] = {name: [row[i] for row in rows] for i, name in enumerate(ZONE_COLUMNS)}
    return gpd.GeoDataFrame(columns, geometry="geometry", crs="EPSG:4326")


def no_zones() -> gpd.GeoDataFrame:
    """A table of zones without rows."""
    return make_zones([])


def links_in_zone(network: RoadNetwork, role: str) -> NDArray[np.bool_]:
    """Which links meet a zone of the role; none when the network has no such zone."""
    import shapely

    lines = network.links["geometry"].to_numpy()
    inside = np.zeros(network.n_links, dtype=bool)
    for polygon in network.zones_of(role)["geometry"]:
        shapely.prepare(polygon)
        inside |= shapely.intersects(polygon, lines)
    return inside


def default_zones(network: RoadNetwork, params: ZoneParams | None = None) -> gpd.GeoDataFrame:
    """
    Zones drawn from the streets alone.

    `centre` and `inner_ring` are polygons of 24 corners about the middle of the shops (of the streets, when there
    are no shops) that hold the given shares of link length; the centre grows until it holds half of the shops, but
    never beyond the inner ring. `residential` is made of square cells.
    """
    params = params or ZoneParams()
    middle = link_middles_m(network)
    shops = network.places_of("shop")
    points = middle[shops["link"].to_numpy(dtype=np.int64)] if len(shops) else middle
    weights = np.ones(len(points)) if len(shops) else network.length_m
    centre = np.average(points, axis=0, weights=weights)
    distance = np.hypot(*(middle - centre).T)
    ring_m = _radius_of_share(distance, network.length_m, params.inner_ring_share)
    centre_m = _radius_of_share(distance, network.length_m, min(params.centre_share, params.inner_ring_share))
    if len(shops):
        half_m = float(np.median(np.hypot(*(points - centre).T)))
        centre_m = min(max(centre_m, half_m * 1.02), ring_m * 0.9)
    polygon = _polygon_about(centre, centre_m)
    rows = [
        ("centre", "centre", "Centre", polygon),
        ("inner_ring", "inner_ring", "Inner ring", _polygon_about(centre, ring_m)),
    ]
    homes = _residential_cells(network, middle, polygon, params)
    if not homes.is_empty:
        rows.append(("residential", "residential", "Residential", homes))
    return make_zones([(zone, role, name, to_wgs84(area, network.crs_metric)) for zone, role, name, area in rows])


def link_middles_m(network: RoadNetwork) -> FloatArray:
    """Midpoints between the ends of the links in metric coordinates [m], shape (n_links, 2)."""
    xy = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    middle: FloatArray = (xy[network.from_node] + xy[network.to_node]) / 2.0
    return middle


def to_wgs84(geometry: Any, crs_metric: str) -> Any:
    """A geometry in WGS84 from metric coordinates."""
    import shapely

    return shapely.transform(geometry, lambda c: np.column_stack(unproject(c[:, 0], c[:, 1], crs_metric)))


def _radius_of_share(distance_m: FloatArray, length_m: FloatArray, share: float) -> float:
    order = np.argsort(distance_m, kind="stable")
    covered = np.cumsum(length_m[order]) / length_m.sum()
    return float(distance_m[order][np.searchsorted(covered, share)])


def _polygon_about(centre: FloatArray, radius_m: float) -> Any:
    import shapely

    angle = np.radians(7.5 + 15.0 * np.arange(24))
    return shapely.Polygon(np.column_stack([np.cos(angle), np.sin(angle)]) * radius_m + centre)


def _residential_cells(network: RoadNetwork, middle: FloatArray, centre: Any, params: ZoneParams) -> Any:
    """Square cells of mostly local streets outside the centre; where there are none, the most local of the cells."""
    import shapely

    side_m = min(params.cell_m, float(np.ptp(middle, axis=0).max()) / 12.0)
    origin = middle.min(axis=0) - side_m * np.array([0.37, 0.41])
    cell = np.floor((middle - origin) / side_m).astype(np.int64)
    key = cell[:, 0] * 100_000 + cell[:, 1]
    cells, row = np.unique(key, return_inverse=True)
    is_local = network.links["road_class"].isin(["residential", "living_street"]).to_numpy(dtype=bool)
    total = np.bincount(row, weights=network.length_m)
    share = np.bincount(row, weights=network.length_m * is_local) / total
    x, y = cells // 100_000 * side_m + origin[0], cells % 100_000 * side_m + origin[1]
    lap_m = 0.02 * side_m  # neighbours overlap, so that cells that share a corner make one sound polygon
    squares = shapely.box(x - lap_m, y - lap_m, x + side_m + lap_m, y + side_m + lap_m)
    outside = (total >= side_m) & ~shapely.intersects(squares, centre)
    if not outside.any():
        return shapely.Polygon()
    chosen = outside & (share >= min(params.residential_share, float(share[outside].max())))
    return shapely.normalize(shapely.union_all(squares[chosen]))

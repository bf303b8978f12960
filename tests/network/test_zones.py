"""Zones hold the share of the streets that they are drawn for; a link belongs when it meets the polygon."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from sim.network import default_zones, grid_network, links_in_zone
from sim.network.grid import GridParams
from sim.network.places import no_places
from sim.network.zones import ZoneParams, make_zones, no_zones, to_wgs84

GRID = grid_network(GridParams(rows=12, columns=12))
BARE = replace(GRID, places=no_places(), zones=no_zones())


def square(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A box in metres from the south-west corner of the grid, in WGS84."""
    x, y = GRID.nodes["x_m"][0], GRID.nodes["y_m"][0]
    return to_wgs84(shapely.box(x + west, y + south, x + east, y + north), GRID.crs_metric)


def test_link_that_meets_the_polygon_belongs() -> None:
    """A box about one crossing, a quarter of a block wide, holds its eight links and no other."""
    zones = make_zones([("z", "centre", "One crossing", square(150, 150, 250, 250))])
    inside = links_in_zone(replace(BARE, zones=zones), "centre")
    crossing = 13
    assert np.array_equal(
        np.flatnonzero(inside), np.flatnonzero((GRID.from_node == crossing) | (GRID.to_node == crossing))
    )


def test_two_zones_of_a_role_add_up() -> None:
    """Links of either zone belong to the role."""
    first = ("a", "residential", "A", square(150, 150, 250, 250))
    second = ("b", "residential", "B", square(950, 950, 1050, 1050))
    both, one, two = (
        links_in_zone(replace(BARE, zones=make_zones(rows)), "residential")
        for rows in ([first, second], [first], [second])
    )
    assert np.array_equal(both, one | two)
    assert both.sum() == 16


def test_role_without_zone_holds_no_link() -> None:
    """A network without zones has nothing in the centre."""
    assert not links_in_zone(BARE, "centre").any()


@pytest.mark.parametrize("share", [0.2, 0.4, 0.6])
def test_centre_holds_its_share_of_the_streets(share: float) -> None:
    """Without shops the middles of `centre_share` of the length lie in the centre."""
    zones = default_zones(BARE, ZoneParams(centre_share=share))
    middles = shapely.line_interpolate_point(GRID.links["geometry"].to_numpy(), 0.5, normalized=True)
    polygon = zones[zones["role"] == "centre"]["geometry"].iloc[0]
    held = GRID.length_m[shapely.covers(polygon, middles)].sum() / GRID.length_m.sum()
    assert held == pytest.approx(share, abs=0.05)


def test_zones_are_sound_polygons_and_nested() -> None:
    """Polygons do not cross themselves; the inner ring covers the centre; homes lie outside the centre."""
    zones = default_zones(GRID).set_index("role")["geometry"]
    assert zones.is_valid.all()
    assert zones["inner_ring"].covers(zones["centre"])
    assert not zones["residential"].intersects(zones["centre"])


def test_centre_follows_the_shops() -> None:
    """With all shops in the north-east quarter the centre holds half of them."""
    row, column = np.divmod(GRID.from_node, 12)
    corner = np.flatnonzero((row >= 7) & (column >= 7)).astype(np.int32)
    shops = GRID.places_of("shop").head(len(corner)).copy()
    shops["link"] = corner[: len(shops)]
    network = replace(BARE, places=shops)
    inside = links_in_zone(replace(network, zones=default_zones(network)), "centre")
    assert inside[shops["link"]].mean() >= 0.5

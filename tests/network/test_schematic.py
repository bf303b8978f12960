"""The schematic district: its main roads where the axes say, its size, its zones."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from sim.network import RoadNetwork, links_in_zone, read_network
from sim.network.schematic import SchematicParams, schematic_streets
from sim.network.zhangdian_axes import EAST_WEST, NORTH_SOUTH, PLACE_NAMES, REFERENCE_LON, SLOPE


@pytest.fixture(scope="module")
def zhangdian() -> RoadNetwork:
    """The committed network."""
    return read_network("zhangdian")


def test_says_that_it_is_schematic(zhangdian: RoadNetwork) -> None:
    """The label carries the name in Chinese and English and the word SCHEMATIC."""
    assert zhangdian.is_schematic
    assert zhangdian.label == "张店 Zhangdian (SCHEMATIC)"
    assert any("made up" in note for note in zhangdian.notes)


def test_size_is_that_of_the_district(zhangdian: RoadNetwork) -> None:
    """About 2,400 nodes, 7,700 links and 1,760 directed kilometres."""
    assert zhangdian.n_nodes == pytest.approx(2400, rel=0.05)
    assert zhangdian.n_links == pytest.approx(7700, rel=0.03)
    assert zhangdian.length_m.sum() / 1000 == pytest.approx(1760, rel=0.03)
    assert 200 <= np.median(zhangdian.length_m) <= 280


def test_every_node_reaches_every_other(zhangdian: RoadNetwork) -> None:
    """The network is strongly connected."""
    ones = np.ones(zhangdian.n_links)
    matrix = coo_array((ones, (zhangdian.from_node, zhangdian.to_node)), shape=(zhangdian.n_nodes,) * 2).tocsr()
    assert connected_components(matrix, directed=True, connection="strong")[0] == 1


@pytest.mark.parametrize("axis", NORTH_SOUTH, ids=lambda axis: axis.name)
def test_north_south_roads_keep_their_longitude(zhangdian: RoadNetwork, axis) -> None:  # type: ignore[no-untyped-def]
    """Each north-south road runs on its axis from end to end, with its class."""
    links = zhangdian.links[zhangdian.links["name"] == axis.name]
    lon = np.array([line.coords[0][0] for line in links["geometry"]])
    assert lon == pytest.approx(axis.position, abs=1e-6)
    assert set(links["road_class"]) == {axis.road_class}
    assert links["length_m"].sum() / 2000 == pytest.approx(8.55, abs=0.1)


@pytest.mark.parametrize("axis", EAST_WEST, ids=lambda axis: axis.name)
def test_east_west_roads_fall_to_the_east(zhangdian: RoadNetwork, axis) -> None:  # type: ignore[no-untyped-def]
    """Each east-west road meets its latitude at the reference longitude and falls by the slope."""
    links = zhangdian.links[zhangdian.links["name"] == axis.name]
    position = np.array([line.coords[0] for line in links["geometry"]])
    expected = axis.position - SLOPE * (position[:, 0] - REFERENCE_LON)
    assert position[:, 1] == pytest.approx(expected, abs=1e-6)


def test_signals_stand_where_main_roads_cross_each_other_or_a_collector(zhangdian: RoadNetwork) -> None:
    """Two streets meet, one of them a main road, the other a main road or a collector; not at the four corners."""
    main = {axis.name for axis in (*NORTH_SOUTH, *EAST_WEST)}
    wide = main | set(zhangdian.links.loc[zhangdian.links["road_class"] == "tertiary", "name"])
    names: dict[int, set[str]] = {}
    for node, name in zip(zhangdian.to_node.tolist(), zhangdian.links["name"], strict=True):
        names.setdefault(node, set()).add(name)
    expected = {node for node, here in names.items() if len(here) == 2 and here <= wide and here & main}
    corners = {node for node in expected if len(set(zhangdian.from_node[zhangdian.to_node == node].tolist())) == 2}
    assert len(corners) == 4
    assert set(np.flatnonzero(zhangdian.nodes["is_signal"].to_numpy()).tolist()) == expected - corners


def test_half_of_the_shops_lie_in_the_centre_and_no_hub(zhangdian: RoadNetwork) -> None:
    """The zone `centre` holds most shops on a fifth of the links; hubs lie outside."""
    inside = links_in_zone(zhangdian, "centre")
    assert inside.mean() < 0.25
    assert inside[zhangdian.places_of("shop")["link"]].mean() > 0.5
    assert not inside[zhangdian.places_of("hub")["link"]].any()


def test_ring_around_the_centre_stays_open(zhangdian: RoadNetwork) -> None:
    """No link of the ring of main roads lies in the zone it encloses."""
    inside = links_in_zone(zhangdian, "centre")
    ring = zhangdian.links["name"].isin(["西八路", "昌国路", "东四路", "联通路"]).to_numpy()
    assert not (inside & ring).any()


def test_places_of_the_plan(zhangdian: RoadNetwork) -> None:
    """Forty station sites, eight hubs and three distribution centres by name, 7,000 shops of all eight types."""
    assert len(zhangdian.places_of("station_site")) == 40
    assert zhangdian.places_of("hub")["name"].tolist() == list(PLACE_NAMES["hub"])
    assert len(zhangdian.places_of("distribution_centre")) == 3
    assert zhangdian.places_of("shop")["type"].value_counts().gt(100).sum() == 8
    assert len(zhangdian.places_of("shop")) == 7000


def test_hub_names_tell_where_they_lie(zhangdian: RoadNetwork) -> None:
    """The east hub is the easternmost but for corners, the west hub lies west of the middle."""
    hubs = zhangdian.places_of("hub").set_index("name")
    assert hubs.loc["东部物流园 East hub", "lon"] > 118.11
    assert hubs.loc["西部货运枢纽 West hub", "lon"] < 117.98
    assert hubs.loc["北部批发市场 North hub", "lat"] > 36.86
    assert hubs.loc["南部货运站 South hub", "lat"] < 36.80


def test_local_streets_are_named_after_the_road_before_them() -> None:
    """The second local street north of 人民路 is its second street."""
    names = set(schematic_streets(SchematicParams()).links["name"])
    assert "人民路北二街" in names
    assert "柳泉路东一巷" in names
    assert "鲁泰大道北十一街" in names

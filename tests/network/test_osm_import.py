"""
A town drawn by hand as OpenStreetMap XML, read back as a network.

    1 ---- 2 ---- 3 ---- 4        Main Street, two-way; signal on node 2, in the middle of the block
                  |      |
                  5 ---- 6        node 6 belongs to the one-way from 4 to 5 by way of 6
"""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from shapely.geometry import Point

from sim.errors import NetworkError
from sim.network import RoadNetwork, build_network
from sim.network.area import area_of

pytest.importorskip("osmium")

NODES = {1: (0, 0), 2: (1, 0), 3: (2, 0), 4: (3, 0), 5: (2, -1), 6: (3, -1), 7: (2.5, 0.1), 8: (5, 5)}
STEP = 0.001


def node_xml(number: int, tags: str = "") -> str:
    """A node of the town."""
    x, y = NODES[number]
    return f'<node id="{number}" version="1" lon="{25 + x * STEP:.7f}" lat="{60 + y * STEP:.7f}">{tags}</node>'


def way_xml(number: int, nodes: list[int], **tags: str) -> str:
    """A way of the town."""
    refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
    text = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
    return f'<way id="{number}" version="1">{refs}{text}</way>'


SIGNAL = '<tag k="highway" v="traffic_signals"/>'
SHOP = '<tag k="shop" v="supermarket"/><tag k="name" v="Kauppa"/><tag k="opening_hours" v="Mo-Fr 08:00-20:00"/>'
WAYS = [
    way_xml(100, [1, 2, 3, 4], highway="secondary", name="Main Street", maxspeed="36", lanes="4"),
    way_xml(101, [4, 6, 5], highway="residential", name="Back Lane", oneway="yes"),
    way_xml(102, [5, 3], highway="residential", name="Side Street"),
    way_xml(103, [1, 8], highway="footway"),
]


def town(tmp_path: Path, *, signal: str = SIGNAL, ways: list[str] | None = None, without: tuple[int, ...] = ()) -> Path:
    """The town as a file; `without` leaves nodes out, as a clipped extract does."""
    tags = {2: signal, 7: SHOP}
    nodes = [node_xml(number, tags.get(number, "")) for number in NODES if number not in without]
    text = '<?xml version="1.0"?><osm version="0.6">' + "".join(nodes + (WAYS if ways is None else ways)) + "</osm>"
    file = tmp_path / "town.osm"
    file.write_text(text, encoding="utf-8")
    return file


def streets(network: RoadNetwork) -> set[tuple[int, int]]:
    """From-node and to-node of all links."""
    return set(zip(network.links["from_node_id"], network.links["to_node_id"], strict=True))


def test_links_run_from_crossing_to_crossing_and_to_signals(tmp_path: Path) -> None:
    """Node 6 is shape; node 2 is kept for its signal; the one-way runs one way."""
    network = build_network("osm", path=town(tmp_path))
    assert streets(network) == {(1, 2), (2, 1), (2, 3), (3, 2), (3, 4), (4, 3), (4, 5), (5, 3), (3, 5)}
    lane = network.links.query("from_node_id == 4 and to_node_id == 5").iloc[0]
    assert lane["name"] == "Back Lane"
    assert len(lane["geometry"].coords) == 3
    # 1/1000 degree of latitude and as much of longitude at 60 N: 111.4 m and 55.8 m
    assert lane["length_m"] == pytest.approx(111.4 + 55.8, abs=0.5)


def test_tags_become_lanes_and_speed(tmp_path: Path) -> None:
    """36 km/h are 10 m/s, four lanes are two each way; the residential street takes the values of its class."""
    links = build_network("osm", path=town(tmp_path)).links
    main = links[links["name"] == "Main Street"]
    assert set(main["free_speed_mps"]) == {10.0}
    assert set(main["lanes"]) == {2.0}
    side = links[links["name"] == "Side Street"]
    assert set(side["free_speed_mps"]) == {8.3}
    assert set(side["capacity_veh_per_h"]) == {600.0}
    assert set(side["saturation_flow_veh_per_h"]) == {1497.7}


def test_signal_in_the_middle_of_a_street_is_kept(tmp_path: Path) -> None:
    """Both directions stop at node 2: a pedestrian crossing with 70 % green."""
    network = build_network("osm", path=town(tmp_path))
    links = network.links.set_index(["from_node_id", "to_node_id"])
    for ends in ((1, 2), (3, 2)):
        assert links.loc[ends, "capacity_veh_per_h"] == pytest.approx(min(0.7 * 2 * 1500, 2000))
        assert links.loc[ends, "signal_delay_s"] == pytest.approx(2.7)
    assert links.loc[(2, 3), "signal_delay_s"] == 0.0


def test_signal_that_faces_one_direction(tmp_path: Path) -> None:
    """`traffic_signals:direction=forward` stops those who drive along the way only."""
    signal = SIGNAL + '<tag k="traffic_signals:direction" v="forward"/>'
    links = build_network("osm", path=town(tmp_path, signal=signal)).links.set_index(["from_node_id", "to_node_id"])
    assert links.loc[(1, 2), "signal_delay_s"] > 0
    assert links.loc[(3, 2), "signal_delay_s"] == 0


def test_shop_lies_on_the_street_before_it(tmp_path: Path) -> None:
    """The supermarket north of Main Street lies on the westward link, on its right-hand side, with its hours."""
    network = build_network("osm", path=town(tmp_path))
    shop = network.places_of("shop").iloc[0]
    assert (shop["type"], shop["name"]) == ("supermarket", "Kauppa")
    assert "Mo-Fr 08:00-20:00" in shop["attributes"]
    link = network.links.iloc[shop["link"]]
    assert (link["from_node_id"], link["to_node_id"]) == (4, 3)


def test_clipped_way_is_cut_at_the_missing_node(tmp_path: Path) -> None:
    """Without node 4 Back Lane falls away and node 3 is but a bend on the way to 5; the notes say so."""
    network = build_network("osm", path=town(tmp_path, without=(4,)))
    assert streets(network) == {(1, 2), (2, 1), (2, 5), (5, 2)}
    assert any("Cut 2 ways" in note for note in network.notes)
    assert any("Dropped" in note for note in network.notes)


def test_bounding_box_cuts_like_a_clipped_file(tmp_path: Path) -> None:
    """A box without node 4 gives the same streets as a file without it, and no shop beyond."""
    network = build_network("osm", path=town(tmp_path), bbox="24.9995,59.9985,25.0024,60.0005")
    assert streets(network) == {(1, 2), (2, 1), (2, 5), (5, 2)}
    assert network.places_of("shop")["name"].tolist().count("Kauppa") == 0


def test_compressed_file_gives_the_same_network(tmp_path: Path) -> None:
    """`.osm.gz` is read like `.osm`."""
    file = town(tmp_path)
    packed = tmp_path / "town.osm.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert build_network("osm", path=packed).sha256() == build_network("osm", path=file).sha256()


def test_missing_kinds_are_sampled_and_said_so(tmp_path: Path) -> None:
    """The shop comes from the map; hubs and the rest are sampled, and zones drawn."""
    network = build_network("osm", path=town(tmp_path))
    assert len(network.places_of("shop")) == 1
    assert not network.places_of("hub").empty
    assert any("sampled" in note and "hub" in note and "shop" not in note for note in network.notes)
    assert not network.zones_of("centre").empty


def test_ring_without_crossing_is_dropped_and_does_not_hang(tmp_path: Path) -> None:
    """A roundabout that nothing leads to is a loop at one node, which no van can use."""
    ways = [*WAYS, way_xml(104, [7, 8, 6, 7], highway="residential", junction="roundabout")]
    ways[1] = way_xml(101, [4, 5], highway="residential", oneway="yes")
    network = build_network("osm", path=town(tmp_path, ways=ways))
    assert any("loops at one node: 1" in note for note in network.notes)


@pytest.mark.parametrize("content", ["", "<osm version='0.6'><way", "not a map"])
def test_broken_file_is_one_clear_error(tmp_path: Path, content: str) -> None:
    """A file that is no OpenStreetMap data names itself in the message."""
    file = tmp_path / "broken.osm"
    file.write_text(content)
    with pytest.raises(NetworkError, match=r"broken\.osm"):
        build_network("osm", path=file)


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there."""
    with pytest.raises(NetworkError, match="found no such file"):
        build_network("pbf", path=tmp_path / "none.osm.pbf")


def test_map_without_streets(tmp_path: Path) -> None:
    """A map of footpaths is no road network."""
    with pytest.raises(NetworkError, match="no way that motor vehicles may use"):
        build_network("osm", path=town(tmp_path, ways=[WAYS[3]]))


def test_unsaved_edits_have_no_positions(tmp_path: Path) -> None:
    """An editor's file with negative ids is told apart from a map without streets."""
    file = tmp_path / "edits.osm"
    file.write_text(town(tmp_path).read_text().replace('id="', 'id="-').replace('ref="', 'ref="-'))
    with pytest.raises(NetworkError, match="3 ways have no node with a position and a positive id"):
        build_network("osm", path=file)


@pytest.mark.parametrize("bbox", ["1,2,3", "a,b,c,d", "3,1,2,4"])
def test_bad_bounding_box(bbox: str) -> None:
    """A box needs four numbers in order."""
    with pytest.raises(NetworkError, match=r"west,south,east,north|west < east"):
        area_of(bbox, None)


def test_polygon_file(tmp_path: Path) -> None:
    """A GeoJSON polygon keeps what lies in it; a file without area is refused."""
    file = tmp_path / "area.geojson"
    file.write_text('{"type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 2], [0, 0]]]}')
    area = area_of(None, file)
    assert area is not None
    assert area.intersects(Point(1.5, 1.0))
    assert not area.intersects(Point(0.5, 1.5))
    file.write_text('{"type": "Point", "coordinates": [0, 0]}')
    with pytest.raises(NetworkError, match="no area"):
        area_of(None, file)

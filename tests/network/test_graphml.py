"""Graphs saved by OSMnx, plain and compressed, and graphs that are none."""

from __future__ import annotations

import gzip
from pathlib import Path

import networkx as nx
import pytest

from sim.errors import NetworkError
from sim.network import build_network, grid_network
from sim.network.graphml import network_from_graphml, streets_of_graph
from sim.network.grid import GridParams


def saved(graph: nx.MultiDiGraph, file: Path) -> Path:
    """The graph as a file, all attributes as text, as OSMnx saves them."""
    for _, _, data in graph.edges(data=True):
        data.update({key: value.wkt if key == "geometry" else str(value) for key, value in data.items()})
    for _, data in graph.nodes(data=True):
        data.update({key: str(value) for key, value in data.items()})
    nx.write_graphml(graph, file)
    return file


def test_network_to_graph_and_back(tmp_path: Path) -> None:
    """A grid that goes out as a graph comes back with its links, lengths, classes, lanes, speeds and signals."""
    grid = grid_network(GridParams(rows=4, columns=5))
    back = network_from_graphml(saved(grid.to_graph(), tmp_path / "grid.graphml"), name="back")
    columns = ["from_node_id", "to_node_id", "length_m", "lanes", "road_class", "name", "capacity_veh_per_h"]
    assert back.links[columns].equals(grid.links[columns])
    assert back.links["free_speed_mps"].to_numpy() == pytest.approx(grid.free_speed_mps, abs=1e-3)
    assert back.nodes["is_signal"].tolist() == grid.nodes["is_signal"].tolist()


def test_compressed_graph(tmp_path: Path) -> None:
    """`.graphml.gz` gives the same network as `.graphml`."""
    plain = saved(grid_network(GridParams(rows=3, columns=3)).to_graph(), tmp_path / "a.graphml")
    packed = tmp_path / "a.graphml.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert build_network("graphml", path=packed).sha256() == build_network("graphml", path=plain).sha256()


def two_nodes(**edge: object) -> nx.MultiDiGraph:
    """A street between two nodes, both ways."""
    graph = nx.MultiDiGraph(crs="epsg:4326")
    graph.add_node("a", x=0.0, y=0.0)
    graph.add_node("b", x=0.001, y=0.0)
    graph.add_edge("a", "b", **edge)
    graph.add_edge("b", "a", **edge)
    return graph


def test_lists_of_merged_streets_and_gaps() -> None:
    """Of tags that OSMnx merged the first counts; a missing length is measured, missing tags are left open."""
    streets = streets_of_graph(
        two_nodes(highway="['primary', 'secondary']", maxspeed="['36', '50']", lanes="4"), what="g"
    )
    link = streets.links.iloc[0]
    assert (link["road_class"], link["free_speed_mps"], link["lanes"]) == ("primary", 10.0, 2.0)
    assert streets.links["length_m"].isna().all()
    assert streets.nodes["node_id"].tolist() == [0, 1]


def test_geometry_runs_with_its_edge() -> None:
    """A geometry that is stored against the direction of travel is turned round."""
    streets = streets_of_graph(two_nodes(geometry="LINESTRING (0 0, 0.0005 0.0003, 0.001 0)"), what="g")
    starts = [line.coords[0] for line in streets.links["geometry"]]
    assert starts == [(0.0, 0.0), (0.001, 0.0)]


def test_undirected_graph_has_both_directions() -> None:
    """A street of an undirected graph is driven both ways."""
    graph = nx.MultiGraph(crs="epsg:4326")
    graph.add_node(1, x=0.0, y=0.0)
    graph.add_node(2, x=0.001, y=0.0)
    graph.add_edge(1, 2, length=100.0)
    links = streets_of_graph(graph, what="g").links
    assert links[["from_node_id", "to_node_id"]].to_numpy().tolist() == [[1, 2], [2, 1]]


def test_metric_graph_is_brought_back_to_degrees() -> None:
    """A graph in UTM zone 31 at its origin lies at 3 E on the equator."""
    graph = nx.MultiDiGraph(crs="EPSG:32631")
    graph.add_node(1, x=500000.0, y=0.0)
    graph.add_node(2, x=500100.0, y=0.0)
    graph.add_edge(1, 2)
    nodes = streets_of_graph(graph, what="g").nodes
    assert nodes[["lon", "lat"]].iloc[0].tolist() == pytest.approx([3.0, 0.0], abs=1e-6)


def test_graph_without_edges() -> None:
    """A graph with no edges is refused by name."""
    graph = nx.MultiDiGraph()
    graph.add_node(1, x=0.0, y=0.0)
    with pytest.raises(NetworkError, match="empty: found a graph with no edges"):
        streets_of_graph(graph, what="empty")


def test_negative_length_and_missing_position() -> None:
    """A negative length and a node without coordinates are refused."""
    with pytest.raises(NetworkError, match="length -5"):
        streets_of_graph(two_nodes(length=-5), what="g")
    graph = two_nodes()
    del graph.nodes["b"]["x"]
    with pytest.raises(NetworkError, match="node b: found no x, y"):
        streets_of_graph(graph, what="g")


def test_one_way_street_alone_leads_nowhere(tmp_path: Path) -> None:
    """Two nodes that do not reach each other both ways make no network."""
    graph = two_nodes()
    graph.remove_edge("b", "a")
    with pytest.raises(NetworkError, match="reach each other both ways"):
        network_from_graphml(saved(graph, tmp_path / "g.graphml"), name="g")


@pytest.mark.parametrize(("name", "content"), [("g.graphml", b"<graphml"), ("g.graphml.gz", b"no gzip")])
def test_broken_file(tmp_path: Path, name: str, content: bytes) -> None:
    """A file that is no GraphML, or no gzip, is one clear error."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(NetworkError, match="cannot be read"):
        build_network("graphml", path=tmp_path / name)


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there."""
    with pytest.raises(NetworkError, match="found no such file"):
        build_network("graphml", path=tmp_path / "none.graphml")


def test_signals_are_assumed_where_a_graph_has_none(tmp_path: Path) -> None:
    """Arterials that cross without any signal get one at each crossing, and a note."""
    grid = grid_network(GridParams(rows=7, columns=7, is_signalised=False))
    network = network_from_graphml(saved(grid.to_graph(), tmp_path / "g.graphml"), name="g")
    assert int(network.nodes["is_signal"].sum()) == 5  # of 3 x 3, without the corners
    assert any("Signals assumed at 5 crossings" in note for note in network.notes)

"""The arrays of a road network against a hand-made one of three nodes."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from sim.network import RoadNetwork, grid_network
from sim.network.grid import GridParams
from sim.network.places import no_places
from sim.network.zones import no_zones


def triangle() -> RoadNetwork:
    """Nodes 10, 20, 30; links 10>20, 20>10, 20>30, 30>10; a signal delay of 5 s on the last."""
    nodes = pd.DataFrame(
        {
            "node_id": np.array([10, 20, 30]),
            "lon": [0.0, 0.001, 0.001],
            "lat": [0.0, 0.0, 0.001],
            "x_m": [0.0, 111.0, 111.0],
            "y_m": [0.0, 0.0, 111.0],
            "is_signal": [True, False, False],
        }
    )
    ends = np.array([[10, 20], [20, 10], [20, 30], [30, 10]])
    position = nodes.set_index("node_id")[["lon", "lat"]]
    links = pd.DataFrame(
        {
            "link_id": np.arange(4),
            "from_node_id": ends[:, 0],
            "to_node_id": ends[:, 1],
            "length_m": [100.0, 100.0, 100.0, 150.0],
            "lanes": [1.0, 1.0, 2.0, 1.0],
            "free_speed_mps": [10.0, 10.0, 20.0, 10.0],
            "capacity_veh_per_h": [600.0, 600.0, 1200.0, 300.0],
            "saturation_flow_veh_per_h": [600.0, 600.0, 1200.0, 600.0],
            "signal_delay_s": [0.0, 0.0, 0.0, 5.0],
            "road_class": ["residential", "residential", "tertiary", "residential"],
            "name": ["A", "A", "B", "C"],
            "geometry": shapely.linestrings([[position.loc[a], position.loc[b]] for a, b in ends]),
        }
    )
    return RoadNetwork("triangle", "Triangle", True, "EPSG:32631", nodes, links, no_zones(), no_places())


def test_rows_of_nodes_and_compressed_rows_of_links() -> None:
    """Node ids become rows, and links are listed by the node they leave and the node they enter."""
    network = triangle()
    assert network.from_node.tolist() == [0, 1, 1, 2]
    assert network.to_node.tolist() == [1, 0, 2, 0]
    assert network.out_start.tolist() == [0, 1, 3, 4]
    assert network.out_link.tolist() == [0, 1, 2, 3]
    assert network.in_start.tolist() == [0, 2, 3, 4]
    assert network.in_link.tolist() == [1, 3, 0, 2]


def test_free_flow_time_is_length_over_speed_and_signal() -> None:
    """100 m at 10 m/s take 10 s; 150 m at 10 m/s with a signal of 5 s take 20 s."""
    assert triangle().free_flow_time_s.tolist() == [10.0, 10.0, 5.0, 20.0]


def test_arrays_cannot_be_written_to() -> None:
    """Models share the arrays, so nobody may change them."""
    with pytest.raises(ValueError, match="read-only"):
        triangle().length_m[0] = 1.0


def test_hash_tells_contents_apart() -> None:
    """The hash is equal for equal tables and another for one changed number, name or zone."""
    network = triangle()
    assert network.sha256() == triangle().sha256()
    longer = replace(network, links=network.links.assign(length_m=[101.0, 100.0, 100.0, 150.0]))
    renamed = replace(network, links=network.links.assign(name=["A", "A", "B", "D"]))
    assert len({network.sha256(), longer.sha256(), renamed.sha256()}) == 3


def test_graph_follows_osmnx_conventions() -> None:
    """Shortest paths of the graph by NetworkX are those one reads off the drawing."""
    graph = triangle().to_graph()
    assert nx.shortest_path_length(graph, 10, 30, weight="length") == 200.0
    assert graph.graph["crs"] == "epsg:4326"
    edge = graph.edges[20, 30, 0]
    assert (edge["highway"], edge["lanes"], edge["maxspeed"], edge["name"]) == ("tertiary", "2", "72", "B")
    assert graph.nodes[10]["highway"] == "traffic_signals"


def test_places_and_zones_by_kind_and_role() -> None:
    """Kinds and roles that a network lacks give empty tables."""
    network = grid_network(GridParams(rows=4, columns=4))
    assert len(network.places_of("hub")) == 2
    assert network.places_of("airport").empty
    assert network.zones_of("airport").empty

"""The network as a NetworkX graph in OSMnx conventions, for other programs and for checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.units import mps_to_kph

if TYPE_CHECKING:
    import networkx as nx

    from sim.network.road_network import RoadNetwork


def graph_of(network: RoadNetwork) -> nx.MultiDiGraph[int]:
    """
    The network as a `MultiDiGraph`.

    Nodes carry `x` and `y`; edges `osmid`, `length`, `highway`, `lanes`, `maxspeed`, `name`, `geometry`, and `link`,
    the row of the link.
    """
    import networkx as nx

    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326", name=network.name, simplified=True)
    for node in network.nodes.to_dict("records"):
        extra = {"highway": "traffic_signals"} if node["is_signal"] else {}
        graph.add_node(int(node["node_id"]), x=float(node["lon"]), y=float(node["lat"]), street_count=0, **extra)
    for row, link in enumerate(network.links.to_dict("records")):
        graph.add_edge(
            int(link["from_node_id"]),
            int(link["to_node_id"]),
            osmid=row,
            link=row,
            length=float(link["length_m"]),
            highway=str(link["road_class"]),
            lanes=f"{link['lanes']:g}",
            maxspeed=f"{mps_to_kph(link['free_speed_mps']):g}",
            name=str(link["name"]),
            oneway=True,
            reversed=False,
            geometry=link["geometry"],
        )
    for node_id in list(graph):
        both = set(graph.successors(node_id)) | set(graph.predecessors(node_id))
        graph.nodes[node_id]["street_count"] = len(both)
    return graph

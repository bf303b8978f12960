"""
A road network from an OSMnx graph: a `.graphml` or `.graphml.gz` file, or a graph in memory.

OSMnx is not needed: NetworkX reads the file.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import numpy as np
import pandas as pd

from sim.errors import NetworkError
from sim.network.assemble import assemble_network
from sim.network.osm_import import OSM_LICENCE, OSM_SOURCE
from sim.network.osm_tags import lanes_of, restrictions_of, speed_mps
from sim.network.place_sampling import PlaceSamplingParams, complete_places
from sim.network.projection import COORDINATE_DECIMALS, unproject
from sim.network.road_network import RoadNetwork
from sim.network.signals import SignalParams
from sim.network.streets import Streets

if TYPE_CHECKING:
    import networkx as nx


def network_from_graphml(
    path: str | Path,
    *,
    name: str,
    label: str | None = None,
    seed: int = 0,
    signals: SignalParams | None = None,
    places: PlaceSamplingParams | None = None,
) -> RoadNetwork:
    """
    A road network from a graph saved by OSMnx (`save_graphml`); its places are sampled.

    Parameters
    ----------
    path
        File `.graphml` or `.graphml.gz`.
    name, label
        Short name, and name for maps.
    seed
        Seed of the sampled places.
    signals, places
        Timing of signals and numbers of places.

    Raises
    ------
    NetworkError
        If the file is missing, is no GraphML or holds no street.
    """
    import networkx as nx

    if not Path(path).is_file():
        raise NetworkError(f"{path}: found no such file, expected a graph saved by OSMnx (.graphml, .graphml.gz)")
    try:
        graph = nx.read_graphml(str(path), node_type=str)
    except (ParseError, OSError, EOFError, ValueError, nx.NetworkXError) as error:
        raise NetworkError(f"{path}: cannot be read: {error}; expected a graph saved by OSMnx") from error
    network = assemble_network(
        streets_of_graph(graph, what=str(path)),
        name=name,
        label=label or name,
        is_schematic=False,
        source=OSM_SOURCE,
        licence=OSM_LICENCE,
        signals=signals,
        assume_signals=True,
        notes=("Streets as the graph has them: signals within a street are lost when it was simplified.",),
    )
    return complete_places(network, seed, places)


def streets_of_graph(graph: nx.Graph[Any], *, what: str) -> Streets:
    """
    Directed links of a graph in OSMnx conventions.

    Raises
    ------
    NetworkError
        If it has no edges, or nodes without a position.
    """
    if graph.number_of_edges() == 0:
        raise NetworkError(f"{what}: found a graph with no edges, expected streets")
    without = [node for node, data in graph.nodes(data=True) if "x" not in data or "y" not in data]
    if without:
        raise NetworkError(
            f"{what}: node {without[0]}: found no x, y, expected them on all nodes ({len(without)} lack)"
        )
    ids = node_numbers(list(graph.nodes))
    crs = str(graph.graph.get("crs", "epsg:4326"))
    xy = np.array([(float(data["x"]), float(data["y"])) for _, data in graph.nodes(data=True)])
    is_metric = crs.lower() not in ("epsg:4326", "ogc:crs84")
    if is_metric:
        xy = np.column_stack(unproject(xy[:, 0], xy[:, 1], crs))
    elif (np.abs(xy) > (180.0, 90.0)).any():
        raise NetworkError(f"{what}: found coordinates beyond 180, 90 in {crs}, expected degrees")
    position = dict(zip(ids, xy.round(COORDINATE_DECIMALS), strict=True))
    signal = ["traffic_signals" in str(data.get("highway", "")) for _, data in graph.nodes(data=True)]
    nodes = pd.DataFrame({"node_id": list(ids.values()), "lon": xy[:, 0], "lat": xy[:, 1], "is_signal": signal})
    nodes[["lon", "lat"]] = nodes[["lon", "lat"]].round(COORDINATE_DECIMALS)
    rows = []
    both_ways = (False,) if graph.is_directed() else (False, True)
    for start, end, data in graph.edges(data=True):
        for is_reversed in both_ways:
            ends = (end, start) if is_reversed else (start, end)
            line = _line(data.get("geometry"), position[ends[0]], position[ends[1]], crs if is_metric else None)
            rows.append(
                {
                    "from_node_id": ids[ends[0]],
                    "to_node_id": ids[ends[1]],
                    "road_class": tag_text(data.get("highway")),
                    "name": tag_text(data.get("name")) or tag_text(data.get("ref")),
                    "lanes": lanes_of(tag_text(data.get("lanes")), is_one_way=_is_true(data.get("oneway"))) or np.nan,
                    "free_speed_mps": speed_mps(tag_text(data.get("maxspeed"))) or np.nan,
                    "length_m": _length(data.get("length"), what),
                    "is_signalised": True,
                    "restrictions": restrictions_of(
                        {str(key): tag_text(value) for key, value in data.items()},
                        "backward" if is_reversed or _is_true(data.get("reversed")) else "forward",
                    ),
                    "geometry": line,
                }
            )
    links = pd.DataFrame(rows)
    if not links["restrictions"].any():
        del links["restrictions"]
    return Streets(nodes, links)


def node_numbers(names: list[Any]) -> dict[Any, int]:
    """Node ids as whole numbers: as they are when all of them are, else the order of the nodes."""
    try:
        return {name: int(name) for name in names}
    except ValueError:
        return {name: number for number, name in enumerate(names)}


def _line(text: Any, start: Any, end: Any, crs: str | None) -> Any:
    """Geometry of an edge in WGS84 from `start` to `end`; straight where the edge has none."""
    import shapely

    if text is None or text == "":
        return shapely.linestrings([start, end])
    line = shapely.from_wkt(text) if isinstance(text, str) else text
    if crs is not None:
        line = shapely.transform(line, lambda c: np.column_stack(unproject(c[:, 0], c[:, 1], crs)))
    line = shapely.transform(line, lambda c: np.round(c, COORDINATE_DECIMALS))
    first = shapely.get_coordinates(line)[0]
    is_against = np.hypot(*(first - start)) > np.hypot(*(first - end))
    return shapely.reverse(line) if is_against else line


def _length(value: Any, what: str) -> float:
    if value is None:
        return np.nan
    length_m = float(value)
    if not length_m >= 0:
        raise NetworkError(f"{what}: found an edge of length {value}, expected 0 m or more")
    return length_m


def tag_text(value: Any) -> str:
    """A tag as text; of a list, as OSMnx keeps for merged streets, the first."""
    text = "" if value is None else str(value)
    if text.startswith("["):
        try:
            found = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            return text
        return str(found[0]) if found else ""
    return "" if text in ("nan", "None") else text


def _is_true(value: Any) -> bool:
    return str(value).lower() in ("true", "1", "yes")

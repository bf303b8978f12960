"""A road network of any place by its name, by OSMnx from OpenStreetMap online."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sim.errors import NetworkError
from sim.network.assemble import assemble_network
from sim.network.graphml import tag_text
from sim.network.osm_import import OSM_LICENCE, OSM_SOURCE, with_osm_places
from sim.network.osm_places import place_of
from sim.network.osm_reader import OsmData
from sim.network.osm_tags import WayTags, lanes_of, speed_mps
from sim.network.place_sampling import PlaceSamplingParams, complete_places
from sim.network.road_network import RoadNetwork
from sim.network.signals import SignalParams
from sim.network.simplify import streets_of

_FEATURES: dict[str, Any] = {
    "shop": True,
    "amenity": [
        "restaurant",
        "cafe",
        "fast_food",
        "bar",
        "pub",
        "pharmacy",
        "marketplace",
        "charging_station",
        "parking",
        "loading_dock",
    ],
}


def network_from_place(
    query: str,
    *,
    name: str,
    label: str | None = None,
    seed: int = 0,
    signals: SignalParams | None = None,
    places: PlaceSamplingParams | None = None,
) -> RoadNetwork:
    """
    A road network of a named place, with its shops, chargers and car parks.

    Parameters
    ----------
    query
        Name or address as one would type it into a map, such as `张店区, 淄博市, 山东省, 中国`.
    name, label
        Short name, and name for maps.
    seed
        Seed of places that are sampled where the map has none.
    signals, places
        Timing of signals and numbers of sampled places.

    Raises
    ------
    NetworkError
        If OSMnx is missing, the servers cannot be reached, or they know no such place or no street in it.
    """
    data = _download(query)
    network = assemble_network(
        streets_of(data),
        name=name,
        label=label or name,
        is_schematic=False,
        source=OSM_SOURCE,
        licence=OSM_LICENCE,
        signals=signals,
        assume_signals=True,
        notes=(f"Streets of {query!r} for driving, as OpenStreetMap had them when the network was built.",),
    )
    network = with_osm_places(network, data)
    return complete_places(replace(network, label=label or name), seed, places)


def _download(query: str) -> OsmData:
    try:
        import osmnx as ox
        import shapely
    except ImportError as error:
        raise NetworkError("source place: needs OSMnx: pip install osmnx") from error
    try:
        graph = ox.graph_from_place(query, network_type="drive", simplify=False, retain_all=True)
        data = osm_data_of_graph(graph)
        try:
            features = ox.features_from_place(query, _FEATURES)
        except ox._errors.InsufficientResponseError:
            return data
    except OSError as error:  # what the HTTP client raises when there is no answer
        raise NetworkError(
            f"place {query!r}: the servers of OpenStreetMap cannot be reached ({type(error).__name__}); "
            "expected internet access. Without it, build from a file: sim network build pbf FILE"
        ) from error
    except ox._errors.ResponseStatusCodeError as error:
        raise NetworkError(
            f"place {query!r}: the servers of OpenStreetMap refused: {error}; try again later"
        ) from error
    except (ox._errors.InsufficientResponseError, TypeError, ValueError) as error:
        raise NetworkError(f"place {query!r}: {error} Expected a name of an area that OpenStreetMap knows") from error
    middle = shapely.get_coordinates(features.geometry.representative_point().to_numpy())
    for (_, row), point in zip(features.drop(columns="geometry").iterrows(), middle, strict=True):
        tags = {str(key): str(value) for key, value in row.items() if value is not None and value == value}
        place = place_of(tags)
        if place is not None:
            data.places.append({**place, "lon": point[0], "lat": point[1]})
    return data


def osm_data_of_graph(graph: Any) -> OsmData:
    """Ways and signals of a graph that OSMnx has read and not simplified: each edge is a way of two nodes."""
    data = OsmData()
    for node, values in graph.nodes(data=True):
        data.position[int(node)] = (float(values["x"]), float(values["y"]))
        if values.get("highway") == "traffic_signals":
            data.signals[int(node)] = "both"
    for start, end, values in graph.edges(data=True):
        lanes = lanes_of(tag_text(values.get("lanes")), is_one_way=bool(values.get("oneway")))
        tags = WayTags(
            road_class=tag_text(values.get("highway")),
            name=tag_text(values.get("name")) or tag_text(values.get("ref")),
            is_forward=True,
            is_backward=False,
            lanes_forward=lanes,
            lanes_backward=None,
            free_speed_mps=speed_mps(tag_text(values.get("maxspeed"))),
        )
        data.ways.append((tags, [int(start), int(end)]))
    return data

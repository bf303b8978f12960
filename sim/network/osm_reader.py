"""
Street sections and points of interest from an OpenStreetMap file (`.osm.pbf`, `.osm`, `.osm.gz`, `.osm.bz2`).

Needs `osmium` (the extra `osm`). Clipped files are welcome: a way is cut where a node is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sim.errors import NetworkError
from sim.network.osm_places import place_of
from sim.network.osm_tags import WayTags, is_drivable, way_tags

Keep = Callable[[float, float], bool]


@dataclass
class OsmData:
    """
    What was read of a file.

    Parameters
    ----------
    position
        (lon, lat) of the nodes of drivable ways.
    signals
        Nodes with a signal, and the direction along the way that it faces: `forward`, `backward` or `both`.
    ways
        Drivable ways: tags and runs of two or more nodes.
    places
        Points of interest: kind, type, name, lon, lat, attributes.
    cut_ways
        Number of ways that were cut at missing nodes.
    lost_ways
        Number of drivable ways without any node in the file.
    """

    position: dict[int, tuple[float, float]] = field(default_factory=dict)
    signals: dict[int, str] = field(default_factory=dict)
    ways: list[tuple[WayTags, list[int]]] = field(default_factory=list)
    places: list[dict[str, object]] = field(default_factory=list)
    cut_ways: int = 0
    lost_ways: int = 0


def read_osm(path: str | Path, keep: Keep | None = None) -> OsmData:
    """
    Drivable ways, signals and points of interest of a file.

    Parameters
    ----------
    path
        File; the format is told by its name.
    keep
        Whether a position (lon, lat) lies in the wanted area; everything when None. Ways are cut at its edge.

    Raises
    ------
    NetworkError
        If the file is missing or not in one of the formats, or `osmium` is not installed.
    """
    try:
        import osmium
    except ImportError as error:
        raise NetworkError(f"{path}: reading OpenStreetMap files needs the extra: pip install '.[osm]'") from error
    path = Path(path)
    if not path.is_file():
        raise NetworkError(f"{path}: found no such file, expected an OpenStreetMap file (.osm.pbf, .osm, .osm.gz)")
    data = OsmData()
    keys = osmium.filter.KeyFilter("highway", "shop", "amenity")
    try:
        for item in osmium.FileProcessor(str(path)).with_locations().with_filter(keys):
            tags = dict(item.tags)
            if isinstance(item, osmium.osm.Node):
                lon, lat = item.location.lon, item.location.lat
                if keep is None or keep(lon, lat):
                    if tags.get("highway") == "traffic_signals":
                        data.signals[item.id] = tags.get("traffic_signals:direction", "both")
                    _add_place(data, tags, lon, lat)
            elif isinstance(item, osmium.osm.Way):
                nodes = [(n.ref, n.lon, n.lat) if n.location.valid() else None for n in item.nodes]
                _add_way(data, tags, nodes, keep)
    except RuntimeError as error:
        raise NetworkError(f"{path}: cannot be read: {error}; expected an OpenStreetMap file") from error
    return data


def _add_way(
    data: OsmData,
    tags: dict[str, str],
    nodes: list[tuple[int, float, float] | None],
    keep: Keep | None,
) -> None:
    located = [node if node is not None and (keep is None or keep(node[1], node[2])) else None for node in nodes]
    known = [node for node in located if node is not None]
    if not known:
        data.lost_ways += keep is None and is_drivable(tags)
        return
    if not is_drivable(tags):
        _add_place(data, tags, sum(n[1] for n in known) / len(known), sum(n[2] for n in known) / len(known))
        return
    values = way_tags(tags)
    data.cut_ways += len(known) < len(nodes)
    run: list[int] = []
    for node in [*located, None]:
        if node is not None:
            data.position[node[0]] = (node[1], node[2])
            if not run or run[-1] != node[0]:
                run.append(node[0])
        else:
            if len(run) > 1:
                data.ways.append((values, run))
            run = []


def _add_place(data: OsmData, tags: dict[str, str], lon: float, lat: float) -> None:
    place = place_of(tags)
    if place is not None:
        data.places.append({**place, "lon": lon, "lat": lat})

"""A road network from a named source: what `sim network build` does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.errors import NetworkError
from sim.network.grid import GridParams, grid_network
from sim.network.road_network import RoadNetwork

SOURCES = ("place", "osm", "pbf", "graphml", "aequilibrae", "network", "schematic", "grid")
"""Where a network can come from: OpenStreetMap online, in a file, a graph, a project, part of another, or made up."""

_NEEDS_PATH = {
    "place": "a name or address such as '张店区, 淄博市, 山东省, 中国'",
    "osm": "a file of OpenStreetMap XML (.osm, .osm.gz)",
    "pbf": "a file .osm.pbf",
    "graphml": "an OSMnx file .graphml or .graphml.gz",
    "aequilibrae": "a folder or zip of an AequilibraE project",
    "network": "name or folder of the network to cut a part out of",
}


def build_network(source: str, **options: Any) -> RoadNetwork:
    """
    Build a road network.

    Parameters
    ----------
    source
        One of `SOURCES`.
    options
        `path` (file, or name of a place; not for `schematic` and `grid`), `name`, `label`, `seed` of sampled places,
        `bbox` or `polygon` (pbf, osm, network), `params` (`GridParams` or `SchematicParams`).

    Raises
    ------
    NetworkError
        If the source is unknown, an option does not belong to it, or its data cannot be used.
    """
    path = options.pop("path", None)
    if source not in SOURCES:
        raise NetworkError(f"source: found {source!r}, expected one of {', '.join(SOURCES)}")
    if source == "schematic" and path:
        raise NetworkError(f"source schematic: found the path {path!r}, expected none")
    if source in _NEEDS_PATH and not path:
        raise NetworkError(f"source {source}: found no path, expected {_NEEDS_PATH[source]}")
    allowed = {"name", "seed"} | ({"params"} if source in ("grid", "schematic") else {"label"})
    allowed |= {"bbox", "polygon"} if source in ("osm", "pbf", "network") else set()
    if int(options.get("seed", 0)) < 0:
        raise NetworkError(f"seed: found {options['seed']}, expected 0 or more")
    unknown = sorted(set(options) - allowed)
    if unknown:
        raise NetworkError([f"source {source}: found the option {key}, which it does not know" for key in unknown])
    if source == "grid":
        return _grid(path, options)
    if source == "schematic":
        from sim.network.schematic import SchematicParams, schematic_network

        seed = {"seed": options["seed"]} if "seed" in options else {}
        return schematic_network(
            options.get("params") or SchematicParams(**seed), name=options.get("name", "zhangdian")
        )
    options.setdefault("name", default_name(path))
    if source == "network":
        from sim.network.cut import network_from_network

        if options["name"] == default_name(path):
            raise NetworkError(f"source network: found no name of its own for a part of {path}, expected --name NAME")
        return network_from_network(path, **options)
    options.setdefault("label", str(options["name"]).replace("_", " ").title())
    if source in ("osm", "pbf"):
        from sim.network.osm_import import network_from_osm

        return network_from_osm(path, **options)
    if source == "graphml":
        from sim.network.graphml import network_from_graphml

        return network_from_graphml(path, **options)
    if source == "aequilibrae":
        from sim.network.aequilibrae_import import network_from_aequilibrae

        return network_from_aequilibrae(path, **options)
    from sim.network.place import network_from_place

    return network_from_place(path, **options)


def default_name(path: str | Path) -> str:
    """
    Short name from a file or the name of a place.

    Examples
    --------
    >>> default_name("data/Helsinki.osm.pbf")
    'helsinki'
    >>> default_name("Piran, Slovenia")
    'piran'
    """
    stem = Path(str(path)).name.split(".")[0].split(",")[0].strip().lower()
    return re.sub(r"[^\w]+", "_", stem) or "network"


def _grid(size: str | None, options: dict[str, Any]) -> RoadNetwork:
    """A grid whose size may be given as `ROWSxCOLUMNS` or `ROWSxCOLUMNSxSPACING_M`."""
    params = options.get("params") or GridParams(seed=options.get("seed", 0))
    values: dict[str, float] = {}
    if size:
        match = re.fullmatch(r"(\d+)x(\d+)(?:x(\d+))?", size)
        if match is None:
            raise NetworkError(f"grid: found size {size!r}, expected ROWSxCOLUMNS or ROWSxCOLUMNSxSPACING_M")
        values = {"rows": int(match[1]), "columns": int(match[2])}
        if match[3]:
            values["spacing_m"] = float(match[3])
    try:
        params = GridParams.model_validate({**params.model_dump(), **values})
    except ValidationError as error:
        raise NetworkError(
            [f"grid: {fault['loc'][0]}: found {fault['input']}, {fault['msg']}" for fault in error.errors()]
        ) from error
    return grid_network(params, name=options.get("name", "grid"))

"""A road network from an OpenStreetMap file: streets, signals, shops, chargers, car parks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import shapely

from sim.errors import NetworkError
from sim.network.area import area_of
from sim.network.assemble import assemble_network
from sim.network.osm_reader import OsmData, read_osm
from sim.network.place_sampling import PlaceSamplingParams, complete_places
from sim.network.places import locate_places
from sim.network.road_network import RoadNetwork
from sim.network.signals import SignalParams
from sim.network.simplify import streets_of

OSM_SOURCE = "© OpenStreetMap contributors"
OSM_LICENCE = "ODbL 1.0"


def network_from_osm(
    path: str | Path,
    *,
    name: str,
    label: str | None = None,
    source: str = OSM_SOURCE,
    bbox: str | None = None,
    polygon: str | Path | None = None,
    seed: int = 0,
    signals: SignalParams | None = None,
    places: PlaceSamplingParams | None = None,
) -> RoadNetwork:
    """
    A road network from a file of OpenStreetMap data.

    Parameters
    ----------
    path
        `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`.
    name, label
        Short name, and name for maps.
    source
        Where the file is from; the attribution that the licence asks for.
    bbox
        `west,south,east,north` [degrees] to cut out.
    polygon
        GeoJSON file with a polygon to cut out.
    seed
        Seed of places that are sampled where the file has none.
    signals
        Timing of signals.
    places
        Numbers of sampled places.

    Raises
    ------
    NetworkError
        If the file cannot be read or holds no drivable streets.
    """
    area = area_of(bbox, polygon)
    data = read_osm(path, None if area is None else lambda lon, lat: bool(shapely.intersects_xy(area, lon, lat)))
    if not data.ways:
        lost = f"; {data.lost_ways} ways have no node with a position and a positive id" if data.lost_ways else ""
        raise NetworkError(f"{path}: found no way that motor vehicles may use{lost}, expected streets (highway=...)")
    notes = ["Streets: motorway to living street, ramps included; service roads and turn restrictions are left out."]
    if data.cut_ways:
        notes.append(f"Cut {data.cut_ways} ways at nodes that the file or the area does not hold.")
    network = assemble_network(
        streets_of(data),
        name=name,
        label=label or name,
        is_schematic=False,
        source=source,
        licence=OSM_LICENCE,
        signals=signals,
        assume_signals=True,
        notes=tuple(notes),
    )
    return complete_places(with_osm_places(network, data), seed, places)


def with_osm_places(network: RoadNetwork, data: OsmData) -> RoadNetwork:
    """The network with the points of interest of the data on it, sorted by kind and position."""
    columns = ["kind", "type", "name", "lon", "lat", "attributes"]
    found = pd.DataFrame(data.places, columns=columns)
    found = found.sort_values(["kind", "lon", "lat", "name"], kind="stable", ignore_index=True)
    return replace(network, places=locate_places(network, found))

"""A road network from an OpenStreetMap file: streets, signals, shops, chargers, car parks."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd

from sim.errors import NetworkError
from sim.network.assemble import assemble_network
from sim.network.osm_reader import Keep, OsmData, read_osm
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
    data = read_osm(path, area_of(bbox, polygon))
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


def area_of(bbox: str | None, polygon: str | Path | None) -> Keep | None:
    """
    Test whether a position lies in a bounding box or polygon; None when neither is given.

    Raises
    ------
    NetworkError
        If the box is not four numbers in order, or the file holds no polygon.
    """
    import shapely

    if bbox is not None:
        try:
            west, south, east, north = (float(value) for value in bbox.split(","))
        except ValueError as error:
            raise NetworkError(f"bbox: found {bbox!r}, expected west,south,east,north in degrees") from error
        if not (west < east and south < north):
            raise NetworkError(f"bbox: found {bbox!r}, expected west < east and south < north")
        return lambda lon, lat: west <= lon <= east and south <= lat <= north
    if polygon is None:
        return None
    try:
        content = json.loads(Path(polygon).read_text(encoding="utf-8"))
        features = content.get("features") or [content]
        area = shapely.union_all([shapely.geometry.shape(f.get("geometry") or f) for f in features])
    except (OSError, ValueError, KeyError, AttributeError, shapely.errors.ShapelyError) as error:
        raise NetworkError(f"{polygon}: cannot be read: {error}; expected a GeoJSON polygon") from error
    if area.area <= 0:
        raise NetworkError(f"{polygon}: found no area, expected a GeoJSON polygon")
    shapely.prepare(area)
    return lambda lon, lat: bool(shapely.contains_xy(area, lon, lat))

"""
A part of a network as a network of its own, for studies that cannot wait for the whole.

Streets, signals, zones and places stay what they are. What lay outside is gone: through traffic comes in at the new
edge, and vans start at the hubs inside.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from sim.errors import NetworkError
from sim.network.area import area_of
from sim.network.assemble import strong_parts
from sim.network.io import read_network
from sim.network.place_sampling import complete_places
from sim.network.places import make_places
from sim.network.road_network import RoadNetwork


def network_from_network(
    path: str | Path,
    *,
    name: str,
    label: str | None = None,
    bbox: str | None = None,
    polygon: str | Path | None = None,
    seed: int = 0,
) -> RoadNetwork:
    """
    The part of a network that lies in an area.

    Links stay whose two ends lie inside, of these the largest part in which every node reaches every other. Places stay
    that lie inside on such a link. Kinds of places of which none is left are sampled, as for any city.

    Parameters
    ----------
    path
        Name or folder of the whole network.
    name, label
        As in `RoadNetwork`; the label says SCHEMATIC where the whole is.
    bbox
        `west,south,east,north` in degrees.
    polygon
        GeoJSON file with a polygon to cut out.
    seed
        Seed of sampled places.

    Raises
    ------
    NetworkError
        If there is no such network, no area is given, or it holds no streets that reach each other both ways.
    """
    import shapely

    area = area_of(bbox, polygon)
    if area is None:
        raise NetworkError("source network: found no area, expected --bbox west,south,east,north or --polygon FILE")
    whole = read_network(path)
    nodes = np.asarray(shapely.intersects_xy(area, whole.nodes["lon"], whole.nodes["lat"]), dtype=bool)
    inside = nodes[whole.from_node] & nodes[whole.to_node]
    part = strong_parts(whole.from_node[inside], whole.to_node[inside], whole.n_nodes)
    length_of_part = np.bincount(part[whole.from_node[inside]], whole.length_m[inside], minlength=1)
    kept_nodes = part == int(length_of_part.argmax())
    kept = inside & kept_nodes[whole.from_node] & kept_nodes[whole.to_node]
    if not kept.any():
        raise NetworkError(
            f"network {name}: the area holds no streets of {whole.name} that reach each other both ways; {whole.name} "
            f"spans {_span(whole)}"
        )
    row_of = np.cumsum(kept) - 1
    links = whole.links[kept].reset_index(drop=True)
    links["link_id"] = np.arange(len(links), dtype=np.int64)
    places = pd.DataFrame(whole.places)
    at = places["link"].to_numpy()
    stays = np.asarray(shapely.intersects_xy(area, places["lon"], places["lat"]), dtype=bool)
    lost = int((stays & ~kept[at]).sum())
    places = places[stays & kept[at]].assign(link=row_of[at[stays & kept[at]]])
    zones = whole.zones[whole.zones.intersects(area)].copy()
    zones["geometry"] = zones.intersection(area)
    zones = zones[shapely.area(zones["geometry"].to_numpy()) > 0.0].reset_index(drop=True)
    extent = bbox or Path(str(polygon)).name
    note = f"Cut out of {whole.name} (content {whole.sha256()[:12]}) by {extent}; streets and places outside are gone."
    on_cut_streets = (f"Left out {lost} places on streets that cross the edge.",) if lost else ()
    suffix = " (SCHEMATIC)" if whole.is_schematic else ""
    network = replace(
        whole,
        name=name,
        label=label or f"{name.replace('_', ' ').title()}{suffix}",
        nodes=whole.nodes[kept_nodes].reset_index(drop=True),
        links=links,
        zones=zones,
        places=make_places(places),
        notes=(*whole.notes, note, *on_cut_streets),
    )
    return complete_places(network, seed)


def _span(network: RoadNetwork) -> str:
    """Bounding box of a network as one would type it."""
    lon, lat = network.nodes["lon"], network.nodes["lat"]
    return f"{lon.min():.4f},{lat.min():.4f},{lon.max():.4f},{lat.max():.4f}"

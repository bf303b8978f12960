"""
Hubs at the edge of town: where carriers' goods and vans are at night, and where bulk trucks are loaded.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.errors import NetworkError
from sim.facilities.docks import DockParams
from sim.network import RoadNetwork


@dataclass(frozen=True, slots=True)
class Hub:
    """
    A hub.

    Parameters
    ----------
    place_id
        Place in the network.
    link
        Row of its link.
    docks
        Docks for bulk trucks; vans are loaded elsewhere on the site.
    """

    place_id: str
    link: int
    docks: DockParams


def find_hubs(network: RoadNetwork, docks: DockParams) -> list[Hub]:
    """
    Hubs of a network in the order of their names.

    Raises
    ------
    NetworkError
        If it has none.
    """
    return [Hub(place, link, docks) for place, link in places_of_kind(network, "hub", "carriers need as depot")]


def places_of_kind(network: RoadNetwork, kind: str, needed_for: str) -> list[tuple[str, int]]:
    """
    Names and link rows of the places of a kind, in the order of their names.

    Raises
    ------
    NetworkError
        If there are none.
    """
    found = network.places[network.places["kind"] == kind].sort_values("place_id")
    if found.empty:
        raise NetworkError(f"network {network.name}: expected places of kind {kind!r}, which {needed_for}; found none")
    return [(str(place), int(link)) for place, link in zip(found["place_id"], found["link"], strict=True)]

"""
Public distribution centres: goods of several carriers come in by truck, are sorted by shop, and leave by van.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from sim.errors import ConfigError
from sim.facilities.docks import DockParams
from sim.facilities.hub import places_of_kind
from sim.facilities.station_sites import read_station_sites
from sim.network import RoadNetwork


class CentreParams(DockParams, frozen=True, extra="forbid"):
    """A distribution centre: its docks, and how fast it sorts."""

    number: int | None = Field(
        ge=1, le=100, description="Centres in use, the first of the network or table [-]; null: all"
    )
    sites_file: str | None = Field(
        default=None,
        description="Table of centres, CSV or GeoJSON, as written by `sim network site --centres`; null: those of the "
        "network",
    )
    orders_per_h: float = Field(gt=0.0, le=1e6, description="Orders that a centre sorts in an hour [1/h]")
    sorting_min: float = Field(
        ge=0.0, le=1440.0, description="Time from the last order of a truck sorted to all at the vans' gates [min]"
    )


@dataclass(frozen=True, slots=True)
class DistributionCentre:
    """
    A public distribution centre.

    Parameters
    ----------
    place_id
        Place in the network.
    link
        Row of its link.
    params
        Docks and sorting.
    """

    place_id: str
    link: int
    params: CentreParams


def find_centres(network: RoadNetwork, params: CentreParams) -> list[DistributionCentre]:
    """
    Distribution centres in use: those of a table in its order, or those of the network in the order of their names.

    Raises
    ------
    NetworkError
        If the network has none and no table is given.
    SitesError
        If the table has faults.
    ConfigError
        If there are fewer than wanted.
    """
    if params.sites_file is not None:
        sites = read_station_sites(params.sites_file, network)
        found = list(zip(sites["site_id"].astype(str), sites["link"].astype(int), strict=True))
        origin = params.sites_file
    else:
        found = places_of_kind(network, "distribution_centre", "joint delivery needs")
        origin = f"network {network.name}"
    if params.number is not None and len(found) < params.number:
        raise ConfigError(
            f"joint.centre.number: expected at most {len(found)}, the distribution centres of {origin}; "
            f"found {params.number}"
        )
    return [DistributionCentre(place, link, params) for place, link in found[: params.number]]


class SortingLine:
    """
    The sorting of a centre: truckloads one after the other, at its throughput.

    Parameters
    ----------
    params
        Throughput and time to the gates.

    Examples
    --------
    >>> line = SortingLine(CentreParams(number=None, docks=2, slot_min=30, fixed_min=10, tonne_min=10,
    ...                                 orders_per_h=600, sorting_min=20))
    >>> line.sort(0.0, 100), line.sort(0.0, 100)
    (1800.0, 2400.0)
    """

    def __init__(self, params: CentreParams) -> None:
        self._order_s = 3600.0 / params.orders_per_h
        self._sorting_s = 60.0 * params.sorting_min
        self._free_s = 0.0

    def sort(self, unloaded_s: float, orders: int) -> float:
        """Take in a truckload that has been unloaded [s]; returns when its orders can be loaded into vans [s]."""
        self._free_s = max(self._free_s, unloaded_s) + orders * self._order_s
        return self._free_s + self._sorting_s

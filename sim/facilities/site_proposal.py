"""
Proposals of sites: stations where people live, distribution centres where shops are, on the streets of a network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from sim.contracts import LinkArray
from sim.demand.homes import groups_of_residents, residents_by_link, street_middles
from sim.errors import SitesError
from sim.facilities.siting import Objective, Siting, propose_sites
from sim.facilities.terminal_station import positions_m
from sim.network import RoadNetwork
from sim.network.places import may_stop
from sim.network.projection import COORDINATE_DECIMALS, unproject

SiteKind = Literal["station_site", "distribution_centre"]

DEMAND_POINTS: dict[Objective, int] = {"p-median": 800, "coverage": 3000}
"""Points that stand for all residents; coverage needs them closer, and its programme is easier to solve."""

STATION_CANDIDATES = 400
"""Places along streets that are looked at for stations, beside the sites that the network offers."""

SHOP_POINTS, CENTRE_CANDIDATES = 300, 200
"""The same for centres: fewer, as few sites for many make the harder programme."""

PLAIN: dict[SiteKind, str] = {"station_site": "station", "distribution_centre": "centre"}

MAIN_CLASSES = ("primary", "secondary", "tertiary")
"""Roads at which a distribution centre may lie. Assumption."""


@dataclass(frozen=True)
class SiteProposal:
    """
    Sites proposed, and whom they are near to.

    Parameters
    ----------
    kind
        What is to be built.
    sites
        `site_id, name, kind, lon, lat, link_id, served_share, mean_distance_m`; those that serve most first.
    demand
        `lon, lat, weight, distance_m`: points of demand and the straight way from each to its site [m].
    siting
        The choice among the candidates.
    objective
        What was sought.
    radius_m
        What counts as near [m].
    """

    kind: SiteKind
    sites: pd.DataFrame
    demand: pd.DataFrame
    siting: Siting
    objective: Objective
    radius_m: float


def propose_stations(network: RoadNetwork, number: int, *, objective: Objective, radius_m: float) -> SiteProposal:
    """
    The best sites for some terminal stations: near residents.

    Candidates are the network's station sites and places along streets with homes. Ways are straight lines.

    Parameters
    ----------
    network
        Road network.
    number
        Stations wanted.
    objective
        `p-median`: the least mean way; `coverage`: the most residents within the radius.
    radius_m
        What counts as near [m].

    Raises
    ------
    SitesError
        If there are fewer candidates than sites wanted.
    """
    people = residents_by_link(network, 1.0, 1.0)
    link, share = groups_of_residents(people, 1.0 / DEMAND_POINTS[objective])
    lon, lat = street_middles(network, link)
    residents = pd.DataFrame({"lon": lon, "lat": lat, "weight": share})
    street, _ = groups_of_residents(people, 1.0 / STATION_CANDIDATES)
    candidates = _candidates(network, "station_site", street)
    return _proposal(network, "station_site", residents, candidates, number, objective, radius_m)


def propose_centres(network: RoadNetwork, number: int, *, objective: Objective, radius_m: float) -> SiteProposal:
    """
    The best sites for some distribution centres: near shops.

    Candidates are the network's centres and places along main roads; arguments as for `propose_stations`.

    Raises
    ------
    SitesError
        If there are fewer candidates than sites wanted, or no shops.
    """
    candidates = _candidates(network, "distribution_centre", _main_roads(network))
    return _proposal(network, "distribution_centre", _shops(network), candidates, number, objective, radius_m)


def _proposal(
    network: RoadNetwork,
    kind: SiteKind,
    demand: pd.DataFrame,
    candidates: pd.DataFrame,
    number: int,
    objective: Objective,
    radius_m: float,
) -> SiteProposal:
    weight = demand["weight"].to_numpy(dtype=np.float64)
    siting = propose_sites(
        positions_m(network, demand),
        weight,
        positions_m(network, candidates),
        number,
        objective=objective,
        radius_m=radius_m,
    )
    served = np.bincount(siting.site_of_demand, weights=weight, minlength=number)
    ways = np.bincount(siting.site_of_demand, weights=weight * siting.distance_m, minlength=number)
    sites = candidates.iloc[siting.chosen].reset_index(drop=True)
    new = np.cumsum(sites["name"] == "")
    sites["name"] = [name or f"Proposed {PLAIN[kind]} {row}" for name, row in zip(sites["name"], new, strict=True)]
    sites = sites.assign(
        kind=kind,
        served_share=np.round(served / weight.sum(), 6),
        mean_distance_m=np.round(np.divide(ways, served, out=np.zeros_like(ways), where=served > 0.0), 1),
    )
    columns = ["site_id", "name", "kind", "lon", "lat", "link_id", "served_share", "mean_distance_m"]
    return SiteProposal(kind, sites[columns], demand.assign(distance_m=siting.distance_m), siting, objective, radius_m)


def _shops(network: RoadNetwork) -> pd.DataFrame:
    """Middles of the shops in each square of the city, as many squares as points of demand at the most."""
    shops = network.places_of("shop")
    if shops.empty:
        raise SitesError(f"sites: network {network.name} has no shops, expected some to propose centres for")
    xy = positions_m(network, shops)
    side_m = 50.0
    while True:
        _, square = np.unique(np.floor(xy / side_m), axis=0, return_inverse=True)
        square = square.ravel()
        if square.max() < SHOP_POINTS:
            break
        side_m *= 1.25
    count = np.bincount(square).astype(np.float64)
    x_m, y_m = (np.bincount(square, weights=xy[:, axis]) / count for axis in (0, 1))
    lon, lat = unproject(x_m, y_m, network.crs_metric)
    return pd.DataFrame({"lon": lon, "lat": lat, "weight": count})


def _candidates(network: RoadNetwork, kind: SiteKind, street: LinkArray) -> pd.DataFrame:
    """Sites that the network offers, then the middles of some streets."""
    offered = network.places_of(kind).sort_values("place_id")
    link_id = network.links["link_id"].to_numpy()
    own = pd.DataFrame({name: offered[name].to_numpy() for name in ("name", "lon", "lat")}).assign(
        site_id=offered["place_id"].to_numpy(dtype=object),
        link_id=link_id[offered["link"].to_numpy(dtype=np.int64)],
    )
    lon, lat = street_middles(network, street)
    along = pd.DataFrame(
        {
            "site_id": np.array([f"proposed-{PLAIN[kind]}-{row}" for row in street.tolist()], dtype=object),
            "name": np.full(len(street), "", dtype=object),
            "lon": np.round(lon, COORDINATE_DECIMALS),
            "lat": np.round(lat, COORDINATE_DECIMALS),
            "link_id": link_id[street],
        }
    )
    return pd.concat([own, along], ignore_index=True)


def _main_roads(network: RoadNetwork) -> LinkArray:
    """Links of main roads, evenly picked when there are many; all on which one may stop when there are none."""
    allowed = np.asarray(may_stop(network), dtype=bool)
    is_main = allowed & network.links["road_class"].isin(MAIN_CLASSES).to_numpy(dtype=bool)
    link = np.flatnonzero(is_main if is_main.any() else allowed)
    if len(link) > CENTRE_CANDIDATES:
        link = link[np.linspace(0, len(link) - 1, CENTRE_CANDIDATES).round().astype(np.int64)]
    return link.astype(np.int32)

"""
Terminal stations: parcels of many homes are brought to one place, whichever the courier, and picked up there.

Decides which stations are in use and which parcels go there. A station takes parcels of homes within reach whose
receivers would pick them up, those of the nearest homes first, until it is full; all others go to the door.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import AfterValidator, BaseModel, Field, model_validator
from scipy.spatial import cKDTree

from sim.contracts import FloatArray, IntArray
from sim.demand.homes import residents_by_link, street_middles
from sim.demand.shop_types import checked_window, read_delivery_window
from sim.demand.shops import SHOP_COLUMNS
from sim.errors import ConfigError
from sim.facilities.siting import rank_by_coverage
from sim.facilities.station_sites import read_station_sites
from sim.network import RoadNetwork
from sim.network.projection import project

STATION = "station"
"""Type of a receiver that is a terminal station."""

MOST_STREET_SITES = 2000
"""Streets looked at for stations where a network offers too few sites."""


class StationParams(BaseModel, frozen=True, extra="forbid"):
    """Terminal joint delivery stations, with their lockers."""

    number: int = Field(ge=0, le=10_000, description="Stations in use [-]; 0: all parcels go to the door")
    sites_file: str | None = Field(
        description="Table of sites, CSV or GeoJSON, as written by `sim network site`; null: sites of the network"
    )
    reach_m: float = Field(ge=0.0, le=5000.0, description="Farthest way to a station, straight line [m]")
    pick_up_share: float = Field(
        ge=0.0, le=1.0, description="Share of parcels that their receivers pick up where a station is in reach [-]"
    )
    capacity_parcels_per_day: float = Field(ge=0.0, le=1e5, description="Parcels a station takes in a day")
    stop_min: float = Field(ge=0.0, le=120.0, description="Time of a courier's stop besides that by parcel [min]")
    parcel_min: float = Field(ge=0.0, le=30.0, description="Time to hand over a parcel at a station [min]")
    window: Annotated[str, AfterValidator(checked_window)] = Field(
        description="Hours between which couriers may unload, HH:MM-HH:MM"
    )
    has_offstreet: bool = Field(description="Whether vans unload off the street at stations")
    failed_attempt_share: float = Field(ge=0.0, le=1.0, description="Share of parcels that a station does not take [-]")
    parcels_per_van_day: float = Field(
        gt=0.0, le=5000.0, description="Parcels a van brings to stations in a day; sizes the couriers' fleets"
    )

    @model_validator(mode="after")
    def _file_is_used(self) -> StationParams:
        if self.sites_file is not None and self.number == 0:
            raise ValueError(f"sites_file {self.sites_file!r} needs number above 0, found 0")
        return self


@dataclass(frozen=True, slots=True)
class TerminalStation:
    """
    A station in use.

    Parameters
    ----------
    site_id
        Name in the tables.
    name
        Name on maps.
    lon, lat
        Position, WGS84 [degrees].
    link
        Row of the link.
    capacity_parcels
        Parcels it takes in a day.
    """

    site_id: str
    name: str
    lon: float
    lat: float
    link: int
    capacity_parcels: float


def terminal_stations(network: RoadNetwork, params: StationParams, homes: pd.DataFrame) -> list[TerminalStation]:
    """
    The stations in use.

    From a table, the first ones of it. From the network, its station sites one after the other, each the one that
    brings most residents within reach who had none; where it has too few, places along streets with homes go on
    likewise. So a smaller number of stations is part of a larger one.

    Parameters
    ----------
    network
        Road network.
    params
        Number, table of sites and reach.
    homes
        Homes with positions, links and residents.

    Raises
    ------
    SitesError
        If the table has faults.
    ConfigError
        If there are fewer sites than stations wanted.
    """
    if params.number == 0:
        return []
    if params.sites_file is not None:
        sites = read_station_sites(params.sites_file, network)
        if len(sites) < params.number:
            raise ConfigError(
                f"stations.number: expected at most {len(sites)}, the sites in {params.sites_file}, "
                f"found {params.number}"
            )
        sites = sites.head(params.number)
    else:
        sites = _sites_of_network(network, params, homes)
    capacity = sites["capacity_parcels_per_day"].fillna(params.capacity_parcels_per_day)
    return [
        TerminalStation(str(site_id), str(name), float(lon), float(lat), int(link), float(parcels))
        for site_id, name, lon, lat, link, parcels in zip(
            sites["site_id"], sites["name"], sites["lon"], sites["lat"], sites["link"], capacity, strict=True
        )
    ]


def _sites_of_network(network: RoadNetwork, params: StationParams, homes: pd.DataFrame) -> pd.DataFrame:
    """As many sites as stations, in the order in which they bring residents within reach."""
    offered = network.places_of("station_site").sort_values("place_id")
    sites = pd.DataFrame(
        {name: offered[name].to_numpy() for name in ("place_id", "name", "lon", "lat", "link")}
    ).rename(columns={"place_id": "site_id"})
    home_xy, weight = positions_m(network, homes), homes["residents"].to_numpy(dtype=np.float64)
    rank = rank_by_coverage(home_xy, weight, positions_m(network, sites), params.number, radius_m=params.reach_m)
    sites = sites.iloc[rank]
    missing = params.number - len(sites)
    if missing > 0:
        more = _street_sites(network)
        if missing > len(more):
            raise ConfigError(
                f"stations.number: expected at most {len(sites) + len(more)}, the sites and streets of network "
                f"{network.name}, found {params.number}"
            )
        near_m = cKDTree(positions_m(network, sites)).query(home_xy)[0] if len(sites) else np.full(len(homes), np.inf)
        left = np.where(near_m <= params.reach_m, 0.0, weight)
        rank = rank_by_coverage(home_xy, left, positions_m(network, more), missing, radius_m=params.reach_m)
        sites = pd.concat([sites, more.iloc[rank]], ignore_index=True)
    return sites.assign(capacity_parcels_per_day=np.nan)


def _street_sites(network: RoadNetwork) -> pd.DataFrame:
    """Places along the streets with homes, no more than are worth looking at."""
    link = np.flatnonzero(residents_by_link(network, 1.0, None) > 0.0)
    if len(link) > MOST_STREET_SITES:
        link = link[np.linspace(0, len(link) - 1, MOST_STREET_SITES).round().astype(np.int64)]
    lon, lat = street_middles(network, link.astype(np.int32))
    name = np.array([f"station-at-link-{row}" for row in link.tolist()], dtype=object)
    return pd.DataFrame({"site_id": name, "name": name, "lon": lon, "lat": lat, "link": link.astype(np.int32)})


def station_receivers(stations: list[TerminalStation], params: StationParams) -> pd.DataFrame:
    """Stations as receivers, columns `SHOP_COLUMNS`; orders a week and mean weights are left at 0."""
    earliest_s, latest_s = read_delivery_window(params.window)
    number = len(stations)
    table = pd.DataFrame(
        {
            "shop_id": np.array([station.site_id for station in stations], dtype=object),
            "name": np.array([station.name for station in stations], dtype=object),
            "shop_type": np.full(number, STATION, dtype=object),
            "lon": np.array([station.lon for station in stations], dtype=np.float64),
            "lat": np.array([station.lat for station in stations], dtype=np.float64),
            "link": np.array([station.link for station in stations], dtype=np.int32),
            "earliest_s": np.full(number, earliest_s),
            "latest_s": np.full(number, latest_s),
            "orders_per_week": np.zeros(number),
            "mean_weight_kg": np.zeros(number),
            "mean_service_s": np.zeros(number),
            "has_offstreet": np.full(number, params.has_offstreet),
        }
    )
    return table[list(SHOP_COLUMNS)]


def station_of_parcels(
    parcels: pd.DataFrame, home_xy_m: FloatArray, station_xy_m: FloatArray, capacity_parcels: FloatArray, reach_m: float
) -> IntArray:
    """
    The station that takes each row of parcels, -1 where they go to the door.

    Parameters
    ----------
    parcels
        `home, courier, will_be_picked_up, parcels`; the parcels of a row stay together.
    home_xy_m, station_xy_m
        Positions of homes and stations [m].
    capacity_parcels
        Parcels each station takes in a day.
    reach_m
        Farthest way from a home [m].

    Notes
    -----
    Assumption: nearest homes first; a home whose station is full tries the next nearest in reach.
    """
    station = np.full(len(parcels), -1, dtype=np.int64)
    if len(station_xy_m) == 0 or parcels.empty:
        return station
    picked = np.flatnonzero(parcels["will_be_picked_up"].to_numpy(dtype=bool))
    home = parcels["home"].to_numpy(dtype=np.int64)
    count = parcels["parcels"].to_numpy(dtype=np.float64)
    rows_of_home: dict[int, list[int]] = {}
    for row in picked.tolist():
        rows_of_home.setdefault(int(home[row]), []).append(row)
    pairs: list[tuple[float, int, int]] = []
    in_reach: Any = cKDTree(station_xy_m).query_ball_point(home_xy_m, reach_m)
    for at, near in enumerate(in_reach):
        if at in rows_of_home:
            away_m = np.hypot(*(station_xy_m[near] - home_xy_m[at]).T)
            pairs += list(zip(away_m.tolist(), [at] * len(near), near, strict=True))
    room = capacity_parcels.astype(np.float64).copy()
    for _, at, place in sorted(pairs):
        left = []
        for row in rows_of_home[at]:
            if count[row] <= room[place] + 1e-9:
                room[place] -= count[row]
                station[row] = place
            else:
                left.append(row)
        rows_of_home[at] = left
    return station


def positions_m(network: RoadNetwork, table: pd.DataFrame) -> FloatArray:
    """Positions of places in the network's metric coordinates [m], shape (n, 2)."""
    x_m, y_m = project(table["lon"], table["lat"], network.crs_metric)
    return np.column_stack([x_m, y_m])

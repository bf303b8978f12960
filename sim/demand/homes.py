"""
Homes: where people live, as receivers of parcels.

A few hundred residents of a street count as one receiver, at which a courier hands over their parcels at one stop.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.contracts import FloatArray, LinkArray
from sim.demand.parcel_params import ParcelParams
from sim.demand.shop_types import read_delivery_window
from sim.demand.shops import SHOP_COLUMNS, shop_keys
from sim.network import RoadNetwork
from sim.network.places import may_stop
from sim.random_streams import RandomStreams

HOME = "home"
"""Type of a receiver that stands for the homes of a street."""

RESIDENTS_OF_CLASS = {
    "residential": 1.0,
    "living_street": 1.0,
    "unclassified": 0.5,
    "tertiary": 0.3,
    "service": 0.2,
}
"""Residents by kilometre of street, relative to a residential one. Assumption. Other classes have none."""


def home_receivers(
    network: RoadNetwork, params: ParcelParams, streams: RandomStreams, *, residents: float | None
) -> pd.DataFrame:
    """
    Homes as receivers of parcels, by link.

    Each stands for a group of `residents_per_receiver`; nothing is drawn at random but whether vans stand off the
    street there.

    Parameters
    ----------
    network
        Road network.
    params
        Residents by receiver, window, share with room off the street.
    streams
        Random streams of the run; takes `demand.home_offstreet`.
    residents
        Residents of the network's area; None: by the length of its streets.

    Returns
    -------
    pandas.DataFrame
        Columns `SHOP_COLUMNS` and `residents`; orders a week and mean weights are left at 0.
    """
    people = residents_by_link(network, params.residents_per_km, residents)
    link, living = groups_of_residents(people, params.residents_per_receiver)
    lon, lat = street_middles(network, link)
    shop_id = np.array([f"home-{row}" for row in link.tolist()], dtype=object)
    earliest_s, latest_s = read_delivery_window(params.window)
    luck = streams.keyed("demand.home_offstreet").uniform(shop_keys(shop_id))
    homes = pd.DataFrame(
        {
            "shop_id": shop_id,
            "name": np.full(len(link), "", dtype=object),
            "shop_type": np.full(len(link), HOME, dtype=object),
            "lon": lon,
            "lat": lat,
            "link": link,
            "earliest_s": earliest_s,
            "latest_s": latest_s,
            "orders_per_week": 0.0,
            "mean_weight_kg": 0.0,
            "mean_service_s": 0.0,
            "has_offstreet": luck < params.offstreet_share,
        }
    )
    return homes[list(SHOP_COLUMNS)].assign(residents=living)


def groups_of_residents(people: FloatArray, size: float) -> tuple[LinkArray, FloatArray]:
    """
    Links that stand for groups of residents, and how many live there.

    A group is laid down each time the running total over the links passes the next multiple of its size.

    Parameters
    ----------
    people
        Residents along each link, shape (n_links,).
    size
        Residents of a group.
    """
    total = np.floor(np.cumsum(people) / size + 0.5)
    count = np.diff(total, prepend=0.0)
    link = np.flatnonzero(count > 0.0).astype(np.int32)
    living: FloatArray = count[link] * size
    return link, living


def residents_by_link(network: RoadNetwork, residents_per_km: float, residents: float | None) -> FloatArray:
    """
    Residents along each link, shape (n_links,).

    Parameters
    ----------
    network
        Road network.
    residents_per_km
        Residents by directed km of residential street.
    residents
        Their total; None: as the length of the streets gives.

    Notes
    -----
    Assumption: people live along local streets, by length and road class; no census is read.
    """
    by_class = np.array([RESIDENTS_OF_CLASS.get(str(name), 0.0) for name in network.links["road_class"]])
    weight_m: FloatArray = network.length_m * by_class * may_stop(network)
    if weight_m.sum() <= 0.0:
        weight_m = network.length_m.astype(np.float64)
    total = residents_per_km * float(weight_m.sum()) / 1000.0 if residents is None else residents
    by_link: FloatArray = weight_m / weight_m.sum() * total
    return by_link


def street_middles(network: RoadNetwork, link: LinkArray) -> tuple[FloatArray, FloatArray]:
    """Longitude and latitude of the middle of some links [degrees]."""
    import shapely

    middle = shapely.line_interpolate_point(network.links["geometry"].to_numpy()[link], 0.5, normalized=True)
    return shapely.get_x(middle), shapely.get_y(middle)

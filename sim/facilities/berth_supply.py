"""
Where loading berths are: laid down by rule, or read from a file.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.errors import ConfigError, SitesError
from sim.facilities.berth_table import read_berth_table
from sim.facilities.curb_zones import read_curb_zones
from sim.facilities.loading_berth import BerthParams, LoadingBerth, link_midpoints
from sim.network import RoadNetwork
from sim.policy.time_window import read_window
from sim.units import Weekday


def day_berths(network: RoadNetwork, shops: pd.DataFrame, params: BerthParams, weekday: Weekday) -> list[LoadingBerth]:
    """
    The loading berths of a day.

    Parameters
    ----------
    network
        Road network.
    shops
        Shops with `link` and `has_offstreet`.
    params
        Supply and limits.
    weekday
        Day of the week; berths of Curb Data Specification zones may have others hours on others.

    Raises
    ------
    SitesError
        If a file has faults, or names a berth that is there already.
    ConfigError
        If a road class with spaces is on no link of the network.
    """
    if params.berths_file is None:
        berths = berths_by_rule(network, shops, params)
    elif params.berths_file.lower().endswith(".json"):
        berths = read_curb_zones(params.berths_file, network, params, weekday)
    else:
        berths = read_berth_table(params.berths_file, network, params)
    if params.added_file is None:
        return berths
    added = read_berth_table(params.added_file, network, params)
    again = sorted({berth.berth_id for berth in berths} & {berth.berth_id for berth in added})
    if again:
        raise SitesError(
            f"{params.added_file}: berth_id: found {', '.join(again[:5])}, names of other berths; expected new ones"
        )
    return [*berths, *added]


def berths_by_rule(network: RoadNetwork, shops: pd.DataFrame, params: BerthParams) -> list[LoadingBerth]:
    """
    Berths placed where the shops are and along streets of chosen classes, by systematic sampling along the links.

    Each shop that has no off-street loading asks for `spaces_per_shop`, each km of a street for the `spaces_per_km` of
    its class; a space is laid down each time the running total over the links passes the next whole number. Nothing is
    drawn at random, so half the supply is a thinning of the same places.

    Parameters
    ----------
    network
        Road network.
    shops
        Shops with `link` and `has_offstreet`.
    params
        Supply and limits.

    Raises
    ------
    ConfigError
        If a road class is on no link of the network, or a number is negative.
    """
    classes = network.links["road_class"].astype(str)
    known = sorted(set(classes))
    asked = {name: value for name, value in params.spaces_per_km.items() if value != 0.0}
    expected = f"a road class of network {network.name}: {', '.join(known)}"
    faults = [
        f"berths.spaces_per_km.{name}: expected {expected}; found {name!r}" for name in asked if name not in known
    ] + [
        f"berths.spaces_per_km.{name}: expected a number from 0 to 200, found {value}"
        for name, value in asked.items()
        if not 0.0 <= value <= 200.0
    ]
    if faults:
        raise ConfigError(faults)
    kerb_shops = shops.loc[~shops["has_offstreet"].to_numpy(dtype=bool), "link"].to_numpy()
    wanted = np.bincount(kerb_shops, minlength=network.n_links) * params.spaces_per_shop
    per_km = classes.map(params.spaces_per_km).fillna(0.0).to_numpy(dtype=np.float64)
    wanted = wanted + per_km * network.length_m / 1000.0
    total = np.floor(np.cumsum(wanted) + 1e-9).astype(np.int64)
    spaces = np.minimum(np.diff(total, prepend=0), params.max_spaces_per_berth)
    middle = link_midpoints(network)
    window = read_window(params.hours)
    return [
        LoadingBerth(
            berth_id=f"berth-{link}",
            link=int(link),
            x_m=float(middle[link, 0]),
            y_m=float(middle[link, 1]),
            spaces=int(spaces[link]),
            max_stay_s=params.max_stay_min * 60.0,
            user_classes=params.user_classes,
            hours_s=(window.from_s, window.until_s),
            price_cny_per_h=params.price_cny_per_h,
        )
        for link in np.flatnonzero(spaces)
    ]

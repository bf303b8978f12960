"""
Which charging site costs a driver least: by detour, expected wait, time at the connector and price, in money.

    cost = value of time x (detour + wait + charging time) + running cost x detour + energy x (price - mean price)

Prices count against the mean of the day, since what is charged here need not be charged later. Ways are first reckoned
as the crow flies; the best few sites are looked at with real ways by those who ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.contracts import FloatArray
from sim.facilities.charging_site import ChargingSite
from sim.network import RoadNetwork
from sim.units import SECONDS_PER_HOUR

_CROW_FLIES_FACTOR = 1.35
"""Way on the streets over the straight line [-]. Assumption: usual for street grids, 1.2 to 1.5."""


@dataclass(frozen=True, slots=True)
class VisitCost:
    """
    What a visit to a charging site costs a driver.

    Parameters
    ----------
    cny_per_h
        Value of the driver's time [CNY/h].
    cny_per_km
        Running cost of the van [CNY/km].
    mean_price_cny_per_kwh
        Mean price of the day [CNY/kWh].
    """

    cny_per_h: float
    cny_per_km: float
    mean_price_cny_per_kwh: float

    def of(
        self,
        *,
        detour_s: float,
        detour_m: float,
        wait_s: float,
        charging_s: float,
        energy_kwh: float,
        price_cny_per_kwh: float,
    ) -> float:
        """
        Generalised cost [CNY].

        Examples
        --------
        >>> visit = VisitCost(cny_per_h=36.0, cny_per_km=0.5, mean_price_cny_per_kwh=1.0)
        >>> visit.of(detour_s=600, detour_m=4000, wait_s=300, charging_s=900, energy_kwh=20, price_cny_per_kwh=1.2)
        24.0
        """
        hours = (detour_s + wait_s + charging_s) / SECONDS_PER_HOUR
        dearer = price_cny_per_kwh - self.mean_price_cny_per_kwh
        return round(hours * self.cny_per_h + detour_m / 1e3 * self.cny_per_km + energy_kwh * dearer, 6)


class SiteMap:
    """
    Where the public charging sites are, for rough distances.

    Parameters
    ----------
    network
        Road network.
    sites
        Sites.
    link_time_s
        Believed travel time of each link [s], for the mean speed.
    """

    def __init__(self, network: RoadNetwork, sites: Sequence[ChargingSite], link_time_s: FloatArray) -> None:
        self._end = network.to_node
        self._xy: FloatArray = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
        self._site_xy = self._xy[self._end[[site.link for site in sites]]] if sites else np.zeros((0, 2))
        self.sites = tuple(sites)
        self.speed_mps = float(network.length_m.sum() / link_time_s.sum())

    def way_m(self, link: int) -> FloatArray:
        """Rough way between the end of a link and every site [m], shape (n_sites,)."""
        return self._way_m(self._xy[self._end[link]], self._site_xy)

    def detour_m(self, from_link: int, next_link: int) -> FloatArray:
        """Rough way by each site rather than straight on [m], shape (n_sites,)."""
        straight_m = self._way_m(self._xy[self._end[from_link]], self._xy[self._end[[next_link]]])[0]
        detour: FloatArray = np.maximum(0.0, self.way_m(from_link) + self.way_m(next_link) - straight_m)
        return detour

    @staticmethod
    def _way_m(one: FloatArray, others: FloatArray) -> FloatArray:
        way: FloatArray = _CROW_FLIES_FACTOR * np.hypot(others[:, 0] - one[0], others[:, 1] - one[1])
        return way

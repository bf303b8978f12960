"""
One case: links and fixed trips, the same for every simulator.

Trips come in groups of `TRIPS_PER_ROUTE` that share a route and leave at different times, so that a simulator of
platoons puts exactly the same volume on every link. Departures are whole seconds, because some simulators know no
others. Signals are left to their capacity: the green share counts, the delay of a lone vehicle does not, since the
others have no such delay.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.contracts import FloatArray, IntArray, LinkArray
from sim.traffic import RoutedTrips
from sim.units import SECONDS_PER_HOUR

TRIPS_PER_ROUTE = 5


@dataclass(frozen=True, eq=False)
class Case:
    """
    Links and trips of one run.

    Parameters
    ----------
    name
        Network and number of trips.
    x_m, y_m
        Positions of the nodes [m].
    from_node, to_node
        Node rows of each link.
    length_m, lanes, free_speed_mps
        Links [m], [-], [m/s].
    capacity_veh_per_h, saturation_flow_veh_per_h
        Flow over the stop line after the green share, and into the link [veh/h].
    routes_flat, route_start
        Links of route `r` are `routes_flat[route_start[r]:route_start[r + 1]]`.
    depart_s
        Departures [s], shape (n_trips,); trip `t` drives route `t // TRIPS_PER_ROUTE`.
    horizon_s
        Departures lie in [0, horizon) [s].
    exact_mean_s
        Mean travel time by theory [s]; NaN where nobody knows it.
    """

    name: str
    x_m: FloatArray
    y_m: FloatArray
    from_node: LinkArray
    to_node: LinkArray
    length_m: FloatArray
    lanes: FloatArray
    free_speed_mps: FloatArray
    capacity_veh_per_h: FloatArray
    saturation_flow_veh_per_h: FloatArray
    routes_flat: LinkArray
    route_start: IntArray
    depart_s: FloatArray
    horizon_s: float
    exact_mean_s: float = float("nan")

    @property
    def n_links(self) -> int:
        """Number of links."""
        return len(self.length_m)

    @property
    def n_trips(self) -> int:
        """Number of trips."""
        return len(self.depart_s)

    @property
    def n_routes(self) -> int:
        """Number of routes."""
        return len(self.route_start) - 1

    @property
    def traversals(self) -> int:
        """Links driven by all trips together."""
        return len(self.routes_flat) * TRIPS_PER_ROUTE

    def volumes(self) -> IntArray:
        """Trips over each link, shape (n_links,)."""
        return np.bincount(self.routes_flat, minlength=self.n_links) * TRIPS_PER_ROUTE

    def max_vc(self) -> float:
        """Highest ratio of demand to capacity of a link over the horizon [-]."""
        return float((self.volumes() / self.capacity_veh_per_h).max() * SECONDS_PER_HOUR / self.horizon_s)

    def free_mean_s(self) -> float:
        """Mean travel time on empty streets [s]."""
        time_s = (self.length_m / self.free_speed_mps)[self.routes_flat].sum()
        return float(time_s / self.n_routes)

    def links(self) -> pd.DataFrame:
        """Links in the columns of `load_network`."""
        return pd.DataFrame(
            {
                "link_id": np.arange(self.n_links, dtype=np.int64),
                "from_node_id": self.from_node,
                "to_node_id": self.to_node,
                "length_m": self.length_m,
                "lanes": self.lanes,
                "free_speed_mps": self.free_speed_mps,
                "capacity_veh_per_h": self.capacity_veh_per_h,
                "saturation_flow_veh_per_h": self.saturation_flow_veh_per_h,
            }
        )

    def trips(self) -> RoutedTrips:
        """Trips in flat arrays for `load_network`."""
        lengths = np.repeat(np.diff(self.route_start), TRIPS_PER_ROUTE)
        start = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        first = np.repeat(self.route_start[:-1], TRIPS_PER_ROUTE)
        places = np.repeat(first - start[:-1], lengths) + np.arange(start[-1])
        return RoutedTrips(self.depart_s, self.routes_flat[places], start)

    def save(self, path: Path) -> None:
        """Write the case to one file."""
        stored: dict[str, Any] = {field.name: np.asarray(getattr(self, field.name)) for field in fields(self)}
        np.savez(path, **stored)

    @staticmethod
    def load(path: Path) -> Case:
        """Read a case that was saved."""
        with np.load(path) as file:
            stored = {field.name: file[field.name] for field in fields(Case)}
        return Case(**{name: value.item() if value.ndim == 0 else value for name, value in stored.items()})

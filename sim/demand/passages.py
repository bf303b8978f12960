"""Which trips pass which counted link in which hour, read off routes and travel times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numba import njit

from sim.contracts import FloatArray, IntArray, TravelTimes
from sim.errors import CountsError
from sim.network.path_trees import RouteSet
from sim.units import MICROSECONDS_PER_SECOND, SECONDS_PER_HOUR

US_PER_HOUR = int(SECONDS_PER_HOUR) * MICROSECONDS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Passages:
    """
    Trips at counted links, in flat arrays: trip `trip[k]` enters the link of count `observation[k]` in its hour.

    Parameters
    ----------
    observations
        `link_id, hour, count_veh`, one row a count.
    observation
        Rows of `observations`, shape (n_passages,).
    trip
        Rows of trips, shape (n_passages,).
    """

    observations: pd.DataFrame
    observation: IntArray
    trip: IntArray

    @property
    def count_veh(self) -> FloatArray:
        """Vehicles counted."""
        values: FloatArray = self.observations["count_veh"].to_numpy(np.float64)
        return values

    def modelled(self, trip_weight: FloatArray) -> FloatArray:
        """Vehicles that pass when each trip counts by its weight, shape (n_counts,)."""
        total = np.bincount(self.observation, weights=trip_weight[self.trip], minlength=len(self.observations))
        return total.astype(np.float64)


def passages_of(routes: RouteSet, depart_us: IntArray, times: TravelTimes, counts: pd.DataFrame) -> Passages:
    """
    Which trips pass which counted link in which hour.

    Parameters
    ----------
    routes
        Route of each trip, as link rows.
    depart_us
        Departures [us], shape (n_trips,).
    times
        Travel times that the trips meet.
    counts
        `link_id` (link rows), `hour`, `count_veh`; rows without a count are left out.

    Raises
    ------
    CountsError
        If a link or an hour is out of range, or there is no count.
    """
    observations = counts.loc[counts["count_veh"].notna(), ["link_id", "hour", "count_veh"]].reset_index(drop=True)
    n_links = times.link_time_us.shape[1]
    link, hour = (observations[name].to_numpy(np.int64) for name in ("link_id", "hour"))
    wrong = (link < 0) | (link >= n_links) | (hour < 0)
    faults = [
        f"counts: found link {link[row]}, hour {hour[row]}, expected one of {n_links:,} links and an hour from 0"
        for row in np.flatnonzero(wrong)
    ]
    if faults or observations.empty:
        raise CountsError(faults or "counts: found none, expected vehicles by link and hour")
    n_hours = int(hour.max()) + 1
    number = np.full((n_hours, n_links), -1, dtype=np.int64)
    number[hour, link] = np.arange(len(observations))
    observation, trip = _passages(
        routes.links, routes.start, depart_us, np.asarray(times.link_time_us), times.bin_us, number, US_PER_HOUR
    )
    return Passages(observations, observation, trip)


@njit(cache=True)
def _passages(links, start, depart_us, link_time_us, bin_us, number, us_per_hour):  # type: ignore[no-untyped-def]
    """Observation and trip of each passage; counted first, then written."""
    n_bins = link_time_us.shape[0]
    found = 0
    observation = np.empty(0, np.int64)
    trips = np.empty(0, np.int64)
    for is_writing in (False, True):
        if is_writing:
            observation = np.empty(found, np.int64)
            trips = np.empty(found, np.int64)
        found = 0
        for trip in range(start.shape[0] - 1):
            now = depart_us[trip]
            for row in range(start[trip], start[trip + 1]):
                link = links[row]
                hour = now // us_per_hour
                if hour < number.shape[0] and number[hour, link] >= 0:
                    if is_writing:
                        observation[found] = number[hour, link]
                        trips[found] = trip
                    found += 1
                now += link_time_us[(now // bin_us) % n_bins, link]
    return observation, trips

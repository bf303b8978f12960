"""
When a driver puts the stops left into a new order: late by more than a limit, or with a failed stop to try again.
"""

from __future__ import annotations

import math
from dataclasses import replace

from sim.agents.city import City
from sim.agents.open_stop import OpenStop
from sim.agents.vehicle import Vehicle
from sim.planning import StopAhead, TourAhead, TourReplanner
from sim.units import to_s


class Resequencing:
    """
    The sequencing anew of one tour.

    Parameters
    ----------
    van
        The vehicle.
    wave
        Name of the wave of its tour.
    latest_home_us
        Time after which its driver serves no more stops [us].
    """

    def __init__(self, van: Vehicle, *, wave: str, latest_home_us: int) -> None:
        self._van = van
        self._wave = wave
        self._latest_home_s = to_s(latest_home_us)
        self._times_left = van.city.replanner.params.replans_per_tour
        self._has_new_stop = False

    def note_new_stop(self) -> None:
        """A stop has been put on the list that no plan has a place for."""
        self._has_new_stop = True

    def of(self, stops: list[OpenStop]) -> list[OpenStop]:
        """The stops left in the order in which they are to be served: as they are, or sequenced anew."""
        city = self._van.city
        limit_min = city.replanner.params.replan_when_late_min
        if limit_min is None or self._times_left == 0 or not stops:
            return stops
        late_s = to_s(city.clock.now_us) - stops[0].expected_s
        if late_s < limit_min * 60.0 and not self._has_new_stop:
            return stops
        self._has_new_stop = False
        self._times_left -= 1
        return _sequenced(city.replanner, self._tour_ahead(city, stops), stops)

    def _tour_ahead(self, city: City, stops: list[OpenStop]) -> TourAhead:
        return TourAhead(
            vehicle_type=self._van.type_name,
            wave=self._wave,
            link=self._van.link,
            depot_link=self._van.depot_link,
            now_s=to_s(city.clock.now_us),
            latest_home_s=self._latest_home_s,
            stops=tuple(_ahead(city, stop) for stop in stops),
            closures=self._van.closures,
        )


def _ahead(city: City, stop: OpenStop) -> StopAhead:
    earliest_s, latest_s = stop.window_s(city)
    stay_s = math.fsum(city.orders.expected_service_s[row] for row in stop.orders)
    return StopAhead(
        link=city.shops[stop.shop].link,
        stay_s=stay_s + city.replanner.stop_overhead_s,
        earliest_s=earliest_s,
        latest_s=latest_s,
        refused_after_s=latest_s + city.service_params.grace_min * 60.0,
    )


def _sequenced(replanner: TourReplanner, tour: TourAhead, stops: list[OpenStop]) -> list[OpenStop]:
    found = replanner.replan(tour)
    return [
        replace(stops[row], expected_s=start_s, leg_m=leg_m)
        for row, start_s, leg_m in zip(found.order, found.start_s, found.leg_m, strict=True)
    ]

"""
The timetable of a tour: when a van is where, for a departure, on time-dependent ways and under the rules as believed.

PyVRP plans with one travel time a pair of places and wave, and lets a van drive through a zone that closes for a part
of the wave. The timetable drives the tour leg by leg, each on the way that arrives first from the moment of leaving,
waits for closed streets where they are met, and tells what comes of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sim.contracts import LinkArray, LinkClosures, LinkPrices, TravelTimes
from sim.network import RoadNetwork
from sim.network.priced_paths import cheapest_path, way_cny
from sim.network.shortest_path import route_clear_of_waits
from sim.planning.fleet import FleetParams
from sim.planning.planning_params import PlanningParams
from sim.planning.replanning import LATE_COST
from sim.planning.stop_window import StopWindow
from sim.planning.tour_problem import COST_SCALE, PRIZE
from sim.units import SECONDS_PER_HOUR, to_s, to_us

_ROUNDING = 1.0
"""Cost added up in another order differs by far less than this [1e-4 CNY]."""

_KNOWN_LEGS = 4096
"""Legs that are remembered: orders of stops that are tried one after the other begin alike."""


@dataclass(frozen=True, slots=True)
class TourStop(StopWindow):
    """
    What the timetable has to know of a stop.

    Parameters
    ----------
    release_s
        Time from which its goods are at the depot [s].
    """

    release_s: float = 0.0


@dataclass(frozen=True, slots=True)
class TimedStop:
    """
    A stop with its times.

    Parameters
    ----------
    held_s
        Time that the van waits for closed streets on the way to it [s].
    start_s, end_s
        Start of unloading, and departure [s].
    leg_m
        Distance from the place before [m].
    is_late, is_missed, is_caught
        Whether unloading begins after the window, whether the stop cannot be reached at all, and whether its street
        closes while the van is there.
    """

    held_s: float
    start_s: float
    end_s: float
    leg_m: float
    is_late: bool = False
    is_missed: bool = False
    is_caught: bool = False

    @property
    def can_be_made(self) -> bool:
        """Whether the stop is reached in time and left before its street closes."""
        return not (self.is_late or self.is_missed or self.is_caught)


@dataclass(frozen=True, slots=True)
class Timetable:
    """
    A tour with its times.

    Parameters
    ----------
    start_s, home_s
        Departure from the depot and return to it [s].
    stops
        Stops in driving order.
    home_held_s
        Wait for closed streets on the way home [s].
    home_m
        Distance from the last stop to the depot [m].
    cost
        Planning cost [1e-4 CNY]: time, distance, charges, stops late and missed.
    """

    start_s: float
    home_s: float
    stops: tuple[TimedStop, ...]
    home_held_s: float
    home_m: float
    cost: float

    @property
    def held_s(self) -> float:
        """Time that the van waits for closed streets [s]."""
        return self.home_held_s + sum(stop.held_s for stop in self.stops)

    @property
    def length_m(self) -> float:
        """Length of the tour [m]."""
        return self.home_m + sum(stop.leg_m for stop in self.stops)

    @property
    def troubled(self) -> list[int]:
        """Stops that the van waits for or that cannot be made."""
        return [row for row, stop in enumerate(self.stops) if stop.held_s > 0.0 or not stop.can_be_made]

    @property
    def can_be_made(self) -> bool:
        """Whether every stop can."""
        return all(stop.can_be_made for stop in self.stops)


class Timetables:
    """
    Makes timetables.

    Parameters
    ----------
    network
        Road network.
    times
        Travel times by link and time of day, as believed.
    closures
        When carriers believe links to be closed, by vehicle type.
    fleet
        Vehicle types.
    params
        What an hour costs.
    prices
        What links cost in charges, as believed, by vehicle type; None: nothing.
    own_times
        Travel times of vehicle types that speed limits bind; `times` for others.
    """

    def __init__(
        self,
        network: RoadNetwork,
        times: TravelTimes,
        closures: Mapping[str, LinkClosures],
        fleet: FleetParams,
        params: PlanningParams,
        prices: Mapping[str, LinkPrices | None] | None = None,
        own_times: Mapping[str, TravelTimes] | None = None,
    ) -> None:
        self._network = network
        self._times = times
        self.closures = closures
        self._types = fleet.vehicle_types
        self._value_cny_per_h = params.driver_cny_per_h
        self._cost_per_s = params.driver_cny_per_h / SECONDS_PER_HOUR * COST_SCALE
        self._prices = prices or {}
        self._own_times = own_times or {}
        self._closed: dict[tuple[str, int], tuple[tuple[int, int], ...]] = {}
        self._known_leg = lru_cache(maxsize=_KNOWN_LEGS)(self._leg)

    def of(self, vehicle_type: str, depot_link: int, start_s: float, stops: Sequence[TourStop]) -> Timetable:
        """
        The timetable of a tour that leaves its depot at a time.

        Parameters
        ----------
        vehicle_type
            Name of the vehicle type.
        depot_link
            Row of the link of the depot.
        start_s
            Departure [s].
        stops
            Stops in driving order.
        """
        found = self.cheaper(vehicle_type, depot_link, start_s, stops, than=math.inf)
        assert found is not None
        return found

    def cheaper(
        self, vehicle_type: str, depot_link: int, start_s: float, stops: Sequence[TourStop], *, than: float
    ) -> Timetable | None:
        """
        The timetable, as of `of`; None as soon as the stops driven to so far show that it costs `than` or more.

        Most orders of stops that are tried are bad at their first stops already.

        Parameters
        ----------
        vehicle_type, depot_link, start_s, stops
            As for `of`.
        than
            Planning cost [1e-4 CNY].
        """
        link, now_us, charged_cny = depot_link, to_us(start_s), 0.0
        per_m = self._types[vehicle_type].planned_cny_per_km / 1e3 * COST_SCALE
        driven_m = penalties = 0.0
        stays = [min(stop.stay_s * self._cost_per_s, PRIZE) for stop in stops]  # a stop may be missed instead
        stays_left = math.fsum(stays)
        timed = []
        for stop, stay in zip(stops, stays, strict=True):
            least = (to_s(now_us) - start_s) * self._cost_per_s + driven_m * per_m + charged_cny * COST_SCALE
            if least + penalties + stays_left > than + _ROUNDING:
                return None
            stays_left -= stay
            leg = self._known_leg(vehicle_type, link, stop.link, now_us)
            if leg is None:
                timed.append(TimedStop(0.0, to_s(now_us), to_s(now_us), 0.0, is_missed=True))
                penalties += PRIZE
                continue
            held_us, arrive_us, leg_m, leg_cny = leg
            charged_cny += leg_cny
            driven_m += leg_m
            begin_s = max(to_s(arrive_us), stop.earliest_s)
            end_s = begin_s + stop.stay_s
            is_late = begin_s > stop.latest_s
            is_caught = self._closes_between(vehicle_type, stop.link, begin_s, end_s)
            penalties += LATE_COST * (is_late + is_caught)
            timed.append(TimedStop(to_s(held_us), begin_s, end_s, leg_m, is_late, False, is_caught))
            link, now_us = stop.link, to_us(end_s)
        home = self._known_leg(vehicle_type, link, depot_link, now_us)
        held_us, home_us, home_m, home_cny = home if home is not None else (0, now_us, 0.0, 0.0)
        charged_cny += home_cny
        return self._priced(vehicle_type, start_s, to_s(home_us), tuple(timed), to_s(held_us), home_m, charged_cny)

    def _closes_between(self, vehicle_type: str, link: int, from_s: float, until_s: float) -> bool:
        """Whether a link is closed at some time of a stay on it."""
        key = vehicle_type, link
        if key not in self._closed:
            self._closed[key] = _hours(self.closures[vehicle_type], link)
        return any(begin_us < to_us(until_s) and end_us > to_us(from_s) for begin_us, end_us in self._closed[key])

    def _leg(self, vehicle_type: str, link: int, to_link: int, depart_us: int) -> tuple[int, int, float, float] | None:
        """Wait for closed links [us], arrival [us], distance [m] and charges [CNY] of a leg; None without a way."""
        if link == to_link:
            return 0, depart_us, 0.0, 0.0
        closures, prices = self.closures[vehicle_type], self._prices.get(vehicle_type)
        times = self._own_times.get(vehicle_type, self._times)
        way = cheapest_path(
            self._network,
            times,
            closures,
            prices,
            value_cny_per_h=self._value_cny_per_h,
            source_node=int(self._network.to_node[link]),
            target_link=to_link,
            depart_us=depart_us,
        )
        if way is None:
            return None
        route, arrive_us = way
        held_us = route_clear_of_waits(route, times, closures, depart_us) - depart_us
        cny = way_cny(self._network, times, closures, prices, route=route, depart_us=depart_us)
        return held_us, arrive_us, _length_m(self._network, route), cny

    def _priced(
        self,
        vehicle_type: str,
        start_s: float,
        home_s: float,
        stops: tuple[TimedStop, ...],
        home_held_s: float,
        home_m: float,
        charged_cny: float,
    ) -> Timetable:
        kind = self._types[vehicle_type]
        per_m = kind.planned_cny_per_km / 1e3 * COST_SCALE
        cost = (home_s - start_s) * self._cost_per_s + (home_m + sum(stop.leg_m for stop in stops)) * per_m
        cost += charged_cny * COST_SCALE
        cost += sum(PRIZE * stop.is_missed + LATE_COST * (stop.is_late + stop.is_caught) for stop in stops)
        return Timetable(start_s, home_s, stops, home_held_s, home_m, cost)


def _hours(closures: LinkClosures, link: int) -> tuple[tuple[int, int], ...]:
    """When a link is closed, from and until [us]."""
    rows = slice(int(closures.start[link]), int(closures.start[link + 1]))
    return tuple(zip(closures.from_us[rows].tolist(), closures.until_us[rows].tolist(), strict=True))


def _length_m(network: RoadNetwork, route: LinkArray) -> float:
    return float(network.length_m[route].sum())

"""
What rooms that may not import each other agree on: link closures, the traffic engine, travel times.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, Protocol, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
LinkArray = NDArray[np.int32]
FloatArray = NDArray[np.float64]

FOREVER_US = np.int64(2**62)
"""A time that never comes [us]."""

Powertrain = Literal["diesel", "petrol", "bev", "phev", "human"]
POWERTRAINS: tuple[Powertrain, ...] = get_args(Powertrain)
"""Sources of energy of vehicles."""

AccessClass = Literal["tricycle", "light", "medium", "heavy"]
ACCESS_CLASSES: tuple[AccessClass, ...] = get_args(AccessClass)
"""Vehicle classes in access rules; light is up to 4.5 t."""


@dataclass(frozen=True, slots=True)
class LinkClosures:
    """
    When links are closed to one access class: compressed rows over links.

    The closed intervals of link `l` are `from_us[start[l]:start[l + 1]]` to `until_us[...]`,
    half-open [from, until), sorted and disjoint. Entering at `until` is allowed.

    Parameters
    ----------
    start
        Row pointer, shape (n_links + 1,).
    from_us, until_us
        Interval bounds [us from midnight of day 1], shape (n_intervals,).
    """

    start: IntArray
    from_us: IntArray
    until_us: IntArray

    @staticmethod
    def none(n_links: int) -> LinkClosures:
        """No link is ever closed."""
        empty = np.zeros(0, dtype=np.int64)
        return LinkClosures(np.zeros(n_links + 1, dtype=np.int64), empty, empty)

    def is_closed(self, link: int, time_us: int) -> bool:
        """Whether entering `link` at `time_us` is denied."""
        end = int(self.start[link + 1])
        row = bisect_right(self.until_us, time_us, int(self.start[link]), end)
        return row < end and bool(self.from_us[row] <= time_us)

    def opens_us(self, link: int, time_us: int) -> int:
        """First time not before `time_us` at which `link` may be entered [us]."""
        end = int(self.start[link + 1])
        row = bisect_right(self.until_us, time_us, int(self.start[link]), end)
        while row < end and self.from_us[row] <= time_us:
            time_us = int(self.until_us[row])
            row += 1
        return time_us

    @property
    def is_empty(self) -> bool:
        """Whether no link is ever closed to this class."""
        return len(self.from_us) == 0


@dataclass(frozen=True, slots=True)
class SpeedLimits:
    """
    How long links take at least under the speed limits for one kind of vehicle: compressed rows over links.

    The limits of link `l` hold for entries in `from_us[start[l]:start[l + 1]]` to `until_us[...]`, half-open, sorted
    and disjoint.

    Parameters
    ----------
    start
        Row pointer, shape (n_links + 1,).
    from_us, until_us
        Interval bounds [us from midnight of day 1], shape (n_intervals,).
    least_us
        Least time on the link for those who enter then, its signal included [us], shape (n_intervals,).
    """

    start: IntArray
    from_us: IntArray
    until_us: IntArray
    least_us: IntArray

    @staticmethod
    def none(n_links: int) -> SpeedLimits:
        """No link has a limit."""
        empty = np.zeros(0, dtype=np.int64)
        return SpeedLimits(np.zeros(n_links + 1, dtype=np.int64), empty, empty, empty)

    def least_time_us(self, link: int, enter_us: int) -> int:
        """Least time on a link for a vehicle that enters at a time [us]; 0 without a limit."""
        end = int(self.start[link + 1])
        row = bisect_right(self.until_us, enter_us, int(self.start[link]), end)
        return int(self.least_us[row]) if row < end and self.from_us[row] <= enter_us else 0

    @property
    def is_empty(self) -> bool:
        """Whether there is no limit at all."""
        return len(self.from_us) == 0


@dataclass(frozen=True, slots=True)
class LinkPrices:
    """
    What driving on links costs one vehicle, by rule and hour of entry.

    Links on which the same rules charge are of one kind. The rules of kind `k` are
    `rule_of_kind[kind_start[k]:kind_start[k + 1]]`, and the hours of rule `r` are the half-open intervals
    `from_us[hours_start[r]:hours_start[r + 1]]` to `until_us[...]`, sorted and disjoint.

    Parameters
    ----------
    kind_of_link
        Kind of each link, shape (n_links,).
    kind_start, rule_of_kind
        Rules of each kind: row pointer and rules.
    hours_start, from_us, until_us
        Hours of each rule: row pointer and bounds [us from midnight of day 1].
    entry_cny, km_cny, hour_cny
        Price of entering a link [CNY], of a kilometre [CNY/km] and of an hour on it [CNY/h], shape (n_rules,).
    left_cny
        Most that the vehicle still has to pay by each rule [CNY]; infinity without a limit.
    """

    kind_of_link: IntArray
    kind_start: IntArray
    rule_of_kind: IntArray
    hours_start: IntArray
    from_us: IntArray
    until_us: IntArray
    entry_cny: FloatArray
    km_cny: FloatArray
    hour_cny: FloatArray
    left_cny: FloatArray


class ArrivalReason(IntEnum):
    """Why the engine gives a tracked vehicle back to its agent."""

    ARRIVED = 0
    """It reached the downstream end of the last link of its route."""
    LINK_CLOSED = 1
    """The next link of its route is closed to it now; it stands at the node before that link."""
    OUT_OF_ENERGY = 2
    """Its energy budget ran out on the last link counted."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """
    A tracked vehicle that stands at a node again, with what the way there took.

    Parameters
    ----------
    trip
        Number that `depart` returned.
    vehicle
        Number of the tracked vehicle.
    time_us
        Time of arrival [us].
    reason
        Why it stands here.
    links_done
        Number of links of the route it has left behind.
    energy_kwh, fuel_l, co2_g, nox_g, pm_g
        Electricity from the battery, fuel and exhaust of this trip.
    """

    trip: int
    vehicle: int
    time_us: int
    reason: ArrivalReason
    links_done: int
    energy_kwh: float
    fuel_l: float
    co2_g: float
    nox_g: float
    pm_g: float


class TrafficEngine(Protocol):
    """Moves vehicles over links; asked by the agents, who never move themselves."""

    def depart(
        self,
        vehicle: int,
        route: LinkArray,
        *,
        at_us: int,
        vehicle_class: int,
        payload_kg: float,
        energy_budget_kwh: float,
    ) -> int:
        """
        Put a tracked vehicle on its way; returns the number of the trip.

        Parameters
        ----------
        vehicle
            Number of the vehicle, 0 or more; a vehicle makes one trip at a time.
        route
            Link rows in driving order, each starting where the one before ends; not empty.
        at_us
            Time of departure [us], not before the engine's clock.
        vehicle_class
            Row of the engine's tables of consumption, closures and passenger car units.
        payload_kg
            Load on board [kg].
        energy_budget_kwh
            Electricity the vehicle can draw before it stops; infinity for fuel vehicles.
        """
        ...

    def van_positions(self) -> tuple[IntArray, LinkArray, FloatArray]:
        """Tracked vehicles on links now: number of the vehicle, link, share of the link behind it [-]."""
        ...

    def advance(self, until_us: int) -> list[Arrival]:
        """
        Run traffic to `until_us`, or to the first time at which tracked vehicles arrive.

        Returns the arrivals of that one time in the order of vehicle numbers, or an empty list when `until_us`
        was reached without any. Slicing a run into more calls changes nothing.
        """
        ...

    def set_blocked_lanes(self, link: int, lanes: float, *, at_us: int) -> None:
        """Take `lanes` lanes of a link out of service from `at_us` on (0 restores it)."""
        ...

    def trip_links(self, trip: int) -> tuple[LinkArray, IntArray, IntArray]:
        """Links that a trip has left behind, with their entry and exit times [us]."""
        ...

    def link_bins(self) -> pd.DataFrame:
        """Counts and travel times so far by link and time bin, in the columns of `links.parquet`."""
        ...

    @property
    def now_us(self) -> int:
        """The engine's clock [us]."""
        ...


class TravelTimes(Protocol):
    """Travel times by link and time of day, as carriers believe or the engine has measured."""

    @property
    def bin_us(self) -> int:
        """Width of a time bin [us]."""
        ...

    @property
    def link_time_us(self) -> IntArray:
        """Travel time on entering a link in a bin [us], shape (n_bins, n_links)."""
        ...


class Progress(Protocol):
    """Told how far long work has come; the command line draws a bar from it."""

    def __call__(self, task: str, done: int, total: int) -> None:
        """Tell that `done` of `total` steps of `task` are finished."""
        ...


def no_progress(task: str, done: int, total: int) -> None:
    """Tell nobody."""

"""
What a van is to do: its stops in driving order, and when it leaves the depot.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.planning.fleet import VanSpec


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """
    A visit to a shop as planned.

    Parameters
    ----------
    shop
        Row of the shop.
    orders
        Rows of the orders to be brought.
    arrival_s
        Planned start of unloading [s].
    leg_m
        Planned distance from the place before [m].
    """

    shop: int
    orders: tuple[int, ...]
    arrival_s: float
    leg_m: float


@dataclass(frozen=True, slots=True)
class VanTour:
    """
    One tour of a van as planned: out of the depot, and back.

    A van may have several tours a day: in one wave when it reloads at the depot, in several waves with another driver
    in each. Its tours do not overlap; a plan lists them in the order of their start.

    Parameters
    ----------
    tour_id
        Name in the tables.
    van
        The van.
    wave
        Name of the wave, which stands for the driver: tours of one van and wave have one driver, whose shift begins
        with the first of them.
    start_s
        Planned departure from the depot [s].
    stops
        Stops in driving order.
    home_m
        Planned distance from the last stop to the depot [m].
    """

    tour_id: str
    van: VanSpec
    wave: str
    start_s: float
    stops: tuple[PlannedStop, ...]
    home_m: float

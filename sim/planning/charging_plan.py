"""
A stop at a charging site planned into a tour: before which stop of the tour, at which site, at what time.

A tour that the charge in the morning does not last for, reserve kept, gets one such stop. It comes where the van still
has its reserve when it reaches the site and where what it charges lasts to the end, at the least generalised cost; when
no place does both, as late as the reserve allows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.planning.site_choice import SiteMap, VisitCost

_SITES_TRIED = 4
"""Nearest sites tried at each place of a tour. Assumption."""


@dataclass(frozen=True, slots=True)
class TourEnergy:
    """
    A tour and the battery it is to be driven with.

    Parameters
    ----------
    link
        Where the van is, then the link of each stop, then its depot.
    leg_m
        Expected distance to each stop and then home [m]; one less than `link`.
    leave_s
        When it expects to leave each place but the last [s]; as `leg_m`.
    kwh_per_km
        Electricity that the driver reckons with [kWh/km].
    stored_kwh
        Energy that can be drawn from the battery [kWh].
    reserve_kwh
        Energy that it is not planned to fall below [kWh].
    """

    link: Sequence[int]
    leg_m: Sequence[float]
    leave_s: Sequence[float]
    kwh_per_km: float
    stored_kwh: float
    reserve_kwh: float

    def left_kwh(self) -> list[float]:
        """Energy left at each place, the first included, if the van does not charge [kWh]."""
        driven_m = np.concatenate([[0.0], np.cumsum(self.leg_m)])
        return [self.stored_kwh - metres / 1e3 * self.kwh_per_km for metres in driven_m.tolist()]

    @property
    def needs_charge(self) -> bool:
        """Whether the charge does not last to the end with the reserve."""
        return self.left_kwh()[-1] < self.reserve_kwh


@dataclass(frozen=True, slots=True)
class ChargingOffer:
    """What a session at a site would be: wait [s], charging time [s], energy from the grid [kWh], price [CNY/kWh]."""

    wait_s: float
    charging_s: float
    energy_kwh: float
    price_cny_per_kwh: float


@dataclass(frozen=True, slots=True)
class PlannedCharge:
    """
    A charging stop as planned.

    Parameters
    ----------
    before
        Number of the stop that it comes before, from 0 on; the number of stops: on the way home.
    site
        Row of the site.
    arrive_s
        Planned arrival there [s].
    charging_s
        Planned time at the connector [s].
    cost_cny
        Generalised cost [CNY].
    """

    before: int
    site: int
    arrive_s: float
    charging_s: float
    cost_cny: float


def plan_charge(
    tour: TourEnergy,
    sites: SiteMap,
    offer: Callable[[int, float, float], ChargingOffer],
    cost: VisitCost,
    *,
    target_kwh: float,
) -> PlannedCharge | None:
    """
    The charging stop of a tour; None when it needs none, or no site can be reached with the reserve.

    Parameters
    ----------
    tour
        The tour and the battery.
    sites
        Public charging sites.
    offer
        What a session would be: called with the row of the site, the arrival [s] and the energy left then [kWh].
    cost
        Value of time and prices.
    target_kwh
        Energy that can be drawn after the session [kWh].
    """
    if not tour.needs_charge or not sites.sites:
        return None
    left_kwh = tour.left_kwh()
    found: list[tuple[bool, int, float, int, PlannedCharge]] = []
    for before in range(len(tour.leg_m)):
        if left_kwh[before] < tour.reserve_kwh:
            break
        here, there = tour.link[before], tour.link[before + 1]
        way_m, detour_m = sites.way_m(here), sites.detour_m(here, there)
        for row in np.argsort(detour_m, kind="stable")[:_SITES_TRIED].tolist():
            at_site_kwh = left_kwh[before] - float(way_m[row]) / 1e3 * tour.kwh_per_km
            if at_site_kwh < tour.reserve_kwh:
                continue
            arrive_s = tour.leave_s[before] + float(way_m[row]) / sites.speed_mps
            session = offer(row, arrive_s, at_site_kwh)
            detour_kwh = float(detour_m[row]) / 1e3 * tour.kwh_per_km
            rest_kwh = left_kwh[before] - left_kwh[-1] + detour_kwh - (left_kwh[before] - at_site_kwh)
            lasts = target_kwh - rest_kwh >= tour.reserve_kwh
            cost_cny = cost.of(
                detour_s=float(detour_m[row]) / sites.speed_mps,
                detour_m=float(detour_m[row]),
                wait_s=session.wait_s,
                charging_s=session.charging_s,
                energy_kwh=session.energy_kwh,
                price_cny_per_kwh=session.price_cny_per_kwh,
            )
            charge = PlannedCharge(before, row, arrive_s, session.charging_s, cost_cny)
            found.append((not lasts, 0 if lasts else -before, cost_cny, row, charge))
    return min(found, key=lambda entry: entry[:4])[4] if found else None

"""
A visit of an electric van to a public charging site: choose one, book it, drive there, wait, charge, go on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.charger import ChargerSite
from sim.contracts import LinkArray
from sim.facilities.charging_session import ChargingSession
from sim.planning import ChargingOffer, VisitCost
from sim.units import to_s

if TYPE_CHECKING:
    from sim.agents.electric_van import ElectricVan

_SITES_LOOKED_AT = 3
"""Sites that a driver looks at with real ways, best by rough ways first. Assumption."""


_OUT_OF_REACH_CNY = 1e6
"""Added to the cost of a site that the charge does not last to; such sites come last, the nearest first."""

Way = tuple[LinkArray, int]
"""Links to a place, and the arrival there [us]."""


class SiteVisit:
    """
    What a van does about public charging.

    Parameters
    ----------
    van
        The van.

    Attributes
    ----------
    lost_s
        Time that public charging has taken on this tour, ways included [s].
    cost
        How the driver weighs time, way and price.
    """

    def __init__(self, van: ElectricVan) -> None:
        self._van = van
        self._city = van.city
        self._site: ChargerSite | None = None
        self._set_out_us = 0
        self._came_us = 0
        self._then: Callable[[], None]
        self.lost_s = 0.0
        kind = van.vehicle_type
        self.cost = VisitCost(
            cny_per_h=self._city.replanner.params.driver_cny_per_h,
            cny_per_km=kind.planned_cny_per_km,
            mean_price_cny_per_kwh=self._city.charging_params.public_tariff.mean_price(),
        )

    def offer(self, row: int, arrive_s: float, left_kwh: float, *, is_soon: bool) -> ChargingOffer:
        """
        What a session at a site would be.

        Parameters
        ----------
        row
            Row of the site.
        arrive_s
            Arrival [s].
        left_kwh
            Energy left in the battery then [kWh].
        is_soon
            Whether the queue as it is now says something about the wait; the book always does.
        """
        site, params = self._city.charging_sites[row], self._city.charging_params
        battery = self._van.battery
        soc = min(1.0, max(0.0, left_kwh / battery.capacity_kwh))
        target = max(soc, params.soc_public_target)
        charging_s = self._van.charging_s(soc, target, site.spec.power_kw)
        wait_s = site.expected_wait_s(arrive_s, charging_s) if is_soon or site.takes_bookings else 0.0
        return ChargingOffer(
            wait_s=wait_s,
            charging_s=charging_s,
            energy_kwh=(target - soc) * battery.capacity_kwh / params.charger_efficiency,
            price_cny_per_kwh=params.public_tariff.price_at(arrive_s + wait_s) + site.spec.fee_cny_per_kwh,
        )

    def choose(self, next_link: int) -> ChargerSite | None:
        """The site with the least generalised cost on the way to a link; None when there is no way to any."""
        city, van = self._city, self._van
        rough = self._rough_costs(next_link)
        straight = van.find_way(next_link)
        best: tuple[float, int] | None = None
        for looked_at, row in enumerate(np.argsort(rough, kind="stable").tolist()):
            if looked_at >= _SITES_LOOKED_AT and best is not None:
                break
            link = city.charging_sites[row].spec.link
            way = van.find_way(link)
            if way is None:
                continue
            cost = (self._real_cost(row, way, straight, next_link), row)
            best = cost if best is None else min(best, cost)
        return None if best is None else city.charging_sites[best[1]]

    def _rough_costs(self, next_link: int) -> list[float]:
        """Generalised cost of every site by rough ways [CNY]; those out of reach come last."""
        city, van = self._city, self._van
        sites = city.site_map
        way_m, detour_m = sites.way_m(van.link), sites.detour_m(van.link, next_link)
        now_s = to_s(city.clock.now_us)
        as_now = self._session_now()
        found = []
        for row, (way, detour) in enumerate(zip(way_m.tolist(), detour_m.tolist(), strict=True)):
            site = city.charging_sites[row]
            left_kwh = van.battery.available_kwh - way / 1e3 * van.planned_kwh_per_km
            charging_s, energy_kwh = as_now(site.spec.power_kw)
            arrive_s = now_s + way / sites.speed_mps
            wait_s = site.expected_wait_s(arrive_s, charging_s)
            price = city.charging_params.public_tariff.price_at(arrive_s + wait_s) + site.spec.fee_cny_per_kwh
            session = ChargingOffer(wait_s, charging_s, energy_kwh, price)
            out_of_reach = _OUT_OF_REACH_CNY + way if left_kwh < 0.0 else 0.0
            found.append(out_of_reach + self._cost(session, detour / sites.speed_mps, detour))
        return found

    def _session_now(self) -> Callable[[float], tuple[float, float]]:
        """Time [s] and energy from the grid [kWh] of a session with the charge as it is, by power of the site [kW]."""
        van, params = self._van, self._city.charging_params
        soc = van.battery.soc
        target = max(soc, params.soc_public_target)
        energy_kwh = (target - soc) * van.battery.capacity_kwh / params.charger_efficiency
        known: dict[float, float] = {}

        def session(power_kw: float) -> tuple[float, float]:
            if power_kw not in known:
                known[power_kw] = van.charging_s(soc, target, power_kw)
            return known[power_kw], energy_kwh

        return session

    def _real_cost(self, row: int, way: Way, straight: Way | None, next_link: int) -> float:
        """Generalised cost of a site by the ways that the driver believes in [CNY]."""
        city, van = self._city, self._van
        now_us, arrive_us = city.clock.now_us, way[1]
        way_m = float(city.network.length_m[way[0]].sum())
        left_kwh = van.battery.available_kwh - way_m / 1e3 * van.planned_kwh_per_km
        session = self.offer(row, to_s(arrive_us), left_kwh, is_soon=True)
        site_link = city.charging_sites[row].spec.link
        onward = van.way_under(van.closures, site_link, next_link, arrive_us)
        charge_cny = van.charge_cny(van.closures, way[0], now_us)
        detour_us, detour_m = arrive_us - now_us, way_m
        if straight is not None and onward is not None:
            detour_us += onward[1] - arrive_us - (straight[1] - now_us)
            length_m = city.network.length_m
            detour_m += float(length_m[onward[0]].sum() - length_m[straight[0]].sum())
            charge_cny += van.charge_cny(van.closures, onward[0], arrive_us)
            charge_cny -= van.charge_cny(van.closures, straight[0], now_us)
        out_of_reach = _OUT_OF_REACH_CNY + way_m if left_kwh < 0.0 else 0.0
        return out_of_reach + charge_cny + self._cost(session, max(0.0, to_s(detour_us)), max(0.0, detour_m))

    def _cost(self, session: ChargingOffer, detour_s: float, detour_m: float) -> float:
        return self.cost.of(
            detour_s=detour_s,
            detour_m=detour_m,
            wait_s=session.wait_s,
            charging_s=session.charging_s,
            energy_kwh=session.energy_kwh,
            price_cny_per_kwh=session.price_cny_per_kwh,
        )

    # -- the visit ----------------------------------------------------------------------------

    def begin(self, site: ChargerSite, then: Callable[[], None]) -> bool:
        """Drive to a site and charge there, then call `then`; False when there is no way to it."""
        van = self._van
        way = van.find_way(site.spec.link)
        if way is None:
            return False
        self._site, self._then = site, then
        self._set_out_us = self._city.clock.now_us
        if site.takes_bookings and not van.has_booked(site):
            site.reserve(van.van_id, to_s(way[1]), self._session_s(site))
        return van.drive_to(site.spec.link, "charge", self._at_site)

    def _session_s(self, site: ChargerSite) -> float:
        target = max(self._van.battery.soc, self._city.charging_params.soc_public_target)
        return self._van.charging_s(self._van.battery.soc, target, site.spec.power_kw)

    def _at_site(self) -> None:
        assert self._site is not None
        self._came_us = self._city.clock.now_us
        self._site.come(self._van.van_id, self._session_s(self._site), self._plug_in)

    def _plug_in(self) -> None:
        assert self._site is not None
        site, van = self._site, self._van
        session = van.new_session(
            self._city.charging_params.soc_public_target, site.connector_kw(van.van_id), self._city.clock.now_us
        )
        site.plug_in(van.van_id, session, lambda: self._unplug(site, session))

    def _unplug(self, site: ChargerSite, session: ChargingSession) -> None:
        van = self._van
        self._site = None
        van.end_session(
            session,
            site_id=site.spec.site_id,
            connector_id=site.connector_id(van.van_id),
            came_us=self._came_us,
            fee_cny_per_kwh=site.spec.fee_cny_per_kwh,
            is_public=True,
        )
        self.lost_s += to_s(self._city.clock.now_us - self._set_out_us)
        site.leave(van.van_id)
        self._then()

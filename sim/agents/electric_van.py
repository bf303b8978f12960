"""
The electric van: follows its state of charge and charges where and when it must.

Before a tour that the charge does not last for, a stop at a public site is planned (`sim.planning.charging_plan`). On
the way the reserve rule holds: before each drive the charge is compared with what the next stop and the way on to a
charger are expected to take; if it does not suffice, the van charges first, at the site of the least generalised cost
(`sim.planning.site_choice`). Vans without a connector at their depot charge in public at the end of the tour when the
charge has fallen low.
"""

from __future__ import annotations

import math
from typing import Any

from sim.agents.charger import ChargerSite
from sim.agents.open_stop import OpenStop
from sim.agents.site_visit import SiteVisit
from sim.agents.van import Van
from sim.energy import Battery, ChargingCurve
from sim.events import ChargingEnded, PowerDrawn
from sim.facilities.charging_session import ChargingSession
from sim.planning import TourEnergy, plan_charge
from sim.units import to_s, to_us

_UNPLUG_S = 60.0
"""Before leaving again, a van is unplugged this long before [s]. Assumption."""


class ElectricVan(Van):
    """
    A battery electric van.

    Parameters
    ----------
    battery
        Its battery, as charged in the morning.
    curve
        Power it takes against state of charge.
    has_depot_charger
        Whether it has a connector at its depot.
    planned_kwh_per_km
        Electricity that its driver reckons with in the weather of the day, without margin [kWh/km].
    details
        As `Van`.
    """

    def __init__(
        self,
        *args: Any,
        battery: Battery,
        curve: ChargingCurve,
        has_depot_charger: bool,
        planned_kwh_per_km: float,
        **details: Any,
    ) -> None:
        super().__init__(*args, **details)
        self.battery = battery
        self.soc_morning = battery.soc
        self.has_depot_charger = has_depot_charger
        self._curve = curve
        self._margin = self.city.charging_params.consumption_margin
        self.planned_kwh_per_km = planned_kwh_per_km * self._margin
        self._visit = SiteVisit(self)
        self._planned_site: ChargerSite | None = None
        self._planned_before: OpenStop | None = None
        self._has_charged_for_evening = False

    # -- battery ------------------------------------------------------------------------------

    def energy_budget_kwh(self) -> float:
        """Electricity left in the battery [kWh]."""
        return self.battery.available_kwh

    def use_energy(self, energy_kwh: float) -> None:
        """Draw electricity from the battery [kWh]."""
        self.battery.draw(energy_kwh)

    @property
    def _reserve_kwh(self) -> float:
        return self.city.charging_params.soc_reserve * self.battery.capacity_kwh

    def _suffices_for(self, distance_m: float) -> bool:
        return self.battery.available_kwh - distance_m / 1e3 * self.planned_kwh_per_km >= self._reserve_kwh

    # -- the plan -----------------------------------------------------------------------------

    def on_tour_begin(self) -> None:
        """Plan a charging stop where the charge does not last for the tour."""
        self._visit.lost_s = 0.0
        self._forget_plan()
        self.plan_tour()

    def has_booked(self, site: ChargerSite) -> bool:
        """Whether the plan of the tour holds a slot at a site."""
        return site is self._planned_site

    def _forget_plan(self) -> None:
        if self._planned_site is not None:
            self._planned_site.cancel(self.van_id)
        self._planned_site, self._planned_before = None, None

    def plan_tour(self) -> None:
        """Plan a charging stop into the tour ahead where the charge does not last for it."""
        city, params = self.city, self.city.charging_params
        if not params.planned_stops or not city.charging_sites:
            return
        stops = self.stops_left
        links = [self.link, *(city.shops[stop.shop].link for stop in stops), self.depot_link]
        stay_s = [math.fsum(city.orders.expected_service_s[row] for row in stop.orders) for stop in stops]
        tour = TourEnergy(
            link=links,
            leg_m=[*(stop.leg_m for stop in stops), self.tour.home_m],
            leave_s=[to_s(city.clock.now_us), *(s.expected_s + stay for s, stay in zip(stops, stay_s, strict=True))],
            kwh_per_km=self.planned_kwh_per_km,
            stored_kwh=self.battery.available_kwh,
            reserve_kwh=self._reserve_kwh,
        )
        if not tour.needs_charge or self.battery.soc >= params.soc_public_target:
            return
        planned = plan_charge(
            tour,
            city.site_map,
            lambda row, arrive_s, left_kwh: self._visit.offer(row, arrive_s, left_kwh, is_soon=False),
            self._visit.cost,
            target_kwh=params.soc_public_target * self.battery.capacity_kwh,
        )
        if planned is not None and planned.before < len(stops):
            self._planned_site = city.charging_sites[planned.site]
            self._planned_before = stops[planned.before]
            self._planned_site.reserve(self.van_id, planned.arrive_s, planned.charging_s)

    # -- decisions ----------------------------------------------------------------------------

    def go_on(self) -> None:
        """Charge first if that is planned, or if the charge does not suffice; else as any van."""
        if self._goes_to_planned_site():
            return
        reach_m = self.city.charging_params.way_to_site_km * 1e3
        if self.stops_left and not self._suffices_for(self.stops_left[0].leg_m + reach_m):
            is_worth_it = self.battery.soc < self.city.charging_params.soc_public_target
            if is_worth_it and self._go_charging(self.city.shops[self.stops_left[0].shop].link):
                return
        super().go_on()

    def _goes_to_planned_site(self) -> bool:
        site, before = self._planned_site, self._planned_before
        if site is None or before is None:
            return False
        ahead = [stop.planned for stop in self.stops_left]
        if before.planned not in ahead:
            self._forget_plan()
            return False
        if ahead[0] != before.planned:
            return False
        if self._visit.begin(site, self._after_charging):
            return True
        self._forget_plan()
        return False

    def head_home(self) -> None:
        """Drive home, by way of a charger when the way home or the next day asks for it."""
        params = self.city.charging_params
        is_evening = not self.has_tours_ahead
        wants_charge = is_evening and not self.has_depot_charger and self.battery.soc < params.soc_evening_min
        must_charge = not self._suffices_for(self.tour.home_m)
        if (wants_charge or must_charge) and not self._has_charged_for_evening:
            self._has_charged_for_evening = True
            if self._go_charging(self.depot_link):
                return
        super().head_home()

    def _go_charging(self, next_link: int) -> bool:
        """Charge at the best site there is, whatever was planned; False when there is none."""
        site = self._visit.choose(next_link)
        if site is None:
            return False
        if site is not self._planned_site:
            self._forget_plan()
        return self._visit.begin(site, self._after_charging)

    def _after_charging(self) -> None:
        self._planned_site, self._planned_before = None, None
        if self.stops_left:
            self.plan_tour()
        self.go_on()

    def missed_for(self, stop: OpenStop) -> str | None:
        """`charge` when the stop is missed because the battery is empty or charging took the time."""
        if self.is_stranded:
            return "charge" if self.battery.available_kwh <= 0.0 else None
        late_s = to_s(self.city.clock.now_us) - stop.window_s(self.city)[1] - self.city.service_params.grace_min * 60.0
        return "charge" if self._visit.lost_s > 0.0 and late_s < self._visit.lost_s else None

    def strand(self) -> None:
        """End the day on the road; a slot booked is given back."""
        self._forget_plan()
        super().strand()

    # -- sessions -----------------------------------------------------------------------------

    def charging_s(self, soc: float, target: float, connector_kw: float) -> float:
        """Time from one state of charge to another at a connector of its own [s]."""
        return self._curve.duration_s(
            soc, target, battery_kwh=self.battery.capacity_kwh, max_power_kw=self._to_battery_kw(connector_kw)
        )

    def _to_battery_kw(self, connector_kw: float) -> float:
        return connector_kw * self.city.charging_params.charger_efficiency

    def new_session(self, target: float, connector_kw: float, plug_us: int) -> ChargingSession:
        """A session from the state of charge as it is."""
        return ChargingSession(
            self._curve,
            battery_kwh=self.battery.capacity_kwh,
            soc=self.battery.soc,
            soc_target=target,
            connector_kw=connector_kw,
            efficiency=self.city.charging_params.charger_efficiency,
            plug_s=to_s(plug_us),
        )

    def end_session(
        self,
        session: ChargingSession,
        *,
        site_id: str,
        connector_id: str,
        came_us: int,
        fee_cny_per_kwh: float = 0.0,
        is_public: bool,
    ) -> None:
        """Put what a session has given into the battery and announce it."""
        params = self.city.charging_params
        battery = self.battery
        tariff = params.public_tariff if is_public else params.depot_tariff
        stored_kwh = battery.charge((session.soc - session.soc_start) * battery.capacity_kwh)
        energy_kwh = stored_kwh / params.charger_efficiency
        draws = session.draws()
        self.city.announce(
            ChargingEnded(
                van_id=self.van_id,
                site_id=site_id,
                connector_id=connector_id,
                arrive_s=to_s(came_us),
                plug_s=session.plug_s,
                unplug_s=to_s(to_us(draws[-1].until_s)) if draws else session.plug_s,
                energy_kwh=energy_kwh,
                soc_start=session.soc_start,
                soc_end=battery.soc,
                cost_cny=session.cost_cny(tariff) + fee_cny_per_kwh * energy_kwh,
                purpose="public" if is_public else "depot",
            )
        )
        for draw in draws:
            self.city.announce(PowerDrawn(self.van_id, site_id, draw.from_s, draw.until_s, draw.energy_kwh))

    # -- at the depot -------------------------------------------------------------------------

    def at_home(self) -> None:
        """Plug in for the night at the depot's own connector."""
        self._charge_at_depot(self.city.charging_params.soc_full)

    def between_tours(self, leave_us: int) -> None:
        """Charge at the depot's own connector for as long as the van is there [us]."""
        stay_s = max(0.0, to_s(leave_us - self.city.clock.now_us) - _UNPLUG_S)
        power_kw = self._to_battery_kw(self.city.charging_params.depot_power_kw)
        reached = self._curve.soc_after(
            self.battery.soc, stay_s, battery_kwh=self.battery.capacity_kwh, max_power_kw=power_kw
        )
        self._charge_at_depot(min(self.city.charging_params.soc_full, reached))

    def _charge_at_depot(self, target: float) -> None:
        if self.has_depot_charger and self.battery.soc < target:
            now_us = self.city.clock.now_us
            session = self.new_session(target, self.city.charging_params.depot_power_kw, now_us)
            session.finish(session.end_s())
            self.end_session(
                session,
                site_id=f"depot-{self.carrier_id}",
                connector_id=f"depot-{self.van_id}",
                came_us=now_us,
                is_public=False,
            )

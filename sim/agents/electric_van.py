"""
The electric van: follows its state of charge and charges where and when it must.

The rule: before each drive the driver compares the charge with what the next stop and the way on to
a charger are expected to take, with a reserve; if it does not suffice, the van first charges at the
public site that costs the least time (drive there and expected wait). Vans without a connector at
their depot charge in public at the end of the tour when the charge has fallen low.
"""

from __future__ import annotations

from typing import Any

from sim.agents.charger import ChargerSite
from sim.agents.van import Van
from sim.energy import Battery, ChargingCurve, session_cost_cny
from sim.events import ChargingEnded
from sim.units import to_s, to_us

_CONSUMPTION_MARGIN = 1.3
"""Drivers reckon with this much more energy than planned. Assumption."""

_DETOUR_M = 3000.0
"""Way to a charger that the driver keeps charge for [m]. Assumption."""

_MEAN_SESSION_S = 1800.0
"""What a driver expects a van before him to take at a connector [s]. Assumption."""


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
    details
        As `Van`.
    """

    def __init__(
        self,
        *args: Any,
        battery: Battery,
        curve: ChargingCurve,
        has_depot_charger: bool,
        **details: Any,
    ) -> None:
        super().__init__(*args, **details)
        self.battery = battery
        self.has_depot_charger = has_depot_charger
        self._curve = curve
        self._came_to_charger_us = 0
        self._site: ChargerSite | None = None
        self._has_charged_for_evening = False

    # -- battery ------------------------------------------------------------------------------

    def energy_budget_kwh(self) -> float:
        """Electricity left in the battery [kWh]."""
        return self.battery.available_kwh

    def use_energy(self, energy_kwh: float) -> None:
        """Draw electricity from the battery [kWh]."""
        self.battery.draw(energy_kwh)

    def _suffices_for(self, distance_m: float) -> bool:
        per_km = self.vehicle_type.planned_kwh_per_km * _CONSUMPTION_MARGIN
        reserve_kwh = self.city.charging_params.soc_reserve * self.battery.capacity_kwh
        return self.battery.available_kwh - distance_m / 1e3 * per_km >= reserve_kwh

    # -- decisions ----------------------------------------------------------------------------

    def go_on(self) -> None:
        """Charge first if the charge does not suffice; else as any van."""
        if self.stops_left and not self._suffices_for(self.stops_left[0].leg_m + _DETOUR_M):
            is_worth_it = self.battery.soc < self.city.charging_params.soc_public_target
            if is_worth_it and self._go_charging():
                return
        super().go_on()

    def head_home(self) -> None:
        """Drive home, by way of a charger when the way home or the next day asks for it."""
        params = self.city.charging_params
        is_evening = not self.has_tours_ahead
        wants_charge = is_evening and not self.has_depot_charger and self.battery.soc < params.soc_evening_min
        must_charge = not self._suffices_for(self.tour.home_m)
        if (wants_charge or must_charge) and not self._has_charged_for_evening:
            self._has_charged_for_evening = True
            if self._go_charging():
                return
        super().head_home()

    def _go_charging(self) -> bool:
        best: tuple[int, int] | None = None
        now_us = self.city.clock.now_us
        for row, site in enumerate(self.city.charging_sites):
            way = self.find_way(site.spec.link)
            if way is None:
                continue
            wait_us = to_us(_MEAN_SESSION_S * site.vans_ahead / site.spec.connectors)
            cost = (way[1] - now_us + wait_us, row)
            best = cost if best is None else min(best, cost)
        if best is None:
            return False
        self._site = self.city.charging_sites[best[1]]
        return self.drive_to(self._site.spec.link, "charge", self._at_site)

    # -- at a public site ---------------------------------------------------------------------

    def _at_site(self) -> None:
        assert self._site is not None
        self._came_to_charger_us = self.city.clock.now_us
        self._site.come(self.van_id, self._plug_in)

    def _plug_in(self) -> None:
        assert self._site is not None
        site = self._site
        target = max(self.battery.soc, self.city.charging_params.soc_public_target)
        duration_s = self._charging_s(target, site.spec.power_kw)
        plug_us = self.city.clock.now_us
        self.city.clock.schedule(plug_us + to_us(duration_s), lambda: self._unplug(site, plug_us, target))

    def _unplug(self, site: ChargerSite, plug_us: int, target: float) -> None:
        self._site = None
        self._charge(
            target,
            site_id=site.spec.site_id,
            connector_id=site.connector_id(self.van_id),
            connector_kw=site.spec.power_kw,
            came_us=self._came_to_charger_us,
            plug_us=plug_us,
            is_public=True,
        )
        site.leave(self.van_id)
        self.go_on()

    def at_home(self) -> None:
        """Plug in for the night at the depot's own connector."""
        self._charge_at_depot(self.city.charging_params.soc_full)

    def between_tours(self, leave_us: int) -> None:
        """Charge at the depot's own connector for as long as the van is there [us]."""
        stay_s = max(0.0, to_s(leave_us - self.city.clock.now_us) - _UNPLUG_S)
        power_kw = self._connector_power_kw(self.city.charging_params.depot_power_kw)
        reached = self._curve.soc_after(
            self.battery.soc, stay_s, battery_kwh=self.battery.capacity_kwh, max_power_kw=power_kw
        )
        self._charge_at_depot(min(self.city.charging_params.soc_full, reached))

    def _charge_at_depot(self, target: float) -> None:
        if self.has_depot_charger and self.battery.soc < target:
            now_us = self.city.clock.now_us
            params = self.city.charging_params
            self._charge(
                target,
                site_id=f"depot-{self.carrier_id}",
                connector_id=f"depot-{self.van_id}",
                connector_kw=params.depot_power_kw,
                came_us=now_us,
                plug_us=now_us,
                is_public=False,
            )

    def _connector_power_kw(self, connector_kw: float) -> float:
        """Power of a connector that reaches the battery [kW]."""
        return connector_kw * self.city.charging_params.charger_efficiency

    def _charging_s(self, target: float, connector_kw: float) -> float:
        return self._curve.duration_s(
            self.battery.soc,
            target,
            battery_kwh=self.battery.capacity_kwh,
            max_power_kw=self._connector_power_kw(connector_kw),
        )

    def _charge(
        self,
        target: float,
        *,
        site_id: str,
        connector_id: str,
        connector_kw: float,
        came_us: int,
        plug_us: int,
        is_public: bool,
    ) -> None:
        """Fill the battery to a state of charge and announce the session."""
        params = self.city.charging_params
        battery = self.battery
        soc_start = battery.soc
        duration_s = self._charging_s(target, connector_kw)
        cost_cny = session_cost_cny(
            params.public_tariff if is_public else params.depot_tariff,
            self._curve,
            plug_s=to_s(plug_us),
            soc_start=soc_start,
            soc_end=target,
            battery_kwh=battery.capacity_kwh,
            max_power_kw=self._connector_power_kw(connector_kw),
            efficiency=params.charger_efficiency,
        )
        stored_kwh = battery.charge((target - soc_start) * battery.capacity_kwh)
        self.city.announce(
            ChargingEnded(
                van_id=self.van_id,
                site_id=site_id,
                connector_id=connector_id,
                arrive_s=to_s(came_us),
                plug_s=to_s(plug_us),
                unplug_s=to_s(plug_us + to_us(duration_s)),
                energy_kwh=stored_kwh / params.charger_efficiency,
                soc_start=soc_start,
                soc_end=battery.soc,
                cost_cny=cost_cny,
                purpose="public" if is_public else "depot",
            )
        )

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
from sim.energy import ChargingCurve, charging_cost_cny
from sim.events import ChargingEnded
from sim.units import to_s, to_us

_CONSUMPTION_MARGIN = 1.3
"""Drivers reckon with this much more energy than planned. Assumption."""

_DETOUR_M = 3000.0
"""Way to a charger that the driver keeps charge for [m]. Assumption."""

_MEAN_SESSION_S = 1800.0
"""What a driver expects a van before him to take at a connector [s]. Assumption."""


class ElectricVan(Van):
    """
    A battery electric van.

    Parameters
    ----------
    curve
        Power it takes against state of charge.
    soc
        State of charge in the morning [-].
    has_depot_charger
        Whether it has a connector at its depot.
    details
        As `Van`.
    """

    def __init__(
        self,
        *args: Any,
        curve: ChargingCurve,
        soc: float,
        has_depot_charger: bool,
        **details: Any,
    ) -> None:
        super().__init__(*args, **details)
        self.soc = soc
        self.has_depot_charger = has_depot_charger
        self._curve = curve
        self._soc_plugged = soc
        self._came_to_charger_us = 0
        self._site: ChargerSite | None = None
        self._has_charged_for_evening = False

    # -- battery ------------------------------------------------------------------------------

    def energy_budget_kwh(self) -> float:
        """Electricity left in the battery [kWh]."""
        return self.soc * self.vehicle_type.battery_kwh

    def use_energy(self, energy_kwh: float) -> None:
        """Draw electricity from the battery [kWh]."""
        self.soc = max(0.0, self.soc - energy_kwh / self.vehicle_type.battery_kwh)

    def _suffices_for(self, distance_m: float) -> bool:
        per_km = self.vehicle_type.planned_kwh_per_km * _CONSUMPTION_MARGIN
        reserve = self.city.charging_params.soc_reserve * self.vehicle_type.battery_kwh
        return self.energy_budget_kwh() - distance_m / 1e3 * per_km >= reserve

    # -- decisions ----------------------------------------------------------------------------

    def go_on(self) -> None:
        """Charge first if the charge does not suffice; else as any van."""
        if self.stops_left and not self._suffices_for(self.stops_left[0].leg_m + _DETOUR_M):
            if self.soc < self.city.charging_params.soc_public_target and self._go_charging():
                return
        super().go_on()

    def head_home(self) -> None:
        """Drive home, by way of a charger when the way home or the next day asks for it."""
        params = self.city.charging_params
        wants_charge = not self.has_depot_charger and self.soc < params.soc_evening_min
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
            way = self._find_way(site.spec.link)
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
        self._soc_plugged = self.soc
        duration_s = self._curve.duration_s(
            self.soc,
            max(self.soc, self.city.charging_params.soc_public_target),
            battery_kwh=self.vehicle_type.battery_kwh,
            max_power_kw=self._power_kw(self._site.spec.power_kw),
        )
        plug_us = self.city.clock.now_us
        self.city.clock.schedule(plug_us + to_us(duration_s), lambda: self._unplug(plug_us))

    def _power_kw(self, connector_kw: float) -> float:
        """Power into the battery [kW]: the connector's after losses, or what the battery takes."""
        efficiency = self.city.charging_params.charger_efficiency
        return min(connector_kw * efficiency, self.vehicle_type.charging_power_kw)

    def _unplug(self, plug_us: int) -> None:
        assert self._site is not None
        site, self._site = self._site, None
        self.soc = max(self.soc, self.city.charging_params.soc_public_target)
        self._announce_session(
            site_id=site.spec.site_id,
            connector_id=site.connector_id(self.van_id),
            came_us=self._came_to_charger_us,
            plug_us=plug_us,
            unplug_us=self.city.clock.now_us,
            is_public=True,
        )
        site.leave(self.van_id)
        self.go_on()

    def _announce_session(
        self,
        *,
        site_id: str,
        connector_id: str,
        came_us: int,
        plug_us: int,
        unplug_us: int,
        is_public: bool,
    ) -> None:
        params = self.city.charging_params
        gained_kwh = (self.soc - self._soc_plugged) * self.vehicle_type.battery_kwh
        grid_kwh = gained_kwh / params.charger_efficiency
        tariff = params.public_tariff if is_public else params.depot_tariff
        self.city.announce(
            ChargingEnded(
                van_id=self.van_id,
                site_id=site_id,
                connector_id=connector_id,
                arrive_s=to_s(came_us),
                plug_s=to_s(plug_us),
                unplug_s=to_s(unplug_us),
                energy_kwh=grid_kwh,
                soc_start=self._soc_plugged,
                soc_end=self.soc,
                cost_cny=charging_cost_cny(tariff, to_s(plug_us), to_s(unplug_us), grid_kwh),
                purpose="public" if is_public else "depot",
            )
        )

    # -- at the depot -------------------------------------------------------------------------

    def at_home(self) -> None:
        """Plug in for the night at the depot's own connector."""
        params = self.city.charging_params
        if not self.has_depot_charger or self.soc >= params.soc_full:
            return
        now_us = self.city.clock.now_us
        self._soc_plugged = self.soc
        duration_s = self._curve.duration_s(
            self.soc,
            params.soc_full,
            battery_kwh=self.vehicle_type.battery_kwh,
            max_power_kw=self._power_kw(params.depot_power_kw),
        )
        self.soc = params.soc_full
        self._announce_session(
            site_id=f"depot-{self.carrier_id}",
            connector_id=f"depot-{self.van_id}",
            came_us=now_us,
            plug_us=now_us,
            unplug_us=now_us + to_us(duration_s),
            is_public=False,
        )

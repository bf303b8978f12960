"""Electric vans at public sites: nobody jumps the queue, connectors and power are never overdrawn, energy adds up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mesa
import numpy as np
import pandas as pd
import pytest

import sim
from sim.agents.charger import ChargerSite
from sim.clock import EventClock
from sim.energy import charging_curve_of
from sim.facilities.charging_session import ChargingSession
from sim.facilities.charging_site import ChargingSite
from sim.measures import RunTables
from sim.units import to_s, to_us

SMALL = ["network=grid", "traffic=off", "run.workers=1", "planning.iterations=20", "paths.cache_dir=null"]
SCARCE = ["fleet.vehicle_types.electric_van.battery_kwh=6", "charging.vans_per_connector=12"]


class _Town(mesa.Model):  # type: ignore[misc]
    """A clock and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = EventClock()


class _Visits:
    """Vans that come to one site and stay as long as charging takes."""

    def __init__(self, connectors: int = 1, hold_s: float | None = None, limit_kw: float | None = None) -> None:
        self.town: Any = _Town()
        spec = ChargingSite("site", 0, (60.0,) * connectors, limit_kw)
        self.site = ChargerSite(self.town, spec, hold_s=hold_s)
        self.plug_s: dict[str, float] = {}
        self.leave_s: dict[str, float] = {}

    def at(self, time_s: float, action: Callable[[], None]) -> None:
        self.town.clock.schedule(to_us(time_s), action)

    def come(self, van: str, time_s: float, stay_s: float) -> None:
        """A van that charges from SOC 0 for so long at 36 kW into the battery."""
        self.at(time_s, lambda: self.site.come(van, stay_s, lambda: self._plug(van, stay_s)))

    def _plug(self, van: str, stay_s: float) -> None:
        now_s = to_s(self.town.clock.now_us)
        self.plug_s[van] = now_s
        session = ChargingSession(
            charging_curve_of("lfp_van", 36.0),
            battery_kwh=100.0,
            soc=0.0,
            soc_target=36.0 * stay_s / 3600.0 / 100.0,
            connector_kw=60.0,
            efficiency=1.0,
            plug_s=now_s,
        )
        self.site.plug_in(van, session, lambda: self._leave(van))

    def _leave(self, van: str) -> None:
        self.leave_s[van] = to_s(self.town.clock.now_us)
        self.site.leave(van)

    def run(self) -> None:
        while len(self.town.clock):
            self.town.clock.run_next()


def test_first_come_first_served() -> None:
    """One connector, three vans of ten minutes: each begins when the one before has left."""
    day = _Visits()
    for number, van in enumerate("abc"):
        day.come(van, 60.0 * number, 600.0)
    day.run()
    assert day.plug_s == pytest.approx({"a": 0.0, "b": 600.0, "c": 1200.0})
    assert day.leave_s["c"] == pytest.approx(1800.0)


def test_a_booked_slot_is_kept_from_one_who_comes_first() -> None:
    """Booked for 10:00 to 40:00; a van at 5:00 that needs twenty minutes has to wait, one that needs five does not."""
    day = _Visits(hold_s=300.0)
    day.at(0.0, lambda: day.site.reserve("booked", 600.0, 1800.0))
    day.come("short", 120.0, 300.0)
    day.come("long", 300.0, 1200.0)
    day.come("booked", 600.0, 1800.0)
    day.run()
    assert day.plug_s == pytest.approx({"short": 120.0, "booked": 600.0, "long": 2400.0})


def test_one_who_comes_early_takes_a_free_connector() -> None:
    """The slot is for 10:00, the van is there at 5:00 and nobody else is."""
    day = _Visits(hold_s=300.0)
    day.at(0.0, lambda: day.site.reserve("early", 600.0, 600.0))
    day.come("early", 300.0, 600.0)
    day.run()
    assert day.plug_s["early"] == pytest.approx(300.0)


def test_a_slot_is_given_away_after_the_hold() -> None:
    """Booked for 10:00 with a hold of five minutes; at 16:00 another has the connector, and the late van is next."""
    day = _Visits(hold_s=300.0)
    day.at(0.0, lambda: day.site.reserve("late", 600.0, 1800.0))
    day.come("other", 660.0, 1200.0)
    day.come("late", 960.0, 600.0)
    day.run()
    assert day.plug_s == pytest.approx({"other": 900.0, "late": 2100.0})


def test_a_slot_given_back_is_free_at_once() -> None:
    """The van that waits for its slot moves up when the one before does not come."""
    day = _Visits(hold_s=300.0)
    day.at(0.0, lambda: day.site.reserve("gone", 600.0, 1800.0))
    day.at(120.0, lambda: day.site.cancel("gone"))
    day.come("next", 600.0, 600.0)
    day.run()
    assert day.plug_s == pytest.approx({"next": 600.0})


def test_a_shared_limit_slows_both_and_the_last_ends_alone() -> None:
    """36 kW for two: 18 kW each for ten minutes of energy takes twenty, then the second has all."""
    day = _Visits(connectors=2, limit_kw=36.0)
    day.come("a", 0.0, 600.0)
    day.come("b", 0.0, 1200.0)
    day.run()
    assert day.leave_s == pytest.approx({"a": 1200.0, "b": 1800.0})


def _day(*overrides: str, scenario: str = "owner_drivers+electric") -> tuple[sim.DeliveryModel, RunTables]:
    model = sim.DeliveryModel(sim.load_scenario(scenario, [*SMALL, *SCARCE, *overrides]), seed=3)
    model.run()
    return model, model.tables()


@pytest.fixture(scope="module", params=["queue", "booking", "shared"])
def busy(request: pytest.FixtureRequest) -> tuple[sim.DeliveryModel, RunTables]:
    """A day on which vans charge on the way: with a queue, with a book, with 40 kW for a site."""
    extra = {"queue": [], "booking": ["charging.access=booking"], "shared": ["charging.site_power_kw=20"]}
    return _day(*extra[request.param])


def test_energy_balance_of_every_van(busy: tuple[sim.DeliveryModel, RunTables]) -> None:
    """What was in the battery, plus charged, less driven, is what is in it: to 1e-9 kWh."""
    _, tables = busy
    vans = tables["vans"].set_index("van_id")
    vans = vans[vans["soc_morning"].notna()]
    used = tables["trips"].groupby("van_id")["energy_kwh"].sum().reindex(vans.index).fillna(0.0)
    bought = tables["charging"].groupby("van_id")["energy_kwh"].sum().reindex(vans.index).fillna(0.0)
    left = vans["battery_kwh"] * vans["soc_morning"] + 0.92 * bought - used
    assert len(vans) > 5 and bought.sum() > 0.0
    np.testing.assert_allclose(left, vans["battery_kwh"] * vans["soc_evening"], rtol=0.0, atol=1e-9)


def test_what_is_drawn_adds_up_to_the_sessions(busy: tuple[sim.DeliveryModel, RunTables]) -> None:
    """By van and site, and within the time plugged in."""
    _, tables = busy
    keys = ["van_id", "site_id"]
    drawn = tables["charging_power"].groupby(keys)["energy_kwh"].sum()
    sold = tables["charging"].groupby(keys)["energy_kwh"].sum()
    pd.testing.assert_series_equal(drawn, sold[sold > 0.0], rtol=0.0, atol=1e-9)


def test_connectors_and_power_are_never_overdrawn(busy: tuple[sim.DeliveryModel, RunTables]) -> None:
    """One van at a connector at a time, and no more power than the site has."""
    model, tables = busy
    public = tables["charging"][tables["charging"]["purpose"] == "public"]
    for _, own in public.sort_values("plug_s").groupby("connector_id"):
        assert (own["plug_s"].to_numpy()[1:] >= own["unplug_s"].to_numpy()[:-1] - 1e-5).all()
    limits = {
        site.spec.site_id: site.spec.site_power_kw or 60.0 * site.spec.connectors for site in model.charging_sites
    }
    draws = tables["charging_power"].assign(kw=lambda t: 3600.0 * t["energy_kwh"] / (t["until_s"] - t["from_s"]))
    for site_id, own in draws[draws["site_id"].isin(limits)].groupby("site_id"):
        middle = (own["from_s"] + own["until_s"]) / 2.0
        at_once = [own.loc[(own["from_s"] <= t) & (t < own["until_s"]), "kw"].sum() for t in middle]
        assert max(at_once) <= limits[str(site_id)] * (1.0 + 1e-3)


def test_planned_stops_come_where_the_morning_charge_does_not_last() -> None:
    """Vans that would have to improvise plan instead, and no van is stranded."""
    model, tables = _day()
    improvised, _ = _day("charging.planned_stops=false")
    public = tables["charging"][tables["charging"]["purpose"] == "public"]
    assert len(public) and not [van for van in model.vans if van.is_stranded]
    assert model.kpis()["orders_delivered"]["value"] >= 0.95 * improvised.kpis()["orders_delivered"]["value"]


def test_orders_missed_for_charge_are_told() -> None:
    """Vans that strand miss their orders for charge; with full batteries nobody does."""
    _, stranded = _day(
        "fleet.vehicle_types.electric_van.battery_kwh=0.5",
        "fleet.vehicle_types.electric_van.planned_kwh_per_km=0.001",
        "charging.vans_per_connector=1000",
    )
    missed = stranded["orders"].loc[stranded["orders"]["missed_for"] == "charge"]
    assert len(missed) and set(missed["status"]) <= {"failed", "refused"}
    _, full = _day("fleet.vehicle_types.electric_van.battery_kwh=80", "charging.soc_morning_min=0.9")
    assert full["orders"]["missed_for"].isna().all()


def test_more_is_used_in_winter() -> None:
    """The same drives on a cold day take more electricity."""
    _, mild = _day("fleet.vehicle_types.electric_van.battery_kwh=80")
    _, cold = _day("fleet.vehicle_types.electric_van.battery_kwh=80", scenario="owner_drivers+electric+winter")
    per_km = [t["trips"]["energy_kwh"].sum() / t["trips"]["distance_m"].sum() for t in (mild, cold)]
    assert per_km[1] > 1.2 * per_km[0]

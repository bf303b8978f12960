"""The vehicle types that configurations offer, from the configuration to what a day says of them."""

from __future__ import annotations

import pytest

import sim
from sim.measures import RunTables

SMALL = ["network=grid", "traffic=off", "run.workers=1", "planning.iterations=20", "paths.cache_dir=null"]


def _day_of(vehicle_type: str, *overrides: str) -> RunTables:
    others = [f"fleet.mix.{name}=0" for name in ("diesel_van", "petrol_van", "electric_van")]
    scenario = sim.load_scenario("baseline", [*SMALL, *others, f"fleet.mix.{vehicle_type}=1", *overrides])
    model = sim.DeliveryModel(scenario, seed=1)
    model.run()
    return model.tables()


def test_a_plug_in_hybrid_takes_fuel_and_electricity_and_is_never_stranded() -> None:
    """Half of its way on each by default; its electricity is paid for."""
    tables = _day_of("phev_van")
    trips = tables["trips"].query("distance_m > 0")
    assert (trips["fuel_l"] > 0.0).all() and (trips["energy_kwh"] > 0.0).all() and (trips["co2_g"] > 0.0).all()
    assert tables["stranded"].empty
    costs = tables["costs"].groupby("component")["cost_cny"].sum()
    assert costs["electricity"] > 0.0 and costs["fuel"] > 0.0
    electric = _day_of("phev_van", "energy.phev_electric_share=1.0")["trips"]
    assert electric["fuel_l"].sum() == pytest.approx(0.0, abs=1e-9)
    assert electric["energy_kwh"].sum() == pytest.approx(2.0 * trips["energy_kwh"].sum(), rel=1e-6)


def test_a_light_truck_burns_more_than_a_van_and_carries_more() -> None:
    """The same tours take 1.3 times the fuel of a diesel van, at the same load over payload; so at least 1.2 times."""
    truck, van = (
        _day_of(name)["trips"].agg({"fuel_l": "sum", "distance_m": "sum"}) for name in ("truck_4_2m", "diesel_van")
    )
    per_km = (truck["fuel_l"] / truck["distance_m"]) / (van["fuel_l"] / van["distance_m"])
    assert 1.2 < per_km < 1.35


def test_a_tricycle_draws_on_its_battery_and_falls_under_rules_for_tricycles_alone() -> None:
    """No fuel; 45 to 120 Wh/km with its load; a ban of light vehicles does not concern it."""
    tables = _day_of("cargo_tricycle", "policy=all_day_ban", "fleet.orders_per_van=8", "planning.max_reloads=2")
    trips = tables["trips"]
    assert trips["fuel_l"].sum() == 0.0
    assert 0.045 < trips["energy_kwh"].sum() / trips["distance_m"].sum() * 1000.0 < 0.12
    assert set(tables["vans"]["access_class"]) == {"tricycle"}
    orders = tables["orders"]
    assert (orders["status"] == "delivered").mean() > 0.8

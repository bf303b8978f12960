"""Vans, berths, chargers and shops act on each other as a planner expects, on a small grid."""

from __future__ import annotations

import pandas as pd
import pytest

import sim
from sim.measures import RunTables

SMALL = ["network=grid", "traffic=off", "run.workers=1", "planning.iterations=20", "paths.cache_dir=null"]


def _day(*overrides: str, scenario: str = "baseline") -> tuple[sim.DeliveryModel, RunTables]:
    model = sim.DeliveryModel(sim.load_scenario(scenario, [*SMALL, *overrides]), seed=3)
    model.run()
    return model, model.tables()


def test_plenty_of_berths_mean_no_waiting_and_no_double_parking() -> None:
    """Two spaces for each shop: nobody waits, nobody stands in the second row."""
    _, tables = _day("berths.spaces_per_shop=2.0", "berths.max_spaces_per_berth=50")
    stops = tables["stops"]
    assert stops["berth_wait_s"].max() == 0.0
    assert set(stops["parking"]) == {"berth", "offstreet"}


def test_without_berths_vans_stand_in_the_second_row() -> None:
    """And each such stay blocks its link for as long as it lasts."""
    _, tables = _day("berths.spaces_per_shop=0.0", "berths.kerb_stopping_share=0.0")
    stops = tables["stops"]
    assert set(stops["parking"]) == {"double", "offstreet"}
    assert len(tables["berths"]) == 0
    stays = stops.loc[stops["parking"] == "double"]
    assert 0.0 < tables["links"]["blocked_s"].sum() <= (stays["depart_s"] - stays["parked_s"]).sum() + 1e-6


def test_berths_hold_no_more_vans_than_spaces() -> None:
    """Stays in each berth overlap at most as often as it has spaces."""
    model, tables = _day("berths.spaces_per_shop=0.1", "berths.double_parking_share=0.0", "berths.max_wait_min=240")
    spaces = {berth.spec.berth_id: berth.spec.spaces for berth in model.berths}
    stays = tables["berths"]
    assert len(stays)
    for berth_id, own in stays.groupby("berth_id"):
        steps = pd.concat([pd.Series(1, own["park_s"]), pd.Series(-1, own["leave_s"])]).sort_index(kind="stable")
        level = steps.groupby(level=0).sum().cumsum()
        assert level.max() <= spaces[str(berth_id)]
    assert tables["stops"]["berth_wait_s"].max() > 0.0


def test_loads_fall_along_a_tour() -> None:
    """Payload of a van's drives never rises, and what it carries home is what it did not deliver."""
    _, tables = _day()
    for _, trips in tables["trips"].sort_values("depart_s", kind="stable").groupby("van_id"):
        assert (trips["payload_kg"].diff().dropna() <= 1e-9).all()
    orders = tables["orders"]
    loaded = orders.loc[~orders["status"].isin(["unplanned"]), "weight_kg"].sum()
    first = tables["trips"].sort_values("depart_s", kind="stable").groupby("van_id")["payload_kg"].first()
    assert first.sum() == pytest.approx(loaded)


def test_free_flow_has_no_delay() -> None:
    """With traffic off, drives take exactly what empty streets take."""
    _, tables = _day("traffic=off")
    assert tables["trips"]["delay_s"].abs().max() < 1e-4


def test_double_parked_vans_slow_down_those_behind_in_the_queue_engine() -> None:
    """With lanes given back, drives of the same vans are no slower on the whole."""
    few = ["traffic=queue", "berths.spaces_per_shop=0.0", "berths.kerb_stopping_share=0.0"]
    _, blocked = _day(*few, "berths.blocked_lanes=2.0", "berths.single_lane_loss=0.99")
    _, free = _day(*few, "berths.blocked_lanes=0.0", "berths.single_lane_loss=0.0")
    assert (blocked["stops"]["parking"] == "double").sum() > 50
    delay_s = [tables["trips"]["delay_s"].sum() for tables in (free, blocked)]
    assert delay_s[0] < delay_s[1]


def test_exempting_everyone_equals_no_rule() -> None:
    """Table by table."""
    exempt = "policy.rules.light_vans_at_peak.exempt.powertrain=[diesel,petrol,bev,phev]"
    _, ruled = _day(exempt, scenario="peak_ban")
    _, free = _day()
    for name, table in free.items():
        pd.testing.assert_frame_equal(ruled[name], table)


def test_vans_with_small_batteries_charge_on_the_way() -> None:
    """A quarter of the battery and no depot connectors: public sessions, charge never below zero."""
    _, tables = _day(
        "fleet=electric", "fleet.vehicle_types.electric_van.battery_kwh=6.0", "charging.depot_charger_share=0.0"
    )
    sessions = tables["charging"]
    assert (sessions["purpose"] == "public").any()
    assert sessions["soc_start"].min() >= 0.0
    assert sessions["soc_end"].max() <= 1.0
    gained = (sessions["soc_end"] - sessions["soc_start"]) * 6.0
    assert sessions["energy_kwh"].to_numpy() == pytest.approx(gained.to_numpy() / 0.92)
    assert (sessions["unplug_s"] >= sessions["plug_s"]).all() and (sessions["plug_s"] >= sessions["arrive_s"]).all()


def test_a_van_that_runs_empty_is_stranded_and_told() -> None:
    """No chargers and a battery for two kilometres: stranded vans, failed orders, a cost, a warning."""
    model, tables = _day(
        "fleet=electric",
        "fleet.vehicle_types.electric_van.battery_kwh=0.5",
        "fleet.vehicle_types.electric_van.planned_kwh_per_km=0.001",
        "charging.vans_per_connector=1000",
        "charging.connectors_per_site=1",
    )
    kpis = model.kpis()
    assert kpis["vans_stranded"]["value"] == len(tables["stranded"]) > 0
    assert any("stranded" in warning for warning in model.warnings())
    assert kpis["orders_delivered"]["value"] + kpis["orders_failed"]["value"] == kpis["orders_total"]["value"]
    used = tables["trips"].groupby("van_id")["energy_kwh"].sum()
    charged = tables["charging"].groupby("van_id")["energy_kwh"].sum().reindex(used.index).fillna(0.0)
    assert (used <= 0.5 * 0.95 + charged + 1e-9).all()


def test_electric_vans_need_no_fuel_and_fuel_vans_no_electricity() -> None:
    """By powertrain, in a fleet of both."""
    _, tables = _day("fleet.carriers=1", "fleet.mix={diesel_van: 0.5, petrol_van: 0.0, electric_van: 0.5}")
    trips = tables["trips"].merge(tables["vans"][["van_id", "powertrain"]], on="van_id")
    is_electric = trips["powertrain"] == "bev"
    assert trips.loc[is_electric, ["fuel_l", "co2_g"]].to_numpy().max() == 0.0
    assert trips.loc[~is_electric, "energy_kwh"].max() == 0.0
    assert trips.loc[is_electric, "energy_kwh"].min() > 0.0

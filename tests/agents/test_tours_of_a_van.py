"""Vans with several tours a day, and what becomes of goods that are not accepted."""

from __future__ import annotations

import pandas as pd
import pytest

import sim
from sim.measures import RunTables
from sim.measures.conservation import conservation_faults

SMALL = ["network=grid", "traffic=off", "run.workers=1", "planning.iterations=20", "paths.cache_dir=null"]
RELOADS = [
    "planning.max_reloads=3",
    "planning.reload_min=15",
    "fleet.orders_per_van=120",
    "fleet.vehicle_types.diesel_van.payload_kg=150",
    "fleet.vehicle_types.petrol_van.payload_kg=150",
]
WAVES = (
    "fleet.waves=[{name: morning, start: '05:00', end: '09:00', shift_h: 4},"
    "{name: day, start: '09:00', end: '20:00', shift_h: 8}]"
)


def _day(*overrides: str) -> tuple[sim.DeliveryModel, RunTables]:
    model = sim.DeliveryModel(sim.load_scenario("baseline", [*SMALL, *overrides]), seed=3)
    model.run()
    return model, model.tables()


@pytest.fixture(scope="module")
def reloads() -> RunTables:
    """A day of few vans with small payloads that come back for more."""
    return _day(*RELOADS)[1]


def test_tours_of_a_van_follow_each_other_with_time_to_load(reloads: RunTables) -> None:
    """The next tour begins no sooner than 15 minutes after the van is back, nor before it is planned."""
    several = 0
    for _, tours in reloads["tours"].sort_values("start_s").groupby("van_id"):
        several += len(tours) > 1
        gap_s = tours["start_s"].to_numpy()[1:] - tours["end_s"].to_numpy()[:-1]
        assert (gap_s >= 15 * 60.0 - 1e-6).all()
        assert (tours["start_s"] >= tours["planned_start_s"] - 1e-6).all()
    assert several > 3


def test_stops_carry_the_tour_they_were_made_on(reloads: RunTables) -> None:
    """Each stop lies between the start and the end of its tour, which is one of its van."""
    stops = reloads["stops"].merge(reloads["tours"], on="tour_id", validate="many_to_one", suffixes=("", "_of_tour"))
    assert len(stops) == len(reloads["stops"]) > 50
    assert (stops["van_id"] == stops["van_id_of_tour"]).all()
    assert stops["arrival_s"].between(stops["start_s"], stops["end_s"]).all()
    assert (stops["depart_s"] <= stops["end_s"]).all()


def test_a_van_leaves_with_the_goods_of_one_tour_and_comes_back_with_what_was_not_delivered(reloads: RunTables) -> None:
    """Payload falls along a tour and never exceeds what the van may carry."""
    assert conservation_faults(reloads) == []
    trips = pd.merge_asof(
        reloads["trips"].sort_values("depart_s"),
        reloads["tours"].sort_values("start_s")[["van_id", "start_s", "tour_id"]],
        left_on="depart_s",
        right_on="start_s",
        by="van_id",
    )
    first_kg = trips.groupby("tour_id")["payload_kg"].first()
    for _, own in trips.groupby("tour_id"):
        assert (own["payload_kg"].diff().dropna() <= 1e-9).all()
    assert len(first_kg) == len(reloads["tours"])
    assert first_kg.max() <= 150.0
    orders = reloads["orders"]
    left_kg = orders.loc[orders["status"] != "unplanned", "weight_kg"].sum()
    assert first_kg.sum() == pytest.approx(left_kg)


def test_goods_not_delivered_are_back_at_the_depot_when_their_van_is(reloads: RunTables) -> None:
    """Every failed order of a van that came home has a time of return: the end of a tour."""
    orders = reloads["orders"]
    is_left = ~orders["status"].isin(["delivered", "unplanned"])
    assert is_left.any()
    assert (orders["returned_s"].notna() == is_left).all()
    assert orders.loc[is_left, "returned_s"].isin(reloads["tours"]["end_s"]).all()


def test_waves_have_drivers_of_their_own() -> None:
    """A van out in two waves is paid for both, not for the hours between; no tour begins before its wave."""
    model, tables = _day(WAVES)
    tours = tables["tours"]
    begins_s = tours["wave"].map({"morning": 5 * 3600.0, "day": 9 * 3600.0})
    assert (tours["start_s"] >= begins_s).all()
    assert conservation_faults(tables) == []
    assert model.warnings() == ()


def test_what_is_not_accepted_is_tried_again_while_the_window_is_open() -> None:
    """Half of the attempts fail: second visits come after the wait, within the window, and bring a part of the rest."""
    _, once = _day("service.failed_attempt_share=0.5", "service.retries=0")
    model, twice = _day("service.failed_attempt_share=0.5", "service.retries=1", "service.retry_after_min=20")
    assert (once["stops"]["attempt"] == 1).all()
    stops = twice["stops"]
    again = stops[stops["attempt"] == 2]
    assert len(again) > 20
    pairs = again.merge(stops[stops["attempt"] == 1], on=["shop_id", "tour_id"], suffixes=("", "_before"))
    assert (pairs["service_start_s"] >= pairs["depart_s_before"] + 20 * 60.0 - 1e-6).all()
    delivered = [(tables["orders"]["status"] == "delivered").sum() for tables in (once, twice)]
    assert delivered[1] > delivered[0] + 20
    assert model.kpis()["delivery_retries"]["value"] == len(again)
    assert conservation_faults(twice) == []


def test_orders_of_the_first_attempt_fail_alike_whether_or_not_they_are_tried_again() -> None:
    """Luck belongs to order and attempt, so that runs stay paired."""
    outcomes = []
    for retries in (0, 1):
        _, tables = _day("service.failed_attempt_share=0.3", f"service.retries={retries}", "traffic=off")
        stops = tables["stops"]
        outcomes.append(stops[stops["attempt"] == 1].groupby("shop_id")["weight_kg"].sum())
    pd.testing.assert_series_equal(*outcomes)


@pytest.mark.parametrize("horizon_h", [7.0, 9.0, 11.0, 14.0])
def test_orders_are_conserved_at_any_time(horizon_h: float) -> None:
    """Whenever the clock stops, each order is delivered, failed, on board or unplanned; with reloads and retries."""
    _, tables = _day(*RELOADS, "service.failed_attempt_share=0.3", f"horizon_h={horizon_h}")
    orders, stops = tables["orders"], tables["stops"]
    counts = orders["status"].value_counts()
    assert counts.get("on_board", 0) > 0
    assert counts.sum() == len(orders)
    assert conservation_faults(tables) == []
    assert (stops["depart_s"] <= horizon_h * 3600.0).all()
    assert (orders["returned_s"].notna() <= orders["status"].isin(["failed", "refused"])).all()

"""A day with joint delivery: trucks, docks, sorting, and vans that wait for their goods."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import sim
from sim.measures import RunTables
from sim.measures.conservation import conservation_faults

SMALL = ["network=grid", "run.workers=1", "planning.iterations=20", "paths.cache_dir=null", "joint=operator"]


def _model(*overrides: str) -> sim.DeliveryModel:
    return sim.DeliveryModel(sim.load_scenario("baseline", [*SMALL, "joint.share=1.0", *overrides]), seed=3)


def _late_by(model: sim.DeliveryModel, hours: float) -> RunTables:
    """The tables of the day when all trucks set out late; slots stay as booked."""
    model.transfers = [replace(transfer, start_s=transfer.start_s + hours * 3600.0) for transfer in model.transfers]
    model.run()
    return model.tables()


@pytest.fixture(scope="module")
def day() -> tuple[sim.DeliveryModel, RunTables]:
    """All shops take part."""
    model = _model()
    model.run()
    return model, model.tables()


def _transfer_of_order(model: sim.DeliveryModel) -> pd.Series[str]:
    """Transfer that carries each order, by `order_id`."""
    order_id = model.order_table["order_id"].to_numpy()
    pairs = [(int(order_id[row]), transfer.transfer_id) for transfer in model.transfers for row in transfer.orders]
    return pd.Series(dict(pairs))


def test_each_truckload_is_loaded_at_its_hub_and_then_unloaded_at_the_centre(
    day: tuple[sim.DeliveryModel, RunTables],
) -> None:
    """Two stays at docks a transfer, in the slots booked, with a drive of the load between them."""
    model, tables = day
    docks, trips = tables["docks"], tables["trips"]
    assert len(docks) == 2 * len(model.transfers) > 4
    assert docks["booked"].all()
    trunk = trips[trips["purpose"] == "trunk"]
    for transfer in model.transfers:
        stays = docks[docks["transfer_id"] == transfer.transfer_id].set_index("purpose")
        assert stays.loc["load", "place_id"] == transfer.hub_id
        assert stays.loc["unload", "place_id"] == transfer.centre_id
        assert stays.loc["load", "start_s"] == pytest.approx(transfer.load_from_s)
        assert stays.loc["unload", "end_s"] == pytest.approx(transfer.unload_from_s + transfer.unload_s)
        between = trunk[
            (trunk["van_id"] == transfer.truck.van_id)
            & (trunk["depart_s"] >= stays.loc["load", "end_s"] - 1e-6)
            & (trunk["arrive_s"] <= stays.loc["unload", "start_s"] + 1e-6)
        ]
        assert between["payload_kg"].tolist() == [pytest.approx(transfer.weight_kg)]
    traced = tables["traces"][tables["traces"]["trip_id"].isin(trunk["trip_id"])]
    assert set(traced["van_id"]) == {transfer.truck.van_id for transfer in model.transfers}


def test_stays_at_one_dock_do_not_overlap(day: tuple[sim.DeliveryModel, RunTables]) -> None:
    """Of any two stays at a dock, one ends before the other begins; also when all trucks are late."""
    for tables in (day[1], _late_by(_model(), 0.7)):
        for _, stays in tables["docks"].sort_values("start_s").groupby(["place_id", "dock"]):
            assert (stays["start_s"].to_numpy()[1:] >= stays["end_s"].to_numpy()[:-1] - 1e-6).all()


def test_no_van_leaves_before_its_goods_are_unloaded_and_sorted(day: tuple[sim.DeliveryModel, RunTables]) -> None:
    """By tour: the start lies after the unloading of every truck that brought some of its orders, and the sorting."""
    model, tables = day
    transfer = _transfer_of_order(model)
    unloaded_s = tables["docks"].query("purpose == 'unload'").set_index("transfer_id")["end_s"]
    delivered = tables["orders"].query("status == 'delivered'")
    ready_s = delivered["order_id"].map(transfer).map(unloaded_s) + 60.0 * model.settings.joint.centre.sorting_min
    tour = delivered["stop_id"].map(tables["stops"].set_index("stop_id")["tour_id"])
    start_s = tour.map(tables["tours"].set_index("tour_id")["start_s"])
    assert len(delivered) > 100
    assert (start_s >= ready_s - 1e-6).all()


def test_vans_wait_for_late_goods_and_leave_later_than_planned() -> None:
    """All trucks three hours late, patience of six hours: bookings are lost, tours start late, goods still come."""
    model = _model("service.goods_wait_min=360")
    tables = _late_by(model, 3.0)
    assert not tables["docks"]["booked"].all()
    late_s = tables["tours"]["start_s"] - tables["tours"]["planned_start_s"]
    assert late_s.max() > 1800.0
    transfer = _transfer_of_order(model)
    unloaded_s = tables["docks"].query("purpose == 'unload'").set_index("transfer_id")["end_s"]
    delivered = tables["orders"].query("status == 'delivered'")
    stop_s = delivered["stop_id"].map(tables["stops"].set_index("stop_id")["service_start_s"])
    assert (stop_s > delivered["order_id"].map(transfer).map(unloaded_s)).all()
    assert conservation_faults(tables) == []


def test_goods_that_come_too_late_are_left_behind() -> None:
    """Nobody waits: vans leave without what is not there; those orders fail without a stop and never come back."""
    tables = _late_by(_model("service.goods_wait_min=0"), 3.0)
    left = tables["orders"].query("status == 'failed' and stop_id.isna()")
    assert len(left) > 10
    assert left["returned_s"].isna().any()
    assert conservation_faults(tables) == []


@pytest.mark.parametrize("horizon_h", [1.0, 3.0, 7.0, 10.0])
def test_orders_are_conserved_at_any_time(horizon_h: float) -> None:
    """Whenever the clock stops, goods are with a carrier, on a truck, at the centre, on board or delivered."""
    model = _model(f"horizon_h={horizon_h}")
    model.run()
    tables = model.tables()
    orders = tables["orders"]
    assert orders["status"].isin(["delivered", "failed", "refused", "on_board", "unplanned"]).all()
    assert (orders["status"] == "on_board").any()
    assert conservation_faults(tables) == []

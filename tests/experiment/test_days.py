"""Several days: what is carried over, what is not, and tables that go on in time."""

from __future__ import annotations

from functools import cache

import pytest

import sim
from sim.experiment.days import CLOCK_COLUMNS, Horizon, run_days
from sim.measures import conservation_faults
from sim.measures.columns import TABLES

DURATIONS = {"berth_wait_s", "free_flow_s", "delay_s", "over_limit_s", "bin_s", "travel_time_s", "blocked_s"}
FAILING = ("service.failed_attempt_share=0.3", "service.retries=0", "retry_days=1")


@cache
def _days(days: int, *overrides: str, scenario: str = "baseline") -> Horizon:
    settings = sim.load_scenario(scenario, ["network=grid", "traffic=off", f"days={days}", *overrides])
    return run_days(sim.DeliveryModel(settings, seed=1), settings, 1)


def test_every_column_in_seconds_is_a_time_or_a_duration() -> None:
    """A new column has to be put into one of the two lists, or it would not be shifted from day to day."""
    seconds = {column.name for table in TABLES.values() for column in table.columns if column.unit == "s"}
    assert seconds - set(CLOCK_COLUMNS) == DURATIONS


def test_the_first_of_several_days_is_the_day_alone() -> None:
    """Indicators of day 1 of 3 and of a single day are equal."""
    assert _days(3).day_kpis[0] == _days(1).day_kpis[0]
    assert _days(1).kpis() == _days(1).day_kpis[0]


def test_days_differ_and_are_the_same_every_time() -> None:
    """Other orders on the second day; the same ones when it is run again."""
    horizon = _days(2)
    again = run_days(horizon_model := _model(2), horizon_model.settings, 1)
    assert horizon.day_kpis[0] != horizon.day_kpis[1]
    assert again.day_kpis == horizon.day_kpis
    for name, table in horizon.tables.items():
        assert table.equals(again.tables[name]), name


def _model(days: int) -> sim.DeliveryModel:
    return sim.DeliveryModel(sim.load_scenario("baseline", ["network=grid", "traffic=off", f"days={days}"]), seed=1)


def test_times_and_numbers_go_on() -> None:
    """Stops of the third day lie in its hours; stops, trips and tours have names of their own, and fit together."""
    tables = _days(3).tables
    for name, key in (("stops", "stop_id"), ("trips", "trip_id"), ("tours", "tour_id"), ("orders", "order_id")):
        assert tables[name][key].is_unique, name
    assert set((tables["stops"]["arrival_s"] // 86400.0).astype(int)) == {0, 1, 2}
    assert set(tables["stops"]["tour_id"]) <= set(tables["tours"]["tour_id"])
    assert set(tables["traces"]["trip_id"]) == set(tables["trips"]["trip_id"])
    delivered = tables["orders"][tables["orders"]["status"] == "delivered"]
    at = delivered["stop_id"].map(tables["stops"].set_index("stop_id")["service_end_s"])
    assert (at == delivered["delivered_s"]).all()


def test_orders_not_delivered_are_tried_again_on_the_next_day() -> None:
    """Three in ten fail: the next day has its own orders and all of those, and what failed twice is given up."""
    horizon, lucky = _days(3, *FAILING), _days(3, "service.failed_attempt_share=0", "retry_days=0")
    own = [kpis["orders_total"]["value"] for kpis in lucky.day_kpis]
    total = [kpis["orders_total"]["value"] for kpis in horizon.day_kpis]
    failed = [kpis["orders_failed"]["value"] for kpis in horizon.day_kpis]
    assert failed[0] >= 20
    assert total[1] == own[1] + failed[0]
    orders = horizon.tables["orders"]
    assert len(orders) == sum(own)
    assert 0 < total[2] - own[2] < failed[1]


def test_every_order_has_one_fate_over_all_days() -> None:
    """Orders in = delivered + not delivered; what is delivered on a later day counts once."""
    horizon = _days(3, *FAILING)
    orders = horizon.tables["orders"]
    by_day = sum(kpis["orders_delivered"]["value"] for kpis in horizon.day_kpis)
    assert (orders["status"] == "delivered").sum() == by_day
    assert conservation_faults(horizon.tables) == []


def test_batteries_keep_their_charge_over_night_without_a_charger() -> None:
    """No depot has a charger: each van that was out begins the next day as it has ended the last."""
    electric = ("fleet=electric", "charging.depot_charger_share=0")
    settings = sim.load_scenario("baseline", ["network=grid", "traffic=off", *electric])
    first = sim.DeliveryModel(settings, seed=1)
    first.run()
    state = first.end_state()
    second = sim.DeliveryModel(settings, seed=1, state=state)
    second.run()
    evening = {van.van_id: van.battery.soc for van in first.vans}
    morning = {van.van_id: van.soc_morning for van in second.vans}
    both = set(evening) & set(morning)
    assert len(both) >= 5
    assert all(morning[van_id] == evening[van_id] for van_id in both)
    assert any(soc < 0.9 for soc in morning.values())


def test_carriers_learn_a_rule_from_their_drivers() -> None:
    """Nobody has heard of the ban: signs are met on the first day, by carriers that plan under it on the second."""
    unaware = ("behaviour=adaptive", "behaviour.notice_share=0")
    horizon = _days(2, *unaware, scenario="all_day_ban")
    met = horizon.tables["closed_links"]
    days = (met["time_s"] // 86400.0).astype(int).value_counts()
    assert days[0] > 0
    assert days.get(1, 0) < days[0]
    assert len(horizon.last.state.learnt) > 0


def test_credit_has_a_row_for_each_carrier_and_day() -> None:
    """All carriers on both days, credit within 0 to 100, the level that belongs to it."""
    horizon = _days(2, *FAILING)
    credit = horizon.credit
    assert credit.groupby("day")["carrier_id"].nunique().tolist() == [12, 12]
    assert credit["credit"].between(0.0, 100.0).all()
    params = horizon.last.settings.credit
    assert credit["level"].tolist() == [params.level(value) for value in credit["credit"]]
    assert _days(2).credit["credit"].mean() > credit["credit"].mean()


@pytest.mark.parametrize("days", ["0", "400"])
def test_a_wrong_number_of_days_is_told(days: str) -> None:
    """At least one, at most a year."""
    with pytest.raises(sim.errors.ConfigError, match="days"):
        sim.load_scenario("baseline", [f"days={days}"])

"""Limits of stay: how far a call gets by hand, the driver's choice, and a day on the grid checked from its tables."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.agents.limited_stay import overstay, stays_on, work_until
from sim.measures import RunTables
from sim.planning.further_calls import further_calls
from sim.policy.enforcement import Enforcement, EnforcementParams
from sim.policy.stay_limit import StayEnds
from sim.random_streams import RandomStreams

S = 10**6
RULED = (
    "policy=stay_limit",
    "policy.rules.short_stays.stay_min=6",
    "policy.rules.short_stays.when.windows=['00:00-24:00']",
    "policy.rules.short_stays.who.access_class=null",
)


def test_orders_that_fit_are_carried_in_and_the_next_is_begun() -> None:
    """Of 100, 200 and 300 s, a call of 250 s does the first and 150 s of the second."""
    work = work_until((7, 8, 9), (100.0, 200.0, 300.0), start_us=0, last_us=250 * S)
    assert (work.done, work.rest, work.served_s, work.end_us) == ((7,), (8, 9), 150.0, 250 * S)
    again = work_until(work.rest, (200.0, 300.0), start_us=400 * S, last_us=650 * S, served_s=work.served_s)
    assert (again.done, again.rest, again.served_s) == ((8,), (9,), 200.0)
    last = work_until(again.rest, (300.0,), start_us=800 * S, last_us=1050 * S, served_s=again.served_s)
    assert (last.done, last.rest) == ((9,), ())


def test_one_order_may_take_several_calls() -> None:
    """500 s in calls of 200 s: two calls get nowhere near, the third ends it."""
    served_s = 0.0
    for expected_s in (200.0, 400.0):
        work = work_until((1,), (500.0,), start_us=0, last_us=200 * S, served_s=served_s)
        assert work.done == ()
        served_s = work.served_s
        assert served_s == expected_s
    assert work_until((1,), (500.0,), start_us=0, last_us=200 * S, served_s=served_s).done == (1,)


@pytest.mark.parametrize(("service_s", "calls"), [(300.0, 0), (600.0, 0), (601.0, 1), (1200.0, 1), (1800.5, 3)])
def test_calls_are_counted_in_whole_stands(service_s: float, calls: int) -> None:
    """Stands of ten minutes."""
    assert further_calls(service_s, 600.0) == calls


@pytest.mark.parametrize(("patrols_per_h", "stays"), [(0.04, True), (0.08, False)])
def test_staying_on_is_weighed_against_further_calls(patrols_per_h: float, stays: bool) -> None:
    """
    Fifteen minutes over a limit of ten take two further calls: 2 x 300 s at 36 CNY/h are 6 CNY.

    A fine of 500 CNY for 1 - exp(-0.25 x 0.04) = 0.995 % is 4.98 CNY; at 0.08 patrols an hour it is 9.90 CNY.
    """
    params = EnforcementParams(
        fence_detection=0.0,
        camera_links=(),
        camera_share=0.0,
        camera_detection=0.0,
        patrols_per_h=patrols_per_h,
        fine_cny=500.0,
        fine_by_rule={},
    )
    streams = RandomStreams(1)
    enforcement = Enforcement(params, streams.keyed("cameras"), streams.keyed("detection"))
    behaviour = SimpleNamespace(
        perceived_detection=1.0, credit_loss_cny=0.0, driver_cny_per_h=36.0, missed_order_cny=30.0
    )
    city = SimpleNamespace(enforcement=enforcement, behaviour=behaviour)
    driver: Any = SimpleNamespace(city=city, weighs_violations=True)
    ends = StayEnds(600 * S, 86_400 * S, "short")
    assert overstay(3, ends, 1500 * S).time_us.tolist() == [900 * S]
    assert stays_on(driver, 3, ends, 1500 * S, call_s=600.0) is stays
    honest: Any = SimpleNamespace(city=city, weighs_violations=False)
    assert not stays_on(honest, 3, ends, 1500 * S, call_s=600.0)


def test_time_after_the_hours_is_no_overstay() -> None:
    """A van that stays past the end of the rule is over the limit until then only."""
    ends = StayEnds(600 * S, 800 * S, "short")
    assert overstay(3, ends, 1500 * S).time_us.tolist() == [200 * S]


def _day(*overrides: str) -> tuple[sim.DeliveryModel, RunTables]:
    small = ["network=grid", "traffic=off", "run.workers=1", "planning.iterations=5", "paths.cache_dir=null"]
    model = sim.DeliveryModel(sim.load_scenario("baseline", [*small, "demand.orders_per_day=60", *overrides]), seed=3)
    model.run()
    return model, model.tables()


def _stands(model: sim.DeliveryModel, tables: RunTables) -> pd.DataFrame:
    """Stands at the kerb of limited links, from stops, trips and traces: where the drive to the stop ended."""
    (rule,) = model.rules()["rules"]
    last = tables["traces"].sort_values("exit_s", kind="stable").groupby("trip_id")["link_id"].last()
    trips = tables["trips"].dropna(subset=["to_stop_id"]).sort_values("arrive_s").groupby("to_stop_id").last()
    stops = tables["stops"].sort_values("arrival_s", kind="stable")
    stops = stops.assign(link_id=stops["stop_id"].map(trips["trip_id"].map(last)))
    stops["link_id"] = stops.groupby("van_id", observed=True)["link_id"].ffill()  # the next door on the same street
    docks = model.shop_table.loc[model.shop_table["has_offstreet"], "shop_id"]
    return stops[stops["link_id"].isin(rule["link_ids"]) & ~stops["shop_id"].isin(docks)]


def test_vans_drive_off_by_the_limit_and_come_again_until_all_is_delivered() -> None:
    """No stand is longer than six minutes, everything is delivered once, and the further calls cost kilometres."""
    model, ruled = _day(*RULED)
    _, free = _day()
    stands = _stands(model, ruled)
    assert (stands["depart_s"] - stands["parked_s"]).max() <= 360.0 + 1e-6
    assert (ruled["stops"]["outcome"] == "partial").sum() > 5
    assert len(ruled["violations"]) == 0
    assert (ruled["orders"]["status"] == "delivered").sum() == (free["orders"]["status"] == "delivered").sum()
    assert ruled["stops"]["weight_kg"].sum() == pytest.approx(free["stops"]["weight_kg"].sum())
    assert ruled["trips"]["distance_m"].sum() > free["trips"]["distance_m"].sum()


def test_overstays_are_told_and_fined_like_other_violations() -> None:
    """Where nobody looks willing drivers stay on, a row for each stand over six minutes; seen by a fence, they pay."""
    willing = ("behaviour.violator_share=1.0", "behaviour.perceived_detection=0.0", "behaviour.credit_loss_cny=0")
    model, tables = _day(*willing, "enforcement.fence_detection=1.0", "enforcement.fine_cny=200", *RULED)
    stands = _stands(model, tables)
    over = stands[stands["depart_s"] - stands["parked_s"] > 360.0 + 1e-6]
    told = tables["violations"]
    assert len(over) > 5
    assert sorted(told["link_id"]) == sorted(over["link_id"])
    assert np.sort(told["time_s"]) == pytest.approx(np.sort(over["parked_s"] + 360.0))
    assert set(told["rule_id"]) == {"short_stays"} and told["detected"].all() and set(told["fine_cny"]) == {200.0}


def test_exempting_everyone_equals_no_rule() -> None:
    """Table by table; so does a limit that no stand reaches."""
    _, free = _day()
    rule = "policy.rules.short_stays"
    for change in (f"{rule}.exempt={{powertrain: [diesel,petrol,bev,phev,human]}}", f"{rule}.stay_min=1440"):
        _, ruled = _day(*RULED, change)
        for name, table in free.items():
            pd.testing.assert_frame_equal(ruled[name], table)

"""
What drivers do at a closed street, each seen in the tables of a day on the grid.

Carriers have not heard of the rule, so their drivers meet the sign; what is left to choose is set so that one answer is
the best. Nobody ever enters a closed link, whatever the answer.
"""

from __future__ import annotations

import pandas as pd
import pytest

import sim
from sim.network import read_network

HOUR_S = 3600.0
RULE = "policy.rules.light_vans_by_day"
SMALL = (
    "network=grid",
    "traffic=off",
    "run.workers=1",
    "planning.iterations=10",
    "paths.cache_dir=null",
    "demand.orders_per_day=200",
    "policy=all_day_ban",
    "behaviour.notice_share=0.0",
    f"{RULE}.exempt=null",
)
MORNING = (f"{RULE}.when.windows=['06:00-08:00']",)


def _day(*overrides: str) -> tuple[sim.DeliveryModel, dict[str, pd.DataFrame]]:
    model = sim.DeliveryModel(sim.load_scenario("baseline", [*SMALL, *overrides]), seed=1)
    model.run()
    return model, dict(model.tables())


def _checked(model: sim.DeliveryModel, tables: dict[str, pd.DataFrame], from_h: float, until_h: float) -> pd.DataFrame:
    """Vans at closed links, after a look that none has gone in."""
    (rule,) = model.rules()["rules"]
    traces = tables["traces"]
    entered = traces[traces["link_id"].isin(rule["link_ids"])]
    assert not entered["enter_s"].between(from_h * HOUR_S, until_h * HOUR_S, inclusive="left").any()
    return tables["closed_links"]


def _next_trip(tables: dict[str, pd.DataFrame], met: pd.Series) -> pd.Series | None:
    trips = tables["trips"].query("van_id == @met.van_id and depart_s >= @met.time_s - 1e-6")
    return None if trips.empty else trips.sort_values("depart_s").iloc[0]


def test_a_driver_waits_till_the_street_opens() -> None:
    """With nothing else to choose the next drive of whoever stood before the zone ends in it after 08:00."""
    model, tables = _day(*MORNING)
    met = _checked(model, tables, 6.0, 8.0)
    assert len(met) >= 3 and set(met["option"]) == {"wait"}
    for _, row in met.iterrows():
        trip = _next_trip(tables, row)
        assert trip is not None and trip["arrive_s"] >= 8.0 * HOUR_S - 1e-6


def test_a_driver_goes_round_streets_that_do_not_open() -> None:
    """Where every fourth street without a place is closed, all day, the next drive begins at once and avoids them."""
    grid = read_network("grid")
    taken = set(grid.places["link"])
    closed = [link for link in range(grid.n_links) if link not in taken][::4]
    model, tables = _day(f"++{RULE}.where={{zone_roles: [], link_ids: {closed}}}")
    met = _checked(model, tables, 6.0, 23.0)
    assert len(met) >= 3
    for _, row in met.iterrows():
        trip = _next_trip(tables, row)
        assert trip is not None and trip["depart_s"] == pytest.approx(row["time_s"])


def test_a_driver_parks_outside_and_walks() -> None:
    """Near enough and light enough: the stop begins where the van stands, without a drive, and is delivered."""
    walkers = ("behaviour.options=[wait,park_outside]", "behaviour.max_walk_m=5000", "behaviour.trolley_kg=1000")
    model, tables = _day(*walkers)
    met = _checked(model, tables, 6.0, 23.0)
    outside = met[met["option"] == "park_outside"]
    assert len(outside) >= 3
    stops = tables["stops"].set_index("stop_id").loc[outside["stop_id"].astype(int)]
    assert stops["arrival_s"].to_numpy() == pytest.approx(outside["time_s"].to_numpy())
    assert (stops["service_start_s"] > stops["parked_s"]).all()  # the walk
    assert (stops["outcome"] == "delivered").any()


def test_a_driver_leaves_a_stop_out() -> None:
    """Where a missed order costs nothing, stops behind the sign are skipped and their orders fail."""
    model, tables = _day("behaviour.options=[wait,skip]", "behaviour.missed_order_cny=0")
    met = _checked(model, tables, 6.0, 23.0)
    assert (met["option"] == "skip").sum() >= 3
    assert met.loc[met["option"] == "skip", "stop_id"].isna().all()
    assert (tables["orders"]["status"] == "failed").sum() >= (met["option"] == "skip").sum()


def test_a_driver_serves_others_first_and_comes_back() -> None:
    """Put-off stops cost no order: the van drives elsewhere at once, and what it left is delivered after 08:00."""
    model, tables = _day(*MORNING, "behaviour.options=[wait,retry]", "service.grace_min=600")
    met = _checked(model, tables, 6.0, 8.0)
    again = met[met["option"] == "retry"]
    assert len(again) >= 1
    for _, row in again.iterrows():
        trip = _next_trip(tables, row)
        assert trip is not None and trip["depart_s"] < 8.0 * HOUR_S
    assert (tables["orders"]["status"] == "delivered").mean() > 0.9

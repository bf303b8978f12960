"""The recorder turns events into tables, and refuses what cannot be."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.events import LinkBlocked, LinksTraversed, OrderClosed, VanStranded
from sim.measures import TABLES, Recorder


def test_an_order_nobody_spoke_of_is_unplanned(day: Any) -> None:
    """Orders count as unplanned until their fate is heard."""
    recorder = Recorder()
    recorder.set_orders(day.orders)
    assert set(recorder.tables()["orders"]["status"]) == {"unplanned"}
    recorder.hear(OrderClosed(3, "on_board", None, None))
    orders = recorder.tables()["orders"].set_index("order_id")
    assert orders.loc[3, "status"] == "on_board"
    assert orders["status"].value_counts()["unplanned"] == 4
    assert orders["stop_id"].isna().all() and orders["delivered_s"].isna().all()


def test_every_table_has_its_columns_even_when_nothing_was_heard(day: Any) -> None:
    """Names, order and types of columns do not depend on what happened."""
    trace = LinksTraversed("d1", 1, _links(3, 4), _us(0, 10), _us(10, 25))
    full = day.recorder(VanStranded("d1", 3, 5.0), trace, LinkBlocked(3, 100.0, 200.0)).tables()
    empty = Recorder().tables()
    assert set(empty) == set(TABLES) - {"network_links"}
    for name, table in empty.items():
        assert len(table) == 0
        assert list(table.columns) == [column.name for column in TABLES[name].columns]
        assert list(table.dtypes) == list(full[name].dtypes), name


def _links(*links: int) -> np.ndarray:
    return np.array(links, dtype=np.int32)


def _us(*times_s: float) -> np.ndarray:
    return np.array([round(time_s * 1e6) for time_s in times_s], dtype=np.int64)


def test_delay_is_what_a_trip_takes_beyond_free_flow(recorder: Recorder) -> None:
    """delay_s = arrive_s - depart_s - free_flow_s; here 20 s for every trip."""
    trips = recorder.tables()["trips"]
    assert trips["delay_s"].to_numpy() == pytest.approx(np.full(5, 20.0))


def test_tables_do_not_depend_on_the_order_of_hearing(day: Any) -> None:
    """Rows are sorted, so that equal days are equal files."""
    backward = day._replace(events=day.events[::-1]).recorder().tables()
    for name, table in day.recorder().tables().items():
        pd.testing.assert_frame_equal(table, backward[name])


def test_traces_are_the_links_of_all_trips_in_seconds() -> None:
    """Two trips of two links and one come as three rows, by trip."""
    recorder = Recorder()
    recorder.hear(LinksTraversed("b", 2, _links(9), _us(30.5), _us(40)))
    recorder.hear(LinksTraversed("a", 1, _links(3, 4), _us(0, 10), _us(10, 25)))
    traces = recorder.tables()["traces"]
    assert traces["van_id"].tolist() == ["a", "a", "b"]
    assert traces["link_id"].tolist() == [3, 4, 9]
    assert traces["enter_s"].tolist() == [0.0, 10.0, 30.5]
    assert traces["exit_s"].tolist() == [10.0, 25.0, 40.0]


def test_blocked_time_joins_the_traffic_counts() -> None:
    """Blocked from 850 to 1000 s: 50 s in the bin that has traffic, 100 s in one that is added."""
    recorder = Recorder()
    counts = {"link_id": [3], "bin_start_s": [0.0], "bin_s": 900.0, "inflow_veh": [4.0], "outflow_veh": [3.0]}
    recorder.set_links(pd.DataFrame(counts | {"travel_time_s": [30.0], "vans": [1]}))
    recorder.hear(LinkBlocked(3, 850.0, 1000.0))
    links = recorder.tables()["links"]
    assert links["bin_start_s"].tolist() == [0.0, 900.0]
    assert links["blocked_s"].tolist() == [50.0, 100.0]
    assert links["inflow_veh"].tolist() == [4.0, 0.0]
    assert links["vans"].tolist() == [1, 0]
    assert links["travel_time_s"].isna().tolist() == [False, True]


def test_an_order_closed_twice_is_an_error(recorder: Recorder) -> None:
    """Two fates for one order would break the balance: the mistake is named."""
    recorder.hear(OrderClosed(4, "on_board", None, None))
    with pytest.raises(ValueError, match="1 closed twice, such as 4"):
        recorder.tables()


def test_an_unknown_order_is_an_error(recorder: Recorder) -> None:
    """An order that nobody placed cannot be delivered."""
    recorder.hear(OrderClosed(99, "delivered", 1.0, 1))
    with pytest.raises(ValueError, match="such as 99"):
        recorder.tables()


def test_orders_with_one_number_twice_are_refused(day: Any) -> None:
    """The number is the identity of an order."""
    with pytest.raises(ValueError, match="stand twice, such as 1"):
        Recorder().set_orders(pd.concat([day.orders, day.orders.head(1)]))


def test_unknown_events_are_refused() -> None:
    """A fact without a table is not silently dropped."""
    with pytest.raises(KeyError):
        Recorder().hear("good morning")  # type: ignore[arg-type]


def test_a_large_day_is_recorded_in_seconds() -> None:
    """5,000 trips of 100 links, half a million traversals, become tables in under five seconds."""
    recorder = Recorder()
    link, times = np.arange(100, dtype=np.int32), np.arange(100, dtype=np.int64) * 10**6
    started = time.perf_counter()
    for number in range(5000):
        recorder.hear(LinksTraversed(f"van-{number % 100}", number, link, times, times + 10**6))
    traces = recorder.tables()["traces"]
    assert len(traces) == 500_000
    assert time.perf_counter() - started < 5.0

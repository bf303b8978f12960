"""Orders, goods and drives add up, and a fault is found when they do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.events import LinksTraversed
from sim.measures import Recorder, conservation_faults, order_balance


def test_orders_in_are_orders_accounted_for(tables: dict[str, pd.DataFrame]) -> None:
    """Orders in = delivered + failed + refused + on board + unplanned."""
    balance = order_balance(tables)
    assert balance == {"delivered": 3, "failed": 1, "refused": 0, "on_board": 0, "unplanned": 1}
    assert conservation_faults(tables) == []


@pytest.mark.parametrize(
    ("table", "column", "row", "value", "fault"),
    [
        ("orders", "status", 4, "vanished", "5 came in, 4 are accounted for"),
        ("orders", "delivered_s", 1, float("nan"), "1 delivered without a stop or a time"),
        ("orders", "delivered_s", 3, 5.0, "1 not delivered but with a time"),
        ("orders", "stop_id", 3, 77, "1 name a stop that is not in the stops"),
        ("orders", "weight_kg", 0, 201.0, "such as stop 1 by 1.000 kg"),
        ("stops", "weight_kg", 2, 5.0, "such as stop 3 by 5.000 kg"),
    ],
)
def test_what_does_not_add_up_is_found(
    tables: dict[str, pd.DataFrame], table: str, column: str, row: int, value: object, fault: str
) -> None:
    """One value put wrong is one fault named."""
    broken = tables[table].copy()
    broken.loc[row, column] = value
    found = conservation_faults(tables | {table: broken})
    assert len(found) == 1
    assert fault in found[0]


def test_trips_follow_their_traces(recorder: Recorder) -> None:
    """A trip arrives when it leaves its last link."""
    for trip_id, exit_us in ((1, 33_600_000_000), (2, 36_001_000_000)):
        link, times = np.array([3], dtype=np.int32), np.array([exit_us], dtype=np.int64)
        recorder.hear(LinksTraversed("d1", trip_id, link, times - 10**9, times))
    tables = recorder.tables()
    assert tables["trips"]["arrive_s"].tolist()[:2] == [33_600.0, 36_000.0]
    tables["trips"] = tables["trips"].head(2)
    assert conservation_faults(tables) == ["trips: 1 arrive at another time than they leave their last link"]

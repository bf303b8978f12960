"""Result tables between pandas and Arrow: types are kept, and what does not fit is named."""

from __future__ import annotations

import pandas as pd
import pytest

from sim.measures import empty_table
from sim.measures.conversion import conform, to_arrow


def test_all_faults_of_a_table_come_at_once(tables: dict[str, pd.DataFrame]) -> None:
    """A missing column, an unknown one, a wrong type and missing values are named in one message."""
    broken = tables["vans"].drop(columns="depot_id").assign(colour="red", payload_kg="heavy")
    broken.loc[0, "carrier_id"] = None
    with pytest.raises(ValueError, match=r"(?s)colour.*carrier_id.*1 of 3.*payload_kg.*depot_id"):
        to_arrow("vans", broken)


def test_fractions_are_no_whole_numbers(tables: dict[str, pd.DataFrame]) -> None:
    """A stop number of 1.5 is refused instead of cut off."""
    with pytest.raises(ValueError, match="stop_id"):
        to_arrow("stops", tables["stops"].assign(stop_id=1.5))


def test_missing_numbers_stay_missing(tables: dict[str, pd.DataFrame]) -> None:
    """A stop without a number is none, not 0; whole numbers beside it stay whole."""
    orders = conform("orders", tables["orders"].astype({"stop_id": "float64"}))
    assert orders["stop_id"].dtype == "Int64"
    assert orders["stop_id"].isna().tolist() == [False, False, False, False, True]
    assert orders["order_id"].dtype == "int64"


def test_columns_come_in_the_order_of_the_schema(tables: dict[str, pd.DataFrame]) -> None:
    """Whatever order the columns are handed over in, the table has that of its schema."""
    shuffled = tables["stops"][sorted(tables["stops"].columns)]
    pd.testing.assert_frame_equal(conform("stops", shuffled), tables["stops"])


def test_an_unknown_table_is_named() -> None:
    """A table that does not exist is an error that lists those that do."""
    with pytest.raises(ValueError, match=r"'weather'.*'stops'"):
        empty_table("weather")

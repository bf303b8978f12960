"""Counts against a run: GEH by hand, hours from bins, faults of a user's file, the summary."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import CountsError, ResultsError
from sim.measures import COUNT_COLUMNS, compare_counts, geh, model_by_hour, read_counts

LINKS = np.arange(5)


def write(path: Path, text: str) -> Path:
    """A file with this text."""
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(path: Path) -> list[str]:
    """The faults that reading reports, without the file's name."""
    with pytest.raises(CountsError) as caught:
        read_counts(path, LINKS)
    return [fault.removeprefix(f"{path}: ") for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("model", "count", "expected"),
    [
        (100.0, 100.0, 0.0),
        (0.0, 0.0, 0.0),
        (800.0, 1000.0, 6.6667),  # sqrt(2 * 200^2 / 1800) = sqrt(44.44)
        (0.0, 50.0, 10.0),  # sqrt(2 * 2500 / 50) = sqrt(100)
        (150.0, 50.0, 10.0),  # sqrt(2 * 10000 / 200) = sqrt(100)
        (1105.0, 1000.0, 3.2365),  # sqrt(2 * 11025 / 2105) = sqrt(10.475)
    ],
)
def test_geh_by_hand(model: float, count: float, expected: float) -> None:
    """Six pairs of volumes."""
    assert float(geh(model, count)) == pytest.approx(expected, abs=1e-4)


@given(a=st.floats(0.0, 1e5), b=st.floats(0.0, 1e5))
def test_geh_is_symmetric_and_grows_with_the_root(a: float, b: float) -> None:
    """Model and count may change places; four times the volumes double it."""
    assert float(geh(a, b)) == pytest.approx(float(geh(b, a)))
    assert float(geh(4.0 * a, 4.0 * b)) == pytest.approx(2.0 * float(geh(a, b)))


def network_links() -> pd.DataFrame:
    """Five links of 500 m."""
    return pd.DataFrame({"link_id": LINKS, "length_m": 500.0})


def run_links() -> pd.DataFrame:
    """Link 1: 8:00-8:30 in two bins with 30 vehicles at 50 s and 10 at 90 s; 9:00 with 4 of unknown time."""
    return pd.DataFrame(
        {
            "link_id": [1, 1, 1],
            "bin_start_s": [28_800.0, 29_700.0, 32_400.0],
            "bin_s": 900.0,
            "inflow_veh": [30.0, 10.0, 4.0],
            "travel_time_s": [50.0, 90.0, np.nan],
        }
    )


def test_bins_add_up_to_hours() -> None:
    """40 vehicles at 8, mean time (30 * 50 + 10 * 90) / 40 = 60 s over 500 m: 30 km/h; no speed at 9."""
    model = model_by_hour(run_links(), network_links())
    assert model["hour"].tolist() == [8, 9]
    assert model["model_veh"].tolist() == [40.0, 4.0]
    assert model["model_kph"].tolist()[0] == pytest.approx(30.0)
    assert np.isnan(model["model_kph"].tolist()[1])


def test_cars_of_a_sample_stand_for_all() -> None:
    """A quarter of the cars: 27 cars and 3 vans are 111 vehicles, 10 cars are 40."""
    model = model_by_hour(run_links().assign(vans=[3, 0, 0]), network_links(), sample=0.25)
    assert model["model_veh"].tolist() == [27 * 4 + 3 + 40.0, 16.0]


def test_bins_over_the_end_of_an_hour_are_refused() -> None:
    """A bin of an hour that starts at a quarter past."""
    links = run_links().assign(bin_s=3600.0)
    with pytest.raises(ResultsError, match="3600"):
        model_by_hour(links, network_links())


def test_comparison_by_hand(tmp_path: Path) -> None:
    """40 counted as 40, 50 where nobody drove: GEH 0 and 10, half of the counts met; a speed of 33 km/h met by 30."""
    text = "link_id,hour,count_veh,speed_kph\n2,8,50,\n1,8,40,33\n1,9,,25\n"
    comparison = compare_counts(
        read_counts(write(tmp_path / "c.csv", text), LINKS), model_by_hour(run_links(), network_links())
    )
    table, summary = comparison.table, comparison.summary
    assert table[["link_id", "hour"]].to_numpy().tolist() == [[1, 8], [1, 9], [2, 8]]
    assert table["geh"].tolist()[0] == 0.0 and table["geh"].tolist()[2] == pytest.approx(10.0)
    assert np.isnan(table["geh"].tolist()[1])
    assert comparison.share_good == 0.5
    assert summary["counts"] == 2 and summary["counted_veh"] == 90.0 and summary["model_veh"] == 40.0
    assert summary["rmse_veh"] == pytest.approx(np.sqrt(50.0**2 / 2.0))
    assert summary["rmse_share_of_mean"] == pytest.approx(np.sqrt(50.0**2 / 2.0) / 45.0)
    assert summary["r2_counts"] == pytest.approx(1.0 - 2500.0 / 50.0)  # squares about the mean 45: 25 + 25
    assert summary["speeds"] == 1 and summary["mean_difference_kph"] == pytest.approx(-3.0)
    assert summary["rmse_kph"] == pytest.approx(3.0)
    assert summary["r2_speeds"] is None


def test_speeds_alone_have_no_share(tmp_path: Path) -> None:
    """A file without counts leaves the indicators of counts undefined."""
    counts = read_counts(write(tmp_path / "c.csv", "link_id,hour,speed_kph\n1,8,30\n"), LINKS)
    comparison = compare_counts(counts, model_by_hour(run_links(), network_links()))
    assert comparison.share_good is None and comparison.summary["rmse_veh"] is None
    assert comparison.summary["rmse_kph"] == pytest.approx(0.0, abs=1e-9)


def test_all_faults_at_once(tmp_path: Path) -> None:
    """Unknown link, half an hour, negative count, impossible speed."""
    text = "link_id,hour,count_veh,speed_kph\n9,8,1,\n1,8.5,1,\n1,9,-3,\n1,10,,0\n"
    assert faults_of(write(tmp_path / "c.csv", text)) == [
        "row 2: column link_id: found '9', expected the link_id of a link of the network",
        "row 3: column hour: found '8.5', expected a whole number from 0 to 47",
        "row 4: column count_veh: found '-3', expected a number from 0 to 50,000",
        "row 5: column speed_kph: found '0', expected a number above 0, up to 200",
    ]


def test_rows_given_twice_or_empty(tmp_path: Path) -> None:
    """A link and hour once only, and each row measures something."""
    text = "link_id,hour,count_veh,speed_kph\n1,8,5,\n1,8,6,\n1,9,,\n"
    assert faults_of(write(tmp_path / "c.csv", text)) == [
        "row 4: column count_veh: found an empty cell, expected a count or a speed in each row",
        "row 3: column link_id, hour: found '1', '8', expected each link and hour once",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("link_id,hour\n1,8\n", "neither a column count_veh nor speed_kph"),
        ("link_id,count_veh\n1,8\n", "no column hour"),
        ("link_id,hour,counts_veh\n1,8,3\n", "found a column counts_veh, expected the name count_veh"),
    ],
)
def test_missing_columns(tmp_path: Path, text: str, says: str) -> None:
    """What is wanted is said."""
    assert says in faults_of(write(tmp_path / "c.csv", text))[0]


@given(count=st.lists(st.floats(0.0, 5e4), min_size=1, max_size=30))
def test_a_model_that_equals_the_counts_is_perfect(count: list[float]) -> None:
    """GEH 0 everywhere, no error, and R2 of 1 where the counts differ."""
    hours = np.arange(len(count)) % 48
    counts = pd.DataFrame({"link_id": 1, "hour": hours, "count_veh": count, "speed_kph": np.nan})
    model = pd.DataFrame({"link_id": 1, "hour": hours, "model_veh": count, "model_kph": np.nan})
    comparison = compare_counts(counts, model)
    assert comparison.share_good == 1.0 and comparison.summary["rmse_veh"] == 0.0
    assert comparison.summary["r2_counts"] in (None, 1.0)


def test_every_column_is_in_the_documentation() -> None:
    """The page on counts names each column."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "traffic_counts.md").read_text(encoding="utf-8")
    assert [column.name for column in COUNT_COLUMNS if f"`{column.name}`" not in page] == []

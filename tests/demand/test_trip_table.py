"""Lists of trips: links or places, seconds or clock times, and the faults."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.demand.trip_table import TRIP_COLUMNS, read_trip_list
from sim.errors import DemandError
from sim.network.road_network import RoadNetwork


def write(path: Path, text: str) -> Path:
    """A file with this text."""
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(path: Path, network: RoadNetwork) -> str:
    """The faults that reading reports."""
    with pytest.raises(DemandError) as caught:
        read_trip_list(path, network)
    assert all(fault.startswith(f"{path}: ") for fault in caught.value.faults)
    return "\n".join(fault.removeprefix(f"{path}: ") for fault in caught.value.faults)


def test_trips_are_in_the_order_of_departure(tmp_path: Path, network: RoadNetwork) -> None:
    """Two trips in seconds, the later one first in the file."""
    path = write(tmp_path / "t.csv", "trip_id,depart_s,origin_link,target_link\nb,100.5,3,4\na,20,1,2\n")
    trips = read_trip_list(path, network)
    assert trips.depart_us.tolist() == [20_000_000, 100_500_000]
    assert trips.origin_link.tolist() == [1, 3]
    assert trips.target_link.tolist() == [2, 4]
    assert trips.origin_link.dtype == np.int32 and trips.depart_us.dtype == np.int64


def test_clock_times_and_places(tmp_path: Path, network: RoadNetwork) -> None:
    """From beside the street between nodes 0 and 1 to the one between 14 and 15, at half past seven."""
    head = "trip_id,depart,origin_lon,origin_lat,target_lon,target_lat\n"
    trips = read_trip_list(write(tmp_path / "t.csv", head + "1,07:30,118.0411,36.80001,118.0451,36.80601\n"), network)
    ends = [
        set(network.links.loc[int(link[0]), ["from_node_id", "to_node_id"]])
        for link in (trips.origin_link, trips.target_link)
    ]
    assert ends == [{0, 1}, {14, 15}]
    assert trips.depart_us.tolist() == [27_000_000_000]


def test_parquet_gives_the_same_trips(tmp_path: Path, network: RoadNetwork) -> None:
    """One table written as CSV and as Parquet."""
    table = pd.DataFrame({"trip_id": [1, 2], "depart_s": [30.0, 10.0], "origin_link": [5, 6], "target_link": [7, 8]})
    table.to_csv(tmp_path / "t.csv", index=False)
    table.to_parquet(tmp_path / "t.parquet")
    a, b = (read_trip_list(tmp_path / name, network) for name in ("t.csv", "t.parquet"))
    assert a.depart_us.tolist() == b.depart_us.tolist() == [10_000_000, 30_000_000]
    assert a.origin_link.tolist() == b.origin_link.tolist() == [6, 5]


def test_all_faults_of_links_and_departures_at_once(tmp_path: Path, network: RoadNetwork) -> None:
    """A name given twice, a missing departure, a negative one, an unknown link, half a link."""
    text = "trip_id,depart_s,origin_link,target_link\n1,NaN,0,1\n1,-5,999,1\n2,7,0,1.5\n"
    faults = faults_of(write(tmp_path / "t.csv", text), network)
    assert faults.count("\n") == 4
    assert "row 3: column trip_id: found '1', expected a name that no other row has" in faults
    assert "row 2: column depart_s: found 'NaN', expected a number from 0 to 172800" in faults
    assert "row 3: column depart_s: found '-5'" in faults
    assert (
        f"row 3: column origin_link: found '999', expected the link_id of one of the {network.n_links} links" in faults
    )
    assert "row 4: column target_link: found '1.5'" in faults


def test_places_off_the_map(tmp_path: Path, network: RoadNetwork) -> None:
    """Paris, and a place whose coordinates are swapped, which the message says."""
    head = "trip_id,depart,origin_lon,origin_lat,target_lon,target_lat\n"
    text = (
        head + "1,07:30,2.35,48.85,118.045,36.806\n2,25:70,36.8,118.041,118.045,36.806\n3,8:00,36.8,88,118.045,36.8\n"
    )
    faults = faults_of(write(tmp_path / "t.csv", text), network)
    assert "row 2: column origin_lon, origin_lat: found '2.35', '48.85', expected a place on the map" in faults
    assert "row 3: column depart: found '25:70'" in faults
    assert "row 3: column origin_lat: found '118.041', expected degrees" in faults


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("trip_id,origin_link,target_link", "neither column depart_s nor depart"),
        ("trip_id,depart_s,depart,origin_link,target_link", "both columns depart_s and depart"),
        ("trip_id,depart_s,origin_link", "neither links nor coordinates in full"),
        ("depart_s,origin_link,target_link", "no column trip_id"),
        ("trip_id,depart_s,orign_link,target_link", "found a column orign_link, expected the name origin_link"),
    ],
)
def test_missing_columns(tmp_path: Path, network: RoadNetwork, head: str, says: str) -> None:
    """Which columns are wanted is said."""
    row = ",".join("1" for _ in head.split(","))
    assert says in faults_of(write(tmp_path / "t.csv", f"{head}\n{row}\n"), network)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(st.floats(0, 86_399), st.integers(0, 47), st.integers(0, 47)), min_size=1, max_size=15))
def test_what_is_written_is_read(tmp_path: Path, network: RoadNetwork, rows: list[tuple[float, int, int]]) -> None:
    """Any list of sound trips comes back, sorted by departure and in the order of the file where these tie."""
    lines = [f"{number},{time!r},{a},{b}" for number, (time, a, b) in enumerate(rows)]
    path = write(tmp_path / "t.csv", "trip_id,depart_s,origin_link,target_link\n" + "\n".join(lines) + "\n")
    trips = read_trip_list(path, network)
    expected = sorted(((round(time * 1e6), n, a, b) for n, (time, a, b) in enumerate(rows)))
    assert trips.depart_us.tolist() == [row[0] for row in expected]
    assert trips.origin_link.tolist() == [row[2] for row in expected]
    assert trips.target_link.tolist() == [row[3] for row in expected]


def test_every_column_is_in_the_documentation() -> None:
    """The page on tables of trips names each column."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "traffic_counts.md").read_text(encoding="utf-8")
    assert [column.name for column in TRIP_COLUMNS if f"`{column.name}`" not in page] == []

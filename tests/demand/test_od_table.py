"""Tables of trips between zones: zones on the network, whole trips, hours, and the faults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.demand.od_table import OD_COLUMNS, read_od_table, trips_from_od_files, trips_of_od_table, whole_numbers
from sim.demand.od_zones import OdZones, read_od_zones
from sim.errors import DemandError
from sim.network.road_network import RoadNetwork
from sim.units import MICROSECONDS_PER_SECOND

LON, LAT, STEP = 118.04, 36.80, 0.002
FLAT = [1.0] * 24
US_PER_HOUR = 3600 * MICROSECONDS_PER_SECOND


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """A rectangle as GeoJSON."""
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def zone(name: object, geometry: dict[str, Any] | None) -> dict[str, Any]:
    """A feature of a file of zones."""
    return {"type": "Feature", "properties": {} if name is None else {"zone_id": name}, "geometry": geometry}


SOUTH = box(LON - STEP, LAT - STEP, LON + 4 * STEP, LAT + 1.1 * STEP)
NORTH = box(LON - STEP, LAT + 1.1 * STEP, LON + 4 * STEP, LAT + 4 * STEP)
SEA = box(LON + 1.0, LAT, LON + 1.1, LAT + 0.1)


def write_zones(path: Path, *features: object) -> Path:
    """A file of zones."""
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), encoding="utf-8")
    return path


@pytest.fixture
def zones_file(tmp_path: Path) -> Path:
    """A southern, a northern and a wet zone; the first named by a number."""
    return write_zones(tmp_path / "zones.geojson", zone(1, SOUTH), zone("north", NORTH), zone("sea", SEA))


@pytest.fixture
def zones(zones_file: Path, network: RoadNetwork) -> OdZones:
    """The zones on the network."""
    return read_od_zones(zones_file, network)


def write(path: Path, text: str) -> Path:
    """A file with this text."""
    path.write_text(text, encoding="utf-8")
    return path


def test_links_lie_in_the_zone_of_their_midpoint(zones: OdZones, network: RoadNetwork) -> None:
    """Every link is in the south or the north, none in the sea."""
    assert zones.zone_id == ("1", "north", "sea")
    lat = network.nodes["lat"].to_numpy()
    middle = (lat[network.from_node] + lat[network.to_node]) / 2.0
    assert set(zones.links_of(0)) == set(np.flatnonzero(middle < LAT + 1.1 * STEP))
    assert set(zones.links_of(1)) == set(np.flatnonzero(middle > LAT + 1.1 * STEP))
    assert len(zones.links_of(2)) == 0


def test_a_table_by_hour_gives_its_trips(
    tmp_path: Path, zones_file: Path, zones: OdZones, network: RoadNetwork
) -> None:
    """Thirty trips at 8 from south to north, ten at 17 back: each starts and ends in its zone, within its hour."""
    table = write(tmp_path / "od.csv", "origin_zone,target_zone,trips,hour\nnorth,1,10,17\n1,north,30,8\n")
    trips = trips_from_od_files(table, zones_file, network, hourly_share=FLAT, seed=0)
    hour = trips.depart_us // US_PER_HOUR
    assert hour.tolist() == [8] * 30 + [17] * 10
    assert set(trips.origin_link[:30]) <= set(zones.links_of(0)) and set(trips.target_link[:30]) <= set(
        zones.links_of(1)
    )
    assert set(trips.origin_link[30:]) <= set(zones.links_of(1)) and set(trips.target_link[30:]) <= set(
        zones.links_of(0)
    )
    assert (np.diff(trips.depart_us) >= 0).all()
    assert len(set(trips.origin_link[:30])) <= 3 < len(set(trips.target_link[:30]))


def test_without_hours_the_profile_decides(tmp_path: Path, zones_file: Path, network: RoadNetwork) -> None:
    """All of the profile at 6 o'clock: all trips then; a half sample halves them."""
    table = write(tmp_path / "od.csv", "origin_zone,target_zone,trips\n1,1,100\n")
    profile = [1.0 if hour == 6 else 0.0 for hour in range(24)]
    trips = trips_from_od_files(table, zones_file, network, hourly_share=profile, seed=3, sample=0.5)
    assert (trips.depart_us // US_PER_HOUR).tolist() == [6] * 50


def test_the_seed_decides(tmp_path: Path, zones: OdZones, network: RoadNetwork) -> None:
    """One seed, one list; another seed, another one."""
    od = read_od_table(write(tmp_path / "od.csv", "origin_zone,target_zone,trips\n1,north,60\n"), zones, network)
    a, b, c = (trips_of_od_table(od, zones, hourly_share=FLAT, seed=seed) for seed in (1, 1, 2))
    assert a.depart_us.tolist() == b.depart_us.tolist() != c.depart_us.tolist()


def test_all_faults_of_a_table_at_once(tmp_path: Path, zones: OdZones, network: RoadNetwork) -> None:
    """Unknown zone, zone without a street, negative trips, no number of trips, an hour too late."""
    text = "origin_zone,target_zone,trips,hour\nsouth,1,5,8\nsea,1,5,8\n1,1,-2,8\n1,1,NaN,8\n1,north,3,24\n"
    path = write(tmp_path / "od.csv", text)
    with pytest.raises(DemandError) as caught:
        read_od_table(path, zones, network)
    faults = [fault.removeprefix(f"{path}: ") for fault in caught.value.faults]
    assert faults == [
        "row 4: column trips: found '-2', expected a number from 0 to 10,000,000",
        "row 5: column trips: found 'NaN', expected a number from 0 to 10,000,000",
        "row 2: column origin_zone: found 'south', expected one of the 3 zones: 1, north, sea",
        f"row 3: column origin_zone: found 'sea', expected a zone in which a street of {network.name} lies",
        "row 6: column hour: found '24', expected a whole number from 0 to 23",
    ]


@pytest.mark.parametrize(("trips", "says"), [("0", "0 trips in all"), ("9e6\n1,1,9e6", "1.8e+07 trips in all")])
def test_no_trips_or_far_too_many(tmp_path: Path, zones: OdZones, network: RoadNetwork, trips: str, says: str) -> None:
    """A table of noughts, and one beyond any city."""
    path = write(tmp_path / "od.csv", f"origin_zone,target_zone,trips\n1,1,{trips}\n")
    with pytest.raises(DemandError) as caught:
        read_od_table(path, zones, network)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("features", "says"),
    [
        ([zone(None, SOUTH)], "feature 1: found no zone_id"),
        ([zone("a", SOUTH), zone("a", NORTH)], "feature 2: found zone_id 'a' again, expected one that feature 1"),
        ([zone("a", {"type": "Point", "coordinates": [1, 2]})], "feature 1: found geometry Point"),
        ([zone("a", None)], "feature 1: found geometry none"),
        ([zone("a", box(500_000, 4_000_000, 501_000, 4_001_000))], "feature 1: found coordinates beyond 180 and 90"),
        (
            [zone("a", {"type": "Polygon", "coordinates": [[["x", 1]]]})],
            "feature 1: found a Polygon that cannot be read",
        ),
        ([7], "feature 1: found no zone_id"),
        ([zone("sea", SEA)], "found no street"),
        ([], "found no list of features"),
    ],
)
def test_faults_of_zones(tmp_path: Path, network: RoadNetwork, features: list[Any], says: str) -> None:
    """Names, polygons, coordinate systems and zones off the map."""
    path = write_zones(tmp_path / "z.geojson", *features)
    with pytest.raises(DemandError) as caught:
        read_od_zones(path, network)
    assert says in str(caught.value)
    assert all(fault.startswith(f"{path}: ") for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "valid JSON"),
        (b"[]", "no list of features"),
        (b"\xff\xfe{}", "another encoding"),
        (None, "cannot be read"),
    ],
)
def test_files_that_hold_no_zones(tmp_path: Path, network: RoadNetwork, content: bytes | None, says: str) -> None:
    """Broken JSON, another shape, another encoding, no file."""
    path = tmp_path / "z.geojson"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DemandError, match=says):
        read_od_zones(path, network)


@settings(max_examples=200, deadline=None)
@given(
    amounts=st.lists(st.floats(0.0, 1000.0), min_size=1, max_size=40).map(np.array),
    first=st.floats(0.0, 1.0, exclude_max=True),
)
def test_rounding_keeps_cells_and_total(amounts: np.ndarray, first: float) -> None:
    """Each amount becomes a whole number less than 1 away, and so does the total."""
    whole = whole_numbers(amounts, first)
    assert (np.abs(whole - amounts) < 1.0 + 1e-6).all()
    assert abs(whole.sum() - amounts.sum()) < 1.0 + 1e-6
    assert (whole >= 0).all()


def test_every_column_is_in_the_documentation() -> None:
    """The page on tables of trips names each column."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "traffic_counts.md").read_text(encoding="utf-8")
    assert [column.name for column in OD_COLUMNS if f"`{column.name}`" not in page] == []

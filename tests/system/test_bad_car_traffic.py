"""Bad input of car traffic at the command line: every fault at once, exit code 2, no traceback; caches made anew."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from sim.cli import main
from tests.system.conftest import ROOT

CARS = ("run", "traffic=cars", "run.figures=false")
Refused = Callable[..., None]


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Run the command line in a folder and see it refuse, with a line for each group of words and nothing written."""
    monkeypatch.chdir(tmp_path)

    def check(*arguments: str, says: list[tuple[str, ...]]) -> None:
        before = sorted(tmp_path.rglob("*"))
        capsys.readouterr()
        assert main(arguments) == 2
        shown = capsys.readouterr().err
        assert "Traceback" not in shown
        lines = [line for line in shown.splitlines() if line.strip()]
        assert len(lines) == len(says), lines
        for line, words in zip(lines, says, strict=True):
            assert line.startswith("error: ")
            assert all(word in line for word in words), line
        assert sorted(tmp_path.rglob("*")) == before, "something was written"

    return check


def square(name: str, west: float) -> dict[str, object]:
    """A zone over a part of the grid, a hundredth of a degree wide."""
    ring = [[west, 35.9], [west + 0.5, 35.9], [west + 0.5, 36.5], [west, 36.5], [west, 35.9]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"zone_id": name}, "geometry": geometry}


def grid_middle() -> float:
    """Longitude of the middle of the grid."""
    nodes = pd.read_parquet(ROOT / "networks" / "grid" / "nodes.parquet")
    return float(nodes["lon"].mean())


def write_zones(folder: Path) -> None:
    """Two zones, west and east of the middle."""
    middle = grid_middle()
    zones = {"type": "FeatureCollection", "features": [square("west", middle - 0.5), square("east", middle)]}
    (folder / "zones.geojson").write_text(json.dumps(zones))


def test_trips_with_faults_are_all_named(tmp_path: Path, refused: Refused) -> None:
    """A departure that is no number, another that is missing, an unknown link and a name given twice."""
    (tmp_path / "trips.csv").write_text(
        "trip_id,depart_s,origin_link,target_link\na,NaN,0,5\nb,,1,5\nb,60,1,99999\nc,60,1,5\n"
    )
    refused(
        *CARS, "network=grid", "traffic.trips_from=trip_list", "traffic.trips_file=trips.csv",
        says=[
            ("trips.csv", "row 4", "trip_id", "'b'"),
            ("row 2", "depart_s", "'NaN'"),
            ("row 3", "depart_s", "empty"),
            ("row 4", "target_link", "99999"),
        ],
    )  # fmt: skip


def test_a_nan_departure_in_parquet_is_named(tmp_path: Path, refused: Refused) -> None:
    """Not a number, as binary files can hold it."""
    table = pd.DataFrame({"trip_id": [1, 2], "depart_s": [60.0, float("nan")], "origin_link": 0, "target_link": 5})
    table.to_parquet(tmp_path / "trips.parquet")
    source = ("traffic.trips_from=trip_list", "traffic.trips_file=trips.parquet")
    refused(*CARS, "network=grid", *source, says=[("trips.parquet", "row 2", "depart_s")])


def test_unknown_zones_are_named(tmp_path: Path, refused: Refused) -> None:
    """Two zones that the file of zones does not know, and trips below nought."""
    write_zones(tmp_path)
    (tmp_path / "od.csv").write_text("origin_zone,target_zone,trips\nwest,north,5\nmoon,east,5\neast,west,-3\n")
    source = ("traffic.trips_from=od_table", "traffic.od_file=od.csv", "traffic.zones_file=zones.geojson")
    refused(
        *CARS, "network=grid", *source,
        says=[("row 4", "trips", "-3"), ("row 3", "moon", "west, east"), ("row 2", "north", "west, east")],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        (("traffic.trips_from=od_table",), ("traffic", "reads od_file, zones_file, found no file")),
        (("traffic.trips_file=trips.csv",), ("trips_from=gravity reads no file, found trips_file",)),
        (("traffic.trips_from=matrix",), ("traffic.trips_from", "matrix")),
        (("traffic.replan_share=1.5",), ("traffic.replan_share", "1.5")),
        (("traffic.trips_from=trip_list", "traffic.trips_file=gone.csv"), ("gone.csv", "cannot be read")),
    ],
)
def test_settings_that_do_not_fit(overrides: tuple[str, ...], says: tuple[str, ...], refused: Refused) -> None:
    """Files too few or too many, a source or a share that is none, a missing file."""
    refused(*CARS, "network=grid", *overrides, says=[says])


def test_links_that_carry_nothing_are_all_named(tmp_path: Path, refused: Refused) -> None:
    """A capacity of nought and a negative length, on two links, before any car is made."""
    copy = tmp_path / "networks" / "mine"
    shutil.copytree(ROOT / "networks" / "grid", copy)
    links = pd.read_parquet(copy / "links.parquet")
    links.loc[4, "capacity_veh_per_h"] = 0.0
    links.loc[9, "length_m"] = -20.0
    links.to_parquet(copy / "links.parquet")
    says = [("row 9", "length_m", "-20"), ("row 4", "capacity_veh_per_h", "found 0")]
    refused(*CARS, "network.name=mine", says=says)


def test_a_trip_without_a_way_is_named(tmp_path: Path, refused: Refused) -> None:
    """On a network with a corner that nobody gets out of, a trip out of it has no route."""
    copy = tmp_path / "networks" / "mine"
    shutil.copytree(ROOT / "networks" / "grid", copy)
    links = pd.read_parquet(copy / "links.parquet")
    corner = int(links["to_node_id"].iloc[-1])
    links = links[links["from_node_id"] != corner].reset_index(drop=True)
    links["link_id"] = range(len(links))
    links.to_parquet(copy / "links.parquet")
    places = pd.read_parquet(copy / "places.parquet").iloc[:0]
    places.to_parquet(copy / "places.parquet")
    into = int(links.index[links["to_node_id"] == corner][0])
    (tmp_path / "trips.csv").write_text(f"trip_id,depart_s,origin_link,target_link\n1,5,0,{into}\n2,5,{into},0\n")
    (tmp_path / "counts.csv").write_text("link_id,hour,count_veh\n3,8,100\n")
    source = ("traffic.trips_from=trip_list", "traffic.trips_file=trips.csv")
    says = [("trips.csv", "row 3", f"'{into}', '0'", "a way between them")]
    refused("traffic", "calibrate", "counts.csv", "network.name=mine", *source, says=says)


@pytest.mark.parametrize("fault", ["cut", "garbage"])
def test_a_damaged_cache_is_made_anew(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Half a file, or one of nonsense: a warning that names it, the same results, and the file is whole again."""
    monkeypatch.chdir(tmp_path)
    few = ("network=grid", "network.car_trips_per_day=2000", "traffic.assignment.max_iterations=2")

    def run(number: int) -> dict[str, bytes]:
        assert main([*CARS, *few, "paths.cache_dir=kept", f"paths.run_dir=run{number}"]) == 0
        return {path.name: path.read_bytes() for path in Path(f"run{number}").glob("*.parquet")}

    first = run(1)
    (file,) = Path("kept/assigned_days").iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if fault == "cut" else b"no archive at all" * 100)
    assert run(2) == first
    assert file.read_bytes() == whole
    assert list(file.parent.iterdir()) == [file]
    warned = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert any(file.name in text and "damaged" in text for text in warned)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("gone.csv",), ("gone.csv",)),
        (("counts.csv", "traffic=off"), ("no cars to calibrate",)),
        (("counts.csv", "network=atlantis"), ("network", "atlantis")),
        (("counts.csv", "network=grid", "--vans", "nowhere"), ("nowhere", "links.parquet")),
    ],
)
def test_calibration_faults(
    arguments: tuple[str, ...], says: tuple[str, ...], tmp_path: Path, refused: Refused
) -> None:
    """Missing counts, a scenario without cars, an unknown network, a run that is none."""
    (tmp_path / "counts.csv").write_text("link_id,hour,count_veh\n3,8,100\n")
    refused("traffic", "calibrate", *arguments, says=[says])

"""Zones of an analyst's own join those of the network, and every fault of their file is told at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sim.errors import NetworkError
from sim.network import grid_network, write_network
from sim.network.grid import GridParams
from sim.network.io import read_network
from sim.network.zones_file import with_zones_of

GRID = grid_network(GridParams(rows=5, columns=5))
LON, LAT = float(GRID.nodes["lon"].iloc[12]), float(GRID.nodes["lat"].iloc[12])  # the crossing in the middle


def box(half_deg: float = 0.0003, lon: float = LON, lat: float = LAT) -> dict[str, Any]:
    """A square about a point."""
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    return {"type": "Polygon", "coordinates": [[[lon + half_deg * x, lat + half_deg * y] for x, y in corners]]}


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    """A zone of the file."""
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def write(folder: Path, *features: Any, **more: Any) -> Path:
    """The file."""
    path = folder / "my_zones.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}), encoding="utf-8")
    return path


def faults_of(path: Path) -> list[str]:
    """What is told of a file."""
    with pytest.raises(NetworkError) as told:
        with_zones_of(GRID, path)
    return list(told.value.faults)


def test_zones_are_added_and_those_of_the_same_id_replaced(tmp_path: Path) -> None:
    """A new id comes last; `centre` of the file stands for that of the network; role and name default to the id."""
    path = write(
        tmp_path, feature(box(), zone_id="market"), feature(box(), zone_id="centre", role="centre", name="市场")
    )
    zones = with_zones_of(GRID, path).zones
    before = GRID.zones["zone_id"].tolist()
    assert zones["zone_id"].tolist() == [*(name for name in before if name != "centre"), "market", "centre"]
    rows = zones.set_index("zone_id")
    assert (rows.loc["market", "role"], rows.loc["market", "name"]) == ("market", "market")
    assert rows.loc["centre", "name"] == "市场"
    assert rows.loc["centre", "geometry"].equals(rows.loc["market", "geometry"])
    assert len(GRID.zones) == len(before)


def test_only_zones_and_notes_differ_from_the_network(tmp_path: Path) -> None:
    """Streets, places and their hash stay; the note names the file and what it replaced."""
    folder = tmp_path / "net"
    write_network(GRID, folder)
    path = write(tmp_path, feature(box(), zone_id="centre"))
    plain, with_file = read_network(folder), read_network(folder, path)
    assert plain.links.equals(with_file.links)
    assert plain.places.equals(with_file.places)
    assert plain.sha256() != with_file.sha256()
    assert with_file.notes[-1].endswith("Zones of " + str(path) + ": centre. In place of the network's own: centre.")


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    """Self-crossing, without id, twice, off the map, swapped axes, a line, a misspelt property: each in its words."""
    bow = {
        "type": "Polygon",
        "coordinates": [[[LON, LAT], [LON + 1e-3, LAT + 1e-3], [LON + 1e-3, LAT], [LON, LAT + 1e-3], [LON, LAT]]],
    }
    path = write(
        tmp_path,
        feature(bow, zone_id="bow"),
        feature(box(), role="centre"),
        feature(box(), zone_id="twin"),
        feature(box(), zone_id="twin"),
        feature(box(lon=LON + 1.0), zone_id="sea"),
        feature(box(lon=LAT, lat=LON), zone_id="swapped"),
        feature({"type": "LineString", "coordinates": [[LON, LAT], [LON, LAT + 1]]}, zone_id="line"),
        feature(box(), Zone_ID="typo"),
        feature(box(), zone_id="flag", role=True),
        feature({"type": "Polygon", "coordinates": [[[LON, "x"]]]}, zone_id="letters"),
        feature({"type": "Polygon", "coordinates": []}, zone_id="empty"),
        feature(box(), zone_id="\ud800"),
        feature({"type": "Polygon", "coordinates": [[[10**400, 0], [1, 1], [0, 1], [0, 0]]]}, zone_id="huge"),
        "no feature",
    )
    told = "\n".join(faults_of(path))
    for words in (
        "feature 1 (zone bow): geometry: found Self-intersection",
        "feature 2: zone_id: found none",
        "zone_id: found 'twin' more than once",
        "feature 5 (zone sea): geometry: found no street of network grid in it",
        "feature 6 (zone swapped): geometry: found ",
        "feature 7 (zone line): geometry: found LineString",
        "feature 8: found a property Zone_ID, expected the name zone_id",
        "feature 9 (zone flag): role: found True",
        "feature 10 (zone letters): geometry: found no outline",
        "feature 11 (zone empty): geometry: found no corner",
        "feature 12: zone_id: found '\\ud800'",
        "feature 13 (zone huge): geometry: found no outline",
        "feature 14: geometry: found none",
    ):
        assert words in told
    assert all(line.startswith(str(path)) for line in told.splitlines())


@pytest.mark.parametrize(
    ("crs", "is_known"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", True),
        ("urn:ogc:def:crs:EPSG::4326", True),
        ("EPSG:4326", True),
        ("EPSG:3857", False),
        ("urn:ogc:def:crs:EPSG::32635", False),
    ],
)
def test_only_wgs84_is_read(tmp_path: Path, crs: str, is_known: bool) -> None:
    """The names of WGS84 that GIS programs write are taken, other systems refused by name."""
    path = write(tmp_path, feature(box(), zone_id="a"), crs={"type": "name", "properties": {"name": crs}})
    if is_known:
        assert "a" in with_zones_of(GRID, path).zones["zone_id"].tolist()
    else:
        assert faults_of(path) == [f"{path}: crs: found {crs}, expected EPSG:4326 (WGS84); convert the file first"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"features": []}', "zone_id,role"])
def test_what_is_no_feature_collection_is_refused(tmp_path: Path, text: str) -> None:
    """An empty file, other JSON, and other formats are answered with what was expected."""
    path = tmp_path / "zones.geojson"
    path.write_text(text, encoding="utf-8")
    assert "expected a GeoJSON FeatureCollection" in faults_of(path)[0]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """No traceback for a wrong path."""
    assert "cannot be read" in faults_of(tmp_path / "none.geojson")[0]

"""OCPI locations: written and read again they are the same sites; every fault of a file is told at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sim.config import load_scenario
from sim.errors import SitesError
from sim.facilities.charging_site import ChargingSite, public_charging_sites
from sim.facilities.ocpi_locations import read_locations, write_locations
from sim.network import RoadNetwork, read_network


@pytest.fixture(scope="module")
def grid() -> RoadNetwork:
    """The small network."""
    return read_network("grid")


def _sites(grid: RoadNetwork) -> list[ChargingSite]:
    params = load_scenario("baseline", ["network=grid", "charging.vans_per_connector=2"]).charging
    return public_charging_sites(grid, params, plug_in_vans=25)


def _location(**changes: Any) -> dict[str, Any]:
    connector = {
        "id": "1",
        "standard": "IEC_62196_T2",
        "format": "SOCKET",
        "power_type": "AC_3_PHASE",
        "max_voltage": 220,
        "max_amperage": 16,
        "last_updated": "2015-03-18T08:12:01Z",
    }
    evses = [{"uid": str(n), "status": "AVAILABLE", "connectors": [connector], "last_updated": "x"} for n in (1, 2)]
    return {
        "id": "LOC1",
        "coordinates": {"latitude": "36.1500190", "longitude": "-32.9882990"},
        "evses": evses,
    } | changes


def _file(folder: Path, content: object) -> Path:
    path = folder / "locations.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_sites_written_and_read_again_are_the_same(grid: RoadNetwork, tmp_path: Path) -> None:
    """Connectors, power, limit, fee, name, place; the second file has the bytes of the first."""
    sites = [
        ChargingSite(s.site_id, s.link, (120.0, 30.0), 100.0, 0.25, "站 一", round(s.lon, 7), round(s.lat, 7))
        for s in _sites(grid)
    ]
    assert len(sites) == 4
    first = write_locations(sites, tmp_path / "a.json")
    again = read_locations(first, grid)
    assert again == sites
    assert write_locations(again, tmp_path / "b.json").read_bytes() == first.read_bytes()


def test_the_example_of_the_standard(grid: RoadNetwork, tmp_path: Path) -> None:
    """220 V and 16 A on three phases are 10.56 kW; an EVSE charges one van, whatever its connectors."""
    evses = _location()["evses"]
    evses[0]["connectors"].append(evses[0]["connectors"][0] | {"id": "2", "max_electric_power": 22_000})
    evses.append(evses[1] | {"uid": "3", "status": "REMOVED"})
    for content in ([_location(evses=evses)], _location(evses=evses), {"data": [_location(evses=evses)]}):
        (site,) = read_locations(_file(tmp_path, content), grid)
        assert site.connector_kw == (22.0, 10.56)
        assert (site.site_id, site.site_power_kw, site.power_kw) == ("LOC1", None, 22.0)


def test_locations_off_the_map_are_left_out(grid: RoadNetwork, tmp_path: Path) -> None:
    """A national file may be read for one city; when nothing is left, that is a fault."""
    far = _location(id="FAR", coordinates={"latitude": "50.00000", "longitude": "8.00000"})
    assert [site.site_id for site in read_locations(_file(tmp_path, [far, _location()]), grid)] == ["LOC1"]
    with pytest.raises(SitesError, match="none with an EVSE in use on the map"):
        read_locations(_file(tmp_path, [far]), grid)


def test_every_fault_is_told_at_once(grid: RoadNetwork, tmp_path: Path) -> None:
    """What, where, found, expected."""
    broken = _location(id="LOC2", coordinates={"latitude": "north", "longitude": "8.00000"})
    broken["evses"][0]["status"] = "MAYBE"
    broken["evses"][1]["connectors"][0] = {"id": "1", "standard": "x", "power_type": "DC", "max_voltage": 400}
    with pytest.raises(SitesError) as error:
        read_locations(_file(tmp_path, [_location(), broken]), grid)
    told = "\n".join(error.value.faults)
    assert len(error.value.faults) == 3
    for text in ("location 2 (LOC2)", "coordinates.latitude", "'north'", "evses.0.status", "'MAYBE'", "max_amperage"):
        assert text in told


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (json.dumps([_location()])[:-40], "cut short"),
        ("", "cut short"),
        ("3", "expected a list"),
        ("[]", "found 0 locations"),
        ([_location(), _location()], "id 'LOC1' again"),
    ],
)
def test_files_that_are_no_locations(content: object, says: str, grid: RoadNetwork, tmp_path: Path) -> None:
    """A file that ends early, an empty one, one of something else, one that says things twice."""
    with pytest.raises(SitesError, match=says):
        read_locations(_file(tmp_path, content), grid)


def test_a_missing_file_is_named(grid: RoadNetwork, tmp_path: Path) -> None:
    """With its path."""
    with pytest.raises(SitesError, match=r"nowhere\.json"):
        read_locations(tmp_path / "nowhere.json", grid)

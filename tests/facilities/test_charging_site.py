"""Where public sites come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.config import load_scenario
from sim.errors import ConfigError
from sim.facilities.charging_site import ChargingParams, public_charging_sites
from sim.facilities.ocpi_locations import write_locations
from sim.network import read_network


def _params(*overrides: str) -> ChargingParams:
    return load_scenario("baseline", ["network=grid", *overrides]).charging


@pytest.mark.parametrize(("vans", "ratio", "connectors"), [(30, 10.0, 3), (30, 3.0, 10), (31, 3.0, 11), (0, 3.0, 0)])
def test_sampled_sites_have_the_connectors_that_the_ratio_asks_for(vans: int, ratio: float, connectors: int) -> None:
    """Rounded up, spread over the places."""
    sites = public_charging_sites(
        read_network("grid"), _params(f"charging.vans_per_connector={ratio}"), plug_in_vans=vans
    )
    assert sum(site.connectors for site in sites) == connectors


def test_sites_of_the_map_keep_their_connectors() -> None:
    """Four chargers of four connectors, whatever the fleet; a limit of power holds for each."""
    params = _params("charging.sites_from=places", "charging.site_power_kw=100")
    sites = public_charging_sites(read_network("grid"), params, plug_in_vans=1)
    assert [site.connector_kw for site in sites] == [(60.0,) * 4] * 4
    assert {site.site_power_kw for site in sites} == {100.0}


def test_sites_of_a_file(tmp_path: Path) -> None:
    """As the file has them; its own limits win over that of the configuration."""
    grid = read_network("grid")
    written = public_charging_sites(grid, _params("charging.site_power_kw=90"), plug_in_vans=20)
    path = write_locations(written, tmp_path / "sites.json")
    params = _params("charging.sites_from=ocpi", f"charging.locations_file={path}", "charging.site_power_kw=50")
    read = public_charging_sites(grid, params, plug_in_vans=1)
    assert [(s.site_id, s.link, s.connectors, s.site_power_kw) for s in read] == [
        (s.site_id, s.link, s.connectors, 90.0) for s in written
    ]


@pytest.mark.parametrize("override", ["charging.sites_from=ocpi", "charging.locations_file=x.json"])
def test_a_file_goes_with_its_source(override: str) -> None:
    """One without the other is a fault."""
    with pytest.raises(ConfigError, match="locations_file"):
        _params(override)

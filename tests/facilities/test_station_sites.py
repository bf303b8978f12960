"""Tables of sites: written, read back, and refused with every fault."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.errors import SitesError
from sim.facilities import propose_centres, propose_stations, read_station_sites, write_sites
from sim.network import RoadNetwork, read_network


@pytest.fixture(scope="module")
def grid() -> RoadNetwork:
    """The grid that comes with the project."""
    return read_network("grid")


@pytest.mark.parametrize("name", ["sites.csv", "deep/sites.geojson"])
def test_a_proposal_is_read_back(tmp_path: Path, grid: RoadNetwork, name: str) -> None:
    """Same names, places and order, on the links that were proposed or their other direction."""
    proposal = propose_stations(grid, 5, objective="p-median", radius_m=300.0)
    path = write_sites(proposal.sites, tmp_path / name)
    read = read_station_sites(path, grid)
    assert read["site_id"].tolist() == proposal.sites["site_id"].tolist()
    assert read["name"].tolist() == proposal.sites["name"].tolist()
    assert read[["lon", "lat"]].to_numpy() == pytest.approx(proposal.sites[["lon", "lat"]].to_numpy(), abs=1e-7)
    assert read["capacity_parcels_per_day"].isna().all()
    ends = [set(grid.links.loc[row, ["from_node_id", "to_node_id"]]) for row in read["link"]]
    proposed = [set(grid.links.loc[row, ["from_node_id", "to_node_id"]]) for row in proposal.sites["link_id"]]
    assert sum(a == b for a, b in zip(ends, proposed, strict=True)) >= 4


def test_a_proposal_says_whom_each_site_serves(grid: RoadNetwork) -> None:
    """Shares add up to one, the busiest first, and the mean way is that of all."""
    proposal = propose_stations(grid, 4, objective="coverage", radius_m=300.0)
    sites = proposal.sites
    assert sites["served_share"].sum() == pytest.approx(1.0, abs=1e-5)
    assert sites["served_share"].is_monotonic_decreasing
    mean_m = float(np.average(sites["mean_distance_m"], weights=sites["served_share"]))
    assert mean_m == pytest.approx(proposal.siting.mean_distance_m, abs=0.2)


def test_centres_are_proposed_for_shops(grid: RoadNetwork) -> None:
    """One centre for 120 shops lies nearer to them than the grid's own does."""
    proposal = propose_centres(grid, 1, objective="p-median", radius_m=1000.0)
    assert proposal.demand["weight"].sum() == 120
    assert set(proposal.sites["kind"]) == {"distribution_centre"}
    assert 0.0 < proposal.siting.mean_distance_m < 1500.0


def test_all_faults_of_a_table_are_told_at_once(tmp_path: Path, grid: RoadNetwork) -> None:
    """A name twice, none, a place off the map, text for a number, a negative capacity."""
    path = tmp_path / "sites.csv"
    lon, lat = grid.nodes[["lon", "lat"]].mean()
    path.write_text(
        "site_id,lon,lat,name,capacity_parcels_per_day\n"
        f"a,{lon},{lat},甲站,100\n"
        f"a,{lon},{lat},乙站,-5\n"
        f",{lat},{lon},,\n"
        f"c,east,{lat},,\n",
        encoding="gb18030",
    )
    with pytest.raises(SitesError) as caught:
        read_station_sites(path, grid)
    text = "\n".join(caught.value.faults)
    for words in (
        "row 3: column site_id: found 'a' again",
        "row 4: column site_id: found an empty cell",
        "row 5: column lon: found 'east'",
        "row 4: column lon, lat: found",
        "row 3: column capacity_parcels_per_day: found '-5', expected a number from 0",
    ):
        assert words in text, text


def test_names_and_capacities_may_be_left_out(tmp_path: Path, grid: RoadNetwork) -> None:
    """Then a site is called by its id."""
    lon, lat = grid.nodes[["lon", "lat"]].mean()
    pd.DataFrame({"site_id": ["x"], "lon": [lon], "lat": [lat]}).to_csv(tmp_path / "sites.csv", index=False)
    read = read_station_sites(tmp_path / "sites.csv", grid)
    assert read["name"].tolist() == ["x"] and read["capacity_parcels_per_day"].isna().all()

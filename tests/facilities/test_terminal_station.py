"""Terminal stations: which are in use, and which parcels they take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.demand import SHOP_COLUMNS, ParcelParams, home_receivers
from sim.errors import ConfigError
from sim.facilities import StationParams, station_of_parcels, station_receivers, terminal_stations
from sim.network import RoadNetwork, read_network
from sim.random_streams import RandomStreams

CONFIGS = Path(__file__).resolve().parents[2] / "configs"


def params_of(**change: Any) -> StationParams:
    """The shipped parameters with some of them changed."""
    content = yaml.safe_load((CONFIGS / "stations" / "default.yaml").read_text(encoding="utf-8"))
    return StationParams.model_validate(content | change)


@pytest.fixture(scope="module")
def grid() -> RoadNetwork:
    """Ten by ten streets with 6 station sites."""
    return read_network("grid")


@pytest.fixture(scope="module")
def homes(grid: RoadNetwork) -> pd.DataFrame:
    """Homes of 36,000 residents."""
    content = yaml.safe_load((CONFIGS / "demand" / "default.yaml").read_text(encoding="utf-8"))["parcels"]
    return home_receivers(grid, ParcelParams.model_validate(content), RandomStreams(1), residents=36_000.0)


def parcels_of(*rows: tuple[int, int, bool, int]) -> pd.DataFrame:
    """A table of parcels."""
    return pd.DataFrame(rows, columns=["home", "courier", "will_be_picked_up", "parcels"])


def test_parcels_go_to_the_nearest_station_with_room() -> None:
    """
    Homes at 100, 200 and 450 m of station A (room for 10) and 900, 800 and 550 m of station B; reach 600 m.

    By hand: the first home's 6 go to A, the second's 6 find no room there and B out of reach, the third's 4 fit in A.
    """
    homes = np.array([[100.0, 0.0], [200.0, 0.0], [450.0, 0.0]])
    stations = np.array([[0.0, 0.0], [1000.0, 0.0]])
    parcels = parcels_of((0, 0, True, 6), (1, 0, True, 6), (2, 0, True, 4), (0, 0, False, 3))
    found = station_of_parcels(parcels, homes, stations, np.array([10.0, 10.0]), 600.0)
    assert found.tolist() == [0, -1, 0, -1]
    fuller = station_of_parcels(parcels, homes, stations, np.array([6.0, 10.0]), 600.0)
    assert fuller.tolist() == [0, -1, 1, -1]


def test_without_stations_or_willing_receivers_all_goes_to_the_door() -> None:
    """No station, none in reach, nobody who would pick up."""
    homes, station = np.array([[0.0, 0.0]]), np.array([[500.0, 0.0]])
    willing, other = parcels_of((0, 0, True, 1)), parcels_of((0, 0, False, 1))
    assert station_of_parcels(willing, homes, np.zeros((0, 2)), np.zeros(0), 600.0).tolist() == [-1]
    assert station_of_parcels(willing, homes, station, np.array([9.0]), 400.0).tolist() == [-1]
    assert station_of_parcels(other, homes, station, np.array([9.0]), 600.0).tolist() == [-1]
    assert station_of_parcels(willing.head(0), homes, station, np.array([9.0]), 600.0).tolist() == []


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), room=st.floats(0.0, 60.0), reach_m=st.floats(0.0, 1500.0))
def test_no_station_takes_more_than_it_holds_or_from_out_of_reach(seed: int, room: float, reach_m: float) -> None:
    """And what is not taken has no station in reach with room left for it."""
    rng = np.random.default_rng(seed)
    homes, stations = rng.random((20, 2)) * 1000.0, rng.random((4, 2)) * 1000.0
    parcels = pd.DataFrame(
        {
            "home": rng.integers(0, 20, 50),
            "courier": rng.integers(0, 6, 50),
            "will_be_picked_up": rng.random(50) < 0.7,
            "parcels": rng.integers(1, 12, 50),
        }
    )
    found = station_of_parcels(parcels, homes, stations, np.full(4, room), reach_m)
    taken = found >= 0
    count = parcels["parcels"].to_numpy()
    load = np.bincount(found[taken], weights=count[taken], minlength=4)
    assert (load <= room + 1e-6).all()
    assert parcels["will_be_picked_up"].to_numpy()[taken].all()
    way = np.hypot(*(homes[parcels["home"]][:, None, :] - stations[None, :, :]).transpose(2, 0, 1))
    assert (way[taken, found[taken]] <= reach_m + 1e-9).all()
    left = parcels["will_be_picked_up"].to_numpy() & ~taken
    has_room = (way <= reach_m - 1e-9) & (load[None, :] + count[:, None] <= room - 1e-6)
    assert not has_room[left].any()


def test_fewer_stations_are_part_of_more(grid: RoadNetwork, homes: pd.DataFrame) -> None:
    """Three of the grid's six sites, then all six, then twenty with places along streets."""
    few, all_six, many = (
        [station.site_id for station in terminal_stations(grid, params_of(number=n), homes)] for n in (3, 6, 20)
    )
    assert all_six[:3] == few and many[:6] == all_six
    assert set(all_six) == set(grid.places_of("station_site")["place_id"])
    assert len(set(many)) == 20 and all("station-at-link-" in name for name in many[6:])


def test_zhangdian_has_forty_sites() -> None:
    """As many as the district's plan asks for."""
    assert len(read_network("zhangdian").places_of("station_site")) == 40


def test_more_stations_than_streets_are_refused(grid: RoadNetwork, homes: pd.DataFrame) -> None:
    """The message says how many there can be."""
    with pytest.raises(ConfigError, match=r"expected at most .* found 9000"):
        terminal_stations(grid, params_of(number=9000), homes)


def test_none_are_in_use_by_default(grid: RoadNetwork, homes: pd.DataFrame) -> None:
    """And a table of sites without a number is a fault."""
    assert terminal_stations(grid, params_of(), homes) == []
    with pytest.raises(ValueError, match="needs number above 0"):
        params_of(sites_file="sites.csv")


def test_stations_are_receivers_like_shops(grid: RoadNetwork, homes: pd.DataFrame) -> None:
    """With the columns of shops, on their links, in their hours."""
    stations = terminal_stations(grid, params_of(number=4, window="07:00-19:00"), homes)
    table = station_receivers(stations, params_of(window="07:00-19:00"))
    assert tuple(table.columns) == SHOP_COLUMNS
    assert table["link"].tolist() == [station.link for station in stations]
    assert set(table["shop_type"]) == {"station"} and table["has_offstreet"].all()
    assert set(table["earliest_s"]) == {7 * 3600.0} and set(table["latest_s"]) == {19 * 3600.0}
    assert station_receivers([], params_of()).empty

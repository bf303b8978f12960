"""Homes: how many people live where."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.demand import SHOP_COLUMNS, ParcelParams, home_receivers
from sim.demand.homes import residents_by_link
from sim.network import GridParams, grid_network
from sim.network.road_network import RoadNetwork
from sim.random_streams import RandomStreams


@pytest.fixture(scope="module")
def grid() -> RoadNetwork:
    """Ten by ten streets, some of them main roads."""
    return grid_network(GridParams())


def params_of(content: dict[str, Any], **change: Any) -> ParcelParams:
    """The shipped parameters with some of them changed."""
    return ParcelParams.model_validate(content["parcels"] | change)


def test_people_live_along_local_streets(grid: RoadNetwork) -> None:
    """Main roads have none; residential streets share the total by length."""
    people = residents_by_link(grid, 850.0, 36_000.0)
    is_local = (grid.links["road_class"] == "residential").to_numpy()
    assert people.sum() == pytest.approx(36_000.0)
    assert people[~is_local].max() == 0.0
    assert people[is_local] == pytest.approx(36_000.0 * grid.length_m[is_local] / grid.length_m[is_local].sum())


def test_without_a_census_the_streets_say_how_many(grid: RoadNetwork) -> None:
    """850 residents by directed kilometre of residential street."""
    local_km = grid.length_m[(grid.links["road_class"] == "residential").to_numpy()].sum() / 1000.0
    assert residents_by_link(grid, 850.0, None).sum() == pytest.approx(850.0 * local_km)


def test_streets_without_local_ones_share_by_length(network: RoadNetwork) -> None:
    """Where no class has residents, all streets do."""
    from dataclasses import replace

    roads = replace(network, links=network.links.assign(road_class="primary"))
    assert residents_by_link(roads, 850.0, 4800.0) == pytest.approx(np.full(48, 100.0))


def test_each_receiver_stands_for_its_residents(grid: RoadNetwork, content: dict[str, Any]) -> None:
    """36,000 residents at 600 a receiver: all of them are counted, to within one receiver, a receiver a link."""
    homes = home_receivers(grid, params_of(content), RandomStreams(1), residents=36_000.0)
    assert tuple(homes.columns) == (*SHOP_COLUMNS, "residents")
    assert homes["residents"].sum() == pytest.approx(36_000.0, abs=600.0)
    assert homes["link"].is_unique and homes["shop_id"].is_unique
    assert set(homes["shop_type"]) == {"home"}
    assert (homes["earliest_s"] == 8 * 3600).all() and (homes["latest_s"] == 20 * 3600).all()


def test_homes_lie_on_their_link(grid: RoadNetwork, content: dict[str, Any]) -> None:
    """In the middle of it."""
    home = home_receivers(grid, params_of(content), RandomStreams(1), residents=36_000.0).iloc[3]
    middle = grid.links["geometry"].iloc[home["link"]].interpolate(0.5, normalized=True)
    assert (home["lon"], home["lat"]) == pytest.approx((middle.x, middle.y))


def test_the_share_off_the_street_is_nested(grid: RoadNetwork, content: dict[str, Any]) -> None:
    """Homes with room at a share of 0.3 have room at 0.7, which is then their share."""
    few, many = (
        home_receivers(
            grid, params_of(content, offstreet_share=share, residents_per_receiver=50), RandomStreams(1), residents=3e4
        )["has_offstreet"]
        for share in (0.3, 0.7)
    )
    assert (many | ~few).all()
    assert many.mean() == pytest.approx(0.7, abs=0.1)

"""Who takes part, who delivers, and what a merged visit takes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.network import read_network
from sim.planning import CarrierSpec, VanSpec
from sim.planning.consolidation import (
    joint_orders,
    nearest_centre,
    participation,
    with_night_windows,
    with_quiet_vans,
)
from sim.random_streams import RandomStreams
from tests.planning.joint_settings import joint

SHOPS = pd.DataFrame(
    {
        "shop_id": [f"shop-{n}" for n in range(2000)] + ["home-1", "station-1"],
        "shop_type": ["supermarket", "clothing"] * 1000 + ["home", "station"],
    }
)
ORDERS = pd.DataFrame(
    {
        "shop": [0, 1, 0, 0],
        "carrier": [0, 0, 1, 2],
        "earliest_s": 21_600.0,
        "latest_s": 43_200.0,
        "joint": False,
        "service_s": [600.0, 300.0, 400.0, 100.0],
        "expected_service_s": [500.0, 500.0, 500.0, 500.0],
    }
)


def _who(**shares: object) -> np.ndarray:
    return participation(SHOPS, joint(**shares), RandomStreams(1)).joint


def test_shops_at_half_are_among_those_at_more() -> None:
    """A shop that takes part at a share takes part at every higher one; about as many as the share says."""
    few, half, all_of_them = _who(share=0.2), _who(share=0.5), _who(share=1.0)
    assert not (few & ~half).any() and not (half & ~all_of_them).any()
    assert half[:2000].mean() == pytest.approx(0.5, abs=0.04)
    assert all_of_them[:2000].all() and not _who(share=0.0).any()


def test_types_are_drawn_apart_and_homes_never_take_part() -> None:
    """All supermarkets and nobody else; stations by their own share."""
    chains = _who(share_by_type={"supermarket": 1.0})
    assert chains[:2000:2].all() and not chains[1:2000:2].any()
    assert _who(share=1.0)[2000:].tolist() == [False, False]
    assert _who(station_share=1.0)[2000:].tolist() == [False, True]


def test_night_does_not_depend_on_joint_delivery() -> None:
    """The same shops receive at night with and without it."""
    night = [participation(SHOPS, joint(night_share=0.3, share=share), RandomStreams(1)).night for share in (0, 1)]
    assert (night[0] == night[1]).all() and 0 < night[0].sum() < 800


def test_windows_of_night_shops() -> None:
    """22:00 to 05:30 of the next morning for them, as before for others; without any, the table itself."""
    found = with_night_windows(ORDERS, np.array([False, True]), joint())
    assert found["earliest_s"].tolist() == [21_600.0, 79_200.0, 21_600.0, 21_600.0]
    assert found["latest_s"].tolist() == [43_200.0, 106_200.0, 43_200.0, 43_200.0]
    assert with_night_windows(ORDERS, np.array([False, False]), joint()) is ORDERS


def test_orders_of_a_shop_that_takes_part_have_one_operator() -> None:
    """Its further orders save half of the fixed time: 500 s of which 300 s are fixed become 350 s."""
    found = joint_orders(ORDERS, np.array([True, False]), np.array([7, 8]), np.array([300.0, 300.0]), joint())
    assert found["operator"].tolist() == [7, 0, 7, 7]
    assert found["joint"].tolist() == [True, False, True, True]
    assert found["expected_service_s"].tolist() == [500.0, 500.0, 350.0, 350.0]
    assert found["service_s"].tolist() == [600.0, 300.0, 280.0, 70.0]
    assert found["carrier"].tolist() == ORDERS["carrier"].tolist()


def test_nobody_takes_part_and_nothing_changes() -> None:
    """Columns that were there keep their values."""
    found = joint_orders(ORDERS, np.array([False, False]), np.array([7, 8]), np.array([300.0, 300.0]), joint())
    pd.testing.assert_frame_equal(found[ORDERS.columns], ORDERS)
    assert found["operator"].tolist() == ORDERS["carrier"].tolist()


def test_a_shop_beside_a_centre_is_served_from_there() -> None:
    """Each centre is nearest to itself."""
    network = read_network("helsinki")
    places = network.places[network.places["kind"] == "distribution_centre"]
    links = [int(link) for link in places["link"]]
    assert nearest_centre(network, np.array(links), links).tolist() == list(range(len(links)))


def test_vans_are_replaced_by_quiet_ones_as_the_night_needs() -> None:
    """Two are needed and one is there: the last other van is replaced; never more than there are vans."""
    from sim import load_scenario

    types = load_scenario("baseline").fleet.vehicle_types
    names = ("electric_van", "diesel_van", "petrol_van")
    fleet = CarrierSpec("c", "hub", 3, tuple(VanSpec(f"v{n}", 0, name, 0) for n, name in enumerate(names)))

    def after(night_orders: float) -> list[str]:
        found = with_quiet_vans(fleet, night_orders, 36.0, types, "electric_van")
        return [van.vehicle_type for van in found.vans]

    assert after(0.0) == after(36.0) == list(names)
    assert after(37.0) == ["electric_van", "diesel_van", "electric_van"]
    assert after(1e4) == ["electric_van"] * 3

"""Where a planned charging stop goes, by hand on a straight road."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sim.facilities.charging_site import ChargingSite
from sim.network import read_network
from sim.planning import ChargingOffer, SiteMap, TourEnergy, VisitCost, plan_charge

COST = VisitCost(cny_per_h=36.0, cny_per_km=0.5, mean_price_cny_per_kwh=1.0)
Offer = Callable[[int, float, float], ChargingOffer]


def _map(*links: int) -> SiteMap:
    grid = read_network("grid")
    sites = [ChargingSite(f"site-{link}", link, (60.0,)) for link in links]
    return SiteMap(grid, sites, grid.free_flow_time_s)


def _tour(stored_kwh: float, links: tuple[int, ...] = (33, 33, 33, 33)) -> TourEnergy:
    """Three legs of 10 km at 0.3 kWh/km, an hour each; reserve 2 kWh."""
    return TourEnergy(links, [10_000.0] * 3, [0.0, 3600.0, 7200.0], 0.3, stored_kwh, 2.0)


def _offer(price: Callable[[float], float] = lambda _: 1.0, wait_s: Callable[[int], float] = lambda _: 0.0) -> Offer:
    return lambda row, arrive_s, left_kwh: ChargingOffer(wait_s(row), 1800.0, 20.0, price(arrive_s))


def test_a_tour_that_the_charge_lasts_for_gets_no_stop() -> None:
    """9 kWh and a reserve of 2."""
    assert plan_charge(_tour(11.0), _map(33), _offer(), COST, target_kwh=30.0) is None
    assert plan_charge(_tour(10.9), _map(33), _offer(), COST, target_kwh=30.0) is not None
    assert plan_charge(_tour(10.9), _map(), _offer(), COST, target_kwh=30.0) is None


def test_it_comes_when_electricity_is_cheap_among_the_places_with_reserve() -> None:
    """All three places can be reached with 9 kWh; the price falls at 3:00 into the tour, before the third leg."""
    planned = plan_charge(_tour(9.0), _map(33), _offer(lambda t: 0.5 if t >= 7200.0 else 1.0), COST, target_kwh=30.0)
    assert planned is not None and planned.before == 2
    early = plan_charge(_tour(6.0), _map(33), _offer(lambda t: 0.5 if t >= 7200.0 else 1.0), COST, target_kwh=30.0)
    assert (
        early is not None and early.before == 0
    )  # with 6 kWh the third place lies below the reserve; the rest cost alike


def test_a_long_wait_sends_it_to_the_other_site() -> None:
    """Two sites at the same place, one with an hour of waiting."""
    planned = plan_charge(
        _tour(9.0), _map(33, 33), _offer(wait_s=lambda row: 3600.0 * (row == 0)), COST, target_kwh=30.0
    )
    assert planned is not None and planned.site == 1


def test_when_one_session_does_not_last_it_comes_as_late_as_the_reserve_allows() -> None:
    """A battery that takes 6 kWh for 9 kWh of tour: reached with reserve are the first and the second place."""
    planned = plan_charge(_tour(5.5), _map(33), _offer(), COST, target_kwh=6.0)
    assert planned is not None and planned.before == 1


def test_no_site_within_the_reserve_means_no_plan() -> None:
    """The battery is at its reserve already."""
    assert plan_charge(_tour(1.9), _map(33), _offer(), COST, target_kwh=30.0) is None


def test_generalised_cost_by_hand() -> None:
    """Half an hour and 4 km of detour, 5 min of waiting, 15 min charging, 20 kWh dearer by 0.2 CNY."""
    cost = COST.of(
        detour_s=1800.0, detour_m=4000.0, wait_s=300.0, charging_s=900.0, energy_kwh=20.0, price_cny_per_kwh=1.2
    )
    assert cost == pytest.approx(36.0 * 50.0 / 60.0 + 2.0 + 4.0)


def test_rough_ways_are_not_negative_and_zero_on_the_spot() -> None:
    """A site where the van stands is no detour."""
    sites = _map(33, 125, 205)
    assert sites.way_m(33)[0] == 0.0
    assert np.all(sites.detour_m(33, 205) >= 0.0)
    assert sites.detour_m(33, 205)[0] == 0.0

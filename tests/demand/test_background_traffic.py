"""Cars of a day: margins of the trip matrix, hours of departure, where trips start and end."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.contracts import IntArray
from sim.demand.background_traffic import BackgroundParams, gravity_matrix, gravity_trips, traffic_zones
from sim.network import GridParams, RoadNetwork, grid_network

PROFILE = (0.0,) * 6 + (1.0, 3.0) + (0.0,) * 16
PARAMS = BackgroundParams(
    trips_per_day=20_000,
    peak_volume_to_capacity=0.2,
    mean_deterrence_min=7.0,
    zone_size_m=500.0,
    connectors_per_zone=3,
    external_share=0.0,
    hourly_share=PROFILE,
    seed=0,
)


@pytest.fixture(scope="module")
def network() -> RoadNetwork:
    """A grid of streets."""
    return grid_network(GridParams())


def _free_us(network: RoadNetwork) -> IntArray:
    return np.round(network.free_flow_time_s * 1e6).astype(np.int64)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 8).flatmap(
        lambda n: st.tuples(*(st.lists(st.floats(0.01, 10.0), min_size=k, max_size=k) for k in (n, n, n * n)))
    )
)
def test_fitted_matrix_has_its_margins(numbers: tuple[list[float], list[float], list[float]]) -> None:
    """Rows add up to productions and columns to attractions; no trip is negative."""
    productions, attractions = np.array(numbers[0]), np.array(numbers[1])
    attractions *= productions.sum() / attractions.sum()
    seed = np.array(numbers[2]).reshape(len(productions), -1)
    matrix = gravity_matrix(productions, attractions, seed, tolerance=1e-7, max_rounds=20_000)
    total = productions.sum()
    np.testing.assert_allclose(matrix.sum(axis=1), productions, atol=2e-7 * total)
    np.testing.assert_allclose(matrix.sum(axis=0), attractions, atol=1e-12 * total)
    assert (matrix >= 0.0).all()


def test_fitted_matrix_by_hand() -> None:
    """Without deterrence trips spread as productions times attractions."""
    matrix = gravity_matrix(np.array([30.0, 10.0]), np.array([20.0, 20.0]), np.ones((2, 2)))
    np.testing.assert_allclose(matrix, [[15.0, 15.0], [5.0, 5.0]])


def test_fitting_keeps_odds_ratios() -> None:
    """Fitting scales rows and columns, which leaves the cross ratio of the seed as it was."""
    matrix = gravity_matrix(np.array([3.0, 1.0]), np.array([2.0, 2.0]), np.array([[4.0, 1.0], [1.0, 2.0]]))
    assert matrix[0, 0] * matrix[1, 1] / (matrix[0, 1] * matrix[1, 0]) == pytest.approx(8.0)


def test_margins_that_cannot_be_met_are_refused() -> None:
    """Different totals, or a row that leads nowhere."""
    with pytest.raises(ValueError, match="one total"):
        gravity_matrix(np.array([1.0, 1.0]), np.array([1.0, 2.0]), np.ones((2, 2)))
    with pytest.raises(ValueError, match="cannot be met"):
        gravity_matrix(np.array([1.0, 1.0]), np.array([1.0, 1.0]), np.array([[0.0, 0.0], [1.0, 1.0]]), max_rounds=50)


def test_departures_follow_the_profile(network: RoadNetwork) -> None:
    """A quarter of the trips leaves from 6 to 7 and the rest from 7 to 8, within four standard errors."""
    trips = gravity_trips(network, PARAMS, free_flow_us=_free_us(network))
    hours = trips.depart_us // 3_600_000_000
    assert len(trips) == 20_000
    assert set(np.unique(hours)) == {6, 7}
    assert (hours == 6).mean() == pytest.approx(0.25, abs=4 * np.sqrt(0.25 * 0.75 / 20_000))
    assert (np.diff(trips.depart_us) >= 0).all()


def test_trips_start_on_connectors_and_end_in_zones(network: RoadNetwork) -> None:
    """Trips start on the connectors, and end on links of zones."""
    trips = gravity_trips(network, PARAMS, free_flow_us=_free_us(network))
    zones = traffic_zones(network, PARAMS.zone_size_m, PARAMS.connectors_per_zone)
    assert set(np.unique(trips.origin_link)) <= set(zones.connectors.ravel().tolist())
    assert set(np.unique(trips.target_link)) <= set(zones.target_links.tolist())
    assert zones.productions.sum() == pytest.approx(1.0)
    assert zones.attractions.sum() == pytest.approx(1.0)


def test_same_seed_same_trips_and_another_seed_others(network: RoadNetwork) -> None:
    """Trips follow from their seed alone."""
    free_us = _free_us(network)
    one, again = (gravity_trips(network, PARAMS, free_flow_us=free_us) for _ in range(2))
    other = gravity_trips(network, PARAMS.model_copy(update={"seed": 1}), free_flow_us=free_us)
    assert one.depart_us.tobytes() == again.depart_us.tobytes()
    assert one.target_link.tobytes() == again.target_link.tobytes()
    assert one.depart_us.tobytes() != other.depart_us.tobytes()


def test_number_of_trips_goes_with_the_load_asked_for(network: RoadNetwork) -> None:
    """Twice the load needs twice the trips; a tenth as a sample has a tenth of them."""
    free_us = _free_us(network)
    by_load = PARAMS.model_copy(update={"trips_per_day": None})
    full = len(gravity_trips(network, by_load, free_flow_us=free_us))
    twice = by_load.model_copy(update={"peak_volume_to_capacity": 0.4})
    assert len(gravity_trips(network, twice, free_flow_us=free_us)) == pytest.approx(2 * full, abs=1)
    assert len(gravity_trips(network, by_load, free_flow_us=free_us, sample=0.1)) == pytest.approx(full / 10, abs=1)


def test_profile_without_trips_is_refused() -> None:
    """A day on which nobody departs is no profile."""
    with pytest.raises(ValidationError, match="above 0"):
        BackgroundParams(**{**PARAMS.model_dump(), "hourly_share": (0.0,) * 24})


def test_zones_fit_the_size_of_the_network(network: RoadNetwork) -> None:
    """A small network has at least four zones along each side; small squares give no more than 150 zones."""
    few = traffic_zones(network, 5000.0, 2)
    many = traffic_zones(network, 60.0, 2)
    assert len(few.productions) >= 16
    assert len(few.productions) < len(many.productions) <= 150

"""Trips are checked before anything moves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.errors import TripError
from sim.traffic.network_loading import load_network
from sim.traffic.routed_trips import RoutedTrips, pack_trips
from sim.traffic.store import POINTER_SHIFT
from tests.traffic.roads import road, trips_on


def _table(depart_s: list[float], routes: list[object], **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"trip_id": np.arange(len(routes)) + 100, "depart_s": depart_s, "route": routes, **columns})


def test_all_faults_of_trips_are_named_at_once() -> None:
    """Departure, unknown link, broken and empty route each give a line with the trip's name."""
    trips = _table([np.nan, 0.0, 0.0, 0.0], [[0], [0, 9], [0, 2], []])
    with pytest.raises(TripError) as refused:
        load_network(road(3), trips)
    assert refused.value.faults == (
        "trips: trip 100: depart_s is nan, expected 0 to 864000",
        "trips: trip 103: the route is empty",
        "trips: trip 101: link 9 of the route (number 2) is unknown",
        "trips: trip 102: link 2 of the route (number 2) starts at node 2, expected 1, where link 0 ends",
    )


def test_the_end_of_one_route_and_the_start_of_the_next_need_not_join() -> None:
    """Flat routes are checked within each trip only."""
    packed = RoutedTrips(np.array([0.0, 0.0]), np.array([0, 1, 0]), np.array([0, 2, 3]))
    links = road(2)
    assert pack_trips(packed, links["link_id"].to_numpy(), np.arange(2), np.arange(2) + 1).routes.tolist() == [
        0,
        1,
        -1,
        0,
        -2,
    ]


def test_trips_are_laid_out_by_departure_and_ties_by_row() -> None:
    """Routes come in the order in which they are driven, whatever the order of the table."""
    trips = RoutedTrips(np.array([5.0, 1.0, 5.0, 1.0]), np.array([0, 1, 2, 0, 1]), np.array([0, 1, 2, 3, 5]))
    packed = pack_trips(trips, np.arange(3), np.arange(3), np.arange(3) + 1)
    assert packed.order.tolist() == [1, 3, 0, 2]
    assert packed.routes.tolist() == [1, -1, 0, 1, -2, 0, -3, 2, -4]
    assert (packed.departure_word >> POINTER_SHIFT).tolist() == [0, 2, 5, 7]


@pytest.mark.parametrize("route", [None, 3, ["a"]])
def test_a_route_that_is_no_sequence_of_links_is_refused(route: object) -> None:
    """The message names the trip and what was found."""
    with pytest.raises(TripError, match="trip 100: route is"):
        load_network(road(1), _table([0.0], [route]))


def test_passenger_car_units_out_of_range_are_refused() -> None:
    """Zero and negative units would make a vehicle vanish from the queue."""
    with pytest.raises(TripError, match="pcu is 0, expected"):
        load_network(road(1), trips_on([0], [0.0], pcu=[0.0]))


def test_missing_columns_are_named() -> None:
    """A table without routes says what it has."""
    with pytest.raises(TripError, match="missing columns route; found trip_id, depart_s"):
        load_network(road(1), trips_on([0], [0.0]).drop(columns="route"))


def test_flat_arrays_that_do_not_fit_together_are_refused() -> None:
    """Three arrays of lengths that contradict each other are one clear fault, not an index error."""
    with pytest.raises(TripError, match="one more route start"):
        load_network(road(1), RoutedTrips(np.zeros(2), np.zeros(2, np.int64), np.array([0, 2])))
    with pytest.raises(TripError, match="route_start must rise"):
        load_network(road(1), RoutedTrips(np.zeros(2), np.zeros(2, np.int64), np.array([0, 3, 2])))


def test_links_may_have_any_names() -> None:
    """Routes hold link_id, not rows."""
    links = road(2)
    links["link_id"] = [70, 30]
    assert load_network(links, trips_on([70, 30], [0.0])).arrival_s.tolist() == [80.0]

"""Fixed trips through small networks, by hand."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from sim.errors import NetworkError, TripError
from sim.traffic import RoutedTrips, load_network
from tests.traffic.roads import road, trips_on


def test_a_second_vehicle_leaves_one_headway_after_the_first() -> None:
    """40 s of free flow, then 900 veh/h: one every 4 s."""
    arrival_s = load_network(road(1), trips_on([0], [0.0, 1.0, 90.0])).arrival_s
    assert arrival_s.tolist() == [40.0, 44.0, 130.0]


def test_a_larger_vehicle_takes_the_stop_line_for_longer() -> None:
    """1.5 pcu keep the one behind back for 6 s at 900 pcu/h."""
    arrival_s = load_network(road(1), trips_on([0], [0.0, 0.0, 0.0], pcu=[1.5, 1.0, 1.0])).arrival_s
    assert arrival_s.tolist() == [40.0, 46.0, 50.0]


def test_larger_vehicles_take_more_storage() -> None:
    """A closed link of 75 m, 10 pcu, takes ten cars, but seven vehicles of 1.5 pcu: the seventh still finds room."""
    links = road(1, length_m=75.0, free_speed_mps=15.0, capacity_veh_per_h=1800.0)
    closed = pd.DataFrame({"link_id": [0], "time_s": [0.0], "capacity_veh_per_h": [0.0]})
    for pcu, expected in ((1.0, 10), (1.5, 7)):
        found = load_network(links, trips_on([0], np.zeros(30), pcu=np.full(30, pcu)), closed, horizon_s=600.0)
        assert (found.stored_veh - found.waiting_veh, found.waiting_veh) == (expected, 30 - expected)


def test_a_signal_delays_a_lone_vehicle() -> None:
    """Free flow time and the delay at low flow add up."""
    assert load_network(road(1, signal_delay_s=12.5), trips_on([0], [10.0])).arrival_s.tolist() == [62.5]


def test_arrivals_come_in_the_order_of_the_trips_given() -> None:
    """The table need not be sorted by departure."""
    assert load_network(road(1), trips_on([0], [90.0, 0.0])).arrival_s.tolist() == [130.0, 40.0]


def test_a_vehicle_that_has_not_arrived_by_the_horizon_has_no_arrival() -> None:
    """One arrives at the horizon itself, one is on the road, one is held outside, one has not departed."""
    closed = pd.DataFrame({"link_id": [1], "time_s": [0.0], "capacity_veh_per_h": [0.0]})
    links = road(2, length_m=[500.0, 7.5])
    trips = pd.DataFrame({"trip_id": range(4), "depart_s": [0.0, 1.0, 1.0, 90.0], "route": [[0], [1], [1], [1]]})
    found = load_network(links, trips, closed, horizon_s=40.0)
    assert found.arrival_s[0] == 40.0
    assert np.isnan(found.arrival_s[1:]).all()
    assert (found.stored_veh, found.waiting_veh) == (2, 1)


def test_flat_arrays_and_table_give_the_same_to_the_byte() -> None:
    """The fast form is the same problem."""
    depart_s = np.arange(50) * 2.5
    table = load_network(road(2), trips_on([0, 1], depart_s))
    flat = load_network(road(2), RoutedTrips(depart_s, np.tile([0, 1], 50), np.arange(51) * 2))
    assert table.arrival_s.tobytes() == flat.arrival_s.tobytes()
    pd.testing.assert_frame_equal(table.links, flat.links)


def test_counts_and_travel_times_by_bin() -> None:
    """Bins of 60 s: who enters at 50 s counts with its travel time in the first bin, though it leaves in the next."""
    links = load_network(road(1), trips_on([0], [0.0, 50.0, 70.0]), bin_s=60.0, horizon_s=180.0).links
    assert links["bin_start_s"].tolist() == [0.0, 60.0, 120.0]
    assert links["inflow_veh"].tolist() == [2, 1, 0]
    assert links["outflow_veh"].tolist() == [1, 2, 0]
    assert links["travel_time_s"].tolist()[:2] == [40.0, 40.0]
    assert np.isnan(links["travel_time_s"].iloc[2])
    assert list(links.columns) == [
        "link_id",
        "bin_start_s",
        "bin_s",
        "inflow_veh",
        "outflow_veh",
        "travel_time_s",
        "vans",
        "blocked_s",
    ]


def test_travel_times_to_plan_with_are_those_of_the_empty_link_where_nobody_drove() -> None:
    """Two enter at 0 and 2 s and leave at 40 and 44: 41 s in the first minute; 40 s in the next, when nobody enters."""
    links = road(1, saturation_flow_veh_per_h=1800.0)
    times = load_network(links, trips_on([0], [0.0, 0.0]), bin_s=60.0, horizon_s=120.0).times
    assert (times.bin_us, times.link_time_us.tolist()) == (60_000_000, [[41_000_000], [40_000_000]])


def test_time_on_a_link_is_shared_out_to_the_bins_in_which_it_passed() -> None:
    """40 s from second 50 on: 10 s in the first minute, 30 s in the second."""
    found = load_network(road(1), trips_on([0], [50.0]), bin_s=60.0, horizon_s=180.0)
    assert found.counts.vehicle_s[:, 0].tolist() == [10.0, 30.0, 0.0]


def test_an_event_at_the_horizon_falls_into_the_last_bin() -> None:
    """An arrival at second 120 of 120 is counted, without a bin of its own."""
    found = load_network(road(1), trips_on([0], [80.0]), bin_s=60.0, horizon_s=120.0)
    assert found.links["outflow_veh"].tolist() == [0, 1]


def test_a_vehicle_at_a_stop_line_that_slows_down_keeps_the_part_it_was_served() -> None:
    """2 of 4 s are served when the capacity halves; the other half of a car takes 4 s: 40 + 2 + 4."""
    slower = pd.DataFrame({"link_id": [0], "time_s": [42.0], "capacity_veh_per_h": [450.0]})
    assert load_network(road(1), trips_on([0], [0.0, 0.0]), slower).arrival_s.tolist() == [40.0, 46.0]


def test_a_closed_stop_line_opens_where_it_left_off() -> None:
    """Closed from second 42 to 100 with half a car to serve: the next leaves at 102."""
    red = pd.DataFrame({"link_id": [0, 0], "time_s": [42.0, 100.0], "capacity_veh_per_h": [0.0, 900.0]})
    assert load_network(road(1), trips_on([0], [0.0, 0.0]), red).arrival_s.tolist() == [40.0, 102.0]


def test_a_vehicle_that_waits_for_the_next_link_does_not_leave_through_a_closed_stop_line() -> None:
    """Its own stop line closes while it waits for a full link; room comes at 60 s, green at 200 s."""
    links = road(2, length_m=[500.0, 5.0])
    changes = pd.DataFrame(
        {
            "link_id": [1, 0, 1, 0],
            "time_s": [0.0, 45.0, 60.0, 200.0],
            "capacity_veh_per_h": [0.0, 0.0, 900.0, 900.0],
        }
    )
    trips = pd.DataFrame({"trip_id": [0, 1], "depart_s": [0.0, 0.0], "route": [[1], [0, 1]]})
    arrival_s = load_network(links, trips, changes).arrival_s
    assert arrival_s[0] == 60.0
    assert arrival_s[1] == pytest.approx(200.4)


def test_capacity_changes_are_checked() -> None:
    """Unknown link, negative capacity and missing time are all named."""
    changes = pd.DataFrame({"link_id": [0, 5, 0], "time_s": [np.nan, 0.0, 0.0], "capacity_veh_per_h": [0.0, 1.0, -1.0]})
    with pytest.raises(NetworkError) as refused:
        load_network(road(1), trips_on([0], [0.0]), changes)
    assert refused.value.faults == (
        "capacity_changes: row 1: link 5 is unknown",
        "capacity_changes: row 0: time_s is nan, expected 0 or more",
        "capacity_changes: row 2: capacity_veh_per_h is -1, expected 0 or more",
    )


def test_settings_out_of_range_are_all_named() -> None:
    """Horizon, stuck time and bin."""
    with pytest.raises(TripError) as refused:
        load_network(road(1), trips_on([0], [0.0]), horizon_s=-1.0, stuck_time_s=0.0, bin_s=0.0)
    assert len(refused.value.faults) == 3


def test_no_trips_and_no_time_are_no_trouble() -> None:
    """An empty table gives an empty result; a horizon of zero lets nobody arrive."""
    assert len(load_network(road(1), RoutedTrips.none()).arrival_s) == 0
    assert load_network(road(1), trips_on([0], [0.0]), horizon_s=0.0).stored_veh == 1


def test_importing_the_engine_stays_light() -> None:
    """Neither agents nor maps are loaded for a fixed-route problem."""
    code = "import sys, sim.traffic; print([m for m in ('mesa','osmnx','geopandas','matplotlib') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_vehicle_stuck_behind_a_trip_held_outside_is_forced_on() -> None:
    """The full link is closed for hours; a trip waits outside first, so the forced one is the second to wait."""
    closed = pd.DataFrame({"link_id": [1, 1], "time_s": [0.0, 9000.0], "capacity_veh_per_h": [0.0, 900.0]})
    trips = pd.DataFrame({"trip_id": range(3), "depart_s": [0.0, 1.0, 2.0], "route": [[1], [1], [0, 1]]})
    links = road(2, length_m=[500.0, 5.0])
    found = load_network(links, trips, closed, horizon_s=341.0)
    assert (found.forced_moves, found.waiting_veh) == (0, 1)
    found = load_network(links, trips, closed)
    assert found.forced_moves == 1
    assert found.arrival_s.tolist() == pytest.approx([9000.0, 9008.0, 9004.0], abs=0.5)
    assert load_network(links, trips, closed, stuck_time_s=float("inf")).forced_moves == 0


def test_a_link_takes_more_forced_vehicles_than_it_has_slots_for() -> None:
    """Twelve vehicles are forced onto a closed link with room for one; they leave it in order when it opens."""
    closed = pd.DataFrame({"link_id": [1, 1], "time_s": [0.0, 9000.0], "capacity_veh_per_h": [0.0, 900.0]})
    links = road(2, length_m=[500.0, 5.0])
    found = load_network(links, trips_on([0, 1], np.arange(12) * 4.0), closed, stuck_time_s=30.0)
    assert found.forced_moves == 11
    assert found.arrival_s.tolist() == (9000.0 + np.arange(12) * 4.0).tolist()


def test_of_two_that_wait_without_queues_the_first_to_come_goes_first() -> None:
    """The link of the later one has the lower number; both wait for a full link that opens at 100 s."""
    links = road(3, length_m=[500.0, 500.0, 5.0], lanes=[1, 1, 1])
    links["from_node_id"], links["to_node_id"] = [0, 1, 2], [2, 2, 3]
    closed = pd.DataFrame({"link_id": [2, 2], "time_s": [0.0, 100.0], "capacity_veh_per_h": [0.0, 900.0]})
    trips = pd.DataFrame({"trip_id": range(3), "depart_s": [0.0, 5.0, 0.0], "route": [[2], [0, 2], [1, 2]]})
    arrival_s = load_network(links, trips, closed).arrival_s
    assert arrival_s[0] == 100.0
    assert 100.0 < arrival_s[2] < arrival_s[1]


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9])
def test_delay_at_a_signal_grows_as_websters_uniform_delay(share: float) -> None:
    """Evenly spaced vehicles at a share of capacity q = g s wait D / (1 - y) each, with y = share x g."""
    green, cycle_s, saturation = 0.4, 90.0, 1800.0
    delay_s = cycle_s * (1.0 - green) ** 2 / 2.0
    links = road(
        1,
        length_m=1500.0,
        free_speed_mps=15.0,
        capacity_veh_per_h=green * saturation,
        saturation_flow_veh_per_h=saturation,
        signal_delay_s=delay_s,
    )
    headway_s = 3600.0 / (share * green * saturation)
    depart_s = 60.0 + headway_s * np.arange(120)
    trips = pd.DataFrame({"trip_id": range(120), "depart_s": depart_s, "route": [[0]] * 120})
    waited = load_network(links, trips, signal_delay="uniform").arrival_s - depart_s - 100.0
    assert waited[0] == pytest.approx(delay_s, rel=2e-3)  # a lone vehicle
    assert waited[-20:] == pytest.approx(delay_s / (1.0 - share * green), rel=1e-3)
    constant = load_network(links, trips).arrival_s - depart_s - 100.0
    assert constant == pytest.approx(delay_s)


def test_where_nobody_drives_a_signal_delays_as_a_lone_vehicle() -> None:
    """Travel times of a bin without traffic are those of the empty link, however busy the bins before were."""
    links = road(1, capacity_veh_per_h=450.0, saturation_flow_veh_per_h=900.0, signal_delay_s=12.5)
    found = load_network(
        links, trips_on([0], 9.0 * np.arange(90)), horizon_s=3600.0, bin_s=900.0, signal_delay="uniform"
    )
    assert found.times.link_time_us[-1, 0] == 52_500_000

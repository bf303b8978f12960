"""The parameters of a link."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import NetworkError
from sim.traffic.link_model import headway_us, link_parameters
from sim.traffic.store import FOREVER
from tests.traffic.roads import road


def test_wave_speed_and_storage_follow_from_the_triangular_diagram() -> None:
    """Two lanes, 3,600 pcu/h, 15 m/s: k = 2/7.5, w = 1 / (k - 1/15) = 5 m/s, 150 m hold 40 vehicles."""
    found = link_parameters(road(1, length_m=150.0, lanes=2, free_speed_mps=15.0, capacity_veh_per_h=3600.0))
    assert found.wave_speed_mps[0] == pytest.approx(5.0)
    assert found.storage_pcu[0] == pytest.approx(40.0)
    assert found.free_time_us[0] == 10_000_000
    assert found.wave_time_us[0] == 30_000_000
    assert found.stop_headway_us[0] == 1_000_000


def test_wave_speed_comes_from_the_saturation_flow_not_from_the_capacity_after_green_share() -> None:
    """A signal that halves the capacity leaves the backward wave as fast as before."""
    signal = road(1, lanes=2, free_speed_mps=15.0, capacity_veh_per_h=1800.0, saturation_flow_veh_per_h=3600.0)
    found = link_parameters(signal)
    assert found.wave_speed_mps[0] == pytest.approx(5.0)
    assert (found.stop_headway_us[0], found.entry_headway_us[0]) == (2_000_000, 1_000_000)


def test_storage_is_raised_where_it_would_choke_the_link() -> None:
    """5 m with a 20 s signal: kL is 0.67, but q (L/v + D + L/w) vehicles are on it when it carries q; never below 1."""
    signal = road(
        1,
        length_m=5.0,
        free_speed_mps=15.0,
        capacity_veh_per_h=900.0,
        saturation_flow_veh_per_h=1800.0,
        signal_delay_s=20.0,
    )
    found = link_parameters(signal)
    assert found.storage_pcu[0] == pytest.approx(0.25 * (5 / 15 + 20 + 5 / found.wave_speed_mps[0]), abs=5e-4)
    assert link_parameters(road(1, length_m=1.0)).storage_pcu[0] == 1.0


def test_headways_are_whole_microseconds_and_a_closed_link_never_serves() -> None:
    """700 veh/h is one every 5.142857 s; zero is never."""
    assert headway_us(np.array([700.0, 0.0])).tolist() == [5_142_857, FOREVER]


def test_all_faults_of_a_table_are_named_at_once() -> None:
    """Zero capacity, negative length and a missing number each give a line with link, value and expectation."""
    links = road(3, length_m=[500.0, -1.0, 500.0], lanes=[1, 1, np.nan], capacity_veh_per_h=[0.0, 900.0, 900.0])
    with pytest.raises(NetworkError) as refused:
        link_parameters(links)
    assert refused.value.faults == (
        "links: link 1: length_m is -1, expected a number above 0",
        "links: link 2: lanes is nan, expected a number above 0",
        "links: link 0: capacity_veh_per_h is 0, expected a number above 0",
    )


def test_a_saturation_flow_that_the_lanes_cannot_carry_is_refused() -> None:
    """At 2 m/s one lane carries less than 960 veh/h nose to tail, so 1,000 would need a wave that runs forward."""
    with pytest.raises(NetworkError, match="nose to tail"):
        link_parameters(road(1, free_speed_mps=2.0, capacity_veh_per_h=1000.0))


def test_a_saturation_flow_below_the_capacity_is_refused() -> None:
    """More cannot leave in green than the saturation flow."""
    with pytest.raises(NetworkError, match="at least the capacity"):
        link_parameters(road(1, capacity_veh_per_h=900.0, saturation_flow_veh_per_h=800.0))


def test_missing_columns_and_double_links_are_refused() -> None:
    """The message names the columns that were missing and those that were found."""
    with pytest.raises(NetworkError, match="missing columns lanes"):
        link_parameters(road(1).drop(columns="lanes"))
    doubled = road(2)
    doubled["link_id"] = 7
    with pytest.raises(NetworkError, match="link 7: link_id occurs 2 times"):
        link_parameters(doubled)

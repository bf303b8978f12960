"""Class values must make a triangular fundamental diagram."""

from __future__ import annotations

import pytest

from sim.network.road_classes import (
    JAM_SPACING_M,
    ROAD_CLASSES,
    WAVE_SPEED_MPS,
    largest_capacity_veh_per_h,
    road_class_of,
    saturation_flow_veh_per_h,
)


@pytest.mark.parametrize("name", ROAD_CLASSES)
def test_capacity_is_less_than_jam_density_times_speed(name: str) -> None:
    """S < k v in every class, or queues would have no backward wave."""
    values = ROAD_CLASSES[name]
    jam_flow = values.free_speed_mps / JAM_SPACING_M * 3600.0
    assert values.capacity_veh_per_h_lane < jam_flow


def test_slow_lane_is_capped_by_hand() -> None:
    """One lane at 0.75 m/s and 7.5 m a vehicle: 0.1 veh/s x 0.9 = 324 veh/h."""
    assert largest_capacity_veh_per_h(1, 0.75) == pytest.approx(324.0)


def test_saturation_flow_gives_the_wave_speed() -> None:
    """Two lanes at 10 m/s: s = k v w / (v + w) = 3,200 veh/h, and s / (k - s / v) is w again."""
    flow = saturation_flow_veh_per_h(2, 10.0)
    assert flow == pytest.approx(3200.0)
    assert flow / 3600.0 / (2 / JAM_SPACING_M - flow / 3600.0 / 10.0) == pytest.approx(WAVE_SPEED_MPS)


def test_unknown_class_has_values() -> None:
    """A class that is not listed is taken as unclassified."""
    assert road_class_of("busway") == ROAD_CLASSES["unclassified"]

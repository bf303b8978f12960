"""Class values must make a triangular fundamental diagram."""

from __future__ import annotations

import pytest

from sim.network.road_classes import (
    JAM_SPACING_M,
    ROAD_CLASSES,
    largest_saturation_flow_veh_per_h,
    road_class_of,
)


@pytest.mark.parametrize("name", ROAD_CLASSES)
def test_saturation_flow_is_less_than_jam_density_times_speed(name: str) -> None:
    """S < k v in every class, or queues would have no backward wave."""
    values = ROAD_CLASSES[name]
    jam_flow = values.free_speed_mps / JAM_SPACING_M * 3600.0
    assert values.saturation_flow_veh_per_h_lane < jam_flow


def test_slow_lane_is_capped_by_hand() -> None:
    """One lane at 0.75 m/s and 7.5 m a vehicle: 0.1 veh/s x 0.9 = 324 veh/h."""
    assert largest_saturation_flow_veh_per_h(1, 0.75) == pytest.approx(324.0)


def test_unknown_class_has_values() -> None:
    """A class that is not listed is taken as unclassified."""
    assert road_class_of("busway") == ROAD_CLASSES["unclassified"]

"""Tags of ways by example."""

from __future__ import annotations

import pytest

from sim.network.osm_tags import is_drivable, lanes_of, speed_mps, way_tags


@pytest.mark.parametrize(
    ("tags", "drivable"),
    [
        ({"highway": "residential"}, True),
        ({"highway": "living_street"}, True),
        ({"highway": "primary_link"}, True),
        ({"highway": "service"}, False),
        ({"highway": "footway"}, False),
        ({"highway": "residential", "access": "private"}, False),
        ({"highway": "residential", "motor_vehicle": "no"}, False),
        ({"highway": "residential", "motorcar": "no"}, False),
        ({"highway": "unclassified", "area": "yes"}, False),
        ({"highway": "road", "service": "driveway"}, False),
        ({"building": "yes"}, False),
    ],
)
def test_drive_filter(tags: dict[str, str], drivable: bool) -> None:
    """Streets that cars may use are kept."""
    assert is_drivable(tags) is drivable


@pytest.mark.parametrize(
    ("tags", "forward", "backward"),
    [
        ({}, True, True),
        ({"oneway": "yes"}, True, False),
        ({"oneway": "-1"}, False, True),
        ({"junction": "roundabout"}, True, False),
        ({"junction": "roundabout", "oneway": "no"}, True, True),
        ({"highway": "motorway"}, True, False),
    ],
)
def test_directions(tags: dict[str, str], forward: bool, backward: bool) -> None:
    """One-way tags, roundabouts and motorways."""
    values = way_tags({"highway": "primary", **tags})
    assert (values.is_forward, values.is_backward) == (forward, backward)


def test_lanes_count_both_directions() -> None:
    """`lanes=4` on a two-way street is two each way; explicit directions win; one lane stays one."""
    assert lanes_of("4", is_one_way=False) == 2.0
    assert lanes_of("3", is_one_way=True) == 3.0
    assert lanes_of("1", is_one_way=False) == 1.0
    assert lanes_of("two", is_one_way=False) is None
    values = way_tags({"highway": "primary", "lanes": "3", "lanes:forward": "2", "lanes:backward": "1"})
    assert (values.lanes_forward, values.lanes_backward) == (2.0, 1.0)


@pytest.mark.parametrize(
    ("text", "speed"),
    [("36", 10.0), ("72 km/h", 20.0), ("10 mph", 4.4704), ("none", None), ("walk", None), ("3", None)],
)
def test_speeds(text: str, speed: float | None) -> None:
    """Numbers are km/h unless they say mph; words tell nothing."""
    found = speed_mps(text)
    assert found == (None if speed is None else pytest.approx(speed, abs=1e-4))


def test_name_or_number() -> None:
    """A road without a name goes by its number."""
    assert way_tags({"highway": "trunk", "ref": "G205"}).name == "G205"

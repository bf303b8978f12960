"""What OpenStreetMap tags of a way mean for a link: drivable or not, direction, lanes, speed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from sim.network.road_classes import ROAD_CLASSES
from sim.units import kph_to_mps

_NOT_DRIVABLE = {
    "area": {"yes"},
    "access": {"private"},
    "motor_vehicle": {"no"},
    "motorcar": {"no"},
    "service": {"alley", "driveway", "parking_aisle", "parking", "emergency_access", "private"},
}
_ONE_WAY_CLASSES = {"motorway", "motorway_link"}
_KPH_PER_MPH = 1.609344
_SPEED = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph)?\s*$")
_SLOWEST_KPH = 5.0
_RESTRICTED = re.compile(
    r"^(?:(?:access|vehicle|motor_vehicle|goods|hgv):(?:(forward|backward):)?conditional|goods|hgv)$"
)


@dataclass(frozen=True, slots=True)
class WayTags:
    """
    A drivable way.

    Parameters
    ----------
    road_class
        Its `highway` tag.
    name
        Name of the street, or its number; empty when it has neither.
    is_forward, is_backward
        Whether vehicles may drive along and against the order of its nodes.
    lanes_forward, lanes_backward
        Lanes in each direction, None where no tag tells.
    free_speed_mps
        Speed limit [m/s], None where no tag tells.
    restrictions_forward, restrictions_backward
        Restrictions for goods vehicles and hours in each direction, as JSON of tags and values; empty without any.
    """

    road_class: str
    name: str
    is_forward: bool
    is_backward: bool
    lanes_forward: float | None
    lanes_backward: float | None
    free_speed_mps: float | None
    restrictions_forward: str = ""
    restrictions_backward: str = ""


def is_drivable(tags: Mapping[str, str]) -> bool:
    """
    Whether motor vehicles drive on a way.

    Source: the `drive` filter of OSMnx, with `living_street` kept and service roads (yards, car parks) left out.
    """
    if tags.get("highway") == "service" or tags.get("highway") not in ROAD_CLASSES:
        return False
    return not any(tags.get(key) in values for key, values in _NOT_DRIVABLE.items())


def way_tags(tags: Mapping[str, str]) -> WayTags:
    """What a drivable way is like."""
    road_class = tags["highway"]
    is_forward, is_backward = _directions(tags)
    each_way = lanes_of(tags.get("lanes"), is_one_way=is_forward != is_backward)
    forward, backward = _number(tags.get("lanes:forward")), _number(tags.get("lanes:backward"))
    return WayTags(
        road_class=road_class,
        name=tags.get("name") or tags.get("ref") or "",
        is_forward=is_forward,
        is_backward=is_backward,
        lanes_forward=forward or each_way,
        lanes_backward=backward or each_way,
        free_speed_mps=speed_mps(tags.get("maxspeed")),
        restrictions_forward=restrictions_of(tags, "forward"),
        restrictions_backward=restrictions_of(tags, "backward"),
    )


def restrictions_of(tags: Mapping[str, str], direction: str) -> str:
    """
    Restrictions of a way in one direction, as JSON of tags without the direction; empty without any.

    Examples
    --------
    >>> restrictions_of({"hgv:forward:conditional": "no @ (22:00-06:00)", "name": "A"}, "forward")
    '{"hgv:conditional": "no @ (22:00-06:00)"}'
    >>> restrictions_of({"hgv:forward:conditional": "no @ (22:00-06:00)"}, "backward")
    ''
    """
    found = {}
    for tag in sorted(tags, key=lambda name: (name.count(":"), name)):
        match = _RESTRICTED.match(tag)
        if match is not None and match[1] in (None, direction) and tags[tag]:
            found[tag.replace(f":{direction}:", ":")] = tags[tag]
    return json.dumps(dict(sorted(found.items())), ensure_ascii=False) if found else ""


def speed_mps(text: str | None) -> float | None:
    """
    Speed [m/s] from a `maxspeed` tag; None for words and values under 5 km/h.

    Examples
    --------
    >>> speed_mps("36")
    10.0
    >>> speed_mps("FI:urban") is None
    True
    """
    match = _SPEED.match(text.split(";")[0]) if text else None
    if match is None:
        return None
    speed_kph = float(match[1]) * (_KPH_PER_MPH if match[2] == "mph" else 1.0)
    return kph_to_mps(speed_kph) if speed_kph >= _SLOWEST_KPH else None


def lanes_of(text: str | None, *, is_one_way: bool) -> float | None:
    """
    Lanes in each direction from a `lanes` tag, which counts both; None where it tells nothing.

    Examples
    --------
    >>> lanes_of("4", is_one_way=False)
    2.0
    """
    lanes = _number(text)
    return lanes if lanes is None or is_one_way else max(1.0, lanes // 2)


def _directions(tags: Mapping[str, str]) -> tuple[bool, bool]:
    one_way = tags.get("oneway", "")
    if one_way in ("-1", "reverse"):
        return False, True
    if one_way in ("yes", "true", "1"):
        return True, False
    is_circle = tags.get("junction") in ("roundabout", "circular")
    if one_way in ("no", "false", "0") or not (is_circle or tags["highway"] in _ONE_WAY_CLASSES):
        return True, True
    return True, False


def _number(text: str | None) -> float | None:
    """The first number of a tag such as `2;3`, at least 1."""
    try:
        value = float(text.split(";")[0]) if text else 0.0
    except ValueError:
        return None
    return value if 1.0 <= value <= 12.0 else None

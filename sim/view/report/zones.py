"""Zones of the page with the hours in which each rule holds, from `rules.json`."""

from __future__ import annotations

from typing import Any

import shapely
import shapely.geometry

from sim.units import SECONDS_PER_DAY
from sim.view.report.roads import FlatGround

WEEK = ("mo", "tu", "we", "th", "fr", "sa", "su")
DAYS_SHOWN = 3
"""Days from the one before the run on; windows of the evening before reach into its morning."""


def zones_and_rules(rules: dict[str, Any], ground: FlatGround, *, weekday: str) -> dict[str, Any]:
    """
    Outlines on the flat map, and for each rule when it holds.

    Parameters
    ----------
    rules
        Content of `rules.json`; empty when the run has none.
    ground
        The flat map.
    weekday
        Day of the week of day 1, such as `tu`.
    """
    zones: list[dict[str, Any]] = []
    number: dict[str, int] = {}
    for feature in rules.get("zones", {}).get("features", []):
        about = feature["properties"]
        polygon = shapely.geometry.shape(feature["geometry"])
        rings = [
            ground.flat(shapely.get_coordinates(ring)).tolist()
            for part in shapely.get_parts(polygon)
            if part.geom_type == "Polygon"
            for ring in (part.exterior, *part.interiors)
        ]
        number[str(about.get("zone_id", about.get("name")))] = len(zones)
        zones.append({"role": about.get("role", ""), "name": about.get("name", ""), "rings": rings})
    held = []
    for rule in rules.get("rules", []):
        names = [str(where.get("zone_id", where.get("name"))) for where in rule.get("where") or []]
        held.append(
            {
                "id": str(rule.get("rule_id", "")),
                "effect": str(rule.get("effect", "deny")),
                "zones": [number[name] for name in names if name in number],
                "who": rule.get("who") or {},
                "exempt": rule.get("exempt") or {},
                "windows": hours_held(rule.get("when") or {}, weekday),
            }
        )
    return {"zones": zones, "rules": held}


def hours_held(when: dict[str, Any], weekday: str) -> list[list[float]]:
    """
    Times from and until which a rule holds [s from midnight of day 1], joined where they meet.

    Examples
    --------
    >>> hours_held({"weekdays": ["tu"], "windows": [{"from_s": 25200.0, "until_s": 30600.0}]}, "tu")
    [[25200.0, 30600.0]]
    >>> hours_held({"weekdays": ["mo"], "windows": [{"from_s": 79200.0, "until_s": 108000.0}]}, "tu")
    [[0.0, 21600.0]]
    """
    days = when.get("weekdays") or list(WEEK)
    windows = when.get("windows") or [{"from_s": 0.0, "until_s": SECONDS_PER_DAY}]
    today = WEEK.index(weekday) if weekday in WEEK else 0
    spans = sorted(
        (max(0.0, day * SECONDS_PER_DAY + window["from_s"]), day * SECONDS_PER_DAY + window["until_s"])
        for day in range(-1, DAYS_SHOWN - 1)
        if WEEK[(today + day) % 7] in days
        for window in windows
    )
    joined: list[list[float]] = []
    for start, end in spans:
        if end <= 0.0:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], float(end))
        else:
            joined.append([float(start), float(end)])
    return joined

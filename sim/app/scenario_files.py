"""
Scenarios drawn in the browser, checked and kept as files that the command line runs unchanged.

A draft is plain data: `name`, `description`, `base` (scenarios to build on), `network`, `zones` (drawn, WGS84),
`rules`, `places` (added), `settings` (overrides). Kept, it is `configs/scenario/NAME.yaml`, with
`configs/policy/NAME.yaml` when it has rules, with a network of its own under `networks/NAME` when zones or nodes were
drawn, and with `inputs/NAME_berths.csv` when berths were.
"""

from __future__ import annotations

import os
import re
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from pydantic import ValidationError

from sim.app.drawn_places import BERTH, check_places, overrides_of_places, with_places, write_berths
from sim.app.workspace import Workspace, checked_name
from sim.config import load_scenario
from sim.errors import InputError
from sim.network import RoadNetwork, read_network, write_network
from sim.network.io import network_names
from sim.network.zones import make_zones
from sim.policy import PolicyParams
from sim.resources import find_resource, resource_names, shipped_folder

COMPOSING = threading.Lock()
"""Hydra composes one configuration at a time."""

SETTINGS = {
    "berths.spaces_per_shop": (0.0, 5.0),
    "berths.max_stay_min": (1.0, 1440.0),
    "berths.max_wait_min": (0.0, 240.0),
    "charging.vans_per_connector": (0.1, 100.0),
    "charging.public_power_kw": (1.0, 1000.0),
    "stations.number": (0.0, 10000.0),
    "joint.share": (0.0, 1.0),
    "demand.growth": (0.01, 20.0),
}
"""Numbers that the form offers, with the least and the most that it takes; the scenario's own check comes after."""

ZONES_MOST, POINTS_MOST, RULES_MOST = 50, 2000, 50
OVERRIDE = re.compile(r"[a-z_]+(\.[a-z_0-9]+)*=[A-Za-z0-9_.+,-]{1,60}")
"""An override that may come from a browser: no path, no bracket, no interpolation."""


def checked_overrides(overrides: Any) -> list[str]:
    """
    Overrides of a run that may come from a browser.

    Raises
    ------
    InputError
        With every one that is not plain `KEY=VALUE`, or that says where files go.
    """
    if not isinstance(overrides, list) or len(overrides) > 60:
        raise InputError("overrides: expected a list of at most 60 KEY=VALUE")
    faults = [
        f"overrides: expected KEY=VALUE with a plain value, found {str(text)[:80]!r}"
        for text in overrides
        if not isinstance(text, str)
        or not OVERRIDE.fullmatch(text)
        or text.startswith(("paths.", "hydra", "experiment"))
        or ".." in text
    ]
    if faults:
        raise InputError(faults)
    return list(overrides)


def check_run(scenario: Any, overrides: list[str]) -> None:
    """
    Whether the command line would take this.

    Raises
    ------
    InputError
        With the faults that it would name.
    """
    for name in str(scenario).split("+"):
        checked_name(name, "scenario")
    with COMPOSING:
        settings = load_scenario(str(scenario), overrides)
    read_network(checked_name(settings.network.name, "network"), settings.network.zones_file)


def faults_of(draft: dict[str, Any]) -> list[str]:
    """Every fault of a draft; none when it can be kept."""
    faults: list[str] = []
    for step in (_check_head, _check_zones, _check_rules, _check_places, _check_settings):
        try:
            step(draft)
        except InputError as error:
            faults += error.faults
    return faults


def keep_draft(workspace: Workspace, draft: dict[str, Any]) -> dict[str, str]:
    """
    Write a draft's files.

    Returns
    -------
    dict
        `command` that runs it, and `files` written.

    Raises
    ------
    InputError
        With every fault of the draft; nothing is written then.
    """
    faults = faults_of(draft)
    if faults:
        raise InputError(faults)
    name = str(draft["name"])
    configs, written = workspace.folder / "configs", []
    overrides = []
    places = draft.get("places") or []
    if draft.get("zones") or any(place["kind"] != BERTH for place in places):
        network = _drawn_network(draft)
        folder = workspace.folder / "networks" / name
        write_network(network, folder)
        written += [folder, write_network_option(workspace.folder, name, name, _network_option(draft["network"]))]
        overrides.append(f"network={name}")
    else:
        overrides.append(f"network={draft['network']}")
    berths = workspace.folder / "inputs" / f"{name}_berths.csv"
    if write_berths(places, berths):
        written.append(berths)
        overrides.append(f"berths.added_file={berths.relative_to(workspace.folder).as_posix()}")
    overrides += overrides_of_places(places)
    if draft.get("rules"):
        rules = PolicyParams.model_validate({"rules": draft["rules"]}).model_dump(mode="json", exclude_none=True)
        written.append(_write_yaml(configs / "policy" / f"{name}.yaml", rules, "Rules drawn in the web application"))
        overrides.append(f"policy={name}")
    overrides += [f"{key}={value:g}" for key, value in (draft.get("settings") or {}).items()]
    base = [part for part in str(draft.get("base") or "baseline").split("+") if part != "baseline"]
    own = {"description": str(draft.get("description") or name), "overrides": overrides}
    if base:
        own["overrides_earlier"] = sorted({text.partition("=")[0] for text in overrides})
    written.append(_write_yaml(configs / "scenario" / f"{name}.yaml", own, "Made in the web application"))
    scenario = "+".join([*base, name])
    return {
        "command": f"sim run scenario={scenario}",
        "scenario": scenario,
        "files": ", ".join(path.relative_to(workspace.folder).as_posix() for path in written),
    }


# -- checks --------------------------------------------------------------------------------------


def _check_head(draft: dict[str, Any]) -> None:
    name = checked_name(draft.get("name"), "name")
    shipped = shipped_folder("configs") / "scenario" / f"{name}.yaml"
    faults = []
    if name != name.lower():
        faults.append(f"name: expected small letters, found {name!r}")
    if shipped.is_file() and "web application" not in shipped.read_text(encoding="utf-8")[:200]:
        faults.append(f"name: {name!r} is a scenario of the project; choose another")
    if name in network_names() and (shipped_folder("networks") / name).is_dir() and not shipped.is_file():
        faults.append(f"name: {name!r} is a network of the project; choose another")
    if len(str(draft.get("description") or "")) > 500:
        faults.append("description: expected at most 500 characters")
    known = resource_names("configs", "scenario")
    faults += [
        f"base: there is no scenario {part[:60]!r}; known: {', '.join(known)}"
        for part in str(draft.get("base") or "baseline").split("+")
        if part not in known or part == name
    ]
    if draft.get("network") not in network_names():
        faults.append(
            f"network: found {str(draft.get('network'))[:60]!r}, expected one of {', '.join(network_names())}"
        )
    if faults:
        raise InputError(faults)


def _check_zones(draft: dict[str, Any]) -> None:
    import shapely
    import shapely.geometry

    zones = draft.get("zones") or []
    if not isinstance(zones, list) or len(zones) > ZONES_MOST:
        raise InputError(f"zones: expected a list of at most {ZONES_MOST}")
    faults: list[str] = []
    seen: set[str] = set()
    for number, zone in enumerate(zones, start=1):
        where = f"zone {number}"
        try:
            zone_id = checked_name(zone.get("zone_id"), f"{where}: zone_id")
            points = [(float(x), float(y)) for x, y in zone["points"]]
        except (InputError, KeyError, TypeError, ValueError, AttributeError) as error:
            faults += (
                error.faults if isinstance(error, InputError) else [f"{where}: expected points as pairs of degrees"]
            )
            continue
        if zone_id in seen:
            faults.append(f"{where}: zone_id {zone_id!r} is there twice")
        seen.add(zone_id)
        if not 3 <= len(points) <= POINTS_MOST:
            faults.append(f"{where}: expected 3 to {POINTS_MOST} corners, found {len(points)}")
            continue
        if not all(
            np.isfinite(point).all() and abs(point[0]) <= 180 and abs(point[1]) <= 90 for point in map(np.array, points)
        ):
            faults.append(f"{where}: expected degrees of longitude and latitude")
            continue
        polygon = shapely.geometry.Polygon(points)
        if not polygon.is_valid or polygon.area == 0.0:
            faults.append(f"{where}: its outline crosses itself; expected a simple polygon")
    if faults:
        raise InputError(faults)


def _check_rules(draft: dict[str, Any]) -> None:
    rules = draft.get("rules") or {}
    if not isinstance(rules, dict) or len(rules) > RULES_MOST:
        raise InputError(f"rules: expected at most {RULES_MOST}, by name")
    faults: list[str] = []
    for rule_id in rules:
        try:
            checked_name(rule_id, "rules: name")
        except InputError as error:
            faults += error.faults
    try:
        policy = PolicyParams.model_validate({"rules": rules})
    except ValidationError as error:
        places = [(".".join(map(str, entry["loc"])), entry) for entry in error.errors()]
        raise InputError(
            [*faults, *(f"{where}: {entry['msg'].removeprefix('Value error, ')}" for where, entry in places)]
        ) from error
    if draft.get("network") in network_names():
        known = read_network(str(draft["network"])).zones
        ids = {*known["zone_id"], *(zone.get("zone_id") for zone in draft.get("zones") or [] if isinstance(zone, dict))}
        roles = {*known["role"], *(zone.get("role") for zone in draft.get("zones") or [] if isinstance(zone, dict))}
        for rule_id, rule in policy.rules.items():
            faults += [
                f"rules.{rule_id}.where: there is no zone {name!r}; known: {', '.join(sorted(map(str, ids)))}"
                for name in getattr(rule.where, "zone_ids", ())
                if name not in ids
            ]
            faults += [
                f"rules.{rule_id}.where: no zone has the role {name!r}; known: {', '.join(sorted(map(str, roles)))}"
                for name in getattr(rule.where, "zone_roles", ())
                if name not in roles
            ]
    if faults:
        raise InputError(faults)


def _check_places(draft: dict[str, Any]) -> None:
    network = read_network(str(draft["network"])) if draft.get("network") in network_names() else None
    check_places(draft.get("places") or [], network)


def _check_settings(draft: dict[str, Any]) -> None:
    settings = draft.get("settings") or {}
    if not isinstance(settings, dict):
        raise InputError("settings: expected KEY: VALUE")
    faults = []
    for key, value in settings.items():
        if key not in SETTINGS:
            faults.append(f"settings: unknown key {str(key)[:60]!r}; known: {', '.join(SETTINGS)}")
            continue
        low, high = SETTINGS[key]
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            faults.append(f"{key}: expected a number from {low:g} to {high:g}, found {str(value)[:40]!r}")
    if faults:
        raise InputError(faults)
    base = str(draft.get("base") or "baseline")
    if all(part in resource_names("configs", "scenario") for part in base.split("+")):
        with COMPOSING:
            load_scenario(base, [f"{key}={value:g}" for key, value in settings.items()])


# -- files ---------------------------------------------------------------------------------------


def _drawn_network(draft: dict[str, Any]) -> RoadNetwork:
    """The network of the draft with the zones and places that were drawn added."""
    import shapely.geometry

    network = read_network(str(draft["network"]))
    added = [
        (
            str(zone["zone_id"]),
            str(zone.get("role") or zone["zone_id"]),
            str(zone.get("name") or zone["zone_id"]),
            shapely.geometry.Polygon([(float(x), float(y)) for x, y in zone["points"]]),
        )
        for zone in draft.get("zones") or []
    ]
    names = {row[0] for row in added}
    kept = [
        (str(row["zone_id"]), str(row["role"]), str(row["name"]), row["geometry"])
        for _, row in network.zones.iterrows()
        if row["zone_id"] not in names
    ]
    note = f"Zones and places were added to {network.name} by hand."
    return replace(
        network,
        name=str(draft["name"]),
        zones=make_zones([*kept, *added]),
        places=with_places(network, draft.get("places") or []),
        notes=(*network.notes, note),
    )


def write_network_option(folder: Path, name: str, path: str, option: dict[str, Any]) -> Path:
    """The file that makes a network an option of the command line: `network=NAME`."""
    content = {"name": path, "car_trips_per_day": None, "residents": None} | option | {"name": path}
    return _write_yaml(folder / "configs" / "network" / f"{name}.yaml", content, "Made in the web application")


def _network_option(network: Any) -> dict[str, Any]:
    path = find_resource("configs", f"network/{network}.yaml")
    content = yaml.safe_load(path.read_text(encoding="utf-8")) if path is not None else {}
    return dict(content) if isinstance(content, dict) else {}


def _write_yaml(path: Path, content: dict[str, Any], heading: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110)
    temporary.write_text(f"# {heading}\n{text}", encoding="utf-8")
    temporary.replace(path)
    return path

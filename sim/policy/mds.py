"""
Rules in the policy feed of the Open Mobility Foundation (MDS Policy 2.0), written and read.

A ban is a count of at most 0 devices, a limit a speed, a limit of stay a time of stopped vehicles; a charge is the rate
of a count (by entry) or of a time (by hour).
MDS names no gross weight, emission standard, permit or exemption: these travel in a message under the private language
tag `x-who`, which other readers pass over.

Source: github.com/openmobilityfoundation/mobility-data-specification 2.0, policy/README.md, geography/README.md.
What is written is valid under the schema of github.com/openmobilityfoundation/mds-openapi 2.0. Both are CC BY 4.0.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from sim.errors import ConfigError
from sim.network import RoadNetwork
from sim.policy.access_rule import AccessRuleParams
from sim.policy.zone import zone_rows
from sim.units import WEEKDAYS

MDS_VERSION = "2.0.0"
_SPACE = uuid.UUID("5c1c5a52-62f4-5a3b-9d1c-0a4f5d6b7c8e")
"""Name space of the identifiers that are made from names."""

_DAYS = dict(zip(WEEKDAYS, ("mon", "tue", "wed", "thu", "fri", "sat", "sun"), strict=True))
_PROPULSION = {
    "diesel": "combustion_diesel",
    "petrol": "combustion",
    "bev": "electric",
    "phev": "plug_in_hybrid",
    "human": "human",
}
_VEHICLE = {"tricycle": "cargo_bicycle", "light": "truck", "medium": "truck", "heavy": "truck"}
_CENTS = 100.0
_MINUTES = {"seconds": 1.0 / 60.0, "minutes": 1.0, "hours": 60.0}
"""Units of a limit of stay [min]."""


EARLIEST_MS = 1_514_764_800_000
"""The earliest time that MDS takes: 2018 [ms since 1970]."""

_NOTICE_MS = 20 * 60 * 1000
"""Least time from publication to the begin of enforcement [ms]."""


def mds_documents(
    rules: Mapping[str, AccessRuleParams], network: RoadNetwork, *, published_ms: int = EARLIEST_MS
) -> tuple[dict[str, Any], dict[str, Any]]:
    """
    Policies and geographies as plain data, ready for JSON.

    Parameters
    ----------
    rules, network
        Access rules on a road network.
    published_ms
        Time of publication [ms since 1970]; enforcement begins 20 minutes later, as soon as MDS allows.

    Raises
    ------
    ConfigError
        Listing every rule that MDS cannot say: charges by kilometre, seasons, and rules not for whole zones.
    """
    rows = zone_rows(rules, network)
    faults = [
        f"policy.rules.{rule_id}: MDS cannot say {what}" for rule_id, rule in rules.items() for what in _lost(rule)
    ]
    if faults:
        raise ConfigError(faults)
    in_order = sorted(rules.items(), key=lambda entry: entry[1].effect != "allow")
    written = [
        entry
        for rule_id, rule in in_order
        for entry in _written(rule_id, rule, [_zone_id(network, row) for row in rows[rule_id].tolist()])
    ]
    policy = {
        "mode_id": "delivery-robots",
        "name": f"Access rules of {network.label}",
        "policy_id": str(uuid.uuid5(_SPACE, json.dumps(written, sort_keys=True))),
        "description": "Rules tested by simulation",
        "currency": "CNY",
        "start_date": published_ms + _NOTICE_MS,
        "published_date": published_ms,
        "rules": written,
    }
    named = sorted({row for chosen in rows.values() for row in chosen.tolist()})
    geographies = [_geography(network, row, published_ms) for row in named]
    head = {"version": MDS_VERSION, "last_updated": published_ms}
    return {**head, "policies": [policy]}, {**head, "geographies": geographies}


def rules_from_mds(
    policies: Mapping[str, Any], geographies: Mapping[str, Any], network: RoadNetwork
) -> dict[str, AccessRuleParams]:
    """
    Rules from a feed, by name; a geography that is no zone of the network becomes the links that meet it.

    Raises
    ------
    ConfigError
        Listing every fault: another version, unsound polygons, unknown geographies, types, days or times.
    """
    faults = [
        f"{name}: version: found {document.get('version')!r}, expected 2.x"
        for name, document in (("policies", policies), ("geographies", geographies))
        if not str(document.get("version", "")).startswith("2.")
    ]
    areas: dict[str, dict[str, Any]] = {}
    for number, entry in enumerate(_list(geographies, "geographies")):
        try:
            areas[str(entry["geography_id"])] = _where(entry["geography_json"], network)
        except (KeyError, TypeError, ValueError) as error:
            faults.append(f"geographies[{number}]: {_told(error)}")
    found: dict[str, AccessRuleParams] = {}
    for policy in _list(policies, "policies"):
        for number, entry in enumerate(policy.get("rules", [])):
            try:
                name = _free_name(str(entry.get("name", "rule")), found)
                found[name] = AccessRuleParams.model_validate(_read(entry, areas))
            except ValidationError as error:
                faults += [
                    f"policies.rules[{number}]: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()
                ]
            except (KeyError, TypeError, ValueError) as error:
                faults.append(f"policies.rules[{number}]: {_told(error)}")
    if faults:
        raise ConfigError(faults)
    return found


def _lost(rule: AccessRuleParams) -> list[str]:
    where, lost = rule.where, []
    if where.link_ids or where.road_classes:
        lost.append("single links and road classes; expected zones")
    if rule.when.seasons:
        lost.append("seasons")
    if rule.charge is not None and rule.charge.by == "km":
        lost.append("a charge by km; expected entry or hour")
    return lost


def _written(rule_id: str, rule: AccessRuleParams, geographies: list[str]) -> list[dict[str, Any]]:
    """The rule once for each of its windows."""
    entries = []
    for text in rule.when.windows:
        start, end = (part.strip() for part in text.split("-"))
        entry: dict[str, Any] = {
            "name": rule_id,
            "rule_id": str(uuid.uuid5(_SPACE, f"{rule_id}/{text}")),
            "geographies": geographies,
            "states": {"on_trip": []},
            "days": [_DAYS[day] for day in rule.when.days()],
            "start_time": f"{start}:00",
            "end_time": "23:59:59" if end in ("24:00", "00:00") else f"{end}:00",
            **_effect(rule),
        }
        if rule.who.access_class is not None:
            entry["vehicle_types"] = sorted({_VEHICLE[name] for name in rule.who.access_class})
        if rule.who.powertrain is not None:
            entry["propulsion_types"] = [_PROPULSION[name] for name in rule.who.powertrain]
        more = {
            "who": rule.who.model_dump(mode="json", exclude_none=True),
            "exempt": None if rule.exempt is None else rule.exempt.model_dump(mode="json", exclude_none=True),
            "most_cny_per_day": None if rule.charge is None else rule.charge.most_cny_per_day,
        }
        entry["messages"] = {"x-who": json.dumps({key: value for key, value in more.items() if value}, sort_keys=True)}
        entries.append(entry)
    return entries


def _effect(rule: AccessRuleParams) -> dict[str, Any]:
    if rule.charge is not None:
        is_hourly = rule.charge.by == "hour"
        return {
            "rule_type": "time" if is_hourly else "count",
            "rule_units": "hours" if is_hourly else "devices",
            "rate_amount": round(rule.charge.cny * _CENTS),
            "rate_recurrence": "each_time_unit" if is_hourly else "once_on_match",
            "rate_applies_when": "in_bounds",
        }
    if rule.speed_kph is not None:
        return {"rule_type": "speed", "rule_units": "kph", "maximum": round(rule.speed_kph)}
    if rule.stay_min is not None:
        is_whole = rule.stay_min == round(rule.stay_min)
        units, maximum = ("minutes", rule.stay_min) if is_whole else ("seconds", rule.stay_min * 60.0)
        return {"rule_type": "time", "rule_units": units, "maximum": round(maximum), "states": {"stopped": []}}
    return {"rule_type": "count", "rule_units": "devices", **({"maximum": 0} if rule.effect == "deny" else {})}


def _read(entry: Mapping[str, Any], areas: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """A rule of the feed in our words."""
    where: dict[str, list[Any]] = {}
    for name in entry["geographies"]:
        if name not in areas:
            raise ValueError(f"geographies: found {name!r}, expected one of the file of geographies")
        for key, values in areas[name].items():
            where.setdefault(key, []).extend(values)
    more = json.loads(entry.get("messages", {}).get("x-who", "{}"))
    days = entry.get("days") or list(_DAYS.values())
    unknown = [day for day in days if day not in _DAYS.values()]
    if unknown:
        raise ValueError(f"days: found {unknown}, expected {', '.join(_DAYS.values())}")
    start, end = entry.get("start_time") or "00:00:00", entry.get("end_time") or "23:59:59"
    for text in (start, end):
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d", str(text)):
            raise ValueError(f"start_time and end_time: found {text!r}, expected hh:mm:ss below 24:00:00")
    window = f"{start[:5]}-{'24:00' if end == '23:59:59' else end[:5]}"
    rule: dict[str, Any] = {
        "where": where,
        "who": more.get("who") or ({} if "messages" in entry and "x-who" in entry["messages"] else _vehicles(entry)),
        "exempt": more.get("exempt"),
        "when": {"weekdays": [ours for ours, theirs in _DAYS.items() if theirs in days], "windows": [window]},
    }
    kind, maximum = entry["rule_type"], entry.get("maximum")
    if entry.get("rate_amount") is not None and kind in ("count", "time") and maximum is None:
        kind = "rate"
    if kind == "count" and maximum in (0, None):
        return {**rule, "effect": "allow" if maximum is None else "deny"}
    if kind == "speed" and maximum is not None:
        kph = maximum * 1.609344 if entry.get("rule_units") == "mph" else maximum
        return {**rule, "effect": "speed_limit", "speed_kph": kph}
    if kind == "time" and maximum is not None:
        if entry.get("rule_units") not in _MINUTES:
            raise ValueError(f"rule_units: found {entry.get('rule_units')!r}, expected one of {', '.join(_MINUTES)}")
        if "stopped" not in (entry.get("states") or {"stopped": []}):
            raise ValueError(f"states: found {', '.join(entry['states'])}, expected stopped for a limit of stay")
        return {**rule, "effect": "stay_limit", "stay_min": maximum * _MINUTES[entry["rule_units"]]}
    if kind == "rate" and entry.get("rate_recurrence") in ("once_on_match", "each_time_unit"):
        by = "entry" if entry["rate_recurrence"] == "once_on_match" else "hour"
        if by == "hour" and entry.get("rule_units") != "hours":
            raise ValueError(f"rule_units: found {entry.get('rule_units')!r}, expected hours")
        charge = {"by": by, "cny": entry["rate_amount"] / _CENTS, "most_cny_per_day": more.get("most_cny_per_day")}
        return {**rule, "effect": "charge", "charge": charge}
    raise ValueError(
        f"rule_type: found {kind!r} with maximum {maximum!r}, expected count of 0, speed, time, or rate by entry"
    )


def _vehicles(entry: Mapping[str, Any]) -> dict[str, Any]:
    who: dict[str, Any] = {}
    if entry.get("vehicle_types"):
        who["access_class"] = [ours for ours, theirs in _VEHICLE.items() if theirs in entry["vehicle_types"]]
    if entry.get("propulsion_types"):
        who["powertrain"] = [ours for ours, theirs in _PROPULSION.items() if theirs in entry["propulsion_types"]]
    return who


def _where(content: Mapping[str, Any], network: RoadNetwork) -> dict[str, list[Any]]:
    """The zone of the network with this outline, else the links that meet it."""
    import shapely

    parts = content["features"] if content.get("type") == "FeatureCollection" else [content]
    shapes = [shapely.geometry.shape(dict(part.get("geometry") or part)) for part in parts]
    unsound = [shape for shape in shapes if not shape.is_valid]
    if unsound or not shapes:
        found = shapely.is_valid_reason(unsound[0]) if unsound else "found no feature"
        raise ValueError(f"geography_json: {found}; expected a polygon that is sound")
    area = shapes[0] if len(shapes) == 1 else shapely.union_all(shapes)
    for zone_id, zone in zip(network.zones["zone_id"], network.zones["geometry"], strict=True):
        if zone.equals_exact(area, 1e-9):
            return {"zone_ids": [str(zone_id)]}
    meets = shapely.intersects(area, network.links["geometry"].to_numpy())
    if not meets.any():
        raise ValueError(f"geography_json: found no street of network {network.name} in it")
    return {"link_ids": network.links["link_id"].to_numpy()[meets].tolist()}


def _zone_id(network: RoadNetwork, row: int) -> str:
    return str(uuid.uuid5(_SPACE, f"{network.name}/{network.zones['zone_id'].iloc[row]}"))


def _geography(network: RoadNetwork, row: int, published_ms: int) -> dict[str, Any]:
    import shapely.geometry

    zone = network.zones.iloc[row]
    shape = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(zone["geometry"])}
    return {
        "name": str(zone["name"]),
        "geography_id": _zone_id(network, row),
        "geography_json": {"type": "FeatureCollection", "features": [shape]},
        "published_date": published_ms,
    }


def _list(document: Mapping[str, Any], key: str) -> list[Any]:
    wrapped = document.get("data")
    found = (wrapped if isinstance(wrapped, dict) else document).get(key)
    return found if isinstance(found, list) else []


def _free_name(name: str, taken: Mapping[str, Any]) -> str:
    clean = re.sub(r"\W+", "_", name).strip("_") or "rule"
    number = 2
    free = clean
    while free in taken:
        free, number = f"{clean}_{number}", number + 1
    return free


def _told(error: Exception) -> str:
    return f"{error.args[0]}: missing" if isinstance(error, KeyError) else str(error)

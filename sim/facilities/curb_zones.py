"""
Loading berths as zones of the Curb Data Specification: read with every fault at once, and written for others to read.

Read: zones with `num_spaces` or `length`, and of their policies those that let goods be loaded or vans park, with
`max_stay`, `rate` per hour, `user_classes` and `time_spans`. The policy with the lowest `priority` that applies on the
weekday counts. Not read: dates of validity, designated periods, rates that change with the stay.

Source: Curb Data Specification 1.0, Curbs API, objects Curb Zone, Policy, Rule, Time Span and Rate
(github.com/openmobilityfoundation/curb-data-specification).
"""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from sim.contracts import AccessClass
from sim.errors import SitesError, faults_message
from sim.facilities.loading_berth import BerthParams, LoadingBerth
from sim.facilities.station_sites import FURTHEST_FROM_STREET_M
from sim.network import RoadNetwork, distance_to_links_m, find_links_near
from sim.network.places import may_stop
from sim.network.projection import project
from sim.policy.time_window import read_window
from sim.units import SECONDS_PER_DAY, WEEKDAYS, Weekday, s_to_clock

VERSION = "1.0"
SPACE_CM = 700
"""Length of a space for a van where a zone says its length alone [cm]. Assumption."""

_DAYS: dict[str, Weekday] = dict(zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), WEEKDAYS, strict=True))
_UNIT_MIN = {"second": 1 / 60, "minute": 1.0, "hour": 60.0, "day": 1440.0, "week": 10_080.0}
_CLASSES: dict[str, tuple[AccessClass, ...]] = {
    "cargo_bicycle": ("tricycle",),
    "van": ("light",),
    "truck": ("medium", "heavy"),
}
"""Vehicle types of the specification and what they are here; a class without a type is open to all."""

_ID_SPACE = uuid.UUID("8d1f6f0e-6c62-5c7b-9a55-2c1f0a6f3b10")
"""Name space of the identities that are written, so that the same berth has the same one."""


class _Rate(BaseModel):
    rate: int = Field(ge=0)
    rate_unit: Literal["second", "minute", "hour", "day", "week", "month", "quarter", "year"]


class _Rule(BaseModel):
    activity: str
    max_stay: float | None = Field(default=None, gt=0.0)
    max_stay_unit: Literal["second", "minute", "hour", "day", "week"] = "minute"
    user_classes: tuple[str, ...] = ()
    rate: tuple[_Rate, ...] = ()


class _TimeSpan(BaseModel):
    days_of_week: tuple[Literal["sun", "mon", "tue", "wed", "thu", "fri", "sat"], ...] | None = None
    time_of_day_start: str = Field(default="00:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    time_of_day_end: str = Field(default="24:00", pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")


class _Policy(BaseModel):
    curb_policy_id: str = Field(min_length=1)
    priority: int
    rules: tuple[_Rule, ...] = Field(min_length=1)
    time_spans: tuple[_TimeSpan, ...] = ()


class _Polygon(BaseModel):
    type: Literal["Polygon"]
    coordinates: tuple[tuple[tuple[float, float], ...], ...] = Field(min_length=1)


class _Zone(BaseModel):
    curb_zone_id: str = Field(min_length=1)
    geometry: _Polygon
    curb_policy_ids: tuple[str, ...]
    num_spaces: int | None = Field(default=None, ge=0)
    length: int | None = Field(default=None, ge=0)
    name: str | None = None

    @property
    def spaces(self) -> int:
        """Vans it holds."""
        return self.num_spaces if self.num_spaces is not None else (self.length or 0) // SPACE_CM

    @property
    def centre(self) -> tuple[float, float]:
        """Mean of its corners [degrees]."""
        ring = self.geometry.coordinates[0][:-1] or self.geometry.coordinates[0]
        return sum(lon for lon, _ in ring) / len(ring), sum(lat for _, lat in ring) / len(ring)


def read_curb_zones(
    path: str | Path, network: RoadNetwork, params: BerthParams, weekday: Weekday
) -> list[LoadingBerth]:
    """
    Loading berths of a file of curb zones and policies, in the order of the zones.

    Zones without room for a van, or where no policy lets goods be loaded on the weekday, give no berth.

    Parameters
    ----------
    path
        JSON with `version` and `data`, which has `zones` and `policies`.
    network
        Road network; each zone is put on the nearest link.
    params
        What holds where a policy says nothing.
    weekday
        Day of the week.

    Raises
    ------
    SitesError
        Listing every fault of the file.
    """
    zones, policies = _objects(Path(path))
    faults = [
        f"zone {zone.curb_zone_id}: curb_policy_ids: expected a policy of the file, found {name!r}"
        for zone in zones
        for name in zone.curb_policy_ids
        if name not in policies
    ]
    rows = []
    for zone in zones:
        rules = _loading_rules([policies[name] for name in zone.curb_policy_ids if name in policies], weekday)
        if zone.spaces > 0 and rules is not None:
            rows.append((zone, *rules))
    if rows:
        lon, lat = (list(values) for values in zip(*(zone.centre for zone, _, _ in rows), strict=True))
        link = find_links_near(network, lon, lat, is_allowed=may_stop(network))
        off_m = distance_to_links_m(network, lon, lat, link)
        faults += [
            f"zone {zone.curb_zone_id}: geometry: expected a place on the map of {network.name}, longitude before "
            f"latitude; found one {metres:,.0f} m from the next street"
            for (zone, _, _), metres in zip(rows, off_m.tolist(), strict=True)
            if metres > FURTHEST_FROM_STREET_M
        ]
    if faults:
        raise SitesError(faults_message(str(path), faults))
    if not rows:
        return []
    x_m, y_m = project(lon, lat, network.crs_metric)
    return [
        LoadingBerth(
            berth_id=zone.name or zone.curb_zone_id,
            link=int(link[row]),
            x_m=float(x_m[row]),
            y_m=float(y_m[row]),
            spaces=zone.spaces,
            max_stay_s=_stay_s(rules, params),
            user_classes=_user_classes(rules, params),
            hours_s=hours,
            price_cny_per_h=_price(rules, params),
        )
        for row, (zone, rules, hours) in enumerate(rows)
    ]


def _objects(path: Path) -> tuple[list[_Zone], dict[str, _Policy]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SitesError(f"{path}: cannot be read ({error.strerror}), expected curb zones as JSON") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise SitesError(
            f"{path}: expected curb zones as JSON, found text that ends early or is none: {error}"
        ) from error
    data = document.get("data") if isinstance(document, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("zones"), list):
        raise SitesError(f"{path}: expected an object with data.zones and data.policies, found none")
    if not data["zones"]:
        raise SitesError(f"{path}: data.zones: found no zone, expected one or more")
    faults: list[str] = []
    if not str(document.get("version", "")).startswith(VERSION):
        faults.append(f"version: expected {VERSION} of the Curb Data Specification, found {document.get('version')!r}")
    zones = [zone for row, item in enumerate(data["zones"]) if (zone := _checked(_Zone, f"zones[{row}]", item, faults))]
    policies = [
        policy
        for row, item in enumerate(data.get("policies") or [])
        if (policy := _checked(_Policy, f"policies[{row}]", item, faults))
    ]
    names = [zone.curb_zone_id for zone in zones]
    faults += [
        f"curb_zone_id {name}: occurs {names.count(name)} times" for name in sorted(set(names)) if names.count(name) > 1
    ]
    if faults:
        raise SitesError(faults_message(str(path), faults))
    return zones, {policy.curb_policy_id: policy for policy in policies}


def _checked(kind: Any, where: str, item: object, faults: list[str]) -> Any:
    try:
        return kind.model_validate(item)
    except ValidationError as error:
        for fault in error.errors():
            place = ".".join([where, *map(str, fault["loc"])])
            faults.append(f"{place}: {fault['msg']}, found {fault['input']!r}"[:300])
        return None


def _loading_rules(
    policies: Sequence[_Policy], weekday: Weekday
) -> tuple[tuple[_Rule, ...], tuple[float, float]] | None:
    """Rules that let goods be loaded on a weekday and their hours [s], of the policy with the lowest priority."""
    for policy in sorted(policies, key=lambda policy: policy.priority):
        rules = tuple(rule for rule in policy.rules if rule.activity in ("loading", "unloading", "parking"))
        spans = [span for span in policy.time_spans or (_TimeSpan(),) if _is_on(span, weekday)]
        if rules and spans:
            window = read_window(f"{spans[0].time_of_day_start}-{spans[0].time_of_day_end}")
            return rules, (window.from_s, window.until_s)
    return None


def _is_on(span: _TimeSpan, weekday: Weekday) -> bool:
    return span.days_of_week is None or weekday in {_DAYS[day] for day in span.days_of_week}


def _stay_s(rules: Sequence[_Rule], params: BerthParams) -> float:
    stated = [rule.max_stay * _UNIT_MIN[rule.max_stay_unit] for rule in rules if rule.max_stay is not None]
    return 60.0 * min(stated, default=params.max_stay_min)


def _user_classes(rules: Sequence[_Rule], params: BerthParams) -> tuple[AccessClass, ...] | None:
    """Access classes that some rule admits; None where one is open to all vehicles."""
    found: list[AccessClass] = []
    for rule in rules:
        types = [name for name in rule.user_classes if name in _CLASSES]
        if not types:
            return params.user_classes
        found += [kind for name in types for kind in _CLASSES[name] if kind not in found]
    return tuple(found)


def _price(rules: Sequence[_Rule], params: BerthParams) -> float:
    for rule in rules:
        for rate in rule.rate:
            if rate.rate_unit in _UNIT_MIN:
                return rate.rate / 100.0 * 60.0 / _UNIT_MIN[rate.rate_unit]
    return params.price_cny_per_h


def write_curb_zones(berths: Sequence[LoadingBerth], network: RoadNetwork, path: str | Path) -> Path:
    """
    Write berths as curb zones, each with a policy of its own.

    Parameters
    ----------
    berths
        Loading berths.
    network
        Road network, for positions.
    path
        JSON file to write; its folder is made.
    """
    from pyproj import Transformer

    back = Transformer.from_crs(network.crs_metric, "EPSG:4326", always_xy=True)
    zones, policies = [], []
    for berth in berths:
        half_m = berth.spaces * SPACE_CM / 200.0
        corners = [(-half_m, -1.0), (half_m, -1.0), (half_m, 1.0), (-half_m, 1.0), (-half_m, -1.0)]
        ring = [list(back.transform(berth.x_m + x, berth.y_m + y)) for x, y in corners]
        policy_id = str(uuid.uuid5(_ID_SPACE, f"policy/{network.name}/{berth.berth_id}"))
        zones.append(
            {
                "curb_zone_id": str(uuid.uuid5(_ID_SPACE, f"zone/{network.name}/{berth.berth_id}")),
                "geometry": {"type": "Polygon", "coordinates": [ring]},
                "curb_policy_ids": [policy_id],
                "published_date": 0,
                "last_updated_date": 0,
                "start_date": 0,
                "name": berth.berth_id,
                "num_spaces": berth.spaces,
                "length": berth.spaces * SPACE_CM,
            }
        )
        policies.append(_policy(policy_id, berth))
    document = {"version": f"{VERSION}.0", "currency": "CNY", "data": {"zones": zones, "policies": policies}}
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)
    return path


def _policy(policy_id: str, berth: LoadingBerth) -> dict[str, Any]:
    from_s, until_s = berth.hours_s
    end = "24:00" if math.isclose(until_s, SECONDS_PER_DAY) else s_to_clock(until_s % SECONDS_PER_DAY)
    rule: dict[str, Any] = {
        "activity": "loading",
        "max_stay": round(berth.max_stay_s / 60.0),
        "max_stay_unit": "minute",
    }
    if berth.price_cny_per_h > 0.0:
        rule["rate"] = [{"rate": round(berth.price_cny_per_h * 100.0), "rate_unit": "hour"}]
    rules = [rule]
    if berth.user_classes is not None:
        named = [name for name, kinds in _CLASSES.items() if set(kinds) & set(berth.user_classes)]
        rules = [rule | {"user_classes": [name]} for name in named]
    return {
        "curb_policy_id": policy_id,
        "published_date": 0,
        "priority": 1,
        "rules": rules,
        "time_spans": [{"time_of_day_start": s_to_clock(from_s), "time_of_day_end": end}],
    }

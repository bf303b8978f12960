"""
Conditional restrictions of OpenStreetMap (`goods:conditional = no @ (Mo-Fr 07:00-09:00)`) as access rules, and back.

| tag | vehicles |
|---|---|
| `access`, `vehicle` | all |
| `motor_vehicle` | all with an engine |
| `goods` | with an engine, gross weight up to 3.5 t |
| `hgv` | with an engine, gross weight above 3.5 t |

`no` and its kin deny; `yes`, `designated` and `permissive` allow, which opens what a more general tag closes.
`delivery`, `destination` and `customers` keep out who only drives through; every vehicle here delivers, so they are
left out, with a note. Hours are read by the library `opening_hours`, and must be the same every week.

Source: wiki.openstreetmap.org/wiki/Conditional_restrictions and Key:opening_hours/specification.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from sim.contracts import AccessClass
from sim.errors import ConfigError
from sim.network import RoadNetwork
from sim.policy.access_rule import AccessRuleParams, WhenParams, WhereParams
from sim.policy.vehicles import NOMINAL_GROSS_KG, VehiclesParams
from sim.policy.zone import links_of_rule, zone_rows
from sim.units import WEEKDAYS

TAG_COLUMNS = ("link_id", "tag", "value")
"""Columns of a table of tags by link."""

_MOTOR = ("diesel", "petrol", "bev", "phev")
_GOODS_KG = 3500.0
_WHO: dict[str, dict[str, Any]] = {
    "access": {},
    "vehicle": {},
    "motor_vehicle": {"powertrain": _MOTOR},
    "goods": {"powertrain": _MOTOR, "gross_up_to_kg": _GOODS_KG},
    "hgv": {"powertrain": _MOTOR, "gross_above_kg": _GOODS_KG},
}
_DENY = frozenset({"no", "private", "permit", "agricultural", "forestry", "military", "emergency"})
_ALLOW = frozenset({"yes", "designated", "permissive"})
_FOR_DELIVERY = frozenset({"delivery", "destination", "customers", "use_sidepath", "discouraged"})
_ALL_WEEK = (("mo-su",), ("00:00-24:00",))
_WEIGHT = re.compile(r"^(?:weight|weightrating|maxweightrating)\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?)\s*(t|kg)?$")
_OTHER = re.compile(
    r"^(?:wet|snow|ice|\w+\s*(?:<=|>=|<|>|=|==)\s*\S+|disabled|delivery|destination|residents?|permit_holder|hov|stay.*)$"
)
_LATE_HOUR = re.compile(r"\b(2[4-9]|[3-9]\d):(\d\d)\b")
_WEEKS = (datetime(2024, 1, 8), datetime(2024, 4, 8), datetime(2024, 7, 8), datetime(2024, 10, 7))
"""Mondays of four seasons: hours that differ between their weeks depend on the date."""
_EPSILON_KG = 1e-3

Hours = tuple[tuple[str, ...], tuple[str, ...]]
"""Weekdays and windows."""


@dataclass(frozen=True)
class OsmRules:
    """
    Rules read from tags.

    Parameters
    ----------
    rules
        Access rules by name, on single links.
    notes
        What was left out, and why, a sentence each.
    """

    rules: dict[str, AccessRuleParams]
    notes: tuple[str, ...]


def tags_of_network(network: RoadNetwork) -> pd.DataFrame:
    """Restrictions that a network keeps from its source, columns `TAG_COLUMNS`; empty when it keeps none."""
    if "restrictions" not in network.links:
        return pd.DataFrame(columns=list(TAG_COLUMNS))
    links = network.links
    rows = [
        (link_id, tag, value)
        for link_id, text in zip(links["link_id"].tolist(), links["restrictions"].tolist(), strict=True)
        if text
        for tag, value in _document(link_id, text).items()
    ]
    return pd.DataFrame(rows, columns=list(TAG_COLUMNS))


def _document(link_id: int, text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ConfigError(f"link {link_id}: restrictions: found no JSON ({error}), expected tags and values") from error
    if not isinstance(found, dict):
        raise ConfigError(
            f"link {link_id}: restrictions: found {text[:40]!r}, expected a JSON object of tags and values"
        )
    return {str(tag): str(value) for tag, value in found.items()}


def rules_from_osm(tags: pd.DataFrame, network: RoadNetwork) -> OsmRules:
    """
    Access rules from tags of links.

    Links with the same words share a rule.

    Parameters
    ----------
    tags
        Columns `link_id, tag, value`.
    network
        Network that has the links.

    Raises
    ------
    ConfigError
        Listing every value that is not in the grammar, and every unknown link.
    """
    known = set(network.links["link_id"].tolist())
    faults = [f"link {link}: expected a link_id of {network.label}" for link in sorted(set(tags["link_id"]) - known)]
    rules: dict[str, AccessRuleParams] = {}
    notes: list[str] = []
    is_general = tags["tag"].isin([f"{name}:conditional" for name in ("access", "vehicle", "motor_vehicle")])
    restricted = set(tags.loc[is_general, "link_id"])
    for (tag, value), own in tags.groupby(["tag", "value"], sort=True):
        if ":" not in str(tag) and str(value).strip().lower() not in _DENY:
            # An open door says something only where a more general tag shuts it.
            own = own[own["link_id"].isin(restricted) & (str(value).strip().lower() in _ALLOW)]
        links = tuple(sorted(int(link) for link in set(own["link_id"])))
        if not links:
            continue
        where = f"link {links[0]}" + (f" and {len(links) - 1} more" if len(links) > 1 else "")
        name, _, rest = str(tag).partition(":")
        if name not in _WHO or rest not in ("", "conditional"):
            notes.append(f"{where}: {tag} is not read")
            continue
        try:
            clauses = _clauses(str(value)) if rest else [(str(value).strip().lower(), [])]
            for number, (word, conditions) in enumerate(clauses, start=1):
                parts = _parts(name, word, conditions, f"{where}: {tag} = {value}", notes)
                for part, (who, (days, windows)) in enumerate(parts, start=1):
                    effect = "deny" if word in _DENY else "allow"
                    rule_id = f"osm_{name}_{effect}_{links[0]}_{number}_{part}"
                    rules[rule_id] = AccessRuleParams(
                        effect=effect,
                        where=WhereParams(link_ids=links),
                        who=VehiclesParams(**who),
                        when=WhenParams(weekdays=days, windows=windows),
                    )
        except ValueError as error:
            faults.append(f"{where}: {tag} = {value}: {error}")
    if faults:
        raise ConfigError(faults)
    return OsmRules(rules, tuple(notes))


def _clauses(value: str) -> list[tuple[str, list[str]]]:
    """Words and conditions of `word @ (condition AND condition); ...`."""
    found = []
    for text in re.split(r";(?![^(]*\))", value):
        if not text.strip():
            continue
        word, at, condition = text.partition("@")
        if not at or not word.strip() or not condition.strip():
            raise ValueError(f"expected WORD @ (CONDITION), found {text.strip()!r}")
        condition = condition.strip()
        if condition.count("(") != condition.count(")"):
            raise ValueError(f"expected brackets in pairs, found {condition!r}")
        if condition.startswith("(") and condition.endswith(")"):
            condition = condition[1:-1]
        found.append((word.strip().lower(), [part.strip() for part in re.split(r"\s+AND\s+", condition)]))
    if not found:
        raise ValueError("expected WORD @ (CONDITION), found nothing")
    return found


def _parts(
    name: str, word: str, conditions: Sequence[str], where: str, notes: list[str]
) -> list[tuple[dict[str, Any], Hours]]:
    """Vehicles and hours of a clause; none where it says nothing about vans that deliver, with a note."""
    if word in _FOR_DELIVERY:
        notes.append(f"{where}: {word} keeps out through traffic alone and is left out")
        return []
    if word not in _DENY and word not in _ALLOW:
        raise ValueError(f"expected one of {', '.join(sorted(_DENY | _ALLOW | _FOR_DELIVERY))}, found {word!r}")
    who = dict(_WHO[name])
    hours: list[Hours] = [_ALL_WEEK]
    for condition in conditions:
        weight = _WEIGHT.match(condition.lower().replace(" ", ""))
        if weight is not None:
            _limit_weight(who, weight[1], float(weight[2]) * (1.0 if weight[3] == "kg" else 1000.0))
        elif _OTHER.match(condition.lower()):
            notes.append(f"{where}: condition {condition} is not modelled, so that the clause is left out")
            return []
        else:
            hours = weekly_hours(condition)
    low, high = who.get("gross_above_kg"), who.get("gross_up_to_kg")
    if low is not None and high is not None and low >= high:
        notes.append(f"{where}: is for no vehicle")
        return []
    return [(who, part) for part in hours]


def _limit_weight(who: dict[str, Any], sign: str, kg: float) -> None:
    if sign.startswith(">"):
        kg -= _EPSILON_KG if sign == ">=" else 0.0
        who["gross_above_kg"] = max(kg, who.get("gross_above_kg", 0.0))
    else:
        kg -= _EPSILON_KG if sign == "<" else 0.0
        who["gross_up_to_kg"] = min(kg, who.get("gross_up_to_kg", kg))


def weekly_hours(text: str) -> list[Hours]:
    """
    Weekdays and windows of opening hours.

    Parameters
    ----------
    text
        Opening hours as OpenStreetMap writes them.

    Raises
    ------
    ValueError
        If they are not in the grammar, run past 24:00 (`22:00-02:00` is the way across midnight), are never, or are
        not the same in every week.

    Examples
    --------
    >>> weekly_hours("Mo-Fr 07:00-08:30,17:00-19:00")
    [(('mo', 'tu', 'we', 'th', 'fr'), ('07:00-08:30', '17:00-19:00'))]
    >>> weekly_hours("Sa 22:00-02:00")
    [(('sa',), ('22:00-02:00',))]
    """
    from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]

    late = [match[0] for match in _LATE_HOUR.finditer(text) if match[0] != "24:00"]
    if late:
        raise ValueError(f"expected clock times up to 24:00, found {late[0]}")
    try:
        hours = OpeningHours(text)
    except ParserError as error:
        raise ValueError(f"expected opening hours such as Mo-Fr 07:00-09:00, found {text!r}") from error
    if re.search(r"\b(PH|SH|sunrise|sunset|dawn|dusk|week|easter)\b", text):
        raise ValueError(f"expected hours that are the same every week, found {text!r}")
    weeks = [_windows_by_day(hours, monday) for monday in _WEEKS]
    if any(week != weeks[0] for week in weeks):
        raise ValueError(f"expected hours that are the same every week, found {text!r}")
    if not any(weeks[0]):
        raise ValueError(f"expected some hours, found {text!r}, which are never")
    days_of: dict[tuple[str, ...], list[str]] = {}
    for day, windows in zip(WEEKDAYS, weeks[0], strict=True):
        if windows:
            days_of.setdefault(windows, []).append(day)
    return [(tuple(days), windows) for windows, days in days_of.items()]


def _windows_by_day(hours: Any, monday: datetime) -> list[tuple[str, ...]]:
    """Windows that begin on each day of a week; a stretch over several days is parted at its midnights."""
    from opening_hours import State

    found: list[list[str]] = [[] for _ in WEEKDAYS]
    day = timedelta(days=1)
    for begin, end, state, _ in hours.intervals(monday - day, monday + 8 * day):
        if state != State.OPEN:
            continue
        while begin < end:
            midnight = datetime(begin.year, begin.month, begin.day) + day
            is_one_night = end - begin < day and end > midnight
            until = end if is_one_night else min(end, midnight)
            if monday <= begin < monday + 7 * day:
                last = "24:00" if until == midnight else f"{until:%H:%M}"
                found[(begin - monday).days].append(f"{begin:%H:%M}-{last}")
            begin = until
    return [tuple(windows) for windows in found]


def osm_tags_of(rules: Mapping[str, AccessRuleParams], network: RoadNetwork) -> pd.DataFrame:
    """
    Access rules as tags of links, columns `TAG_COLUMNS`.

    Access classes become weights: light vehicles are those above 0.6 and up to 4.5 t.

    Raises
    ------
    ConfigError
        Listing every rule that the tags cannot say: charges, speeds, exemptions, standards, permits, credit, seasons,
        and vehicles that no tag names.
    """
    rows = zone_rows(rules, network)
    faults: list[str] = []
    clauses: dict[tuple[int, str], list[str]] = {}
    link_id = network.links["link_id"].to_numpy()
    for rule_id, rule in sorted(rules.items(), key=lambda entry: entry[1].effect == "allow"):
        try:
            tag, clause = _tag_of(rule)
        except ValueError as error:
            faults.append(f"policy.rules.{rule_id}: tags of OpenStreetMap cannot say {error}")
            continue
        for link in link_id[links_of_rule(rule, network, rows[rule_id])].tolist():
            clauses.setdefault((int(link), tag), []).append(clause)
    if faults:
        raise ConfigError(faults)
    table = [(link, f"{tag}:conditional", "; ".join(own)) for (link, tag), own in sorted(clauses.items())]
    return pd.DataFrame(table, columns=list(TAG_COLUMNS))


def _tag_of(rule: AccessRuleParams) -> tuple[str, str]:
    """Tag and clause of a rule; ValueError with what it cannot say."""
    if rule.effect not in ("deny", "allow"):
        raise ValueError(f"effect {rule.effect}")
    if rule.exempt is not None:
        raise ValueError("an exemption")
    if rule.when.seasons:
        raise ValueError("seasons")
    asked = rule.who.model_dump(exclude_none=True)
    above, up_to = asked.pop("gross_above_kg", None), asked.pop("gross_up_to_kg", None)
    powertrain = asked.pop("powertrain", None)
    if "access_class" in asked and above is None and up_to is None:
        above, up_to = _weights_of(asked.pop("access_class"))
    if asked or (powertrain is not None and set(powertrain) != set(_MOTOR)):
        raise ValueError(f"who: {', '.join(sorted(asked)) or 'powertrain'}")
    tag = "vehicle" if powertrain is None else "motor_vehicle"
    if tag == "motor_vehicle" and above == _GOODS_KG:
        tag, above = "hgv", None
    elif tag == "motor_vehicle" and up_to == _GOODS_KG:
        tag, up_to = "goods", None
    conditions = [_hours_text(rule.when)]
    conditions += [f"weight>{above / 1000.0:g}"] if above is not None else []
    conditions += [f"weight<={up_to / 1000.0:g}"] if up_to is not None else []
    return tag, f"{'no' if rule.effect == 'deny' else 'yes'} @ ({' AND '.join(conditions)})"


def _weights_of(classes: Sequence[AccessClass]) -> tuple[float | None, float | None]:
    """Weights between which access classes lie [kg], for vehicles as heavy as their class says."""
    order = list(NOMINAL_GROSS_KG)
    places = sorted(order.index(name) for name in classes)
    if places != list(range(places[0], places[-1] + 1)):
        raise ValueError(f"who: access_class {', '.join(classes)}, which are no range of weights")
    above = NOMINAL_GROSS_KG[order[places[0] - 1]] if places[0] > 0 else None
    return above, NOMINAL_GROSS_KG[order[places[-1]]] if places[-1] + 1 < len(order) else None


def _hours_text(when: WhenParams) -> str:
    """
    Opening hours of a rule.

    Days of one window each: a window across midnight belongs to the day on which it begins, as in the rules.
    """
    days = ",".join(day.capitalize() for day in when.days())
    return f"{days} {','.join(text.replace(' ', '') for text in when.windows)}"

"""The page of notices: what scenarios close, where and when, and what changes on which day to come."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import yaml

from sim.app.workspace import NAME
from sim.config.scenarios import read_scenario
from sim.errors import InputError
from sim.resources import find_resource, resource_names

_SPEAK_FOR_THEMSELVES = ("access_class", "powertrain", "zone_roles", "zone_ids", "road_classes")
"""Keys whose values say what they are."""

_SPAN = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.\.(\d{4}-\d{2}-\d{2}))?")


def notices() -> list[dict[str, Any]]:
    """
    What each scenario closes when, in its own words; scenarios and policies are read as files, not composed.

    Returns
    -------
    list[dict[str, Any]]
        A row a rule: `scenario`, `description`, `rule`, `effect`, `where`, `who`, `exempt`, `days`, `windows`,
        `seasons`.
    """
    rows = []
    for name in resource_names("configs", "scenario"):
        try:
            about = read_scenario(name)
        except InputError:
            continue
        policies = [text.partition("=")[2] for text in about.overrides if text.startswith("policy=")]
        for rule_id, rule in _rules_in_file(policies[-1]).items() if policies else ():
            when = rule.get("when") or {}
            rows.append(
                {
                    "scenario": name,
                    "description": about.description,
                    "rule": rule_id,
                    "effect": rule.get("effect", ""),
                    "where": _joined(rule.get("where")),
                    "who": _joined(rule.get("who")),
                    "exempt": _joined(rule.get("exempt")),
                    "days": ", ".join(_list(when.get("weekdays"))),
                    "windows": ", ".join(_list(when.get("windows"))),
                    "seasons": ", ".join(_list(when.get("seasons"))),
                }
            )
    return rows


def _rules_in_file(policy: str) -> dict[str, dict[str, Any]]:
    path = find_resource("configs", f"policy/{policy}.yaml") if NAME.fullmatch(policy) else None
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) if path is not None else None
    except (OSError, yaml.YAMLError):
        content = None
    rules = content.get("rules") if isinstance(content, dict) else None
    return (
        {str(name): rule for name, rule in rules.items() if isinstance(rule, dict)} if isinstance(rules, dict) else {}
    )


def _joined(values: Any) -> str:
    """Values of a mapping in words; those that do not speak for themselves with their key before them."""
    if not isinstance(values, dict):
        return ""
    parts = []
    for key, value in values.items():
        words = _list(value)
        plain = key in _SPEAK_FOR_THEMSELVES
        parts += words if plain else [f"{str(key).replace('_', ' ')} {' '.join(words)}"] if words else []
    return ", ".join(parts)


def _list(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else [] if value is None else [str(value)]


def changes_to_come(rows: list[dict[str, Any]], today: date) -> list[dict[str, Any]]:
    """
    Days after today on which a rule with dates begins or ends, the nearest first.

    Parameters
    ----------
    rows
        From `notices`.
    today
        Today.

    Returns
    -------
    list[dict[str, Any]]
        `date`, `begins` (or ends the day before), `scenario`, `rule`, `effect`, `where`.
    """
    found = []
    for row in rows:
        for text in filter(None, row["seasons"].split(", ")):
            span = _SPAN.fullmatch(text)
            if span is None:
                continue
            try:
                first, last = date.fromisoformat(span[1]), date.fromisoformat(span[2] or span[1])
            except ValueError:
                continue
            about = {key: row[key] for key in ("scenario", "rule", "effect", "where")}
            ends = last + timedelta(days=1)
            found += [
                {"date": day.isoformat(), "begins": begins, **about}
                for day, begins in ((first, True), (ends, False))
                if day > today
            ]
    return sorted(found, key=lambda one: (one["date"], one["scenario"], one["rule"]))

"""
What the run took for granted: each number of its configuration, and how well it is backed.

The words beside a number in `configs/` say where it comes from; "Assumption" says that no source backs it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from sim.resources import find_resource
from sim.view.run_folder import RunFolder

GROUPS = (
    "demand",
    "fleet",
    "berths",
    "charging",
    "traffic",
    "energy",
    "service",
    "planning",
    "cost",
    "joint",
    "sharing",
    "stations",
)
_SOURCE = re.compile(r"source|\b(?:19|20)\d\d\b|et al|GB/T|regulation|notice|handbook|manufacturer", re.IGNORECASE)
"""Words that name where a number comes from."""


def assumptions(run: RunFolder) -> list[dict[str, Any]]:
    """
    Numbers of the run's configuration: key, value, words beside it, and confidence.

    `confidence` is `assumption` where the words say so, `source` where they name one, `described` where they name none,
    `none` where there are no words, and `changed` where the value is not that of the file the words stand in.
    """
    rows = []
    for group in GROUPS:
        settings = run.config.get(group)
        if not isinstance(settings, dict):
            continue
        words = _words_of_group(group)
        for key, value in _leaves(settings, group):
            if isinstance(value, bool) or not isinstance(value, int | float):
                continue
            written, comment = words.get(key, (None, ""))
            rows.append(
                {"key": key, "value": value, "note": comment, "confidence": _confidence(value, written, comment)}
            )
    return rows


def _confidence(value: float, written: Any, comment: str) -> str:
    if written is not None and written != value:
        return "changed"
    if not comment:
        return "none"
    if re.search(r"\bassum", comment, re.IGNORECASE):
        return "assumption"
    return "source" if _SOURCE.search(comment) else "described"


def _leaves(settings: Any, key: str) -> list[tuple[str, Any]]:
    if isinstance(settings, dict):
        return [leaf for name, value in settings.items() for leaf in _leaves(value, f"{key}.{name}")]
    if isinstance(settings, list):
        return []
    return [(key, settings)]


def _words_of_group(group: str) -> dict[str, tuple[Any, str]]:
    """Value and comment of each key of a group, from its option `default`, or the first of the options that has it."""
    found: dict[str, tuple[Any, str]] = {}
    for option in ("default", "cars", "none"):
        path = find_resource("configs", f"{group}/{option}.yaml")
        if path is not None:
            for key, words in _commented(path, group).items():
                found.setdefault(key, words)
    return found


def _commented(path: Path, group: str) -> dict[str, tuple[Any, str]]:
    """Keys of a plain YAML file with the comment on their line or, failing that, the lines right above."""
    found: dict[str, tuple[Any, str]] = {}
    parents: list[tuple[int, str]] = []
    above: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.lstrip().startswith("#"):
            above.append(line.strip("# "))
            continue
        match = re.match(r"^(\s*)([A-Za-z_][\w.-]*):\s*([^#]*?)\s*(?:#\s*(.*))?$", line)
        if match is None:
            above = []
            continue
        indent, name, text, comment = len(match[1]), match[2], match[3], match[4] or ""
        while parents and parents[-1][0] >= indent:
            parents.pop()
        parents.append((indent, name))
        if text:
            try:
                value = yaml.safe_load(text)
            except yaml.YAMLError:
                value = None
            found[".".join([group, *(key for _, key in parents)])] = (value, comment or " ".join(above))
        above = []
    return found

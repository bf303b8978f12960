"""
The YAML file of a study or search: read whole, keys given twice refused, and every fault of its content told.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

_KINDS = {"bool", "int", "float", "str"}
"""Ends of the places of the faults that a level has, one for each kind that it might have been."""

_TOLD_FAULTS = {
    "extra_forbidden": "unknown key",
    "missing": "expected, found nothing",
    "model_type": "expected KEY: VALUE lines",
    "dict_type": "expected KEY: VALUE lines",
    "tuple_type": "expected a list",
}


class _OnceOnly(yaml.SafeLoader):
    """Keeps the keys that a mapping gives twice, of which YAML would take the last without a word."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.repeated: list[str] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[tuple[str, str]] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
                continue
            if (key.tag, key.value) in seen:
                self.repeated.append(f"line {key.start_mark.line + 1}: the key {key.value!r} is there already")
            seen.add((key.tag, key.value))
        return super().construct_mapping(node, deep)


def read_asked(path: Path) -> tuple[Any, list[str]]:
    """
    Content of a YAML file, and its faults; where there are any, the content is None.

    Parameters
    ----------
    path
        The file.
    """
    try:
        loader = _OnceOnly(path.read_text(encoding="utf-8"))
        content = loader.get_single_data()
    except RecursionError:
        return None, [f"{path}: not valid YAML: lists too deep to read"]
    except (OSError, yaml.YAMLError, ValueError) as error:  # a date or number that is none is a ValueError
        return None, [f"{path}: not valid YAML: {' '.join(str(error).split())}"]
    faults = [f"{path}: {fault}" for fault in loader.repeated]
    return (None if faults else content), faults


def content_faults(path: Path, error: ValidationError, whole: str) -> list[str]:
    """
    A line for each fault of the content of a file.

    Parameters
    ----------
    path
        The file.
    error
        What pydantic found. A validator of this project tells several faults on lines of their own.
    whole
        What the file is called where a fault belongs to no key.
    """
    told: dict[str, None] = {}
    for entry in error.errors():
        place = list(entry["loc"])
        is_level = (bool(place) and place[-1] in _KINDS and "levels" in place) or place[:1] == ["base"]
        if is_level:
            place = place[:-1] if place[-1] in _KINDS else place
        where = ".".join(map(str, place)) or whole
        if is_level:
            told[f"{path}: {where}: expected a number, a text, or true or false, found {entry['input']!r}"] = None
            continue
        for line in _message(entry).splitlines():
            told[f"{path}: {where}: {line}"] = None
    return list(told)


def _message(entry: Mapping[str, Any]) -> str:
    if entry["type"] == "value_error":
        return str(entry["msg"]).removeprefix("Value error, ")
    text = _TOLD_FAULTS.get(entry["type"], str(entry["msg"]))
    found = entry["input"]
    is_short = found is None or isinstance(found, bool | int | float | str)
    return f"{text}, found {found!r}" if is_short and entry["type"] not in ("extra_forbidden", "missing") else text

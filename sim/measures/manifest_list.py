"""
Manifests of the runs of a study in one small file: what all runs share stands once, on its first line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.errors import ResultsError

_SHARED = "shared_by_all"


def manifest_lines(manifests: Sequence[Mapping[str, Any]]) -> str:
    """
    Content of `manifests.jsonl`: a line with what all manifests share, then a line for each with its own.

    Parameters
    ----------
    manifests
        Manifests of runs, each with its `run_id`.
    """
    if len(manifests) < 2:
        return _lines(manifests)
    shared = _shared(manifests)
    return _lines([{_SHARED: shared}, *(_without(manifest, shared) for manifest in manifests)])


def _lines(entries: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n" for entry in entries)


def _shared(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What stands in all entries, mappings entered."""
    first, others = entries[0], entries[1:]
    found: dict[str, Any] = {}
    for key, value in first.items():
        if not all(key in other for other in others):
            continue
        if isinstance(value, Mapping) and all(isinstance(other[key], Mapping) for other in others):
            found[key] = _shared([entry[key] for entry in entries])
        elif all(_text(other[key]) == _text(value) for other in others):
            found[key] = value
    return found


def _text(value: Any) -> str:
    """Text of a value: 1, 1.0 and true are three values."""
    return json.dumps(value, sort_keys=True)


def _without(entry: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    own: dict[str, Any] = {}
    for key, value in entry.items():
        if key not in shared:
            own[key] = value
        elif isinstance(value, Mapping) and (rest := _without(value, shared[key])):
            own[key] = rest
    return own


def _joined(shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    both = {**shared, **own}
    for key in shared:
        if isinstance(shared[key], Mapping):
            both[key] = _joined(shared[key], own.get(key, {}))
    return both


def read_manifest_lines(path: Path) -> dict[str, dict[str, Any]]:
    """
    Manifest of each run by its run_id, from `manifests.jsonl`.

    Raises
    ------
    ResultsError
        If the file is missing, or naming every line that is no manifest.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ResultsError(f"{path}: expected the manifests of a study, found {error}") from error
    shared: dict[str, Any] = {}
    found, faults = {}, []
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
            if number == 1 and _SHARED in entry:
                shared = dict(entry[_SHARED])
            else:
                found[str(entry["run_id"])] = _joined(shared, entry)
        except (ValueError, KeyError, TypeError, AttributeError):
            faults.append(f"{path}: line {number}: expected the manifest of a run")
    if faults:
        raise ResultsError(faults)
    return found

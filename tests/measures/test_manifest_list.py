"""Manifests of a study in one file: nothing is lost, and what all share is written once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ResultsError
from sim.measures.manifest_list import manifest_lines, read_manifest_lines

CONTENT: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["a", "张店"]) | st.floats(0, 2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(contents=st.lists(st.dictionaries(st.sampled_from("abc"), CONTENT, max_size=3), min_size=1, max_size=4))
def test_every_manifest_comes_back(contents: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever they share or not, mappings empty or nested, numbers whole or not."""
    manifests = [{"run_id": str(place)} | content for place, content in enumerate(contents)]
    path = tmp_path_factory.getbasetemp() / "manifests.jsonl"
    path.write_text(manifest_lines(manifests), encoding="utf-8")
    found = list(read_manifest_lines(path).values())
    assert json.dumps(found, sort_keys=True) == json.dumps(manifests, sort_keys=True)


def test_what_all_share_stands_once() -> None:
    """Three runs that differ by seed and one setting: the other setting is written once, on the first line."""
    runs = [{"run_id": f"r{n}", "seed": n, "config": {"share": n / 2, "year": 2022}} for n in range(3)]
    lines = manifest_lines(runs).splitlines()
    assert len(lines) == 4
    assert lines[0] == '{"shared_by_all": {"config": {"year": 2022}}}'
    assert lines[2] == '{"config": {"share": 0.5}, "run_id": "r1", "seed": 1}'


def test_damaged_lines_are_all_told(tmp_path: Path) -> None:
    """The lines that are no manifests, by number; a missing file too."""
    path = tmp_path / "manifests.jsonl"
    path.write_text('{"run_id": "a"}\n{\n[]\n', encoding="utf-8")
    with pytest.raises(ResultsError) as told:
        read_manifest_lines(path)
    assert [fault.split(": ")[1] for fault in told.value.faults] == ["line 2", "line 3"]
    with pytest.raises(ResultsError, match="expected the manifests"):
        read_manifest_lines(tmp_path / "none.jsonl")

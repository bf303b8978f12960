"""
Links from ways: from crossing to crossing, with the nodes between them as shape, signals kept as nodes.

A signal often stands away from the crossing it belongs to, on a node in the middle of a street; to drop it would
drop nine signals of ten. Every node with a signal therefore ends a link.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from sim.contracts import FloatArray
from sim.network.osm_reader import OsmData
from sim.network.osm_tags import WayTags
from sim.network.projection import COORDINATE_DECIMALS, line_length_m
from sim.network.streets import Streets

Step = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Section:
    """One step between neighbouring nodes of a way."""

    tags: WayTags
    is_forward: bool
    length_m: float

    @property
    def restrictions(self) -> str:
        """Restrictions in the direction of the step, as JSON."""
        return self.tags.restrictions_forward if self.is_forward else self.tags.restrictions_backward


def streets_of(data: OsmData) -> Streets:
    """
    Directed links between crossings, dead ends and signals.

    The class and name of a link are those of its longest part, its speed is the harmonic mean and its number of
    lanes the mean by length, to the nearest whole lane.
    """
    sections = _sections(data)
    ends = _link_ends(sections, data.signals)
    rows = [_link(way, sections, data) for way in _chains(sections, ends)]
    columns = ("from_node_id", "to_node_id", "road_class", "name", "lanes", "free_speed_mps", "is_signalised", "line")
    links = pd.DataFrame(rows, columns=[*columns, "restrictions"])
    if not links["restrictions"].any():
        del links["restrictions"]
    links["length_m"] = np.nan
    links["geometry"] = links.pop("line")
    used = sorted(set(links["from_node_id"]) | set(links["to_node_id"]))
    position = np.array([data.position[node] for node in used]).reshape(-1, 2).round(COORDINATE_DECIMALS)
    nodes = pd.DataFrame(
        {
            "node_id": np.array(used, dtype=np.int64),
            "lon": position[:, 0],
            "lat": position[:, 1],
            "is_signal": [node in data.signals for node in used],
        }
    )
    return Streets(nodes, links)


def _sections(data: OsmData) -> dict[Step, _Section]:
    import shapely

    steps: list[tuple[int, int, WayTags]] = [
        (start, end, tags) for tags, run in data.ways for start, end in pairwise(run)
    ]
    ends = np.array([(data.position[a], data.position[b]) for a, b, _ in steps]).reshape(-1, 2, 2)
    lines: Any = shapely.linestrings(ends)
    lengths = line_length_m(lines)
    sections: dict[Step, _Section] = {}
    for (start, end, tags), length_m in zip(steps, lengths, strict=True):
        if tags.is_forward:
            sections.setdefault((start, end), _Section(tags, True, float(length_m)))
        if tags.is_backward:
            sections.setdefault((end, start), _Section(tags, False, float(length_m)))
    return sections


def _link_ends(sections: dict[Step, _Section], signals: Iterable[int]) -> set[int]:
    """Nodes at which links end: signals and all that do not simply continue one street."""
    after: dict[int, set[int]] = {}
    before: dict[int, set[int]] = {}
    for start, end in sections:
        after.setdefault(start, set()).add(end)
        before.setdefault(end, set()).add(start)
    ends = set(signals) & (after.keys() | before.keys())
    ends |= _changes_of_restrictions(sections, before)
    for node in after.keys() | before.keys():
        out, into = after.get(node, set()), before.get(node, set())
        goes_on_one_way = len(out) == 1 and len(into) == 1 and out != into
        goes_on_both_ways = len(out) == 2 and out == into
        if not (goes_on_one_way or goes_on_both_ways):
            ends.add(node)
    return ends


def _changes_of_restrictions(sections: dict[Step, _Section], before: dict[int, set[int]]) -> set[int]:
    """Nodes where a street goes on under other restrictions."""
    return {
        start
        for (start, end), section in sections.items()
        for earlier in before.get(start, ())
        if earlier != end and sections[earlier, start].restrictions != section.restrictions
    }


def _chains(sections: dict[Step, _Section], ends: set[int]) -> list[list[int]]:
    """Nodes of each link in driving order."""
    after: dict[int, list[int]] = {}
    for start, end in sections:
        after.setdefault(start, []).append(end)
    left = set(sections)
    chains: list[list[int]] = []

    def follow(start: int, end: int) -> list[int]:
        chain = [start, end]
        left.discard((start, end))
        while chain[-1] not in ends and chain[-1] != start:
            ahead = [node for node in after[chain[-1]] if node != chain[-2]]
            chain.append(ahead[0])
            left.discard((chain[-2], chain[-1]))
        return chain

    for start in sorted(ends):
        chains += [follow(start, end) for end in sorted(after.get(start, ()))]
    while left:  # closed rings without any crossing
        chains.append(follow(*min(left)))
    return chains


def _link(chain: list[int], sections: dict[Step, _Section], data: OsmData) -> tuple[object, ...]:
    import shapely

    parts = [sections[step] for step in pairwise(chain)]
    length = np.array([part.length_m for part in parts])
    longest = parts[int(length.argmax())].tags
    lanes = [part.tags.lanes_forward if part.is_forward else part.tags.lanes_backward for part in parts]
    speeds = [part.tags.free_speed_mps for part in parts]
    faces = data.signals.get(chain[-1])
    is_signalised = faces is not None and faces != ("backward" if parts[-1].is_forward else "forward")
    line = shapely.linestrings(np.round([data.position[node] for node in chain], COORDINATE_DECIMALS))
    return (
        chain[0],
        chain[-1],
        longest.road_class,
        longest.name,
        np.nan if not (mean := _mean(lanes, length)) else float(max(1, round(mean))),
        np.nan if not (pace := _mean([1.0 / v if v else None for v in speeds], length)) else 1.0 / pace,
        is_signalised,
        line,
        parts[0].restrictions,
    )


def _mean(values: list[float | None], weights: FloatArray) -> float | None:
    """Mean by weight of the values that are known."""
    known = [(value, max(weight, 1e-6)) for value, weight in zip(values, weights, strict=True) if value is not None]
    return sum(v * w for v, w in known) / sum(w for _, w in known) if known else None

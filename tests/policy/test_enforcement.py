"""Enforcement by hand: what a trip through closed streets risks, and what it is fined."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from sim.contracts import LinkClosures
from sim.policy.enforcement import ClosedStretch, Enforcement, EnforcementParams, closed_stretch
from sim.random_streams import RandomStreams

HOUR_US = 3600 * 10**6


def _enforcement(seed: int = 1, **values: Any) -> Enforcement:
    neutral: dict[str, Any] = {
        "fence_detection": 0.0,
        "camera_links": (),
        "camera_share": 0.0,
        "camera_detection": 0.0,
        "patrols_per_h": 0.0,
        "fine_cny": 200.0,
        "fine_by_rule": {},
    }
    streams = RandomStreams(seed)
    return Enforcement(EnforcementParams(**neutral | values), streams.keyed("a"), streams.keyed("b"))


def _stretch(*links: int, from_outside: Sequence[bool] = (), hours: float = 0.0) -> ClosedStretch:
    outside = np.array(from_outside or [row == 0 for row in range(len(links))])
    time_us = np.full(len(links), round(hours * HOUR_US), dtype=np.int64)
    return ClosedStretch(np.array(links, dtype=np.int32), 10**6 * np.arange(len(links)), time_us, outside)


def test_fence_and_camera_are_independent_chances() -> None:
    """One entry past a fence of 0.3 and one camera of 0.9 on the second link: 1 - 0.7 x 0.1 = 0.93."""
    enforcement = _enforcement(fence_detection=0.3, camera_links=(5,), camera_detection=0.9)
    assert enforcement.detection_probability(_stretch(4, 5)) == pytest.approx(0.93)
    assert enforcement.detection_probability(_stretch(4, 6)) == pytest.approx(0.3)


def test_a_fence_sees_each_entry_from_outside_once() -> None:
    """Three links of one stretch are one entry; leaving and coming back are two: 1 - 0.7^2 = 0.51."""
    enforcement = _enforcement(fence_detection=0.3)
    assert enforcement.detection_probability(_stretch(1, 2, 3)) == pytest.approx(0.3)
    assert enforcement.detection_probability(_stretch(1, 2, 3, from_outside=[True, False, True])) == pytest.approx(0.51)


def test_patrols_meet_a_van_by_the_time_it_is_there() -> None:
    """Two patrols an hour and half an hour on closed links: 1 - exp(-1)."""
    enforcement = _enforcement(patrols_per_h=2.0)
    found = enforcement.detection_probability(_stretch(1, 2, hours=0.25))
    assert found == pytest.approx(1.0 - math.exp(-1.0))


def test_perceived_detection_scales_each_chance() -> None:
    """Half of 0.4 at each of two entries: 1 - 0.8^2; twice 0.6 is certain."""
    two = _stretch(1, 2, from_outside=[True, True])
    assert _enforcement(fence_detection=0.4).detection_probability(two, perceived=0.5) == pytest.approx(0.36)
    assert _enforcement(fence_detection=0.6).detection_probability(two, perceived=2.0) == 1.0


def test_a_trip_is_fined_once_for_each_rule() -> None:
    """Seen at each of three links by cameras; two rules with fines of their own: 200 and 50 CNY, at the first link."""
    enforcement = _enforcement(camera_links=(1, 2, 3), camera_detection=1.0, fine_by_rule={"night": 50.0})
    rows = enforcement.violations("van", 7, _stretch(1, 2, 3), lambda link, time_us: ["peak", "night"])
    assert [row.fine_cny for row in rows] == [200.0, 50.0, 0.0, 0.0, 0.0, 0.0]
    assert all(row.detected for row in rows)
    assert [row.link_id for row in rows] == [1, 1, 2, 2, 3, 3]


def test_nobody_is_seen_where_nobody_looks() -> None:
    """Every chance 0: rows, none detected, none fined."""
    rows = _enforcement().violations("van", 7, _stretch(1, 2), lambda link, time_us: ["peak"])
    assert [(row.detected, row.fine_cny) for row in rows] == [(False, 0.0)] * 2


def test_share_of_trips_seen_is_the_probability() -> None:
    """4,000 trips past a fence of 0.3: within four standard errors of 0.3."""
    enforcement = _enforcement(fence_detection=0.3)
    seen = sum(enforcement.violations("v", trip, _stretch(1), lambda *_: ["peak"])[0].detected for trip in range(4000))
    assert abs(seen / 4000 - 0.3) < 4.0 * math.sqrt(0.3 * 0.7 / 4000)


def test_cameras_stand_on_their_share_of_links() -> None:
    """A share of 0.2 of 5,000 links, always the same ones for a seed, and those that are named."""
    enforcement = _enforcement(camera_share=0.2, camera_links=(3,))
    have = [enforcement.has_camera(link) for link in range(5000)]
    assert have[3]
    assert abs(sum(have) / 5000 - 0.2) < 4.0 * math.sqrt(0.2 * 0.8 / 5000)
    assert have == [_enforcement(camera_share=0.2, camera_links=(3,)).has_camera(link) for link in range(5000)]


def test_closed_stretch_holds_the_closed_links_alone() -> None:
    """Links 1 and 3 of 0-1-2-3 are closed from 10 s to 30 s; 1 is entered at 10 s, 3 at 30 s, when it is open again."""
    closures = LinkClosures(np.array([0, 0, 1, 1, 2]), np.array([10**7, 10**7]), np.array([3 * 10**7, 3 * 10**7]))
    route, enter_us = np.arange(4, dtype=np.int32), 10**7 * np.arange(4)
    found = closed_stretch(route, enter_us, enter_us + 10**7, closures)
    assert found.link.tolist() == [1]
    assert found.is_from_outside.tolist() == [True]
    assert found.time_us.tolist() == [10**7]

"""Time in which links are blocked, by bin."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.events import LinkBlocked
from sim.measures.blocked_links import blocked_time

STAYS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 4000), st.integers(0, 2000)).map(
        lambda x: LinkBlocked(x[0], float(x[1]), float(x[1] + x[2]))
    ),
    max_size=12,
)


def test_two_vans_side_by_side_block_the_link_once() -> None:
    """100-400 s and 300-500 s on one link are 400 s, not 500."""
    stays = [LinkBlocked(1, 300.0, 500.0), LinkBlocked(1, 100.0, 400.0), LinkBlocked(2, 0.0, 10.0)]
    assert blocked_time(stays, 900.0) == {(1, 0): 400.0, (2, 0): 10.0}


def test_a_long_stay_fills_its_bins() -> None:
    """From 800 to 2000 s with bins of 900 s: 100, 900 and 200 s."""
    assert blocked_time([LinkBlocked(5, 800.0, 2000.0)], 900.0) == {(5, 0): 100.0, (5, 1): 900.0, (5, 2): 200.0}


@given(STAYS)
@settings(max_examples=150, deadline=None)
def test_seconds_counted_one_by_one_agree(stays: list[LinkBlocked]) -> None:
    """For whole seconds the result is the number of distinct (link, second) pairs, and no bin exceeds its width."""
    seconds = {(stay.link_id, s) for stay in stays for s in range(int(stay.from_s), int(stay.until_s))}
    by_bin = blocked_time(stays, 600.0)
    assert sum(by_bin.values()) == pytest.approx(len(seconds))
    assert all(0.0 < blocked_s <= 600.0 for blocked_s in by_bin.values())

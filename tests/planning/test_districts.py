"""Districts of near drops, and the vans they get."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.planning.districts import share_out_vans, split_by_geography


@given(st.integers(0, 400), st.integers(5, 100), st.integers(0, 5))
def test_districts_cover_every_drop_once_and_are_balanced(n: int, largest: int, seed: int) -> None:
    """A partition; no district exceeds the limit by more than rounding."""
    xy = np.random.default_rng(seed).uniform(0.0, 1000.0, (n, 2))
    groups = split_by_geography(xy, largest)
    rows = np.sort(np.concatenate(groups)) if groups else np.zeros(0, dtype=int)
    assert rows.tolist() == list(range(n))
    assert all(len(group) <= largest + 2 for group in groups)


def test_two_clusters_are_told_apart() -> None:
    """Drops of two villages end up in two districts."""
    xy = np.array([[0.0, 0.0], [9000.0, 0.0], [10.0, 5.0], [9010.0, 3.0]])
    assert [group.tolist() for group in split_by_geography(xy, 2)] == [[0, 2], [1, 3]]


@given(
    st.lists(st.tuples(st.integers(1, 100), st.floats(0.0, 1.0)), min_size=1, max_size=10),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_all_vans_are_shared_out(work: list[tuple[int, float]], free: int, other: int) -> None:
    """Neither sort loses or gains a van."""
    total = np.array([w for w, _ in work], dtype=float)
    restricted = np.array([w * share for w, share in work])
    n_free, n_other = share_out_vans(total, restricted, free_vans=free, other_vans=other)
    assert n_free.sum() == free
    assert n_other.sum() == other
    assert (n_free >= 0).all() and (n_other >= 0).all()


def test_vans_that_may_enter_go_where_others_may_not() -> None:
    """Of two equal districts, the closed one gets the electric vans."""
    free, other = share_out_vans(np.array([40.0, 40.0]), np.array([40.0, 0.0]), free_vans=2, other_vans=2)
    assert free.tolist() == [2, 0]
    assert other.tolist() == [0, 2]

"""Districts of near drops, and the vans they get."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.planning.districts import share_out_vans, split_by_geography, vans_by_district


@given(st.integers(0, 400), st.lists(st.integers(1, 9), min_size=1, max_size=9), st.integers(0, 5))
def test_districts_cover_every_drop_once_in_proportion_to_vans(n: int, vans: list[int], seed: int) -> None:
    """A partition; drops a van differ between districts by rounding alone."""
    xy = np.random.default_rng(seed).uniform(0.0, 1000.0, (n, 2))
    groups = split_by_geography(xy, vans)
    assert np.sort(np.concatenate(groups)).tolist() == list(range(n))
    exact = [n * count / sum(vans) for count in vans]
    assert all(abs(len(group) - want) <= 2.0 for group, want in zip(groups, exact, strict=True))


def test_two_clusters_are_told_apart() -> None:
    """Drops of two villages end up in two districts."""
    xy = np.array([[0.0, 0.0], [9000.0, 0.0], [10.0, 5.0], [9010.0, 3.0]])
    assert [group.tolist() for group in split_by_geography(xy, [1, 1])] == [[0, 2], [1, 3]]


@given(st.integers(0, 2000), st.integers(1, 60), st.integers(5, 100))
def test_every_district_has_a_van_and_is_small_if_vans_allow(drops: int, vans: int, largest: int) -> None:
    """As many districts as their size asks for, but none without a van."""
    counts = vans_by_district(drops, vans, largest)
    assert counts.sum() == vans
    assert counts.min() >= 1
    assert len(counts) == max(1, min(vans, -(-drops // largest)))


@given(st.lists(st.tuples(st.integers(1, 20), st.floats(0.0, 1.0)), min_size=1, max_size=10), st.floats(0.0, 1.0))
def test_every_district_keeps_its_number_of_vans(work: list[tuple[int, float]], free_share: float) -> None:
    """Free and other vans add up district by district, and to the totals."""
    vans = np.array([count for count, _ in work])
    free_vans = int(free_share * vans.sum())
    free, other = share_out_vans(vans, np.array([share for _, share in work]), free_vans=free_vans)
    assert (free + other == vans).all()
    assert (free >= 0).all() and (other >= 0).all()
    assert free.sum() == free_vans


def test_vans_that_may_enter_go_where_others_may_not() -> None:
    """Of two equal districts, the closed one gets the electric vans."""
    free, other = share_out_vans(np.array([2, 2]), np.array([1.0, 0.0]), free_vans=2)
    assert free.tolist() == [2, 0]
    assert other.tolist() == [0, 2]

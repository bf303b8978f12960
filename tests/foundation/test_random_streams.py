"""Draws belong to a decision and an entity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.errors import DuplicateStreamError
from sim.random_streams import KeyedStream, RandomStreams


def test_one_decision_draws_the_same_in_every_run_of_a_seed() -> None:
    """Equal seed and name give equal draws; another seed or name gives others."""
    first = RandomStreams(7).generator("demand.orders").random(5)
    again = RandomStreams(7).generator("demand.orders").random(5)
    assert (first == again).all()
    assert not (first == RandomStreams(8).generator("demand.orders").random(5)).any()
    assert not (first == RandomStreams(7).generator("demand.shops").random(5)).any()


def test_seed_zero_is_a_seed() -> None:
    """Seed 0 is not taken for a missing seed."""
    assert (RandomStreams(0).generator("a").random(3) == RandomStreams(0).generator("a").random(3)).all()


def test_a_name_can_be_taken_once() -> None:
    """Two decisions cannot share a stream, whatever its kind."""
    streams = RandomStreams(1)
    streams.keyed("stop.service")
    with pytest.raises(DuplicateStreamError, match=r"stop\.service"):
        streams.generator("stop.service")


def test_negative_seed_is_refused() -> None:
    """The message shows the seed."""
    with pytest.raises(ValueError, match="-3"):
        RandomStreams(-3)


@given(entities=st.lists(st.integers(0, 2**62), min_size=1, max_size=20, unique=True), seed=st.integers(0, 2**40))
def test_an_entity_draws_the_same_whoever_else_draws(entities: list[int], seed: int) -> None:
    """Draws of an entity do not depend on the entities drawn with it or on their order."""
    stream = KeyedStream(seed, "x")
    together = stream.uniform(np.array(entities))
    alone = [stream.uniform_one(entity) for entity in entities]
    assert together.tolist() == alone
    assert all(0.0 < value < 1.0 for value in alone)


def test_keyed_draws_are_uniform_and_independent() -> None:
    """Kolmogorov-Smirnov and correlation over neighbouring entities, draws and decisions."""
    entities = np.arange(20_000)
    stream = KeyedStream(3, "x")
    first, second = stream.uniform(entities, 0), stream.uniform(entities, 1)
    assert stats.kstest(first, "uniform").pvalue > 1e-3
    for left, right in [
        (first, second),
        (first[:-1], first[1:]),
        (first, KeyedStream(3, "y").uniform(entities)),
        (first, KeyedStream(4, "x").uniform(entities)),
    ]:
        assert abs(np.corrcoef(left, right)[0, 1]) < 0.03

"""
Random streams named after decisions and keyed by entity: the only place that builds generators.

Two policies are compared on the same day only if shipment 17 has the same weight, the same service
time and the same lucky or unlucky draws in both. So no two decisions share a stream, and a draw of
one entity does not depend on how many draws another entity has made.

Source of the idea: common random numbers keyed by decision and entity as in vivarium
(`vivarium/framework/randomness/stream.py`).
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from sim.errors import DuplicateStreamError

_MASK = 0xFFFFFFFFFFFFFFFF
_GAMMA, _DRAW_OFFSET = 0x9E3779B97F4A7C15, 0xD1B54A32D192ED03
_FIRST_FACTOR, _SECOND_FACTOR = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def _stream_key(name: str) -> tuple[int, ...]:
    digest = hashlib.sha256(name.encode()).digest()
    return tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 32, 4))


class RandomStreams:
    """
    Generators of one run.

    Parameters
    ----------
    root_seed
        Seed of the run, 0 or more. Required: a run without a seed cannot be reproduced.

    Raises
    ------
    ValueError
        If the seed is negative.
    """

    def __init__(self, root_seed: int) -> None:
        if root_seed < 0:
            raise ValueError(f"seed must be 0 or more, found {root_seed}")
        self.root_seed = root_seed
        self._taken: set[str] = set()

    def generator(self, name: str) -> np.random.Generator:
        """
        Generator for one decision, named `room.decision`; each name may be taken once.

        Raises
        ------
        DuplicateStreamError
            If the name was taken before: two decisions would share their draws.
        """
        if name in self._taken:
            raise DuplicateStreamError(f"random stream {name!r} is taken already")
        self._taken.add(name)
        return np.random.default_rng(np.random.SeedSequence(self.root_seed, spawn_key=_stream_key(name)))

    def keyed(self, name: str) -> KeyedStream:
        """
        Draws for one decision that depend on the entity alone, not on the order of asking.

        Raises
        ------
        DuplicateStreamError
            If the name was taken before.
        """
        if name in self._taken:
            raise DuplicateStreamError(f"random stream {name!r} is taken already")
        self._taken.add(name)
        return KeyedStream(self.root_seed, name)


class KeyedStream:
    """
    Uniform draws in (0, 1) as a pure function of (seed, decision, entity, draw).

    A counter-based generator: splitmix64 finalisers over the key. Draw number k of entity A never
    depends on entity B, and an array of entities is drawn at once.

    Notes
    -----
    Source: Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators", the
    64-bit finaliser with the constants of Stafford's variant 13.
    """

    def __init__(self, root_seed: int, name: str) -> None:
        digest = hashlib.sha256(f"{root_seed}:{name}".encode()).digest()
        self._key = np.uint64(int.from_bytes(digest[:8], "little"))

    def uniform(self, entity: int | NDArray[np.int64], draw: int = 0) -> NDArray[np.float64]:
        """
        Uniform draws [-] in the open interval (0, 1), shaped as `entity`.

        Parameters
        ----------
        entity
            Number or numbers of the entity (shipment, van, stop ...), 0 or more.
        draw
            Number of the draw for this entity: 0 for the first.
        """
        with np.errstate(over="ignore"):
            state = np.asarray(entity).astype(np.uint64) * np.uint64(_GAMMA)
            state = _mix(state + self._key)
            state = _mix(state ^ _mix(np.uint64(draw) + np.uint64(_DRAW_OFFSET)))
        return ((state >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53

    def uniform_one(self, entity: int, draw: int = 0) -> float:
        """
        One uniform draw [-] in (0, 1) for one entity: that of `uniform`, at a tenth of its time.

        Agents draw one number at a time, for which whole numbers of Python are quicker than an array of one.
        """
        state = (int(entity) * _GAMMA + int(self._key)) & _MASK
        state = _mix_one(_mix_one(state) ^ _mix_one((draw + _DRAW_OFFSET) & _MASK))
        return ((state >> 11) + 0.5) * 2.0**-53


def _mix(z: NDArray[np.uint64] | np.uint64) -> NDArray[np.uint64]:
    z = np.asarray(z, dtype=np.uint64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(_FIRST_FACTOR)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(_SECOND_FACTOR)
    return z ^ (z >> np.uint64(31))


def _mix_one(z: int) -> int:
    """`_mix` of one whole number below 2**64."""
    z = ((z ^ (z >> 30)) * _FIRST_FACTOR) & _MASK
    z = ((z ^ (z >> 27)) * _SECOND_FACTOR) & _MASK
    return z ^ (z >> 31)

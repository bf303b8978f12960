"""
Sets of the levers of a package: their names, and the orders in which levers join, drawn anew for each seed.

Ten levers have 1,024 sets. A Shapley share is a mean over orders of joining, so a sample of orders gives it without
bias from the sets along them. Each order is walked in both directions, since what a lever adds early it tends not to
add late.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.random_streams import RandomStreams

NO_LEVER = "base"
"""Name of the set without levers."""

_JOINED = " + "
_LEFT_OUT = "all but "


def set_name(chosen: frozenset[int], levers: Sequence[str], package: str) -> str:
    """
    Name of a set of levers.

    Parameters
    ----------
    chosen
        Places of its levers.
    levers
        Names of all levers.
    package
        Name of all together.

    Examples
    --------
    >>> [set_name(frozenset(s), "abcd", "plan") for s in [(), (1,), (0, 2), (0, 1, 3), (0, 1, 2, 3)]]
    ['base', 'b', 'a + c', 'all but c', 'plan']
    """
    if not chosen:
        return NO_LEVER
    if len(chosen) == len(levers):
        return package
    if len(chosen) == len(levers) - 1 and len(chosen) > 1:
        return _LEFT_OUT + next(name for place, name in enumerate(levers) if place not in chosen)
    return _JOINED.join(name for place, name in enumerate(levers) if place in chosen)


def shared_sets(n: int) -> list[frozenset[int]]:
    """
    Sets that are run on every seed: none, each lever alone, each left out, all.

    Parameters
    ----------
    n
        Number of levers.
    """
    everything = frozenset(range(n))
    alone = [frozenset({lever}) for lever in range(n)]
    left_out = [everything - {lever} for lever in range(n)]
    return list(dict.fromkeys([frozenset(), *alone, *left_out, everything]))


def joining_orders(n: int, samples: int, design_seed: int, seed: int) -> list[tuple[int, ...]]:
    """
    Orders in which levers join on one seed: `samples` drawn at random, each followed by its reverse.

    Orders of different seeds are independent, so that an interval over the seeds holds the chance of the orders too.

    Parameters
    ----------
    n
        Number of levers.
    samples
        Orders drawn.
    design_seed
        Seed of the design.
    seed
        Seed of the run.

    Notes
    -----
    Source: Castro, Gomez and Tejada (2009), "Polynomial calculation of the Shapley value based on sampling"; reversed
    orders as in Mitchell and others (2022), "Sampling permutations for Shapley value estimation".
    """
    generator = RandomStreams(design_seed).generator(f"experiment.joining_orders.{seed}")
    drawn = [tuple(int(place) for place in generator.permutation(n)) for _ in range(samples)]
    return [order for one in drawn for order in (one, one[::-1])]


def sets_along(orders: Sequence[Sequence[int]]) -> list[frozenset[int]]:
    """
    Every set met when levers join in these orders, each once.

    Parameters
    ----------
    orders
        Orders of joining.

    Examples
    --------
    >>> [sorted(s) for s in sets_along([(2, 0, 1)])]
    [[], [2], [0, 2], [0, 1, 2]]
    """
    return list(dict.fromkeys(frozenset(order[:size]) for order in orders for size in range(len(order) + 1)))


def sampled_shapley(worth: dict[frozenset[int], float], orders: Sequence[Sequence[int]]) -> np.ndarray:
    """
    Mean contribution of each lever over these orders; the contributions add up to the worth of all levers.

    Parameters
    ----------
    worth
        Worth of each set along the orders.
    orders
        Orders of joining.

    Examples
    --------
    >>> worth = {frozenset(s): float(len(s) == 2) for s in [(), (0,), (1,), (0, 1)]}
    >>> [float(share) for share in sampled_shapley(worth, [(0, 1), (1, 0)])]
    [0.5, 0.5]
    """
    shares = np.zeros(len(orders[0]))
    for order in orders:
        for size, lever in enumerate(order):
            shares[lever] += worth[frozenset(order[: size + 1])] - worth[frozenset(order[:size])]
    return np.asarray(shares / len(orders))

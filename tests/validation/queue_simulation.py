"""
Long runs of the queue that berths and chargers use, alone: warm-up cut off, intervals by batch means.

The mean interarrival and service times of each batch are known in advance; regressing the batch means of the wait on
them (control variates) takes out part of the noise and nothing else.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from sim.facilities.queue import WaitingQueue

BATCHES = 40
WARM_UP_SHARE = 0.1

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A mean with its interval at 95 %."""

    mean: float
    low: float
    high: float

    def is_within(self, value: float, margin: float) -> bool:
        """Whether the whole interval lies within a relative margin of a value: the test of equivalence."""
        return value * (1.0 - margin) <= self.low and self.high <= value * (1.0 + margin)


def service_times(kind: str, customers: int, generator: np.random.Generator) -> tuple[Floats, float]:
    """Service times with mean 1 and their coefficient of variation: exponential, constant, erlang or lognormal."""
    if kind == "exponential":
        return generator.exponential(1.0, customers), 1.0
    if kind == "constant":
        return np.ones(customers), 0.0
    if kind == "erlang":
        return generator.gamma(4.0, 0.25, customers), 0.5
    assert kind == "lognormal"
    variation = 1.2
    sigma2 = np.log(1.0 + variation**2)
    return generator.lognormal(-sigma2 / 2.0, np.sqrt(sigma2), customers), variation


def waits(servers: int, load: float, kind: str, customers: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """Wait of each customer of a queue without limit, with the interarrival and service times behind it."""
    generator = np.random.default_rng(seed)
    gaps = generator.exponential(1.0 / load, customers)
    service, _ = service_times(kind, customers, generator)
    arrive = np.cumsum(gaps).tolist()
    needs = service.tolist()
    queue: WaitingQueue[int] = WaitingQueue(servers)
    ends: list[tuple[float, int]] = []
    waited = [0.0] * customers
    infinity = float("inf")
    for customer in range(customers):
        now = arrive[customer]
        while ends and ends[0][0] <= now:
            end, done = heapq.heappop(ends)
            following = queue.leave(done)
            if following is not None:
                waited[following] = end - arrive[following]
                heapq.heappush(ends, (end + needs[following], following))
        if queue.arrive(customer):
            heapq.heappush(ends, (now + needs[customer], customer))
        else:
            waited[customer] = infinity
    while ends:
        end, done = heapq.heappop(ends)
        following = queue.leave(done)
        if following is not None:
            waited[following] = end - arrive[following]
            heapq.heappush(ends, (end + needs[following], following))
    return np.array(waited), gaps, service


def mean_wait(servers: int, load: float, kind: str, customers: int, seed: int, runs: int = 1) -> Estimate:
    """Mean wait in units of the mean service time, over independent runs of so many customers."""
    cut, batches = int(customers * WARM_UP_SHARE), []
    for run in range(runs):
        waited, gaps, service = waits(servers, load, kind, customers, 1000 * seed + run)
        series = [(waited, 0.0), (gaps, 1.0 / load), *([(service, 1.0)] if kind != "constant" else [])]
        batches.append(np.column_stack([_batch_means(values[cut:]) - mean for values, mean in series]))
    return _estimate(np.concatenate(batches))


def lost_share(servers: int, load: float, kind: str, customers: int, seed: int, runs: int = 1) -> Estimate:
    """Share of customers of a loss system who find no free server and go away, as drivers who find no berth."""
    cut, batches = int(customers * WARM_UP_SHARE), []
    for run in range(runs):
        lost, gaps = _losses(servers, load, kind, customers, 1000 * seed + run)
        batches.append(np.column_stack([_batch_means(lost[cut:]), _batch_means(gaps[cut:]) - 1.0 / load]))
    return _estimate(np.concatenate(batches))


def _losses(servers: int, load: float, kind: str, customers: int, seed: int) -> tuple[Floats, Floats]:
    """Whether each customer went away (1) or stayed (0), and the interarrival times."""
    generator = np.random.default_rng(seed)
    gaps = generator.exponential(1.0 / load, customers)
    service, _ = service_times(kind, customers, generator)
    needs, now = service.tolist(), 0.0
    queue: WaitingQueue[int] = WaitingQueue(servers)
    ends: list[tuple[float, int]] = []
    lost = np.zeros(customers)
    for customer, gap in enumerate(gaps.tolist()):
        now += gap
        while ends and ends[0][0] <= now:
            queue.leave(heapq.heappop(ends)[1])
        if queue.has_free_server:
            queue.arrive(customer)
            heapq.heappush(ends, (now + needs[customer], customer))
        else:
            lost[customer] = 1.0
    return lost, gaps


def _batch_means(series: Floats) -> Floats:
    length = len(series) // BATCHES
    means: Floats = series[: length * BATCHES].reshape(BATCHES, length).mean(axis=1)
    return means


def _estimate(batches: Floats) -> Estimate:
    """Mean of the first column, the others being controls with mean 0."""
    design = np.column_stack([np.ones(len(batches)), batches[:, 1:]])
    wanted = batches[:, 0]
    coefficients, *_ = np.linalg.lstsq(design, wanted, rcond=None)
    freedom = len(batches) - design.shape[1]
    variance = float(((wanted - design @ coefficients) ** 2).sum()) / freedom
    spread = float(np.sqrt(variance * np.linalg.inv(design.T @ design)[0, 0]))
    half = float(stats.t.ppf(0.975, freedom)) * spread
    mean = float(coefficients[0])
    return Estimate(mean, mean - half, mean + half)

"""
What queueing theory says of berths and chargers: exact for exponential services or one server, else approximate.

Loads are offered loads in Erlang, a = arrival rate x mean service time; rho = a / servers.
"""

from __future__ import annotations

import math


def erlang_b(servers: int, load: float) -> float:
    """
    Share of customers turned away when none may wait [-], M/G/c/c: it depends on the mean service time alone.

    Source: Erlang (1917), by the usual recursion.

    Examples
    --------
    >>> round(erlang_b(2, 1.0), 6)  # (1/2) / (1 + 1 + 1/2)
    0.2
    """
    share = 1.0
    for number in range(1, servers + 1):
        share = load * share / (number + load * share)
    return share


def erlang_c(servers: int, load: float) -> float:
    """
    Share of customers who wait [-], M/M/c.

    Raises
    ------
    ValueError
        If the load is not below the number of servers: the queue would grow for ever.

    Examples
    --------
    >>> erlang_c(1, 0.5)
    0.5
    """
    if not load < servers:
        raise ValueError(f"load must be below the number of servers, found {load} and {servers}")
    lost = erlang_b(servers, load)
    return servers * lost / (servers - load * (1.0 - lost))


def mean_wait_mmc(servers: int, load: float, service_s: float = 1.0) -> float:
    """Mean wait of all customers [s], M/M/c, from Erlang C."""
    return erlang_c(servers, load) * service_s / (servers - load)


def mean_wait_mg1(load: float, variation: float, service_s: float = 1.0) -> float:
    """
    Mean wait with one server and any service time [s], M/G/1.

    Parameters
    ----------
    load
        Offered load [Erlang], below 1.
    variation
        Coefficient of variation of the service time [-].
    service_s
        Mean service time [s].

    Notes
    -----
    Source: Pollaczek (1930) and Khinchine (1932).

    Examples
    --------
    >>> mean_wait_mg1(0.5, 0.0), mean_wait_mg1(0.5, 1.0)
    (0.5, 1.0)
    """
    return load * (1.0 + variation**2) / (2.0 * (1.0 - load)) * service_s


def mean_wait_mgc(servers: int, load: float, variation: float, service_s: float = 1.0) -> float:
    """
    Mean wait with several servers and any service time [s], M/G/c, approximately; parameters as for `mean_wait_mg1`.

    Notes
    -----
    Source: Lee and Longton (1959): (1 + variation^2) / 2 times the wait of M/M/c; the case of Poisson arrivals of
    Allen and Cunneen's formula (Allen 1990). Exact for one server and for exponential services. For constant services
    too short by what `constant_service_correction` says, most at light load and with many servers; in heavy traffic
    the error vanishes.
    """
    return (1.0 + variation**2) / 2.0 * mean_wait_mmc(servers, load, service_s)


def constant_service_correction(servers: int, load: float) -> float:
    """
    Mean wait of M/D/c over half that of M/M/c [-]: the error of `mean_wait_mgc` for constant services.

    Notes
    -----
    Source: Cosmetatos (1976), 1 + (1 - rho) (c - 1) (sqrt(4 + 5 c) - 2) / (16 rho c); good to 1 to 2 % where waits are
    not small.
    """
    rho = load / servers
    return 1.0 + (1.0 - rho) * (servers - 1) * (math.sqrt(4.0 + 5.0 * servers) - 2.0) / (16.0 * rho * servers)

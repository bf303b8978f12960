"""
A queue before several equal servers, first come first served: the mechanism of berths and chargers.

It knows no clock and no model: who asks, waits or leaves is told to it, and it answers who is next.
The same class is checked alone against queueing theory.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Customer = TypeVar("Customer", bound=Hashable)


class WaitingQueue(Generic[Customer]):
    """
    Servers and the customers who use them or wait for them.

    Parameters
    ----------
    servers
        Number of servers, 0 or more.

    Raises
    ------
    ValueError
        If the number is negative.
    """

    __slots__ = ("_in_service", "_waiting", "servers")

    def __init__(self, servers: int) -> None:
        if servers < 0:
            raise ValueError(f"servers must be 0 or more, found {servers}")
        self.servers = servers
        self._in_service: OrderedDict[Customer, None] = OrderedDict()
        self._waiting: OrderedDict[Customer, None] = OrderedDict()

    @property
    def in_service(self) -> int:
        """Number of customers being served."""
        return len(self._in_service)

    @property
    def waiting(self) -> int:
        """Number of customers in the queue."""
        return len(self._waiting)

    @property
    def has_free_server(self) -> bool:
        """Whether a customer who came now would be served at once."""
        return len(self._in_service) < self.servers and not self._waiting

    def arrive(self, customer: Customer) -> bool:
        """
        Come to the queue; True when served at once, False when waiting.

        Raises
        ------
        ValueError
            If the customer is here already.
        """
        if customer in self._in_service or customer in self._waiting:
            raise ValueError(f"{customer!r} is in this queue already")
        if self.has_free_server:
            self._in_service[customer] = None
            return True
        self._waiting[customer] = None
        return False

    def leave(self, customer: Customer) -> Customer | None:
        """
        End a service; returns the customer whose service starts now, if one was waiting.

        Raises
        ------
        KeyError
            If the customer is not being served.
        """
        del self._in_service[customer]
        if not self._waiting or len(self._in_service) >= self.servers:
            return None
        following, _ = self._waiting.popitem(last=False)
        self._in_service[following] = None
        return following

    def give_up(self, customer: Customer) -> None:
        """
        Leave the queue without having been served.

        Raises
        ------
        KeyError
            If the customer is not waiting.
        """
        del self._waiting[customer]

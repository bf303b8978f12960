"""
The power of a charging site, shared among the vans plugged in.

Shares are made anew when a van is plugged in or unplugged: nobody gets more than it can take, and what some do not take
is divided among the others (max-min fair). Power that a van frees while it tapers is not passed on until then.
Assumption: as load management that sets a limit for each connector; one that follows the taper is a little faster.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic

from sim.facilities.charging_session import ChargingSession
from sim.facilities.queue import Customer


def fair_shares(total: float, wanted: Sequence[float]) -> list[float]:
    """
    Max-min fair shares of a total: everybody gets what is wanted, or as much as anybody who wants more.

    Parameters
    ----------
    total
        What there is to be shared.
    wanted
        What each wants, 0 or more.

    Examples
    --------
    >>> fair_shares(100.0, [20.0, 60.0, 60.0])
    [20.0, 40.0, 40.0]
    >>> fair_shares(200.0, [20.0, 60.0, 60.0])
    [20.0, 60.0, 60.0]
    """
    shares = [0.0] * len(wanted)
    left = total
    for done, row in enumerate(sorted(range(len(wanted)), key=lambda row: wanted[row])):
        shares[row] = min(wanted[row], left / (len(wanted) - done))
        left -= shares[row]
    return shares


class SitePower(Generic[Customer]):
    """
    Sessions at one site under its limit of power.

    Parameters
    ----------
    limit_kw
        Most that the site draws from the grid [kW]; None: no limit.

    Raises
    ------
    ValueError
        If the limit is not above 0.
    """

    def __init__(self, limit_kw: float | None = None) -> None:
        if limit_kw is not None and not limit_kw > 0.0:
            raise ValueError(f"power of a charging site must be above 0 [kW], found {limit_kw}")
        self.limit_kw = limit_kw
        self._sessions: dict[Customer, ChargingSession] = {}

    def plug(self, customer: Customer, session: ChargingSession, now_s: float) -> list[Customer]:
        """Begin a session; returns whose end has changed, the newcomer's among them."""
        self._sessions[customer] = session
        changed = self._share_out(now_s)
        return changed if customer in changed else [*changed, customer]

    def unplug(self, customer: Customer, now_s: float) -> list[Customer]:
        """End a session; returns whose end has changed."""
        self._sessions.pop(customer).finish(now_s)
        return self._share_out(now_s)

    def end_s(self, customer: Customer) -> float:
        """When a session reaches its target if nobody comes or leaves [s]."""
        return self._sessions[customer].end_s()

    def _share_out(self, now_s: float) -> list[Customer]:
        if self.limit_kw is None:
            return []
        sessions = list(self._sessions.items())
        wanted = [session.wanted_kw(now_s) for _, session in sessions]
        changed = []
        for (customer, session), share in zip(sessions, fair_shares(self.limit_kw, wanted), strict=True):
            if share != session.grid_limit_kw and share > 0.0:
                session.set_limit(share, now_s)
                changed.append(customer)
        return changed

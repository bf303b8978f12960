"""
Further calls: what a limit of stay costs a plan, where unloading takes longer than a van may stand.

Tours are searched with one visit a drop. The calls beyond the first are time at that visit: going round the block and
parking again, `FURTHER_CALL_S` each. Carriers reckon with the vehicle of theirs that has the shortest limit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from sim.planning.drops import Drop
from sim.planning.planning_params import PlanningView
from sim.units import to_us

FURTHER_CALL_S = 300.0
"""Time that a further call is reckoned with: round the block, and a place to stand again [s]. Assumption."""


def further_calls(service_s: float, limit_s: float) -> int:
    """
    Calls beyond the first that unloading takes within a limit of stay.

    Examples
    --------
    >>> further_calls(900.0, 600.0), further_calls(600.0, 600.0), further_calls(600.0, float("inf"))
    (1, 0, 0)
    """
    return max(0, math.ceil(service_s / limit_s - 1e-9) - 1)


def with_further_calls(drop: Drop, types: Iterable[str], view: PlanningView) -> Drop:
    """
    A drop with the time of its further calls; itself where one call will do.

    Parameters
    ----------
    drop
        The drop.
    types
        Vehicle types that may serve it.
    view
        What carriers believe of limits of stay.
    """
    if view.stay_limit_s is None:
        return drop
    from_us, until_us = to_us(drop.earliest_s), to_us(drop.latest_s + drop.service_s)
    limit_s = min(
        (view.stay_limit_s(name, drop.shop, drop.link, from_us, until_us) for name in types), default=math.inf
    )
    calls = further_calls(drop.service_s, limit_s)
    return replace(drop, service_s=drop.service_s + calls * FURTHER_CALL_S) if calls else drop

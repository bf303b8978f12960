"""
What every look at a stop still to be made has to know: where it is, how long it takes, and when it may begin.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StopWindow:
    """
    A stop with its window.

    Parameters
    ----------
    link
        Row of the link of the shop.
    stay_s
        Expected time from arrival to departure [s].
    earliest_s, latest_s
        Window of the start of unloading [s].
    """

    link: int
    stay_s: float
    earliest_s: float
    latest_s: float

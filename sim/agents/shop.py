"""
The shop as an agent: a receiver who takes goods within hours.
"""

from __future__ import annotations

from enum import Enum

import mesa


class Reception(Enum):
    """What a shop says to a van at its door."""

    WELCOME = "welcome"
    TOO_EARLY = "too early"
    TOO_LATE = "too late"


class Shop(mesa.Agent):  # type: ignore[misc]
    """
    A receiver of goods.

    Parameters
    ----------
    model
        The city.
    shop_id
        Name in the tables.
    link
        Row of the link it lies on.
    has_offstreet
        Whether vans unload off the street, at a dock or in a yard.
    berths
        Berths within walking distance, nearest first: (berth, distance [m]).
    grace_s
        Time after the end of its window until which it still takes goods [s].
    failed_attempt_share
        Share of orders that it does not accept at the first attempt [-].
    """

    def __init__(
        self,
        model: mesa.Model,
        *,
        shop_id: str,
        link: int,
        has_offstreet: bool,
        berths: list[tuple[int, float]],
        grace_s: float,
        failed_attempt_share: float,
    ) -> None:
        super().__init__(model)
        self.shop_id = shop_id
        self.link = link
        self.has_offstreet = has_offstreet
        self.berths = berths
        self._grace_s = grace_s
        self._failed_attempt_share = failed_attempt_share

    def receive(self, time_s: float, earliest_s: float, latest_s: float) -> Reception:
        """
        Whether unloading may start now.

        Parameters
        ----------
        time_s
            Time of arrival [s].
        earliest_s, latest_s
            Window of the orders [s].
        """
        if time_s > latest_s + self._grace_s:
            return Reception.TOO_LATE
        return Reception.TOO_EARLY if time_s < earliest_s else Reception.WELCOME

    def accepts(self, luck: float) -> bool:
        """Whether it accepts an order, from a uniform draw in (0, 1) that belongs to the order."""
        return luck >= self._failed_attempt_share

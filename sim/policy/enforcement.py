"""
Enforcement: who notices that a van has entered closed streets, and what it is fined.

Three ways to be noticed, independent of each other: an electronic fence sees a van that comes into closed streets, a
camera reads the plate of one that passes, a patrol meets one that drives there. A trip is fined once for each rule.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from sim.contracts import IntArray, LinkArray, LinkClosures
from sim.events import RuleViolated
from sim.random_streams import KeyedStream
from sim.units import MICROSECONDS_PER_SECOND, SECONDS_PER_HOUR, to_s

_DRAWS_A_LINK = 3
"""Fence, camera and patrol."""


class EnforcementParams(BaseModel, frozen=True, extra="forbid"):
    """How violations are noticed and fined."""

    fence_detection: float = Field(
        ge=0.0, le=1.0, description="Probability that the fence notices a van that comes into closed streets [-]"
    )
    camera_links: tuple[int, ...] = Field(description="Links with a camera, as link_id")
    camera_share: float = Field(ge=0.0, le=1.0, description="Share of all other links that have a camera [-]")
    camera_detection: float = Field(
        ge=0.0, le=1.0, description="Probability that a camera reads the plate of a van that passes [-]"
    )
    patrols_per_h: float = Field(
        ge=0.0, le=3600.0, description="Patrols that meet a van for each hour on closed streets [1/h]"
    )
    fine_cny: float = Field(ge=0.0, le=1e6, description="Fine for a trip that was noticed [CNY]")
    fine_by_rule: dict[str, float] = Field(description="Fine by rule_id, in place of fine_cny [CNY]")

    def fine_of(self, rule_id: str) -> float:
        """Fine for breaking a rule [CNY]."""
        return self.fine_by_rule.get(rule_id, self.fine_cny)


@dataclass(frozen=True, slots=True)
class ClosedStretch:
    """
    The closed links of a trip.

    Parameters
    ----------
    link
        Rows of the links.
    enter_us
        When each was, or would be, entered [us].
    time_us
        Time on each [us].
    is_from_outside
        Whether it was entered from a link that was open, or from a place by the street.
    """

    link: LinkArray
    enter_us: IntArray
    time_us: IntArray
    is_from_outside: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.link)


def closed_stretch(links: LinkArray, enter_us: IntArray, exit_us: IntArray, closures: LinkClosures) -> ClosedStretch:
    """The links of a way that are closed when they are entered."""
    is_closed = np.array(
        [closures.is_closed(int(link), int(time)) for link, time in zip(links, enter_us, strict=True)], dtype=np.bool_
    )
    was_open = np.ones(len(links), dtype=np.bool_)
    was_open[1:] = ~is_closed[:-1]
    return ClosedStretch(
        link=links[is_closed],
        enter_us=enter_us[is_closed],
        time_us=(exit_us - enter_us)[is_closed],
        is_from_outside=was_open[is_closed],
    )


class Enforcement:
    """
    Fences, cameras and patrols of a day.

    Parameters
    ----------
    params
        How they work.
    camera_luck
        Draws of which links have a camera, by link.
    detection_luck
        Draws of what is noticed, by trip.
    """

    def __init__(self, params: EnforcementParams, camera_luck: KeyedStream, detection_luck: KeyedStream) -> None:
        self.params = params
        self._camera_luck = camera_luck
        self._luck = detection_luck
        self._camera_links = frozenset(params.camera_links)

    def has_camera(self, link: int) -> bool:
        """Whether a camera stands on a link."""
        return link in self._camera_links or self._camera_luck.uniform_one(link) < self.params.camera_share

    def chances(self, stretch: ClosedStretch) -> list[tuple[float, float, float]]:
        """Probability that fence, camera and patrol notice a van on each link of a stretch [-]."""
        params = self.params
        found = []
        for link, time_us, is_from_outside in zip(
            stretch.link.tolist(), stretch.time_us.tolist(), stretch.is_from_outside.tolist(), strict=True
        ):
            hours = time_us / MICROSECONDS_PER_SECOND / SECONDS_PER_HOUR
            found.append(
                (
                    params.fence_detection if is_from_outside else 0.0,
                    params.camera_detection if self.has_camera(link) else 0.0,
                    -math.expm1(-params.patrols_per_h * hours),
                )
            )
        return found

    def detection_probability(self, stretch: ClosedStretch, *, perceived: float = 1.0) -> float:
        """
        Probability that a trip over a stretch is noticed at all [-].

        Parameters
        ----------
        stretch
            Closed links of the trip.
        perceived
            Factor on each probability, for a driver who thinks it smaller or larger [-].

        Examples
        --------
        One entry past a fence that notices 3 in 10, and one camera that notices 9 in 10: 1 - 0.7 x 0.1 = 0.93.
        """
        unseen = 1.0
        for chances in self.chances(stretch):
            for chance in chances:
                unseen *= 1.0 - min(1.0, perceived * chance)
        return 1.0 - unseen

    def violations(
        self, van_id: str, trip_key: int, stretch: ClosedStretch, rule_of: Callable[[int, int], Sequence[str]]
    ) -> list[RuleViolated]:
        """
        Rows of table `violations` of one trip, a row for each link and rule.

        Parameters
        ----------
        van_id
            The van.
        trip_key
            Number that stands for the van and its trip in the draws.
        stretch
            Closed links that it has driven.
        rule_of
            Rules that close a link at a time [us] to this van.
        """
        found: list[RuleViolated] = []
        fined: set[str] = set()
        for row, chances in enumerate(self.chances(stretch)):
            link, enter_us = int(stretch.link[row]), int(stretch.enter_us[row])
            is_seen = any(
                self._luck.uniform_one(trip_key, draw=_DRAWS_A_LINK * row + kind) < chance
                for kind, chance in enumerate(chances)
            )
            for rule_id in rule_of(link, enter_us):
                is_fined = is_seen and rule_id not in fined
                if is_fined:
                    fined.add(rule_id)
                fine_cny = self.params.fine_of(rule_id) if is_fined else 0.0
                found.append(RuleViolated(van_id, rule_id, link, to_s(enter_us), is_seen, fine_cny))
        return found

"""
Which traffic the vans meet.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

SpeedRatio = Annotated[float, Field(gt=0.0, le=1.5)]


class TrafficParams(BaseModel, frozen=True, extra="forbid"):
    """The engine that moves the vans, and its speeds."""

    engine: Literal["profile", "queue"] = Field(
        description="profile: every link takes the time that its hour says; "
        "queue: vans are followed through the queues of links, and a blocked lane holds up those behind"
    )
    stuck_time_s: float = Field(
        gt=0.0, description="Queue engine: a vehicle that stands longer at a stop line is forced on [s]"
    )
    speed_ratio: tuple[SpeedRatio, ...] = Field(
        min_length=1,
        max_length=1440,
        description="Share of the free speed in equal parts of the day, from midnight [-]",
    )

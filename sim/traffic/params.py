"""
Which traffic the vans meet.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class TrafficParams(BaseModel, frozen=True, extra="forbid"):
    """The engine that moves the vans."""

    engine: Literal["free_flow", "queue"] = Field(
        description="free_flow: every link takes the time that it takes when empty; "
        "queue: vans are followed through the queues of links, and a blocked lane holds up those behind"
    )
    stuck_time_s: float = Field(
        gt=0.0, description="Queue engine: a vehicle that stands longer at a stop line is forced on [s]"
    )

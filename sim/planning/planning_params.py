"""
How carriers plan, and what they believe about the city when they do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, Field

from sim.contracts import FloatArray, IntArray, LinkClosures
from sim.network import RoadNetwork


class ReplanningParams(BaseModel, frozen=True, extra="forbid"):
    """When drivers sequence their tours anew."""

    replan_when_late_min: float | None = Field(
        gt=0.0,
        le=1440.0,
        description="Delay at which the stops left are sequenced anew [min]; null: drivers keep to their plan",
    )
    replans_per_tour: int = Field(ge=0, le=1000, description="Times a tour may be sequenced anew [-]")
    replan_iterations: int = Field(ge=1, le=100_000, description="Iterations of the search for the new sequence [-]")


class PlanningParams(ReplanningParams, frozen=True, extra="forbid"):
    """How carriers plan their tours."""

    iterations: int = Field(ge=1, le=1_000_000, description="Iterations of the tour search [-]")
    neighbours: int = Field(ge=1, le=1000, description="Neighbours tried for a visit [-]")
    largest_district: int = Field(ge=5, le=2000, description="Most drops planned together [-]")
    stop_overhead_min: float = Field(
        ge=0.0, le=60.0, description="Time to park and walk that is planned for a stop [min]"
    )
    window_buffer_min: float = Field(
        ge=0.0, le=240.0, description="Time before the end of a window that plans keep free [min]"
    )
    leave_zone_min: float = Field(
        ge=0.0, le=120.0, description="Time planned for leaving an area before it closes [min]"
    )
    shortest_window_min: float = Field(
        ge=0.0, le=240.0, description="Open part of a window that plans make use of, at least [min]"
    )
    repair_tours: bool = Field(
        description="Whether tours that would meet a closed street are repaired after the search"
    )
    tolerated_wait_min: float = Field(
        ge=0.0, le=1440.0, description="Wait at closed streets that a tour may have without being repaired [min]"
    )
    max_reloads: int = Field(
        ge=0, le=20, description="Times a van may come back to the depot for more within a shift [-]"
    )
    reload_min: float = Field(ge=0.0, le=240.0, description="Time to load a van again at the depot [min]")
    driver_cny_per_h: float = Field(
        ge=0.0, description="Cost of a driver's hour in planning, also against charges [CNY/h]"
    )


@dataclass(frozen=True, slots=True)
class PlanningView:
    """
    What carriers believe about the city when they plan.

    Parameters
    ----------
    network
        Road network.
    link_time_us
        Believed travel time of each link over a wave [us], shape (n_links,), by name of the wave.
    closures
        When links are closed, by vehicle type.
    range_m
        Distance a vehicle type can go without charging [m].
    stay_limit_s
        Shortest limit of stay [s] by vehicle type, row of the shop and of its link, and hours [us]; None: no limits.
    own_link_time_us
        Believed travel times over a wave [us] of vehicle types that speed limits bind, by vehicle type and name of the
        wave; those of `link_time_us` for what is left out.
    link_cny
        What a passage of each link costs in charges on average over a wave [CNY], shape (n_links,), by vehicle type and
        name of the wave; what is left out costs nothing.
    """

    network: RoadNetwork
    link_time_us: Mapping[str, IntArray]
    closures: Mapping[str, LinkClosures]
    range_m: Mapping[str, float]
    stay_limit_s: Callable[[str, int, int, int, int], float] | None = None
    link_cny: Mapping[tuple[str, str], FloatArray] = field(default_factory=dict)
    own_link_time_us: Mapping[tuple[str, str], IntArray] = field(default_factory=dict)

    def has_own_ways(self, vehicle_type: str, wave: str) -> bool:
        """Whether times or charges of a vehicle type in a wave are not those of all."""
        return (vehicle_type, wave) in self.link_cny or (vehicle_type, wave) in self.own_link_time_us

"""
Loading berths at the kerb: where they are, how many vans they hold, how drivers choose among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import AfterValidator, BaseModel, Field
from scipy.spatial import cKDTree

from sim.contracts import AccessClass, FloatArray
from sim.network import RoadNetwork
from sim.policy.time_window import read_window
from sim.units import SECONDS_PER_DAY


def _checked_hours(text: str) -> str:
    read_window(text)
    return text


class BerthParams(BaseModel, frozen=True, extra="forbid"):
    """Supply of loading berths, who may use them, and the parking choice of drivers."""

    berths_file: str | None = Field(
        description="Table of berths (CSV, GeoJSON) or Curb Data Specification zones (JSON); null: by the rules below"
    )
    added_file: str | None = Field(
        None, description="Table of berths (CSV, GeoJSON) besides those of the file or of the rules; null: none"
    )
    spaces_per_shop: float = Field(
        ge=0.0, le=5.0, description="Van spaces in berths per shop without off-street loading [-]"
    )
    spaces_per_km: dict[str, float] = Field(
        description="Van spaces besides, by road class and km of street in one direction [1/km]"
    )
    max_spaces_per_berth: int = Field(ge=1, le=50, description="Largest berth on one link [spaces]")
    max_stay_min: float = Field(gt=0.0, le=1440.0, description="Time limit of a stay [min]")
    user_classes: tuple[AccessClass, ...] | None = Field(
        description="Access classes that may use the berths; null: all"
    )
    hours: Annotated[str, AfterValidator(_checked_hours)] = Field(
        description="Hours in which they are kept free for deliveries, HH:MM-HH:MM; others park there besides"
    )
    price_cny_per_h: float = Field(ge=0.0, le=1000.0, description="Price of a space [CNY/h]")
    booking: bool = Field(description="Whether vans book slots when they set out on a tour")
    booking_hold_min: float = Field(ge=0.0, le=240.0, description="Time for which a slot waits for a late van [min]")
    booking_margin_min: float = Field(
        ge=0.0, le=240.0, description="Time that a slot is longer than the stay expected [min]"
    )
    booking_shift_min: float = Field(
        ge=0.0, le=240.0, description="Time after the arrival expected by which a slot must begin [min]"
    )
    overstay_detection: float = Field(ge=0.0, le=1.0, description="Share of stays beyond the limit that are fined [-]")
    overstay_fine_cny: float = Field(ge=0.0, le=1e5, description="Fine for a stay beyond the limit [CNY]")
    double_parking_patrols_per_h: float = Field(
        ge=0.0, le=60.0, description="Patrols that meet a van for each hour in the second row [1/h]"
    )
    double_parking_fine_cny: float = Field(ge=0.0, le=1e5, description="Fine for double parking [CNY]")
    search_radius_m: float = Field(ge=0.0, le=2000.0, description="Farthest berth from the shop [m]")
    walking_speed_mps: float = Field(gt=0.0, le=3.0, description="Speed on foot with goods [m/s]")
    double_parking_share: float = Field(
        ge=0.0,
        le=1.0,
        description="Share of stops that double-park when no berth in reach is free [-]",
    )
    kerb_stopping_share: float = Field(
        ge=0.0,
        le=1.0,
        description="Share of stops on side streets without a berth in reach that find room at the kerb [-]",
    )
    max_wait_min: float = Field(ge=0.0, le=240.0, description="Longest wait for a berth before double parking [min]")
    blocked_lanes: float = Field(
        ge=0.0, le=4.0, description="Lanes that double-parked vans take from a link of several lanes [-]"
    )
    single_lane_loss: float = Field(
        ge=0.0,
        lt=1.0,
        description="Share of its capacity that a link of one lane loses to them, others passing in gaps [-]",
    )


@dataclass(frozen=True, slots=True)
class LoadingBerth:
    """
    Van spaces side by side on one link.

    Parameters
    ----------
    berth_id
        Name in the tables.
    link
        Row of the link.
    x_m, y_m
        Position in the network's metric coordinates [m].
    spaces
        Vans it holds.
    max_stay_s
        Time limit of a stay [s].
    user_classes
        Access classes that may use it; None: all.
    hours_s
        When it is kept free for deliveries [s from midnight], the end above 86400 on the next morning.
    price_cny_per_h
        Price of a space [CNY/h].
    """

    berth_id: str
    link: int
    x_m: float
    y_m: float
    spaces: int
    max_stay_s: float
    user_classes: tuple[AccessClass, ...] | None = None
    hours_s: tuple[float, float] = (0.0, SECONDS_PER_DAY)
    price_cny_per_h: float = 0.0

    def admits(self, access_class: AccessClass, time_s: float) -> bool:
        """Whether vans of a class find it kept free for them at a time [s from midnight of day 1]."""
        if self.user_classes is not None and access_class not in self.user_classes:
            return False
        from_s, until_s = self.hours_s
        clock_s = time_s % SECONDS_PER_DAY
        return from_s <= clock_s < until_s or from_s <= clock_s + SECONDS_PER_DAY < until_s

    def price_cny(self, stay_s: float) -> float:
        """Price of a stay [CNY]."""
        return self.price_cny_per_h * stay_s / 3600.0


def link_midpoints(network: RoadNetwork) -> FloatArray:
    """Midpoint between the ends of each link in metric coordinates [m], shape (n_links, 2)."""
    xy = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    middle: FloatArray = (xy[network.from_node] + xy[network.to_node]) / 2.0
    return middle


def berths_in_reach(
    berths: list[LoadingBerth], shop_xy_m: FloatArray, radius_m: float
) -> list[list[tuple[int, float]]]:
    """
    Berths within walking distance of each shop, nearest first.

    Parameters
    ----------
    berths
        All berths.
    shop_xy_m
        Positions of the shops [m], shape (n_shops, 2).
    radius_m
        Longest walk [m], straight line.

    Returns
    -------
    list
        For each shop, (row of the berth, distance [m]).
    """
    if not berths or len(shop_xy_m) == 0:
        return [[] for _ in range(len(shop_xy_m))]
    berth_xy = np.array([[berth.x_m, berth.y_m] for berth in berths])
    found = list(cKDTree(berth_xy).query_ball_point(shop_xy_m, radius_m, return_sorted=True))
    reach: list[list[tuple[int, float]]] = []
    for position, near in zip(shop_xy_m, found, strict=True):
        rows = np.asarray(near, dtype=np.int64)
        distance = np.hypot(berth_xy[rows, 0] - position[0], berth_xy[rows, 1] - position[1])
        order = np.argsort(distance, kind="stable")
        reach.append([(int(rows[i]), float(distance[i])) for i in order])
    return reach

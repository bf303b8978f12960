"""
Loading berths at the kerb: where they are, how many vans they hold, how drivers choose among them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pydantic import BaseModel, Field
from scipy.spatial import cKDTree

from sim.contracts import FloatArray
from sim.network import RoadNetwork


class BerthParams(BaseModel, frozen=True, extra="forbid"):
    """Supply of loading berths and the parking choice of drivers."""

    spaces_per_shop: float = Field(
        ge=0.0, le=5.0, description="Van spaces in berths per shop without off-street loading [-]"
    )
    max_spaces_per_berth: int = Field(ge=1, le=50, description="Largest berth on one link [spaces]")
    max_stay_min: float = Field(gt=0.0, le=1440.0, description="Time limit of a stay [min]")
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
    """

    berth_id: str
    link: int
    x_m: float
    y_m: float
    spaces: int
    max_stay_s: float


def link_midpoints(network: RoadNetwork) -> FloatArray:
    """Midpoint between the ends of each link in metric coordinates [m], shape (n_links, 2)."""
    xy = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    middle: FloatArray = (xy[network.from_node] + xy[network.to_node]) / 2.0
    return middle


def berths_by_shop_density(network: RoadNetwork, shops: pd.DataFrame, params: BerthParams) -> list[LoadingBerth]:
    """
    Berths placed where the shops are, by systematic sampling along the links.

    Each shop that has no off-street loading asks for `spaces_per_shop`; a space is laid down each
    time the running total over the links passes the next whole number. Nothing is drawn at random,
    so half the supply is a thinning of the same places.

    Parameters
    ----------
    network
        Road network.
    shops
        Shops with `link` and `has_offstreet`.
    params
        Supply and limits.
    """
    kerb_shops = shops.loc[~shops["has_offstreet"].to_numpy(dtype=bool), "link"].to_numpy()
    wanted = np.bincount(kerb_shops, minlength=network.n_links) * params.spaces_per_shop
    total = np.floor(np.cumsum(wanted) + 1e-9).astype(np.int64)
    spaces = np.minimum(np.diff(total, prepend=0), params.max_spaces_per_berth)
    middle = link_midpoints(network)
    return [
        LoadingBerth(
            berth_id=f"berth-{link}",
            link=int(link),
            x_m=float(middle[link, 0]),
            y_m=float(middle[link, 1]),
            spaces=int(spaces[link]),
            max_stay_s=params.max_stay_min * 60.0,
        )
        for link in np.flatnonzero(spaces)
    ]


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

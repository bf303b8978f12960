"""
Main roads of Zhangdian as straight axes, and what the schematic network puts around them.

Source: OpenStreetMap (© OpenStreetMap contributors, ODbL), read at 36.81 N and 118.04 E. Names or positions marked
"our reading" were matched by us and are not verified on the ground.
"""

from __future__ import annotations

from dataclasses import dataclass

REFERENCE_LAT = 36.81
"""Latitude at which positions of north-south roads hold [degrees]."""

REFERENCE_LON = 118.04
"""Longitude at which positions of east-west roads hold [degrees]."""

SLOPE = 0.018
"""Fall of east-west roads towards the east [degrees of latitude a degree of longitude]."""

MIDDLE = (118.055, 36.81)
"""Middle of the district, longitude and latitude [degrees]."""


@dataclass(frozen=True, slots=True)
class Axis:
    """
    A straight road.

    Parameters
    ----------
    name
        Street name.
    position
        Longitude of a north-south road, latitude of an east-west road [degrees].
    road_class
        Its class.
    """

    name: str
    position: float
    road_class: str

    @property
    def is_main(self) -> bool:
        """Whether it is one of the main roads."""
        return self.road_class in ("trunk", "primary", "secondary")


@dataclass(frozen=True, slots=True)
class CrossSection:
    """Lanes in one direction and free speed [km/h] of a road class."""

    lanes: float
    speed_kph: float


CROSS_SECTIONS = {
    "trunk": CrossSection(3, 70),
    "primary": CrossSection(3, 60),
    "secondary": CrossSection(2, 50),
    "tertiary": CrossSection(1, 40),
    "residential": CrossSection(1, 30),
}
"""Assumption: limits of 60 to 70 km/h on arterials, 50 on secondary roads, 30 to 40 on branches."""

NORTH_SOUTH = (
    Axis("原山大道", 117.964, "trunk"),
    Axis("西十路", 117.983, "secondary"),  # our reading
    Axis("北京路", 117.998, "primary"),  # our reading
    Axis("西八路", 118.012, "secondary"),  # our reading
    Axis("世纪路", 118.031, "primary"),
    Axis("西五路", 118.038, "secondary"),  # our reading
    Axis("柳泉路", 118.046, "primary"),
    Axis("金晶大道", 118.060, "primary"),
    Axis("东一路", 118.067, "secondary"),  # our reading
    Axis("东四路", 118.075, "primary"),
    Axis("宝山路", 118.091, "secondary"),  # our reading
    Axis("花山路", 118.105, "secondary"),
    Axis("鲁山大道", 118.124, "trunk"),
)
"""From west to east. Assumption: classes other than trunk."""

EAST_WEST = (
    Axis("昌国路", 36.790, "primary"),
    Axis("新村路", 36.797, "primary"),
    Axis("共青团路", 36.804, "secondary"),
    Axis("人民路", 36.811, "primary"),
    Axis("华光路", 36.820, "primary"),
    Axis("联通路", 36.830, "secondary"),  # our reading
    Axis("鲁泰大道", 36.843, "primary"),  # our reading
    Axis("三赢路", 36.867, "secondary"),
)
"""From south to north. Assumption: classes."""

ZONES = (
    ("centre", "centre", "中心城区 Centre", (118.0133, 36.7911, 118.0737, 36.8288)),
    ("inner_ring", "inner_ring", "内环 Inner ring", (117.9967, 36.7889, 118.0923, 36.8441)),
    ("residential_north", "residential", "北部居住区 North", (118.0145, 36.8456, 118.0585, 36.8655)),
    ("residential_west", "residential", "西部居住区 West", (117.9655, 36.8121, 117.9955, 36.8411)),
)
"""
Zones: id, role, name and west, south, east, north at the reference longitude [degrees].

The centre lies half a block inside the ring of 西八路, 昌国路, 东四路 and 联通路, so that the ring stays open.
Assumption: boundaries; the district's notice of 2018 names a larger ring.
"""

PLACE_NAMES = {
    "hub": (
        "东部物流园 East hub",
        "东北物流园 North-east hub",
        "北部批发市场 North hub",
        "西北物流园 North-west hub",
        "西部货运枢纽 West hub",
        "西南物流园 South-west hub",
        "南部货运站 South hub",
        "东南物流园 South-east hub",
    ),
    "distribution_centre": (
        "西北公共配送中心 North-west distribution centre",
        "西南公共配送中心 South-west distribution centre",
        "东部公共配送中心 East distribution centre",
    ),
    "station_site": tuple(f"末端共同配送站 {number:02d}" for number in range(1, 41)),
    "charger": tuple(f"公共充电站 {number:02d}" for number in range(1, 31)),
}
"""Names of places, made up; hubs in the order east, then counter-clockwise."""

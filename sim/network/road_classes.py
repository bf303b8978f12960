"""
Lanes, free speed and capacity by road class, for links whose tags do not say.

Source: the defaults of MATSim's OpenStreetMap readers as kept in genet (`matsim_xml_values.py`): capacity a lane and
hour, and free speed, by `highway` tag. Assumption: lanes. Means of neighbours would be no better: only 0.7 % of the
links of a Chinese district carry `maxspeed` and 18 % carry `lanes`.
"""

from __future__ import annotations

from dataclasses import dataclass

JAM_SPACING_M = 7.5
"""Length that a standing vehicle takes [m]. Source: MATSim, effective vehicle length."""

MAX_CAPACITY_SHARE = 0.9
"""
Largest capacity as a share of (jam density x free speed) [-].

Assumption: a triangular fundamental diagram needs s < k v; on a street so slow that the class value breaks
this, the flow is lowered.
"""

WAVE_SPEED_MPS = 5.0
"""
Speed at which the end of a queue that dissolves travels back [m/s].

Source: waves of stop and go run back at about 15 to 20 km/h on roads of all kinds (Treiber and Kesting 2013, Traffic
Flow Dynamics, ch. 8). With jam spacing and free speed it gives the saturation flow: 1,500 veh/h a lane at 30 km/h.
"""


@dataclass(frozen=True, slots=True)
class RoadClass:
    """
    What a link of this class is like where its tags do not say.

    Parameters
    ----------
    rank
        0 for the largest roads; decides which approach of a crossing is the main one.
    lanes
        Lanes in one direction.
    free_speed_mps
        Free-flow speed [m/s].
    capacity_veh_per_h_lane
        Flow that one lane carries over the end of a link without a signal [veh/h]: side streets, people who park and
        walk, and giving way are in it.
    """

    rank: int
    lanes: float
    free_speed_mps: float
    capacity_veh_per_h_lane: float


_RAMP_SPEED_MPS = 16.7

ROAD_CLASSES: dict[str, RoadClass] = {
    "motorway": RoadClass(0, 2, 33.3, 2000),
    "trunk": RoadClass(1, 2, 22.2, 2000),
    "primary": RoadClass(2, 2, 22.2, 1500),
    "secondary": RoadClass(3, 1, 16.7, 1000),
    "tertiary": RoadClass(4, 1, 12.5, 600),
    "unclassified": RoadClass(5, 1, 12.5, 600),
    "road": RoadClass(5, 1, 12.5, 600),
    "residential": RoadClass(6, 1, 8.3, 600),
    "living_street": RoadClass(7, 1, 4.2, 300),
    "service": RoadClass(8, 1, 4.2, 300),
    "motorway_link": RoadClass(1, 1, _RAMP_SPEED_MPS, 1500),
    "trunk_link": RoadClass(2, 1, _RAMP_SPEED_MPS, 1500),
    "primary_link": RoadClass(3, 1, _RAMP_SPEED_MPS, 1500),
    "secondary_link": RoadClass(4, 1, _RAMP_SPEED_MPS, 1000),
    "tertiary_link": RoadClass(5, 1, 12.5, 600),
}
"""Road classes by OpenStreetMap `highway` tag. Assumption: `living_street` as `service`."""

DEFAULT_CLASS = "unclassified"
"""Class of a link whose `highway` tag is unknown."""


def road_class_of(name: str) -> RoadClass:
    """Values of a road class; those of `DEFAULT_CLASS` for an unknown name."""
    return ROAD_CLASSES.get(name, ROAD_CLASSES[DEFAULT_CLASS])


def largest_capacity_veh_per_h(lanes: float, free_speed_mps: float) -> float:
    """Largest capacity that a triangular fundamental diagram allows, all lanes [veh/h]."""
    return MAX_CAPACITY_SHARE * lanes / JAM_SPACING_M * free_speed_mps * 3600.0


def saturation_flow_veh_per_h(lanes: float, free_speed_mps: float) -> float:
    """
    Flow at the apex of the triangular fundamental diagram, all lanes [veh/h].

    k v w / (v + w), with jam density k and wave speed w: what a road can take in, whatever its end lets out.

    Examples
    --------
    >>> round(saturation_flow_veh_per_h(1, 30 / 3.6))
    1500
    """
    return lanes / JAM_SPACING_M * free_speed_mps * WAVE_SPEED_MPS / (free_speed_mps + WAVE_SPEED_MPS) * 3600.0

"""
The road network: nodes and links with capacities, zones by role, places, and paths over them.

It decides what a street is like where the data do not say, and on which link a place lies.
It asks nothing of other rooms and emits no events; files in, `RoadNetwork` out.
"""

from __future__ import annotations

from sim.network.build import SOURCES as SOURCES
from sim.network.build import build_network as build_network
from sim.network.grid import GridParams as GridParams
from sim.network.grid import grid_network as grid_network
from sim.network.info import network_table as network_table
from sim.network.io import check_network as check_network
from sim.network.io import find_network as find_network
from sim.network.io import network_names as network_names
from sim.network.io import read_network as read_network
from sim.network.nearest_link import distance_to_links_m as distance_to_links_m
from sim.network.nearest_link import find_links_near as find_links_near
from sim.network.place_sampling import PlaceSamplingParams as PlaceSamplingParams
from sim.network.place_sampling import complete_places as complete_places
from sim.network.place_sampling import sample_places as sample_places
from sim.network.places import SHOP_TYPES as SHOP_TYPES
from sim.network.road_network import RoadNetwork as RoadNetwork
from sim.network.signals import SignalParams as SignalParams
from sim.network.validate import is_warning as is_warning
from sim.network.write import write_network as write_network
from sim.network.zones import default_zones as default_zones
from sim.network.zones import links_in_zone as links_in_zone

"""
Traffic: where time is lost.

Moves every vehicle over links and says when it arrives, what it took and what it met. Asks for routes,
travel times believed and link closures as arrays; knows no agents and no carriers. Importing it loads
neither Mesa nor OSMnx.
"""

from sim.traffic.assigned_day import AssignedDay as AssignedDay
from sim.traffic.assigned_day import DayAssignmentParams as DayAssignmentParams
from sim.traffic.assigned_day import links_for_sample as links_for_sample
from sim.traffic.assigned_day_cache import assigned_day as assigned_day
from sim.traffic.assignment import AssignmentParams as AssignmentParams
from sim.traffic.assignment import assign as assign
from sim.traffic.network_loading import LoadingResult as LoadingResult
from sim.traffic.network_loading import load_network as load_network
from sim.traffic.params import TrafficParams as TrafficParams
from sim.traffic.profile_engine import ProfileEngine as ProfileEngine
from sim.traffic.queue_engine import QueueEngine as QueueEngine
from sim.traffic.rerouting import ReplannedRoutes as ReplannedRoutes
from sim.traffic.rerouting import ReplanParams as ReplanParams
from sim.traffic.rerouting import replanned_routes as replanned_routes
from sim.traffic.routed_trips import RoutedTrips as RoutedTrips
from sim.traffic.travel_times import BinnedTravelTimes as BinnedTravelTimes
from sim.traffic.vehicle_positions import VehiclePositions as VehiclePositions

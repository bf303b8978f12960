"""
What carriers decide before the day: fleets, districts and tours.

Asks the network for travel times and the rules for link closures as believed; emits a plan of tours
for each van, and the orders that no tour takes. Knows nothing of what happens on the day.
"""

from sim.planning.bulk_transfer import BulkTransfer as BulkTransfer
from sim.planning.capacity_sharing import SharedPlan as SharedPlan
from sim.planning.capacity_sharing import SharingParams as SharingParams
from sim.planning.capacity_sharing import SharingPlatform as SharingPlatform
from sim.planning.charging_plan import ChargingOffer as ChargingOffer
from sim.planning.charging_plan import PlannedCharge as PlannedCharge
from sim.planning.charging_plan import TourEnergy as TourEnergy
from sim.planning.charging_plan import plan_charge as plan_charge
from sim.planning.day_plan import DayPlan as DayPlan
from sim.planning.day_plan import DayPlanner as DayPlanner
from sim.planning.fleet import CarrierSpec as CarrierSpec
from sim.planning.fleet import FleetParams as FleetParams
from sim.planning.fleet import VanSpec as VanSpec
from sim.planning.fleet import build_fleet as build_fleet
from sim.planning.fleet import build_fleets as build_fleets
from sim.planning.fleet import vans_for as vans_for
from sim.planning.joint_params import JointParams as JointParams
from sim.planning.plan_cache import PlanCache as PlanCache
from sim.planning.planning_params import PlanningParams as PlanningParams
from sim.planning.planning_params import PlanningView as PlanningView
from sim.planning.replanning import NewSequence as NewSequence
from sim.planning.replanning import StopAhead as StopAhead
from sim.planning.replanning import TourAhead as TourAhead
from sim.planning.replanning import TourReplanner as TourReplanner
from sim.planning.site_choice import SiteMap as SiteMap
from sim.planning.site_choice import VisitCost as VisitCost
from sim.planning.tour_problem import TourPlan as TourPlan
from sim.planning.tour_problem import TourProblem as TourProblem
from sim.planning.tour_problem import TourVehicles as TourVehicles
from sim.planning.tours import plan_tours as plan_tours
from sim.planning.van_tour import PlannedStop as PlannedStop
from sim.planning.van_tour import VanTour as VanTour
from sim.planning.vehicle_type import VehicleTypeParams as VehicleTypeParams
from sim.planning.wave import Wave as Wave
from sim.planning.wave import WaveParams as WaveParams

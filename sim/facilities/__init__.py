"""
Places where vans stop and wait: loading berths, charging sites, the queue before both, and terminal stations.

Decides where berths, public connectors and stations are, who is next, and which parcels a station takes; proposes sites
for stations and centres. Knows no clock and no agents.
"""

from sim.facilities.berth_supply import berths_by_rule as berths_by_rule
from sim.facilities.berth_supply import day_berths as day_berths
from sim.facilities.charging_site import ChargingParams as ChargingParams
from sim.facilities.charging_site import ChargingSite as ChargingSite
from sim.facilities.charging_site import public_charging_sites as public_charging_sites
from sim.facilities.curb_zones import read_curb_zones as read_curb_zones
from sim.facilities.curb_zones import write_curb_zones as write_curb_zones
from sim.facilities.distribution_centre import CentreParams as CentreParams
from sim.facilities.distribution_centre import DistributionCentre as DistributionCentre
from sim.facilities.distribution_centre import SortingLine as SortingLine
from sim.facilities.docks import DockBook as DockBook
from sim.facilities.docks import DockParams as DockParams
from sim.facilities.hub import Hub as Hub
from sim.facilities.loading_berth import BerthParams as BerthParams
from sim.facilities.loading_berth import LoadingBerth as LoadingBerth
from sim.facilities.loading_berth import berths_in_reach as berths_in_reach
from sim.facilities.queue import WaitingQueue as WaitingQueue
from sim.facilities.site_proposal import SiteProposal as SiteProposal
from sim.facilities.site_proposal import propose_centres as propose_centres
from sim.facilities.site_proposal import propose_stations as propose_stations
from sim.facilities.siting import Objective as Objective
from sim.facilities.siting import Siting as Siting
from sim.facilities.siting import propose_sites as propose_sites
from sim.facilities.station_sites import read_station_sites as read_station_sites
from sim.facilities.station_sites import write_sites as write_sites
from sim.facilities.terminal_station import StationParams as StationParams
from sim.facilities.terminal_station import TerminalStation as TerminalStation
from sim.facilities.terminal_station import station_of_parcels as station_of_parcels
from sim.facilities.terminal_station import station_receivers as station_receivers
from sim.facilities.terminal_station import terminal_stations as terminal_stations

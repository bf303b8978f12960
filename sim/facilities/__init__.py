"""
Places where vans stop and wait: loading berths, charging sites, and the queue before both.

Decides where berths and public connectors are and who is next; knows no clock and no agents.
"""

from sim.facilities.charging_site import ChargingParams as ChargingParams
from sim.facilities.charging_site import ChargingSite as ChargingSite
from sim.facilities.charging_site import public_charging_sites as public_charging_sites
from sim.facilities.loading_berth import BerthParams as BerthParams
from sim.facilities.loading_berth import LoadingBerth as LoadingBerth
from sim.facilities.loading_berth import berths_by_shop_density as berths_by_shop_density
from sim.facilities.loading_berth import berths_in_reach as berths_in_reach
from sim.facilities.queue import WaitingQueue as WaitingQueue

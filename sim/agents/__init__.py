"""
Who acts on the day: carriers, vans, shops, berths and chargers as Mesa agents.

Agents decide and act; ways, times and energy are the traffic engine's answers, queues are the
facilities'. They announce facts (`sim.events`) and never compute measures.
"""

from sim.agents.berth import Berth as Berth
from sim.agents.bulk_truck import BulkTruck as BulkTruck
from sim.agents.carrier import Carrier as Carrier
from sim.agents.centre import Centre as Centre
from sim.agents.centre import ReleasedGoods as ReleasedGoods
from sim.agents.charger import ChargerSite as ChargerSite
from sim.agents.city import City as City
from sim.agents.city import Luck as Luck
from sim.agents.city import OrderBook as OrderBook
from sim.agents.city import ServiceParams as ServiceParams
from sim.agents.docks import Docks as Docks
from sim.agents.docks import DockSlot as DockSlot
from sim.agents.electric_van import ElectricVan as ElectricVan
from sim.agents.shop import Shop as Shop
from sim.agents.van import FuelVan as FuelVan
from sim.agents.van import Van as Van
from sim.agents.vehicle import Vehicle as Vehicle

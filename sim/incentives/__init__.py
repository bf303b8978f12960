"""
What the city pays for clean vans, what vans cost to own, and what carriers buy then.

Pure functions of costs, ages and payments; the days that waits and access costs are taken from are simulated elsewhere
(`sim.experiment.fleet_response`). Emits shares of vehicle types and subsidies in CNY.
"""

from sim.incentives.incentive_params import IncentiveParams as IncentiveParams
from sim.incentives.operating_subsidy import operating_subsidy_cny_per_day as operating_subsidy_cny_per_day
from sim.incentives.operating_subsidy import operating_subsidy_cny_per_month as operating_subsidy_cny_per_month
from sim.incentives.ownership_cost import OwnershipCost as OwnershipCost
from sim.incentives.ownership_cost import VehicleOwnershipParams as VehicleOwnershipParams
from sim.incentives.ownership_cost import annuity_cny_per_year as annuity_cny_per_year
from sim.incentives.ownership_cost import capital_cny_per_year as capital_cny_per_year
from sim.incentives.response_params import FleetResponseParams as FleetResponseParams

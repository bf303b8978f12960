"""
Energy: what driving takes from tank and battery, and what charging gives, takes and costs.

It decides consumption and exhaust by average speed, load and temperature, the power a battery accepts, and the price
by hour. It asks nothing of other rooms and emits no events; `link_consumption` is called by the traffic engines.
"""

from __future__ import annotations

from sim.energy.battery import Battery as Battery
from sim.energy.charging_curve import CHARGING_SHAPES as CHARGING_SHAPES
from sim.energy.charging_curve import ChargingCurve as ChargingCurve
from sim.energy.charging_curve import GridDraw as GridDraw
from sim.energy.charging_curve import charging_curve_of as charging_curve_of
from sim.energy.charging_curve import grid_draw as grid_draw
from sim.energy.consumption import CONSUMPTION_COLUMNS as CONSUMPTION_COLUMNS
from sim.energy.consumption import ConsumptionCurve as ConsumptionCurve
from sim.energy.consumption import QuantityCurve as QuantityCurve
from sim.energy.consumption import cabin_kw as cabin_kw
from sim.energy.consumption import cold_driving_factor as cold_driving_factor
from sim.energy.consumption import link_consumption as link_consumption
from sim.energy.consumption import trip_consumption as trip_consumption
from sim.energy.curves import consumption_coefficients as consumption_coefficients
from sim.energy.curves import find_curve as find_curve
from sim.energy.curves import planning_factor as planning_factor
from sim.energy.emissions import FUELS as FUELS
from sim.energy.emissions import GRID_FACTORS as GRID_FACTORS
from sim.energy.emissions import Fuel as Fuel
from sim.energy.emissions import GridFactor as GridFactor
from sim.energy.fitted_curves import CONSUMPTION_CURVES as CONSUMPTION_CURVES
from sim.energy.params import EnergyParams as EnergyParams
from sim.energy.tariff import TariffBand as TariffBand
from sim.energy.tariff import TariffParams as TariffParams
from sim.energy.tariff import charging_cost_cny as charging_cost_cny
from sim.energy.tariff import session_cost_cny as session_cost_cny

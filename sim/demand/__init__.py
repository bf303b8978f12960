"""
Demand: who receives goods, how much, between which hours, and from whom.

Decides shops and orders of a day from the places of a road network or a survey table. Asks the network which link a
position lies on. Emits tables of shops and orders in which each row depends on the seed and its own names alone, so
that scenarios can be compared order by order.
"""

from __future__ import annotations

from sim.demand.calibration import CalibrationParams as CalibrationParams
from sim.demand.calibration import DemandScale as DemandScale
from sim.demand.calibration import calibrate_demand as calibrate_demand
from sim.demand.calibration import scaled_trips as scaled_trips
from sim.demand.car_trips import CarTripsParams as CarTripsParams
from sim.demand.car_trips import car_trips as car_trips
from sim.demand.forecast import ForecastParams as ForecastParams
from sim.demand.homes import home_receivers as home_receivers
from sim.demand.od_table import OD_COLUMNS as OD_COLUMNS
from sim.demand.od_table import read_od_table as read_od_table
from sim.demand.od_table import trips_from_od_files as trips_from_od_files
from sim.demand.od_table import trips_of_od_table as trips_of_od_table
from sim.demand.od_zones import OdZones as OdZones
from sim.demand.od_zones import read_od_zones as read_od_zones
from sim.demand.params import DemandParams as DemandParams
from sim.demand.parcel_orders import HandoverTime as HandoverTime
from sim.demand.parcel_orders import parcel_orders as parcel_orders
from sim.demand.parcel_params import ParcelParams as ParcelParams
from sim.demand.parcels import draw_parcels as draw_parcels
from sim.demand.parcels import expected_parcels as expected_parcels
from sim.demand.passages import Passages as Passages
from sim.demand.passages import passages_of as passages_of
from sim.demand.shipments import ORDER_COLUMNS as ORDER_COLUMNS
from sim.demand.shipments import make_orders as make_orders
from sim.demand.shop_source import load_shops as load_shops
from sim.demand.shop_types import SHOP_TYPES as SHOP_TYPES
from sim.demand.shop_types import ShopTypeParams as ShopTypeParams
from sim.demand.shop_types import WindowShare as WindowShare
from sim.demand.shops import SHOP_COLUMNS as SHOP_COLUMNS
from sim.demand.shops import shops_from_places as shops_from_places
from sim.demand.suppliers import orders_per_average_day as orders_per_average_day
from sim.demand.suppliers import supplier_mix as supplier_mix
from sim.demand.survey import read_survey as read_survey
from sim.demand.survey import write_survey_template as write_survey_template
from sim.demand.trip_table import TRIP_COLUMNS as TRIP_COLUMNS
from sim.demand.trip_table import read_trip_list as read_trip_list

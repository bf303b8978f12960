"""What indicators depend on besides the result tables: prices, supply and the hours they refer to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from sim.contracts import FloatArray
from sim.measures.cost_params import CostParams
from sim.measures.subsidies import SubsidyTerms
from sim.units import SECONDS_PER_DAY


@dataclass(frozen=True, slots=True)
class VehicleCost:
    """
    What a van of a type costs besides driver and energy.

    Parameters
    ----------
    fixed_cny_per_day
        Capital, insurance and tax a working day [CNY/d].
    maintenance_cny_per_km
        Maintenance and tyres [CNY/km].
    """

    fixed_cny_per_day: float
    maintenance_cny_per_km: float


@dataclass(frozen=True, slots=True)
class KpiContext:
    """
    What is known of a run besides its tables.

    Parameters
    ----------
    cost
        Prices and wages.
    vehicle_costs
        Cost of each vehicle type in table `vans`.
    diesel_mj_per_l, petrol_mj_per_l
        Energy content of fuels, lower heating value [MJ/L].
    grid_factor_by_hour_kg_per_kwh
        The same for each hour of the day, shape (24,), which then counts instead [kg/kWh]; None: the same all day.
    grid_factor_kg_per_kwh
        Carbon dioxide per electricity from the grid [kg/kWh].
    charger_efficiency
        Energy into the battery per energy from the grid [-].
    public_connectors, depot_connectors
        Connectors that the public fleet can use, and connectors at depots.
    berth_spaces
        Van spaces in all berths.
    berth_from_s, berth_until_s
        Hours of the berths [s from midnight of day 1].
    day_from_s, day_until_s
        Operating day, to which utilisation refers [s from midnight of day 1].
    night_from_s, night_until_s
        Night window by time of day [s]; may run past midnight.
    terminal_stations
        Terminal joint delivery stations in use.
    sharing_cny
        What each carrier pays others for delivering for it, less what it earns so [CNY].
    subsidies
        What the city pays for vans; nothing when None.
    has_cars
        Whether car traffic was simulated.
    link_length_m, link_free_flow_s
        Links of the network by `link_id`: length [m] and travel time on empty streets [s].
    """

    cost: CostParams
    vehicle_costs: Mapping[str, VehicleCost]
    diesel_mj_per_l: float
    petrol_mj_per_l: float
    grid_factor_kg_per_kwh: float
    charger_efficiency: float
    grid_factor_by_hour_kg_per_kwh: tuple[float, ...] | None = None
    public_connectors: int = 0
    depot_connectors: int = 0
    berth_spaces: int = 0
    berth_from_s: float = 0.0
    berth_until_s: float = SECONDS_PER_DAY
    day_from_s: float = 0.0
    day_until_s: float = SECONDS_PER_DAY
    night_from_s: float = 22.0 * 3600.0
    night_until_s: float = 6.0 * 3600.0
    terminal_stations: int = 0
    sharing_cny: Mapping[str, float] = field(default_factory=dict)
    subsidies: SubsidyTerms | None = None
    has_cars: bool = False
    link_length_m: FloatArray = field(default_factory=lambda: np.zeros(0))
    link_free_flow_s: FloatArray = field(default_factory=lambda: np.zeros(0))

    @property
    def operating_day_s(self) -> float:
        """Length of the operating day [s]."""
        return self.day_until_s - self.day_from_s

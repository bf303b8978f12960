"""
Consumption and exhaust of a link traversal by average speed, load and temperature.

Every quantity follows f(v) = A + B/v + C v^2 per km, v being the average speed on the link, stops included. Written as
`A km + B h + C v^2 km` it needs no division: A is what the distance takes, B what the time takes. The curves hold from
4 to 70 km/h; outside, v is clamped, and time beyond what 4 km/h would take counts at the idle rate.

Not modelled: cold starts of engines, gradients, wind, differences between drivers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numba import njit

from sim.contracts import FloatArray

CONSUMPTION_COLUMNS = ("energy_kwh", "fuel_l", "co2_g", "nox_g", "pm_g")
"""Quantities in the order of the second axis of the packed array; energy is drawn from the battery, the rest is fuel
burnt and what leaves the vehicle (`pm_g` with wear of tyres, brakes and road)."""

COEFFICIENTS = ("a", "b", "c", "idle_per_h", "payload_base", "payload_rel_per_kg", "payload_abs_per_kg_km")
"""Third axis of the packed array: per km, per h, per km/(km/h)^2, per h at a stand, [-], [1/kg], per kg and km."""

SLOWEST_KPH, FASTEST_KPH = 4.0, 70.0
"""Range of average speed in which the curves were fitted [km/h]."""

COMFORT_FROM_C, COMFORT_UNTIL_C = 10.0, 28.0
HEATING_KW_PER_C, COOLING_KW_PER_C = 0.10, 0.05
COLD_DRIVING_PER_C = 0.005
"""Assumption: below 10 deg C a cabin takes 100 W more a degree, and tyres and air resist 0.5 % more; above 28 deg C its
cooling takes 50 W a degree. For the van of 2.6 t at -10 deg C that makes 1.96 times the electricity of a mild day at
8 km/h, 1.52 at 20, 1.34 at 35 and 1.24 at 53 km/h; a longitudinal model with 2.5 kW of heating gave 1.9 to 2.0 below
8 km/h, 1.55 to 1.6 at 20, 1.4 at 35 and 1.25 at 53 km/h."""

Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class QuantityCurve:
    """
    One quantity per km against average speed v [km/h]: `a + b/v + c v^2`.

    Parameters
    ----------
    a, b, c
        Coefficients [unit/km], [unit/h], [unit h^2/km^3].
    idle_per_h
        Rate at a stand [unit/h].
    """

    a: float = 0.0
    b: float = 0.0
    c: float = 0.0
    idle_per_h: float = 0.0

    def per_km(self, speed_kph: float) -> float:
        """Quantity per km at an average speed [unit/km], without load factor."""
        v = min(max(speed_kph, SLOWEST_KPH), FASTEST_KPH)
        return self.a + self.b / v + self.c * v * v

    def scaled(self, factor: float) -> QuantityCurve:
        """The same curve times a factor [-]."""
        return QuantityCurve(self.a * factor, self.b * factor, self.c * factor, self.idle_per_h * factor)

    def __add__(self, other: QuantityCurve) -> QuantityCurve:
        return QuantityCurve(self.a + other.a, self.b + other.b, self.c + other.c, self.idle_per_h + other.idle_per_h)


@dataclass(frozen=True, slots=True)
class ConsumptionCurve:
    """
    What a kind of vehicle consumes and emits.

    Parameters
    ----------
    name, label
        Key in configurations, and name for readers.
    energy_kwh, fuel_l, co2_g, nox_g, pm_g
        Curves of the five quantities.
    source
        Where the numbers come from, or that they are assumed.
    confidence
        How far to trust them.
    payload_kwh_per_kg_km
        Electricity per load and distance [kWh/(kg km)].
    fuel_payload_base, fuel_payload_span
        Fuel and exhaust are multiplied by `base + span * load ratio` [-].
    battery_cabin
        Share of the cabin's heating, cooling and further auxiliaries that the battery feeds [-]; 0 without a cabin, or
        with an engine.
    """

    name: str
    label: str
    source: str
    confidence: Confidence
    energy_kwh: QuantityCurve = field(default_factory=QuantityCurve)
    fuel_l: QuantityCurve = field(default_factory=QuantityCurve)
    co2_g: QuantityCurve = field(default_factory=QuantityCurve)
    nox_g: QuantityCurve = field(default_factory=QuantityCurve)
    pm_g: QuantityCurve = field(default_factory=QuantityCurve)
    payload_kwh_per_kg_km: float = 0.0
    fuel_payload_base: float = 1.0
    fuel_payload_span: float = 0.0
    battery_cabin: float = 0.0

    def packed(self, payload_capacity_kg: float, temperature_c: float, auxiliary_kw: float = 0.0) -> FloatArray:
        """
        Coefficients for the kernels, shape (5, 7), axes `CONSUMPTION_COLUMNS` and `COEFFICIENTS`.

        Parameters
        ----------
        payload_capacity_kg
            Load at which the load ratio is 1 [kg].
        temperature_c
            Air temperature [deg C]; electricity alone depends on it.
        auxiliary_kw
            Further load while the van is on the road, such as a refrigerator [kW].
        """
        rows = np.zeros((len(CONSUMPTION_COLUMNS), len(COEFFICIENTS)))
        for row, quantity in enumerate(CONSUMPTION_COLUMNS):
            curve: QuantityCurve = getattr(self, quantity)
            rows[row, :4] = curve.a, curve.b, curve.c, curve.idle_per_h
            rows[row, 4:6] = self.fuel_payload_base, self.fuel_payload_span / payload_capacity_kg
        rows[0, 4:] = 1.0, 0.0, self.payload_kwh_per_kg_km
        rows[0, [0, 2, 6]] *= cold_driving_factor(temperature_c)
        rows[0, [1, 3]] += self.battery_cabin * (cabin_kw(temperature_c) + auxiliary_kw)
        return rows


def cabin_kw(temperature_c: float) -> float:
    """
    Heating or cooling of a cabin beyond that of a mild day [kW]: 0 from 10 to 28 deg C.

    Examples
    --------
    >>> cabin_kw(20.0), round(cabin_kw(-10.0), 6), round(cabin_kw(38.0), 6)
    (0.0, 2.0, 0.5)
    """
    cold_c, hot_c = max(0.0, COMFORT_FROM_C - temperature_c), max(0.0, temperature_c - COMFORT_UNTIL_C)
    return HEATING_KW_PER_C * cold_c + COOLING_KW_PER_C * hot_c


def cold_driving_factor(temperature_c: float) -> float:
    """
    Electricity for driving against that of a mild day [-]: more when tyres and air are cold.

    Examples
    --------
    >>> cold_driving_factor(20.0), round(cold_driving_factor(-10.0), 6)
    (1.0, 1.1)
    """
    return 1.0 + COLD_DRIVING_PER_C * max(0.0, COMFORT_FROM_C - temperature_c)


@njit(cache=True)
def link_consumption(
    coefficients: FloatArray, vehicle_class: int, quantity: int, length_m: float, time_s: float, payload_kg: float
) -> float:
    """
    One quantity of one link traversal [kWh, L or g].

    Parameters
    ----------
    coefficients
        Packed array of `curves.consumption_coefficients`.
    vehicle_class, quantity
        Rows of its first and second axis.
    length_m, time_s
        Length driven [m] and time on the link [s], both 0 or more.
    payload_kg
        Load on board [kg].
    """
    k = coefficients[vehicle_class, quantity]
    km = length_m / 1000.0
    hours = time_s / 3600.0
    moving_h = min(max(hours, km / FASTEST_KPH), km / SLOWEST_KPH)
    driven = 0.0
    if km > 0.0:
        v = km / moving_h
        driven = k[0] * km + k[1] * moving_h + k[2] * v * v * km
    idle_h = max(0.0, hours - moving_h)
    load_factor = k[4] + k[5] * payload_kg
    return (driven + k[3] * idle_h) * load_factor + k[6] * payload_kg * km  # type: ignore[no-any-return]


@njit(cache=True)
def trip_consumption(
    coefficients: FloatArray,
    vehicle_class: int,
    length_m: FloatArray,
    time_s: FloatArray,
    payload_kg: float,
    energy_budget_kwh: float,
) -> tuple[FloatArray, int]:
    """
    Consumption of the links of a trip up to the end or to an empty battery.

    A trip whose budget runs out ends with the link on which it does; electricity then equals the budget, so that a
    battery ends at zero to the digit. When that link is the last, the vehicle has arrived.

    Parameters
    ----------
    coefficients, vehicle_class, payload_kg
        As in `link_consumption`.
    length_m, time_s
        Length [m] and time [s] of each link, shape (n_links,).
    energy_budget_kwh
        Electricity that can be drawn [kWh]; infinity without a battery.

    Returns
    -------
    tuple
        Totals in the order of `CONSUMPTION_COLUMNS`, shape (5,), and the number of links counted.
    """
    used = np.zeros(5)
    for link in range(len(length_m)):
        for quantity in range(5):
            used[quantity] += link_consumption(
                coefficients, vehicle_class, quantity, length_m[link], time_s[link], payload_kg
            )
        if used[0] > energy_budget_kwh:
            used[0] = energy_budget_kwh
            return used, link + 1
    return used, len(length_m)

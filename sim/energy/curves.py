"""
The consumption curves that configurations may name, plug-in hybrids among them, packed for a fleet.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.contracts import FloatArray
from sim.energy.consumption import COEFFICIENTS, CONSUMPTION_COLUMNS, ConsumptionCurve, QuantityCurve
from sim.energy.fitted_curves import CONSUMPTION_CURVES
from sim.energy.params import EnergyParams
from sim.errors import ConfigError

PHEV_CURVES = {"phev_van": ("bev_van_2600kg", "petrol_n1_iii_euro6ab")}
"""Plug-in hybrids: the electric and the petrol vehicle that they switch between."""


def plug_in_hybrid(
    name: str, label: str, electric: ConsumptionCurve, petrol: ConsumptionCurve, electric_share: float
) -> ConsumptionCurve:
    """
    Curve of a plug-in hybrid: so much of every kilometre on electricity, the rest on petrol.

    Parameters
    ----------
    name, label
        Key and name for readers.
    electric, petrol
        Vehicles whose consumption it has in either mode.
    electric_share
        Share of its distance on electricity [-].

    Raises
    ------
    ValueError
        If the share lies outside [0, 1].
    """
    if not 0.0 <= electric_share <= 1.0:
        raise ValueError(f"electric share of {name} must lie in [0, 1], found {electric_share}")

    def mixed(quantity: str) -> QuantityCurve:
        on_battery: QuantityCurve = getattr(electric, quantity)
        on_petrol: QuantityCurve = getattr(petrol, quantity)
        return on_battery.scaled(electric_share) + on_petrol.scaled(1.0 - electric_share)

    return ConsumptionCurve(
        name,
        label,
        f"Assumption: {electric_share:g} of the distance as {electric.label}, the rest as {petrol.label}",
        "low",
        energy_kwh=mixed("energy_kwh"),
        fuel_l=mixed("fuel_l"),
        co2_g=mixed("co2_g"),
        nox_g=mixed("nox_g"),
        pm_g=mixed("pm_g"),
        payload_kwh_per_kg_km=electric.payload_kwh_per_kg_km * electric_share,
        fuel_payload_base=petrol.fuel_payload_base,
        fuel_payload_span=petrol.fuel_payload_span,
        battery_cabin=electric.battery_cabin * electric_share,
    )


def find_curve(name: str, phev_electric_share: float = 0.5) -> ConsumptionCurve:
    """
    Consumption curve of a name.

    Parameters
    ----------
    name
        A key of `CONSUMPTION_CURVES`, or of `PHEV_CURVES`.
    phev_electric_share
        Share of its distance that a plug-in hybrid drives on electricity [-].

    Raises
    ------
    ConfigError
        If there is no such curve; the message lists those there are.
    """
    if name in PHEV_CURVES:
        electric, petrol = (CONSUMPTION_CURVES[part] for part in PHEV_CURVES[name])
        return plug_in_hybrid(name, "Plug-in hybrid van", electric, petrol, phev_electric_share)
    if name not in CONSUMPTION_CURVES:
        known = ", ".join(sorted([*CONSUMPTION_CURVES, *PHEV_CURVES]))
        raise ConfigError(f"consumption_curve: found {name!r}, expected one of {known}")
    return CONSUMPTION_CURVES[name]


PLANNING_KPH = 20.0
"""Average speed at which drivers reckon with the weather [km/h]. Assumption: delivery in town."""


def planning_factor(name: str, params: EnergyParams) -> float:
    """
    Electricity that drivers reckon with against that of a mild day [-], by the curve at `PLANNING_KPH`.

    Parameters
    ----------
    name
        Name of the consumption curve.
    params
        Weather and auxiliaries.

    Raises
    ------
    ConfigError
        If there is no such curve.
    """
    curve = find_curve(name, params.phev_electric_share)
    mild_kwh = curve.energy_kwh.per_km(PLANNING_KPH)
    if mild_kwh == 0.0:
        return 1.0
    a, b, c = curve.packed(1.0, params.temperature_c, params.auxiliary_kw)[0, :3]
    return float(a + b / PLANNING_KPH + c * PLANNING_KPH**2) / mild_kwh


def consumption_coefficients(vehicles: Sequence[tuple[str, float]], params: EnergyParams) -> FloatArray:
    """
    Packed coefficients of vehicle classes, shape (n_classes, 5, 7), for `consumption.link_consumption`.

    Parameters
    ----------
    vehicles
        Name of the curve and payload [kg] of each class, in the order of the engine's vehicle classes.
    params
        Temperature and the electric share of plug-in hybrids.

    Raises
    ------
    ConfigError
        If a curve is unknown or a payload is not above zero; all such classes are named.
    """
    faults: list[str] = []
    rows = []
    for number, (name, payload_kg) in enumerate(vehicles):
        where = f"vehicle class {number}"
        if not payload_kg > 0.0:
            faults.append(f"{where}: payload_kg must be above 0 [kg], found {payload_kg}")
        try:
            curve = find_curve(name, params.phev_electric_share)
        except ConfigError as error:
            faults += [f"{where}: {fault}" for fault in error.faults]
            continue
        if payload_kg > 0.0:
            rows.append(curve.packed(payload_kg, params.temperature_c, params.auxiliary_kw))
    if faults:
        raise ConfigError(faults)
    shape = (len(rows), len(CONSUMPTION_COLUMNS), len(COEFFICIENTS))
    return np.ascontiguousarray(rows, dtype=np.float64).reshape(shape)

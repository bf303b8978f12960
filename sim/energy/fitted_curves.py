"""
The fitted consumption curves.

Fuel vans: curves through runs of the HBEFA 4 classes of Eclipse SUMO over 14 synthetic stop-and-go cycles (cruise 25 to
80 km/h, acceleration 1.0, braking 1.3 m/s2, 1 Hz), average speed 4 to 70 km/h; largest error of fuel 5 %. SUMO's own
idle rate is several times too high and was replaced by the rates below.

Electric vehicles: fits to a longitudinal model (drag area 1.6, 2.2, 3.6 m2; rolling resistance 0.010; drive efficiency
0.88; recuperation 0.60; battery 0.96; 500 W of auxiliaries) over the same cycles; largest error 16 %. The HBEFA 4
electric vans give 225 to 272 (N1-II) and 288 to 341 Wh/km (N1-III) at 16 to 53 km/h; vans in service took 240 to 250
Wh/km (Wuhan Post 2018; BAIC 307EV 2015). The curve counts as that of the empty van: on the high side for it.
"""

from __future__ import annotations

from dataclasses import replace

from sim.energy.consumption import SLOWEST_KPH, ConsumptionCurve, QuantityCurve
from sim.energy.emissions import FUELS

_HBEFA = "HBEFA 4 by Eclipse SUMO, {} (EPL-2.0), fitted over stop-and-go cycles"
_MODEL = "Fit to a longitudinal model, textbook coefficients, mass {} t"

_WEAR_PM_MG_PER_KM = 24.8
"""Wear of tyres, brakes and road of a van without an engine [mg/km]. Assumption: as the part of the diesel N1-III curve
that does not depend on speed; less brake wear by recuperation is not counted."""

_PAYLOAD_KWH_PER_KG_KM = 6.6e-5
"""Longitudinal model at 40 km/h with a stop every 300 m: 6.6 Wh/km per 100 kg."""

_AUXILIARIES_KW = 0.5
"""Auxiliaries of an electric van at a stand [kW]. Assumption: mild weather."""


def _fuel_van(
    name: str,
    label: str,
    sumo_class: str,
    fuel: str,
    *,
    fuel_g: tuple[float, float, float],
    co2_g: tuple[float, float, float],
    nox_mg: tuple[float, float, float],
    pm_mg: tuple[float, float, float],
    idle_g_per_s: float,
) -> ConsumptionCurve:
    """Curve of a fuel van; exhaust at idle per gram of fuel as at the slow end of the curves."""
    idle_g_per_h = idle_g_per_s * 3600.0
    per_fuel_g = 1.0 / QuantityCurve(*fuel_g).per_km(SLOWEST_KPH)
    density_g_per_l = FUELS[fuel].density_kg_per_l * 1000.0

    def exhaust(abc: tuple[float, float, float], unit_g: float) -> QuantityCurve:
        curve = QuantityCurve(*abc).scaled(unit_g)
        return replace(curve, idle_per_h=curve.per_km(SLOWEST_KPH) * per_fuel_g * idle_g_per_h)

    return ConsumptionCurve(
        name,
        label,
        _HBEFA.format(sumo_class) + "; load factor and idle exhaust: Assumption",
        "medium",
        fuel_l=replace(QuantityCurve(*fuel_g), idle_per_h=idle_g_per_h).scaled(1.0 / density_g_per_l),
        co2_g=exhaust(co2_g, 1.0),
        nox_g=exhaust(nox_mg, 1e-3),
        pm_g=exhaust(pm_mg, 1e-3),
        fuel_payload_base=0.9,
        fuel_payload_span=0.2,
    )


def _electric(name: str, label: str, mass_t: float, wh_per_km: tuple[float, float, float]) -> ConsumptionCurve:
    curve = replace(QuantityCurve(*wh_per_km).scaled(1e-3), idle_per_h=_AUXILIARIES_KW)
    return ConsumptionCurve(
        name,
        label,
        _MODEL.format(mass_t) + "; wear particles: Assumption",
        "medium",
        energy_kwh=curve,
        pm_g=QuantityCurve(a=_WEAR_PM_MG_PER_KM * 1e-3),
        payload_kwh_per_kg_km=_PAYLOAD_KWH_PER_KG_KM,
        battery_cabin=1.0,
    )


def _times(curve: ConsumptionCurve, factor: float, name: str, label: str, source: str) -> ConsumptionCurve:
    return replace(
        curve,
        name=name,
        label=label,
        source=source,
        confidence="low",
        fuel_l=curve.fuel_l.scaled(factor),
        co2_g=curve.co2_g.scaled(factor),
        nox_g=curve.nox_g.scaled(factor),
        pm_g=curve.pm_g.scaled(factor),
    )


_DIESEL_6AB = _fuel_van(
    "diesel_n1_iii_euro6ab",
    "Diesel van N1-III, Euro 6ab",
    "LCV_diesel_N1-III_Euro-6ab",
    "diesel",
    fuel_g=(60.0, 1001.0, 0.00129),
    co2_g=(186.6, 3115.0, 0.0040),
    nox_mg=(309.0, 4690.0, 0.028),
    pm_mg=(24.8, 12.5, 0.0009),
    idle_g_per_s=0.186,
)
_DIESEL_6D = _fuel_van(
    "diesel_n1_iii_euro6d",
    "Diesel van N1-III, Euro 6d",
    "LCV_diesel_N1-III_Euro-6d",
    "diesel",
    fuel_g=(52.8, 959.0, 0.00124),
    co2_g=(164.3, 2985.0, 0.0039),
    nox_mg=(57.4, 278.0, 0.0047),
    pm_mg=(31.5, 79.0, 0.0030),
    idle_g_per_s=0.186,
)
_PETROL_III = _fuel_van(
    "petrol_n1_iii_euro6ab",
    "Petrol van N1-III, Euro 6ab",
    "LCV_petrol_N1-III_Euro-6ab",
    "petrol",
    fuel_g=(53.4, 1033.0, 0.0017),
    co2_g=(164.6, 3186.0, 0.0052),
    nox_mg=(20.6, 620.0, -0.0008),
    pm_mg=(29.8, -23.0, 0.0026),
    idle_g_per_s=0.22,
)
_PETROL_II = _fuel_van(
    "petrol_n1_ii_euro6ab",
    "Petrol micro-van N1-II, Euro 6ab",
    "LCV_petrol_N1-II_Euro-6ab",
    "petrol",
    fuel_g=(32.8, 796.0, 0.0016),
    co2_g=(101.1, 2456.0, 0.0049),
    nox_mg=(13.1, 453.0, -0.0004),
    pm_mg=(28.1, -23.0, 0.0020),
    idle_g_per_s=0.18,
)
_TRUCK = _times(
    _DIESEL_6AB,
    1.30,
    "diesel_truck_4m2_euro6ab",
    "Diesel light truck, 4.2 m box, 4.5 t",
    "Assumption: diesel van N1-III Euro 6ab times 1.30, for 11 to 14 L/100 km in town",
)
_TRICYCLE = ConsumptionCurve(
    "tricycle_electric",
    "Electric cargo tricycle",
    "Assumption: 60 Wh/km at 15 km/h, a battery of 4 to 7 kWh for 60 to 100 km; wear particles a fifth of a van's",
    "low",
    energy_kwh=QuantityCurve(a=0.045, b=0.225, idle_per_h=0.01),
    pm_g=QuantityCurve(a=0.2 * _WEAR_PM_MG_PER_KM * 1e-3),
    payload_kwh_per_kg_km=_PAYLOAD_KWH_PER_KG_KM,
)
_HUMAN = ConsumptionCurve(
    "human_powered", "Cargo bike or handcart", "Assumption: neither fuel, electricity nor exhaust counts", "high"
)

CONSUMPTION_CURVES: dict[str, ConsumptionCurve] = {
    curve.name: curve
    for curve in (
        _DIESEL_6AB,
        _DIESEL_6D,
        _PETROL_III,
        _PETROL_II,
        _TRUCK,
        _electric("bev_microvan_2000kg", "Electric micro-van, 2.0 t", 2.0, (137.0, 736.0, 0.0185)),
        _electric("bev_van_2600kg", "Electric van, 2.6 t", 2.6, (180.0, 791.0, 0.026)),
        _electric("bev_truck_3200kg", "Electric light truck, 3.2 t", 3.2, (239.0, 785.0, 0.046)),
        _electric("bev_truck_4490kg", "Electric light truck, 4.49 t", 4.49, (305.0, 1006.0, 0.042)),
        _TRICYCLE,
        _HUMAN,
    )
}
"""Curves by name; plug-in hybrids are made of two of them in `curves`."""

"""
Yearly cost of a van of a type in the hands of a carrier, from how vans were used on a simulated day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.incentives.incentive_params import IncentiveParams
from sim.incentives.operating_subsidy import operating_subsidy_cny_per_day
from sim.incentives.ownership_cost import OwnershipCost, annuity_cny_per_year, capital_cny_per_year
from sim.incentives.response_params import FleetResponseParams


@dataclass(frozen=True, slots=True)
class DayUse:
    """
    How vans of one type were used, by van and day.

    Parameters
    ----------
    orders
        Orders delivered.
    duty_h
        Hours from first departure to last return.
    km
        Distance [km].
    energy_cny_per_km
        Fuel and electricity [CNY/km].
    charging_h
        Hours lost for charging in public.
    public_charging_cny
        Price of public charging, before any discount [CNY].
    mishaps_cny
        Recovery and fines [CNY].
    """

    orders: float
    duty_h: float
    km: float
    energy_cny_per_km: float
    charging_h: float = 0.0
    public_charging_cny: float = 0.0
    mishaps_cny: float = 0.0


def access_cost_cny_per_day(
    with_rules: DayUse,
    without_rules: DayUse,
    *,
    worth_of_an_order_cny: float,
    driver_cny_per_h: float,
    maintenance_cny_per_km: float,
) -> float:
    """
    What access rules cost a van on a day, against the same day without them [CNY].

    Orders that it can no longer deliver are worth what an order costs the carriers on average; the driver's time and
    the kilometres saved are deducted. Time spent before closed zones costs, since it brings no order. Negative for vans
    that are exempt and take over the work of others.

    Parameters
    ----------
    with_rules, without_rules
        Use of the type on the two days.
    worth_of_an_order_cny
        Mean cost of an order on the day without rules [CNY].
    driver_cny_per_h
        Driver [CNY/h].
    maintenance_cny_per_km
        Maintenance and tyres [CNY/km].

    Examples
    --------
    >>> free, banned = DayUse(30.0, 6.0, 20.0, 0.5), DayUse(20.0, 5.0, 20.0, 0.5)
    >>> access_cost_cny_per_day(
    ...     banned, free, worth_of_an_order_cny=8.0, driver_cny_per_h=34.0, maintenance_cny_per_km=0.2
    ... )
    46.0
    """
    lost_cny = (without_rules.orders - with_rules.orders) * worth_of_an_order_cny
    saved_h, saved_km = without_rules.duty_h - with_rules.duty_h, without_rules.km - with_rules.km
    return lost_cny - saved_h * driver_cny_per_h - saved_km * (without_rules.energy_cny_per_km + maintenance_cny_per_km)


def yearly_cost(
    vehicle_type: str,
    use: DayUse,
    *,
    km_of_vans: Sequence[float],
    access_cny_per_day: float,
    maintenance_cny_per_km: float,
    driver_cny_per_h: float,
    incentives: IncentiveParams,
    params: FleetResponseParams,
) -> OwnershipCost:
    """
    Total cost of ownership of a new van of a type at a carrier.

    Its distance is the carrier's own; energy by kilometre, time for charging and cost of access are those of all vans
    of the type, since one carrier has too few to tell.

    Parameters
    ----------
    vehicle_type
        Type.
    use
        Use of the type.
    km_of_vans
        Distance of each of the carrier's vans on the day [km]; the operating subsidy is what each of them would get.
    access_cny_per_day
        What access rules cost the type [CNY/d].
    maintenance_cny_per_km
        Maintenance and tyres [CNY/km].
    driver_cny_per_h
        Driver [CNY/h].
    incentives
        What the city pays.
    params
        Prices, interest and working days.
    """
    vehicle, days = params.vehicles[vehicle_type], params.working_days_per_year
    km = sum(km_of_vans) / len(km_of_vans)
    paid_once_cny = incentives.purchase_subsidy_of(vehicle_type)
    subsidies = annuity_cny_per_year(paid_once_cny, interest=params.interest, years=vehicle.life_years)
    operating = incentives.operating_subsidy
    if vehicle_type in operating.vehicle_types:
        by_van = [operating_subsidy_cny_per_day(own, operating, working_days_per_year=days) for own in km_of_vans]
        subsidies += days * sum(by_van) / len(by_van)
    subsidies += days * use.public_charging_cny * incentives.public_tariff_discount
    return OwnershipCost(
        capital=capital_cny_per_year(vehicle, interest=params.interest),
        insurance=vehicle.insurance_cny_per_year,
        energy=days * km * use.energy_cny_per_km,
        maintenance=days * km * maintenance_cny_per_km,
        charging_time=days * use.charging_h * driver_cny_per_h,
        access=days * access_cny_per_day,
        breakdowns=days * use.mishaps_cny,
        subsidies=-subsidies,
    )

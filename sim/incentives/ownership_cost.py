"""
What it costs to own and run a van for a year: capital as an annuity, insurance, energy, upkeep, time lost, subsidies.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from pydantic import BaseModel, Field


class VehicleOwnershipParams(BaseModel, frozen=True, extra="forbid"):
    """What a vehicle type costs to own; energy and upkeep belong to the vehicle types of the fleet."""

    price_cny: float = Field(ge=0.0, le=10_000_000.0, description="Price of a new van [CNY]")
    life_years: float = Field(gt=0.0, le=40.0, description="Years after which it is sold [years]")
    resale_share: float = Field(ge=0.0, le=1.0, description="Share of the price that it is sold for then [-]")
    insurance_cny_per_year: float = Field(ge=0.0, le=1_000_000.0, description="Insurance and tax [CNY/year]")


@dataclass(frozen=True, slots=True)
class OwnershipCost:
    """
    Yearly cost of a van by component; subsidies and advantages are negative [CNY/year].

    Parameters
    ----------
    capital
        Annuity of the price less that of the resale value.
    insurance
        Insurance and tax.
    energy
        Fuel and electricity.
    maintenance
        Maintenance and tyres.
    charging_time
        Driver's time for ways to public chargers, waits and charging.
    access
        What access rules cost the van in work it cannot do and in time; negative where it gains from others being kept
        out.
    breakdowns
        Recovery of stranded vans, and fines.
    subsidies
        What the city pays.
    """

    capital: float
    insurance: float
    energy: float
    maintenance: float
    charging_time: float
    access: float
    breakdowns: float
    subsidies: float

    @property
    def total(self) -> float:
        """Total cost of ownership [CNY/year]."""
        return sum(float(getattr(self, field.name)) for field in fields(self))


def annuity_cny_per_year(amount_cny: float, *, interest: float, years: float) -> float:
    """
    Equal yearly payments, each at the end of a year, that are worth an amount today [CNY/year].

    Parameters
    ----------
    amount_cny
        Amount [CNY].
    interest
        Interest a year [-]; without any the amount is spread evenly.
    years
        Number of payments [years].

    Examples
    --------
    >>> annuity_cny_per_year(1000.0, interest=0.0, years=4.0)
    250.0
    >>> round(annuity_cny_per_year(1000.0, interest=0.1, years=2.0), 2)  # 1000 x 0.1 / (1 - 1 / 1.21)
    576.19
    """
    if interest == 0.0:
        return amount_cny / years
    worth_of_one_cny: float = (1.0 - (1.0 + interest) ** -years) / interest
    return amount_cny / worth_of_one_cny


def capital_cny_per_year(vehicle: VehicleOwnershipParams, *, interest: float) -> float:
    """
    Price as an annuity, less what the resale at the end of life is worth [CNY/year].

    Examples
    --------
    >>> van = VehicleOwnershipParams(price_cny=1000.0, life_years=2.0, resale_share=0.121, insurance_cny_per_year=0.0)
    >>> round(capital_cny_per_year(van, interest=0.1), 2)  # 1000 - 121 / 1.21 = 900 over two years
    518.57
    """
    resale_today_cny = vehicle.price_cny * vehicle.resale_share / (1.0 + interest) ** vehicle.life_years
    return annuity_cny_per_year(vehicle.price_cny - resale_today_cny, interest=interest, years=vehicle.life_years)

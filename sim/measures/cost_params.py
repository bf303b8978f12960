"""Prices and wages of the day, and what goes wrong costs."""

from __future__ import annotations

from pydantic import BaseModel, Field


class CostParams(BaseModel, frozen=True, extra="forbid"):
    """
    Prices of what carriers pay for; carbon dioxide and the time of others have no price here.

    Costs of vehicles themselves belong to the vehicle types, prices of charging to the tariffs.
    """

    driver_cny_per_h: float = Field(
        default=34.0,
        ge=0.0,
        le=1000.0,
        description="Driver with on-costs, per hour from first departure to last return [CNY/h]. Derived from 6,000 to "
        "7,500 CNY a month and 208 to 220 h (survey of Chinese truckers 2023: most earn 5,000 to 10,000).",
    )
    diesel_cny_per_l: float = Field(
        default=7.3, ge=0.0, le=100.0, description="Diesel [CNY/L]. Assumption: 7.0 to 7.6 in 2023 to 2025."
    )
    petrol_cny_per_l: float = Field(
        default=7.6, ge=0.0, le=100.0, description="Petrol 92 [CNY/L]. Assumption: 7.3 to 7.9 in 2023 to 2025."
    )
    later_charging_cny_per_kwh: float = Field(
        default=0.75,
        ge=0.0,
        le=100.0,
        description="Price of grid electricity used but charged again only after the simulated time, and credit for "
        "charge gained [CNY/kWh]. Assumption: between depot at night (0.35) and public by day (1.05).",
    )
    handling_cny_per_order: float = Field(
        default=2.0,
        ge=0.0,
        le=1000.0,
        description="Handling of a joint order at the distribution centre [CNY]. Assumption: 1 to 3 CNY a drop.",
    )
    failed_order_cny: float = Field(
        default=30.0,
        ge=0.0,
        le=10_000.0,
        description="Another attempt for an order not delivered, whatever the reason [CNY]. Assumption: twice to three "
        "times the cost of a planned drop; Europe: 14 EUR a parcel.",
    )
    stranded_van_cny: float = Field(
        default=500.0, ge=0.0, le=100_000.0, description="Recovery of a stranded van [CNY]. Assumption."
    )

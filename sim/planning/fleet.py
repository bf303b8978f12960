"""
Vehicle types, carriers and the vans they own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Self

import numpy as np
from numpy.typing import ArrayLike
from pydantic import AfterValidator, BaseModel, Field, model_validator

from sim.contracts import AccessClass, FloatArray, IntArray, Powertrain
from sim.units import clock_to_s


def _clock_time(text: str) -> str:
    clock_to_s(text)
    return text


ClockTime = Annotated[str, AfterValidator(_clock_time)]
PLUG_IN: tuple[Powertrain, ...] = ("bev", "phev")


class VehicleTypeParams(BaseModel, frozen=True, extra="forbid"):
    """One type of delivery vehicle."""

    label: str = Field(min_length=1, description="Name in figures")
    powertrain: Powertrain = Field(description="Source of energy")
    access_class: AccessClass = Field(description="Class in access rules; light is up to 4.5 t")
    consumption_curve: str = Field(description="Name of the consumption curve")
    payload_kg: float = Field(gt=0.0, le=40_000.0, description="Payload [kg]")
    volume_m3: float = Field(gt=0.0, le=120.0, description="Load space [m3]")
    battery_kwh: float = Field(ge=0.0, le=1000.0, description="Usable battery [kWh]; 0 without a traction battery")
    charging_power_kw: float = Field(
        ge=0.0, le=1000.0, description="Most power the battery takes [kW]; 0 without a plug"
    )
    pcu: float = Field(gt=0.0, le=5.0, description="Passenger car units [-]")
    fixed_cny_per_day: float = Field(ge=0.0, description="Capital, insurance and tax a working day [CNY/d]")
    maintenance_cny_per_km: float = Field(ge=0.0, description="Maintenance and tyres [CNY/km]")
    planned_energy_cny_per_km: float = Field(ge=0.0, description="Energy cost that tour planning reckons with [CNY/km]")
    planned_kwh_per_km: float = Field(
        ge=0.0, description="Electricity from the battery that planning reckons with [kWh/km]"
    )

    @model_validator(mode="after")
    def _battery_fits_powertrain(self) -> Self:
        if self.powertrain == "bev" and not (self.battery_kwh > 0 and self.charging_power_kw > 0):
            raise ValueError(
                "an electric van needs battery_kwh and charging_power_kw above 0, "
                f"found {self.battery_kwh} and {self.charging_power_kw}"
            )
        if self.powertrain not in PLUG_IN and self.battery_kwh > 0:
            raise ValueError(f"battery_kwh must be 0 for powertrain {self.powertrain}, found {self.battery_kwh}")
        return self

    @property
    def is_plug_in(self) -> bool:
        """Whether it can use a charger."""
        return self.powertrain in PLUG_IN

    @property
    def relies_on_battery(self) -> bool:
        """Whether it stops when its battery is empty."""
        return self.powertrain == "bev"


class FleetParams(BaseModel, frozen=True, extra="forbid"):
    """Carriers, their sizes and their vehicles."""

    carriers: int = Field(ge=1, le=500, description="Number of carriers [-]")
    share_exponent: float = Field(
        ge=0.0, le=3.0, description="Market share of the i-th carrier goes with 1/i^exponent [-]"
    )
    orders_per_van: float = Field(gt=0.0, le=500.0, description="Expected orders a van and day, sizes the fleets [-]")
    mix: dict[str, float] = Field(
        min_length=1, description="Share of each vehicle type in every fleet [-]; adds up to 1"
    )
    vehicle_types: dict[str, VehicleTypeParams] = Field(min_length=1, description="Vehicle types by name")
    shift_start: ClockTime = Field(description="Earliest departure from the depot [HH:MM]")
    shift_end: ClockTime = Field(description="Latest return to the depot [HH:MM]")
    shift_h: float = Field(gt=0.0, le=24.0, description="Planned length of a shift [h]")
    overtime_h: float = Field(
        ge=0.0, le=12.0, description="Time after the planned shift at which a driver turns home [h]"
    )

    @model_validator(mode="after")
    def _shift_runs_forward(self) -> Self:
        start_s, end_s = clock_to_s(self.shift_start), clock_to_s(self.shift_end)
        if end_s <= start_s:
            raise ValueError(
                f"shift_end must lie after shift_start, found {self.shift_start} to {self.shift_end}; "
                "write times after midnight as 24:00 and later"
            )
        return self

    @model_validator(mode="after")
    def _mix_is_a_partition(self) -> Self:
        unknown = sorted(set(self.mix) - set(self.vehicle_types))
        if unknown:
            raise ValueError(f"mix names unknown vehicle types {unknown}; known: {sorted(self.vehicle_types)}")
        if any(share < 0.0 for share in self.mix.values()):
            raise ValueError(f"mix has a negative share: {self.mix}")
        total = sum(self.mix.values())
        if abs(total - 1.0) > 1e-6:
            raise ValueError(f"shares in mix must add up to 1, found {total:g}")
        return self

    def market_shares(self) -> FloatArray:
        """Share of each carrier in all orders [-], largest first, adding up to 1."""
        weight = np.arange(1, self.carriers + 1, dtype=np.float64) ** -self.share_exponent
        shares: FloatArray = weight / weight.sum()
        return shares


@dataclass(frozen=True, slots=True)
class VanSpec:
    """A van as bought: its type and where it stands at night."""

    van_id: str
    carrier: int
    vehicle_type: str
    depot: int


@dataclass(frozen=True, slots=True)
class CarrierSpec:
    """
    A carrier with its depot and vans.

    Parameters
    ----------
    carrier_id
        Name in the tables.
    depot_id
        Place where its vans stand.
    depot_link
        Row of the link of that place.
    vans
        Its vans in the order of the mix.
    """

    carrier_id: str
    depot_id: str
    depot_link: int
    vans: tuple[VanSpec, ...]


def largest_remainder(weights: ArrayLike, total: int) -> IntArray:
    """
    Whole numbers that add up to `total` in proportion to the weights (Hamilton's method).

    Parameters
    ----------
    weights
        Not negative, shape (n,); ties go to the first.
    total
        Sum to be shared out.

    Examples
    --------
    >>> largest_remainder([0.5, 0.3, 0.2], 4).tolist()
    [2, 1, 1]
    """
    weight = np.asarray(weights, dtype=np.float64)
    if weight.sum() <= 0.0:
        weight = np.ones_like(weight)
    exact = weight / weight.sum() * total
    shares: IntArray = np.floor(exact + 1e-9).astype(np.int64)
    missing = total - int(shares.sum())
    order = np.argsort(-(exact - shares), kind="stable")
    shares[order[:missing]] += 1
    return shares


def build_fleets(
    params: FleetParams, depots: list[tuple[str, int]], *, expected_orders_per_day: FloatArray
) -> list[CarrierSpec]:
    """
    Carriers with vans in proportion to the orders they expect.

    Parameters
    ----------
    params
        Sizes, mix and types.
    depots
        (place, link row) of the hubs; carriers take them in turn.
    expected_orders_per_day
        Orders of each carrier on an average working day [-], shape (n_carriers,).
    """
    names = [name for name, share in params.mix.items() if share > 0.0]
    fleets = []
    for carrier, expected in enumerate(expected_orders_per_day):
        carrier_id = f"carrier-{carrier + 1:02d}"
        depot = carrier % len(depots)
        n_vans = max(1, int(np.ceil(expected / params.orders_per_van - 1e-9)))
        counts = largest_remainder([params.mix[name] for name in names], n_vans)
        types = [name for name, count in zip(names, counts, strict=True) for _ in range(count)]
        vans = tuple(
            VanSpec(f"{carrier_id}-van-{number:03d}", carrier, vehicle_type, depot)
            for number, vehicle_type in enumerate(types, start=1)
        )
        fleets.append(CarrierSpec(carrier_id, depots[depot][0], depots[depot][1], vans))
    return fleets

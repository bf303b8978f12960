"""
Carriers and the vans they own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from pydantic import BaseModel, Field, model_validator

from sim.contracts import FloatArray, IntArray
from sim.planning.vehicle_type import PLUG_IN as PLUG_IN
from sim.planning.vehicle_type import VehicleTypeParams as VehicleTypeParams
from sim.planning.wave import DAY_WAVE, ClockTime, Wave, WaveParams, wave_faults
from sim.units import clock_to_s


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
    mix_by_carrier: dict[str, dict[str, float]] = Field(
        default_factory=dict,
        description="The same for single carriers and couriers, by name such as carrier-01 [-]; adds up to 1",
    )
    vehicle_types: dict[str, VehicleTypeParams] = Field(min_length=1, description="Vehicle types by name")
    shift_start: ClockTime = Field(description="Earliest departure from the depot [HH:MM]")
    shift_end: ClockTime = Field(description="Latest return to the depot [HH:MM]")
    shift_h: float = Field(gt=0.0, le=24.0, description="Planned length of a shift [h]")
    overtime_h: float = Field(
        ge=0.0, le=12.0, description="Time after the planned shift at which a driver turns home [h]"
    )
    waves: tuple[WaveParams, ...] = Field(
        default=(),
        description="Parts of the day in which vans are out, one after the other; empty: one from shift_start to "
        "shift_end",
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
    def _waves_follow_each_other(self) -> Self:
        faults = wave_faults(self.waves)
        if not any(kind.is_quiet for kind in self.vehicle_types.values()):
            faults += [
                f"wave {wave.name} is for quiet vehicles alone, but no vehicle type has is_quiet"
                for wave in self.waves
                if wave.quiet_only
            ]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @model_validator(mode="after")
    def _mix_is_a_partition(self) -> Self:
        faults = self._mix_faults("mix", self.mix)
        known = {f"carrier-{number:02d}" for number in range(1, self.carriers + 1)}
        for carrier, mix in self.mix_by_carrier.items():
            if carrier not in known and not carrier.startswith("courier-"):
                last = f"carrier-{self.carriers:02d}"
                faults.append(f"mix_by_carrier names {carrier!r}, expected carrier-01 to {last}, or a courier")
            faults += self._mix_faults(f"mix_by_carrier.{carrier}", mix)
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _mix_faults(self, where: str, mix: Mapping[str, float]) -> list[str]:
        unknown = sorted(set(mix) - set(self.vehicle_types))
        known = sorted(self.vehicle_types)
        faults = [f"{where} names unknown vehicle types {unknown}; known: {known}"] if unknown else []
        if any(share < 0.0 for share in mix.values()):
            faults.append(f"{where} has a negative share: {dict(mix)}")
        total = sum(mix.values())
        if abs(total - 1.0) > 1e-6:
            faults.append(f"shares in {where} must add up to 1, found {total:g}")
        return faults

    def mix_of(self, carrier_id: str) -> Mapping[str, float]:
        """Share of each vehicle type in the fleet of a carrier or courier [-]."""
        return self.mix_by_carrier.get(carrier_id, self.mix)

    def day_waves(self) -> tuple[Wave, ...]:
        """Waves of the day in the order of time; never empty."""
        whole_day = WaveParams(name=DAY_WAVE, start=self.shift_start, end=self.shift_end)
        return tuple(
            Wave(
                wave.name,
                clock_to_s(wave.start),
                clock_to_s(wave.end),
                self.shift_h if wave.shift_h is None else wave.shift_h,
                wave.quiet_only,
            )
            for wave in self.waves or (whole_day,)
        )

    def wave_named(self, name: str) -> Wave:
        """The wave of a name."""
        return next(wave for wave in self.day_waves() if wave.name == name)

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
    waves
        Names of the waves in which it works; empty: all of the fleet.
    """

    carrier_id: str
    depot_id: str
    depot_link: int
    vans: tuple[VanSpec, ...]
    waves: tuple[str, ...] = ()


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
    fleets = []
    for carrier, expected in enumerate(expected_orders_per_day):
        depot = carrier % len(depots)
        carrier_id = f"carrier-{carrier + 1:02d}"
        fleets.append(
            build_fleet(
                carrier_id,
                carrier,
                mix=params.mix_of(carrier_id),
                vans=vans_for(float(expected), params.orders_per_van),
                depot=depot,
                depot_id=depots[depot][0],
                depot_link=depots[depot][1],
            )
        )
    return fleets


def vans_for(expected_orders_per_day: float, orders_per_van: float) -> int:
    """Vans of a carrier that expects so many orders on an average working day [-]; 1 or more."""
    return max(1, int(np.ceil(expected_orders_per_day / orders_per_van - 1e-9)))


def build_fleet(
    carrier_id: str,
    number: int,
    *,
    mix: Mapping[str, float],
    vans: int,
    depot: int,
    depot_id: str,
    depot_link: int,
    waves: tuple[str, ...] = (),
) -> CarrierSpec:
    """
    One carrier with its vans.

    Parameters
    ----------
    carrier_id
        Name in the tables.
    number
        Its row in the list of fleets, to which `orders.operator` refers.
    mix
        Share of each vehicle type [-].
    vans
        Number of vans; 0 for a carrier that only sells transport.
    depot
        Number of its depot among those of the day.
    depot_id, depot_link
        Place where its vans stand, and the row of its link.
    waves
        Names of the waves in which it works; empty: all of the fleet.
    """
    names = [name for name, share in mix.items() if share > 0.0]
    counts = largest_remainder([mix[name] for name in names], vans)
    types = [name for name, count in zip(names, counts, strict=True) for _ in range(count)]
    own = tuple(
        VanSpec(f"{carrier_id}-van-{row:03d}", number, vehicle_type, depot)
        for row, vehicle_type in enumerate(types, start=1)
    )
    return CarrierSpec(carrier_id, depot_id, depot_link, own, waves)

"""The price of electricity by hour of the day, and what a charging session costs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from sim.energy.charging_curve import ChargingCurve
from sim.units import SECONDS_PER_DAY, clock_to_s, s_to_clock


class TariffBand(BaseModel):
    """Hours of the day with one price."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    from_: str = Field(alias="from", description="Start of the band [HH:MM]")
    until: str = Field(description="End of the band [HH:MM], 24:00 for midnight; may lie past midnight")
    price_cny_per_kwh: float = Field(ge=-10.0, le=100.0, description="Price of electricity, all in [CNY/kWh]")


class TariffParams(BaseModel, frozen=True, extra="forbid"):
    """
    A price for every moment of the day: bands that cover it exactly once, the same on every day.

    Raises
    ------
    ValueError
        If a clock time cannot be read, a band is empty, bands overlap or leave a hole; all faults at once.
    """

    bands: tuple[TariffBand, ...] = Field(min_length=1, description="Bands in any order")
    _pieces: tuple[tuple[float, float, float], ...] = PrivateAttr(default=())

    @model_validator(mode="after")
    def _covers_the_day_once(self) -> Self:
        faults: list[str] = []
        pieces: list[tuple[float, float]] = []
        for row, band in enumerate(self.bands):
            try:
                pieces += _day_pieces(band)
            except ValueError as fault:
                faults.append(f"bands[{row}]: {fault}")
        if not faults:
            reached_s = 0.0
            for start_s, end_s in sorted(pieces):
                if start_s > reached_s:
                    faults.append(f"no price from {s_to_clock(reached_s)} until {s_to_clock(start_s)}")
                elif start_s < reached_s:
                    overlap_s = min(reached_s, end_s)
                    faults.append(f"more than one price from {s_to_clock(start_s)} until {s_to_clock(overlap_s)}")
                reached_s = max(reached_s, end_s)
            if reached_s < SECONDS_PER_DAY:
                faults.append(f"no price from {s_to_clock(reached_s)} until 24:00")
        if faults:
            raise ValueError("; ".join(faults))
        prices = [(*piece, band.price_cny_per_kwh) for band in self.bands for piece in _day_pieces(band)]
        self._pieces = tuple(sorted(prices))
        return self

    def pieces(self) -> tuple[tuple[float, float, float], ...]:
        """Start [s], end [s] and price [CNY/kWh] of the pieces of a day, from midnight on."""
        return self._pieces

    def mean_price(self) -> float:
        """Price averaged over the hours of the day [CNY/kWh]."""
        return sum((end_s - start_s) * price for start_s, end_s, price in self._pieces) / SECONDS_PER_DAY

    def price_at(self, time_s: float) -> float:
        """Price at a time [CNY/kWh]; the day repeats."""
        of_day_s = time_s % SECONDS_PER_DAY
        return next(price for start_s, end_s, price in self.pieces() if start_s <= of_day_s < end_s)

    def slices(self, from_s: float, until_s: float) -> Iterator[tuple[float, float, float]]:
        """Start [s], end [s] and price [CNY/kWh] of the parts of [from, until) with one price each."""
        pieces = self.pieces()
        day = math.floor(from_s / SECONDS_PER_DAY)
        while day * SECONDS_PER_DAY < until_s:
            midnight_s = day * SECONDS_PER_DAY
            for start_s, end_s, price in pieces:
                low, high = max(from_s, midnight_s + start_s), min(until_s, midnight_s + end_s)
                if low < high:
                    yield low, high, price
            day += 1


def _day_pieces(band: TariffBand) -> list[tuple[float, float]]:
    """Parts of one day that a band covers [s]; two where it runs past midnight."""
    start_s, end_s = clock_to_s(band.from_), clock_to_s(band.until)
    if start_s >= SECONDS_PER_DAY or end_s > SECONDS_PER_DAY:
        raise ValueError(f"expected clock times of one day, found {band.from_} until {band.until}")
    if start_s == end_s:
        raise ValueError(f"an empty band from {band.from_} until {band.until}; 00:00 until 24:00 is the whole day")
    if start_s < end_s:
        return [(start_s, end_s)]
    return [(start_s, SECONDS_PER_DAY), (0.0, end_s)] if end_s > 0.0 else [(start_s, SECONDS_PER_DAY)]


def charging_cost_cny(tariff: TariffParams, from_s: float, until_s: float, grid_kwh: float) -> float:
    """
    Cost of electricity drawn at constant power [CNY].

    Parameters
    ----------
    tariff
        Prices.
    from_s, until_s
        Start and end of the session [s from midnight of day 1]; at the price of the start when they are equal.
    grid_kwh
        Electricity from the grid [kWh].

    Raises
    ------
    ValueError
        If the session ends before it starts.
    """
    if until_s < from_s:
        raise ValueError(f"charging session ends before it starts: {from_s} s until {until_s} s")
    if until_s == from_s:
        return grid_kwh * tariff.price_at(from_s)
    parts = (price * (end_s - start_s) for start_s, end_s, price in tariff.slices(from_s, until_s))
    return grid_kwh * sum(parts) / (until_s - from_s)


def session_cost_cny(
    tariff: TariffParams,
    curve: ChargingCurve,
    *,
    plug_s: float,
    soc_start: float,
    soc_end: float,
    battery_kwh: float,
    max_power_kw: float = math.inf,
    efficiency: float,
) -> float:
    """
    Cost of a session whose power follows the battery's curve [CNY]; each band pays the energy drawn in it.

    Parameters
    ----------
    tariff
        Prices.
    curve
        Power into the battery.
    plug_s
        Start of the session [s from midnight of day 1].
    soc_start, soc_end
        States of charge [-]; nothing is due when the end is no higher.
    battery_kwh
        Energy of the battery between SOC 0 and 1 [kWh].
    max_power_kw
        Most that the charger gives, at the battery's terminals [kW].
    efficiency
        Energy into the battery per energy from the grid [-].
    """
    duration_s = curve.duration_s(soc_start, soc_end, battery_kwh=battery_kwh, max_power_kw=max_power_kw)
    unplug_s = plug_s + duration_s
    cost_cny, soc = 0.0, soc_start
    for _, end_s, price in tariff.slices(plug_s, unplug_s):
        soc_then = soc_end
        if end_s < unplug_s:
            soc_then = curve.soc_after(soc_start, end_s - plug_s, battery_kwh=battery_kwh, max_power_kw=max_power_kw)
        cost_cny += price * (soc_then - soc) * battery_kwh / efficiency
        soc = soc_then
    return cost_cny

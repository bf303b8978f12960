"""
A van plugged in: its state of charge over time, under a limit of power that may change while it charges.

Between two changes of the limit everything is in closed form, so looking at a session, or cutting it anywhere, changes
neither its energy nor its end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.energy import ChargingCurve, TariffParams, session_cost_cny

_SLICE_S = 300.0
"""Longest stretch of tapering power that is reported as one mean [s]. Assumption."""


@dataclass(frozen=True, slots=True)
class Piece:
    """
    A stretch of a session under one limit of power.

    Parameters
    ----------
    from_s, until_s
        Bounds [s from midnight of day 1].
    soc_start, soc_end
        State of charge at both [-].
    limit_kw
        Most that reaches the battery [kW].
    """

    from_s: float
    until_s: float
    soc_start: float
    soc_end: float
    limit_kw: float


@dataclass(frozen=True, slots=True)
class Draw:
    """Electricity from the grid over a stretch of time [kWh], at constant power or as the mean of a few minutes."""

    from_s: float
    until_s: float
    energy_kwh: float


class ChargingSession:
    """
    One van at one connector.

    Parameters
    ----------
    curve
        Power the battery takes against state of charge.
    battery_kwh
        Energy of the battery between SOC 0 and 1 [kWh].
    soc, soc_target
        State of charge at the start, and at which it ends [-].
    connector_kw
        Most that the connector draws from the grid [kW].
    efficiency
        Energy into the battery per energy from the grid [-].
    plug_s
        Start [s from midnight of day 1].
    """

    __slots__ = ("_curve", "_limit_kw", "_pieces", "_since_s", "_soc", "battery_kwh", "connector_kw", "efficiency",
                 "plug_s", "soc_start", "soc_target")  # fmt: skip

    def __init__(
        self,
        curve: ChargingCurve,
        *,
        battery_kwh: float,
        soc: float,
        soc_target: float,
        connector_kw: float,
        efficiency: float,
        plug_s: float,
    ) -> None:
        self.battery_kwh = battery_kwh
        self.soc_start = soc
        self.soc_target = max(soc, soc_target)
        self.connector_kw = connector_kw
        self.efficiency = efficiency
        self.plug_s = plug_s
        self._curve = curve
        self._soc = soc
        self._since_s = plug_s
        self._limit_kw = connector_kw * efficiency
        self._pieces: list[Piece] = []

    @property
    def grid_limit_kw(self) -> float:
        """Power that it may draw from the grid now [kW]."""
        return self._limit_kw / self.efficiency

    def wanted_kw(self, now_s: float) -> float:
        """Most that it can draw from the grid from now to its end [kW]."""
        return min(self.connector_kw, self._curve.highest_kw(self.soc_at(now_s), self.soc_target) / self.efficiency)

    def soc_at(self, now_s: float) -> float:
        """State of charge at a time since the last change of the limit [-]."""
        if now_s <= self._since_s:
            return self._soc
        reached = self._curve.soc_after(
            self._soc, now_s - self._since_s, battery_kwh=self.battery_kwh, max_power_kw=self._limit_kw
        )
        return min(self.soc_target, reached)

    def end_s(self) -> float:
        """When it reaches its target if the limit stays as it is [s]."""
        return self._since_s + self._curve.duration_s(
            self._soc, self.soc_target, battery_kwh=self.battery_kwh, max_power_kw=self._limit_kw
        )

    def set_limit(self, grid_kw: float, now_s: float) -> None:
        """
        Change the power that it may draw from the grid.

        Raises
        ------
        ValueError
            If the power is not above 0, or the time lies before the last change.
        """
        if not grid_kw > 0.0:
            raise ValueError(f"charging session: power must be above 0 [kW], found {grid_kw}")
        if now_s < self._since_s:
            raise ValueError(f"charging session: {now_s} s lies before the last change, {self._since_s} s")
        self._close_piece(now_s)
        self._limit_kw = min(grid_kw, self.connector_kw) * self.efficiency

    def finish(self, now_s: float) -> None:
        """Unplug; full to the target when the time is that of `end_s`, to a microsecond."""
        is_full = now_s >= self.end_s() - 1e-6
        self._close_piece(now_s, soc=self.soc_target if is_full else None)

    def _close_piece(self, now_s: float, soc: float | None = None) -> None:
        reached = self.soc_at(now_s) if soc is None else soc
        if now_s > self._since_s or reached > self._soc:
            self._pieces.append(Piece(self._since_s, now_s, self._soc, reached, self._limit_kw))
        self._soc, self._since_s = reached, now_s

    # -- what it came to ----------------------------------------------------------------------

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Stretches closed so far."""
        return tuple(self._pieces)

    @property
    def soc(self) -> float:
        """State of charge at the last change [-]."""
        return self._soc

    @property
    def grid_kwh(self) -> float:
        """Electricity drawn from the grid up to the last change [kWh]."""
        return (self._soc - self.soc_start) * self.battery_kwh / self.efficiency

    def cost_cny(self, tariff: TariffParams) -> float:
        """Price of what was drawn [CNY]; every band of the tariff pays the energy drawn in it."""
        return math.fsum(
            session_cost_cny(
                tariff,
                self._curve,
                plug_s=piece.from_s,
                soc_start=piece.soc_start,
                soc_end=piece.soc_end,
                battery_kwh=self.battery_kwh,
                max_power_kw=piece.limit_kw,
                efficiency=self.efficiency,
            )
            for piece in self._pieces
        )

    def draws(self) -> list[Draw]:
        """Electricity from the grid in the order of time."""
        found = []
        for piece in self._pieces:
            steps = self._curve.steps(
                piece.soc_start,
                piece.soc_end,
                battery_kwh=self.battery_kwh,
                max_power_kw=piece.limit_kw,
                longest_s=_SLICE_S,
            )
            from_s, soc = piece.from_s, piece.soc_start
            for duration_s, soc_end in steps:
                energy_kwh = (soc_end - soc) * self.battery_kwh / self.efficiency
                found.append(Draw(from_s, from_s + duration_s, energy_kwh))
                from_s, soc = from_s + duration_s, soc_end
        return found

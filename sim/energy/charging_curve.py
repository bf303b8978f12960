"""
Charging power against state of charge, and its exact integral both ways.

Power is piecewise linear in the state of charge s and capped by the charger. On a piece P(s) = P0 + m (s - s0), and
with the battery's energy E the time is E ds / P(s): linear where the power is flat, a logarithm where it tapers. The
inverse is an exponential. No time step, so a session may be cut anywhere and comes to the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from sim.errors import ConfigError
from sim.units import SECONDS_PER_HOUR


@dataclass(frozen=True, slots=True)
class ChargingCurve:
    """
    Power that a battery accepts, at its terminals.

    Parameters
    ----------
    soc
        States of charge of the corners [-], rising from 0 to 1.
    power_kw
        Power at the corners [kW], all above 0.

    Raises
    ------
    ValueError
        If the corners break a rule; all faults are named.
    """

    soc: tuple[float, ...]
    power_kw: tuple[float, ...]

    def __post_init__(self) -> None:
        faults = []
        if len(self.soc) != len(self.power_kw) or len(self.soc) < 2:
            faults.append(f"expected two or more corners, found {len(self.soc)} SOC and {len(self.power_kw)} powers")
        if not self.soc or self.soc[0] != 0.0 or self.soc[-1] != 1.0:
            faults.append(f"expected SOC from 0 to 1, found {self.soc}")
        if any(after <= before for before, after in pairwise(self.soc)):
            faults.append(f"SOC must rise from corner to corner, found {self.soc}")
        if not all(0.0 < power < math.inf for power in self.power_kw):
            faults.append(f"power must be above 0 [kW] at every corner, found {self.power_kw}")
        if faults:
            raise ValueError("\n".join(f"charging curve: {fault}" for fault in faults))

    def power_at(self, soc: float, max_power_kw: float = math.inf) -> float:
        """Power into the battery at a state of charge [kW], at most `max_power_kw`."""
        _check_soc(soc)
        for (s0, p0), (s1, p1) in self._pieces():
            if soc <= s1:
                return min(p0 + (p1 - p0) * (soc - s0) / (s1 - s0), max_power_kw)
        return min(self.power_kw[-1], max_power_kw)

    def duration_s(
        self, soc_start: float, soc_target: float, *, battery_kwh: float, max_power_kw: float = math.inf
    ) -> float:
        """
        Time to charge from one state of charge to another [s]; zero when the target is no higher.

        Parameters
        ----------
        soc_start, soc_target
            States of charge [-], in [0, 1].
        battery_kwh
            Energy of the battery between SOC 0 and 1 [kWh].
        max_power_kw
            Most that the charger gives, at the battery's terminals [kW].

        Raises
        ------
        ValueError
            If a state of charge lies outside [0, 1].

        Examples
        --------
        >>> flat = ChargingCurve((0.0, 1.0), (50.0, 50.0))
        >>> flat.duration_s(0.25, 0.75, battery_kwh=50.0)
        1800.0
        """
        _check_soc(soc_start)
        _check_soc(soc_target)
        hours = 0.0
        for (s0, p0), (s1, p1) in self._capped_pieces(max_power_kw):
            low, high = max(s0, soc_start), min(s1, soc_target)
            if high <= low:
                continue
            p_low = p0 + (p1 - p0) * (low - s0) / (s1 - s0)
            p_high = p0 + (p1 - p0) * (high - s0) / (s1 - s0)
            hours += battery_kwh * (high - low) / p_low * _log1p_over(p_high / p_low - 1.0)
        return hours * SECONDS_PER_HOUR

    def soc_after(
        self, soc_start: float, time_s: float, *, battery_kwh: float, max_power_kw: float = math.inf
    ) -> float:
        """
        State of charge after charging for a time [-], at most 1.

        Parameters
        ----------
        soc_start
            State of charge at the start [-].
        time_s
            Time plugged in [s], 0 or more.
        battery_kwh, max_power_kw
            As in `duration_s`.

        Raises
        ------
        ValueError
            If the state of charge lies outside [0, 1] or the time is negative.
        """
        _check_soc(soc_start)
        if not time_s >= 0.0:
            raise ValueError(f"charging curve: time must be 0 or more [s], found {time_s}")
        hours_left = time_s / SECONDS_PER_HOUR
        soc = soc_start
        for (s0, p0), (s1, p1) in self._capped_pieces(max_power_kw):
            if s1 <= soc:
                continue
            slope = (p1 - p0) / (s1 - s0)
            p_now = p0 + slope * (soc - s0)
            piece_h = battery_kwh * (s1 - soc) / p_now * _log1p_over(p1 / p_now - 1.0)
            if hours_left < piece_h:
                rate = slope * hours_left / battery_kwh
                return min(s1, soc + p_now * hours_left / battery_kwh * _expm1_over(rate))
            hours_left -= piece_h
            soc = s1
        return 1.0

    def highest_kw(self, soc_from: float, soc_until: float) -> float:
        """Most power that the battery takes between two states of charge [kW]."""
        corners = [power for soc, power in zip(self.soc, self.power_kw, strict=True) if soc_from < soc < soc_until]
        return max([self.power_at(soc_from), self.power_at(max(soc_from, soc_until)), *corners])

    def steps(
        self,
        soc_start: float,
        soc_end: float,
        *,
        battery_kwh: float,
        max_power_kw: float = math.inf,
        longest_s: float,
    ) -> list[tuple[float, float]]:
        """
        A session in steps of constant power: how long each takes [s], and the state of charge at its end [-].

        Where the power tapers, a step is at most `longest_s` long and stands for its mean.

        Parameters
        ----------
        soc_start, soc_end
            States of charge [-], in [0, 1].
        battery_kwh, max_power_kw
            As in `duration_s`.
        longest_s
            Longest step of tapering power [s].
        """
        found: list[tuple[float, float]] = []
        for (s0, p0), (s1, p1) in self._capped_pieces(max_power_kw):
            low, high = max(s0, soc_start), min(s1, soc_end)
            if high <= low:
                continue
            whole_s = self.duration_s(low, high, battery_kwh=battery_kwh, max_power_kw=max_power_kw)
            parts = 1 if p0 == p1 else max(1, math.ceil(whole_s / longest_s))
            soc = low
            for part in range(1, parts + 1):
                soc_then = high
                if part < parts:
                    soc_then = self.soc_after(soc, whole_s / parts, battery_kwh=battery_kwh, max_power_kw=max_power_kw)
                found.append((whole_s / parts, soc_then))
                soc = soc_then
        return found

    def _pieces(self) -> list[tuple[tuple[float, float], tuple[float, float]]]:
        corners = list(zip(self.soc, self.power_kw, strict=True))
        return list(pairwise(corners))

    def _capped_pieces(self, max_power_kw: float) -> list[tuple[tuple[float, float], tuple[float, float]]]:
        """Pieces of the curve under the charger's limit, with a corner where the two cross."""
        if not max_power_kw > 0.0:
            raise ValueError(f"charging curve: power of the charger must be above 0 [kW], found {max_power_kw}")
        pieces = []
        for (s0, p0), (s1, p1) in self._pieces():
            low, high = (s0, min(p0, max_power_kw)), (s1, min(p1, max_power_kw))
            if (p0 - max_power_kw) * (p1 - max_power_kw) < 0.0:
                crossing = (s0 + (s1 - s0) * (max_power_kw - p0) / (p1 - p0), max_power_kw)
                pieces += [(low, crossing), (crossing, high)]
            else:
                pieces.append((low, high))
        return [(low, high) for low, high in pieces if high[0] > low[0]]


def _log1p_over(x: float) -> float:
    """`log(1 + x) / x`, 1 at 0."""
    return math.log1p(x) / x if abs(x) > 1e-12 else 1.0 - x / 2.0


def _expm1_over(x: float) -> float:
    """`(exp(x) - 1) / x`, 1 at 0."""
    return math.expm1(x) / x if abs(x) > 1e-12 else 1.0 + x / 2.0


def _check_soc(soc: float) -> None:
    if not 0.0 <= soc <= 1.0:
        raise ValueError(f"charging curve: state of charge must lie in [0, 1], found {soc}")


CHARGING_SHAPES: dict[str, tuple[tuple[float, float], ...]] = {
    # Assumption: an LFP van charged at 0.7 to 1 C keeps its power to 80 % and falls to a fifth at 100 %.
    "lfp_van": ((0.0, 1.0), (0.8, 1.0), (1.0, 0.2)),
    # Source: TomTom EV routing guide, general information, example of a passenger car.
    "generic_car": ((0.0, 0.35), (0.05, 0.90), (0.10, 1.0), (0.35, 1.0), (0.50, 0.90), (0.70, 0.50), (1.0, 0.05)),
}
"""Share of the peak power [-] against state of charge [-]."""


def charging_curve_of(shape: str, peak_power_kw: float) -> ChargingCurve:
    """
    Curve of a battery with a peak power.

    Parameters
    ----------
    shape
        A key of `CHARGING_SHAPES`.
    peak_power_kw
        Most power that the battery takes [kW].

    Raises
    ------
    ConfigError
        If there is no such shape, or the power is not above 0.
    """
    faults = []
    if shape not in CHARGING_SHAPES:
        faults.append(f"charging_shape: found {shape!r}, expected one of {', '.join(CHARGING_SHAPES)}")
    if not peak_power_kw > 0.0:
        faults.append(f"charging_power_kw must be above 0 [kW], found {peak_power_kw}")
    if faults:
        raise ConfigError(faults)
    soc, share = zip(*CHARGING_SHAPES[shape], strict=True)
    return ChargingCurve(tuple(soc), tuple(part * peak_power_kw for part in share))


@dataclass(frozen=True, slots=True)
class GridDraw:
    """Electricity of a session: from the grid, into the battery, and lost between the two [kWh]."""

    grid_kwh: float
    battery_kwh: float
    loss_kwh: float


def grid_draw(battery_kwh: float, efficiency: float) -> GridDraw:
    """
    What the grid gives for energy that reaches the battery.

    Parameters
    ----------
    battery_kwh
        Energy put into the battery [kWh].
    efficiency
        Energy into the battery per energy from the grid [-], in (0, 1].

    Raises
    ------
    ValueError
        If the efficiency lies outside (0, 1].
    """
    if not 0.0 < efficiency <= 1.0:
        raise ValueError(f"charging efficiency must lie in (0, 1], found {efficiency}")
    grid_kwh = battery_kwh / efficiency
    return GridDraw(grid_kwh, battery_kwh, grid_kwh - battery_kwh)

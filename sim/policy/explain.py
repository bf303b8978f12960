"""Information for a driver: may this vehicle enter this link now, which rule forbids it, when does it open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sim.contracts import FOREVER_US, AccessClass, Powertrain
from sim.network import RoadNetwork
from sim.policy.access_rule import AccessRuleParams
from sim.policy.compile import compile_closures
from sim.policy.time_window import DAY_US, DAYS_PER_WEEK
from sim.policy.vehicles import PLAIN, VehicleTraits
from sim.units import Weekday, s_to_clock, to_s, to_us


@dataclass(frozen=True, slots=True)
class AccessAnswer:
    """
    Whether a vehicle may enter a link.

    Parameters
    ----------
    link
        Row of the link.
    time_s
        Time of entering [s from midnight of day 1].
    denied_by
        Names of the rules that forbid it now, in the order of the rules; empty when it may enter.
    opens_s
        When it may enter next [s]: `time_s` itself when it may now, None when never.
    closes_s
        When it may no longer enter [s], from `opens_s` on; None when not within a week.
    """

    link: int
    time_s: float
    denied_by: tuple[str, ...]
    opens_s: float | None
    closes_s: float | None

    @property
    def may_enter(self) -> bool:
        """Whether no rule forbids it."""
        return not self.denied_by

    def sentence(self) -> str:
        """The answer in words."""
        until = "" if self.closes_s is None else f" until {_clock(self.closes_s)}"
        if self.may_enter:
            return f"{_clock(self.time_s)}: may enter{until}"
        rules = ", ".join(self.denied_by)
        opens = "does not open" if self.opens_s is None else f"opens at {_clock(self.opens_s)}{until}"
        return f"{_clock(self.time_s)}: closed by {rules}; {opens}"


def explain(
    rules: Mapping[str, AccessRuleParams],
    network: RoadNetwork,
    *,
    link: int,
    access_class: AccessClass,
    powertrain: Powertrain,
    weekday: Weekday,
    time_s: float,
    traits: VehicleTraits = PLAIN,
    day: date | None = None,
) -> AccessAnswer:
    """
    Whether a vehicle may enter a link at a time, and why not.

    Parameters
    ----------
    rules
        Access rules by name.
    network
        Road network with its zones.
    link
        Row of the link.
    access_class, powertrain, traits
        The vehicle.
    weekday, day
        Day of the week of day 1, and its date where rules have seasons.
    time_s
        Time of entering [s from midnight of day 1].
    """
    time_us = to_us(time_s)

    def closures(chosen: Mapping[str, AccessRuleParams]) -> list[tuple[int, int]]:
        compiled = compile_closures(
            chosen,
            network,
            access_class=access_class,
            powertrain=powertrain,
            traits=traits,
            day=day,
            weekday=weekday,
            horizon_us=time_us + (DAYS_PER_WEEK + 1) * DAY_US,
        )
        rows = slice(int(compiled.start[link]), int(compiled.start[link + 1]))
        return list(zip(compiled.from_us[rows].tolist(), compiled.until_us[rows].tolist(), strict=True))

    closed = closures(rules)
    is_closed = any(start <= time_us < end for start, end in closed)
    denied_by = tuple(
        rule_id
        for rule_id, rule in rules.items()
        if is_closed and any(start <= time_us < end for start, end in closures({rule_id: rule}))
    )
    opens_us, closes_us = time_us, None
    for start, end in closed:
        if start <= opens_us < end:
            opens_us = end
        elif start > opens_us and closes_us is None:
            closes_us = start
    if opens_us >= FOREVER_US:
        return AccessAnswer(link, time_s, denied_by, None, None)
    return AccessAnswer(link, time_s, denied_by, to_s(opens_us), None if closes_us is None else to_s(closes_us))


def _clock(time_s: float) -> str:
    """Clock time, with the number of the day where it is not the first."""
    day, rest = divmod(time_s, to_s(DAY_US))
    return s_to_clock(rest) + (f" on day {int(day) + 1}" if day else "")

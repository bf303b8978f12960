"""
What one day leaves to the next: orders to be tried again, charge in batteries, rules learnt, and credit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pandas as pd

from sim.agents import ElectricVan, Vehicle
from sim.config import Scenario
from sim.model.van_access import KnownRules
from sim.units import weekday_after


@dataclass(frozen=True)
class DayState:
    """
    The state in which a day begins.

    Parameters
    ----------
    day
        Days gone by: 0 for the first.
    backlog
        Orders not delivered so far that are tried again, in the columns of demand, windows within their day; None
        where there are none.
    tries
        Days on which each of them was tried, by `order_id`.
    soc
        State of charge of the battery vans that have been out, by `van_id` [-].
    learnt
        Carriers and the rules that their drivers have met.
    credit
        Credit by carrier [-]; empty where it is not kept.
    """

    day: int = 0
    backlog: pd.DataFrame | None = None
    tries: Mapping[int, int] = field(default_factory=dict)
    soc: Mapping[str, float] = field(default_factory=dict)
    learnt: KnownRules = frozenset()
    credit: Mapping[str, float] = field(default_factory=dict)

    def stream(self, name: str) -> str:
        """Name of a random stream of decisions that are made anew every day."""
        return name if self.day == 0 else f"{name}_day_{self.day}"


def next_backlog(
    orders: pd.DataFrame, raw: pd.DataFrame, tries: Mapping[int, int], retry_days: int
) -> tuple[pd.DataFrame | None, dict[int, int]]:
    """
    Orders that are tried again on the next day, and on how many days each was tried.

    Parameters
    ----------
    orders
        Result table `orders` of the day.
    raw
        The same orders as demand made them.
    tries
        Days on which orders carried over were tried before.
    retry_days
        Further days on which an order is tried.
    """
    missed = orders.loc[orders["status"] != "delivered", "order_id"].astype("int64").tolist()
    counted = {number: tries.get(number, 0) + 1 for number in missed}
    again = {number: count for number, count in counted.items() if count <= retry_days}
    if not again:
        return None, {}
    return raw[raw["order_id"].isin(list(again))].reset_index(drop=True), again


def on_day(scenario: Scenario, day: int) -> Scenario:
    """The scenario with the date and the day of the week of a later day."""
    if day == 0:
        return scenario
    date = None if scenario.day_1 is None else (scenario.day_1 + timedelta(days=day)).isoformat()
    return scenario.model_copy(update={"weekday": weekday_after(scenario.weekday, day), "date": date})


def evening_soc(vans: Iterable[Vehicle], recovered_soc: float) -> dict[str, float]:
    """
    State of charge of battery vans after the day, by `van_id` [-].

    Parameters
    ----------
    vans
        Vans that have been out.
    recovered_soc
        State of charge to which the recovery service charges a stranded van that has less [-]. Assumption.
    """
    return {
        van.van_id: max(van.battery.soc, recovered_soc) if van.is_stranded else van.battery.soc
        for van in vans
        if isinstance(van, ElectricVan)
    }

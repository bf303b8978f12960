"""
Several days one after the other: each begins with what the last has left.

Orders not delivered are tried again, batteries without a depot charger keep their charge, carriers keep what they have
learnt of the rules, and their credit decides the permits of the next day. The result files are those of one day, with
times from midnight of day 1 and numbers that go on; beside them are indicators by day and credit by carrier and day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from sim.config import Scenario
from sim.contracts import Progress, no_progress
from sim.demand.homes import residents_by_link
from sim.measures import RunTables
from sim.measures.conversion import conform
from sim.measures.distribution import distribution
from sim.model import DeliveryModel
from sim.model.carrier_records import carrier_records
from sim.model.day_state import DayState
from sim.units import SECONDS_PER_DAY

CLOCK_COLUMNS = (
    "planned_arrival_s", "arrival_s", "parked_s", "service_start_s", "service_end_s", "depart_s", "arrive_s", "plug_s",
    "unplug_s", "park_s", "leave_s", "enter_s", "exit_s", "time_s", "earliest_s", "latest_s", "delivered_s",
    "returned_s", "planned_start_s", "start_s", "end_s", "bin_start_s", "from_s", "until_s", "book_s", "booked_from_s",
)  # fmt: skip
"""Columns of the result tables that hold times of the day; all others in seconds are durations."""

_NUMBERS = {"stop_id": "stops", "from_stop_id": "stops", "to_stop_id": "stops", "trip_id": "trips"}
"""Columns with numbers that begin anew every day, and the table that counts them."""

_NAMES = ("tour_id", "transfer_id")
"""Columns with names that repeat every day."""

_ONCE = ("vans", "places")
"""Tables that are the same every day."""


@dataclass
class Horizon:
    """
    Several days as they have come out.

    Parameters
    ----------
    last
        The model of the last day.
    tables
        Result tables of all days.
    day_kpis
        Indicators of each day.
    credit
        Columns `day, carrier_id, vans_used, fined_trips, on_time_share, failed_share, load_factor, score, credit,
        level, reward_cny`; credit and level as they are after the day.
    warnings
        What the reader should know, with the day.
    """

    last: DeliveryModel
    tables: RunTables
    day_kpis: list[dict[str, dict[str, Any]]]
    credit: pd.DataFrame
    warnings: tuple[str, ...] = field(default=())

    def kpis(self) -> dict[str, dict[str, Any]]:
        """Mean of each indicator over the days on which it is defined."""
        if len(self.day_kpis) == 1:
            return self.day_kpis[0]
        found = {}
        for name, entry in self.day_kpis[0].items():
            values = [kpis[name]["value"] for kpis in self.day_kpis if kpis[name]["value"] is not None]
            found[name] = entry | {"value": sum(values) / len(values) if values else None}
        return found

    def distribution(self) -> pd.DataFrame:
        """Outcomes of all days by group, as from `sim.measures.distribution`."""
        model = self.last
        density, total = model.settings.demand.parcels.residents_per_km, model.settings.network.residents
        residents = residents_by_link(model.network, density, total)
        return distribution(self.tables, model.network, model.kpi_context(), residents)

    def day_table(self) -> pd.DataFrame:
        """Indicators by day: columns `day, measure, value, unit`."""
        rows = [
            {"day": day, "measure": name, "value": entry["value"], "unit": entry["unit"]}
            for day, kpis in enumerate(self.day_kpis, start=1)
            for name, entry in kpis.items()
        ]
        return pd.DataFrame(rows)


def run_days(first: DeliveryModel, scenario: Scenario, seed: int, progress: Progress = no_progress) -> Horizon:
    """
    Simulate `scenario.days` days.

    Parameters
    ----------
    first
        The model of the first day, run or not.
    scenario
        Configuration.
    seed
        Root seed.
    progress
        Told how far each day has come.
    """
    params, model = scenario.credit, first
    merged: dict[str, list[pd.DataFrame]] = {}
    offsets = {"stops": 0, "trips": 0}
    day_kpis, rows, warnings = [], [], []
    credit: dict[str, float] = {}
    for day in range(scenario.days):
        if not model.has_run:
            model.run()
        tables = model.tables()
        if scenario.days > 1:
            _append(merged, tables, day, offsets, is_last=day == scenario.days - 1)
        day_kpis.append(model.kpis())
        warnings += [f"day {day + 1}: {text}" if scenario.days > 1 else text for text in model.warnings()]
        records = carrier_records(tables)
        for spec in model.fleets:
            if not spec.vans:
                continue
            name, record = spec.carrier_id, records.get(spec.carrier_id)
            before = credit.get(name, params.start_credit)
            credit[name] = params.next_credit(before, record)
            level = params.level(credit[name])
            rows.append(
                {
                    "day": day + 1,
                    "carrier_id": name,
                    "vans_used": 0 if record is None else record.vans_used,
                    "fined_trips": 0 if record is None else record.fined_trips,
                    "on_time_share": None if record is None else record.on_time_share,
                    "failed_share": None if record is None else record.failed_share,
                    "load_factor": None if record is None else record.load_factor,
                    "score": None if record is None else params.score(record),
                    "credit": credit[name],
                    "level": level,
                    "reward_cny": params.reward_cny_per_day[level],
                }
            )
        if day + 1 < scenario.days:
            state = replace(model.end_state(), credit=dict(credit))
            model = _next_day(model, scenario, seed, state, progress)
    whole = _joined(merged) if scenario.days > 1 else model.tables()
    return Horizon(model, whole, day_kpis, pd.DataFrame(rows), tuple(warnings))


def _next_day(
    before: DeliveryModel, scenario: Scenario, seed: int, state: DayState, progress: Progress
) -> DeliveryModel:
    """The model of the next day, with the same cars on the streets."""
    return DeliveryModel(scenario, seed, progress=progress, traffic=before.traffic, state=state, watch=before.watch)


def _append(
    merged: dict[str, list[pd.DataFrame]], tables: RunTables, day: int, offsets: dict[str, int], *, is_last: bool
) -> None:
    """Add the tables of a day, with times from midnight of day 1 and numbers that go on."""
    for name, table in tables.items():
        if name in _ONCE and day > 0:
            continue
        if name == "links" and not is_last:
            table = table[table["bin_start_s"] < SECONDS_PER_DAY]
        changed: dict[str, Any] = {}
        for column in table.columns:
            if column in CLOCK_COLUMNS:
                changed[column] = table[column] + SECONDS_PER_DAY * day
            elif column in _NUMBERS:
                changed[column] = table[column] + offsets[_NUMBERS[column]]
            elif column in _NAMES and day > 0:
                changed[column] = table[column].astype(object) + f"-day-{day + 1}"
        merged.setdefault(name, []).append(table.assign(**changed))
    offsets["stops"] += int(tables["stops"]["stop_id"].max()) + 1 if len(tables["stops"]) else 0
    offsets["trips"] += int(tables["trips"]["trip_id"].max()) + 1 if len(tables["trips"]) else 0


def _joined(merged: Mapping[str, Sequence[pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """One table of each kind; an order that was carried over has the row of its last day, costs are added up."""
    found = {}
    for name, parts in merged.items():
        whole = pd.concat([part for part in parts if len(part)] or list(parts[:1]), ignore_index=True)
        if name == "orders":
            whole = whole.drop_duplicates("order_id", keep="last", ignore_index=True)
        elif name == "costs":
            cost = whole.groupby(["carrier_id", "component"], sort=False, observed=True)["cost_cny"].sum()
            whole = cost.reset_index()
        found[name] = conform(name, whole)
    return found

"""
How vans of each type were used on a day: work, time, distance, energy and time at chargers, by van and day.

Counted over all vans owned, those that stay at home included: a van that rules keep out earns nothing.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from sim.measures.context import KpiContext
from sim.measures.cost import cost_by_van, duty_s
from sim.measures.tables import RunTables
from sim.units import SECONDS_PER_HOUR

_OWN_NUMBERS = ("fixed", "driver", "fuel", "electricity", "maintenance", "subsidies")
"""Components that ownership cost reckons by itself; the others are told together."""


def use_by_van(tables: RunTables, context: KpiContext, carriers: Collection[str]) -> pd.DataFrame:
    """
    Use of each van of some carriers.

    Parameters
    ----------
    tables
        Tables of the run.
    context
        Prices.
    carriers
        Carriers that count.

    Returns
    -------
    pandas.DataFrame
        By `van_id`: `carrier_id`, `vehicle_type`, `orders` delivered, `km`, `duty_h`, `charging_h` (ways to public
        chargers, waits and charging), `public_charging_cny` before any discount, `energy_cny`, `mishaps_cny` (recovery
        and fines) and `cost_cny` before subsidies.
    """
    vans, trips, stops, charging = (tables[name] for name in ("vans", "trips", "stops", "charging"))
    use = vans[vans["carrier_id"].isin(carriers)].set_index("van_id")[["carrier_id", "vehicle_type"]].astype(object)
    orders = tables["orders"]
    van_of = stops.set_index("stop_id")["van_id"].astype(object)
    by_van = orders.loc[orders["status"] == "delivered", "stop_id"].map(van_of).value_counts()
    public = charging[charging["purpose"] == "public"]
    at_charger_s = (public["unplug_s"] - public["arrive_s"]).groupby(public["van_id"]).sum()
    to_charger = trips[trips["purpose"] == "charge"]
    to_charger_s = (to_charger["arrive_s"] - to_charger["depart_s"]).groupby(to_charger["van_id"]).sum()
    cost = cost_by_van(tables, context)
    found = {
        "orders": by_van,
        "km": trips.groupby("van_id")["distance_m"].sum() / 1000.0,
        "duty_h": duty_s(trips, stops, tables["tours"]) / SECONDS_PER_HOUR,
        "charging_h": at_charger_s.add(to_charger_s, fill_value=0.0) / SECONDS_PER_HOUR,
        "public_charging_cny": public.groupby("van_id")["cost_cny"].sum(),
        "energy_cny": cost["fuel"] + cost["electricity"],
        "mishaps_cny": cost.drop(columns=list(_OWN_NUMBERS)).sum(axis=1),
        "cost_cny": cost.drop(columns="subsidies").sum(axis=1),
    }
    filled = {name: own.reindex(use.index).fillna(0.0).astype("float64") for name, own in found.items()}
    return use.assign(**filled)


def use_by_type(by_van: pd.DataFrame) -> pd.DataFrame:
    """Mean use by van and day of each vehicle type, and `energy_cny_per_km`; columns as in `use_by_van`."""
    mean = by_van.drop(columns="carrier_id").groupby("vehicle_type").mean()
    return mean.assign(energy_cny_per_km=mean["energy_cny"] / mean["km"].where(mean["km"] > 0.0))

"""
What shops got of what they ordered, when, and by whose vans.

A window says when unloading may start. So an order is on time, or delivered at night, by the start of unloading at its
stop; an order without a recorded stop counts by the time it was delivered.
"""

from __future__ import annotations

import pandas as pd

from sim.measures.conservation import order_balance
from sim.measures.context import KpiContext
from sim.measures.intervals import is_in_daily_window, ratio
from sim.measures.tables import RunTables

_ROUNDING_S = 1e-3
"""Slack for times that have been rounded to microseconds [s]."""

_HOME, _STATION = "home", "station"
"""Types of receivers that take in parcels; all others are shops."""

_CHAINS = ("supermarket", "chain_store")
"""Types of shops whose joint delivery the programme's form asks for (商超、连锁店)."""


def service_start_s(orders: pd.DataFrame, stops: pd.DataFrame) -> pd.Series[float]:
    """Start of unloading of each order [s]: that of its stop, else the time it was delivered."""
    start_s = stops.set_index("stop_id")["service_start_s"]
    return orders["stop_id"].map(start_s).astype("float64").fillna(orders["delivered_s"])


def service_measures(tables: RunTables, context: KpiContext) -> dict[str, float | None]:
    """
    Orders by what became of them, punctuality, night and joint shares; what is said of shops leaves parcels out.

    Parameters
    ----------
    tables
        Tables of the run.
    context
        Night window.
    """
    orders = tables["orders"]
    delivered = orders[orders["status"] == "delivered"]
    start_s = service_start_s(delivered, tables["stops"])
    on_time = (start_s >= delivered["earliest_s"] - _ROUNDING_S) & (start_s <= delivered["latest_s"] + _ROUNDING_S)
    at_night = is_in_daily_window(start_s, context.night_from_s, context.night_until_s)
    weight_kg = delivered["weight_kg"]
    total_kg = float(weight_kg.sum())
    joint = delivered["joint"]
    kind = orders["shop_type"] if "shop_type" in orders else pd.Series("", index=orders.index)
    is_parcel = kind.isin([_HOME, _STATION])
    to_shops = delivered[~is_parcel[delivered.index]]
    joint_to_shops, shops = to_shops[to_shops["joint"]], int(to_shops["shop_id"].nunique())
    to_chains = to_shops[kind[to_shops.index].isin(_CHAINS)]
    joint_to_chains = to_chains[to_chains["joint"]]
    parcels_kg = weight_kg[is_parcel[delivered.index]]
    is_visit = (tables["stops"]["attempt"] == 1) & ~tables["stops"]["shop_id"].isin(orders.loc[is_parcel, "shop_id"])
    visits = tables["stops"][is_visit]
    joint_shops = orders.loc[orders["joint"], "shop_id"].unique()
    visits_to_joint = visits[visits["shop_id"].isin(joint_shops)]
    docks = tables["docks"]
    shared = delivered["stop_id"].map(tables["stops"].set_index("stop_id")["carrier_id"])
    is_shared = ~joint & shared.notna() & (shared.astype(object) != delivered["carrier_id"].astype(object))
    balance: dict[str, float | None] = {f"orders_{status}": n for status, n in order_balance(tables).items()}
    return {
        "orders_total": len(orders),
        **balance,
        "orders_failed": len(orders) - len(delivered),
        "failed_share": ratio(len(orders) - len(delivered), len(orders)),
        "orders_returned": int(orders["returned_s"].notna().sum()),
        "delivery_retries": int((tables["stops"]["attempt"] > 1).sum()),
        "on_time_share": ratio(int(on_time.sum()), len(delivered)),
        "night_delivery_share": ratio(float(weight_kg[at_night].sum()), total_kg),
        "night_delivery_share_shops": ratio(int(to_shops.loc[at_night[to_shops.index], "shop_id"].nunique()), shops),
        "visits_per_shop": ratio(len(visits), int(visits["shop_id"].nunique())),
        "visits_per_joint_shop": ratio(len(visits_to_joint), int(visits_to_joint["shop_id"].nunique())),
        "orders_shared": int(is_shared.sum()),
        "bulk_transfers": int((docks["purpose"] == "unload").sum()),
        "dock_wait_mean": None if docks.empty else float((docks["start_s"] - docks["arrive_s"]).mean()) / 60.0,
        "joint_share_volume": ratio(float(joint_to_shops["weight_kg"].sum()), float(to_shops["weight_kg"].sum())),
        "joint_share_shops": ratio(int(joint_to_shops["shop_id"].nunique()), shops),
        "joint_share_chains_shops": ratio(
            int(joint_to_chains["shop_id"].nunique()), int(to_chains["shop_id"].nunique())
        ),
        "joint_share_chains_volume": ratio(
            float(joint_to_chains["weight_kg"].sum()), float(to_chains["weight_kg"].sum())
        ),
        "parcels_at_stations_share": ratio(
            float(parcels_kg[kind[parcels_kg.index] == _STATION].sum()), float(parcels_kg.sum())
        ),
    }

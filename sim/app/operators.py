"""Carriers of a run side by side: service, violations and cost, as an operator's credit would weigh them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from sim.view.run_folder import RunFolder


def operator_rows(folder: Path) -> list[dict[str, Any]]:
    """
    One row for each carrier: vans, orders, delivered, share on time, double parking, violations, fines, cost, credit.

    Credit, level and reward are those after the last day, where the run has counted them.

    Parameters
    ----------
    folder
        Folder of a finished run.

    Raises
    ------
    ResultsError
        If the folder is not that of a finished run.
    """
    run = RunFolder(folder)
    vans, stops, trips = run.vans, run.stops, run.trips
    orders, violations, costs = (run.table(name) for name in ("orders", "violations", "costs"))
    carrier_of = vans["carrier_id"].astype(object)
    merged = orders.merge(stops[["stop_id", "service_start_s"]], on="stop_id", how="left")
    delivered = merged[merged["status"] == "delivered"]
    on_time = (delivered["earliest_s"] <= delivered["service_start_s"]) & (
        delivered["service_start_s"] <= delivered["latest_s"]
    )
    used = trips["van_id"].astype(object).map(carrier_of)
    double = stops[stops["parking"] == "double"]
    double_h = (double["depart_s"] - double["parked_s"]) / 3600.0
    who = violations["van_id"].astype(object).map(carrier_of)
    table = pd.DataFrame(index=sorted({*carrier_of, *orders["carrier_id"].astype(object)}))
    table["vans"] = trips.groupby(used)["van_id"].nunique()
    table["orders"] = orders.groupby(orders["carrier_id"].astype(object)).size()
    table["delivered"] = delivered.groupby(delivered["carrier_id"].astype(object)).size()
    table["on_time_share"] = on_time.groupby(delivered["carrier_id"].astype(object)).mean()
    table["double_parking_h"] = double_h.groupby(double["carrier_id"].astype(object)).sum()
    table["violations"] = violations.groupby(who).size()
    table["fines_cny"] = violations["fine_cny"].groupby(who).sum()
    table["cost_cny"] = costs.groupby(costs["carrier_id"].astype(object))["cost_cny"].sum()
    table["cost_per_order_cny"] = table["cost_cny"] / table["orders"]
    credit = _credit(folder)
    whole = table.drop(columns=["on_time_share", "cost_per_order_cny"]).fillna(0.0)
    table[whole.columns] = whole
    table = table.join(credit)
    return [
        {"carrier_id": str(name)}
        | {str(key): None if pd.isna(value) else round(float(value), 4) for key, value in row.items()}
        for name, row in table.iterrows()
    ]


def _credit(folder: Path) -> pd.DataFrame:
    """Credit, level and reward of each carrier after the last day; empty columns where there is no `credit.csv`."""
    columns = ["credit", "level", "reward_cny"]
    try:
        table = pd.read_csv(folder / "credit.csv")
        last: pd.DataFrame = table[table["day"] == table["day"].max()].set_index("carrier_id")[columns]
    except (OSError, ValueError, KeyError):
        return pd.DataFrame(columns=columns, dtype=float)
    last.index = last.index.astype(str)
    return last

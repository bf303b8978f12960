"""Nothing gets lost: orders, goods and drives of a day add up."""

from __future__ import annotations

from typing import get_args

import numpy as np

from sim.events import OrderStatus
from sim.measures.tables import RunTables

STATUSES: tuple[OrderStatus, ...] = get_args(OrderStatus)
"""What may become of an order."""


def order_balance(tables: RunTables) -> dict[str, int]:
    """Number of orders by what became of them, in the order of `STATUSES`; the sum is all orders."""
    counts = tables["orders"]["status"].value_counts()
    return {status: int(counts.get(status, 0)) for status in STATUSES}


def conservation_faults(tables: RunTables) -> list[str]:
    """
    Whatever does not add up in the tables of a run; empty when all is well.

    Orders in = delivered + failed + refused + on board + unplanned; delivered orders have a stop and a time, others
    have none; the weight handed over at each stop is that of its delivered orders; trips follow their traces.

    Parameters
    ----------
    tables
        Tables of the run.
    """
    orders, stops, trips, traces = (tables[name] for name in ("orders", "stops", "trips", "traces"))
    faults = []
    counted = sum(order_balance(tables).values())
    if counted != len(orders):
        faults.append(f"orders: {len(orders)} came in, {counted} are accounted for")
    is_delivered = orders["status"] == "delivered"
    without = int((is_delivered & (orders["delivered_s"].isna() | orders["stop_id"].isna())).sum())
    if without:
        faults.append(f"orders: {without} delivered without a stop or a time")
    timed = int((~is_delivered & orders["delivered_s"].notna()).sum())
    if timed:
        faults.append(f"orders: {timed} not delivered but with a time of delivery")
    lost = int((~orders["stop_id"].dropna().isin(stops["stop_id"])).sum())
    if lost:
        faults.append(f"orders: {lost} name a stop that is not in the stops")
    handed_kg = orders[is_delivered].groupby("stop_id")["weight_kg"].sum()
    at_stop_kg = stops.set_index("stop_id")["weight_kg"]
    gap_kg = at_stop_kg.sub(handed_kg.astype("float64"), fill_value=0.0).abs()
    if len(gap_kg) and float(gap_kg.max()) > 1e-6:
        faults.append(
            f"stops: {int((gap_kg > 1e-6).sum())} handed over another weight than that of their orders, "
            f"such as stop {gap_kg.idxmax()} by {gap_kg.max():.3f} kg"
        )
    if len(traces):
        ends = traces.groupby("trip_id")["exit_s"].max()
        late_s = (trips.set_index("trip_id")["arrive_s"] - ends).abs()
        wrong = int((np.nan_to_num(late_s.to_numpy(dtype=np.float64), nan=np.inf) > 1e-3).sum())
        if wrong:
            faults.append(f"trips: {wrong} arrive at another time than they leave their last link")
    return faults

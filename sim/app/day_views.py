"""A day as a shop sees it, and as a carrier does: who comes when, and where each van has to be."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd

from sim.app.workspace import NotThereError
from sim.view.run_folder import RunFolder

LISTED_MOST = 3000
"""Shops that are offered by name; others are asked for by typing theirs."""


def parties(folder: Path) -> dict[str, list[dict[str, str]]]:
    """
    Shops and carriers of a run, for the form.

    Parameters
    ----------
    folder
        Folder of a finished run.

    Returns
    -------
    dict[str, list[dict[str, str]]]
        `shops` (`id`, `name`, `type`; those with orders) and `carriers` (`id`).

    Raises
    ------
    ResultsError
        If the folder is not that of a finished run.
    """
    run = RunFolder(folder)
    orders = run.table("orders")
    shops = orders[["shop_id", "shop_type"]].astype(object).drop_duplicates("shop_id").sort_values("shop_id")
    names = _names(run)
    return {
        "shops": [
            {"id": str(shop), "name": names.get(str(shop), ""), "type": _text(kind)}
            for shop, kind in shops.head(LISTED_MOST).itertuples(index=False)
        ],
        "carriers": [{"id": name} for name in sorted(set(run.vans["carrier_id"].astype(str)))],
    }


def shop_day(folder: Path, shop: str) -> dict[str, Any]:
    """
    What comes to a shop: calls of vans in the order of time, and orders that never came.

    Parameters
    ----------
    folder
        Folder of a finished run.
    shop
        Its `shop_id`.

    Returns
    -------
    dict[str, Any]
        `name`, `type`, `orders`, `delivered`; `calls`: `carrier`, `van`, `planned_s`, `arrival_s`, `start_s`, `end_s`,
        `parking`, `berth_wait_s`, `orders`, `weight_kg`, `outcome`; `missing`: `carrier`, `earliest_s`, `latest_s`,
        `status`, one an order not delivered.

    Raises
    ------
    NotThereError
        If no order of the run is for it.
    """
    run = RunFolder(folder)
    orders = run.table("orders")
    own = orders[orders["shop_id"].astype(str) == shop]
    if own.empty:
        raise NotThereError(f"shop: there is no shop {shop[:80]!r} with orders in this run")
    calls = run.stops[run.stops["shop_id"].astype(str) == shop].sort_values(["arrival_s", "van_id"])
    missing = own[own["status"].astype(str) != "delivered"].sort_values(["earliest_s", "order_id"])
    return {
        "name": _names(run).get(shop, ""),
        "type": _text(own["shop_type"].iloc[0]),
        "orders": len(own),
        "delivered": int((own["status"].astype(str) == "delivered").sum()),
        "calls": [
            {
                "carrier": str(call["carrier_id"]),
                "van": str(call["van_id"]),
                "planned_s": _number(call["planned_arrival_s"]),
                "arrival_s": _number(call["arrival_s"]),
                "start_s": _number(call["service_start_s"]),
                "end_s": _number(call["service_end_s"]),
                "parking": _text(call["parking"]),
                "berth_wait_s": _number(call["berth_wait_s"]),
                "orders": int(call["orders"]),
                "weight_kg": _number(call["weight_kg"]),
                "outcome": _text(call["outcome"]),
            }
            for call in calls.to_dict("records")
        ],
        "missing": [
            {
                "carrier": _text(order["carrier_id"]),
                "earliest_s": _number(order["earliest_s"]),
                "latest_s": _number(order["latest_s"]),
                "status": str(order["status"]),
            }
            for order in missing.to_dict("records")
        ],
    }


def carrier_day(folder: Path, carrier: str) -> dict[str, Any]:
    """
    What a carrier's vans do.

    Parameters
    ----------
    folder
        Folder of a finished run.
    carrier
        Its `carrier_id`.

    Returns
    -------
    dict[str, Any]
        `vans` owned; `tours`: `tour`, `van`, `vehicle_type`, `start_s`, `end_s`, `stops`, `orders` handed over, `km`,
        `driving_s`, `late_s` (start of the tour after its plan), `is_home`; `orders` by status.

    Raises
    ------
    NotThereError
        If the run has no such carrier.
    """
    run = RunFolder(folder)
    vans = run.vans[run.vans["carrier_id"].astype(str) == carrier]
    if vans.empty:
        raise NotThereError(f"carrier: there is no carrier {carrier[:80]!r} in this run")
    tours, trips, orders = run.table("tours"), run.trips, run.table("orders")
    kinds = vans["vehicle_type"].astype(str).to_dict()
    rows = []
    for tour in (
        tours[tours["carrier_id"].astype(str) == carrier].sort_values(["start_s", "tour_id"]).to_dict("records")
    ):
        van = str(tour["van_id"])
        driven = trips[(trips["van_id"].astype(str) == van) & trips["depart_s"].between(tour["start_s"], tour["end_s"])]
        own = run.stops[run.stops["tour_id"].astype(str) == str(tour["tour_id"])]
        rows.append(
            {
                "tour": str(tour["tour_id"]),
                "van": van,
                "vehicle_type": kinds.get(van, ""),
                "start_s": _number(tour["start_s"]),
                "end_s": _number(tour["end_s"]),
                "stops": int(tour["stops"]),
                "orders": int(own.loc[own["outcome"].astype(str) == "delivered", "orders"].sum()),
                "km": round(float(driven["distance_m"].sum()) / 1000.0, 3),
                "driving_s": round(float((driven["arrive_s"] - driven["depart_s"]).sum()), 1),
                "late_s": _number(tour["start_s"] - tour["planned_start_s"]),
                "is_home": bool(tour["is_home"]),
            }
        )
    statuses = orders.loc[orders["carrier_id"].astype(str) == carrier, "status"].astype(str).value_counts()
    return {"vans": len(vans), "tours": rows, "orders": {name: int(n) for name, n in sorted(statuses.items())}}


def _names(run: RunFolder) -> dict[str, str]:
    places = run.table("places")
    named = places[places["name"].notna()]
    return dict(zip(named["place_id"].astype(str), named["name"].astype(str), strict=True))


def _text(value: Any) -> str:
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) or pd.isna(value) else str(value)


def _number(value: Any) -> float | None:
    number = float(value)
    return round(number, 1) if math.isfinite(number) else None

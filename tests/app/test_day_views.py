"""The day of a shop and of a carrier with the numbers of the tables; notices of rules with dates."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
from starlette.testclient import TestClient

from sim.app.day_views import carrier_day, parties, shop_day
from sim.app.notices import changes_to_come, notices

RUN = "0123456789ab"


def test_every_order_and_stop_of_a_run_is_in_the_views(workspace: Path) -> None:
    """Over all shops the calls are the stops and the orders those of the table; over all carriers the tours."""
    folder = workspace / "results" / "runs" / RUN
    orders, stops = (pd.read_parquet(folder / f"{name}.parquet") for name in ("orders", "stops"))
    tours, trips = (pd.read_parquet(folder / f"{name}.parquet") for name in ("tours", "trips"))
    known = parties(folder)
    days = [shop_day(folder, shop["id"]) for shop in known["shops"]]
    assert sum(day["orders"] for day in days) == len(orders)
    assert sum(day["delivered"] for day in days) == (orders["status"].astype(str) == "delivered").sum()
    assert sum(len(day["missing"]) + day["delivered"] for day in days) == len(orders)
    served = stops[stops["shop_id"].astype(str).isin([shop["id"] for shop in known["shops"]])]
    assert sum(len(day["calls"]) for day in days) == len(served)
    carriers = [carrier_day(folder, carrier["id"]) for carrier in known["carriers"]]
    assert sum(len(day["tours"]) for day in carriers) == len(tours)
    assert sum(sum(day["orders"].values()) for day in carriers) == len(orders)
    assert sum(tour["km"] for day in carriers for tour in day["tours"]) <= trips["distance_m"].sum() / 1000.0 + 1e-6


def test_who_is_not_there_is_told(client: TestClient) -> None:
    """An unknown run, shop or carrier is not there; names from a browser lead nowhere else."""
    for path in (f"runs/{RUN}/shops/nobody", f"runs/{RUN}/carriers/nobody", "runs/nothing/parties"):
        assert client.get(f"/api/{path}").status_code == 404, path
    assert client.get(f"/api/runs/{RUN}/shops/..%2f..%2fsecret").status_code == 404


def test_rules_with_dates_are_announced(workspace: Path) -> None:
    """A span of dates begins on its first day and no longer holds on the day after its last; seasons are no change."""
    configs = workspace / "configs"
    (configs / "scenario").mkdir(parents=True)
    (configs / "policy").mkdir()
    (configs / "scenario" / "festival.yaml").write_text("description: A fair\noverrides: [policy=festival]\n")
    when = "{weekdays: [mo-su], windows: ['08:00-20:00'], seasons: ['2027-03-01..2027-03-05', '06-01..08-31']}"
    (configs / "policy" / "festival.yaml").write_text(
        f"rules:\n  fair:\n    effect: deny\n    where: {{zone_roles: [centre]}}\n    who: {{}}\n    when: {when}\n"
    )
    rows = notices()
    (own,) = (row for row in rows if row["scenario"] == "festival")
    assert own["seasons"] == "2027-03-01..2027-03-05, 06-01..08-31"
    coming = [one for one in changes_to_come(rows, date(2027, 2, 1)) if one["scenario"] == "festival"]
    assert [(one["date"], one["begins"]) for one in coming] == [("2027-03-01", True), ("2027-03-06", False)]
    during = [one for one in changes_to_come(rows, date(2027, 3, 2)) if one["scenario"] == "festival"]
    assert [(one["date"], one["begins"]) for one in during] == [("2027-03-06", False)]
    assert [one for one in changes_to_come(rows, date(2027, 3, 6)) if one["scenario"] == "festival"] == []

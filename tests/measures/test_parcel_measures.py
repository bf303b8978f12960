"""Indicators of a day with parcels: what is said of shops is said of shops alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.measures import KpiContext, compute_kpis


def test_what_is_said_of_shops_leaves_parcels_out(tables: dict[str, pd.DataFrame], context: KpiContext) -> None:
    """With one of the two shops made a home and the other a station, no share of shops is defined."""
    orders = tables["orders"]
    first = orders["shop_id"] == orders["shop_id"].iloc[0]
    kinds = np.where(first, "home", "station")
    parcels = tables | {"orders": orders.assign(shop_type=pd.array(kinds, dtype="string"))}
    values = {name: kpi["value"] for name, kpi in compute_kpis(parcels, context).items()}
    assert [values[name] for name in ("joint_share_volume", "joint_share_shops", "visits_per_shop")] == [None] * 3
    delivered = orders["status"] == "delivered"
    at_station = orders.loc[delivered & ~first, "weight_kg"].sum() / orders.loc[delivered, "weight_kg"].sum()
    assert values["parcels_at_stations_share"] == pytest.approx(at_station)

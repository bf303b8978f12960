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


def test_joint_share_of_chains_by_hand(tables: dict[str, pd.DataFrame], context: KpiContext) -> None:
    """With the first shop a chain store and the other a restaurant, the share is that of the first alone."""
    orders = tables["orders"]
    first = orders["shop_id"] == orders["shop_id"].iloc[0]
    own = first & (orders["status"] == "delivered")
    for kind in ("supermarket", "chain_store"):
        kinds = pd.array(np.where(first, kind, "restaurant"), dtype="string")
        found = compute_kpis(tables | {"orders": orders.assign(shop_type=kinds)}, context)
        joint_kg, all_kg = (orders.loc[mask, "weight_kg"].sum() for mask in (own & orders["joint"], own))
        assert found["joint_share_chains_volume"]["value"] == pytest.approx(joint_kg / all_kg)
        assert found["joint_share_chains_shops"]["value"] == float(orders.loc[own, "joint"].any())
    none = compute_kpis(tables | {"orders": orders.assign(shop_type=pd.array(["cafe"] * len(orders)))}, context)
    assert none["joint_share_chains_shops"]["value"] is None

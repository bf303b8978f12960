"""Joint delivery, night delivery and capacity sharing from the command line to the files."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from sim.measures.conservation import conservation_faults
from sim.measures.tables import read_table
from tests.system.conftest import RunMaker, sim

BASE = ("network=helsinki", "traffic=off", "seed=1")
JOINT = (
    "joint_50",
    "joint_100",
    "joint_chains",
    "night_delivery",
    "capacity_sharing",
    "joint_50+night_delivery+peak_ban",
)
QUICK = ("joint_50+night_delivery+peak_ban",)
"""Those that every run of the suite tries."""


def _kpi(folder: Path, name: str) -> float:
    return float(json.loads((folder / "kpis.json").read_text())[name]["value"])


def test_an_operator_whom_nobody_uses_changes_not_a_byte(run_dir: RunMaker) -> None:
    """Every parquet file and kpis.json of joint_0 equal those of the baseline, and the run has the same name."""
    base, nobody = run_dir("scenario=baseline", *BASE), run_dir("scenario=joint_0", *BASE)
    names = [*sorted(path.name for path in base.glob("*.parquet")), "kpis.json"]
    assert len(names) > 12
    assert [name for name in names if (base / name).read_bytes() != (nobody / name).read_bytes()] == []
    assert "operator: true" in (nobody / "config.yaml").read_text()


@pytest.mark.parametrize(
    "scenario", [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in JOINT]
)
def test_orders_are_those_of_the_baseline_and_none_is_lost(run_dir: RunMaker, scenario: str) -> None:
    """Same orders and loads whoever delivers; in = delivered + failed + refused + on board + unplanned."""
    base, folder = run_dir("scenario=baseline", *BASE), run_dir(f"scenario={scenario}", *BASE)
    columns = ["order_id", "shop_id", "carrier_id", "weight_kg", "volume_m3"]
    pd.testing.assert_frame_equal(read_table(base, "orders")[columns], read_table(folder, "orders")[columns])
    names = ("orders", "stops", "trips", "traces", "vans", "tours", "docks")
    assert conservation_faults({name: read_table(folder, name) for name in names}) == []
    assert _kpi(folder, "failed_share") < 0.03


def test_all_shops_are_visited_once(run_dir: RunMaker) -> None:
    """Visits per shop fall to one but for a few heavy drops, with fewer kilometres, trucks' included."""
    base, folder = run_dir("scenario=baseline", *BASE), run_dir("scenario=joint_100", *BASE)
    assert _kpi(base, "visits_per_shop") > 1.8
    assert _kpi(folder, "visits_per_joint_shop") == _kpi(folder, "visits_per_shop") < 1.03
    assert _kpi(folder, "joint_share_volume") == _kpi(folder, "joint_share_shops") == 1.0
    assert _kpi(folder, "van_km") < 0.7 * _kpi(base, "van_km")
    assert set(read_table(folder, "stops")["carrier_id"]) == {"operator-1", "operator-2"}


def test_bulk_trucks_leave_traces_docks_and_costs(run_dir: RunMaker) -> None:
    """All joint weight rides once, with docks at both ends; the operator pays for trucks, owners for handling."""
    folder = run_dir("scenario=joint_100", *BASE)
    orders, docks, trips = (read_table(folder, name) for name in ("orders", "docks", "trips"))
    unloaded = docks[docks["purpose"] == "unload"]
    assert unloaded["weight_kg"].sum() == pytest.approx(orders["weight_kg"].sum())
    assert sorted(unloaded["transfer_id"]) == sorted(docks.loc[docks["purpose"] == "load", "transfer_id"])
    trunk = trips[trips["purpose"] == "trunk"]
    assert len(trunk) == 2 * len(unloaded) and trunk["trip_id"].isin(read_table(folder, "traces")["trip_id"]).all()
    costs = read_table(folder, "costs").pivot(index="carrier_id", columns="component", values="cost_cny")
    delivered = int((orders["status"] == "delivered").sum())
    assert costs["handling"].sum() == pytest.approx(2.0 * delivered)
    by_operator = costs.index.str.startswith("operator")
    assert costs.loc[by_operator, "driver"].sum() > 0.0 and costs.loc[~by_operator, "driver"].sum() == 0.0


def test_who_takes_part_at_half_does_so_at_more(run_dir: RunMaker) -> None:
    """Shops of joint orders at 50 % are a part of all; chains alone in joint_chains."""
    half = read_table(run_dir("scenario=joint_50", *BASE), "orders")
    assert 0.4 < half.groupby("shop_id")["joint"].first().mean() < 0.6
    assert (half.groupby("shop_id")["joint"].nunique() == 1).all()
    chains = read_table(run_dir("scenario=joint_chains", *BASE), "orders")
    assert set(chains.loc[chains["joint"], "shop_type"]) == {"supermarket", "chain_store"}


def test_night_shops_are_served_at_night_by_quiet_vehicles(run_dir: RunMaker) -> None:
    """Their unloading starts in the window; the shops are the same with joint delivery."""
    folder = run_dir("scenario=night_delivery", *BASE)
    orders, stops, vans = (read_table(folder, name) for name in ("orders", "stops", "vans"))
    night = orders[orders["earliest_s"] == 79_200.0]
    served = stops[stops["stop_id"].isin(night.loc[night["status"] == "delivered", "stop_id"])]
    assert len(served) > 100 and (served["service_start_s"] >= 79_200.0).all()
    assert set(vans[vans["van_id"].isin(served["van_id"])]["vehicle_type"]) == {"electric_van"}
    assert _kpi(folder, "night_delivery_share_shops") == pytest.approx(0.33, abs=0.05)
    both = read_table(run_dir("scenario=joint_50+night_delivery+peak_ban", *BASE), "orders")
    assert set(both.loc[both["earliest_s"] == 79_200.0, "order_id"]) == set(night["order_id"])


def test_sharing_costs_less_and_adds_up(run_dir: RunMaker) -> None:
    """Payments between carriers add up to zero; some orders come with others, with fewer vans."""
    base, folder = run_dir("scenario=baseline", *BASE), run_dir("scenario=capacity_sharing", *BASE)
    costs = read_table(folder, "costs")
    sharing = costs[costs["component"] == "sharing"]["cost_cny"]
    assert sharing.max() > 0.0 and sharing.sum() == pytest.approx(0.0, abs=1e-6)
    assert _kpi(folder, "sharing_paid") == pytest.approx(sharing[sharing > 0.0].sum())
    assert _kpi(folder, "orders_shared") > 0 and _kpi(folder, "vans_used") <= _kpi(base, "vans_used")


def test_shares_without_an_operator_are_refused() -> None:
    """One line, exit 2."""
    done = sim("run", "joint.share=0.5", *BASE)
    assert done.returncode == 2 and "need an operator, as with joint=operator" in done.stderr
    assert "Traceback" not in done.stderr

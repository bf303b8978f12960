"""Outcomes by group, worked out by hand on a grid of streets."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from sim.measures import CostParams, KpiContext
from sim.measures.distribution import COLUMNS, GROUP_MEASURES, distribution
from sim.measures.tables import RunTables
from sim.network import RoadNetwork
from sim.network.grid import grid_network

CONTEXT_PRICES = {
    "diesel_mj_per_l": 36.0,
    "petrol_mj_per_l": 32.0,
    "grid_factor_kg_per_kwh": 0.6,
    "charger_efficiency": 0.9,
}
"""Not used by the outcomes by group."""


@pytest.fixture(scope="module")
def streets() -> RoadNetwork:
    """A grid with the zones that every network has."""
    return grid_network()


def _tables(streets: RoadNetwork, passages: list[tuple[str, int, float]]) -> RunTables:
    """Three carriers: two with one van, one with three; four orders, one of them late, one failed."""
    vans = pd.DataFrame(
        {
            "van_id": ["a", "b", "c1", "c2", "c3"],
            "carrier_id": ["A", "B", "C", "C", "C"],
            "powertrain": ["diesel", "bev", "diesel", "diesel", "bev"],
        }
    )
    orders = pd.DataFrame(
        {
            "order_id": ["1", "2", "3", "4"],
            "carrier_id": ["A", "A", "B", "C"],
            "shop_type": ["hotel", "hotel", "pharmacy", "hotel"],
            "status": ["delivered", "delivered", "failed", "delivered"],
            "earliest_s": 0.0,
            "latest_s": [100.0, 100.0, 100.0, 100_000.0],
            "delivered_s": [60.0, 160.0, np.nan, 82_860.0],
            "stop_id": [1, 2, 3, 4],
        }
    )
    stops = pd.DataFrame({"stop_id": [1, 2, 4], "service_start_s": [50.0, 150.0, 82_800.0]})
    costs = pd.DataFrame(
        {
            "carrier_id": ["A", "A", "B", "C"],
            "component": ["fixed", "fuel", "fixed", "fixed"],
            "cost_cny": [6.0, 2, 4, 9],
        }
    )
    traces = pd.DataFrame(passages, columns=["van_id", "link", "enter_s"])
    traces["link_id"] = streets.links["link_id"].to_numpy()[traces["link"]]
    return {"vans": vans, "orders": orders, "stops": stops, "costs": costs, "traces": traces}


def _found(streets: RoadNetwork, tables: RunTables, residents: np.ndarray | None = None) -> pd.Series[float]:
    context = KpiContext(CostParams.model_construct(), {}, **CONTEXT_PRICES)
    living = np.zeros(streets.n_links) if residents is None else residents
    table = distribution(tables, streets, context, living)
    assert list(table.columns) == list(COLUMNS)
    return table.set_index(["aspect", "group", "from_s", "measure"])["value"]


def _day(found: pd.Series[float], aspect: str, group: str, measure: str) -> float:
    rows = found.reset_index()
    is_row = (rows["aspect"] == aspect) & (rows["group"] == group) & (rows["measure"] == measure)
    return float(rows.loc[is_row, "value"].sum())


def test_carriers_by_size(streets: RoadNetwork) -> None:
    """A and B have one van: 12 CNY for two orders delivered of three, one on time; C has three: 9 CNY for one."""
    found = _found(streets, _tables(streets, []))
    small, larger = "1-2 vans", "3-5 vans"
    assert _day(found, "carrier_size", small, "carriers") == 2.0
    assert _day(found, "carrier_size", small, "cost_per_order") == 6.0
    assert _day(found, "carrier_size", small, "delivered_share") == pytest.approx(2 / 3)
    assert _day(found, "carrier_size", small, "on_time_share") == 0.5
    assert _day(found, "carrier_size", larger, "cost_per_order") == 9.0
    assert "11 or more vans" not in found.index.get_level_values("group")


def test_shops_by_type(streets: RoadNetwork) -> None:
    """Hotels got three orders, two on time, one at 23:00; the pharmacy none of one."""
    found = _found(streets, _tables(streets, []))
    assert _day(found, "shop_type", "hotel", "on_time_share") == pytest.approx(2 / 3)
    assert _day(found, "shop_type", "hotel", "night_share") == 1.0  # two soon after midnight, one at 23:00
    assert _day(found, "shop_type", "pharmacy", "delivered_share") == 0.0


def test_kilometres_by_place_and_half_hour(streets: RoadNetwork) -> None:
    """Every passage counts once for each role, in the half hour of its entry, on whatever day."""
    rng = np.random.default_rng(1)
    passages = [
        ("a", int(link), float(time))
        for link, time in zip(rng.integers(0, streets.n_links, 200), rng.uniform(0, 172_800, 200), strict=True)
    ]
    found = _found(streets, _tables(streets, passages)).reset_index()
    km = streets.length_m / 1000.0
    for role in set(streets.zones["role"]):
        own = found[found["aspect"] == f"zone:{role}"]
        assert own["value"].sum() == pytest.approx(sum(km[link] for _, link, _ in passages))
        at_eight = own[own["from_s"] == 28_800.0]["value"].sum()
        assert at_eight == pytest.approx(sum(km[link] for _, link, t in passages if 28_800 <= t % 86_400 < 30_600))
        meets = shapely.intersects(
            shapely.union_all(streets.zones_of(role)["geometry"].to_numpy()), streets.links["geometry"].to_numpy()
        )
        inside = own[own["group"] == "inside"]["value"].sum()
        assert inside == pytest.approx(sum(km[link] for _, link, _ in passages if meets[link]))


def test_nights_past_homes(streets: RoadNetwork) -> None:
    """Eleven passages by night and five by day of a street where 40 people live; electric vans are told apart."""
    residents = np.zeros(streets.n_links)
    residents[7] = 40.0
    night = [("b", 7, 82_800.0 + i) for i in range(4)] + [("a", 7, 3_600.0 + i) for i in range(7)]
    tables = _tables(streets, [*night, *[("a", 7, 43_200.0 + i) for i in range(5)]])
    found = _found(streets, tables, residents)
    assert _day(found, "night", "electric", "resident_passages") == 160.0
    assert _day(found, "night", "with engine", "resident_passages") == 280.0
    assert _day(found, "night", "all", "residents_disturbed") == 40.0
    fewer = _found(streets, _tables(streets, night[:9]), residents)
    assert _day(fewer, "night", "all", "residents_disturbed") == 0.0


def test_names_are_those_that_studies_may_draw(streets: RoadNetwork) -> None:
    """Aspect and measure of every row stand in `GROUP_MEASURES`."""
    found = _found(streets, _tables(streets, [("a", 0, 0.0)])).reset_index()
    aspects = found["aspect"].str.replace(r"zone:.*", "place", regex=True)
    assert set(aspects + "/" + found["measure"]) == set(GROUP_MEASURES)

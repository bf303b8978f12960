"""Cost by carrier and component, by hand."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from sim.events import VanStranded
from sim.measures import COMPONENTS, CostParams, KpiContext, Recorder, compute_kpis, cost_rows, cost_table
from sim.measures.cost import duty_s

A = {"fixed": 75.0, "driver": 34.0, "fuel": 16.06, "maintenance": 4.4, "failed": 30.0, "fines": 200.0}
B = {"fixed": 60.0, "driver": 68.0, "electricity": 4.75, "maintenance": 2.4, "handling": 2.0, "failed": 30.0}


def test_who_pays_what(tables: dict[str, pd.DataFrame], context: KpiContext) -> None:
    """Carrier A bears fuel, a fine and the order on no tour; B electricity, handling and the failed order."""
    table = cost_table(tables, context)
    assert list(table.index) == ["A", "B"]
    assert list(table.columns) == list(COMPONENTS)
    for carrier, by_hand in (("A", A), ("B", B)):
        for component in COMPONENTS:
            assert table.loc[carrier, component] == pytest.approx(by_hand.get(component, 0.0)), component


def test_the_table_adds_up_to_the_indicator(tables: dict[str, pd.DataFrame], context: KpiContext) -> None:
    """The total cost is the sum over carriers and components, as in the rows of table costs."""
    rows = cost_rows(cost_table(tables, context))
    assert len(rows) == 2 * len(COMPONENTS)
    total = compute_kpis(tables, context)["cost_total"]["value"]
    assert rows["cost_cny"].sum() == pytest.approx(total)


def test_electricity_costs_the_same_whatever_the_charge_in_the_morning(
    tables: dict[str, pd.DataFrame], context: KpiContext
) -> None:
    """1 kWh more charged in the day at the price of later charging changes nothing."""
    charging = tables["charging"].copy()
    price = context.cost.later_charging_cny_per_kwh
    charging.loc[0, ["energy_kwh", "cost_cny"]] = [3.0, 2.4 + price]
    more = cost_table(tables | {"charging": charging}, context)
    assert more.loc["B", "electricity"] == pytest.approx(4.75)


def test_a_stranded_van_is_recovered_and_its_driver_paid_to_the_last_stop(
    recorder: Recorder, context: KpiContext
) -> None:
    """A van that strands after its last stop costs 500 CNY; its day ends when it left that stop."""
    recorder.hear(VanStranded("e1", 3, 87_000.0))
    before = cost_table(recorder.tables(), context)
    tables = recorder.tables()
    tables["trips"] = tables["trips"][tables["trips"]["trip_id"] != 5]
    after = cost_table(tables, context)
    assert before.loc["B", "recovery"] == 500.0
    assert before.loc["B", "driver"] == pytest.approx(34.0 * 2)
    assert after.loc["B", "driver"] == pytest.approx(34.0 * (23 + 40 / 60 - 22))


def test_a_carrier_without_vans_still_pays_for_its_orders(tables: dict[str, pd.DataFrame], context: KpiContext) -> None:
    """An order of a carrier that owns no van and was not delivered appears in the table."""
    orders = tables["orders"].copy()
    orders.loc[4, "carrier_id"] = "C"
    table = cost_table(tables | {"orders": orders}, context)
    assert list(table.index) == ["A", "B", "C"]
    assert table.loc["C"].sum() == pytest.approx(30.0)


def test_contradictions_are_named_together(tables: dict[str, pd.DataFrame], context: KpiContext) -> None:
    """A vehicle type without a cost and a trip of an unknown van come in one message."""
    trips = tables["trips"].copy()
    trips.loc[0, "van_id"] = "ghost"
    costs = {"diesel_van": context.vehicle_costs["diesel_van"]}
    with pytest.raises(ValueError, match=r"(?s)ghost.*electric_van"):
        cost_table(tables | {"trips": trips}, replace(context, vehicle_costs=costs))


def test_parameters_say_unit_and_source() -> None:
    """Every price has a unit and a source or says that it is assumed; negative wages are refused."""
    for field in CostParams.model_fields.values():
        text = field.description or ""
        assert "[CNY" in text
        assert "Assumption" in text or "Derived" in text
    with pytest.raises(ValueError, match="driver_cny_per_h"):
        CostParams(driver_cny_per_h=-1.0)


def test_each_driver_of_a_van_is_paid_from_first_departure_to_last_return() -> None:
    """Morning 6:00 to 8:00 and night 20:00 to 21:00 with one van: 3 h, not 15; without tours it is one long duty."""
    trips = pd.DataFrame(
        {
            "van_id": ["v", "v", "v"],
            "depart_s": [6 * 3600.0, 7 * 3600.0, 20 * 3600.0],
            "arrive_s": [6.5 * 3600.0, 8 * 3600.0, 21 * 3600.0],
        }
    )
    stops = pd.DataFrame({"van_id": ["v"], "depart_s": [7 * 3600.0]})
    tours = pd.DataFrame({"van_id": ["v", "v"], "start_s": [6 * 3600.0, 20 * 3600.0], "wave": ["morning", "night"]})
    assert duty_s(trips, stops, tours)["v"] == 3 * 3600.0
    assert duty_s(trips, stops, tours.iloc[:0])["v"] == 15 * 3600.0


def test_a_driver_is_paid_until_the_last_dock_is_left() -> None:
    """A truck that drives from 02:00 to 03:00 and is unloaded until 03:30 has its driver on duty for 1.5 h."""
    trips = pd.DataFrame({"van_id": ["t"], "depart_s": [7200.0], "arrive_s": [10_800.0]})
    stops = pd.DataFrame({"van_id": pd.Series([], dtype=object), "depart_s": pd.Series([], dtype="float64")})
    tours = pd.DataFrame({"van_id": ["t"], "start_s": [7200.0], "wave": ["night"]})
    docks = pd.DataFrame({"van_id": ["t"], "end_s": [12_600.0]})
    assert duty_s(trips, stops, tours)["t"] == 3600.0
    assert duty_s(trips, stops, tours, docks)["t"] == 5400.0

"""The list of indicators: complete, and told in full."""

from __future__ import annotations

import pytest

from sim.measures import GROUPS, MEASURES

CONTRACT = """
orders_total orders_delivered orders_failed on_time_share van_km tonne_km tonnes_delivered cost_total
cost_per_tonne_km cost_per_tonne cost_per_order energy_total energy_per_tonne_km energy_per_tonne co2_total
nox_total pm_total load_factor time_utilisation van_km_per_van_day tonne_km_per_van_day vans_used
orders_per_van joint_share_volume joint_share_shops nev_share nev_per_charger charger_wait_mean
charger_wait_p95 charger_utilisation vans_stranded berth_wait_mean berth_wait_p95 berth_occupancy
double_parking_hours network_mean_speed car_delay_hours violations fines terminal_stations
night_delivery_share tonne_km_shipment cost_per_tonne_km_shipment energy_per_tonne_km_shipment
depot_connectors
"""
"""Names that users outside rely on."""


def test_all_promised_indicators_exist() -> None:
    """Names in files of results stay."""
    assert set(CONTRACT.split()) - set(MEASURES) == set()


def test_no_indicator_is_listed_twice() -> None:
    """A name has one unit and one formula."""
    assert sum(len(group) for group in GROUPS.values()) == len(MEASURES)


@pytest.mark.parametrize("name", MEASURES)
def test_an_indicator_is_told_in_full(name: str) -> None:
    """Unit, a sentence of meaning, and a formula."""
    measure = MEASURES[name]
    assert measure.unit
    assert measure.meaning.endswith(".")
    assert measure.formula
    assert measure.better in ("lower", "higher", None)


@pytest.mark.parametrize(
    ("prefix", "unit"), [("cost_", "CNY"), ("energy_", ("MJ", "kWh")), ("charger_wait", "min"), ("berth_wait", "min")]
)
def test_units_follow_the_family(prefix: str, unit: str | tuple[str, ...]) -> None:
    """Cost is in CNY, energy in MJ with kWh beside it, waits in minutes."""
    for name, measure in MEASURES.items():
        if name.startswith(prefix):
            assert measure.unit.startswith(unit)

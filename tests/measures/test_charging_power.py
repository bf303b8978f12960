"""Electricity by hour and power by quarter of an hour, from rows of constant power."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.measures import KpiContext, compute_kpis
from sim.measures.charging import mean_power_kw
from sim.measures.energy_use import energy_by_hour_kwh

H = 3600.0


def _power(*rows: tuple[float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [("v", "s", from_h * H, until_h * H, kwh) for from_h, until_h, kwh in rows],
        columns=["van_id", "site_id", "from_s", "until_s", "energy_kwh"],
    )


def test_a_night_counts_in_the_hours_it_was_drawn_in() -> None:
    """8 kWh from 22:30 to 2:30: half an hour at 22, an hour each at 23, 0 and 1, half an hour at 2."""
    hours = energy_by_hour_kwh(_power((22.5, 26.5, 8.0)))
    assert hours[[22, 23, 0, 1, 2]] == pytest.approx([1.0, 2.0, 2.0, 2.0, 1.0])
    assert hours.sum() == pytest.approx(8.0)
    assert energy_by_hour_kwh(_power()).sum() == 0.0


@given(st.lists(st.tuples(st.floats(0.0, 30.0), st.floats(0.01, 9.0), st.floats(0.0, 60.0)), max_size=12))
def test_power_over_time_is_energy(rows: list[tuple[float, float, float]]) -> None:
    """Whatever the sessions: the mean power of the bins times their width, and the hours, add up to what was drawn."""
    power = _power(*((start, start + length, kwh) for start, length, kwh in rows))
    edges = np.arange(0.0, 41.0 * H, 900.0)
    total = power["energy_kwh"].sum()
    assert (mean_power_kw(power, edges) * 0.25).sum() == pytest.approx(total, abs=1e-6)
    assert energy_by_hour_kwh(power).sum() == pytest.approx(total, abs=1e-6)
    assert mean_power_kw(power, edges).min() > -1e-6


def test_carbon_dioxide_of_the_hours(tables: dict[str, pd.DataFrame], context: KpiContext) -> None:
    """2 kWh at 20, 1 kWh at 21 and 1 kWh at 0 o'clock, each at its factor; 1 kWh charged later at the mean."""
    by_hour = tuple(0.02 * hour for hour in range(24))
    kpis = compute_kpis(tables, replace(context, grid_factor_by_hour_kg_per_kwh=by_hour))
    assert kpis["co2_total"]["value"] == pytest.approx(5.6 + 2 * 0.40 + 1 * 0.42 + 0.0 + 1 * 0.23)
    flat = compute_kpis(tables, replace(context, grid_factor_by_hour_kg_per_kwh=(0.6776,) * 24))
    assert flat["co2_total"]["value"] == pytest.approx(compute_kpis(tables, context)["co2_total"]["value"])

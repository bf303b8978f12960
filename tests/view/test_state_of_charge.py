"""The state of charge in figures is that of the batteries."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.view.state_of_charge import charge_of_vans


def test_the_evening_in_the_figure_is_the_evening_of_the_batteries() -> None:
    """From drives and sessions alone, every van ends with the charge that its battery has."""
    small = ["network=grid", "traffic=off", "run.workers=1", "planning.iterations=20", "paths.cache_dir=null"]
    model = sim.DeliveryModel(sim.load_scenario("electric", [*small, "charging.depot_charger_share=0.5"]), seed=1)
    model.run()
    tables = model.tables()
    times_s = np.array([0.0, 12.0 * 3600.0, 48.0 * 3600.0])
    charge = charge_of_vans(
        tables["vans"], tables["trips"], tables["charging_power"], charger_efficiency=0.92, times_s=times_s
    )
    vans = tables["vans"][tables["vans"]["soc_morning"].notna()]
    assert charge[:, 0] == pytest.approx(vans["soc_morning"].to_numpy())
    assert charge[:, -1] == pytest.approx(vans["soc_evening"].to_numpy(), abs=1e-9)
    assert (charge[:, 1] < charge[:, 0]).any()

"""The catalogue of curves: named, sourced, and sound over the whole range of speed."""

from __future__ import annotations

import numpy as np
import pytest

from sim.energy import CONSUMPTION_COLUMNS, CONSUMPTION_CURVES, EnergyParams, consumption_coefficients, find_curve
from sim.energy.curves import plug_in_hybrid
from sim.errors import ConfigError


@pytest.mark.parametrize("name", [*CONSUMPTION_CURVES, "phev_van"])
def test_every_curve_says_where_it_comes_from(name: str) -> None:
    """A source or an assumption, a label and the name it is found by."""
    curve = find_curve(name)
    assert curve.name == name
    assert curve.label
    assert any(word in curve.source for word in ("HBEFA", "model", "Assumption"))


@pytest.mark.parametrize("name", [*CONSUMPTION_CURVES, "phev_van"])
def test_curves_are_not_negative_anywhere(name: str) -> None:
    """No quantity falls below zero from 4 to 70 km/h or at idle, whatever the signs of its coefficients."""
    curve = find_curve(name)
    for quantity in CONSUMPTION_COLUMNS:
        values = [getattr(curve, quantity).per_km(v) for v in np.linspace(4.0, 70.0, 67)]
        assert min(values) >= 0.0
        assert getattr(curve, quantity).idle_per_h >= 0.0


def test_carbon_dioxide_follows_fuel() -> None:
    """In every fuel curve CO2 per litre is that of its fuel, 2.61 kg of diesel and 2.30 kg of petrol, within 1 %."""
    for curve in CONSUMPTION_CURVES.values():
        if curve.fuel_l.a > 0.0:
            kg_per_l = 2.61 if curve.name.startswith("diesel") else 2.295
            for v in (5.0, 20.0, 50.0):
                assert curve.co2_g.per_km(v) / curve.fuel_l.per_km(v) / 1000 == pytest.approx(kg_per_l, rel=0.01)
            assert curve.co2_g.idle_per_h / curve.fuel_l.idle_per_h / 1000 == pytest.approx(kg_per_l, rel=0.01)


def test_unknown_curves_and_payloads_are_named_together() -> None:
    """All faults of a fleet come at once, with the curves there are."""
    with pytest.raises(ConfigError) as caught:
        consumption_coefficients([("warp", 500.0), ("bev_van_2600kg", 0.0)], EnergyParams())
    assert len(caught.value.faults) == 2
    assert "warp" in caught.value.faults[0] and "bev_van_2600kg" in caught.value.faults[0]
    assert "vehicle class 1" in caught.value.faults[1]


def test_electric_share_out_of_range_is_refused() -> None:
    """A share of 1.2 is no share."""
    bev, petrol = CONSUMPTION_CURVES["bev_van_2600kg"], CONSUMPTION_CURVES["petrol_n1_iii_euro6ab"]
    with pytest.raises(ValueError, match=r"found 1\.2"):
        plug_in_hybrid("x", "x", bev, petrol, 1.2)

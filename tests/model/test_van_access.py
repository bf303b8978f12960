"""Permits go to the vans that may have one, in the order of the fleet, up to the quota of their carrier."""

from __future__ import annotations

import pytest

from sim.model.van_access import RuleVehicle, permits_of_vans
from sim.policy import PermitParams, VehiclesParams, VehicleTraits

DIESEL = RuleVehicle("light", "diesel", VehicleTraits())
ELECTRIC = RuleVehicle("light", "bev", VehicleTraits())
FUEL = VehiclesParams(powertrain=("diesel", "petrol"))


def test_a_share_is_of_those_who_may_have_it() -> None:
    """A third of three diesel vans is one: the first of them; the electric van does not count."""
    held = permits_of_vans({"p": PermitParams(share_of_vans=0.34, who=FUEL)}, [ELECTRIC, DIESEL, DIESEL, DIESEL])
    assert [sorted(names) for names in held] == [[], ["p"], [], []]


@pytest.mark.parametrize(("vans", "permits"), [(1, 0), (2, 1), (3, 1), (5, 1), (6, 2), (8, 2)])
def test_a_share_is_rounded_to_the_nearest_van(vans: int, permits: int) -> None:
    """One in four: small carriers get a permit too, a carrier with one van none."""
    held = permits_of_vans({"p": PermitParams(share_of_vans=0.25, who=FUEL)}, [DIESEL] * vans)
    assert sum("p" in names for names in held) == permits


def test_a_number_limits_too() -> None:
    """Two a carrier."""
    held = permits_of_vans({"p": PermitParams(vans_per_carrier=2)}, [DIESEL, ELECTRIC, DIESEL])
    assert [sorted(names) for names in held] == [["p"], ["p"], []]

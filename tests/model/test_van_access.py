"""Permits go to the vans that may have one, in the order of the fleet, up to the quota of their carrier."""

from __future__ import annotations

from sim.model.van_access import RuleVehicle, permits_of_vans
from sim.policy import PermitParams, VehiclesParams, VehicleTraits

DIESEL = RuleVehicle("light", "diesel", VehicleTraits())
ELECTRIC = RuleVehicle("light", "bev", VehicleTraits())
FUEL = VehiclesParams(powertrain=("diesel", "petrol"))


def test_a_share_is_rounded_down_and_electric_vans_do_not_count() -> None:
    """Half of three diesel vans is one: the first."""
    held = permits_of_vans({"p": PermitParams(share_of_vans=0.5, who=FUEL)}, [ELECTRIC, DIESEL, DIESEL, DIESEL])
    assert [sorted(names) for names in held] == [[], ["p"], [], []]


def test_a_number_limits_too() -> None:
    """Two a carrier."""
    held = permits_of_vans({"p": PermitParams(vans_per_carrier=2)}, [DIESEL, ELECTRIC, DIESEL])
    assert [sorted(names) for names in held] == [["p"], ["p"], []]

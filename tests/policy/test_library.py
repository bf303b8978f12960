"""The policies that are shipped hold on every network that is shipped."""

from __future__ import annotations

import pytest

from sim.config import load_scenario
from sim.contracts import ACCESS_CLASSES
from sim.network import read_network
from sim.policy import VehicleTraits, compile_closures
from sim.policy.charge import compile_charges
from sim.policy.speed_limit import with_speed_limits
from sim.policy.stay_limit import StayLimits
from sim.resources import resource_names

NAMES = [name for name in resource_names("configs", "policy") if name != "none"]

LIBRARY = (
    "peak_ban",
    "all_day_ban",
    "staggered_windows",
    "low_emission_zone",
    "zero_emission_zone",
    "cordon_charge",
    "peak_charge",
    "night_heavy",
    "permit_quota",
    "speed_limit",
    "stay_limit",
    "tricycle_phase_out",
)


@pytest.mark.parametrize("network_name", ["grid", "helsinki", "coquimbo", "zhangdian"])
def test_every_policy_acts_on_every_network(network_name: str) -> None:
    """Somebody meets a closed link, a charge or a lower speed: zones are named by role, so none is missing."""
    network = read_network(network_name)
    for name in NAMES:
        rules = load_scenario("baseline", [f"network={network_name}", f"policy={name}"]).policy.rules
        closed = [
            not compile_closures(
                rules,
                network,
                access_class=access_class,
                powertrain=powertrain,
                traits=VehicleTraits(emission_standard=3),
                weekday="tu",
                horizon_us=86_400_000_000,
            ).is_empty
            for access_class in ACCESS_CLASSES
            for powertrain in ("diesel", "bev")
        ]
        charges = compile_charges(rules, network, weekday="tu", horizon_us=86_400_000_000)
        limits = StayLimits(rules, network, weekday="tu", horizon_us=86_400_000_000)
        is_slower = with_speed_limits(network, rules) is not network
        assert any(closed) or any(charge.is_charged.any() for charge in charges) or is_slower or limits, name


def test_every_policy_of_the_library_has_its_scenario() -> None:
    """A scenario of the same name chooses it."""
    for name in LIBRARY:
        assert load_scenario(name).policy == load_scenario("baseline", [f"policy={name}"]).policy

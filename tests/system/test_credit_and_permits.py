"""Credit decides the next day's permits, and permits whom the ban keeps out."""

from __future__ import annotations

from typing import Any

import sim
from sim.model.day_state import DayState

BAN = ("policy=permits_by_credit", "policy.permits.peak_pass.share_of_vans=1", "network=grid", "traffic=off")


def _closed(*overrides: str, credit: dict[str, float] | None = None) -> dict[str, set[bool]]:
    """Whether any link is closed to the fuel vans of each carrier on its second day, as they are and as believed."""
    settings = sim.load_scenario("baseline", [*BAN, *overrides])
    model = sim.DeliveryModel(settings, seed=1, state=DayState(day=1, credit=credit or {}))
    types: Any = model.settings.fleet.vehicle_types
    found: dict[str, set[bool]] = {}
    for spec in model.fleets:
        for van in spec.vans:
            if types[van.vehicle_type].powertrain in ("diesel", "petrol"):
                closures = model.closures_of(van.vehicle_type)
                assert closures is model.believed_closures_of(van.van_id, van.vehicle_type)
                found.setdefault(spec.carrier_id, set()).add(not closures.is_empty)
    return found


def test_whoever_starts_has_all_permits() -> None:
    """75 is of level 2, which gets its whole quota: nothing is closed to any fuel van."""
    assert set.union(*_closed().values()) == {False}


def test_a_carrier_that_lost_its_credit_loses_its_permits() -> None:
    """Level 0 gets none: everything is closed to its fuel vans as the ban says, and to nobody else's."""
    found = _closed(credit={"carrier-01": 20.0, "carrier-02": 95.0})
    assert found["carrier-01"] == {True}
    assert all(closed == {False} for carrier, closed in found.items() if carrier != "carrier-01")


def test_a_lower_level_keeps_a_share_of_the_quota() -> None:
    """Level 1 gets half, rounded down: of two and more vans some are let in and some are not."""
    found = _closed("fleet.orders_per_van=4", credit={"carrier-01": 65.0})
    assert found["carrier-01"] == {True, False}


def test_rules_may_ask_for_credit_themselves() -> None:
    """A ban that spares level 2 and above: the carrier of level 1 is kept out, without any permit in play."""
    who = "policy.rules.permit_holders.who"
    found = _closed(f"{who}.permit=null", f"+{who}.credit_level_min=2", credit={"carrier-01": 65.0})
    assert found["carrier-01"] == {True}
    assert all(closed == {False} for carrier, closed in found.items() if carrier != "carrier-01")

"""Truckloads, trucks and dock slots of bulk transfers."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import load_scenario
from sim.errors import ConfigError
from sim.facilities import DistributionCentre, Hub
from sim.planning import BulkTransfer, JointParams
from sim.planning.bulk_plan import BulkPlanner, TransferTimes, late_transfers
from tests.planning.joint_settings import joint

TRUCK = load_scenario("baseline").fleet.vehicle_types["truck_4_2m"]
FLEET = {0: ("operator-1", 5, 2), 1: ("operator-2", 6, 3)}


def _orders(weights_kg: list[float]) -> pd.DataFrame:
    n = len(weights_kg)
    return pd.DataFrame(
        {"weight_kg": weights_kg, "volume_m3": 0.1, "shop": np.arange(n), "latest_s": 40_000.0 + np.arange(n)}
    )


def _plan(
    weights_kg: list[float], hub: list[int], centre: list[int], params: JointParams, minutes: float = 10.0
) -> list[BulkTransfer]:
    hubs = [Hub("hub-a", 1, params.hub), Hub("hub-b", 2, params.hub)]
    centres = [DistributionCentre("centre-a", 8, params.centre), DistributionCentre("centre-b", 9, params.centre)]
    times = TransferTimes(np.full((2, 2), 60.0 * minutes), np.full((2, 2), 60.0 * minutes))
    planner = BulkPlanner(params, TRUCK, hubs, centres, times)
    return planner.plan(_orders(weights_kg), np.array(hub), np.array(centre), FLEET)


def test_one_load_by_hand() -> None:
    """
    1 t at 00:30: 10 min to the hub, at the dock from 00:45 for 22 min, back at 01:17, at the centre's dock from 01:30.

    Unloaded at 01:52; one order is sorted in 2.4 s, and 20 min later it is at the gate.
    """
    (transfer,) = _plan([1000.0], [0], [1], joint())
    assert (transfer.start_s, transfer.load_from_s, transfer.load_s) == (2100.0, 2700.0, 1320.0)
    assert (transfer.unload_from_s, transfer.unload_s) == (5400.0, 1320.0)
    assert transfer.release_s == pytest.approx(6720.0 + 2.4 + 1200.0)
    assert (transfer.hub_id, transfer.centre_id, transfer.truck.carrier) == ("hub-a", "centre-b", 6)
    assert transfer.transfer_id == "operator-2-truck-01-transfer-1"


def test_loads_are_split_by_the_truck_and_those_wanted_first_go_first() -> None:
    """Three orders of 700 kg in a truck of 1,500 kg: two, then one; what is not joint stays."""
    found = _plan([700.0, 700.0, 700.0, 700.0], [0, 0, 0, 0], [0, -1, 0, 0], joint())
    assert [transfer.orders for transfer in found] == [(0, 2), (3,)]


def test_more_trucks_only_where_one_is_late() -> None:
    """Six loads are too many for one truck in three hours; in eleven hours they are not."""
    many = [1400.0] * 6
    short = _plan(many, [0] * 6, [0] * 6, joint(transfer_window="01:00-04:00"))
    longer = _plan(many, [0] * 6, [0] * 6, joint(transfer_window="01:00-12:00"))
    assert len({transfer.truck for transfer in longer}) == 1
    assert len({transfer.truck for transfer in short}) > 1
    assert late_transfers(short, joint(transfer_window="01:00-04:00")) == 0


def test_docks_that_are_short_make_transfers_late() -> None:
    """One dock at the hub: trucks do not help; the plan says how many are late."""
    one = joint(transfer_window="01:00-02:30")
    one = one.model_copy(update={"hub": one.hub.model_copy(update={"docks": 1})})
    found = _plan([1400.0] * 6, [0] * 6, [0] * 6, one)
    assert late_transfers(found, one) > 0
    starts = sorted(transfer.load_from_s for transfer in found)
    assert all(later - earlier >= 1600.0 for earlier, later in itertools.pairwise(starts))


def test_an_order_larger_than_the_truck() -> None:
    """The message names the type and the order."""
    with pytest.raises(ConfigError, match=r"truck_4_2m.*1600 kg"):
        _plan([1600.0], [0], [0], joint())


def test_no_way_between_hub_and_centre() -> None:
    """The message names both ends and the window."""
    with pytest.raises(ConfigError, match=r"no way between hub-a and centre-a in joint\.transfer_window"):
        _plan([100.0], [0], [0], joint(), minutes=float("inf"))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(1.0, 600.0), st.integers(0, 1), st.integers(-1, 1)), min_size=1, max_size=40),
    st.integers(1, 3),
)
def test_every_joint_order_is_carried_once(loads: list[tuple[float, int, int]], docks: int) -> None:
    """No truck is overloaded or at two places at once, no dock has two trucks, and goods are sorted after unloading."""
    params = joint()
    params = params.model_copy(update={"hub": params.hub.model_copy(update={"docks": docks})})
    weights, hubs, centres = [w for w, _, _ in loads], [h for _, h, _ in loads], [c for _, _, c in loads]
    found = _plan(weights, hubs, centres, params)
    assert sorted(row for transfer in found for row in transfer.orders) == [r for r, c in enumerate(centres) if c >= 0]
    for transfer in found:
        assert sum(weights[row] for row in transfer.orders) <= TRUCK.payload_kg
        assert {f"hub-{'ab'[hubs[row]]}" for row in transfer.orders} == {transfer.hub_id}
        assert transfer.unload_from_s >= transfer.load_from_s + transfer.load_s + 600.0 - 1e-6
        assert transfer.release_s > transfer.unload_from_s + transfer.unload_s
    for one in found:
        for other in found:
            if one is other:
                continue
            same_dock = one.hub_id == other.hub_id and one.hub_dock == other.hub_dock
            assert (
                not same_dock
                or one.load_from_s >= other.load_from_s + other.load_s
                or (other.load_from_s >= one.load_from_s + one.load_s)
            )
            assert (
                one.truck != other.truck
                or one.start_s >= other.unload_from_s + other.unload_s - 1e-6
                or (other.start_s >= one.unload_from_s + one.unload_s - 1e-6)
            )

"""
The driver's choice at a closed street, by hand.

Where he stands, a road leads over link 1 to a shop on link 4; links 2 and 3 are the long way round. A driver's second
costs 0.01 CNY, a kilometre 1 CNY.

    0 --L0--> 1 --L1 (600 m, 60 s)--> 3 --L4 (100 m, 10 s)--> 4
              1 --L2 (3 km, 300 s)--> 2 --L3 (3 km, 300 s)--> 3
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.agents.closed_zone import ClosedZoneParams, best_way, choose_at_closed_link, never_waiting, ways_to
from sim.agents.road_charges import RoadCharges
from sim.agents.vehicle import Vehicle
from sim.contracts import LinkClosures
from sim.policy.charge import VehicleCharges
from sim.policy.enforcement import Enforcement, EnforcementParams
from sim.random_streams import RandomStreams
from sim.traffic.travel_times import BinnedTravelTimes

SECOND = 10**6
NOW_S = 8 * 3600.0
TARGET = 4
LENGTH_M = [1000.0, 600.0, 3000.0, 3000.0, 100.0]
TIME_S = [60.0, 60.0, 300.0, 300.0, 10.0]


class _StandIn:
    """A vehicle at the end of link 0 with the ways of a real one."""

    find_way = Vehicle.find_way
    way_under = Vehicle.way_under
    charge_cny = Vehicle.charge_cny
    clear_of_waits_us = Vehicle.clear_of_waits_us

    def __init__(self, city: Any, closures: LinkClosures, *, weighs_violations: bool) -> None:
        self.city = city
        self.believed_times = city.believed_times
        self.closures = closures
        self.charges = RoadCharges(VehicleCharges(()))
        self.link = 0
        self.type_name = "van"
        self.weighs_violations = weighs_violations
        self.vehicle_type = SimpleNamespace(planned_cny_per_km=1.0)


def _closed(**until_min: float) -> LinkClosures:
    """Closures from 07:00 on, of links named `l1`, to so many minutes after 08:00."""
    bounds = [until_min.get(f"l{link}") for link in range(5)]
    start = np.concatenate([[0], np.cumsum([bound is not None for bound in bounds])]).astype(np.int64)
    until = np.array([round((NOW_S + 60.0 * b) * SECOND) for b in bounds if b is not None], dtype=np.int64)
    return LinkClosures(start, np.full(len(until), 7 * 3600 * SECOND, dtype=np.int64), until)


def _vehicle(
    closures: LinkClosures, *options: str, fence: float | None = None, weight_kg: float = 50.0, **values: Any
) -> Any:
    params: dict[str, Any] = {
        "options": ("wait", *options),
        "violator_share": 0.0 if fence is None else 1.0,
        "driver_cny_per_h": 36.0,
        "missed_order_cny": 30.0,
        "perceived_detection": 1.0,
        "credit_loss_cny": 0.0,
        "max_walk_m": 1000.0,
        "trolley_kg": 60.0,
        "max_walks": 3,
    }
    streams = RandomStreams(1)
    network = SimpleNamespace(
        from_node=np.array([0, 1, 1, 2, 3], dtype=np.int32),
        to_node=np.array([1, 3, 2, 3, 4], dtype=np.int32),
        length_m=np.array(LENGTH_M),
        out_start=np.array([0, 1, 3, 4, 5, 5]),
        out_link=np.array([0, 1, 2, 3, 4], dtype=np.int32),
        n_links=5,
        nodes=pd.DataFrame({"x_m": [0.0, 1000.0, 1000.0, 1600.0, 1700.0], "y_m": [0.0, 0.0, 3000.0, 0.0, 0.0]}),
    )
    city = SimpleNamespace(
        clock=SimpleNamespace(now_us=round(NOW_S * SECOND)),
        network=network,
        believed_times=BinnedTravelTimes(24 * 3600 * SECOND, np.array([TIME_S]).astype(np.int64) * SECOND),
        behaviour=ClosedZoneParams(**params | values),
        enforcement=Enforcement(
            EnforcementParams(
                fence_detection=fence or 0.0,
                camera_links=(),
                camera_share=0.0,
                camera_detection=0.0,
                patrols_per_h=0.0,
                fine_cny=200.0,
                fine_by_rule={},
            ),
            streams.keyed("a"),
            streams.keyed("b"),
        ),
        closing_rules=lambda name, link, time_us: ["peak"],
        service_params=SimpleNamespace(grace_min=30.0),
        berth_params=SimpleNamespace(walking_speed_mps=1.3),
        orders=SimpleNamespace(weight_kg=[weight_kg]),
        shops=[SimpleNamespace(link=TARGET)],
    )
    return _StandIn(city, closures, weighs_violations=fence is not None)


def _stop(latest_h: float = 20.0, *, is_put_off: bool = False) -> Any:
    return SimpleNamespace(
        shop=0, orders=(0,), is_put_off=is_put_off, window_s=lambda city: (6 * 3600.0, latest_h * 3600.0)
    )


def test_an_open_street_leaves_nothing_to_choose() -> None:
    """One way, whatever the driver would do at a closed one."""
    vehicle = _vehicle(LinkClosures.none(5), "detour", "skip", fence=0.0)
    assert [way.option for way in ways_to(vehicle, TARGET)] == ["wait"]


@pytest.mark.parametrize(("fence", "option"), [(0.0, "violate"), (0.08, "violate"), (0.09, "wait"), (1.0, "wait")])
def test_a_driver_violates_where_the_gain_is_above_the_expected_fine(fence: float, option: str) -> None:
    """
    The shop's link opens at 08:30. Waiting: there at 08:30:10; going in: there at 08:01:10. The gain of 29 minutes is
    worth 17.40 CNY, the fine 200 CNY: it pays below a probability of 0.087.
    """
    vehicle = _vehicle(_closed(l4=30.0), fence=fence)
    way = best_way(vehicle, TARGET)
    assert way is not None
    assert way.option == option
    if way.violates:
        assert way.expected_fine_cny == pytest.approx(200.0 * fence)


def test_loss_of_credit_counts_as_much_as_the_fine() -> None:
    """At 0.05 the fine alone is worth it (10 CNY against 17.40), with 200 CNY of credit it is not (20 CNY)."""
    assert best_way(_vehicle(_closed(l4=30.0), fence=0.05), TARGET).option == "violate"
    assert best_way(_vehicle(_closed(l4=30.0), fence=0.05, credit_loss_cny=200.0), TARGET).option == "wait"


def test_an_order_missed_is_part_of_the_gain() -> None:
    """The shop takes nothing after 08:20: going in saves 17.40 CNY of time and an order of 30 CNY, so 0.2 pays."""
    vehicle = _vehicle(_closed(l4=30.0), fence=0.2)
    stop = _stop(latest_h=7.0 + 50.0 / 60.0)
    assert choose_at_closed_link(vehicle, stop, TARGET, has_others=False).option == "violate"
    assert choose_at_closed_link(vehicle, _stop(), TARGET, has_others=False).option == "wait"


def test_whoever_does_not_weigh_violations_never_goes_in() -> None:
    """Detection 0 and no willingness: he waits."""
    vehicle = _vehicle(_closed(l4=30.0), "detour", "park_outside", "skip", "retry")
    vehicle.weighs_violations = False
    assert "violate" not in [way.option for way in ways_to(vehicle, TARGET)]


def test_the_way_round_is_taken_where_the_wait_is_longer() -> None:
    """Link 1 opens in 5 minutes: waiting arrives first (6:10). It opens in 12: the way round does (10:10)."""
    short = ways_to(_vehicle(_closed(l1=5.0), "detour"), TARGET)
    assert [way.route.tolist() for way in short] == [[1, 4], [2, 3, 4]]
    long = ways_to(_vehicle(_closed(l1=12.0), "detour"), TARGET)
    assert [way.route.tolist() for way in long] == [[2, 3, 4], [2, 3, 4]]


def test_distance_can_make_the_wait_cheaper_though_it_arrives_later() -> None:
    """Opening in 12 minutes: round 6.1 CNY time + 6.1 km = 12.2; waiting 7.9 + 0.7 = 8.6, but it is not thought of."""
    vehicle = _vehicle(_closed(l1=12.0))
    way = best_way(vehicle, TARGET)
    assert way is not None
    assert way.route.tolist() == [2, 3, 4]


@pytest.mark.parametrize(("opens_min", "option"), [(15.0, "wait"), (40.0, "park_outside")])
def test_walking_is_chosen_where_the_wait_costs_more(opens_min: float, option: str) -> None:
    """
    The walk is 1.3 x 700 m = 910 m, 700 s each way; 50 kg go on one trolley: 1,400 s are worth 14 CNY. Waiting 15 min
    costs 9.10 CNY and 0.7 km; waiting 40 min 24.10 CNY.
    """
    vehicle = _vehicle(_closed(l4=opens_min), "park_outside")
    choice = choose_at_closed_link(vehicle, _stop(), TARGET, has_others=False)
    assert choice.option == option
    if option == "park_outside":
        assert choice.walk_m == pytest.approx(910.0)
        assert choice.walks == 1


def test_too_much_to_carry_or_too_far_to_walk() -> None:
    """200 kg need four walks of at most three; 910 m are too far where 900 m is the limit."""
    closures = _closed(l4=40.0)
    heavy = _vehicle(closures, "park_outside", weight_kg=200.0)
    assert choose_at_closed_link(heavy, _stop(), TARGET, has_others=False).option == "wait"
    far = _vehicle(closures, "park_outside", max_walk_m=900.0)
    assert choose_at_closed_link(far, _stop(), TARGET, has_others=False).option == "wait"


def test_a_stop_is_left_out_where_the_wait_costs_more_than_the_order() -> None:
    """An order of 30 CNY against a wait of 47 minutes (28.20 CNY, and 0.80 for the drive) and of 51 (30.60)."""
    for opens_min, option in ((47.0, "wait"), (51.0, "skip")):
        vehicle = _vehicle(_closed(l4=opens_min), "skip")
        assert choose_at_closed_link(vehicle, _stop(), TARGET, has_others=True).option == option


def test_coming_back_needs_others_to_serve_and_is_done_once() -> None:
    """Twice the drive (2 x 1.40 CNY) is less than half an hour's wait; not without other stops, nor a second time."""
    vehicle = _vehicle(_closed(l4=30.0), "retry")
    choice = choose_at_closed_link(vehicle, _stop(), TARGET, has_others=True)
    assert (choice.option, choice.again_s) == ("retry", pytest.approx(NOW_S + 1800.0, abs=70.1))
    assert choose_at_closed_link(vehicle, _stop(), TARGET, has_others=False).option == "wait"
    assert choose_at_closed_link(vehicle, _stop(is_put_off=True), TARGET, has_others=True).option == "wait"


def test_who_never_waits_finds_what_opens_later_closed_for_good() -> None:
    """Intervals that are over are left out, those ahead do not end."""
    closures = LinkClosures(np.array([0, 2, 2, 3]), np.array([0, 50, 20]), np.array([10, 60, 40]))
    found = never_waiting(closures, 30)
    assert found.start.tolist() == [0, 1, 1, 2]
    assert found.from_us.tolist() == [50, 20]
    assert (found.until_us > 10**15).all()

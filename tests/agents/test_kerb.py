"""Vans at the kerb: booking, prices, hours, fines, and what supply does to waits."""

from __future__ import annotations

import pandas as pd
import pytest

import sim
from sim.agents import Berth
from sim.clock import EventClock
from sim.events import BerthLeft
from sim.facilities import LoadingBerth
from sim.units import to_us

DAY = ["network=grid", "traffic=off", "paths.cache_dir=null"]


class _City:
    """The little of a city that a berth asks for."""

    def __init__(self) -> None:
        self.clock = EventClock()
        self.heard: list[BerthLeft] = []
        self.agents_counter = 0

    def announce(self, event: BerthLeft) -> None:
        self.heard.append(event)

    def register_agent(self, agent: object) -> None: ...


def berth(city: _City, spaces: int = 1, hold_s: float | None = 600.0) -> Berth:
    """A berth without a Mesa model."""
    made = Berth.__new__(Berth)
    spec = LoadingBerth("b", 0, 0.0, 0.0, spaces, 1800.0)
    made.model = city
    Berth.set_up(made, spec, hold_s)
    return made


def test_a_slot_keeps_others_out_until_it_expires() -> None:
    """One space booked for 10:00: nobody may stay over 10:00 before; after ten minutes without the van others may."""
    city = _City()
    one = berth(city)
    ten = 36_000.0
    assert one.reserve("a", ten, 1200.0, latest_s=ten)
    assert one.has_room("x", to_us(ten - 1200.0), 600.0)
    assert not one.has_room("x", to_us(ten - 300.0), 600.0)
    assert not one.has_room("x", to_us(ten + 300.0), 600.0)
    assert one.has_room("a", to_us(ten + 300.0), 600.0)
    city.clock.advance_to(to_us(ten))
    city.clock.run_next()
    assert one.slot_from_us("a") is None and one.has_room("x", to_us(ten + 601.0), 600.0)


def test_a_full_berth_takes_no_further_booking_in_time() -> None:
    """Two spaces: a third van finds a slot 20 minutes later, beyond the 15 minutes that it accepts."""
    one = berth(_City(), spaces=2)
    assert one.reserve("a", 0.0, 1200.0, latest_s=900.0) and one.reserve("b", 0.0, 1200.0, latest_s=900.0)
    assert not one.reserve("c", 0.0, 1200.0, latest_s=900.0)
    assert one.reserve("c", 0.0, 1200.0, latest_s=1200.0)


def test_a_stay_beyond_its_slot_keeps_the_next_waiting() -> None:
    """The space is the van's until it drives off; the one that booked after it waits in line and parks then."""
    city = _City()
    one = berth(city)
    one.reserve("a", 0.0, 600.0, latest_s=0.0)
    one.reserve("b", 600.0, 600.0, latest_s=600.0)
    assert one.park("a", 0, 0, 600.0)
    parked: list[str] = []
    assert not one.park("b", to_us(700.0), to_us(700.0), 600.0)
    one.wait("b", to_us(700.0), 600.0, lambda: parked.append("b"))
    while (due_us := city.clock.next_time_us()) is not None and due_us <= to_us(2000.0):
        city.clock.run_next()
    city.clock.advance_to(to_us(2000.0))
    assert one.leave("a", "van", to_us(2000.0)) == 200.0
    assert parked == ["b"]
    stay = city.heard[0]
    assert stay.booked and stay.over_limit_s == 200.0


@pytest.fixture(scope="module")
def days() -> dict[str, sim.DeliveryModel]:
    """The grid's day with few berths, with bookings, and with room for everyone."""
    cases = {
        "usual": [],
        "booked": ["berths.booking=true"],
        "room": ["berths.spaces_per_shop=5.0", "berths.max_spaces_per_berth=50", "berths.search_radius_m=500"],
        "fined": [
            "berths.double_parking_patrols_per_h=60",
            "berths.overstay_detection=1.0",
            "berths.price_cny_per_h=6",
        ],
        "closed": ["berths.hours=02:00-03:00"],
    }
    found = {}
    for name, changes in cases.items():
        model = sim.DeliveryModel(sim.load_scenario("baseline", [*DAY, *changes]), seed=1)
        model.run()
        found[name] = model
    return found


def test_with_room_for_everyone_nobody_waits(days: dict[str, sim.DeliveryModel]) -> None:
    """Berths without limit: no wait, no second row."""
    kpis = days["room"].kpis()
    assert kpis["berth_wait_p95"]["value"] == 0.0
    assert kpis["double_parking_hours"]["value"] < 0.1 * days["usual"].kpis()["double_parking_hours"]["value"]


def test_spaces_are_never_taken_twice(days: dict[str, sim.DeliveryModel]) -> None:
    """At no time do more vans stand in a berth than it has spaces, booked or not."""
    for name in ("usual", "booked"):
        spaces = {agent.spec.berth_id: agent.spec.spaces for agent in days[name].berths}
        stays = days[name].tables()["berths"]
        for berth_id, own in stays.groupby("berth_id", observed=True):
            moves = pd.concat([pd.Series(1, own["park_s"]), pd.Series(-1, own["leave_s"])])
            moves = moves.groupby(level=0).sum().sort_index().cumsum()
            assert moves.max() <= spaces[str(berth_id)]


def test_booked_vans_use_their_slots(days: dict[str, sim.DeliveryModel]) -> None:
    """Many stays are booked where booking is on, none where it is off."""
    assert days["booked"].kpis()["berth_booked_share"]["value"] > 0.3
    assert days["usual"].kpis()["berth_booked_share"]["value"] == 0.0


def test_fines_and_prices_reach_the_cost(days: dict[str, sim.DeliveryModel]) -> None:
    """Rows of violations are fined stays; they and the price of the berths are components of the cost."""
    tables = days["fined"].tables()
    rows = tables["violations"]
    assert set(rows["rule_id"]) <= {"double_parking", "berth_overstay"} and len(rows) > 0
    over = (tables["berths"]["over_limit_s"] > 0.0).sum()
    assert (rows["rule_id"] == "berth_overstay").sum() == over
    costs = tables["costs"].groupby("component", observed=True)["cost_cny"].sum()
    assert costs["fines"] == pytest.approx(rows["fine_cny"].sum())
    hours = (tables["berths"]["leave_s"] - tables["berths"]["park_s"]).sum() / 3600.0
    assert costs["parking"] == pytest.approx(6.0 * hours)


def test_drivers_who_fear_the_fine_wait_first(days: dict[str, sim.DeliveryModel]) -> None:
    """
    Patrols as good as certain: a fine of 200 CNY against five minutes at 34 CNY/h (2.83 CNY), so all wait in line.

    Every van in the second row at a shop with a berth in reach has come there at least five minutes before; without
    patrols most stand there at once.
    """
    shares = {}
    for name in ("fined", "usual"):
        stops = days[name].tables()["stops"]
        with_berth = {shop.shop_id for shop in days[name].shops if shop.berths}
        own = stops[(stops["parking"] == "double") & stops["shop_id"].isin(with_berth)]
        waited_s = own["parked_s"] - own["arrival_s"]
        shares[name] = float((waited_s >= 300.0 - 1e-6).mean())
    assert shares["fined"] == 1.0
    assert shares["usual"] < 0.8


def test_outside_its_hours_a_berth_is_no_berth(days: dict[str, sim.DeliveryModel]) -> None:
    """Berths kept free from 02:00 to 03:00 alone are used by no van of the day."""
    assert days["closed"].tables()["berths"].empty

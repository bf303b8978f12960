"""Trucks at docks: booked slots, late ones in line, slots that nobody comes for."""

from __future__ import annotations

from typing import cast

import mesa

from sim.agents import Docks, DockSlot, ReleasedGoods
from sim.clock import EventClock
from sim.events import DockLeft, Event

H = 3600.0


class Yard(mesa.Model):  # type: ignore[misc]
    """A clock, and a list of what was announced."""

    def __init__(self) -> None:
        super().__init__(rng=0)
        self.clock = EventClock()
        self.news: list[Event] = []

    def announce(self, event: Event) -> None:
        """Take note."""
        self.news.append(event)

    def come(self, docks: Docks, name: str, at_s: float, stay_s: float) -> None:
        """Let a truck come at a time."""
        self.clock.schedule(
            round(at_s * 1e6),
            lambda: docks.come(name, van_id=name, purpose="load", weight_kg=1.0, stay_s=stay_s, on_left=lambda: None),
        )

    def stays(self) -> dict[str, tuple[int, float, float, bool]]:
        """Run to the end: dock, start and end in hours, and whether the booking held, by truck."""
        while self.clock.next_time_us() is not None:
            self.clock.run_next()
        left = [cast(DockLeft, event) for event in self.news]
        return {event.van_id: (event.dock, event.start_s / H, event.end_s / H, event.booked) for event in left}


def test_an_early_truck_waits_for_its_slot() -> None:
    """Booked from 2:00 at dock 1, there at 1:30: from 2:00 to 2:30 at dock 1."""
    yard = Yard()
    docks = Docks(yard, place_id="hub", docks=2, slots=[DockSlot("a", 1, 2 * H, 3 * H)])
    yard.come(docks, "a", 1.5 * H, 0.5 * H)
    assert yard.stays() == {"a": (1, 2.0, 2.5, True)}


def test_a_truck_within_its_slot_is_served_at_once() -> None:
    """Booked from 2:00 to 3:00, there at 2:40."""
    yard = Yard()
    docks = Docks(yard, place_id="hub", docks=1, slots=[DockSlot("a", 0, 2 * H, 3 * H)])
    yard.come(docks, "a", 2.75 * H, 0.5 * H)
    assert yard.stays() == {"a": (0, 2.75, 3.25, True)}


def test_a_late_truck_waits_for_a_gap_between_bookings() -> None:
    """Slot 1:00 to 2:00 missed; at 2:30 the dock is booked from 3:00 to 4:00, and a stay takes 1 h: from 3:45 on."""
    yard = Yard()
    slots = [DockSlot("late", 0, 1 * H, 2 * H), DockSlot("booked", 0, 3 * H, 4 * H)]
    docks = Docks(yard, place_id="hub", docks=1, slots=slots)
    yard.come(docks, "late", 2.5 * H, 1.0 * H)
    yard.come(docks, "booked", 2.9 * H, 0.75 * H)
    assert yard.stays() == {"booked": (0, 3.0, 3.75, True), "late": (0, 3.75, 4.75, False)}


def test_those_in_line_are_served_first_come_first_served() -> None:
    """Three trucks without a booking at one dock, half an hour each."""
    yard = Yard()
    docks = Docks(yard, place_id="hub", docks=1, slots=[])
    for name, at_s in (("a", 0.0), ("c", 0.2 * H), ("b", 0.1 * H)):
        yard.come(docks, name, at_s, 0.5 * H)
    assert {name: stay[1] for name, stay in yard.stays().items()} == {"a": 0.0, "b": 0.5, "c": 1.0}


def test_a_slot_nobody_comes_for_expires_at_its_end() -> None:
    """The dock is booked from 1:00 to 2:00 by a truck that never comes: the one in line has it at 2:00."""
    yard = Yard()
    docks = Docks(yard, place_id="hub", docks=1, slots=[DockSlot("never", 0, 1 * H, 2 * H)])
    yard.come(docks, "a", 0.5 * H, 1.0 * H)
    assert yard.stays() == {"a": (0, 2.0, 3.0, False)}


def test_a_dock_still_in_use_delays_the_booked_truck_which_goes_ahead_of_the_line() -> None:
    """A stay that takes longer than its slot: the next booking follows at once, then the line."""
    yard = Yard()
    slots = [DockSlot("long", 0, 1 * H, 2 * H), DockSlot("next", 0, 2 * H, 3 * H)]
    docks = Docks(yard, place_id="hub", docks=1, slots=slots)
    yard.come(docks, "long", 1.0 * H, 1.5 * H)
    yard.come(docks, "in line", 1.1 * H, 0.5 * H)
    yard.come(docks, "next", 1.9 * H, 0.5 * H)
    assert {name: stay[1] for name, stay in yard.stays().items()} == {"long": 1.0, "next": 2.5, "in line": 3.0}


def test_those_who_wait_for_goods_are_called_when_the_last_of_them_is_there() -> None:
    """Orders 1 and 2 come one after the other; order 7 has always been there."""
    goods = ReleasedGoods([1, 2, 3])
    called: list[str] = []
    assert goods.is_here(7) and goods.missing([1, 2, 7]) == {1, 2}
    goods.call_when_here({1, 2}, lambda: called.append("both"))
    goods.release([1])
    assert called == []
    goods.release([2])
    assert called == ["both"] and goods.missing([1, 2, 3]) == {3}

"""Docks are booked slot by slot, never two trucks at one dock."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sim.facilities import DockBook, DockParams


def _docks(docks: int = 1) -> DockParams:
    return DockParams(docks=docks, slot_min=15.0, fixed_min=10.0, tonne_min=12.0)


def test_time_at_a_dock_by_load() -> None:
    """10 min and 12 min a tonne: 1.5 t take 28 min."""
    assert _docks().handling_s(1500.0) == 28.0 * 60.0


def test_a_stay_takes_whole_slots_from_the_next_one_on() -> None:
    """Asked for at 00:01 and 28 min long: from 00:15 to 00:45; the next truck comes at 00:45."""
    book = DockBook(_docks())
    first, second = book.book(60.0, 1680.0), book.book(60.0, 900.0)
    assert (first.from_s, first.until_s) == (900.0, 2700.0)
    assert (second.from_s, second.until_s) == (2700.0, 3600.0)


def test_a_gap_before_a_booking_is_used_if_it_is_long_enough() -> None:
    """A slot left free at midnight takes a short stay, not a long one."""
    book = DockBook(_docks())
    book.book(900.0, 900.0)
    assert book.find(0.0, 900.0).from_s == 0.0
    assert book.find(0.0, 1800.0).from_s == 1800.0


@given(st.integers(1, 3), st.lists(st.tuples(st.floats(0.0, 2e4), st.floats(1.0, 7e3)), min_size=1, max_size=25))
def test_no_dock_is_booked_twice_and_nobody_before_they_come(docks: int, wishes: list[tuple[float, float]]) -> None:
    """Bookings of one dock do not overlap, are long enough, and not too early."""
    book = DockBook(_docks(docks))
    found = []
    for earliest_s, duration_s in wishes:
        stay = book.book(earliest_s, duration_s)
        assert stay.from_s >= earliest_s - 1e-3 and stay.until_s - stay.from_s >= duration_s - 1e-3
        assert all(stay.dock != o.dock or stay.from_s >= o.until_s or stay.until_s <= o.from_s for o in found)
        found.append(stay)

"""Booked stays never overlap, and the first free one is found."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.facilities.slot_book import Slot, SlotBook


@given(
    places=st.integers(1, 4),
    asked=st.lists(st.tuples(st.integers(0, 100), st.integers(1, 30), st.booleans()), max_size=30),
)
def test_slots_do_not_overlap_and_none_could_begin_earlier(places: int, asked: list[tuple[int, int, bool]]) -> None:
    """Against a search of every second, with cancellations in between."""
    book: SlotBook[int] = SlotBook(places)
    held: dict[int, Slot] = {}
    for customer, (earliest, length, cancels) in enumerate(asked):
        expected = next(
            start
            for start in range(earliest, 10_000)
            if any(
                all(s.until_s <= start or s.from_s >= start + length for s in held.values() if s.place == place)
                for place in range(places)
            )
        )
        slot = book.book(customer, float(earliest), float(length))
        assert slot.from_s == expected
        held[customer] = slot
        if cancels:
            victim = min(held)
            book.cancel(victim)
            del held[victim]
    for one, other in itertools.combinations(held.values(), 2):
        assert one.place != other.place or one.until_s <= other.from_s or other.until_s <= one.from_s


def test_nobody_books_twice_and_there_are_places() -> None:
    """Each with a message."""
    book: SlotBook[str] = SlotBook(1)
    book.book("a", 0.0, 10.0)
    with pytest.raises(ValueError, match="'a'"):
        book.book("a", 0.0, 10.0)
    with pytest.raises(ValueError, match="0"):
        SlotBook(0)

"""Clock times and conversions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.units import clock_to_s, s_to_clock


@given(st.integers(0, 47), st.integers(0, 59))
def test_clock_times_survive_a_round_trip(hour: int, minute: int) -> None:
    """HH:MM to seconds and back is the same text, past midnight too."""
    text = f"{hour:02d}:{minute:02d}"
    assert s_to_clock(clock_to_s(text)) == text


@pytest.mark.parametrize("text", ["07:60", "48:00", "7", "noon", "07:00:61", "-1:00", ""])
def test_what_is_no_clock_time_is_refused(text: str) -> None:
    """The message shows what was found."""
    with pytest.raises(ValueError, match="clock time"):
        clock_to_s(text)

"""Parts of the year."""

from __future__ import annotations

from datetime import date

import pytest

from sim.policy.season import read_season


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("11-15..03-15", ["2025-11-15", "2025-12-31", "2026-01-01", "2026-03-15"], ["2025-11-14", "2026-03-16"]),
        ("02-29", ["2024-02-29"], ["2024-02-28", "2024-03-01"]),
        ("2025-10-01..2025-10-07", ["2025-10-01", "2025-10-07"], ["2024-10-03", "2025-10-08"]),
        ("2025-12-24", ["2025-12-24"], ["2024-12-24"]),
    ],
)
def test_a_season_has_both_its_ends(text: str, inside: list[str], outside: list[str]) -> None:
    """Yearly seasons may run over the new year; dated ones hold once."""
    season = read_season(text)
    assert all(season.includes(date.fromisoformat(day)) for day in inside)
    assert not any(season.includes(date.fromisoformat(day)) for day in outside)


@pytest.mark.parametrize("text", ["", "winter", "02-30", "11-15..2025-01-01", "2025-10-07..2025-10-01"])
def test_other_texts_are_refused(text: str) -> None:
    """The message shows what was found."""
    with pytest.raises(ValueError, match="found"):
        read_season(text)

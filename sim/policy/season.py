"""Parts of the year in which a rule holds: the same days every year, or dates of a calendar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_YEARLY = re.compile(r"^\d{2}-\d{2}$")
_LEAP_YEAR = 2024


@dataclass(frozen=True, slots=True)
class Season:
    """
    Days from one to another, both included.

    Parameters
    ----------
    first, last
        Month and day where `is_yearly`, dates otherwise. A yearly season may run over the new year.
    is_yearly
        Whether it comes every year.
    """

    first: date
    last: date
    is_yearly: bool

    def includes(self, day: date) -> bool:
        """Whether a day lies in it."""
        if not self.is_yearly:
            return self.first <= day <= self.last
        here = day.replace(year=_LEAP_YEAR)
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last


def read_season(text: str) -> Season:
    """
    Season from text.

    Parameters
    ----------
    text
        `MM-DD..MM-DD`, `YYYY-MM-DD..YYYY-MM-DD`, or a single day of either form.

    Raises
    ------
    ValueError
        If the text is no such span, or a dated span ends before it begins.

    Examples
    --------
    >>> read_season("11-15..03-15").includes(date(2025, 1, 1))
    True
    """
    first_text, _, last_text = text.strip().partition("..")
    last_text = last_text or first_text
    is_yearly = bool(_YEARLY.match(first_text))
    try:
        if is_yearly != bool(_YEARLY.match(last_text)):
            raise ValueError
        prefix = f"{_LEAP_YEAR}-" if is_yearly else ""
        first, last = (date.fromisoformat(prefix + part) for part in (first_text, last_text))
    except ValueError:
        raise ValueError(f"expected MM-DD..MM-DD or YYYY-MM-DD..YYYY-MM-DD, found {text!r}") from None
    if not is_yearly and last < first:
        raise ValueError(f"expected a span that ends after it begins, found {text!r}")
    return Season(first, last, is_yearly)

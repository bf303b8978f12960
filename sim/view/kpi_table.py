"""Tables for the terminal: indicators of a run, and of two runs side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.measures.definitions import GROUPS, MEASURES

Kpis = Mapping[str, Mapping[str, Any]]


def format_value(value: float | int | None) -> str:
    """
    A number as a reader wants it: four significant digits, thousands apart; a dash where undefined.

    Examples
    --------
    >>> format_value(12345.678), format_value(0.98765), format_value(None), format_value(float("nan"))
    ('12,346', '0.9877', '–', '–')
    """
    if value is None or math.isnan(value):
        return "–"
    if isinstance(value, int) or float(value).is_integer():
        return f"{value:,.0f}"
    if abs(value) >= 1000.0:
        return f"{value:,.0f}"
    return f"{value:,.4g}"


def kpi_table(kpis: Kpis, *, title: str = "") -> Table:
    """
    Indicators of one run with value, unit and which way is better.

    Parameters
    ----------
    kpis
        Content of `kpis.json`.
    title
        Heading.
    """
    table = _new_table(title)
    for column, side in (("value", "right"), ("unit", "left"), ("better", "left")):
        table.add_column(column, justify=side, no_wrap=True)  # type: ignore[arg-type]
    for heading, names in _grouped(kpis):
        table.add_row(Text(heading, style="bold"), "", "", "")
        for name in names:
            kpi = kpis[name]
            unit = str(kpi.get("unit", ""))
            table.add_row(f"  {name}", format_value(kpi.get("value")), unit, kpi.get("better") or "")
    return table


def comparison_table(base: Kpis, other: Kpis, *, names: tuple[str, str] = ("base", "other"), title: str = "") -> Table:
    """
    Indicators of two runs side by side with the relative change [%], green where it is for the better.

    Parameters
    ----------
    base, other
        Contents of two files `kpis.json`.
    names
        Headings of their columns.
    title
        Heading.
    """
    table = _new_table(title)
    for column in (*names, "change"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    merged = {**base, **other}
    for heading, group in _grouped(merged):
        table.add_row(Text(heading, style="bold"), "", "", "", "")
        for name in group:
            unit = str(merged[name].get("unit", ""))
            values = [side.get(name, {}).get("value") for side in (base, other)]
            change = _change(values[0], values[1], merged[name].get("better"))
            table.add_row(f"  {name}", *(format_value(value) for value in values), change, unit)
    return table


def print_kpis(kpis: Kpis, *, title: str = "", console: Console | None = None) -> None:
    """Show the indicators of a run on the terminal."""
    (console or Console()).print(kpi_table(kpis, title=title))


def print_table(table: pd.DataFrame, *, title: str = "", console: Console | None = None) -> None:
    """
    Show a table on the terminal; numbers stand at the right.

    Parameters
    ----------
    table
        What to show; its columns give the headings.
    title
        Heading.
    console
        Where to; the terminal when None.
    """
    shown = Table(title=title or None, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in table.columns:
        has_numbers = table[column].map(_is_number).any()
        shown.add_column(str(column), justify="right" if has_numbers else "left", overflow="fold")
    for row in table.itertuples(index=False):
        shown.add_row(*(format_value(cell) if _is_number(cell) else str(cell) for cell in row))
    (console or Console()).print(shown)


def _new_table(title: str) -> Table:
    table = Table(title=title or None, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("indicator", no_wrap=True)
    return table


def _grouped(kpis: Kpis) -> list[tuple[str, list[str]]]:
    """Headings with their indicators, in the order of the definitions; unknown ones come last under `Other`."""
    groups = [
        (heading, [measure.name for measure in group if measure.name in kpis]) for heading, group in GROUPS.items()
    ]
    groups.append(("Other", [name for name in kpis if name not in MEASURES]))
    return [(heading, names) for heading, names in groups if names]


def _change(base: float | None, other: float | None, better: str | None) -> Text:
    if base is None or other is None:
        return Text("")
    if base == other:
        return Text("=", style="dim")
    if base == 0:
        return Text(f"{other:+,.4g}")
    change = (other - base) / abs(base)
    good = None if better is None else (change < 0) == (better == "lower")
    return Text(f"{change:+.1%}", style="" if good is None else "green" if good else "red")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

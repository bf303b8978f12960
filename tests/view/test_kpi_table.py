"""Indicators on the terminal."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

from sim.view import comparison_table, print_kpis, print_table
from sim.view.kpi_table import format_value, kpi_table

KPIS: dict[str, dict[str, Any]] = {
    "orders_total": {"value": 12000, "unit": "orders", "better": None},
    "cost_total": {"value": 152_345.678, "unit": "CNY", "better": "lower"},
    "on_time_share": {"value": 0.9583, "unit": "-", "better": "higher"},
    "nev_per_charger": {"value": None, "unit": "veh/connector", "better": "lower"},
    "hours_of_sunshine": {"value": 7.5, "unit": "h", "better": "higher"},
}


def shown(table: object) -> list[str]:
    """Lines of a table as a terminal shows them."""
    console = Console(file=io.StringIO(), width=100)
    console.print(table)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("value", "text"),
    [(12000, "12,000"), (152_345.678, "152,346"), (0.0712345, "0.07123"), (3.0, "3"), (None, "–"), (-0.5, "-0.5")],
)
def test_numbers_are_rounded_for_reading(value: float | None, text: str) -> None:
    """Four significant digits, thousands apart, a dash where undefined."""
    assert format_value(value) == text


def test_every_indicator_is_shown_with_its_unit() -> None:
    """Each indicator is one line under a heading; an unknown one comes last; an undefined one has a dash."""
    lines = shown(kpi_table(KPIS, title="baseline on 张店"))
    assert lines[0].strip() == "baseline on 张店"
    rows = {line.split()[0]: line.split()[1:] for line in lines if line.startswith("   ") or line.startswith("  ")}
    assert rows["cost_total"] == ["152,346", "CNY", "lower"]
    assert rows["nev_per_charger"] == ["–", "veh/connector", "lower"]
    assert rows["orders_total"] == ["12,000", "orders"]
    assert [line.strip() for line in lines].index("Other") > [line.strip() for line in lines].index(
        "Electric vans and chargers"
    )


def test_the_terminal_gets_the_table() -> None:
    """`print_kpis` writes to the console it is given."""
    console = Console(file=io.StringIO(), width=100)
    print_kpis(KPIS, title="run", console=console)
    assert "cost_total" in console.file.getvalue()  # type: ignore[attr-defined]


def test_two_runs_are_compared_by_relative_change() -> None:
    """A tenth more cost is shown as +10.0 %; equal values as =; an undefined one has no change."""
    other = {**KPIS, "cost_total": {**KPIS["cost_total"], "value": 1.1 * 152_345.678}}
    rows = {line.split()[0]: line.split()[1:] for line in shown(comparison_table(KPIS, other)) if line.strip()}
    assert rows["cost_total"] == ["152,346", "167,580", "+10.0%", "CNY"]
    assert rows["orders_total"] == ["12,000", "12,000", "=", "orders"]
    assert rows["nev_per_charger"] == ["–", "–", "veh/connector"]


@pytest.mark.parametrize(("better", "style"), [("lower", "red"), ("higher", "green"), (None, "")])
def test_colours_say_which_way_is_better(better: str | None, style: str) -> None:
    """A rise is red where lower is better, green where higher is, plain where neither."""
    base = {"x": {"value": 1.0, "unit": "km", "better": better}}
    table = comparison_table(base, {"x": {**base["x"], "value": 2.0}})
    change = list(table.columns[3].cells)[-1]
    assert str(change.style) == style  # type: ignore[union-attr]


def test_a_table_of_a_network_is_printed() -> None:
    """Any small table can be shown with its headings."""
    console = Console(file=io.StringIO(), width=60)
    print_table(pd.DataFrame({"figure": ["nodes", "名称"], "value": [249, "张店"]}), title="张店", console=console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "249" in text
    assert "名称" in text

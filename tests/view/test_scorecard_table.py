"""Scorecards as people read them."""

from __future__ import annotations

import pandas as pd

from sim.view.report.scorecard_table import scorecard_tables

ROW = {
    "title": "Cost", "title_zh": "成本", "target": "<= -0.1", "reading": "change", "value": "-0.1611", "low": "-0.1688",
    "high": "-0.1534", "verdict": "met", "verdict_zh": "达标", "hangs_on": "cost.driver_cny_per_h", "unit": "CNY",
}  # fmt: skip


def test_changes_are_per_cent_and_values_have_three_places() -> None:
    """In both languages; a row without an interval shows none, and one by hand its words."""
    rows = [
        ROW,
        ROW | {"reading": "value", "target": "< 3", "value": "3.44583", "low": "", "high": "", "verdict": "not shown"},
        ROW | {"target": "", "value": "yes", "low": "", "high": "", "verdict": "by hand", "verdict_zh": "人工填报"},
    ]
    found = scorecard_tables(pd.DataFrame(rows))
    assert found["rows"][0] == ["Cost", "<= -10.0 %", "-16.1 %", "-16.9 % to -15.3 %", "✓ met", "cost.driver_cny_per_h"]
    assert found["rows"][1][1:5] == ["< 3", "3.45", "", "? not shown"]
    assert found["rows"][2][1:5] == ["", "yes", "", "✎ by hand"]
    assert found["zh"]["rows"][0][:5] == ["成本", "<= -10.0 %", "-16.1 %", "-16.9 % 至 -15.3 %", "✓ 达标"]


def test_other_tables_are_shown_as_they_are() -> None:
    """A table somebody else wrote keeps its columns."""
    assert scorecard_tables(pd.DataFrame({"indicator": ["x"]})) == {"columns": ["indicator"], "rows": [["x"]]}

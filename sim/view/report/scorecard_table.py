"""
A scorecard as people read it, in English and Chinese: target, wanted, found, interval, verdict, and what it hangs on.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

HEADINGS = {
    "en": ("Target", "Wanted", "Found", "95 %", "Verdict", "Hangs on"),
    "zh": ("考核内容", "目标", "数值", "95 %", "结论", "依赖的假设"),
}
SIGNS = {"met": "✓", "not met": "✗", "not shown": "?", "by hand": "✎"}
"""Before the words of a verdict, so that it can be told without colour."""

_NEEDED = {"title", "title_zh", "target", "reading", "value", "low", "high", "verdict", "verdict_zh", "hangs_on"}


def scorecard_tables(table: pd.DataFrame) -> dict[str, Any]:
    """
    Columns and rows in English, and under `zh` in Chinese; as they are where the table is no scorecard of ours.

    Parameters
    ----------
    table
        `scorecard.csv`, all cells as text.
    """
    if not set(table.columns) >= _NEEDED:
        return {"columns": [str(name) for name in table.columns], "rows": table.astype(str).to_numpy().tolist()}
    records = table.astype(str).to_dict("records")
    english, chinese = (
        {"columns": list(HEADINGS[language]), "rows": [_row(record, language) for record in records]}
        for language in ("en", "zh")
    )
    return english | {"zh": chinese}


def _row(record: dict[Any, str], language: str) -> list[str]:
    is_zh = language == "zh"
    is_change = record["reading"] == "change"
    value, low, high = (_number(record[name], is_change=is_change) for name in ("value", "low", "high"))
    sign, _, bound = record["target"].partition(" ")
    wanted = f"{sign} {_number(bound, is_change=is_change)}" if bound else record["target"]
    to = "至" if is_zh else "to"
    return [
        record["title_zh" if is_zh else "title"],
        wanted,
        value,
        f"{low} {to} {high}" if low and high else "",
        f"{SIGNS.get(record['verdict'], '')} {record['verdict_zh' if is_zh else 'verdict']}".strip(),
        record["hangs_on"],
    ]


def _number(text: str, *, is_change: bool) -> str:
    """A number to three places, a change in per cent; other words as they are, nothing for nothing."""
    try:
        value = float(text)
    except ValueError:
        return text
    if value != value:
        return ""
    return f"{100.0 * value:+.1f} %" if is_change else f"{value:.3g}"

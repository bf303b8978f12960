"""Generated pages are up to date."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.measures import MEASURES, TABLES
from sim.measures.documentation import PAGES, write_documentation

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("name", PAGES)
def test_the_page_says_what_the_code_says(name: str) -> None:
    """Run `python -m sim.measures.documentation` when this fails."""
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name]()


def test_pages_name_every_column_and_indicator(tmp_path: Path) -> None:
    """Nothing that is written to files goes unexplained."""
    write_documentation(tmp_path)
    dictionary = (tmp_path / "data_dictionary.md").read_text(encoding="utf-8")
    for table in TABLES.values():
        assert f"## {table.name}.parquet" in dictionary
        assert all(f"| `{column.name}` |" in dictionary for column in table.columns)
    page = (tmp_path / "measures.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in page for name in MEASURES)

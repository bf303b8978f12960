"""
The pages of the documentation that are generated: the data dictionary and the list of indicators.

`python -m sim.measures.documentation` writes both into docs/; a test compares them with what would be written.
"""

from __future__ import annotations

from pathlib import Path

from sim.measures.columns import TABLES
from sim.measures.definitions import GROUPS

_WRITTEN_BY = "<!-- Written by `python -m sim.measures.documentation`; changes belong into sim/measures/. -->"

_OTHER_FILES = (
    ("manifest.json", "Written first, completed last: run_id, command, seed, commit, versions, inputs, times."),
    ("config.yaml", "The resolved configuration."),
    ("kpis.json", "The indicators: `{name: {value, unit, better}}`; value null where undefined."),
    ("rules.json", "The access rules as resolved for the network."),
    ("figures/*.png", "Figures."),
)


def data_dictionary() -> str:
    """Text of docs/data_dictionary.md: every file of a run, every column with unit and meaning."""
    lines = [
        _WRITTEN_BY,
        "",
        "# Data dictionary",
        "",
        "What a run leaves in its folder. Every table exists in every run, with these columns in this order, even",
        "when it has no rows. Times are seconds from midnight of day 1. Tables are Parquet files compressed with",
        "zstd; their metadata carry `run_id`, `seed` and `schema_version`, and each column its unit and meaning. A",
        "column marked *may be missing* has empty values where there is nothing to say.",
        "",
    ]
    lines += [f"- `{name}`: {meaning}" for name, meaning in _OTHER_FILES]
    for table in TABLES.values():
        lines += ["", f"## {table.name}.parquet", "", table.meaning, "", "| column | type | unit | meaning |"]
        lines += ["|---|---|---|---|"]
        lines += [
            f"| `{column.name}` | {column.type} | {column.unit} | {column.meaning}"
            + (" *(may be missing)*" if column.is_nullable else "")
            + " |"
            for column in table.columns
        ]
    return "\n".join(lines) + "\n"


def measures_page() -> str:
    """Text of docs/measures.md: every indicator with unit, direction, meaning and formula."""
    lines = [
        _WRITTEN_BY,
        "",
        "# Indicators",
        "",
        "The entries of `kpis.json` and the measures of studies. *Better* says which way a planner wants them to go;",
        "a dash where that depends. An indicator is null where it is undefined, such as vans per charger without a",
        "charger. Column names in formulas are those of the [data dictionary](data_dictionary.md).",
    ]
    for title, group in GROUPS.items():
        lines += ["", f"## {title}", "", "| name | unit | better | meaning | formula |", "|---|---|---|---|---|"]
        lines += [
            f"| `{measure.name}` | {measure.unit} | {measure.better or '-'} | {measure.meaning} | {measure.formula} |"
            for measure in group
        ]
    return "\n".join(lines) + "\n"


PAGES = {"data_dictionary.md": data_dictionary, "measures.md": measures_page}
"""Generated pages by file name under docs/."""


def write_documentation(folder: Path | str = "docs") -> None:
    """Write the generated pages into a folder."""
    for name, page in PAGES.items():
        (Path(folder) / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write_documentation()

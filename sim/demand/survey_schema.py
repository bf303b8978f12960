"""The columns of a survey table: one definition for the reader, the empty template and the documentation."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from sim.demand.shop_types import SHOP_TYPES
from sim.units import clock_to_s

CellValue = str | float | bool
_TRUE = {"yes", "true", "1", "y", "是"}
_FALSE = {"no", "false", "0", "n", "否"}


def _text(cell: str) -> str:
    cell.encode("utf-8")  # half a character (a lone surrogate of JSON) raises a ValueError
    return cell


def _shop_type(cell: str) -> str:
    if cell not in SHOP_TYPES:
        raise ValueError
    return cell


def _clock(cell: str) -> float:
    seconds = clock_to_s(cell)
    if seconds > 86400.0:
        raise ValueError
    return seconds


def _truth(cell: str) -> bool:
    if cell.lower() in _TRUE | _FALSE:
        return cell.lower() in _TRUE
    raise ValueError


def _number(low: float, high: float, *, above: bool = False) -> Callable[[str], float]:
    def read(cell: str) -> float:
        value = float(cell) if "_" not in cell else math.nan  # Python alone reads 1_000 as a thousand
        if not math.isfinite(value) or not low <= value <= high or (above and value == low):
            raise ValueError
        return value

    return read


@dataclass(frozen=True, slots=True)
class SurveyColumn:
    """
    One column of a survey table.

    Parameters
    ----------
    name
        Heading in CSV, property in GeoJSON.
    expected
        What a cell must hold, in words.
    meaning
        What it says about the shop.
    example
        A cell as it might be.
    read
        Value of a cell that is not empty; raises ValueError when it is not as expected.
    is_required
        Whether column and cells must be there. Empty cells of other columns take the value of the shop's type.
    """

    name: str
    expected: str
    meaning: str
    example: str
    read: Callable[[str], CellValue]
    is_required: bool = False


SURVEY_COLUMNS: tuple[SurveyColumn, ...] = (
    SurveyColumn("shop_id", "a name that no other row has", "Identity of the shop", "S0001", _text, True),
    SurveyColumn("name", "any text", "Name for maps and tables", "人民路便利店", _text),
    SurveyColumn("shop_type", f"one of {', '.join(SHOP_TYPES)}", "Type of shop", "convenience", _shop_type, True),
    SurveyColumn(
        "lon", "degrees east, on the map", "Longitude, WGS84 [degrees]", "118.0452", _number(-180.0, 180.0), True
    ),
    SurveyColumn(
        "lat", "degrees north, on the map", "Latitude, WGS84 [degrees]", "36.8113", _number(-180.0, 180.0), True
    ),
    SurveyColumn("delivery_from", "a clock time HH:MM", "Unloading may start from then on", "06:00", _clock),
    SurveyColumn(
        "delivery_until", "a clock time HH:MM after delivery_from", "Unloading may start until then", "12:00", _clock
    ),
    SurveyColumn(
        "orders_per_week", "a number from 0 to 500", "Orders from all suppliers [1/week]", "10", _number(0.0, 500.0)
    ),
    SurveyColumn(
        "mean_weight_kg",
        "a number above 0, up to 2000",
        "Mean weight of an order [kg]",
        "18.5",
        _number(0.0, 2000.0, above=True),
    ),
    SurveyColumn(
        "mean_service_min",
        "a number above 0, up to 240",
        "Mean time to unload and hand over an order [min]",
        "10",
        _number(0.0, 240.0, above=True),
    ),
    SurveyColumn("has_offstreet", "yes or no", "Whether vans unload in a yard or at a dock", "no", _truth),
    SurveyColumn("notes", "any text", "Remarks; not read by the simulation", "rear entrance", _text),
)


def survey_page() -> str:
    """The page `docs/survey.md`, written from the schema."""
    rows = "\n".join(
        f"| `{column.name}` | {'yes' if column.is_required else 'no'} | {column.meaning} | {column.expected} | "
        f"{column.example} |"
        for column in SURVEY_COLUMNS
    )
    return f"""# Survey table of shops

One row a shop. `sim demand template` writes an empty table; fill it and run with
`demand.source=survey demand.survey_file=FILE`.

| column | required | meaning | a cell holds | example |
|---|---|---|---|---|
{rows}

- **Files.** CSV with commas and the column names in the first row, or a GeoJSON `FeatureCollection` of points in
  which `lon` and `lat` are the point and the other columns are properties.
- **Encoding.** UTF-8, with or without a byte order mark, or GB18030 (which includes GBK and GB2312, what
  spreadsheets in Chinese write).
- **Empty cells** of columns that are not required take the value of the shop's type, from
  `configs/demand/default.yaml`; so do columns that are left out. A delivery window needs both of its ends.
- **Coordinates** are WGS84. Positions copied from Chinese map services (GCJ-02, BD-09) lie several hundred metres
  off and have to be converted first. A shop further than 1 km from every street counts as outside the map.
- **Windows** lie within one day and say when unloading may start; it may end later.
- **Faults.** All faults of a file are listed at once with row and column (row 1 is the heading; in GeoJSON features
  count from 1), and the command ends with exit code 2. Beyond 20 faults in one column the rest are counted.

This page is written from the schema in `sim/demand/survey_schema.py`.
"""

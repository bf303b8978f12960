"""Files of survey tables: encoding, rows of CSV and features of GeoJSON, and the faults found in them."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from sim.demand.survey_schema import SURVEY_COLUMNS
from sim.errors import SurveyError

MOST_FAULTS_SPELLED_OUT = 20
"""Faults of one column beyond these are counted only."""

_NAMES = [column.name for column in SURVEY_COLUMNS]
_REQUIRED = [column.name for column in SURVEY_COLUMNS if column.is_required]
_SCHEMA_PAGE = "the columns are listed in docs/survey.md"


class SurveyFaults:
    """Faults of one file, by column, in the order of finding."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._by_column: dict[str, list[str]] = {}

    def add(self, column: str, where: str, found: str, expected: str) -> None:
        """Note a fault: the column and row, what is there and what should be."""
        named = f"column {column}: " if column else ""
        text = f"{self._path}: {where}{': ' if where else ''}{named}found {found}, expected {expected}"
        self._by_column.setdefault(column, []).append(text)

    def raise_any(self) -> None:
        """
        End with all faults noted, if there are any.

        Raises
        ------
        SurveyError
            With the faults of each column in turn.
        """
        lines = []
        for column, faults in self._by_column.items():
            lines += faults[:MOST_FAULTS_SPELLED_OUT]
            if len(faults) > MOST_FAULTS_SPELLED_OUT:
                lines.append(f"{self._path}: column {column}: and {len(faults) - MOST_FAULTS_SPELLED_OUT} more faults")
        if lines:
            raise SurveyError(lines)


def survey_rows(path: Path, faults: SurveyFaults) -> list[tuple[str, dict[str, str]]]:
    """
    Where each row stands in a survey file, and its cells as text by column; a column that is missing has none.

    Missing columns, rows with too many cells and features without a point are noted in `faults`, so that they can be
    told with the faults of the cells.

    Raises
    ------
    SurveyError
        If the file cannot be read, has none of the columns or holds no row.
    """
    text = _decoded(path)
    rows = list(_features(text, faults, path) if _is_geojson(path, text) else _records(text, faults))
    if not rows:
        faults.raise_any()
        raise SurveyError(f"{path}: found no row, expected one for each shop; {_SCHEMA_PAGE}")
    return rows


def _decoded(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        raise SurveyError(f"{path}: cannot be read ({why}), expected a CSV or GeoJSON file") from error
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise SurveyError(f"{path}: found a spreadsheet workbook, expected CSV or GeoJSON; save it as CSV UTF-8")
    if content.startswith(b"PAR1"):
        raise SurveyError(f"{path}: found a Parquet file, expected CSV or GeoJSON; {_SCHEMA_PAGE}")
    if not content.removeprefix(codecs.BOM_UTF8).strip():
        raise SurveyError(f"{path}: found an empty file, expected a CSV or GeoJSON table; {_SCHEMA_PAGE}")
    if not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and b"\0" not in content:
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise SurveyError(f"{path}: found bytes of another encoding, expected text in UTF-8 or GB18030")


def _is_geojson(path: Path, text: str) -> bool:
    return path.suffix.lower() in {".geojson", ".json"} or text.lstrip().startswith("{")


def _records(text: str, faults: SurveyFaults) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows of a CSV table with their number in a spreadsheet."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        if not _check_header(header, faults):
            return
        for number, record in enumerate(reader, start=2):
            cells = [cell.strip() for cell in record]
            if not any(cells):
                continue
            if len(cells) > len(header):
                faults.add("", f"row {number}", f"{len(cells)} cells", f"{len(header)} as in the heading")
            cells += [""] * (len(header) - len(cells))
            yield f"row {number}", dict(zip(header, cells, strict=False))
    except csv.Error as error:
        faults.add("", f"line {reader.line_num}", str(error), "a CSV table with commas and double quotes")


def _check_header(header: list[str], faults: SurveyFaults) -> bool:
    """Note faults of the headings; whether rows can be read below them."""
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        faults.add("", "row 1", "semicolons or tabs between columns", "commas")
        return False
    for name in _REQUIRED:
        if name not in header:
            faults.add(name, "row 1", "no such column", f"a column {name}; {_SCHEMA_PAGE}")
    for name, times in Counter(header).items():
        if times > 1:
            faults.add(name, "row 1", f"{times} columns of this name", "one")
        if name not in _NAMES:
            close = get_close_matches(name.lower(), _NAMES, n=1)
            hint = f"one of the known columns (is {close[0]} meant?)" if close else f"no such column; {_SCHEMA_PAGE}"
            faults.add(name or "(without a name)", "row 1", "an unknown column", hint)
    return any(name in _NAMES for name in header)


def _features(text: str, faults: SurveyFaults, path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Features of a GeoJSON collection with their number, positions as cells `lon` and `lat`."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise SurveyError(f"{path}: line {error.lineno}: found {error.msg}, expected valid JSON") from error
    except (RecursionError, ValueError) as error:
        found = (
            "lists within lists too deep to read"
            if isinstance(error, RecursionError)
            else "a number of too many digits"
        )
        raise SurveyError(f"{path}: found {found}, expected a GeoJSON FeatureCollection of points") from error
    if not isinstance(content, dict) or not isinstance(content.get("features"), list):
        raise SurveyError(f"{path}: found no list of features, expected a GeoJSON FeatureCollection")
    crs = json.dumps(content.get("crs") or "CRS84")
    if "CRS84" not in crs and "4326" not in crs:
        faults.add("", "crs", shown(content["crs"]), "WGS84 longitude and latitude (EPSG:4326)")
    for number, feature in enumerate(content["features"], start=1):
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        place = geometry.get("coordinates") if isinstance(geometry, dict) and geometry.get("type") == "Point" else None
        if not isinstance(place, list) or len(place) < 2:
            faults.add("geometry", f"feature {number}", shown(geometry), "a Point")
            continue
        properties = feature.get("properties") or {}
        if not isinstance(properties, dict):
            faults.add("properties", f"feature {number}", shown(properties), "an object with the columns")
            continue
        cells = {str(name): _cell(value) for name, value in properties.items()}
        for name in sorted(set(cells) - set(_NAMES)):
            faults.add(name, f"feature {number}", "an unknown property", f"a known one; {_SCHEMA_PAGE}")
        position = {"lon": _cell(place[0]), "lat": _cell(place[1])}
        yield f"feature {number}", dict.fromkeys(_REQUIRED, "") | cells | position


def _cell(value: Any) -> str:
    return "" if value is None else str(value).strip()


def shown(value: Any) -> str:
    """A value found, shortened for a message."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."

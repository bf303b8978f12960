"""
Tables that users hand in, as CSV, Parquet or GeoJSON: encoding, headings, numbers and clock times, every fault noted.

Cells are checked a column at a time, so that a table of a million rows is read in seconds.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import InputError
from sim.units import clock_to_s

MOST_FAULTS_SPELLED_OUT = 20
"""Faults of one column beyond these are counted only."""

_ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True, slots=True)
class UserColumn:
    """
    A column of a table that users hand in.

    Parameters
    ----------
    name
        Heading.
    meaning
        What it says.
    expected
        What a cell must hold, in words.
    example
        A cell as it might be.
    is_required
        Whether the column must be there.
    """

    name: str
    meaning: str
    expected: str
    example: str
    is_required: bool = True


class UserTable:
    """
    A table as the user wrote it, with the faults found so far.

    Parameters
    ----------
    path
        CSV file with commas, in UTF-8 or GB18030, Parquet file, or GeoJSON file of points, whose positions are the
        columns `lon` and `lat` and whose properties are the others.
    columns
        Columns that have a meaning; others are ignored, unless one looks like a misspelt one of these.
    error
        What to raise.

    Raises
    ------
    InputError
        As `error`, if the file cannot be read, holds no row or lacks a required column.
    """

    def __init__(self, path: Path | str, columns: Sequence[UserColumn], error: type[InputError]) -> None:
        self.path = Path(path)
        self._columns = {column.name: column for column in columns}
        self._error = error
        self._faults: dict[str, list[str]] = {}
        readers = {".parquet": self._read_parquet, ".pq": self._read_parquet, ".geojson": self._read_geojson}
        self._frame = readers.get(self.path.suffix.lower(), self._read_csv)()
        self._check_headings()
        self.raise_any()
        if self._frame.empty:
            raise error(f"{self.path}: found no row, expected the columns {', '.join(self._columns)} with rows below")

    def __len__(self) -> int:
        return len(self._frame)

    def has(self, *names: str) -> bool:
        """Whether the table has all these columns."""
        return all(name in self._frame.columns for name in names)

    def texts(self, name: str, *, may_be_empty: bool = False) -> NDArray[np.object_]:
        """Cells as text, trimmed; empty cells are faults unless they may be."""
        cells = self._cells(name).map(_shown).to_numpy(dtype=object)
        if not may_be_empty:
            self.refuse(name, np.array([not cell for cell in cells], dtype=bool))
        return cells

    def numbers(
        self,
        name: str,
        low: float = -np.inf,
        high: float = np.inf,
        *,
        is_whole: bool = False,
        may_be_empty: bool = False,
    ) -> NDArray[np.float64]:
        """
        Cells as numbers; those that are none or out of range are faults, and NaN.

        Parameters
        ----------
        name
            Column.
        low, high
            Range, bounds included.
        is_whole
            Whether only whole numbers will do.
        may_be_empty
            Whether empty cells are NaN without being faults.
        """
        cells = self._cells(name)
        values: NDArray[np.float64] = pd.to_numeric(cells, errors="coerce").to_numpy(np.float64, na_value=np.nan)
        with np.errstate(invalid="ignore"):
            is_good = np.isfinite(values) & (values >= low) & (values <= high)
            if is_whole:
                is_good &= values == np.round(values)
        is_fault = ~is_good
        if may_be_empty:
            is_fault &= (cells.map(_shown) != "").to_numpy(dtype=bool)
        self.refuse(name, is_fault)
        return np.where(is_good, values, np.nan)

    def clock_times(self, name: str) -> NDArray[np.float64]:
        """Cells `HH:MM` or `HH:MM:SS` as seconds from midnight [s]; others are faults, and NaN."""
        cells = self._cells(name).map(_shown)
        known = {text: _seconds(text) for text in cells.unique()}
        values = cells.map(known).to_numpy(dtype=np.float64)
        self.refuse(name, np.isnan(values))
        return values

    def refuse(self, name: str, is_fault: NDArray[np.bool_], expected: str = "", hint: str = "") -> None:
        """
        Note a fault for each row told.

        Parameters
        ----------
        name
            Column, or columns with a comma between.
        is_fault
            Rows at fault, shape (n_rows,).
        expected
            What should be there; as the column says where empty.
        hint
            Added to what was found.
        """
        names = name.split(", ")
        faults = self._faults.setdefault(name, [])
        rows = self._frame.index.to_numpy()
        for row in np.flatnonzero(is_fault):
            if len(faults) < MOST_FAULTS_SPELLED_OUT:
                found = ", ".join(_quoted(self._frame[part].iloc[row]) for part in names)
                wanted = expected or self._columns[names[0]].expected
                where = f"row {rows[row]}: column {name}"
                faults.append(f"{self.path}: {where}: found {found}{hint}, expected {wanted}")
            else:
                faults.append("")

    def refuse_table(self, found: str, expected: str) -> None:
        """Note a fault of the table as a whole."""
        self._faults.setdefault("", []).append(f"{self.path}: found {found}, expected {expected}")

    def raise_any(self) -> None:
        """
        End with all faults noted, if there are any.

        Raises
        ------
        InputError
            As the class handed in, with the faults of each column in turn.
        """
        lines = []
        for name, faults in self._faults.items():
            lines += faults[:MOST_FAULTS_SPELLED_OUT]
            if len(faults) > MOST_FAULTS_SPELLED_OUT:
                lines.append(f"{self.path}: column {name}: and {len(faults) - MOST_FAULTS_SPELLED_OUT:,} more faults")
        if lines:
            raise self._error(lines)

    def _cells(self, name: str) -> pd.Series[Any]:
        return self._frame[name]

    def _read_parquet(self) -> pd.DataFrame:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            frame: pd.DataFrame = pq.read_table(self.path).to_pandas()
        except FileNotFoundError as error:
            raise self._error(f"{self.path}: no such file, expected a CSV or Parquet table") from error
        except MemoryError as error:
            raise self._error(f"{self.path}: found more than fits into memory, expected a smaller table") from error
        except (pa.ArrowException, OSError, ValueError) as error:
            why = str(error).splitlines()[0]
            raise self._error(f"{self.path}: found no readable Parquet file ({why})") from error
        frame = frame.reset_index() if frame.index.name in self._columns else frame
        frame.columns = [str(name).strip() for name in frame.columns]
        frame.index = pd.RangeIndex(1, len(frame) + 1)
        return frame

    def _read_csv(self) -> pd.DataFrame:
        text = self._decoded()
        try:
            rows = pd.read_csv(io.StringIO(text), header=None, dtype=str, keep_default_na=False, skip_blank_lines=False)
        except pd.errors.EmptyDataError as error:
            raise self._error(f"{self.path}: found an empty file, expected {', '.join(self._columns)}") from error
        except pd.errors.ParserError as error:
            raise self._error(self._broken_lines(text) or f"{self.path}: {error}") from error
        frame = rows.iloc[1:].fillna("")
        frame.columns = [str(name).strip() for name in rows.iloc[0].fillna("")]
        frame.index = pd.RangeIndex(2, len(frame) + 2)
        is_blank = (frame == "").all(axis=1).to_numpy(dtype=bool)
        return frame[~is_blank]

    def _read_geojson(self) -> pd.DataFrame:
        try:
            content = json.loads(self._decoded())
        except json.JSONDecodeError as error:
            raise self._error(f"{self.path}: line {error.lineno}: {error.msg}, expected valid JSON") from error
        except (RecursionError, ValueError) as error:
            found = "lists too deep to read" if isinstance(error, RecursionError) else "a number of too many digits"
            raise self._error(f"{self.path}: found {found}, expected a GeoJSON FeatureCollection of points") from error
        features = content.get("features") if isinstance(content, dict) else None
        if not isinstance(features, list):
            raise self._error(f"{self.path}: found no list of features, expected a GeoJSON FeatureCollection")
        rows, strangers = [], []
        for number, feature in enumerate(features, start=1):
            geometry = feature.get("geometry") if isinstance(feature, dict) else None
            if not isinstance(geometry, dict) or geometry.get("type") != "Point":
                geometry = {}
            position = geometry.get("coordinates")
            if not isinstance(position, list) or len(position) < 2:
                strangers.append(number)
                continue
            given = feature.get("properties")
            properties = given if isinstance(given, dict) else {}
            cells = {str(name): "" if cell is None else str(cell) for name, cell in properties.items()}
            rows.append(cells | {"lon": str(position[0]), "lat": str(position[1])})
        for number in strangers:
            self.refuse_table(f"no point in feature {number}", "a GeoJSON geometry of the type Point")
        try:
            frame = pd.DataFrame(rows).fillna("")
        except UnicodeEncodeError as error:
            raise self._error(f"{self.path}: found half a character (\\ud800 or so), expected whole ones") from error
        frame.index = pd.RangeIndex(1, len(frame) + 1)
        return frame

    def _decoded(self) -> str:
        try:
            content = self.path.read_bytes()
        except OSError as error:
            why = error.strerror or str(error)
            raise self._error(f"{self.path}: cannot be read ({why}), expected a CSV or Parquet table") from error
        if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            raise self._error(f"{self.path}: found a spreadsheet workbook, expected CSV; save it as CSV UTF-8")
        if not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and b"\0" not in content:
            for encoding in _ENCODINGS:
                try:
                    return content.decode(encoding)
                except UnicodeDecodeError:
                    continue
        raise self._error(f"{self.path}: found bytes of another encoding, expected text in UTF-8 or GB18030")

    def _broken_lines(self, text: str) -> list[str]:
        """Rows with more cells than headings, or quotes that do not end."""
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        faults = []
        try:
            width = len(next(reader, []))
            for number, cells in enumerate(reader, start=2):
                if len(cells) > width:
                    faults.append(f"{self.path}: row {number}: found {len(cells)} cells, expected {width}")
        except csv.Error as error:
            faults.append(f"{self.path}: line {reader.line_num}: {error}, expected commas and paired double quotes")
        more = len(faults) - MOST_FAULTS_SPELLED_OUT
        return faults[:MOST_FAULTS_SPELLED_OUT] + ([f"{self.path}: and {more:,} more such rows"] if more > 0 else [])

    def _check_headings(self) -> None:
        found = [str(name) for name in self._frame.columns]
        if len(found) == 1 and (";" in found[0] or "\t" in found[0]):
            self.refuse_table("semicolons or tabs between columns", "commas")
            return
        for name, times in Counter(found).items():
            if times > 1 and name in self._columns:
                self.refuse_table(f"{times} columns {name}", "one")
        absent = [name for name in self._columns if name not in found]
        meant: dict[str, str] = {}
        for name in found:
            close = get_close_matches(name.lower(), absent, n=1, cutoff=0.8) if name not in self._columns else []
            if close:
                meant.setdefault(close[0], name)
        for name in absent:
            if name in meant:
                self.refuse_table(f"a column {meant[name]}", f"the name {name}")
            elif self._columns[name].is_required:
                expected = f"a column {name}: {self._columns[name].expected}"
                self.refuse_table(f"no column {name} among {', '.join(found)}", expected)


def _seconds(text: str) -> float:
    try:
        return clock_to_s(text)
    except ValueError:
        return float("nan")


def _shown(cell: object) -> str:
    """A cell as text: whole numbers without a decimal point, nothing for missing values."""
    if cell is None or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell)):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _quoted(cell: object) -> str:
    text = _shown(cell)
    if not text:
        return "an empty cell"
    return repr(text if len(text) <= 60 else text[:57] + "...")

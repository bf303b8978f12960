"""Tables that users hand in: what is read, and how faults are told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import DemandError
from sim.user_table import UserColumn, UserTable

COLUMNS = (
    UserColumn("zone", "Zone", "a name", "A"),
    UserColumn("trips", "Trips", "a number from 0", "3"),
    UserColumn("hour", "Hour", "a whole number from 0 to 23", "8", False),
)


def table_of(path: Path, content: str | bytes) -> UserTable:
    """A table with this content."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return UserTable(path, COLUMNS, DemandError)


def faults_of(path: Path, content: str | bytes) -> list[str]:
    """Faults that reading this content reports, without the file's name."""
    with pytest.raises(DemandError) as caught:
        table = table_of(path, content)
        table.texts("zone")
        table.numbers("trips", 0.0)
        if table.has("hour"):
            table.numbers("hour", 0.0, 23.0, is_whole=True)
        table.raise_any()
    return [fault.removeprefix(f"{path}: ") for fault in caught.value.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_usual_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    """A Chinese name of a zone comes through, with or without a byte order mark."""
    table = table_of(tmp_path / "a.csv", "zone,trips\n柳泉路,1.5\n".encode(encoding))
    assert table.texts("zone").tolist() == ["柳泉路"]
    assert table.numbers("trips").tolist() == [1.5]


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    """Four faults of three columns, each with row, column, found and expected; blank lines keep their numbers."""
    faults = faults_of(tmp_path / "a.csv", "zone,trips,hour\nA,-1,8\n\n,NaN,8\nB,many,24\nC,2,7.5\n")
    assert faults == [
        "row 4: column zone: found an empty cell, expected a name",
        "row 2: column trips: found '-1', expected a number from 0",
        "row 4: column trips: found 'NaN', expected a number from 0",
        "row 5: column trips: found 'many', expected a number from 0",
        "row 5: column hour: found '24', expected a whole number from 0 to 23",
        "row 6: column hour: found '7.5', expected a whole number from 0 to 23",
    ]


def test_faults_beyond_twenty_are_counted(tmp_path: Path) -> None:
    """Thirty negative numbers: twenty lines, and one that says ten more."""
    faults = faults_of(tmp_path / "a.csv", "zone,trips\n" + "A,-1\n" * 30)
    assert len(faults) == 21
    assert faults[-1] == "column trips: and 10 more faults"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"zone,trips\nA\xff\xfe\x81,1\n", "another encoding"),
        ("zone,trips\nA,1\n".encode("utf-16"), "another encoding"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"", "empty file"),
        (b"zone,trips\n", "no row"),
        (b"zone;trips\nA;1\n", "semicolons"),
        (b"zone,hour\nA,1\n", "no column trips among zone, hour"),
        (b"Zone,trips\nA,1\n", "found a column Zone, expected the name zone"),
        (b"zone,trips,hours\nA,1,8\n", "found a column hours, expected the name hour"),
        (b"zone,trips,trips\nA,1,2\n", "2 columns trips"),
        (b"zone,trips\nA,1,5\nB,2\nC,3,4,5\n", "row 2: found 3 cells, expected 2"),
        (b'zone,trips\n"A,1\n', "double quotes"),
    ],
)
def test_files_that_are_no_such_table(tmp_path: Path, content: bytes, says: str) -> None:
    """Wrong encoding, workbook, nothing, no row, other separators, headings amiss, rows too long, open quotes."""
    faults = faults_of(tmp_path / "a.csv", content)
    assert says in faults[0]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """CSV or Parquet, the message names the path."""
    for name in ("gone.csv", "gone.parquet"):
        with pytest.raises(DemandError, match=name):
            UserTable(tmp_path / name, COLUMNS, DemandError)


def test_no_parquet_is_told(tmp_path: Path) -> None:
    """Text under the name of a Parquet file."""
    (tmp_path / "a.parquet").write_text("zone,trips\n")
    with pytest.raises(DemandError, match="no readable Parquet"):
        UserTable(tmp_path / "a.parquet", COLUMNS, DemandError)


def test_parquet_numbers_are_names_without_decimal_point(tmp_path: Path) -> None:
    """Zones numbered 1 and 2 are "1" and "2" though a missing value makes the column floating."""
    path = tmp_path / "a.parquet"
    pd.DataFrame({"zone": [1.0, 2.0, None], "trips": [1, 2, 3]}).to_parquet(path)
    table = UserTable(path, COLUMNS, DemandError)
    assert table.texts("zone").tolist() == ["1", "2", ""]
    with pytest.raises(DemandError, match="row 3: column zone: found an empty cell"):
        table.raise_any()


def test_columns_without_a_meaning_are_ignored(tmp_path: Path) -> None:
    """A remark does no harm."""
    table = table_of(tmp_path / "a.csv", "zone,trips,remark\nA,1,Sunday\n")
    assert table.numbers("trips").tolist() == [1.0]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.floats(0.0, 1e9), min_size=1, max_size=20))
def test_numbers_come_through(tmp_path: Path, values: list[float]) -> None:
    """Whatever is written as a number in Python's shortest form is read as that number."""
    table = table_of(tmp_path / "a.csv", "zone,trips\n" + "".join(f"A,{value!r}\n" for value in values))
    np.testing.assert_allclose(table.numbers("trips", 0.0), values, rtol=1e-15)
    table.raise_any()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(st.binary(max_size=60), st.text(max_size=60).map(lambda text: ("zone,trips\n" + text).encode()))
)
def test_any_content_is_read_or_refused_in_words(tmp_path: Path, content: bytes) -> None:
    """No content of a file leads to anything but a table or an error of the user's."""
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    try:
        table = UserTable(path, COLUMNS, DemandError)
        table.texts("zone")
        table.numbers("trips", 0.0)
        table.raise_any()
    except DemandError as error:
        assert all(str(path) in fault for fault in error.faults)


def test_points_of_geojson_are_rows(tmp_path: Path) -> None:
    """Properties are columns, positions are lon and lat; features without a point and broken files are told."""
    columns = (*COLUMNS, UserColumn("lon", "Longitude", "degrees", "1"), UserColumn("lat", "Latitude", "degrees", "2"))
    path = tmp_path / "a.geojson"
    point = '{"geometry": {"type": "Point", "coordinates": [118.04, 36.8]}, "properties": {"zone": "甲", "trips": 3}}'
    path.write_text(f'{{"features": [{point}]}}', encoding="gb18030")
    table = UserTable(path, columns, DemandError)
    assert table.texts("zone").tolist() == ["甲"]
    assert table.numbers("trips").tolist() == [3.0]
    assert table.numbers("lon").tolist() == [118.04]
    for content, says in (
        (f'{{"features": [{point}, {{"geometry": {{"type": "LineString"}}}}]}}', "no point in feature 2"),
        ('{"features": [', "expected valid JSON"),
        ('{"type": "Point"}', "no list of features"),
        ('{"features": []}', "no column"),
    ):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(DemandError, match=says):
            UserTable(path, columns, DemandError)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"[" * 200_000, "lists too deep"),
        (b'{"features": [' + b"9" * 5000 + b"]}", "a number of too many digits"),
        (
            b'{"features": [{"geometry": {"type": "Point", "coordinates": [1, 2]},'
            b' "properties": {"zone": "\\ud800", "trips": 1}}]}',
            "half a character",
        ),
    ],
)
def test_nasty_geojson_is_explained(tmp_path: Path, content: bytes, found: str) -> None:
    """JSON that Python cannot take ends with a named fault, not with a traceback."""
    path = tmp_path / "a.geojson"
    path.write_bytes(content)
    with pytest.raises(DemandError, match=f"found {found}"):
        UserTable(path, COLUMNS, DemandError)

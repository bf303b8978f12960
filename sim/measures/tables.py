"""
The result tables of a run: one schema with names, types, units and meanings of all columns.

What the recorder fills, what files hold, what the data dictionary explains and what figures read is this schema. Files
are written under a temporary name and renamed, with equal bytes for equal content.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import ResultsError
from sim.measures.columns import TABLES, Table

if TYPE_CHECKING:
    from sim.network import RoadNetwork

SCHEMA_VERSION = "1"
"""Version of the tables; part of every file's metadata."""

RunTables = Mapping[str, pd.DataFrame]
"""Tables of a run by the names of `TABLES`."""

_ARROW: dict[str, pa.DataType] = {
    "int64": pa.int64(),
    "float64": pa.float64(),
    "string": pa.string(),
    "bool": pa.bool_(),
    "binary": pa.binary(),
}


@dataclass(frozen=True, slots=True)
class TableStamp:
    """Run and seed that a result file belongs to."""

    run_id: str
    seed: int


def arrow_schema(table: Table, stamp: TableStamp | None = None) -> pa.Schema:
    """Arrow schema of a table; each field carries its unit and meaning, the whole its run and seed."""
    fields = [
        pa.field(
            column.name,
            _ARROW[column.type],
            nullable=column.is_nullable,
            metadata={"unit": column.unit, "meaning": column.meaning},
        )
        for column in table.columns
    ]
    metadata = {"table": table.name, "schema_version": SCHEMA_VERSION}
    if stamp is not None:
        metadata |= {"run_id": stamp.run_id, "seed": str(stamp.seed)}
    return pa.schema(fields, metadata=metadata)


def to_arrow(name: str, frame: pd.DataFrame, stamp: TableStamp | None = None) -> pa.Table:
    """
    A table in the types and column order of its schema.

    Parameters
    ----------
    name
        Key of `TABLES`.
    frame
        Columns of the table in any order; columns of optional content may be missing.
    stamp
        Run and seed for the metadata.

    Raises
    ------
    ValueError
        If columns are missing or unknown, have another type, or lack values; all faults at once.
    """
    table = _table(name)
    schema = arrow_schema(table, stamp)
    known = {column.name for column in table.columns}
    faults = [f"unknown column {column!r}" for column in frame.columns if column not in known]
    arrays = []
    for column, field in zip(table.columns, schema, strict=True):
        if column.name not in frame.columns:
            if not column.is_optional:
                faults.append(f"column {column.name!r} is missing")
            arrays.append(pa.nulls(len(frame), field.type))
            continue
        try:
            values = _arrow_array(frame[column.name], field.type)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
            faults.append(f"column {column.name!r}: expected {column.type}, {error}")
            continue
        if values.null_count and not column.is_nullable:
            faults.append(f"column {column.name!r}: {values.null_count} of {len(values)} values are missing")
        arrays.append(values)
    if faults:
        raise ValueError("\n".join(f"table {name}: {fault}" for fault in faults))
    return pa.Table.from_arrays(arrays, schema=schema)


def _arrow_array(values: pd.Series[Any], wanted: pa.DataType) -> pa.Array:
    array = pa.array(values, from_pandas=True)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    is_text = pa.types.is_string(array.type) or pa.types.is_large_string(array.type)
    if array.null_count == len(array):
        return pa.nulls(len(array), wanted)
    if array.type == wanted or (is_text and wanted == pa.string()):
        return array.cast(wanted)
    if wanted in (pa.string(), pa.bool_(), pa.binary()) or not _is_number(array.type):
        raise pa.ArrowTypeError(f"found {array.type}")
    return array.cast(wanted)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def to_frame(table: pa.Table) -> pd.DataFrame:
    """
    A table for pandas: whole numbers that may be missing as `Int64`, missing numbers as NaN.

    Parameters
    ----------
    table
        As `to_arrow` returns it.
    """
    frame: pd.DataFrame = table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    whole = [field.name for field in table.schema if field.type == pa.int64() and not field.nullable]
    return frame.astype(dict.fromkeys(whole, "int64"))


def conform(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A table in the types and column order of its schema; faults as in `to_arrow`."""
    return to_frame(to_arrow(name, frame))


def empty_table(name: str) -> pd.DataFrame:
    """A table without rows."""
    return to_frame(arrow_schema(_table(name)).empty_table())


def write_tables(tables: RunTables, folder: Path | str, *, run_id: str, seed: int) -> list[Path]:
    """
    Write the tables of a run, one file each; tables that are not given are written without rows.

    `network_links` has its own function, `write_network_links`.

    Parameters
    ----------
    tables
        Tables by name.
    folder
        Folder of the run; made if there is none.
    run_id, seed
        Metadata of every file.

    Raises
    ------
    ValueError
        If a table breaks its schema.
    """
    unknown = sorted(set(tables) - set(TABLES))
    if unknown:
        raise ValueError(f"unknown tables {unknown}; known: {sorted(TABLES)}")
    stamp = TableStamp(run_id, seed)
    names = [name for name in TABLES if name in tables or name != "network_links"]
    ready = {name: to_arrow(name, tables[name] if name in tables else empty_table(name), stamp) for name in names}
    return [_write(table, Path(folder) / f"{name}.parquet") for name, table in ready.items()]


def write_network_links(network: RoadNetwork, folder: Path | str, *, run_id: str, seed: int) -> Path:
    """Write the links of the network that a run took place on; parameters as in `write_tables`."""
    table = to_arrow("network_links", network_links(network), TableStamp(run_id, seed))
    return _write(table, Path(folder) / "network_links.parquet")


def network_links(network: RoadNetwork) -> pd.DataFrame:
    """Links of a network as a result table, geometry as well-known binary."""
    import shapely

    links = network.links[[column.name for column in TABLES["network_links"].columns]].copy()
    links["geometry"] = [bytes(wkb) for wkb in shapely.to_wkb(np.asarray(links["geometry"]), byte_order=1)]
    return pd.DataFrame(links)


def _write(table: pa.Table, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        pq.write_table(table, temporary, compression="zstd", version="2.6")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def read_table(folder: Path | str, name: str) -> pd.DataFrame:
    """
    One table of a run.

    Parameters
    ----------
    folder
        Folder of the run.
    name
        Key of `TABLES`.

    Raises
    ------
    ResultsError
        If the file is missing, no parquet, or of another schema.
    """
    path = Path(folder) / f"{name}.parquet"
    content = _read(path)
    wanted = arrow_schema(_table(name))
    faults = [
        f"{path}: column {field.name!r}: expected {field.type}, found "
        + (str(content.schema.field(field.name).type) if field.name in content.schema.names else "none")
        for field in wanted
        if field.name not in content.schema.names or content.schema.field(field.name).type != field.type
    ]
    if faults:
        raise ResultsError(faults)
    return to_frame(content.select(wanted.names))


def read_tables(folder: Path | str) -> dict[str, pd.DataFrame]:
    """
    All tables of a run.

    Raises
    ------
    ResultsError
        With the faults of all files.
    """
    tables: dict[str, pd.DataFrame] = {}
    faults: list[str] = []
    for name in TABLES:
        try:
            tables[name] = read_table(folder, name)
        except ResultsError as error:
            faults += error.faults
    if faults:
        raise ResultsError(faults)
    return tables


def read_stamp(path: Path | str) -> TableStamp:
    """
    Run and seed of a result file.

    Raises
    ------
    ResultsError
        If the file is missing, no parquet, or carries neither.
    """
    metadata = _read(Path(path), columns=[]).schema.metadata or {}
    if b"run_id" not in metadata or b"seed" not in metadata:
        raise ResultsError(f"{path}: expected metadata run_id and seed, found {sorted(map(str, metadata))}")
    return TableStamp(metadata[b"run_id"].decode(), int(metadata[b"seed"]))


def _read(path: Path, columns: list[str] | None = None) -> pa.Table:
    if not path.is_file():
        raise ResultsError(f"{path}: missing; expected it in every run folder")
    try:
        return pq.ParquetFile(path).read(columns=columns)
    except (pa.ArrowInvalid, OSError) as error:
        raise ResultsError(f"{path}: expected a parquet file, {error}") from error


def _table(name: str) -> Table:
    if name not in TABLES:
        raise ValueError(f"unknown table {name!r}; known: {sorted(TABLES)}")
    return TABLES[name]

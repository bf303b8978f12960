"""
Result tables between pandas and Arrow: types, column order, missing values and metadata of the schema.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from sim.measures.columns import TABLES, Table

SCHEMA_VERSION = "1"
"""Version of the tables; part of every file's metadata."""

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
    table = find_table(name)
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
    return to_frame(arrow_schema(find_table(name)).empty_table())


def find_table(name: str) -> Table:
    """Schema of a table by its name; ValueError when there is none."""
    if name not in TABLES:
        raise ValueError(f"unknown table {name!r}; known: {sorted(TABLES)}")
    return TABLES[name]

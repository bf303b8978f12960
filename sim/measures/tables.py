"""
The result tables of a run as files, in the schema of `columns.TABLES`.

Files are written under a temporary name and renamed, with equal bytes for equal content.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import ResultsError
from sim.measures.columns import TABLES
from sim.measures.conversion import TableStamp, arrow_schema, empty_table, find_table, to_arrow, to_frame

if TYPE_CHECKING:
    from sim.network import RoadNetwork

RunTables = Mapping[str, pd.DataFrame]
"""Tables of a run by the names of `TABLES`."""


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
    wanted = arrow_schema(find_table(name))
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
    except (pa.ArrowException, OSError) as error:
        raise ResultsError(f"{path}: expected a parquet file, {' '.join(str(error).split())}") from error

"""Result files: one schema, equal bytes for equal content, nothing half written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from sim.errors import ResultsError
from sim.measures import TABLES, Recorder, TableStamp, read_stamp, read_table, read_tables, write_tables


def test_what_is_written_is_read(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    """A run's tables come back as they were, with types, missing values and all."""
    write_tables(tables, tmp_path, run_id="abc", seed=0)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(read_table(tmp_path, name), table)


def test_every_file_exists_even_without_rows(tmp_path: Path) -> None:
    """A day without anything leaves all files with their schema; only the network's is written apart."""
    write_tables({}, tmp_path, run_id="abc", seed=3)
    written = {path.stem for path in tmp_path.iterdir()}
    assert written == set(TABLES) - {"network_links"}
    for name in written:
        schema = pq.read_schema(tmp_path / f"{name}.parquet")
        assert schema.names == [column.name for column in TABLES[name].columns]
        assert schema.field(0).metadata[b"meaning"]


def test_files_carry_run_and_seed(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    """Each file says which run and which seed it belongs to; seed 0 is a seed."""
    for path in write_tables(tables, tmp_path, run_id="0123abcd", seed=0):
        assert read_stamp(path) == TableStamp("0123abcd", 0)


def test_equal_content_is_equal_bytes(recorder: Recorder, tmp_path: Path) -> None:
    """Writing the same day twice gives the same files to the byte; another seed does not."""
    first = write_tables(recorder.tables(), tmp_path / "a", run_id="abc", seed=1)
    second = write_tables(recorder.tables(), tmp_path / "b", run_id="abc", seed=1)
    other = write_tables(recorder.tables(), tmp_path / "c", run_id="abc", seed=2)
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert all(one.read_bytes() != two.read_bytes() for one, two in zip(first, other, strict=True))


def test_files_are_compressed_and_leave_nothing_behind(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    """Columns are zstd, and no temporary file remains."""
    write_tables(tables, tmp_path, run_id="abc", seed=1)
    column = pq.ParquetFile(tmp_path / "trips.parquet").metadata.row_group(0).column(0)
    assert column.compression == "ZSTD"
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".parquet"] == []


def test_a_failed_write_leaves_the_old_files(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    """Tables are checked before the first is written: a broken one changes nothing on disk."""
    write_tables(tables, tmp_path, run_id="abc", seed=1)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    broken = tables | {"stops": tables["stops"].drop(columns="parking")}
    with pytest.raises(ValueError, match="parking"):
        write_tables(broken, tmp_path, run_id="new", seed=2)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_unknown_tables_are_refused(tmp_path: Path) -> None:
    """A table without a schema has no file."""
    with pytest.raises(ValueError, match="weather"):
        write_tables({"weather": pd.DataFrame()}, tmp_path, run_id="abc", seed=1)


def test_missing_and_foreign_files_are_named_together(tmp_path: Path) -> None:
    """All that is wrong with a folder comes in one error with its paths."""
    write_tables({}, tmp_path, run_id="abc", seed=1)
    (tmp_path / "stops.parquet").write_text("not a table")
    pd.DataFrame({"van_id": [1]}).to_parquet(tmp_path / "vans.parquet")
    with pytest.raises(ResultsError) as caught:
        read_tables(tmp_path)
    faults = "\n".join(caught.value.faults)
    assert "network_links.parquet: missing" in faults
    assert "stops.parquet: expected a parquet file" in faults
    assert "vans.parquet: column 'van_id': expected string, found int64" in faults


def test_network_links_keep_their_geometry(tmp_path: Path) -> None:
    """The links of a network are written with their lines and read back."""
    import shapely

    from sim.measures import write_network_links
    from sim.network import GridParams, grid_network

    network = grid_network(GridParams())
    write_network_links(network, tmp_path, run_id="abc", seed=1)
    links = read_table(tmp_path, "network_links")
    assert len(links) == network.n_links
    lines = shapely.from_wkb(links["geometry"].to_numpy())
    assert all(shapely.equals(lines, network.links["geometry"].to_numpy()))

"""Result files: one schema, equal bytes for equal content, nothing half written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from sim.errors import ResultsError
from sim.measures import TABLES, Recorder, TableStamp, read_stamp, read_table, read_tables, write_tables
from sim.measures.tables import to_arrow

CONTRACT = {
    "vans": "van_id carrier_id vehicle_type powertrain access_class payload_kg volume_m3 battery_kwh depot_id",
    "orders": "order_id shop_id carrier_id weight_kg volume_m3 earliest_s latest_s joint status delivered_s stop_id "
    "shipment_distance_m shop_type",
    "stops": "stop_id van_id carrier_id shop_id tour_id planned_arrival_s arrival_s parked_s service_start_s "
    "service_end_s depart_s berth_id parking berth_wait_s weight_kg volume_m3 orders outcome",
    "trips": "trip_id van_id from_stop_id to_stop_id depart_s arrive_s distance_m free_flow_s delay_s energy_kwh "
    "fuel_l co2_g nox_g pm_g payload_kg purpose",
    "traces": "van_id trip_id link_id enter_s exit_s",
    "charging": "van_id site_id connector_id arrive_s plug_s unplug_s energy_kwh soc_start soc_end cost_cny purpose",
    "berths": "berth_id link_id van_id arrive_s park_s leave_s over_limit_s booked",
    "violations": "van_id rule_id link_id time_s detected fine_cny",
    "links": "link_id bin_start_s bin_s inflow_veh outflow_veh travel_time_s vans blocked_s",
    "network_links": "link_id from_node_id to_node_id length_m lanes free_speed_mps capacity_veh_per_h road_class name "
    "geometry",
}
"""Columns that users outside rely on."""


@pytest.mark.parametrize("name", CONTRACT)
def test_columns_are_those_that_users_rely_on(name: str) -> None:
    """Names and order of columns stay."""
    assert [column.name for column in TABLES[name].columns] == CONTRACT[name].split()


@pytest.mark.parametrize("name", TABLES)
def test_numbers_carry_their_unit_in_name_and_schema(name: str) -> None:
    """A quantity named with a unit has that unit; every column says what it means."""
    units = {"_s": "s", "_m": "m", "_kg": "kg", "_m3": "m3", "_kwh": "kWh", "_l": "L", "_g": "g", "_cny": "CNY"}
    for column in TABLES[name].columns:
        assert column.meaning
        for suffix, unit in units.items():
            if column.name.endswith(suffix):
                assert column.unit == unit, column.name


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


def test_all_faults_of_a_table_come_at_once(tables: dict[str, pd.DataFrame]) -> None:
    """A missing column, an unknown one, a wrong type and missing values are named in one message."""
    broken = tables["vans"].drop(columns="depot_id").assign(colour="red", payload_kg="heavy")
    broken.loc[0, "carrier_id"] = None
    with pytest.raises(ValueError, match=r"(?s)colour.*carrier_id.*1 of 3.*payload_kg.*depot_id"):
        to_arrow("vans", broken)


def test_fractions_are_no_whole_numbers(tables: dict[str, pd.DataFrame]) -> None:
    """A stop number of 1.5 is refused instead of cut off."""
    with pytest.raises(ValueError, match="stop_id"):
        to_arrow("stops", tables["stops"].assign(stop_id=1.5))


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

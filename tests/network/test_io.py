"""Networks on disk: round trip, equal bytes, what may be left out, and every fault told at once."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from sim.errors import NetworkError
from sim.network import check_network, grid_network, is_warning, read_network, write_network
from sim.network.grid import GridParams
from sim.network.io import find_network


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A grid of 4 x 4 on disk."""
    return write_network(grid_network(GridParams(rows=4, columns=4)), tmp_path / "town")


def change(folder: Path, table: str, edit: Callable[[pd.DataFrame], pd.DataFrame | None]) -> None:
    """Edit a table of the network on disk."""
    rows = pd.read_parquet(folder / f"{table}.parquet")
    edited = edit(rows)
    (rows if edited is None else edited).to_parquet(folder / f"{table}.parquet")


def put(table: str, column: str, row: int, value: object) -> Callable[[Path], None]:
    """A change of one cell."""

    def edit(rows: pd.DataFrame) -> None:
        rows.loc[row, column] = value

    return lambda folder: change(folder, table, edit)


def test_what_is_written_is_read(folder: Path) -> None:
    """All tables, labels and notes come back, and the content hash is the one in network.yaml."""
    written, read = grid_network(GridParams(rows=4, columns=4)), read_network(folder)
    assert read.sha256() == written.sha256()
    assert (read.name, read.label, read.notes, read.licence) == (
        written.name,
        written.label,
        written.notes,
        written.licence,
    )
    assert f"content_sha256: {written.sha256()}" in (folder / "network.yaml").read_text(encoding="utf-8")


def test_writing_twice_gives_equal_bytes(folder: Path, tmp_path: Path) -> None:
    """Each file has the same bytes when the network is written again."""
    again = write_network(read_network(folder), tmp_path / "again")
    for file in sorted(folder.iterdir()):
        assert file.read_bytes() == (again / file.name).read_bytes(), file.name


def test_files_open_as_geoparquet(folder: Path) -> None:
    """Links and places are GeoParquet that GeoPandas reads."""
    import geopandas as gpd

    links = gpd.read_parquet(folder / "links.parquet")
    assert len(links) == 48
    assert links.crs is not None
    assert links.geometry.geom_type.eq("LineString").all()


def test_what_is_left_out_is_worked_out(folder: Path) -> None:
    """Without zones, places, geometry and signals the network is read, with straight links."""
    (folder / "zones.geojson").unlink()
    (folder / "places.parquet").unlink()
    change(folder, "nodes", lambda rows: rows[["node_id", "lon", "lat"]])
    kept = ["from_node_id", "to_node_id", "length_m", "lanes", "free_speed_mps", "capacity_veh_per_h"]
    change(folder, "links", lambda rows: rows[kept])
    network = read_network(folder)
    assert network.zones.empty
    assert network.places.empty
    assert np.array_equal(network.saturation_flow_veh_per_h, network.capacity_veh_per_h)
    first = network.links.iloc[0]
    assert shapely.get_num_points(first["geometry"]) == 2
    assert network.nodes["x_m"].diff().iloc[1] == pytest.approx(200.0, abs=0.1)


def test_places_may_come_as_geojson(folder: Path) -> None:
    """A planner's own shops as GeoJSON lie on the nearest link."""
    network = read_network(folder)
    (folder / "places.parquet").unlink()
    middle = network.links["geometry"].iloc[7].interpolate(0.5, normalized=True)
    feature = {
        "type": "Feature",
        "properties": {"place_id": "s1", "kind": "shop", "type": "pharmacy", "attributes": {"floor_m2": 80}},
        "geometry": {"type": "Point", "coordinates": [middle.x, middle.y]},
    }
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    (folder / "places.geojson").write_text(text, encoding="utf-8")
    shop = read_network(folder).places.iloc[0]
    assert shop["type"] == "pharmacy"
    assert json.loads(shop["attributes"]) == {"floor_m2": 80}
    ends = network.links.loc[[7, shop["link"]], ["from_node_id", "to_node_id"]].to_numpy()
    assert set(ends[0]) == set(ends[1])


FAULTS: list[tuple[Callable[[Path], None], str]] = [
    (
        put("links", "capacity_veh_per_h", 3, -5.0),
        r"links: row 3: capacity_veh_per_h: found -5.0, expected a number",
    ),
    (put("links", "length_m", 0, -1.0), r"row 0: length_m: found -1.0"),
    (put("links", "free_speed_mps", 0, 0.0), r"row 0: free_speed_mps: found 0.0"),
    (put("links", "lanes", 0, np.nan), r"row 0: lanes: found nan"),
    (put("links", "signal_delay_s", 1, -2.0), r"row 1: signal_delay_s: found -2.0, expected 0 or more"),
    (put("links", "saturation_flow_veh_per_h", 0, 9e5), r"row 0: saturation_flow_veh_per_h: .*backward wave"),
    (put("links", "capacity_veh_per_h", 0, 4000.0), r"row 0: capacity_veh_per_h: .*no more than saturation"),
    (put("links", "to_node_id", 2, 999), r"row 2: to_node_id: found 999, expected a node_id of nodes"),
    (put("links", "link_id", 2, 1), r"row 2: link_id: found 1, expected an id that no other row has"),
    (put("links", "link_id", 2, 77), r"row 2: link_id: found 77, expected the number of the row"),
    (put("nodes", "node_id", 1, 0), r"nodes: row 1: node_id: found 0, expected an id that no other row has"),
    (put("nodes", "lat", 1, 91.0), r"nodes: row 1: lat: found 91.0"),
    (put("places", "lon", 0, 10.0), r"places: shop shop_00000 .*\(outside the map\)"),
    (put("places", "kind", 0, "airport"), r"places: row 0: kind: found 'airport', expected one of shop"),
    (put("places", "link", 0, 4000), r"places: row 0: link: found 4000, expected a link from 0 to 47"),
    (lambda f: change(f, "links", lambda rows: rows.head(0)), r"links: found no rows"),
    (
        lambda f: change(f, "links", lambda rows: rows.drop(columns="lanes")),
        r"links.parquet: found .*also lanes",
    ),
    (lambda f: change(f, "nodes", lambda rows: rows.assign(lon="west")), r"nodes: row 0: lon: found nan"),
    (lambda f: change(f, "nodes", lambda rows: rows.assign(node_id="n1")), r"nodes: node_id: found .*'n1'"),
    (lambda f: change(f, "links", lambda rows: rows.assign(lanes="two")), r"row 0: lanes: found nan"),
    (lambda f: change(f, "links", lambda rows: rows.assign(geometry=None)), r"geometry type: found -1"),
    (lambda f: change(f, "places", lambda rows: rows.assign(lat="north")), r"places: row 0: lon, lat: found no number"),
    (lambda f: change(f, "places", lambda rows: rows.assign(link="A1")), r"places: row 0: link: found -1"),
    (lambda f: (f / "nodes.parquet").unlink(), r"nodes.parquet: found no such file"),
    (lambda f: (f / "links.parquet").write_text("no"), r"links.parquet: found a file that is no parquet table"),
    (lambda f: (f / "network.yaml").write_text("a: ["), r"network.yaml: cannot be read"),
    (lambda f: (f / "zones.geojson").write_text("{}"), r"zones.geojson: found KeyError"),
]


@pytest.mark.parametrize(("spoil", "message"), FAULTS)
def test_each_fault_has_its_message(folder: Path, spoil: Callable[[Path], None], message: str) -> None:
    """Bad input is told as what, where, found and expected; reading raises, checking lists."""
    spoil(folder)
    with pytest.raises(NetworkError, match=message):
        read_network(folder)
    assert [line for line in check_network(folder) if not is_warning(line)]


def test_geometry_that_runs_elsewhere(folder: Path) -> None:
    """A line drawn against the direction of its link is 200 m from both of its nodes."""

    def turn(rows: pd.DataFrame) -> pd.DataFrame:
        lines = shapely.from_wkb(rows["geometry"].to_numpy())
        lines[4] = shapely.reverse(lines[4])
        return rows.assign(geometry=shapely.to_wkb(lines))

    change(folder, "links", turn)
    faults = check_network(folder)
    assert len(faults) == 2
    assert all("row 4" in fault and "found 200.0, expected within 100" in fault for fault in faults)


def test_reading_a_large_network_costs_little_more_than_its_files() -> None:
    """
    34,000 links, checks included, in less than fifteen times what the bare tables take in the same process.

    It was four to five times; a loop over links in Python would be fifty times and more.
    """
    import pyarrow.parquet as pq

    folder = find_network("coquimbo")

    def bare() -> None:
        for name in ("nodes", "links", "places"):
            table = pq.read_table(folder / f"{name}.parquet").to_pandas()
            if "geometry" in table:
                shapely.from_wkb(table["geometry"].to_numpy())

    def least_s(read: Callable[[], object]) -> float:
        spent = []
        for _ in range(5):
            start = time.process_time()
            read()
            spent.append(time.process_time() - start)
        return min(spent)

    assert least_s(lambda: read_network("coquimbo")) < 15.0 * least_s(bare)


def test_reading_loads_no_heavy_library() -> None:
    """Reading a network imports no OSMnx, Matplotlib or Mesa, and importing the room nothing geographic at all."""
    code = """
import sys, sim.network
assert not {"geopandas", "shapely", "osmnx", "networkx"} & set(sys.modules)
sim.network.read_network("grid")
assert not {"osmnx", "networkx", "matplotlib", "mesa"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_polygon_that_crosses_itself(folder: Path) -> None:
    """A bow tie is no zone."""
    corners = [[-33.0, 36.14], [-32.99, 36.15], [-32.99, 36.14], [-33.0, 36.15], [-33.0, 36.14]]
    feature = {
        "type": "Feature",
        "properties": {"zone_id": "tie", "role": "centre"},
        "geometry": {"type": "Polygon", "coordinates": [corners]},
    }
    (folder / "zones.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    with pytest.raises(NetworkError, match="zone tie: found Self-intersection"):
        read_network(folder)


def test_all_faults_are_told_at_once(folder: Path) -> None:
    """A negative length, an unknown node and a missing column of another table come in one list."""
    put("links", "length_m", 0, -1.0)(folder)
    put("links", "to_node_id", 5, 999)(folder)
    (folder / "zones.geojson").write_text("[]")
    faults = "\n".join(check_network(folder))
    assert "length_m" in faults
    assert "to_node_id" in faults
    assert "zones.geojson" in faults


def test_many_faults_of_a_kind_are_counted(folder: Path) -> None:
    """Forty-eight negative lengths are five lines and a count."""
    change(folder, "links", lambda rows: rows.assign(length_m=-1.0))
    faults = check_network(folder)
    assert len(faults) == 6
    assert "and 43 more" in faults[-1]


def test_one_way_out_is_a_warning_and_not_a_fault(folder: Path) -> None:
    """A node that can be left but not reached keeps nobody from using the network."""
    corner = read_network(folder).nodes["node_id"].iloc[0]
    change(folder, "links", lambda rows: rows[rows["to_node_id"] != corner].assign(link_id=range(46)))
    (folder / "places.parquet").unlink()
    lines = check_network(folder)
    assert len(lines) == 1
    assert is_warning(lines[0])
    assert "1 of 16 nodes outside" in lines[0]
    assert read_network(folder).n_links == 46


def test_unknown_name_lists_where_it_was_looked_for() -> None:
    """The message tells the folders."""
    with pytest.raises(NetworkError, match=r"atlantis: found no network.yaml in .*networks"):
        find_network("atlantis")
    assert check_network("atlantis")

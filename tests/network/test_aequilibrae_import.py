"""A project of AequilibraE, with SpatiaLite geometry put together by hand."""

from __future__ import annotations

import sqlite3
import struct
import zipfile
from pathlib import Path

import pytest
import shapely

from sim.errors import NetworkError
from sim.network import build_network

POINTS = {1: (0.0, 0.0), 2: (0.001, 0.0), 3: (0.001, 0.001)}
LINKS = [
    # a, b, direction, metres, modes, type, name, speeds, lanes
    (1, 2, 0, 111.0, "ct", "primary", "Ruta 5", 72.0, 36.0, 2.0, 1.0),
    (2, 3, 1, 111.0, "ct", "residential", None, None, None, None, None),
    (1, 3, -1, 157.0, "c", "residential", None, None, None, None, None),
    (2, 3, 0, 111.0, "wb", "footway", None, None, None, None, None),
    (1, 3, 0, 10.0, "c", "centroid_connector", None, None, None, None, None),
]


def blob(geometry: shapely.Geometry) -> bytes:
    """A geometry as SpatiaLite stores it."""
    box = struct.pack("<i4d", 4326, *geometry.bounds)
    return b"\x00\x01" + box + b"\x7c" + shapely.to_wkb(geometry, byte_order=1)[1:] + b"\xfe"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A triangle with one street both ways and two one-way streets."""
    folder = tmp_path / "project"
    folder.mkdir()
    with sqlite3.connect(folder / "project_database.sqlite") as database:
        database.execute("create table nodes (node_id integer, geometry blob)")
        database.executemany(
            "insert into nodes values (?, ?)", [(n, blob(shapely.Point(xy))) for n, xy in POINTS.items()]
        )
        database.execute(
            "create table links (link_id integer, a_node integer, b_node integer, direction integer, distance real, "
            "modes text, link_type text, name text, speed_ab real, speed_ba real, lanes_ab real, lanes_ba real, "
            "geometry blob)"
        )
        rows = [(i, *row, blob(shapely.LineString([POINTS[row[0]], POINTS[row[1]]]))) for i, row in enumerate(LINKS)]
        database.executemany(f"insert into links values ({', '.join('?' * 13)})", rows)
    database.close()
    return folder


def test_car_links_with_their_directions(project: Path) -> None:
    """Two-way, forward and backward links; footways and connectors are left out; speeds and lanes by direction."""
    links = build_network("aequilibrae", path=project).links
    ends = links[["from_node_id", "to_node_id"]].to_numpy().tolist()
    assert ends == [[1, 2], [2, 1], [2, 3], [3, 1]]
    assert links["free_speed_mps"].tolist() == [20.0, 10.0, 8.3, 8.3]
    assert links["lanes"].tolist() == [2.0, 1.0, 1.0, 1.0]
    assert links["name"].tolist() == ["Ruta 5", "Ruta 5", "", ""]
    assert [line.coords[0] for line in links["geometry"]] == [POINTS[a] for a, _ in ends]


def test_zip_of_a_project(project: Path, tmp_path: Path) -> None:
    """A zip gives the same network as the folder."""
    file = tmp_path / "project.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.write(project / "project_database.sqlite", "project_database.sqlite")
    from_zip, from_folder = (build_network("aequilibrae", path=path, name="p") for path in (file, project))
    assert from_zip.sha256() == from_folder.sha256()


def test_no_project(tmp_path: Path) -> None:
    """A missing file, a zip of something else and a file that is no database are clear errors."""
    with pytest.raises(NetworkError, match="found no such file"):
        build_network("aequilibrae", path=tmp_path / "none")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme", "no network")
    with pytest.raises(NetworkError, match=r"found no project_database\.sqlite"):
        build_network("aequilibrae", path=tmp_path / "other.zip")
    (tmp_path / "project_database.sqlite").write_text("no database" * 100)
    with pytest.raises(NetworkError, match="cannot be read"):
        build_network("aequilibrae", path=tmp_path)

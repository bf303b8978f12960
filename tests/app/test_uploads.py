"""Hostile files: limits on memory and time bite, entities stay out in any encoding, faults name the user's file."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from sim.app import uploads
from sim.app.uploads import keep_upload, read_upload
from sim.app.workspace import Workspace
from sim.errors import InputError

BOMB = '<!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><gpx><trk><name>&b;</name></trk></gpx>'


@pytest.mark.parametrize("ending", ["gpx", "osm", "graphml"])
@pytest.mark.parametrize("encoding", ["cp037", "cp500", "cp1140", "utf-16", "utf-16-le", "utf-32", "utf-7", "utf-8"])
def test_entities_hidden_by_an_encoding_are_refused(workspace: Path, ending: str, encoding: str) -> None:
    """The declaration names the encoding in ASCII, the rest is written in it; or all of it is; or nothing is named."""
    kind = {"gpx": "positions"}.get(ending, "network")
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>'
    for content in (
        declaration.encode() + BOMB.encode(encoding),
        (declaration + BOMB).encode(encoding),
        BOMB.encode(encoding),
        declaration.replace('"', "'").encode() + BOMB.encode(encoding),
    ):
        with pytest.raises(InputError):
            keep_upload(Workspace(workspace), kind, f"a.{ending}", content)
    assert list((workspace / "results" / "app").rglob(f"*.{ending}")) == []


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "US-ASCII"])
def test_plain_xml_is_taken(workspace: Path, encoding: str) -> None:
    """A GPX file in a usual encoding is kept, with or without a byte order mark."""
    text = f'<?xml version="1.0" encoding="{encoding}"?><gpx></gpx>'
    for content in (text.encode(), b"\xef\xbb\xbf" + text.encode(), b"<gpx></gpx>"):
        assert keep_upload(Workspace(workspace), "positions", "a.gpx", content).is_file()


@pytest.mark.slow
def test_a_table_that_swells_on_reading_meets_the_limit_of_memory(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some kilobytes of Parquet that become gigabytes: told in a sentence, and this process is none the worse."""
    monkeypatch.setattr(uploads, "MEMORY_BYTES", 1_500_000_000)
    part = pa.table({"shop_id": pa.array(["x" * 100] * 500_000)})
    with pq.ParquetWriter(workspace / "bomb.parquet", part.schema, compression="zstd") as writer:
        for _ in range(80):  # 4 GB when read
            writer.write_table(part)
    content = (workspace / "bomb.parquet").read_bytes()
    assert len(content) < 1_000_000
    path = keep_upload(Workspace(workspace), "trips", "bomb.parquet", content)
    try:
        faults = read_upload(Workspace(workspace), "trips", path, {"network": "helsinki"})["faults"]
    except InputError as error:
        faults = list(error.faults)
    assert len(faults) >= 1
    assert any("memory" in fault for fault in faults), faults


@pytest.mark.slow
def test_a_file_that_takes_too_long_meets_the_limit_of_time(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reading process is ended after its seconds of processor time, and the answer says so."""
    monkeypatch.setattr(uploads, "TIME_S", 1)
    rows = "".join(f"v{i % 50},08:{i % 60:02d}:{i % 60:02d},24.94,60.17\n" for i in range(400_000))
    path = keep_upload(Workspace(workspace), "positions", "a.csv", ("vehicle_id,time,lon,lat\n" + rows).encode())
    with pytest.raises(InputError, match=r"limits of memory and time|more than 1 s"):
        read_upload(Workspace(workspace), "positions", path, {"network": "helsinki"})


def test_faults_name_the_users_file(client: TestClient, workspace: Path) -> None:
    """A bad GPX or CSV is told by the name that the user gave it, never by ours, and is not kept."""
    for name, content in (("ride.gpx", b"<gpx><trk></gpx>"), ("ride.csv", b"vehicle_id,time\nx,8\n")):
        answer = client.post("/api/uploads/positions", files={"file": (name, content)}, data={"network": "helsinki"})
        assert answer.status_code == 422
        told = " ".join(answer.json()["faults"])
        assert name in told
        assert "positions-" not in told
        assert str(workspace) not in told
    assert list((workspace / "results" / "app" / "uploads").iterdir()) == []

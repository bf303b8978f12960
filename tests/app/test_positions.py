"""Positions of vehicles put on streets."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
import shapely
from starlette.testclient import TestClient

from sim.app.positions import match_positions, read_positions
from sim.errors import InputError
from sim.network import read_network
from sim.network.nearest_link import reverse_links

GPX = """<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><name>鲁C1</name><trkseg>
<trkpt lat="60.166089" lon="24.949640"><time>2026-03-02T08:10:00Z</time></trkpt>
<trkpt lat="60.166674" lon="24.949573"><time>2026-03-02T08:10:30Z</time></trkpt></trkseg></trk></gpx>"""


def test_a_position_goes_to_the_direction_it_heads_for(tmp_path: Path) -> None:
    """On a two-way street, positions in its middle go to the link that leads where the vehicle heads."""
    network = read_network("helsinki")
    twin = reverse_links(network)
    long_enough = (network.length_m > 60.0) & (twin >= 0)
    link = int(long_enough.argmax())
    line = network.links["geometry"].iloc[link]
    a, b = (line.interpolate(share, normalized=True) for share in (0.3, 0.7))
    for start, end, expected in ((a, b, link), (b, a, int(twin[link]))):
        rows = [("van", 100.0, start.x, start.y, float("nan")), ("van", 110.0, end.x, end.y, float("nan"))]
        table = pd.DataFrame(rows, columns=["vehicle_id", "time_s", "lon", "lat", "heading"])
        assert match_positions(table, network)["link_id"].iloc[0] == network.links["link_id"].iloc[expected]


def test_a_position_far_from_every_street_has_no_link() -> None:
    """A position in the sea is kept without a link."""
    table = pd.DataFrame([("van", 0.0, 25.2, 60.0, 90.0)], columns=["vehicle_id", "time_s", "lon", "lat", "heading"])
    assert match_positions(table, read_network("helsinki"))["link_id"].isna().all()


def test_csv_and_gpx_are_read_alike(tmp_path: Path) -> None:
    """Both give vehicle, time, place; a CSV with faults names each of them."""
    (tmp_path / "a.gpx").write_text(GPX, encoding="utf-8")
    (tmp_path / "a.csv").write_text("vehicle_id,time,lon,lat\n鲁C1,08:10:00,24.94964,60.166089\n", encoding="utf-8")
    gpx, csv = read_positions(tmp_path / "a.gpx"), read_positions(tmp_path / "a.csv")
    assert (gpx["vehicle_id"].iloc[0], gpx["time_s"].iloc[0]) == (csv["vehicle_id"].iloc[0], csv["time_s"].iloc[0])
    (tmp_path / "b.csv").write_text("vehicle_id,time,lon,lat\nv,99:00,x,60\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_positions(tmp_path / "b.csv")
    assert len(error.value.faults) == 2


def test_an_upload_is_read_in_a_process_of_its_own(client: TestClient, workspace: Path) -> None:
    """The answer says how many positions lie on streets; the file is kept under a name of ours, not the sender's."""
    files = {"file": ("../../x.gpx", io.BytesIO(GPX.encode()))}
    told = client.post("/api/uploads/positions", files=files, data={"network": "helsinki"})
    assert told.status_code == 201, told.text
    answer = told.json()
    assert (answer["rows"], answer["vehicles"], answer["matched"]) == (2, 1, 2)
    assert {path.parent for path in workspace.rglob("*.gpx")} == {workspace / "results" / "app" / "uploads"}
    shown = client.get(f"/api/positions/{answer['file']}").json()
    assert shown["time_s"] == [29400.0, 29430.0]


def test_a_survey_with_faults_answers_in_the_importers_words(client: TestClient) -> None:
    """Missing columns of a survey come back as the command line would tell them."""
    files = {"file": ("shops.csv", io.BytesIO(b"shop,lon\na,1\n"))}
    told = client.post("/api/uploads/survey", files=files, data={"network": "helsinki"})
    assert told.status_code == 422
    assert any("shop_id" in fault for fault in told.json()["faults"])


def test_lines_survive_projection() -> None:
    """The street that positions are held against is the network's own, in metres: lengths agree within 1 %."""
    from sim.network.projection import project

    network = read_network("helsinki")
    line = network.links["geometry"].iloc[0]
    x, y = project(*shapely.get_coordinates(line).T, network.crs_metric)
    assert shapely.linestrings(x, y).length == pytest.approx(network.length_m[0], rel=0.01)

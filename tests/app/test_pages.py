"""Pages show the numbers of the files."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pandas as pd
from starlette.testclient import TestClient

from sim.view import draw_run_figures
from sim.view.report import pack, report_content
from sim.view.report.pack import unpack

RUN = "0123456789ab"


def test_the_application_shows_the_numbers_of_the_report_and_of_kpis_json(client: TestClient, workspace: Path) -> None:
    """Statistics, the run's page and the report of the file: one set of values, that of `kpis.json`."""
    folder = workspace / "results" / "runs" / RUN
    kpis = {name: kpi["value"] for name, kpi in json.loads((folder / "kpis.json").read_text()).items()}
    listed = client.get("/api/runs").json()["runs"][0]["kpis"]
    assert {name: kpi["value"] for name, kpi in listed.items()} == kpis
    answer = client.get(f"/api/runs/{RUN}/content")
    assert answer.content == pack(report_content([folder]))
    assert {row["name"]: row["value"] for row in unpack(answer.content)["indicators"]["rows"]} == kpis


def test_tables_come_as_parquet_and_csv(client: TestClient, workspace: Path) -> None:
    """Both downloads of the stops have the rows of the table."""
    stops = pd.read_parquet(workspace / "results" / "runs" / RUN / "stops.parquet")
    parquet = client.get(f"/api/runs/{RUN}/files/stops.parquet")
    csv = client.get(f"/api/runs/{RUN}/files/stops.parquet.csv")
    assert pd.read_parquet(io.BytesIO(parquet.content)).equals(stops)
    assert pd.read_csv(io.BytesIO(csv.content))["stop_id"].tolist() == stops["stop_id"].tolist()
    assert "attachment" in csv.headers["content-disposition"]


def test_operators_add_up_to_the_day(client: TestClient, workspace: Path) -> None:
    """Cost and vans of the carriers add up to those of the run; 1,540 CNY and 6 vans in the small day."""
    rows = client.get(f"/api/runs/{RUN}/operators").json()["rows"]
    assert sum(row["cost_cny"] for row in rows) == 1540.0
    assert sum(row["vans"] for row in rows) == 6.0


def test_a_study_is_shown_from_its_summary(client: TestClient, workspace: Path) -> None:
    """Its rows are those of `summary.csv`, its scorecard is on the page of appraisal, escaped."""
    folder = workspace / "results" / "my_study"
    folder.mkdir()
    (folder / "summary.csv").write_text("share,measure,unit,n,mean,ci_low,ci_high\n0.5,van_km,km,3,7.25,7,8\n")
    (folder / "scorecard.csv").write_text("target,verdict\n<b>cost</b>,met\n")
    study = unpack(client.get("/api/studies/my_study/content").content)["study"]
    assert study["rows"][0]["mean"] == 7.25
    page = client.get("/appraisal").text
    assert "&lt;b&gt;cost&lt;/b&gt;" in page and "<b>cost" not in page


def test_notices_say_what_is_closed_when(client: TestClient) -> None:
    """The rules of the shipped scenarios are listed with zone and hours."""
    page = client.get("/notices").text
    assert "light_vans_at_peak" in page and "07:00-08:30, 17:00-19:00" in page


def test_what_is_not_there_is_a_page_that_says_so(client: TestClient) -> None:
    """A run or study of another name gives words, not a trace, with the status of what is not there."""
    for page, told in (("/runs/nothing", "there is no finished run"), ("/studies/nothing", "there is no study")):
        answer = client.get(page)
        assert answer.status_code == 404 and told in answer.text
    assert client.get("/api/runs/nothing/content").status_code == 404


def test_the_language_is_remembered(client: TestClient) -> None:
    """One switch, and it leads back to the page it was on, never elsewhere."""
    answer = client.get("/language/zh?to=/statistics", follow_redirects=False)
    assert answer.headers["location"] == "/statistics"
    assert "统计分析" in client.get("/statistics").text
    assert client.get("/language/zh?to=//evil.example", follow_redirects=False).headers["location"] == "/"


def test_every_word_has_both_languages() -> None:
    """Each entry of the dictionary is a pair of words, neither of them empty."""
    from sim.app.pages import words

    assert all(len(pair) == 2 and all(pair) for pair in words().values())


def test_tables_and_figures_of_a_study_are_handed_out(client: TestClient, workspace: Path) -> None:
    """CSV as it lies and as parquet, figures as PNG and as vectors drawn from the tables; nothing from outside."""
    root = Path(__file__).resolve().parents[2]
    for study in ("enforcement", "assumptions"):
        shutil.copytree(root / "results" / study, workspace / "results" / study)
        shutil.copytree(root / "experiments" / study, workspace / "experiments" / study)
    files = "/api/studies/enforcement/files/"
    summary = workspace / "results" / "enforcement" / "summary.csv"
    assert client.get(files + "summary.csv").content == summary.read_bytes()
    table = pd.read_parquet(io.BytesIO(client.get(files + "summary.csv.parquet").content))
    assert table["mean"].tolist() == pd.read_csv(summary)["mean"].tolist()
    vectors = client.get(files + "figures/by_detection.png.svg")
    assert vectors.headers["content-type"].startswith("image/svg+xml") and b"<svg" in vectors.content[:500]
    assert "attachment" in vectors.headers["content-disposition"]
    assert client.get("/api/studies/assumptions/files/figures/tornado.png.svg").status_code == 200
    page = client.get("/studies/enforcement").text
    assert "summary.csv.parquet" in page and "by_detection.png.svg" in page
    for name in ("../../secret", "figures/none.png.svg", "none.csv.parquet"):
        assert client.get(files + name).status_code == 404


def test_figures_of_a_run_come_as_vectors_too(client: TestClient, workspace: Path) -> None:
    """Each PNG of a run's page has its SVG beside it; a name that is no figure is not there."""
    run = workspace / "results" / "runs" / RUN
    draw_run_figures(run, "kerb_by_hour")
    files = f"/api/runs/{RUN}/files/"
    assert f"{files}figures/kerb_by_hour.png.svg" in client.get(f"/runs/{RUN}").text
    vectors = client.get(f"{files}figures/kerb_by_hour.png.svg")
    assert vectors.headers["content-type"].startswith("image/svg+xml")
    assert b"<svg" in vectors.content[:500]
    assert client.get(f"{files}figures/none.png.svg").status_code == 404

"""The page of appraisal: attribution, searches and credit with the numbers of their files, in both languages."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from starlette.testclient import TestClient

from sim.app.appraisal import attribution_content, search_content
from sim.app.operators import operator_rows
from sim.measures.definitions import MEASURES
from sim.view.report import asset_text

RESULTS = Path(__file__).resolve().parents[2] / "results"


@pytest.fixture
def appraised(workspace: Path) -> Path:
    """The workspace with a study that has an attribution, and a search."""
    for name in ("plan_levers", "plan_search"):
        shutil.copytree(RESULTS / name, workspace / "results" / name, ignore=shutil.ignore_patterns("runs", "cache"))
    return workspace


def test_attribution_and_searches_have_the_numbers_of_their_files(client: TestClient, appraised: Path) -> None:
    """Every row of attribution.csv is told once; the front and the chosen set are those of the search."""
    told = client.get("/api/appraisal").json()
    (study,), (search,) = told["attributions"], told["searches"]
    table = pd.read_csv(appraised / "results/plan_levers/attribution.csv")
    found = {
        (row["reading"], row["lever"], measure): tuple(values)
        for row in study["rows"]
        for measure, values in row["values"].items()
    }
    expected = {
        (row.reading, row.lever, row.measure): (row.change, row.low, row.high) for row in table.itertuples(index=False)
    }
    assert found.keys() == expected.keys()
    for key, values in expected.items():
        assert [None if pd.isna(value) else value for value in values] == list(found[key]), key
    front = pd.read_csv(appraised / "results/plan_search/front.csv")
    assert [row["public_cost"] for row in search["front"]] == front["public_cost"].tolist()
    assert search["levers"] == list(front.columns[1 : list(front.columns).index("public_cost")])
    confirmed = pd.read_csv(appraised / "results/plan_search/confirmation.csv")
    assert [(row["target"], row["verdict"]) for row in search["confirmation"]] == list(
        zip(confirmed["target"], confirmed["verdict"], strict=True)
    )


def test_files_of_a_search_are_handed_out(client: TestClient, appraised: Path) -> None:
    """The tables and the figure that the page names are there; what is not, and what lies outside, is 404."""
    for name in ("trials.csv", "front.csv", "confirmation.csv", "figures/front.png"):
        assert client.get(f"/api/studies/plan_search/files/{name}").status_code == 200, name
    for name in ("search.db", "../plan_levers/summary.csv", "nothing.csv"):
        assert client.get(f"/api/studies/plan_search/files/{name}").status_code == 404, name


def test_damaged_tables_are_left_out(appraised: Path) -> None:
    """A table cut short or of other columns is no table: the page shows the rest."""
    results = appraised / "results"
    (results / "plan_levers/attribution.csv").write_text("measure,reading\n1,2\n", encoding="utf-8")
    (results / "plan_search/front.csv").write_bytes(b"\xff\xfe")
    assert attribution_content(results / "plan_levers") is None
    assert search_content(results / "plan_search") is None


def test_credit_of_the_last_day_stands_beside_the_operators(workspace: Path) -> None:
    """Of several days the last one counts; without the table the columns are empty."""
    run = workspace / "results" / "runs" / "0123456789ab"
    before = operator_rows(run)
    assert all(row["credit"] is None for row in before)
    names = [row["carrier_id"] for row in before]
    rows = [(day, name, 70.0 + day, 1, 100.0 * day) for day in (1, 2) for name in names]
    pd.DataFrame(rows, columns=["day", "carrier_id", "credit", "level", "reward_cny"]).to_csv(
        run / "credit.csv", index=False
    )
    after = operator_rows(run)
    assert [(row["credit"], row["reward_cny"]) for row in after] == [(72.0, 200.0)] * len(names)
    assert [row["orders"] for row in after] == [row["orders"] for row in before]


def test_every_indicator_has_its_name_in_both_languages() -> None:
    """A table in Chinese has no English row because an indicator came later than the words."""
    words = asset_text("words.js")
    for name in MEASURES:
        found = re.search(rf'\b{name}: \["([^"]+)", "([^"]+)"\]', words)
        assert found is not None, name
        assert any("\u4e00" <= sign <= "\u9fff" for sign in found[2]), name

"""A workspace with one finished run, and the application on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sim.app.pages import create_app
from tests.view.conftest import network_links, run_tables, write_run

HOME = "http://127.0.0.1:8765"
SCRIPT = "<script>document.title='hacked'</script>"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one run whose network and a shop have a script as their name; the current directory."""
    links = network_links()
    tables = run_tables(links)
    tables["places"]["name"] = tables["places"]["name"].astype(object)
    tables["places"].loc[0, "name"] = SCRIPT
    run = write_run(tmp_path / "results" / "runs" / "0123456789ab", tables, links)
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["scenario"] = [SCRIPT]
    (run / "manifest.json").write_text(json.dumps(manifest))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def client(workspace: Path) -> Iterator[TestClient]:
    """A browser's view of the application, without its queue at work."""
    yield TestClient(create_app(workspace), base_url=HOME, headers={"origin": HOME})

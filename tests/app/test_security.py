"""Who may ask, and what nobody gets."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sim.app.pages import create_app
from sim.app.security import BODY_BYTES_MOST
from sim.app.server import is_loopback, serve
from sim.errors import InputError

HOME = "http://127.0.0.1:8765"
TOKEN = "a-token-of-enough-letters"


@pytest.mark.parametrize(
    "path",
    [
        "/api/runs/..%2f..%2fetc/files/passwd",
        "/api/runs/0123456789ab/files/../../../../secret.txt",
        "/api/runs/0123456789ab/files/%2e%2e%2f%2e%2e%2f%2e%2e%2fsecret.txt",
        "/api/runs/0123456789ab/files/..%5c..%5csecret.txt",
        "/api/runs/0123456789ab/files//etc/passwd",
        "/api/runs/0123456789ab/files/link.csv",
        "/api/runs/.%2e/content",
        "/api/networks/..%2f..%2fsecret/content",
        "/api/positions/..%2f..%2f..%2fsecret.txt",
        "/api/studies/..%2f..%2f/content",
        "/static/../pages.py",
        "/static/..%2fpages.py",
        "/static/%2fetc%2fpasswd",
    ],
)
def test_no_path_leads_out_of_the_workspace(client: TestClient, workspace: Path, path: str) -> None:
    """Dots, slashes however written, absolute paths and links to elsewhere end in a refusal."""
    (workspace / "secret.txt").write_text("the secret")
    (workspace / "results" / "runs" / "0123456789ab" / "link.csv").symlink_to(workspace / "secret.txt")
    answer = client.get(path)
    assert answer.status_code in (404, 422)
    assert "secret" not in answer.text.replace(path, "").replace("..", "") or "there is no" in answer.text
    assert "the secret" not in answer.text and "root:" not in answer.text


@pytest.mark.parametrize("path", ["/monitoring", "/api/runs", "/static/app.js", "/api/runs/0123456789ab/content"])
def test_without_the_token_there_is_nothing(workspace: Path, path: str) -> None:
    """Bound elsewhere, pages, data and scripts all want the token; a wrong one is no better."""
    client = TestClient(create_app(workspace, token=TOKEN, hosts=()), base_url="http://192.0.2.1:8765")
    assert client.get(path).status_code == 401
    assert client.get(path, headers={"authorization": "Bearer wrong"}).status_code == 401
    assert client.get(path, params={"token": TOKEN + "x"}, follow_redirects=False).status_code == 401
    assert client.get(path, headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_the_token_moves_from_the_address_into_a_cookie(workspace: Path) -> None:
    """After the first visit the address is free of it, and scripts cannot read the cookie."""
    client = TestClient(create_app(workspace, token=TOKEN, hosts=()), base_url="http://192.0.2.1:8765")
    answer = client.get(f"/statistics?token={TOKEN}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/statistics")
    assert {"httponly", "samesite=strict"} <= {part.strip().lower() for part in answer.headers["set-cookie"].split(";")}
    assert client.get("/statistics").status_code == 200
    away = client.get(f"//evil.example/?token={TOKEN}", follow_redirects=False)
    assert not away.headers.get("location", "/").startswith("//")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": HOME, "sec-fetch-site": "cross-site"},
        {},
    ],
)
def test_other_pages_cannot_change_anything(workspace: Path, headers: dict[str, str]) -> None:
    """A form or script of another origin, or of nowhere, is refused before it is read."""
    client = TestClient(create_app(workspace), base_url=HOME)
    answer = client.post("/api/jobs", json={"scenario": "baseline", "overrides": []}, headers=headers)
    assert answer.status_code == 403
    assert not (workspace / "results" / "app" / "jobs").exists()


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_a_name_pointed_at_this_machine_is_refused(workspace: Path, host: str) -> None:
    """A page elsewhere cannot have its own name resolve to loopback and read along."""
    client = TestClient(create_app(workspace), base_url=HOME)
    assert client.get("/api/runs", headers={"host": host}).status_code == 421


def test_every_answer_forbids_what_pages_do_not_need(client: TestClient) -> None:
    """Nothing from elsewhere, no inline script, no frame; errors carry the headers too."""
    for path in ("/monitoring", "/api/runs", "/nothing", "/static/map.js"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self';" in policy and "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "page", ["monitoring", "management", "information", "statistics", "appraisal", "notices", "imports"]
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_hold_no_inline_script_and_no_address(client: TestClient, page: str, language: str) -> None:
    """Every page opens in both languages; names from data are escaped; scripts and styles are the application's own."""
    client.cookies.set("sim_language", language)
    text = client.get(f"/{page}").text
    assert "<script>" not in text and "onclick=" not in text
    assert "http://" not in text and "https://" not in text
    assert ("运行监测" in text) == (language == "zh")


def test_a_body_beyond_the_limit_is_refused(client: TestClient) -> None:
    """A stated length above the limit is refused unread."""
    headers = {"content-length": str(BODY_BYTES_MOST + 1), "content-type": "application/json"}
    assert client.post("/api/draft/check", content=b"{}", headers=headers).status_code == 413


@pytest.mark.parametrize(
    ("kind", "name", "content", "told"),
    [
        ("survey", "shops.exe", b"MZ", "ends in"),
        ("survey", "shops.csv", b"", "empty"),
        ("survey", "shops.parquet", b"not parquet", "parquet"),
        ("survey", "shops.csv", b"a,b\n\0\0", "binary"),
        ("positions", "big.csv", b"x" * 20_000_001, "at most 20 MB"),
        ("positions", "bomb.gpx", b'<?xml version="1.0"?><!DOCTYPE g [<!ENTITY a "aa">]><gpx>&a;</gpx>', "entities"),
        ("positions", "../../../evil.zip", b"PK\x03\x04", "ends in"),
        ("pickle", "x.pkl", b"\x80\x04", "kind"),
    ],
)
def test_uploads_of_a_wrong_kind_are_refused(
    client: TestClient, workspace: Path, kind: str, name: str, content: bytes, told: str
) -> None:
    """Wrong ending, wrong content, too large, XML with entities: a sentence, and nothing kept."""
    data = {"network": "helsinki"}
    answer = client.post(f"/api/uploads/{kind}", files={"file": (name, io.BytesIO(content))}, data=data)
    assert answer.status_code == 422
    assert told in answer.json()["faults"][0]
    uploads = workspace / "results" / "app" / "uploads"
    assert not uploads.exists() or list(uploads.iterdir()) == []


@pytest.mark.parametrize(
    "override",
    [
        "paths.run_dir=x",
        "hydra.run.dir=/tmp",
        "network.name=../../x",
        "seed=${oc.env:HOME}",
        "a b",
        "--multirun",
        "seed",
        7,
    ],
)
def test_overrides_cannot_name_paths_or_read_the_environment(client: TestClient, override: object) -> None:
    """What a run is asked for is plain KEY=VALUE; files and interpolation stay out."""
    answer = client.post("/api/jobs", json={"scenario": "baseline", "overrides": [override]})
    assert answer.status_code == 422
    assert client.get("/api/jobs").json()["jobs"] == []


@pytest.mark.parametrize("body", [b"not json", b"[]", b"[" * 100_000, b'"x"'])
def test_bodies_that_are_no_object_are_bad_input(client: TestClient, body: bytes) -> None:
    """Anything but a JSON object is told so, however deep it is nested."""
    answer = client.post("/api/draft/check", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422


def test_other_addresses_than_loopback_need_a_token() -> None:
    """Loopback is told from the rest by the address, not by how it is written."""
    assert is_loopback("127.0.0.1") and is_loopback("::1") and is_loopback("127.8.8.8") and is_loopback("localhost")
    assert not is_loopback("0.0.0.0") and not is_loopback("192.168.1.4") and not is_loopback("127.0.0.1.evil.example")


def test_a_short_token_is_bad_input(tmp_path: Path) -> None:
    """A token that could be guessed is refused before anything listens."""
    with pytest.raises(InputError, match="16 characters"):
        serve(tmp_path, host="127.0.0.1", port=0, token="short", say=lambda _: None)

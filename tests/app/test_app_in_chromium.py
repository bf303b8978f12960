"""The application in a real browser, from the command line that serves it to a policy of one's own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest

import sim
from sim.network import grid_network
from sim.network.grid import GridParams

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MINUTES = 240_000
"""Longest wait for runs on a busy machine [ms]."""

PAGES = ("monitoring", "management", "information", "statistics", "appraisal", "notices", "imports")


@contextmanager
def served(folder: Path, port: str = "0") -> Iterator[str]:
    """`sim app` in a folder; gives the address that it prints."""
    root = str(Path(sim.__file__).resolve().parents[1])
    command = [sys.executable, "-m", "sim.cli", "app", "--dir", str(folder), "--port", port]
    environment = {**os.environ, "PYTHONPATH": root}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder, env=environment)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split()[1].rstrip("/")
    finally:
        process.terminate()
        process.wait(timeout=30)


def _is_error(message: Any) -> bool:
    """Whether a line of the console is an error; the browser also writes one when bad input is answered with 422."""
    return message.type == "error" and "status of 422" not in message.text


@contextmanager
def opened(browser: Browser, **context: Any) -> Iterator[Page]:
    """A page that fails on errors of its console and on requests to elsewhere."""
    with browser.new_context(**context) as own:
        page = own.new_page()
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if _is_error(message) else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith(("http://127.0.0.1:", "data:", "blob:"))
                else errors.append(f"asked {request.url}")
            ),
        )
        yield page
        assert errors == []


def draw_square(page: Page) -> None:
    """Draw a zone of four corners in the middle of the map."""
    page.click("#draw")
    box = page.locator("#map").bounding_box()
    assert box is not None
    for right, down in ((0.40, 0.40), (0.62, 0.42), (0.60, 0.66), (0.42, 0.64)):
        page.mouse.click(box["x"] + box["width"] * right, box["y"] + box["height"] * down)
    page.click("#finish")


@pytest.mark.slow
def test_every_page_opens_in_both_languages_and_on_a_phone(browser: Browser, workspace: Path) -> None:
    """No error, nothing asked elsewhere, no sideways scroll; a drawn zone is checked and its faults are told."""
    with served(workspace) as home, opened(browser, viewport={"width": 390, "height": 844}) as page:
        for language in ("en", "zh"):
            page.goto(f"{home}/language/{language}")
            for name in PAGES:
                page.goto(f"{home}/{name}", wait_until="networkidle")
                assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
                has_chinese = any("\u4e00" <= sign <= "\u9fff" for sign in page.inner_text("h1"))
                assert has_chinese == (language == "zh")
        page.goto(f"{home}/runs/0123456789ab")
        page.wait_for_selector("#part-map canvas")
        assert page.title() != "hacked"
        assert page.locator("#report [data-kpi=cost_total]").get_attribute("data-value") == "1540"


def test_a_rule_is_checked_as_one_types(browser: Browser, workspace: Path) -> None:
    """Faults of a half-written window come and go with the letters; a corner can be dragged."""
    with served(workspace) as home, opened(browser, viewport={"width": 1280, "height": 900}) as page:
        page.goto(f"{home}/management")
        page.wait_for_selector("#map canvas")
        draw_square(page)
        page.wait_for_selector("#verdict .sound")
        hours = page.locator("#rules input[placeholder^='07:00-08:30']")
        hours.fill("07:00-")
        page.wait_for_selector("#verdict .faults")
        assert "windows" in page.inner_text("#verdict")
        hours.fill("07:00-09:00")
        page.wait_for_selector("#verdict .sound")
        before = page.evaluate("JSON.stringify(zones[0].points[0])")
        x, y = page.evaluate("(([x, y]) => [simMap.px(x), simMap.py(y)])(simMap.fromLonLat(...zones[0].points[0]))")
        box = page.locator("#map").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + x, box["y"] + y)
        page.mouse.down()
        page.mouse.move(box["x"] + x - 30, box["y"] + y - 20, steps=4)
        page.mouse.up()
        assert page.evaluate("JSON.stringify(zones[0].points[0])") != before


@pytest.mark.slow
def test_from_a_drawn_zone_to_its_comparison_with_the_base(browser: Browser, workspace: Path) -> None:
    """Draw, keep, run, watch, restart the application in mid-run, compare; then start another run and cancel it."""
    with served(workspace) as home, opened(browser, viewport={"width": 1280, "height": 900}) as page:
        page.goto(f"{home}/monitoring")
        page.fill("[name=scenario]", "baseline")
        page.click("#start button")
        page.wait_for_selector(".job")
        page.goto(f"{home}/management")
        page.wait_for_selector("#map canvas")
        draw_square(page)
        page.wait_for_selector("#verdict .sound")
        page.click("#keep-run")
        page.wait_for_url("**/monitoring")
        page.wait_for_selector(".job >> nth=1")
    assert (workspace / "configs" / "scenario" / "my_policy.yaml").is_file()
    with served(workspace) as home, opened(browser, viewport={"width": 1280, "height": 900}) as page:
        page.goto(f"{home}/monitoring")
        page.wait_for_selector(".job[data-state=done] >> nth=1", timeout=MINUTES)
        page.goto(f"{home}/statistics")
        runs = page.eval_on_selector_all(
            "#compare select[name=run] option", "all => all.map(n => [n.textContent, n.value])"
        )
        mine = next(value for text, value in runs if text.startswith("my_policy"))
        base = next(value for text, value in runs if text.startswith("baseline"))
        page.select_option("#compare [name=run]", mine)
        page.select_option("#compare [name=base]", base)
        page.click("#compare button")
        page.wait_for_selector(".card .change")
        page.goto(f"{home}/monitoring")
        page.click("#start button")
        page.locator(".job[data-state=running] .cancel, .job[data-state=queued] .cancel").first.click()
        page.wait_for_selector(".job[data-state=cancelled]")


def test_the_command_says_when_the_port_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and a line that names the port."""
    import socket

    from sim.cli import main

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert main(["app", "--dir", str(tmp_path), "--port", port]) == 2
    assert port in capsys.readouterr().err


@pytest.mark.slow
def test_a_running_day_is_shown_on_the_map(browser: Browser, workspace: Path) -> None:
    """While a run goes on, the page shows its clock, vans, queues and orders; afterwards the map makes way."""
    with served(workspace) as home, opened(browser, viewport={"width": 1200, "height": 900}) as page:
        page.goto(f"{home}/monitoring", wait_until="networkidle")
        page.select_option("select[name=network]", "helsinki")
        page.fill("[name=scenario]", "peak_ban")
        page.fill("textarea[name=more]", "planning.iterations=20\ndays=3")
        page.click("#start button")
        page.wait_for_selector("#live:not([hidden])", timeout=MINUTES)
        page.wait_for_selector("#live-map canvas", timeout=MINUTES)
        assert page.locator("[data-key=live_clock] dd").inner_text().count(":") == 1
        told = page.evaluate("liveNow")
        assert told["network"] == "helsinki"
        assert sum(told["vans"].values()) > 0
        page.wait_for_selector(".job[data-state=done]", timeout=MINUTES)
        page.wait_for_selector("#live", state="hidden", timeout=MINUTES)


@pytest.mark.slow
def test_a_berth_and_a_charge_are_put_on_the_map(browser: Browser, workspace: Path) -> None:
    """A berth clicked on the map asks for its spaces, a charge for its price; faults are told; files are kept."""
    with served(workspace) as home, opened(browser, viewport={"width": 1280, "height": 900}) as page:
        page.goto(f"{home}/management")
        page.wait_for_selector("#map canvas")
        draw_square(page)
        box = page.locator("#map").bounding_box()
        assert box is not None
        page.select_option("#place-kind", "berth")
        page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
        page.fill("#places [data-number=spaces]", "0")
        page.wait_for_selector("#verdict .faults")
        assert "spaces: expected a whole number from 1 to 50" in page.inner_text("#verdict")
        page.fill("#places [data-number=spaces]", "4")
        page.locator("#rules select").first.select_option("charge")
        page.fill("#rules [data-number=cny]", "")
        page.wait_for_selector("#verdict .faults")
        page.fill("#rules [data-number=cny]", "12")
        page.wait_for_selector("#verdict .sound")
        page.click("#keep")
        page.wait_for_selector("#kept .kept")
    scenario = sim.load_scenario("my_policy")
    assert scenario.berths.added_file == "inputs/my_policy_berths.csv"
    (rule,) = scenario.policy.rules.values()
    assert rule.charge is not None
    assert (rule.effect, rule.charge.by, rule.charge.cny) == ("charge", "entry", 12.0)


GOOD_SURVEY = "shop_id,name,shop_type,lon,lat\nA,一号店,convenience,24.9428,60.1685\nB,,pharmacy,24.9440,60.1690\n"
BAD_SURVEY = "shop_id,shop_type,lon,lat\nA,boutique,24.9428,60.1685\nA,other,24.9428,160.1\n"
GOOD_TRIPS = "trip_id,depart,origin_link,target_link\n1,07:30,0,120\n2,07:31,4,120\n"
GOOD_TRACK = "vehicle_id,time,lon,lat\n鲁C1,08:10:00,24.94964,60.166089\n鲁C1,08:10:30,24.94970,60.166300\n"


def _as_text(graph: nx.MultiDiGraph[int]) -> nx.MultiDiGraph[int]:
    """A graph with all attributes as text, as OSMnx saves them."""
    for _, _, data in graph.edges(data=True):
        data.update({key: value.wkt if key == "geometry" else str(value) for key, value in data.items()})
    for _, data in graph.nodes(data=True):
        data.update({key: str(value) for key, value in data.items()})
    return graph


@pytest.mark.slow
def test_good_and_bad_files_are_handed_in(browser: Browser, workspace: Path) -> None:
    """Faults are shown in place in the importer's words and by the user's name; a good file says how to use it."""

    def hand_in(kind: str, name: str, content: str | bytes) -> str:
        page.select_option("#upload [name=kind]", kind)
        data = content.encode() if isinstance(content, str) else content
        page.set_input_files(
            "#upload [name=file]", [{"name": name, "mimeType": "application/octet-stream", "buffer": data}]
        )
        page.click("#upload button")
        page.wait_for_selector("#answer .faults, #answer .kept", timeout=MINUTES)
        return page.inner_text("#answer")

    with served(workspace) as home, opened(browser, viewport={"width": 1200, "height": 900}) as page:
        page.goto(f"{home}/imports", wait_until="networkidle")
        told = hand_in("survey", "shops.csv", BAD_SURVEY)
        assert "boutique" in told
        assert "160.1" in told
        assert "shops.csv" in told
        assert str(workspace) not in told
        assert "demand.source=survey" in hand_in("survey", "shops.csv", GOOD_SURVEY)
        assert "expected a name that ends in" in hand_in("survey", "shops.exe", GOOD_SURVEY)
        assert "traffic.trips_from=trip_list" in hand_in("trips", "trips.csv", GOOD_TRIPS)
        told = hand_in("trips", "trips.csv", GOOD_TRIPS.replace("07:31", "07:61"))
        assert "07:61" in told
        assert "trips.csv" in told
        nx.write_graphml(_as_text(grid_network(GridParams(rows=4, columns=5)).to_graph()), workspace / "town.graphml")
        assert "network=town" in hand_in("network", "town.graphml", (workspace / "town.graphml").read_bytes())
        assert "there is a network 'town' already" in hand_in("network", "town.graphml", b"<graphml/>")
        assert "document type" in hand_in("network", "city.graphml", '<?xml version="1.0"?><!DOCTYPE a []><graphml/>')
        assert "ride.gpx" in hand_in("positions", "ride.gpx", "<gpx><trk></gpx>")
        assert "2 / 2" in hand_in("positions", "ride.csv", GOOD_TRACK)
        page.goto(f"{home}/language/zh?to=/imports", wait_until="networkidle")
        assert any("\u4e00" <= sign <= "\u9fff" for sign in hand_in("survey", "shops.csv", GOOD_SURVEY))

"""The page in a real browser: opened from a file, with the network off."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from sim.measures.tables import write_tables
from sim.view.report import write_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

READY = "window.simReport && window.simReport.firstPicture > 0"
NASTY = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>"


def wait_until(page: Page, claim: str, timeout_s: float = 15.0) -> None:
    """Wait until a claim holds; asked from outside, since the page's policy forbids evaluating text inside it."""
    until = time.monotonic() + timeout_s
    while not page.evaluate(f"!!({claim})"):
        assert time.monotonic() < until, f"still not so: {claim}"
        page.wait_for_timeout(50)


@contextmanager
def opened(browser: Browser, path: Path, **context: Any) -> Iterator[Page]:
    """The page with the network off; fails on anything that the console reports as an error."""
    with browser.new_context(offline=True, **context) as own:
        page = own.new_page()
        errors: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        wait_until(page, READY)
        yield page
        assert errors == []
        assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


@pytest.fixture(scope="module")
def report(run_dir: Path, idle_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Page of the small run against an idle one, with a script in the name of a shop and of a carrier."""
    folder = tmp_path_factory.mktemp("report") / "run"
    shutil.copytree(run_dir, folder)
    from sim.measures.tables import read_tables

    tables = read_tables(folder)
    del tables["network_links"]
    tables["places"]["name"] = tables["places"]["name"].astype(object)
    tables["places"].loc[tables["places"]["kind"] == "shop", "name"] = NASTY
    tables["vans"]["carrier_id"] = tables["vans"]["carrier_id"].astype(object).replace("齐运配送", "齐运配送" + NASTY)
    write_tables(tables, folder, run_id="0123456789ab", seed=1)
    return write_report([folder], folder.parent / "report.html", bases=[idle_dir])


def test_it_plays_and_shows_the_first_picture_at_once(browser: Browser, report: Path) -> None:
    """The map is drawn within 3 s of opening; Play moves the clock and the vans, Pause stops them."""
    with opened(browser, report) as page:
        assert page.evaluate("simReport.firstPicture") < 3000.0
        before = page.inner_text("#clock")
        page.click("#play")
        wait_until(page, f"document.getElementById('clock').textContent !== {before!r}")
        assert "driving" in page.inner_text("#counts") or page.evaluate("simReport.map.time") > 0
        page.click("#play")
        stopped = page.evaluate("simReport.map.time")
        page.wait_for_timeout(200)
        assert page.evaluate("simReport.map.time") == stopped


def test_one_switch_turns_every_word(browser: Browser, report: Path) -> None:
    """All headings have Chinese after one click and English after another; nothing is left untranslated."""
    with opened(browser, report) as page:
        english = page.eval_on_selector_all("h2", "all => all.map(node => node.textContent)")
        page.click("#language")
        chinese = page.eval_on_selector_all("h2", "all => all.map(node => node.textContent)")
        assert len(english) == len(chinese) >= 5
        assert all(any("\u4e00" <= sign <= "\u9fff" for sign in heading) for heading in chinese)
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
        missing = page.evaluate("Object.values(WORDS).concat(Object.values(MEASURE_WORDS)).filter(w => w.length !== 2)")
        assert missing == []
        page.click("#language")
        assert page.eval_on_selector_all("h2", "all => all.map(node => node.textContent)") == english


def test_a_click_on_a_van_shows_its_tour(browser: Browser, report: Path) -> None:
    """Where the map shows a van, a click opens its tour with load, cost and every stop."""
    with opened(browser, report) as page:
        page.evaluate("simReport.map.seek(10 * 28800)")
        x, y = page.evaluate("simReport.map.shown[0].slice(1)")
        page.locator("#map .layer-moving").click(position={"x": x, "y": y})
        side = page.inner_text("#side")
        assert "van_" in side and "CNY" in side and "kg" in side
        assert page.locator("#side tbody tr").count() == 4
        page.keyboard.press("Escape")
        assert page.evaluate("simReport.map.selected") is None


@pytest.mark.parametrize("kind", ["berth", "charger", "shop", "hub"])
def test_places_tell_their_day(browser: Browser, report: Path, kind: str) -> None:
    """A berth lists its stays, a charger its sessions, a shop its deliveries, a hub its vans."""
    with opened(browser, report) as page:
        row = page.evaluate(
            f"Array.from(simReport.day.places.kind).indexOf(simReport.day.words.place.indexOf('{kind}'))"
        )
        page.evaluate(f"simReport.map.select({{kind: 'place', row: {row}}})")
        assert page.locator("#side tbody tr").count() >= 1
        page.locator("#side button.link").first.click()
        assert page.evaluate("simReport.map.selected.kind") == "van"


def test_names_from_data_stay_text(browser: Browser, report: Path) -> None:
    """A script in the name of a shop or a carrier is shown, not run."""
    with opened(browser, report) as page:
        page.evaluate("simReport.map.select({kind: 'van', row: 0})")
        assert "<img src=x" in page.inner_text("#side")
        page.select_option("#colour", "carrier")
        assert "<img src=x" in page.inner_text(".legend")
        assert page.title() != "hacked"
        assert page.locator("main img, main script").count() == 0


def test_the_keyboard_is_enough(browser: Browser, report: Path) -> None:
    """Play, seek, zoom and choosing a van work without a pointer, and every control has a name."""
    with opened(browser, report) as page:
        page.focus("#map .layer-moving")
        scale = page.evaluate("simReport.map.scale")
        page.keyboard.press("+")
        assert page.evaluate("simReport.map.scale") > scale
        before = page.evaluate("simReport.map.time")
        page.keyboard.press("]")
        assert page.evaluate("simReport.map.time") == before + 9000
        page.keyboard.press("n")
        assert page.evaluate("simReport.map.selected") == {"kind": "van", "row": 0}
        page.keyboard.press("Space")
        assert page.evaluate("simReport.map.playing") is True
        nameless = page.evaluate(
            "[...document.querySelectorAll('button, select, input')].filter(n => !(n.textContent.trim() || "
            "n.getAttribute('aria-label') || n.placeholder || (n.labels && n.labels.length))).length"
        )
        assert nameless == 0


def test_numbers_on_the_page_are_those_of_the_file(browser: Browser, report: Path, run_dir: Path) -> None:
    """Cards and table show the values of `kpis.json`."""
    kpis = json.loads((run_dir / "kpis.json").read_text())
    with opened(browser, report) as page:
        shown = page.eval_on_selector_all("[data-kpi]", "all => all.map(n => [n.dataset.kpi, n.dataset.value])")
    assert {name: float(value) if value else None for name, value in shown} == {
        name: kpi["value"] for name, kpi in kpis.items()
    }


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (390, "zh")])
def test_nothing_sticks_out(browser: Browser, report: Path, width: int, language: str) -> None:
    """At desktop and phone width the page has no sideways scroll, and every curve has its picture."""
    with opened(browser, report, viewport={"width": width, "height": 844}) as page:
        if language == "zh":
            page.click("#language")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        curves = page.evaluate("simReport.content.curves.curves.length")
        assert page.locator("#part-curves canvas").count() >= curves


def test_curves_come_as_csv(browser: Browser, report: Path, tmp_path: Path) -> None:
    """The download of a curve has a heading with unit and a row for each bin."""
    with opened(browser, report) as page:
        with page.expect_download() as waiting:
            page.locator("#curve-vans_driving button").first.click()
        waiting.value.save_as(tmp_path / "curve.csv")
        table = pd.read_csv(tmp_path / "curve.csv")
        assert list(table.columns)[2] == "vans_driving [vans]"
        assert len(table) == page.evaluate("simReport.content.curves.start_s.length")


def test_a_thousand_vans_move_at_thirty_frames_a_second(
    browser: Browser, run_dir: Path, tables: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    """1,000 vans on the road at once: frames counted in the page over two seconds."""
    shutil.copytree(run_dir, tmp_path / "run")
    vans = pd.concat([tables["vans"].iloc[[0]].assign(van_id=f"van_{n}") for n in range(1000)], ignore_index=True)
    links = np.arange(100)
    traces = pd.DataFrame(
        {
            "van_id": np.repeat(vans["van_id"].to_numpy(), 100),
            "trip_id": np.repeat(np.arange(1000), 100),
            "link_id": np.concatenate([(links + 7 * n) % 120 for n in range(1000)]),
            "enter_s": np.tile(25_200.0 + 30.0 * links, 1000),
            "exit_s": np.tile(25_230.0 + 30.0 * links, 1000),
        }
    )
    write_tables({**tables, "vans": vans, "traces": traces}, tmp_path / "run", run_id="0123456789ab", seed=1)
    with opened(browser, write_report([tmp_path / "run"])) as page:
        page.evaluate("simReport.map.speed = 60; simReport.map.seek(252000); simReport.map.play()")
        page.wait_for_timeout(2000)
        assert page.evaluate("simReport.map.counts.driving") == 1000
        assert page.evaluate("simReport.map.fps()") >= 30.0


def test_pausing_and_playing_at_once_runs_once(browser: Browser, report: Path) -> None:
    """However often one pauses and plays, the clock advances once a frame: no faster than the chosen speed."""
    with opened(browser, report) as page:
        page.evaluate("simReport.map.speed = 60; simReport.map.seek(360000); simReport.map.play()")
        for _ in range(5):
            page.evaluate("simReport.map.pause(); simReport.map.play()")
        page.wait_for_timeout(1500)
        frames = page.evaluate("simReport.map.frames")
        assert len(frames) == len(set(frames)) > 10


def test_it_prints(browser: Browser, report: Path, tmp_path: Path) -> None:
    """Printing leaves the map, curves and tables and takes the controls away; the PDF has pages."""
    with opened(browser, report) as page:
        page.emulate_media(media="print")
        assert not page.is_visible("#play")
        assert page.is_visible("#map")
        assert page.pdf(path=tmp_path / "report.pdf")[:5] == b"%PDF-"

"""
First picture and frames a second of reports, measured in Chromium with the network off.

Frames are counted in the page for three seconds at ten in the morning, at each speed. Run from the repository:

    sim report results/runs/RUN_ID --out report.html
    python benchmarks/replay.py report.html
"""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

SPEEDS = (60, 600)
"""Seconds of the day in a second of the wall clock."""


def measure(browser: Browser, report: Path) -> str:
    """Size, time to the first picture, vans on the road and frames a second of one report."""
    with browser.new_context(offline=True, viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.goto(report.resolve().as_uri())
        page.wait_for_function("window.simReport && simReport.map")
        first_s = page.evaluate("performance.now()") / 1000.0
        frames = []
        for speed in SPEEDS:
            page.evaluate(f"simReport.map.speed = {speed}; simReport.map.seek(360000); simReport.map.play()")
            page.wait_for_timeout(3000)
            frames.append(f"{page.evaluate('simReport.map.fps()'):.0f} at speed {speed}")
            page.evaluate("simReport.map.pause()")
        driving = page.evaluate("simReport.map.counts.driving")
        vans = page.evaluate("simReport.map.day.nVans")
    size_mb = report.stat().st_size / 1e6
    told = f"{size_mb:.1f} MB, {vans} vans ({driving} driving), first picture {first_s:.2f} s"
    return f"{report.name}: {told}, frames a second: {', '.join(frames)}"


def main() -> None:
    """Measure each report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reports", nargs="+", type=Path, help="files from `sim report`")
    arguments = parser.parse_args()
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        for report in arguments.reports:
            print(measure(browser, report))
        browser.close()


if __name__ == "__main__":
    main()

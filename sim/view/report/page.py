"""The page itself: content and assets in one HTML file that asks the network for nothing."""

from __future__ import annotations

import base64
import hashlib
import html
import os
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path

from sim.errors import ResultsError
from sim.view.report.content import report_content
from sim.view.report.font import font_style
from sim.view.report.pack import pack
from sim.view.report.study import is_study

SCRIPTS = ("vendor/uPlot.iife.min.js", "words.js", "unpack.js", "map.js", "charts.js", "page.js", "open.js")
STYLES = ("vendor/uPlot.min.css", "style.css")
BYTES_MOST = 15_000_000


@lru_cache(maxsize=64)
def asset_text(name: str) -> str:
    """Text of one of the assets that come with the package, such as `map.js`."""
    return resources.files("sim.view.report").joinpath("assets", *name.split("/")).read_text(encoding="utf-8")


def write_report(
    runs: Sequence[Path | str],
    out: Path | str | None = None,
    *,
    bases: Sequence[Path | str] = (),
    language: str = "en",
) -> Path:
    """
    One self-contained HTML file of a run or a study.

    Parameters
    ----------
    runs
        Folders of runs of one scenario, the first of them shown on the map; or that of a study, alone or first.
    out
        File to write; `report.html` in the first folder when None.
    bases
        Folders of runs that they are compared with.
    language
        Language that the page opens in, `en` or `zh`.

    Raises
    ------
    ResultsError
        If a folder is not that of a finished run or study, or the file cannot be written.
    """
    paths = [Path(path) for path in runs]
    study = next((path for path in paths if is_study(path)), None)
    content = report_content([path for path in paths if path != study], bases, study=study)
    target = Path(out) if out is not None else paths[0] / "report.html"
    text = page_html(pack(content), title=_title(content), language=language, words=_words(content))
    if target.is_dir():
        raise ResultsError(f"{target}: expected the name of a file, found a folder")
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(target)
    except OSError as error:
        raise ResultsError(f"{target}: cannot write the report: {error.strerror or error}") from error
    return target


def page_html(data: bytes, *, title: str, language: str = "en", words: str = "") -> str:
    """
    The page as text.

    Scripts are named by their hash in the Content-Security-Policy, so nothing else on the page can run; nothing may be
    loaded from anywhere. Content is base64, whatever names in it say.

    Parameters
    ----------
    data
        Packed content.
    title
        Title of the page.
    language
        Language that it opens in.
    words
        Text of the content, for the characters that the page has to bring along.
    """
    script = "\n".join(asset_text(name) for name in SCRIPTS)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data: blob:; "
        "font-src data:; base-uri 'none'; form-action 'none'"
    )
    parts = {
        "@LANGUAGE@": html.escape(language),
        "@POLICY@": policy,
        "@TITLE@": html.escape(title),
        "@STYLE@": "\n".join([*(asset_text(name) for name in STYLES), font_style(script + words + title)]),
        "@DATA@": base64.b64encode(data).decode(),
        "@SCRIPT@": script,
    }
    page = asset_text("page.html")
    for mark, text in parts.items():
        page = page.replace(mark, text, 1)
    return page


def _words(content: object) -> str:
    """Every text inside some content, joined."""
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        return "".join(_words(value) for value in content.values())
    return "".join(_words(value) for value in content) if isinstance(content, list | tuple) else ""


def _title(content: dict[str, object]) -> str:
    about = content.get("run") or content.get("study") or {}
    return str(about.get("name", "report")) if isinstance(about, dict) else "report"

"""The Chinese characters of a page as a small font inside it, for machines that have none."""

from __future__ import annotations

import base64
import io
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

CJK_FROM = "\u2e80"
"""First of the characters for which the font is taken along."""


def font_style(text: str) -> str:
    """
    A `@font-face` rule with the characters of a text from Noto Sans SC; empty when it has no Chinese.

    Parameters
    ----------
    text
        All words that the page may show.
    """
    wanted = "".join(sorted({sign for sign in text if sign >= CJK_FROM}))
    file = font_file()
    if not wanted or file is None:
        return ""
    data = base64.b64encode(_subset(file, wanted)).decode()
    return (
        '@font-face { font-family: "Sim CJK"; src: url(data:font/woff;base64,'
        + data
        + ') format("woff"); unicode-range: U+2E80-10FFFF; }'
    )


def font_file() -> Path | None:
    """The whole of Noto Sans SC, 10 MB, as it is installed; None where it is missing."""
    spec = find_spec("zhplot")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for file in sorted(Path(folder).glob("fonts/*SC-Regular.[ot]tf")):
            return file
    return None


@lru_cache(maxsize=8)
def _subset(file: Path, wanted: str) -> bytes:
    from fontTools import subset, ttLib

    font = ttLib.TTFont(file, lazy=True)
    options = subset.Options(
        flavor="woff", layout_features=[], hinting=False, notdef_outline=True, name_IDs=[0, 1, 13, 14]
    )
    chosen = subset.Subsetter(options)
    chosen.populate(text=wanted)
    chosen.subset(font)
    font.flavor = "woff"
    font["head"].modified = font["head"].created  # equal content, equal bytes
    out = io.BytesIO()
    font.save(out)
    font.close()
    return out.getvalue()

"""
One look for every figure: colours that colour-blind readers can tell apart, and a font that has Chinese.

Figures are built as `matplotlib.figure.Figure` objects, never through pyplot, so nothing depends on a display or on
what was drawn before.
"""

from __future__ import annotations

import logging
import os
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.errors import WriteError

logger = logging.getLogger(__name__)

BLUE, ORANGE, GREEN, RED, PURPLE, SKY, YELLOW = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#F0E442",
)
"""Source: Okabe and Ito (2008), "Color universal design"."""

INK, GREY, FAINT, PAPER = "#222222", "#707070", "#BDBDBD", "#FFFFFF"

COLOURS = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY)

POWERTRAIN_COLOURS = {"diesel": RED, "petrol": ORANGE, "phev": GREEN, "bev": BLUE, "human": GREY}
"""Colour of each powertrain in every figure."""

SYSTEM_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Arial Unicode MS",
)
"""Fonts with Chinese that systems come with, best first."""

DPI = 150


@lru_cache(maxsize=1)
def chinese_font() -> str | None:
    """
    Family name of a font that has Chinese, made known to Matplotlib; None when the machine has none.

    The font of the package `zhplot` (Noto Sans SC) is read from its file; the package itself, which changes
    Matplotlib's settings on import, is not imported.
    """
    spec = find_spec("zhplot")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for file in sorted(Path(folder).glob("fonts/*SC-Regular.[ot]tf")):
            font_manager.fontManager.addfont(file)
            return font_manager.FontProperties(fname=file).get_name()
    known = {font.name for font in font_manager.fontManager.ttflist}
    found = next((name for name in SYSTEM_FONTS if name in known), None)
    if found is None:
        logger.warning("no font with Chinese found: names in figures will show as boxes; install the package zhplot")
    return found


@contextmanager
def figure_style() -> Iterator[None]:
    """Settings in force while a figure is built and saved."""
    chinese = chinese_font()
    with mpl.rc_context(
        {
            "font.family": [*([chinese] if chinese else []), "DejaVu Sans"],
            "font.size": 10.0,
            "axes.titlesize": 11.0,
            "axes.titlelocation": "left",
            "axes.labelsize": 9.5,
            "axes.labelcolor": INK,
            "axes.edgecolor": GREY,
            "axes.linewidth": 0.8,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.axisbelow": True,
            "axes.unicode_minus": False,
            "grid.color": "#E6E6E6",
            "grid.linewidth": 0.7,
            "xtick.color": GREY,
            "ytick.color": GREY,
            "xtick.labelcolor": INK,
            "ytick.labelcolor": INK,
            "xtick.labelsize": 9.0,
            "ytick.labelsize": 9.0,
            "legend.frameon": False,
            "legend.fontsize": 9.0,
            "lines.linewidth": 1.6,
            "savefig.facecolor": PAPER,
            "svg.hashsalt": "sim",
            "text.parse_math": False,  # names of cases are no formulas: a fee of 5$ or 10$ is one
        }
    ):
        yield


def new_figure(width_in: float = 8.0, height_in: float = 4.5) -> Figure:
    """An empty figure [inches] whose parts make room for each other."""
    return Figure(figsize=(width_in, height_in), layout="constrained")


CAPTION_LETTERS_PER_IN = 16.0
"""Letters of a caption that go into an inch, wide ones counted."""


def add_caption(figure: Figure, text: str) -> None:
    """Small print below the figure: how many of what it shows, from which run; in as many lines as its width asks."""
    text = textwrap.fill(text, width=int(CAPTION_LETTERS_PER_IN * figure.get_figwidth()))
    figure.supxlabel(text, x=0.01, ha="left", fontsize=8.0, color=GREY)


def save_figure(figure: Figure, path: Path, *, crop: bool = False) -> Path:
    """
    Write a figure, format by suffix; the file holds no date, so that equal figures are equal files.

    Parameters
    ----------
    figure
        The figure.
    path
        File to write.
    crop
        Cut off the empty rim, as maps have.

    Raises
    ------
    WriteError
        If the file cannot be written; nothing half-written is left.
    """
    undated: dict[str, dict[str, str | None]] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
    box = "tight" if crop else None
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    kind = path.suffix.removeprefix(".") or None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(
            temporary, format=kind, dpi=DPI, metadata=undated.get(path.suffix), bbox_inches=box, pad_inches=0.12
        )
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise WriteError(f"{path}: cannot write figure: {error.strerror or error}") from error
    return path


def count_of(number: int, what: str) -> str:
    """
    A number with its noun.

    Examples
    --------
    >>> count_of(1, "site"), count_of(1200, "berth")
    ('1 site', '1,200 berths')
    """
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def say_empty(axes: Axes, text: str) -> None:
    """Say in words why there is nothing to draw."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=GREY, fontsize=12.0)


def hour_axis(axes: Axes, first_s: float, last_s: float) -> None:
    """Clock hours along the x axis, whose values are hours from midnight of day 1."""
    first, last = int(first_s // 3600), int(-(-last_s // 3600))
    step = next((step for step in (1, 2, 3, 4, 6, 12) if (last - first) / step <= 13), 24)
    ticks = list(range(first, last + 1, step))
    axes.set_xlim(first, max(last, first + 1))
    axes.set_xticks(ticks, [f"{hour % 24:02d}:00" + ("\n+1 d" if hour >= 24 else "") for hour in ticks])
    axes.set_xlabel("Time of day [h]")

"""The look of figures: Chinese renders, the same figure is the same file."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from sim.view import style

TEXTS = [
    "张店区 柳泉路 末端共同配送站",
    "新能源货车≤4.5t 免限行（07:00–08:30）",
    "齐鲁国际物流园 · 淄博",
    "CO₂ © 1,000 – ±5 %",
]


@pytest.mark.parametrize("text", TEXTS)
def test_chinese_renders_without_boxes(text: str, tmp_path: Path) -> None:
    """No glyph of a Chinese name or of a unit is missing from the fonts in use."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with style.figure_style():
            figure = style.new_figure(3, 2)
            figure.subplots().set_title(text)
            style.save_figure(figure, tmp_path / "text.png")
    assert (tmp_path / "text.png").stat().st_size > 1000


def test_a_missing_glyph_would_be_noticed(tmp_path: Path) -> None:
    """With a font that has no Chinese, the check above fails."""
    figure = style.new_figure(3, 2)
    figure.subplots().set_title("张店区", family="DejaVu Sans")
    with pytest.warns(UserWarning, match="Glyph .* missing"):
        style.save_figure(figure, tmp_path / "text.png")


def test_the_font_comes_with_the_project() -> None:
    """The font is the file inside the package `zhplot`, found without importing it."""
    code = "from sim.view.style import chinese_font; import sys; print(chinese_font(), 'zhplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "Noto Sans SC False"


def test_a_system_font_is_taken_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the package is missing, the best Chinese font of the machine is used; without any, None."""
    monkeypatch.setattr(style, "find_spec", lambda name: None)
    monkeypatch.setattr(style, "SYSTEM_FONTS", ("No Such Font", "DejaVu Sans"))
    style.chinese_font.cache_clear()
    assert style.chinese_font() == "DejaVu Sans"
    monkeypatch.setattr(style, "SYSTEM_FONTS", ("No Such Font",))
    style.chinese_font.cache_clear()
    assert style.chinese_font() is None
    style.chinese_font.cache_clear()


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_equal_figures_are_equal_files(suffix: str, tmp_path: Path) -> None:
    """A figure drawn twice is the same to the byte: no date, no random identifiers."""
    written = []
    for name in ("first", "second"):
        with style.figure_style():
            figure = style.new_figure(3, 2)
            figure.subplots().plot([1, 2, 3], label="张店")
            written.append(style.save_figure(figure, tmp_path / f"{name}{suffix}").read_bytes())
    assert written[0] == written[1]


def test_settings_end_with_the_figure() -> None:
    """Drawing leaves Matplotlib's settings as they were."""
    import matplotlib as mpl

    def settings() -> dict[str, object]:
        return {name: value for name, value in mpl.rcParams.items() if name != "backend"}

    before = settings()
    with style.figure_style():
        assert mpl.rcParams["axes.grid"] is True
    assert settings() == before


@pytest.mark.parametrize(
    ("first_h", "last_h", "labels"),
    [(6.2, 9.1, ["06:00", "07:00", "08:00", "09:00", "10:00"]), (20, 26, ["20:00", "22:00", "00:00\n+1 d"])],
)
def test_hours_are_clock_times(first_h: float, last_h: float, labels: list[str]) -> None:
    """Whole hours around the data are labelled, those after midnight as the next day's."""
    axes = style.new_figure().subplots()
    style.hour_axis(axes, first_h * 3600, last_h * 3600)
    shown = [tick.get_text() for tick in axes.get_xticklabels()]
    assert [label for label in labels if label not in shown] == []
    assert axes.get_xlabel() == "Time of day [h]"

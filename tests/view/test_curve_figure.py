"""Figures of curves: from a table to a file, whatever is missing in it."""

from __future__ import annotations

from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd

from sim.view.curve_figure import draw_curves


def _ink(path: Path) -> float:
    """Share of pixels that are not paper."""
    return float((matplotlib.image.imread(path)[..., :3].min(axis=2) < 0.9).mean())


def test_curves_show_every_level(tmp_path: Path) -> None:
    """A curve of three levels has more ink than one of a single level; a level without an interval is a dot."""
    table = pd.DataFrame(
        {
            "measure": "share",
            "level": [0.0, 1.0, 2.0],
            "mean": [1.0, 2.0, 4.0],
            "ci_low": [1.0, 1.5, np.nan],
            "ci_high": [1.0, 2.5, np.nan],
        }
    )
    figures = [
        draw_curves(rows, tmp_path / f"{len(rows)}.png", titles={"share": ("Share", "%")}, axis="Level", caption="")
        for rows in (table, table.iloc[:1])
    ]
    assert _ink(figures[0]) > _ink(figures[1]) > 0.0

"""Figures of levers and curves: from a table to a file, whatever is missing in it."""

from __future__ import annotations

from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd

from sim.view.curve_figure import draw_curves
from sim.view.lever_figure import draw_levers


def _ink(path: Path) -> float:
    """Share of pixels that are not paper."""
    return float((matplotlib.image.imread(path)[..., :3].min(axis=2) < 0.9).mean())


def test_levers_without_a_value_leave_their_row_empty(tmp_path: Path) -> None:
    """A lever that is not in the table, and one whose base is 0, are drawn as nothing; the rest shows."""
    table = pd.DataFrame(
        {
            "measure": "van_km",
            "level": ["berths", "stations"],
            "relative_difference": [0.1, np.nan],
            "rd_ci_low": [0.05, np.nan],
            "rd_ci_high": [0.15, np.nan],
        }
    )
    titles = {"van_km": "Distance"}
    caption = "two levers"
    one = draw_levers(
        table, tmp_path / "one.png", levers=["berths", "stations", "absent"], titles=titles, caption=caption
    )
    none = draw_levers(
        table.iloc[1:], tmp_path / "none.png", levers=["berths", "stations", "absent"], titles=titles, caption=caption
    )
    assert _ink(one) > _ink(none) > 0.0


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

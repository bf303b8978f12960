"""The figure of relative gaps."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from sim.view import draw_run_figures
from sim.view.figures import CAR_FIGURES, RUN_FIGURES
from sim.view.gap_figure import GAP_TABLE, draw_gap_by_iteration


@pytest.mark.parametrize("n_rows", [0, 5])
def test_gaps_become_a_picture(tmp_path: Path, n_rows: int) -> None:
    """A table of gaps, or one without rows, becomes a picture of more than a blank page's size."""
    table = pd.DataFrame(
        {
            "stage": ["volume-delay", "volume-delay", "queues", "queues", "queues"],
            "iteration": [1, 2, 1, 2, 3],
            "relative_gap": [0.5, 0.1, 0.05, 0.02, 0.01],
        }
    ).head(n_rows)
    table.to_csv(tmp_path / "gaps.csv", index=False)
    picture = draw_gap_by_iteration(tmp_path / "gaps.csv", tmp_path / "gaps.png", target=0.02)
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert picture.stat().st_size > 5000


def test_a_run_with_cars_has_the_figure(run_dir: Path, tmp_path: Path) -> None:
    """A run folder with the table of gaps gets the figure beside the others, one without it does not."""
    mine = tmp_path / "run"
    shutil.copytree(run_dir, mine)
    assert {path.name for path in draw_run_figures(mine)} == set(RUN_FIGURES)
    gaps = "stage,iteration,relative_gap\nvolume-delay,1,0.08\nqueues,1,0.03\nqueues,2,0.012\n"
    (mine / GAP_TABLE).write_text(gaps)
    assert {path.name for path in draw_run_figures(mine)} == set(RUN_FIGURES | CAR_FIGURES)
    assert (mine / "figures" / "assignment_gap.png").stat().st_size > 5000

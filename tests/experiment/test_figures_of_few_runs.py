"""Every committed study after its first few runs: each figure is drawn, or says that its runs are still to come."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sim.cli_plot import draw_figures
from sim.errors import ResultsError
from sim.experiment.study import measures_in, write_csv
from sim.experiment.study_file import read_study
from sim.experiment.study_tables import relative_changes, summarise

ROOT = Path(__file__).resolve().parents[2]
STUDIES = sorted(path.parent.name for path in (ROOT / "results").glob("*/design.csv") if path.parent.name != "runs")


def _first_runs(name: str, runs: int, out: Path) -> None:
    """Tables of the first runs of a committed study, as `sim study NAME --runs N` leaves them."""
    file = read_study(str(ROOT / "experiments" / name)).file
    design = pd.read_csv(ROOT / "results" / name / "design.csv").head(runs)
    outcomes = pd.read_csv(ROOT / "results" / name / "outcomes.csv")
    outcomes = outcomes[outcomes["run_id"].isin(design["run_id"])]
    factors, kept, base = list(file.factor_names), file.kept_measures, file.compared_with
    write_csv(design, out / "design.csv")
    write_csv(outcomes, out / "outcomes.csv")
    write_csv(summarise(design, outcomes, factors, measures_in(outcomes, kept), base), out / "summary.csv")
    if base:
        write_csv(relative_changes(design, outcomes, factors, kept, base), out / "comparison.csv")


@pytest.mark.parametrize("runs", [1, 2])
@pytest.mark.parametrize("name", STUDIES)
def test_figures_of_the_first_runs_are_drawn_or_named_as_left_out(name: str, runs: int, tmp_path: Path) -> None:
    """Whoever tries a study with `--runs 1` sees what there is, and never a traceback."""
    study = ROOT / "experiments" / name
    if not (study / "study.yaml").is_file():
        pytest.skip("a search, or an experiment of its own")
    _first_runs(name, runs, tmp_path)
    for figure in read_study(str(study)).file.figures:
        try:
            drawn = draw_figures(str(study), tmp_path, tmp_path, figure, "svg")
        except ResultsError as error:
            assert error.faults[0].startswith(f"figure {figure}: ")
        else:
            assert [path.stat().st_size > 0 for path in drawn] == [True]

"""Outcomes by group in a study: hours cut at its windows, and what the figure shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.cli import main
from sim.experiment.distribution_rows import BESIDE_HOURS, IN_HOURS, DistributionSpec, distribution_outcomes
from sim.results import load_study


def test_hours_by_hand() -> None:
    """07:00-08:30 takes three half hours, an hour before and after four more; a window may pass midnight."""
    part = DistributionSpec(windows=("07:00-08:30",)).part_of_day()
    assert np.flatnonzero(part == IN_HOURS).tolist() == [14, 15, 16]
    assert np.flatnonzero(part == BESIDE_HOURS).tolist() == [12, 13, 17, 18]
    night = DistributionSpec(windows=("23:00-01:00",), margin_min=30).part_of_day()
    assert np.flatnonzero(night == IN_HOURS).tolist() == [0, 1, 46, 47]
    assert np.flatnonzero(night == BESIDE_HOURS).tolist() == [2, 45]


@pytest.mark.parametrize("windows", [(), ("07:15-08:30",), ("07:00-25:00",)])
def test_windows_that_cannot_be_cut_are_refused(windows: tuple[str, ...]) -> None:
    """None, not on half hours, or no times of the clock."""
    with pytest.raises((ValidationError, ValueError)):
        DistributionSpec(windows=windows)


@given(
    values=st.lists(st.floats(0.0, 1e3), min_size=48, max_size=48),
    start=st.integers(0, 46),
    margin=st.sampled_from([0.0, 30.0, 60.0, 90.0]),
)
def test_no_kilometre_is_lost(
    tmp_path_factory: pytest.TempPathFactory, values: list[float], start: int, margin: float
) -> None:
    """However the day is cut, its parts add up to it."""
    path = tmp_path_factory.getbasetemp() / "distribution.csv"
    rows = [("zone:centre", "inside", 1800.0 * bin_, "van_km", value, "km") for bin_, value in enumerate(values)]
    pd.DataFrame(rows, columns=["aspect", "group", "from_s", "measure", "value", "unit"]).to_csv(path, index=False)
    clock = f"{start // 2:02}:{30 * (start % 2):02}-{(start + 1) // 2:02}:{30 * ((start + 1) % 2):02}"
    found = distribution_outcomes(path, DistributionSpec(windows=(clock,), margin_min=margin))
    assert sum(value for _, value, _ in found) == pytest.approx(sum(values))


def test_a_study_keeps_and_draws_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From `distribution` in study.yaml to rows that add up to all van-km, a figure, and a reproduction."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "moved"
    folder.mkdir()
    (folder / "seeds.csv").write_text("replication,seed\n1,1\n2,2\n", encoding="utf-8")
    (folder / "study.yaml").write_text(
        "question: What moves?\n"
        "fixed: [network=grid, traffic=off, planning.iterations=10, paths.cache_dir=null]\n"
        "cases: {none: {}, ban: {scenario: peak_ban}}\n"
        "base: {case: none}\n"
        'distribution: {windows: ["07:00-08:30", "17:00-19:00"]}\n'
        "measures: [van_km]\n"
        "figures: {who: {kind: groups, measures: [place/van_km, shop_type/on_time_share]}}\n",
        encoding="utf-8",
    )
    assert main(["study", str(folder), "--workers", "1"]) == 0
    study = load_study("results/moved")
    own = study.summary[study.summary["case"] == "ban"].set_index("measure")
    places = own[own.index.str.startswith("place/")]
    assert places["mean"].sum() == pytest.approx(own.loc["van_km", "mean"], rel=1e-6)
    assert own.loc["place/inside, in the hours/van_km", "paired_difference"] < 0.0
    figure = pd.read_csv("results/moved/figures/who.csv")
    assert set(figure["measure"]) == {"place/van_km", "shop_type/on_time_share"}
    assert set(figure["point"]) == {"ban"}
    assert Path("results/moved/figures/who.png").is_file()
    assert main(["reproduce", str(folder), "--results", "results/moved", "--runs", "1", "--workers", "1"]) == 0

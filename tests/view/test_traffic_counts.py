"""The figure and tables of counts against a run, and the command that writes them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.cli import main
from sim.measures import compare_counts, compare_run_with_counts, geh, without_vans, write_tables
from sim.measures.conversion import empty_table
from sim.view import draw_counts_comparison, summary_table, worst_counts, worst_speeds
from sim.view.traffic_counts import geh_band


@given(count=st.floats(13.0, 1e4), limit=st.floats(0.5, 7.0))
def test_the_band_is_where_geh_has_its_value(count: float, limit: float) -> None:
    """Both edges of the band have that GEH against the count; a lower edge of nought may have less."""
    low, high = geh_band(np.array([count]), limit)
    assert geh(high, [count])[0] == pytest.approx(limit)
    assert geh(low, [count])[0] == pytest.approx(limit) if low[0] > 0.0 else geh(low, [count])[0] <= limit + 1e-9


@pytest.mark.parametrize("missing", ["", "count_veh", "speed_kph"])
def test_figure_and_table_with_what_there_is(tmp_path: Path, missing: str) -> None:
    """Counts, speeds or both; indicators of what was not measured are left out of the table."""
    counts = pd.DataFrame({"link_id": [1, 2], "hour": 8, "count_veh": [10.0, 200.0], "speed_kph": [20.0, 30.0]})
    if missing:
        counts[missing] = np.nan
    model = pd.DataFrame({"link_id": [1, 2], "hour": 8, "model_veh": [12.0, 100.0], "model_kph": [22.0, 29.0]})
    comparison = compare_counts(counts, model)
    assert draw_counts_comparison(comparison, tmp_path / "f.png").stat().st_size > 5000
    names = summary_table(comparison)["indicator"].tolist()
    assert ("share_geh_below_5" in names) == (missing != "count_veh")
    assert ("rmse_kph" in names) == (missing != "speed_kph")
    assert worst_speeds(comparison)["difference_kph"].tolist() == ([] if missing == "speed_kph" else [2.0, -1.0])
    assert worst_counts(comparison)["link_id"].tolist() == ([] if missing == "count_veh" else ["2", "1"])


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run folder of two links: 40 vehicles on the first at 8 o'clock."""
    network = empty_table("network_links")
    network = pd.DataFrame(
        {
            "link_id": [0, 1],
            "from_node_id": [0, 1],
            "to_node_id": [1, 0],
            "length_m": 500.0,
            "lanes": 1.0,
            "free_speed_mps": 10.0,
            "capacity_veh_per_h": 900.0,
            "road_class": "primary",
            "name": None,
            "geometry": [b"", b""],
        }
    )[network.columns]
    links = pd.DataFrame(
        {
            "link_id": [0],
            "bin_start_s": [28_800.0],
            "bin_s": [900.0],
            "inflow_veh": [40.0],
            "outflow_veh": [40.0],
            "travel_time_s": [60.0],
            "vans": [0],
            "blocked_s": [0.0],
        }
    )
    folder = tmp_path / "run"
    write_tables({"links": links, "network_links": network}, folder, run_id="r", seed=1)
    return folder


def test_the_command_writes_and_judges(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One count of two met: exit 0 without a demand, 1 when 85 % are asked for; table, CSV and figure are there."""
    counts = tmp_path / "counts.csv"
    counts.write_text("link_id,hour,count_veh,speed_kph\n0,8,42,30\n1,8,60,\n")
    assert main(["traffic", "compare", str(run), str(counts)]) == 0
    assert "share_geh_below_5" in capsys.readouterr().out
    written = pd.read_csv(run / "counts_comparison.csv")
    assert written["model_veh"].tolist() == [40.0, 0.0]
    assert written["geh"].tolist()[0] == pytest.approx(np.sqrt(2 * 4 / 82), rel=1e-4)
    assert (run / "figures" / "counts_comparison.png").is_file()
    assert main(["traffic", "compare", str(run), str(counts), "--min-share", "0.85"]) == 1
    assert "missed: 50.0%" in capsys.readouterr().out
    assert main(["traffic", "compare", str(run), str(counts), "--min-share", "0.5", "--out", str(tmp_path / "o")]) == 0
    assert (tmp_path / "o" / "counts_comparison.csv").is_file()


def test_links_of_a_run_of_a_sample_hold_all_it_stands_for(run: Path, tmp_path: Path) -> None:
    """A run of a tenth of the cars has multiplied its counts already: 40 vehicles stay 40."""
    (run / "config.yaml").write_text("traffic: {sample: 0.1}")
    counts = tmp_path / "counts.csv"
    counts.write_text("link_id,hour,count_veh\n0,8,42\n")
    assert compare_run_with_counts(run, counts).table["model_veh"].tolist() == [40.0]


def test_vans_of_a_run_are_taken_off_counts(tmp_path: Path) -> None:
    """Three vans at 8 in two bins, and none at 9; a count is never below nought."""
    links = empty_table("links")
    rows = pd.DataFrame({"link_id": [0, 0, 1], "bin_start_s": [28_800.0, 31_500.0, 28_800.0], "vans": [1, 2, 9]})
    rows = rows.assign(bin_s=900.0, inflow_veh=10.0, outflow_veh=10.0, travel_time_s=60.0, blocked_s=0.0)
    write_tables({"links": rows[links.columns]}, tmp_path, run_id="r", seed=1)
    counts = pd.DataFrame(
        {"link_id": [0, 0, 1], "hour": [8, 9, 8], "count_veh": [40.0, 30.0, 5.0], "speed_kph": np.nan}
    )
    assert without_vans(counts, tmp_path)["count_veh"].tolist() == [37.0, 30.0, 0.0]


def test_bad_input_ends_with_2(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A link that the run does not know, a folder that is no run: one line each, nothing written."""
    counts = tmp_path / "counts.csv"
    counts.write_text("link_id,hour,count_veh\n7,8,42\n")
    before = sorted(run.iterdir())
    assert main(["traffic", "compare", str(run), str(counts)]) == 2
    assert "row 2: column link_id: found '7'" in capsys.readouterr().err
    assert main(["traffic", "compare", str(tmp_path / "gone"), str(counts)]) == 2
    error = capsys.readouterr().err
    assert "gone" in error and "Traceback" not in error
    assert sorted(run.iterdir()) == before

"""Results as frames: what is loaded, joined and asked, and damaged files told."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from sim.cli import main
from sim.errors import ResultsError
from sim.results import connect, load_kpis, load_study, load_tables


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Tables of two points on two seeds, one value unknown."""
    files = {
        "design": "run_id,share,night,replication,seed\n"
        "0a,0.0,none,1,5\n1e5,0.5,none,1,5\n0b,0.0,none,2,7\n12,0.5,none,2,7\n",
        "outcomes": "run_id,measure,value,unit\n"
        "0a,van_km,10.0,km\n1e5,van_km,8.0,km\n0b,van_km,20.0,km\n12,van_km,,km\n",
        "summary": "share,night,measure,unit,n,mean,ci_low,ci_high,paired_difference,pd_ci_low,pd_ci_high\n"
        "0.0,none,van_km,km,2,15.0,1.0,29.0,0.0,0.0,0.0\n",
    }
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_study_is_loaded_by_name_and_type(study: Path) -> None:
    """Run names that look like numbers stay names, levels that are numbers are numbers, 'none' is a level."""
    found = load_study(study)
    assert found.factors == ("share", "night") and found.comparison is None
    values = found.values()
    assert values["run_id"].tolist() == ["0a", "1e5", "0b", "12"]
    assert values["share"].tolist() == [0.0, 0.5, 0.0, 0.5] and set(values["night"]) == {"none"}
    assert values["van_km"].tolist()[:3] == [10.0, 8.0, 20.0] and values["van_km"].isna().sum() == 1


def test_sql_over_a_study(study: Path) -> None:
    """The view joins outcomes and factors."""
    pytest.importorskip("duckdb")
    rows = connect(study).sql("select share, avg(value) from results group by share order by share").fetchall()
    assert rows == [(0.0, 15.0), (0.5, 8.0)]


def test_damaged_studies_are_told_at_once(study: Path) -> None:
    """A missing table and a text where a number belongs: both in one message."""
    (study / "summary.csv").unlink()
    (study / "outcomes.csv").write_text("run_id,measure,value,unit\na,van_km,x,km\n", encoding="utf-8")
    with pytest.raises(ResultsError) as error:
        load_study(study)
    assert len(error.value.faults) == 2 and "'value'" in str(error.value) and "summary.csv" in str(error.value)


def test_tables_and_indicators_of_runs(tmp_path: Path) -> None:
    """Two runs below each other with run and seed; a corrupted parquet and an unfinished run are told by name."""
    folders = [tmp_path / "a", tmp_path / "b"]
    small = ["network=grid", "traffic=off", "demand.orders_per_day=20", "planning.iterations=5", "run.figures=false"]
    for seed, folder in enumerate(folders):
        assert main(["run", *small, f"seed={seed}", f"paths.run_dir={folder}"]) == 0
    stops = load_tables(folders, "stops")
    assert stops["seed"].unique().tolist() == [0, 1]
    for folder in folders:
        own = stops[stops["run_id"] == json.loads((folder / "manifest.json").read_text())["run_id"]]
        assert len(own) == len(pd.read_parquet(folder / "stops.parquet")) > 0
    assert set(load_kpis(folders)["seed"]) == {0, 1}
    (folders[1] / "stops.parquet").write_bytes(b"PAR1 and then nothing")
    with pytest.raises(ResultsError, match=r"b/stops\.parquet: expected a parquet file"):
        load_tables(folders, "stops")
    (folders[0] / "kpis.json").unlink()
    with pytest.raises(ResultsError, match="expected the files of a finished run"):
        load_kpis(folders)

"""Surveys at the command line: all faults in one message, and tables in Chinese encodings that run."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from sim.cli import main
from tests.system.conftest import RunMaker

LON, LAT = -32.99, 36.15
"""A place on the grid."""

HEADER = "shop_id,name,shop_type,lon,lat,delivery_from,delivery_until,orders_per_week,mean_weight_kg\n"


def run_with(survey: Path, folder: Path) -> int:
    """Exit code of a run with a survey on the grid."""
    return main(
        [
            "run",
            "network=grid",
            "traffic=off",
            "traffic=off",
            "demand.source=survey",
            f"demand.survey_file={survey}",
            f"paths.run_dir={folder}",
            "paths.cache_dir=null",
        ]
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_every_fault_of_a_survey_is_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], encoding: str
) -> None:
    """
    A missing column, and below it a name twice, swapped and far coordinates, a negative weight, words for a number,
    windows that run backwards, have one end or no such hour: one line each, exit code 2, no file written.
    """
    survey = tmp_path / "survey.csv"
    survey.write_text(
        "shop_id,name,lon,lat,delivery_from,delivery_until,orders_per_week,mean_weight_kg\n"
        f"S1,人民路便利店,{LON},{LAT},06:00,12:00,10,18\n"
        f"S1,人民路药店,{LON},{LAT},06:00,12:00,10,18\n"
        f"S2,柳泉路超市,{LAT},{LON},06:00,12:00,10,18\n"
        f"S3,淄博商厦,118.05,36.81,06:00,12:00,10,18\n"
        f"S4,东一路餐厅,{LON},{LAT},06:00,12:00,十,-18\n"
        f"S5,西五路餐厅,{LON},{LAT},12:00,06:00,10,18\n"
        f"S6,南京路餐厅,{LON},{LAT},12:00,,10,18\n"
        f"S7,北京路餐厅,{LON},{LAT},25:00,26:00,10,18\n",
        encoding=encoding,
    )
    assert run_with(survey, tmp_path / "run") == 2
    lines = capsys.readouterr().err.splitlines()
    assert all(line.startswith(f"error: {survey}: ") for line in lines)
    found = [line.removeprefix(f"error: {survey}: ") for line in lines]
    expected = (
        "row 1: column shop_type: found no such column",
        "row 3: column shop_id: found 'S1' again",
        "row 4: column lon, lat: found 36.15, -32.99; lon and lat look swapped",
        "row 5: column lon, lat: found 118.05, 36.81;",
        "row 6: column orders_per_week: found '十', expected a number from 0",
        "row 6: column mean_weight_kg: found '-18', expected a number above 0",
        "row 7: column delivery_until: found 06:00, not after delivery_from 12:00",
        "row 8: column delivery_until: found no clock time, expected both ends",
        "row 9: column delivery_from: found '25:00', expected a clock time",
        "row 9: column delivery_until: found '26:00', expected a clock time",
    )
    for words in expected:
        assert sum(line.startswith(words) for line in found) == 1, (words, found)
    assert len(found) == len(expected), found
    assert [path.name for path in tmp_path.iterdir()] == ["survey.csv"]


@pytest.mark.parametrize("name", ["survey.csv", "survey.geojson"])
def test_a_survey_in_gb18030_runs(tmp_path: Path, run_dir: RunMaker, name: str) -> None:
    """40 shops with Chinese names, as a spreadsheet in Chinese writes them: their orders are delivered."""
    survey = tmp_path / name
    rows = [
        {
            "shop_id": f"店{i:02d}",
            "name": f"人民路{i}号便利店",
            "shop_type": ("convenience", "restaurant")[i % 2],
            "lon": LON + 0.0004 * (i % 8),
            "lat": LAT + 0.0004 * (i // 8),
            "delivery_from": "06:00",
            "delivery_until": "18:00",
            "orders_per_week": 14,
            "mean_weight_kg": 20,
        }
        for i in range(40)
    ]
    if name.endswith("csv"):
        pd.DataFrame(rows).to_csv(survey, index=False, encoding="gb18030")
    else:
        features = [
            {"geometry": {"type": "Point", "coordinates": [row.pop("lon"), row.pop("lat")]}, "properties": row}
            for row in rows
        ]
        survey.write_text(
            json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="gb18030"
        )
    folder = run_dir("network=grid", "traffic=off", "demand.source=survey", f"demand.survey_file={survey}")
    orders = pd.read_parquet(folder / "orders.parquet")
    assert set(orders["shop_id"]) <= {f"店{i:02d}" for i in range(40)}
    assert 50 <= len(orders) <= 110  # 80 are expected
    assert (orders["status"] == "delivered").mean() > 0.9

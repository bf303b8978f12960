"""Bad input at the command line: one clear line, exit code 2, no traceback, nothing half-written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from sim.cli import main
from tests.system.conftest import ROOT, sim

GRID = ROOT / "networks" / "grid"


Refused = Callable[..., None]


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Run the command line in an empty folder and see it refuse."""
    monkeypatch.chdir(tmp_path)

    def check(*arguments: str, says: tuple[str, ...]) -> None:
        before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
        capsys.readouterr()
        assert main(arguments) == 2
        lines = [line for line in capsys.readouterr().err.splitlines() if line.strip()]
        assert len(lines) == 1, lines
        assert lines[0].startswith("error: ")
        for text in says:
            assert text in lines[0], lines[0]
        assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before, "something was written"

    return check


def test_the_process_exits_with_2_and_without_a_traceback(tmp_path: Path) -> None:
    """As a shell sees it."""
    done = sim("run", "network=atlantis", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ") and "Traceback" not in done.stderr
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("network.name=atlantis", ("atlantis",)),
        ("network=atlantis", ("network", "atlantis", "helsinki")),
        ("policy=siesta", ("policy", "siesta", "peak_ban")),
        ("scenario=utopia", ("utopia", "baseline")),
        ("berths.spaces_per_shopp=1", ("berths.spaces_per_shopp",)),
        ("bertths=default", ("bertths",)),
        ("berths.max_stay_min=-5", ("berths.max_stay_min", "-5")),
        ("berths.max_stay_min=long", ("berths.max_stay_min", "long")),
        ("seed=-1", ("seed", "-1")),
        ("seed=abc", ("seed", "abc")),
        ("weekday=holiday", ("weekday", "holiday")),
        ("fleet.mix.electric_van=0.9", ("fleet", "1.6")),
        ("fleet.shift_start=25:61", ("shift_start", "25:61")),
        ("charging.public_tariff.bands=[]", ("charging.public_tariff",)),
        ("helsinki", ("KEY=VALUE", "helsinki")),
        ("berths={", ("berths",)),
    ],
)
def test_configuration_faults(override: str, says: tuple[str, ...], refused: Refused) -> None:
    """Unknown names list what there is; values say what was found."""
    refused("run", override, says=says)


def test_two_scenarios_that_contradict_each_other_name_the_key(refused: Refused) -> None:
    """peak_ban and all_day_ban both choose the policy."""
    refused("run", "scenario=peak_ban+all_day_ban", says=("policy", "peak_ban", "all_day_ban"))


def _edit(table: str, change: Callable[[pd.DataFrame], pd.DataFrame], folder: Path) -> Path:
    copy = folder / "networks" / "mine"
    shutil.copytree(GRID, copy)
    path = copy / f"{table}.parquet"
    change(pd.read_parquet(path)).to_parquet(path)
    return copy


def _set(column: str, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        table.loc[table.index[7], column] = value
        return table

    return change


@pytest.mark.parametrize(
    ("table", "change", "says"),
    [
        ("links", lambda links: links.iloc[:0], ("links",)),
        ("links", _set("capacity_veh_per_h", -5.0), ("capacity_veh_per_h", "-5")),
        ("links", _set("length_m", -1.0), ("length_m", "-1")),
        ("links", _set("to_node_id", 99_999), ("99999",)),
    ],
)
def test_network_faults(
    table: str,
    change: Callable[[pd.DataFrame], pd.DataFrame],
    says: tuple[str, ...],
    tmp_path: Path,
    refused: Refused,
) -> None:
    """No links, negative capacity or length, an unknown node."""
    _edit(table, change, tmp_path)
    refused("run", "network.name=mine", "run.figures=false", says=says)


def test_a_shop_outside_the_map_is_named(tmp_path: Path, refused: Refused) -> None:
    """A survey shop far from the network."""
    survey = tmp_path / "survey.csv"
    assert main(["demand", "template", str(survey)]) == 0
    header = survey.read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    row = {"shop_id": "s1", "name": "n", "shop_type": "convenience", "lon": "10.0", "lat": "50.0"}
    survey.write_text(",".join(header) + "\n" + ",".join(row.get(name, "") for name in header) + "\n", encoding="utf-8")
    overrides = ("network=grid", "demand.source=survey", f"demand.survey_file={survey}")
    refused("run", *overrides, says=("survey.csv", "row 2", "10"))


def test_text_in_a_number_column_is_named(tmp_path: Path, refused: Refused) -> None:
    """A survey row with words for a weight."""
    survey = tmp_path / "survey.csv"
    assert main(["demand", "template", str(survey)]) == 0
    header = survey.read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    row = {"shop_id": "s1", "name": "n", "shop_type": "convenience", "lon": "-32.99", "lat": "36.15"}
    row["mean_weight_kg"] = "heavy"
    survey.write_text(",".join(header) + "\n" + ",".join(row.get(name, "") for name in header) + "\n", encoding="utf-8")
    overrides = ("network=grid", "demand.source=survey", f"demand.survey_file={survey}")
    refused("run", *overrides, says=("mean_weight_kg", "row 2", "heavy"))


def test_a_missing_survey_is_named(refused: Refused) -> None:
    """The path is in the message."""
    overrides = ("network=grid", "demand.source=survey", "demand.survey_file=gone.csv")
    refused("run", *overrides, says=("gone.csv",))


def test_a_missing_network_cannot_be_checked(refused: Refused) -> None:
    """No network is no input, not a failed check."""
    refused("network", "check", "atlantis", says=("atlantis",))


def test_missing_files_to_build_a_network_from(refused: Refused) -> None:
    """Each source names the file."""
    for source in ("osm", "pbf", "graphml"):
        refused("network", "build", source, "gone.file", says=("gone.file",))


def test_a_graph_without_edges_is_refused(tmp_path: Path, refused: Refused) -> None:
    """GraphML with one node."""
    path = tmp_path / "empty.graphml"
    path.write_text(
        '<?xml version="1.0" encoding="utf-8"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
        '<key id="d0" for="node" attr.name="y" attr.type="string"/><key id="d1" for="node" attr.name="x" '
        'attr.type="string"/><graph edgedefault="directed"><node id="1"><data key="d0">60.1</data>'
        '<data key="d1">24.9</data></node></graph></graphml>',
        encoding="utf-8",
    )
    refused("network", "build", "graphml", str(path), says=("empty.graphml", "edges"))

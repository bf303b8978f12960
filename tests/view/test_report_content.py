"""What a page holds, from the files of a small run."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.errors import ResultsError
from sim.view.report import pack, report_content, write_report
from sim.view.report.pack import unpack
from sim.view.report.van_cost import van_costs
from sim.view.report.zones import hours_held
from sim.view.run_folder import RunFolder


@given(
    whole=arrays(np.int32, st.integers(0, 50), elements=st.integers(-(2**31), 2**31 - 1)),
    small=arrays(np.uint8, st.integers(0, 50)),
    real=arrays(np.float32, st.integers(0, 50), elements=st.floats(width=32, allow_nan=False)),
)
def test_what_is_packed_comes_out_again(whole: np.ndarray, small: np.ndarray, real: np.ndarray) -> None:
    """Arrays of any content survive packing bit for bit, and plain data beside them."""
    back = unpack(pack({"a": [whole, {"b": small}], "c": real, "名": None, "x": float("nan")}))
    assert back["a"][0].tolist() == whole.tolist()
    assert back["a"][1]["b"].tolist() == small.tolist()
    assert back["c"].tobytes() == real.tobytes()
    assert (back["名"], back["x"]) == (None, None)


def test_only_arrays_that_the_page_can_read_are_packed() -> None:
    """An array of another type is refused rather than misread."""
    with pytest.raises(ValueError, match="int64"):
        pack({"a": np.arange(3)})


def test_the_page_has_the_numbers_of_kpis_json(run_dir: Path) -> None:
    """Every indicator of the run is in the page with its very value, null included."""
    rows = {row["name"]: row["value"] for row in report_content([run_dir])["indicators"]["rows"]}
    kpis = json.loads((run_dir / "kpis.json").read_text())
    assert rows == {name: kpi["value"] for name, kpi in kpis.items()}


def test_traces_are_those_of_the_table_to_a_tenth_of_a_second(run_dir: Path) -> None:
    """Each van's links come in the order of its day with their times."""
    content = report_content([run_dir])
    traces = RunFolder(run_dir).traces
    v = content["vans"]["id"].index("van_3")
    rows = slice(content["traces"]["starts"][v], content["traces"]["starts"][v + 1])
    own = traces[traces["van_id"] == "van_3"]
    assert content["traces"]["enter"][rows].tolist() == [round(10 * t) for t in own["enter_s"]]
    links = content["roads"]["link_id"][content["traces"]["link"][rows]]
    assert links.tolist() == own["link_id"].tolist()


def test_streets_keep_their_shape(run_dir: Path) -> None:
    """A street of 0.004 degrees of latitude is 444.8 m long on the flat map of the page."""
    roads = report_content([run_dir])["roads"]
    north = np.flatnonzero(np.diff(roads["x"])[::2] == 0)
    first = 2 * int(north[0])
    assert abs(int(roads["y"][first + 1]) - int(roads["y"][first])) == pytest.approx(4448, abs=1)


def test_costs_of_vans_add_up_to_the_cost_of_the_day(run_dir: Path) -> None:
    """What carriers bore is shared out without loss: 2 x 770 CNY; litres decide who bears the fuel."""
    costs = van_costs(RunFolder(run_dir))
    assert costs.sum() == pytest.approx(1540.0)
    electric = RunFolder(run_dir).vans["powertrain"] == "bev"
    assert costs[electric].max() < costs[~electric].min()


@pytest.mark.parametrize(
    ("days", "windows", "weekday", "expected"),
    [
        (["tu"], [(25200, 30600)], "tu", [[25200, 30600]]),
        (["we"], [(25200, 30600)], "tu", [[111600, 117000]]),
        (["mo"], [(79200, 108000)], "tu", [[0, 21600]]),
        (["tu"], [(0, 43200), (43200, 86400)], "tu", [[0, 86400]]),
    ],
)
def test_hours_in_which_a_rule_holds(
    days: list[str], windows: list[tuple[int, int]], weekday: str, expected: list[list[int]]
) -> None:
    """Windows of the day before reach into the morning, windows that meet are one, other weekdays do not count."""
    when = {"weekdays": days, "windows": [{"from_s": a, "until_s": b} for a, b in windows]}
    assert hours_held(when, weekday) == expected


def test_vans_driving_add_up_to_the_time_of_trips(run_dir: Path) -> None:
    """The mean number of vans driving, times the width of the bins, is the time of all trips."""
    content = report_content([run_dir])
    curve = next(curve for curve in content["curves"]["curves"] if curve["key"] == "vans_driving")
    trips = RunFolder(run_dir).trips
    assert sum(curve["values"]) * 900.0 == pytest.approx(float((trips["arrive_s"] - trips["depart_s"]).sum()), rel=1e-4)


def copy_with(run_dir: Path, folder: Path, seed: int, cost: float) -> Path:
    """The same run under another seed and with another cost."""
    shutil.copytree(run_dir, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"seed": seed}))
    kpis = json.loads((folder / "kpis.json").read_text())
    kpis["cost_total"]["value"] = cost
    (folder / "kpis.json").write_text(json.dumps(kpis))
    return folder


def test_differences_from_a_base_are_paired_by_seed(run_dir: Path, tmp_path: Path) -> None:
    """Three pairs with differences 1, 2 and 3 CNY: mean 2, 95 % interval 2 +- 4.303 / sqrt(3)."""
    runs = [copy_with(run_dir, tmp_path / f"run{n}", n, 100.0 * n + n) for n in (1, 2, 3)]
    bases = [copy_with(run_dir, tmp_path / f"base{n}", n, 100.0 * n) for n in (3, 1, 2)]
    rows = report_content(runs, bases)["indicators"]["rows"]
    cost = next(row for row in rows if row["name"] == "cost_total")
    assert (cost["value"], cost["base"], cost["difference_mean"], cost["difference_n"]) == (101.0, 100.0, 2.0, 3)
    assert cost["difference_high"] == pytest.approx(2.0 + 4.30265 / np.sqrt(3.0), abs=1e-4)
    with pytest.raises(ResultsError, match="seed 3"):
        report_content(runs, bases[1:])


def test_a_page_names_nothing_on_the_network(run_dir: Path, tmp_path: Path) -> None:
    """No address is loaded: the policy forbids all sources, and no tag asks for one."""
    page = write_report([run_dir], tmp_path / "report.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=\"(?!data:)", page) == []
    assert "@import" not in page
    assert "connect-src" not in page


def test_names_cannot_become_markup(run_dir: Path, tmp_path: Path) -> None:
    """A label with a script in it reaches the page as text only."""
    shutil.copytree(run_dir, tmp_path / "run")
    manifest = json.loads((run_dir / "manifest.json").read_text())
    manifest["network"]["label"] = manifest["scenario"][0] = "</title><script>alert(1)</script>"
    (tmp_path / "run" / "manifest.json").write_text(json.dumps(manifest))
    page = write_report([tmp_path / "run"], tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page


def test_a_day_without_vans_makes_a_page_too(idle_dir: Path, tmp_path: Path) -> None:
    """Tables without rows give a page with streets, indicators and no vans."""
    assert write_report([idle_dir], tmp_path / "idle.html").stat().st_size > 50_000


def test_the_same_files_give_the_same_page(run_dir: Path, tmp_path: Path) -> None:
    """Two pages of one run have the same bytes."""
    one = write_report([run_dir], tmp_path / "one.html").read_bytes()
    assert one == write_report([run_dir], tmp_path / "two.html").read_bytes()


def test_a_study_is_a_page_of_its_own(tmp_path: Path) -> None:
    """A folder with `summary.csv` gives factors, measures and rows with their intervals."""
    rows = [(share, "cost_per_order", "CNY/order", 3, 8 - share, 7.9 - share, 8.1 - share) for share in (0.0, 0.5)]
    columns = ["joint_share", "measure", "unit", "n", "mean", "ci_low", "ci_high"]
    pd.DataFrame(rows, columns=columns).to_csv(tmp_path / "summary.csv", index=False)
    pd.DataFrame({"indicator": ["x"], "met": ["yes"]}).to_csv(tmp_path / "scorecard.csv", index=False)
    study = report_content([], study=tmp_path)["study"]
    assert study["factors"] == [{"name": "joint_share", "levels": [0.0, 0.5]}]
    assert study["rows"][1]["mean"] == 7.5
    assert study["scorecard"]["rows"] == [["x", "yes"]]
    assert write_report([tmp_path]).name == "report.html"


def test_what_is_no_run_is_refused_in_words(tmp_path: Path) -> None:
    """A folder without results names what is missing, and nothing is written."""
    with pytest.raises(ResultsError, match=r"manifest\.json"):
        write_report([tmp_path], tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


def test_assumptions_say_how_they_are_backed() -> None:
    """Words of the shipped configuration: an assumption, a source, and a value that the run changed."""
    from sim.resources import shipped_folder
    from sim.view.report.assumptions import _commented, _confidence

    berths = _commented(shipped_folder("configs") / "berths" / "default.yaml", "berths")
    value, words = berths["berths.spaces_per_shop"]
    assert _confidence(value, value, words) == "assumption"
    assert _confidence(value * 2, value, words) == "changed"
    value, words = berths["berths.max_stay_min"]
    assert _confidence(value, value, words) == "source"
    assert _confidence(1.0, None, "") == "none"

"""Search: the front and the cheapest set of a toy whose answer is known, resumed to the same bytes, bad input told."""

from __future__ import annotations

import hashlib
import itertools
import json
from pathlib import Path

import pandas as pd
import pytest

from sim.cli import main
from sim.config import Scenario
from sim.errors import ResultsError
from sim.experiment.reproduce import Committed
from sim.experiment.reproduce_search import subject_of_search
from sim.experiment.search import run_search
from sim.experiment.search_file import read_search
from sim.experiment.search_tables import is_front
from sim.measures.study_table_files import read_study_table

pytest.importorskip("optuna")

STEPS = [0.0, 0.25, 0.5, 0.75, 1.0]
TOY = """
question: Is the known front found?
fixed: [network=grid, traffic=off, joint=operator]
levers:
  berths.spaces_per_shop:
    {{levels: {steps}, public_cost_cny_per_year: {{'0.25': 10, '0.5': 20, '0.75': 30, '1.0': 40}}}}
  joint.share: {{levels: {steps}, public_cost_cny_per_year: {{'0.25': 1, '0.5': 4, '0.75': 9, '1.0': 16}}}}
  stations.number: {{levels: [0, 20, 40], public_cost_cny_per_year: {{'20': 100, '40': 200}}}}
targets:
  cheaper: {{measure: cost_per_tonne, reading: change, at_most: -0.099}}
  joint: {{measure: joint_share_volume, reading: value, at_least: 0.5}}
daily_measures: [subsidies]
days_per_year: 100
trials: {trials}
batch: 5
"""

SMALL = """
question: Is it resumed?
fixed: [network=grid, traffic=off, joint=operator]
levers:
  berths.spaces_per_shop: {{levels: [0, 0.5], public_cost_cny_per_year: {{'0.5': 20}}}}
  joint.share: {{levels: [0, 0.25, 0.5], public_cost_cny_per_year: {{0.25: 1, 0.5: 4}}}}
targets:
  joint: {{measure: joint_share_volume, reading: value, at_least: 0.5}}
trials: {trials}
batch: 2
"""
"""6 sets, so that 4 trials leave the sampler two to choose."""


def _worth(berths: float, joint: float) -> tuple[float, float]:
    """Cost per tonne and joint share of the toy: berths save 12 %, joint delivery 8 %, stations do nothing."""
    return 100.0 * (1.0 - 0.12 * berths - 0.08 * joint), joint


def _toy(folder: str, scenario: Scenario, seed: int) -> str | None:
    """A run of the toy; the seed shifts all costs by the same factor, so that changes are exact."""
    from sim.experiment.provenance import code_sha256

    cost, joint = _worth(scenario.berths.spaces_per_shop, scenario.joint.share)
    values = {"cost_per_tonne": cost * (1.0 + 0.1 * seed), "joint_share_volume": joint, "subsidies": 0.0}
    content = json.dumps({name: {"value": value, "unit": "-", "better": None} for name, value in values.items()})
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    (path / "kpis.json").write_text(content, encoding="utf-8")
    digest = hashlib.sha256(content.encode()).hexdigest()
    manifest = {
        "run_id": path.name, "status": "complete", "kpis_sha256": digest, "code_sha256": code_sha256(), "commit": None,
    }  # fmt: skip
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return None


def _search(folder: Path, trials: int = 75, text: str = TOY) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "search.yaml").write_text(text.format(steps=STEPS, trials=trials), encoding="utf-8")
    (folder / "seeds.csv").write_text("seed\n1\n2\n", encoding="utf-8")
    return str(folder)


def _known_front() -> set[tuple[float, float]]:
    """Cost and shortfall of the front by going through all 75 sets by hand, without the code of the search."""
    points = []
    for berths, joint, stations in itertools.product(STEPS, STEPS, (0, 20, 40)):
        cost = 40.0 * berths + 16.0 * joint**2 + 5.0 * stations
        change = _worth(berths, joint)[0] / 100.0 - 1.0
        lack = min(1.0, max(0.0, change + 0.099) / 0.099) + max(0.0, 0.5 - joint) / 0.5
        points.append((cost, lack))
    return {
        (round(a, 6), round(b, 6))
        for a, b in points
        if not any((x <= a and y < b - 1e-12) or (x < a and y <= b) for x, y in points)
    }


def _front(table: pd.DataFrame) -> set[tuple[float, float]]:
    own = table[table["is_front"]]
    return {(round(a, 6), round(b, 6)) for a, b in zip(own["public_cost"], own["shortfall"], strict=True)}


@pytest.mark.slow
def test_every_set_is_tried_where_there_are_few(tmp_path: Path) -> None:
    """75 sets, 75 trials: the front is the known one, and the cheapest that meets both targets is that of the hand."""
    result = run_search(read_search(_search(tmp_path / "toy")), tmp_path / "out", simulate=_toy)
    assert result.is_exhaustive and len(result.table) == 75
    assert _front(result.table) == _known_front()
    best = result.table[result.table["is_cheapest"]].iloc[0]
    # 12 % x berths + 8 % x joint >= 9.9 %: berths 0.5 with joint 0.5 is 10 %, for 20 + 4 CNY; 0.75 of joint costs 9.
    assert (best["berths.spaces_per_shop"], best["joint.share"], best["stations.number"]) == (0.5, 0.5, 0)
    assert best["public_cost"] == 24.0 and best["targets_met"] == 2
    # The toy has no luck in it, so fresh seeds, which follow those of the search, say the same.
    assert result.confirmation is not None
    assert result.confirmation["verdict"].tolist() == ["met", "met"] and result.confirmation["n"].tolist() == [10, 10]


@pytest.mark.slow
@pytest.mark.parametrize("search_seed", [1, 2, 3])
def test_the_sampler_finds_the_known_front(tmp_path: Path, search_seed: int) -> None:
    """50 proposals for 75 sets: the cheapest set, and all of the front but one point at most."""
    text = TOY + f"search_seed: {search_seed}\n"
    result = run_search(read_search(_search(tmp_path / "toy", 50, text)), tmp_path / "out", simulate=_toy)
    assert not result.is_exhaustive and len(result.table) == 50  # no set is proposed twice
    assert len(_front(result.table) & _known_front()) >= len(_known_front()) - 1
    assert result.table.loc[result.table["is_cheapest"], "public_cost"].tolist() == [24.0]


_runs_left = 0


def _stopped_toy(folder: str, scenario: Scenario, seed: int) -> str | None:
    """The toy, stopped from the keyboard after some runs."""
    global _runs_left
    if _runs_left == 0:
        raise KeyboardInterrupt
    _runs_left -= 1
    return _toy(folder, scenario, seed)


@pytest.mark.slow
def test_a_stopped_search_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    """Stopped before, in and after its sampled batches, a search ends with the tables of one that was left alone."""
    global _runs_left
    search = read_search(_search(tmp_path / "toy", 4, SMALL))
    run_search(search, tmp_path / "whole", simulate=_toy)
    for _runs_left in (1, 4):
        with pytest.raises(KeyboardInterrupt):
            run_search(search, tmp_path / "stopped", simulate=_stopped_toy)
    run_search(search, tmp_path / "stopped", simulate=_toy)
    for name in ("trials", "front", "confirmation", "design", "outcomes", "failures"):
        assert (tmp_path / "stopped" / f"{name}.csv").read_bytes() == (tmp_path / "whole" / f"{name}.csv").read_bytes()
    whole = pd.read_csv(tmp_path / "whole" / "trials.csv")
    assert whole["trial"].is_unique and len(whole) == 4


@pytest.mark.slow
def test_a_search_may_try_every_set_but_one(tmp_path: Path) -> None:
    """Five proposals in batches of two for six sets: six, each once, though the sampler repeats itself."""
    result = run_search(read_search(_search(tmp_path / "toy", 5, SMALL)), tmp_path / "out", simulate=_toy)
    assert not result.table.duplicated(["berths.spaces_per_shop", "joint.share"]).any()
    assert len(result.table) == 6 and result.is_exhaustive


@pytest.mark.slow
def test_another_search_is_not_mixed_with_this_one(tmp_path: Path) -> None:
    """A changed search.yaml is refused in the same folder, and begins anew with `redo`; a broken storage is told."""
    run_search(read_search(_search(tmp_path / "toy", 2, SMALL)), tmp_path / "out", simulate=_toy)
    changed = read_search(_search(tmp_path / "toy", 2, SMALL.replace("at_least: 0.5", "at_least: 0.6")))
    with pytest.raises(ResultsError, match="another search"):
        run_search(changed, tmp_path / "out", simulate=_toy)
    run_search(changed, tmp_path / "out", redo=True, simulate=_toy)
    (tmp_path / "out" / "search.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(ResultsError, match="expected the storage of a search"):
        run_search(changed, tmp_path / "out", simulate=_toy)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("joint.share:", "joint.shares:", "joint.shares"),
        ("'20': 100", "'30': 100", "there is no level '30'"),
        ("measure: cost_per_tonne,", "measure: cost_per_ton,", "there is no indicator 'cost_per_ton'"),
        ("at_least: 0.5", "at_least: 0.5, at_most: 1", "one of at_least and at_most"),
        ("[subsidies]", "[van_km]", "expected an indicator in CNY"),
        ("[0, 20, 40]", "[0]", "two levels or more"),
        ("[subsidies]", "[subsidies, subsidies]", "'subsidies' is given twice"),
        ("at_least: 0.5", "at_least: .nan", "expected a finite limit"),
        ("trials:", "batch: 4\ntrials:", "the key 'batch' is there already"),
        ("  cheaper:", "  joint low: {{measure: van_km, reading: value, at_most: 1}}\n  cheaper:", "'joint low'"),
        ("  stations.number:", "  joint high:", "'joint high' is the name of a column"),
        ("  stations.number:", "  again: {{key: joint.share, levels: [0, 1]}}\n  stations.number:", "'again'"),
    ],
)
def test_faults_of_a_search_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, told: str
) -> None:
    """Unknown levers, levels, indicators: exit code 2 with file and name, and no results."""
    folder = _search(tmp_path / "toy", text=TOY.replace(old, new))
    assert main(["search", folder, "--out", str(tmp_path / "out")]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_lever_cannot_be_overridden(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An override of every run that makes all levels of a lever one: exit code 2, and no results."""
    folder = _search(tmp_path / "toy")
    assert main(["search", folder, "joint.share=0.3", "--out", str(tmp_path / "out")]) == 2
    assert "'joint.share' of the study sets" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_set_that_is_gone_from_the_trials_is_a_difference(tmp_path: Path) -> None:
    """The runs of a set are there and its row is not: a difference. A number that is none is told."""
    search = read_search(_search(tmp_path / "s", 6, SMALL))
    out = tmp_path / "out"
    run_search(search, out, simulate=_toy)
    trials = (out / "trials.csv").read_text(encoding="utf-8")
    design, outcomes = (read_study_table(out / f"{name}.csv", name) for name in ("design", "outcomes"))
    committed = Committed(out, design.astype(str), outcomes, {})
    for text, is_whole in ((trials, True), (trials.rsplit("\n", 2)[0] + "\n", False)):
        (out / "trials.csv").write_text(text, encoding="utf-8")
        given = subject_of_search(search, committed).tables(outcomes)["trials"]
        assert (given.to_csv(index=False, lineterminator="\n") == text) is is_whole
    (out / "trials.csv").write_text(trials.replace("\n0,", "\nnone,"), encoding="utf-8")
    with pytest.raises(ResultsError, match="line 2: trial: expected a whole number"):
        subject_of_search(search, committed)


def test_a_small_search_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One lever on the grid: simulated, told, drawn; the front has the free set."""
    text = """
question: Does it work?
fixed: [network=grid, traffic=off, demand.orders_per_day=25, planning.iterations=5, paths.cache_dir=null]
levers:
  berths: {{options: {{without: [], with: [berths.spaces_per_shop=0.3]}}, public_cost_cny_per_year: {{with: 50000}}}}
targets:
  out of the lane: {{measure: double_parking_hours, reading: value, at_most: 0.0}}
confirmation_seeds: 2
"""
    assert main(["search", _search(tmp_path / "s", text=text), "--workers", "1", "--out", str(tmp_path / "out")]) == 0
    assert "all 2 sets of levers" in capsys.readouterr().out
    table = pd.read_csv(tmp_path / "out" / "trials.csv")
    assert table["public_cost"].tolist() == [0.0, 50000.0] and bool(table["is_front"][0])
    assert (tmp_path / "out" / "figures" / "front.png").stat().st_size > 10_000
    again = pd.read_csv(tmp_path / "out" / "confirmation.csv")
    assert again["target"].tolist() == ["out of the lane"] and again["n"].tolist() == [2]
    plot, where = ["plot", str(tmp_path / "s")], ["--results", str(tmp_path / "out"), "--out", str(tmp_path / "svg")]
    assert main([*plot, "front", *where, "--format", "svg"]) == 0 and (tmp_path / "svg" / "front.svg").is_file()
    assert (tmp_path / "svg" / "front.csv").read_bytes() == (tmp_path / "out" / "figures" / "front.csv").read_bytes()
    assert main([*plot, "back", *where]) == 2 and "known: front" in capsys.readouterr().err
    (tmp_path / "out" / "trials.csv").write_text("trial,berths\n0,with\n", encoding="utf-8")
    assert main([*plot, *where]) == 2 and "expected the table of a search" in capsys.readouterr().err


def test_the_front_by_hand() -> None:
    """Equal points are both on the front; a point that is not known is not."""
    assert is_front([1.0, 1.0, 0.0, float("nan")], [1.0, 1.0, 2.0, 0.0]) == [True, True, True, False]

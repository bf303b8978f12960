"""Cases through simulators into a table and its files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sim.bench import comparison, demand, missed_targets, peers, run_bench
from sim.bench.case import Case
from sim.bench.comparison import build_case
from sim.bench.outcome import Outcome, peak_memory_mb
from sim.bench.peers import reason_to_skip
from sim.bench.report import markdown
from sim.bench.simulators import OWN, SUMO, UXSIM, UXSIM_5
from sim.bench.worker import run_here
from sim.errors import ConfigError


def test_a_run_leaves_a_table_and_keeps_rows_of_other_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second run adds its case to the file; a case run again replaces its rows."""

    def run_without_a_process(case_file: Path, simulator: str, until_s: float) -> Outcome:
        return run_here(Case.load(case_file), simulator, tmp_path, until_s)

    monkeypatch.setattr(comparison, "run_apart", run_without_a_process)
    run_bench(["bottleneck"], peers=(), out_dir=tmp_path)
    table = run_bench(["grid6:500", "bottleneck"], peers=(), out_dir=tmp_path)
    assert sorted(table["case"]) == ["bottleneck", "grid6 500"]
    stored = pd.read_csv(tmp_path / "bench.csv")
    assert sorted(stored["case"]) == ["bottleneck", "grid6 500"]
    row = stored[stored["case"] == "bottleneck"].iloc[0]
    assert row["mean_delay_s"] == pytest.approx(500.0, rel=0.005)
    assert row["ratio"] == 1.0
    assert "| bottleneck | 5 | 1.56 | this engine |" in (tmp_path / "bench.md").read_text(encoding="utf-8")
    assert (tmp_path / "scaling.png").stat().st_size > 10_000


def test_a_peer_that_is_not_installed_is_told_and_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison goes on with those that are there."""
    monkeypatch.setattr(peers, "find_spec", lambda name: None)
    said: list[str] = []
    table = run_bench(["bottleneck"], out_dir=tmp_path, say=said.append)
    assert "sumo is not installed and is left out; pip install eclipse-sumo" in said
    assert "uxsim is not installed and is left out; pip install uxsim" in said
    assert table["simulator"].tolist() == [OWN]


def test_a_peer_that_needs_more_memory_than_there_is_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """UXsim holds four numbers for every link and second: the machine is spared."""
    case = build_case("grid6:500")
    monkeypatch.setattr(peers, "available_mb", lambda: 1.0)
    assert "for its tables of links by time step" in reason_to_skip(case, UXSIM, 10_000.0)
    assert reason_to_skip(case, SUMO, 10_000.0) == ""
    monkeypatch.setattr(peers, "available_mb", lambda: 1e6)
    assert reason_to_skip(case, UXSIM, 10_000.0) == ""


def test_unknown_peers_and_no_repeats_are_refused_at_once(tmp_path: Path) -> None:
    """All faults in one error."""
    with pytest.raises(ConfigError) as error:
        run_bench(["bottleneck"], peers=("matsim",), out_dir=tmp_path, repeats=0)
    assert len(error.value.faults) == 2


def _table(ratios: dict[str, float], means: dict[str, float], trips: int = 50_000) -> pd.DataFrame:
    """Rows of one case by hand."""
    return pd.DataFrame(
        {
            "case": "town",
            "network": "town",
            "links": 10,
            "trips": trips,
            "max_vc": 0.85,
            "simulator": list(ratios),
            "simulation_s": list(ratios.values()),
            "cpu_s": 1.0,
            "loading_s": 0.0,
            "traversals_per_s": 1.0,
            "ratio": list(ratios.values()),
            "cpu_ratio": list(ratios.values()),
            "mean_travel_s": [means[name] for name in ratios],
            "mean_delay_s": 1.0,
            "arrived": trips,
            "forced_moves": 0,
            "peak_memory_mb": 100.0,
            "note": "",
        }
    )


def test_what_is_missed_is_named() -> None:
    """Ten times SUMO, twenty times UXsim, three times its platoons, from 50,000 trips on."""
    means = {OWN: 100.0, SUMO: 100.5, UXSIM: 90.0, UXSIM_5: 150.0}
    slow = {OWN: 1.0, SUMO: 9.9, UXSIM: 20.0, UXSIM_5: 3.0}
    assert missed_targets(_table(slow, means)) == ["town: 9.9 times as fast as SUMO meso, meant 10"]
    assert missed_targets(_table(slow, means, trips=10_000)) == []


@pytest.mark.parametrize(
    ("sumo_s", "uxsim_s", "is_fine"), [(100.9, 150.0, True), (98.0, 102.0, True), (98.0, 98.5, False)]
)
def test_mean_travel_time_is_near_a_peer_or_between_them(sumo_s: float, uxsim_s: float, is_fine: bool) -> None:
    """Within 1 % of SUMO or UXsim with single vehicles, or between the two."""
    ratios = {OWN: 1.0, SUMO: 10.0, UXSIM: 20.0}
    missed = missed_targets(_table(ratios, {OWN: 100.0, SUMO: sumo_s, UXSIM: uxsim_s}))
    assert (missed == []) == is_fine


def test_a_peer_left_out_stands_in_the_table_with_its_reason() -> None:
    """No number, but why."""
    table = _table({OWN: 1.0, UXSIM: float("nan")}, {OWN: 100.0, UXSIM: float("nan")})
    table.loc[1, "note"] = "needs 90 GB"
    assert "| town | 10 | 0.85 | UXsim, single | needs 90 GB |" in markdown(table)


def test_peak_memory_is_that_of_this_process() -> None:
    """A hundred megabytes more show."""
    before = peak_memory_mb()
    held = bytearray(b"x") * 400_000_000
    assert peak_memory_mb() >= before
    assert peak_memory_mb() > len(held) / 2**20


def test_a_case_that_the_streets_do_not_carry_is_told_and_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trips that need longer than the engine's ten days (here a minute) are no case; the others go on."""
    monkeypatch.setattr(demand, "LATEST_DEPARTURE_S", 60.0)
    said: list[str] = []
    table = run_bench(["grid6:500"], peers=(), out_dir=tmp_path, say=said.append)
    assert table.empty
    assert said[-1].startswith("grid6:500: left out, ")
    assert "such trips in ten days, expected room for 500" in said[-1]

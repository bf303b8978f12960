"""A rule against its base: entries into the closed links."""

from __future__ import annotations

import warnings
from pathlib import Path

import pandas as pd
import pytest
import shapely

from sim.errors import ResultsError
from sim.view import draw_rule_against_base
from sim.view.run_folder import RunFolder
from sim.view.zone_figure import entries_in_windows, zone_entries

from .conftest import write_run


@pytest.fixture(scope="module")
def ruled_dir(tmp_path_factory: pytest.TempPathFactory, tables: dict[str, pd.DataFrame], links: pd.DataFrame) -> Path:
    """The same day without the fuel vans' passages of the closed hours."""
    traces = tables["traces"]
    fuel = ~traces["van_id"].isin(["van_2", "van_5"])
    late = traces["enter_s"].between(25_200.0, 30_600.0)
    return write_run(tmp_path_factory.mktemp("ruled") / "run", {**tables, "traces": traces[~(fuel & late)]}, links)


def test_entries_are_those_into_closed_links(
    run_dir: Path, tables: dict[str, pd.DataFrame], links: pd.DataFrame
) -> None:
    """Entries counted one by one: the link meets the zone, and the van is no electric one."""
    run = RunFolder(run_dir)
    rule = run.rules["rules"][0]
    zone = shapely.geometry.shape(rule["where"][0]["geometry"])
    geometry = links.set_index("link_id")["geometry"]
    expected = {True: 0, False: 0}
    for van, link in zip(tables["traces"]["van_id"], tables["traces"]["link_id"], strict=True):
        if geometry[link].intersects(zone):
            expected[van not in ("van_2", "van_5")] += 1
    found = zone_entries(run, rule)["is_concerned"].value_counts()
    assert {True: int(found[True]), False: int(found[False])} == expected


def test_the_end_of_a_window_is_open() -> None:
    """An entry at the start of a window counts, one at its end does not; the next day counts as well."""
    entries = pd.DataFrame({"enter_s": [100.0, 199.0, 200.0, 86_500.0, 150.0], "is_concerned": [True] * 4 + [False]})
    assert entries_in_windows(entries, [(100.0, 200.0)]) == 3


def test_the_figure_is_written(run_dir: Path, ruled_dir: Path, tmp_path: Path) -> None:
    """The pair is drawn with its Chinese zone name; with the rule no entry is left in the closed hours."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = draw_rule_against_base(run_dir, ruled_dir, tmp_path / "rule.png")
    assert path.stat().st_size > 10_000
    run = RunFolder(ruled_dir)
    assert entries_in_windows(zone_entries(run, run.rules["rules"][0]), [(25_200.0, 30_600.0)]) == 0


def test_unlike_runs_are_refused(
    run_dir: Path, tmp_path: Path, tables: dict[str, pd.DataFrame], links: pd.DataFrame
) -> None:
    """Another seed, another network or a second run without a rule: all said at once."""
    other = write_run(tmp_path / "other", tables, links[: len(links) // 2], seed=2)
    (other / "rules.json").write_text('{"rules": []}')
    with pytest.raises(ResultsError) as caught:
        draw_rule_against_base(run_dir, other, tmp_path / "rule.png")
    assert len(caught.value.faults) == 3


def test_a_day_without_entries_is_drawn(idle_dir: Path, tmp_path: Path) -> None:
    """Two empty days give a figure with empty counts rather than an error."""
    path = draw_rule_against_base(idle_dir, idle_dir, tmp_path / "rule.png")
    assert path.is_file()

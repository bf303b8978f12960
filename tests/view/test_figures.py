"""Figures of a run, from its folder."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.figure import Figure

from sim.cli import main
from sim.energy.emissions import FUELS
from sim.errors import ResultsError
from sim.view import draw_run_figures, figures
from sim.view.map_base import FlatMap, scale_length_km
from sim.view.run_folder import MapLabel, RunFolder
from sim.view.tour_maps import depot_points, rule_zones, stop_points
from sim.view.vehicle_figures import FUEL_MJ_PER_L, cost_components, energy_by_type

NAMES = sorted(figures.RUN_FIGURES)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """Figures as they are saved, instead of files."""
    saved: list[Figure] = []

    def keep(figure: Figure, path: Path, *, crop: bool = False) -> Path:
        figure.draw_without_rendering()
        saved.append(figure)
        return path

    for module in set(figures.RUN_FIGURES.values()):
        monkeypatch.setitem(module.__globals__, "save_figure", keep)
    return saved


def texts_of(figure: Figure) -> str:
    """All text of a figure."""
    from matplotlib.text import Text

    return "\n".join(text.get_text() for text in figure.findobj(Text) if text.get_text())


def test_every_figure_is_written(run_dir: Path) -> None:
    """A run folder gets all its figures, without a missing glyph."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        paths = draw_run_figures(run_dir)
    assert sorted(path.name for path in paths) == NAMES
    assert all(path.parent == run_dir / "figures" and path.stat().st_size > 5000 for path in paths)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("map_day.png", "no van drove"),
        ("map_carriers.png", "no carrier had a van"),
        ("vans_by_hour.png", "no van left its depot"),
        ("kerb_by_hour.png", "no loading berth was used"),
        ("charging_by_hour.png", "no van charged"),
        ("charging_sites.png", "no van charged at a public site"),
        ("state_of_charge.png", "no battery van left its depot"),
        ("energy_by_type.png", "no van drove"),
        ("cost_by_component.png", "no cost arose"),
    ],
)
def test_an_empty_day_is_said_in_words(idle_dir: Path, drawn: list[Figure], name: str, words: str) -> None:
    """Where nothing happened the figure says so, rather than showing an empty frame."""
    figures.RUN_FIGURES[name](RunFolder(idle_dir), Path(name))
    assert words in texts_of(drawn[0])


@pytest.mark.parametrize("name", NAMES)
def test_axes_have_units_and_captions_have_n(run_dir: Path, drawn: list[Figure], name: str) -> None:
    """Every axis that is shown carries a unit in brackets; every figure says how many it shows, and of which run."""
    figures.RUN_FIGURES[name](RunFolder(run_dir), Path(name))
    axes = [axes for axes in drawn[0].axes if axes.axison]
    labels = [label for ax in axes for label in (ax.get_xlabel(), ax.get_ylabel()) if label]
    assert all("[" in label for label in labels)
    assert labels or name.startswith("map")
    assert "n = " in texts_of(drawn[0])
    assert "run 0123456789ab, seed 1" in texts_of(drawn[0])


def test_schematic_maps_say_so(run_dir: Path, drawn: list[Figure]) -> None:
    """A made-up network is labelled on its map, and nobody is credited for it."""
    figures.draw_day_map(RunFolder(run_dir), Path("map.png"))
    assert "张店 Zhangdian (SCHEMATIC)" in texts_of(drawn[0])
    assert "OpenStreetMap" not in texts_of(drawn[0])
    assert "中心城区" in texts_of(drawn[0])


def test_the_network_is_looked_up_by_name(tmp_path: Path) -> None:
    """Without a word in the manifest, label and source are those of the network that the configuration names."""
    (tmp_path / "kpis.json").write_text("{}")
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "config.yaml").write_text("network: {name: helsinki}")
    assert RunFolder(tmp_path).map_label == MapLabel("Helsinki", "© OpenStreetMap contributors")
    (tmp_path / "config.yaml").write_text("network: {name: nowhere}")
    assert RunFolder(tmp_path).map_label == MapLabel("nowhere (SCHEMATIC)", "")


def test_real_maps_name_their_source() -> None:
    """Streets from OpenStreetMap are credited; the label is left as it is."""
    label = MapLabel.of("Helsinki", is_schematic=False, source="OpenStreetMap extract")
    assert label == MapLabel("Helsinki", "© OpenStreetMap contributors")
    assert MapLabel.of("Grid", is_schematic=True, source="generator") == MapLabel("Grid (SCHEMATIC)", "")


def test_a_map_is_true_to_scale() -> None:
    """A degree of latitude is 111.2 km; a degree of longitude shrinks with the cosine of the latitude."""
    chart = FlatMap.around(np.array([shapely.LineString([(118.0, 59.5), (119.0, 60.5)])]))
    assert chart.height_km == pytest.approx(111.195)
    assert chart.width_km == pytest.approx(111.195 / 2, rel=1e-6)


@pytest.mark.parametrize(("width_km", "length_km"), [(15.0, 2.0), (22.0, 5.0), (1.0, 0.2), (40.0, 10.0)])
def test_the_scale_bar_is_round(width_km: float, length_km: float) -> None:
    """The bar is 1, 2 or 5 times a power of ten and no longer than a fourth of the map."""
    assert scale_length_km(width_km) == pytest.approx(length_km)


def test_stops_lie_where_the_van_stood(run_dir: Path, tables: dict[str, pd.DataFrame], links: pd.DataFrame) -> None:
    """A stop is drawn at the end of the last link driven before it."""
    run = RunFolder(run_dir)
    chart = FlatMap.around(run.links["geometry"].to_numpy())
    points = stop_points(run, chart)
    row = 5
    stop = tables["stops"].iloc[row]
    traces = tables["traces"]
    last = traces[(traces["van_id"] == stop["van_id"]) & (traces["exit_s"] <= stop["arrival_s"])].iloc[-1]
    end = links.set_index("link_id").loc[last["link_id"], "geometry"].coords[-1]
    assert points[row] == pytest.approx(chart.flat(np.array([end]))[0])


def test_depots_lie_where_days_begin(run_dir: Path) -> None:
    """The three vans of a carrier that begin at three nodes give three depots."""
    run = RunFolder(run_dir)
    chart = FlatMap.around(run.links["geometry"].to_numpy())
    assert len(depot_points(run, chart, "齐运配送")) == 3


def test_zones_come_from_the_rules(run_dir: Path) -> None:
    """The closed zone is read from the resolved rules with its role and name."""
    ((role, name, polygon),) = rule_zones(RunFolder(run_dir))
    assert (role, name) == ("centre", "中心城区")
    assert polygon.area == pytest.approx(0.012 * 0.010)


def test_energy_is_fuel_and_electricity(run_dir: Path) -> None:
    """Two electric vans of five trips at 0.4 kWh take 14.4 MJ, 16 from the grid; two diesel vans burn 1.6 L."""
    table = energy_by_type(RunFolder(run_dir)).set_index("powertrain")
    assert table.loc["bev", "energy_mj"] == pytest.approx(16.0)
    assert table.loc["diesel", "energy_mj"] == pytest.approx(2 * 5 * 0.16 * 35.8, rel=0.02)
    assert table["distance_km"].tolist() == pytest.approx([16.0, 16.0, 16.0])


def test_fuels_have_one_energy_content() -> None:
    """The figure counts a litre as the indicators do."""
    expected = {name: fuel.mj_per_l for name, fuel in FUELS.items()}
    assert {name: FUEL_MJ_PER_L[name] for name in expected} == pytest.approx(expected)


def test_cost_components_are_parts_of_the_total(run_dir: Path) -> None:
    """Costs of all carriers are added up by component, dearest first; what cost nothing is left out."""
    assert cost_components(RunFolder(run_dir)).to_dict() == {"driver": 1200.0, "fuel": 340.0}


def test_bad_folders_are_one_clear_line(tmp_path: Path, run_dir: Path) -> None:
    """A missing, foreign or unfinished folder is named with what was expected."""
    with pytest.raises(ResultsError, match="no such run folder"):
        draw_run_figures(tmp_path / "none")
    with pytest.raises(ResultsError, match=r"manifest\.json and kpis\.json missing"):
        draw_run_figures(tmp_path)
    (tmp_path / "kpis.json").write_text("{}")
    (tmp_path / "manifest.json").write_text('{"status": "running"}')
    with pytest.raises(ResultsError, match="interrupted"):
        draw_run_figures(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(ResultsError, match="line 1: expected JSON"):
        draw_run_figures(tmp_path)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    """A run folder without one of its tables says which."""
    (tmp_path / "kpis.json").write_text("{}")
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(ResultsError, match=r"network_links\.parquet: missing"):
        draw_run_figures(tmp_path)


def test_figures_need_no_display(run_dir: Path) -> None:
    """Drawing never loads pyplot, which would look for a display."""
    import subprocess
    import sys

    draw = f"from sim.view import draw_run_figures; draw_run_figures({str(run_dir)!r})"
    code = f"import sys; {draw}; print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_one_figure_as_vectors_elsewhere(run_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`sim plot RUN FIGURE --format svg` draws one figure whose letters are outlines; equal runs give equal files."""
    assert main(["plot", str(run_dir), "kerb_by_hour", "--format", "svg", "--out", str(tmp_path / "a")]) == 0
    assert main(["plot", str(run_dir), "kerb_by_hour", "--format", "svg", "--out", str(tmp_path / "b")]) == 0
    (drawn,) = (tmp_path / "a").iterdir()
    assert drawn.name == "kerb_by_hour.svg"
    assert drawn.read_text(encoding="utf-8").count("<path") > 10
    assert drawn.read_bytes() == (tmp_path / "b" / drawn.name).read_bytes()
    assert main(["plot", str(run_dir), "kerb", "--format", "svg"]) == 2
    assert "found no figure 'kerb'" in capsys.readouterr().err

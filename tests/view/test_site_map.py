"""The map of proposed sites."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.network import GridParams, RoadNetwork, grid_network
from sim.view import draw_site_map, site_map


@pytest.fixture(scope="module")
def network() -> RoadNetwork:
    """A small grid with a Chinese label."""
    return replace(grid_network(GridParams()), label="张店 Grid (SCHEMATIC)")


def tables(network: RoadNetwork) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two sites and three points of demand."""
    nodes = network.nodes[["lon", "lat"]]
    demand = nodes.iloc[[0, 4, 8]].assign(weight=[1.0, 2.0, 3.0], distance_m=[10.0, 400.0, 900.0])
    return nodes.iloc[[0, 3]], demand


def test_the_map_says_who_is_near(network: RoadNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Legend with the number of sites and the radius, title, figures of the proposal, and that it is schematic."""
    saved: list[Figure] = []

    def keep(figure: Figure, path: Path, *, crop: bool = False) -> Path:
        saved.append(figure)
        return path

    monkeypatch.setattr(site_map, "save_figure", keep)
    draw_site_map(network, *tables(network), tmp_path / "m.png", radius_m=300.0, title="stations", caption="gap 0.1 %")
    texts = [text.get_text() for text in saved[0].findobj(Text) if text.get_text()]
    for words in ("proposed sites (2)", "a site within 300 m", "no site as near", "张店 Grid (SCHEMATIC): stations"):
        assert words in texts
    assert any("gap 0.1 %" in text and "SCHEMATIC" in text for text in texts)


def test_the_map_is_written(network: RoadNetwork, tmp_path: Path) -> None:
    """Without a missing glyph."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = draw_site_map(
            network, *tables(network), tmp_path / "deep" / "map.png", radius_m=300.0, title="站点", caption=""
        )
    assert path.stat().st_size > 20_000

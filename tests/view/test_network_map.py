"""The map of a network with its places."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.network import GridParams, RoadNetwork, grid_network
from sim.view import draw_network_map, network_map
from sim.view.map_base import FlatMap
from sim.view.network_map import label_points


@pytest.fixture(scope="module")
def network() -> RoadNetwork:
    """A small grid whose main roads have Chinese names."""
    grid = grid_network(GridParams())
    names = {name: f"{'东南西北中'[i % 5]}{i}路" for i, name in enumerate(sorted(grid.links["name"].unique()))}
    return replace(grid, links=grid.links.assign(name=grid.links["name"].map(names)))


def texts_drawn(network: RoadNetwork, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All text on the map of a network."""
    saved: list[Figure] = []

    def keep(figure: Figure, path: Path, *, crop: bool = False) -> Path:
        saved.append(figure)
        return path

    monkeypatch.setattr(network_map, "save_figure", keep)
    draw_network_map(network, Path("map.png"))
    return [text.get_text() for text in saved[0].findobj(Text) if text.get_text()]


def test_the_map_is_written(network: RoadNetwork, tmp_path: Path) -> None:
    """A map with streets, zones, places and Chinese street names is drawn without a missing glyph."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = draw_network_map(network, tmp_path / "deep" / "map.png")
    assert path.stat().st_size > 20_000


def test_the_map_names_what_it_shows(network: RoadNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    """Label, street names, number of places by kind and the size of the network stand on the map."""
    texts = texts_drawn(network, monkeypatch)
    assert any("SCHEMATIC" in text for text in texts)
    assert any(text.endswith("路") for text in texts)
    shops = len(network.places_of("shop"))
    assert f"shops ({shops:,})" in texts
    assert any(f"{network.n_links:,} links" in text for text in texts)


def test_a_network_without_places_or_names_is_drawn(network: RoadNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bare streets are a map too, with no legend."""
    bare = replace(network, links=network.links.assign(name=""), zones=network.zones[:0], places=network.places[:0])
    texts = texts_drawn(bare, monkeypatch)
    assert not any("shops (" in text for text in texts)


def test_street_names_keep_apart(network: RoadNetwork) -> None:
    """The room that a name takes grows with its letters, and Chinese ones are wider."""
    chart = FlatMap.around(network.links["geometry"].to_numpy())

    def width(text: str) -> float:
        points = label_points(chart, text, np.zeros(2))
        return float(np.ptp(points[:, 0]))

    assert width("柳泉路柳泉路") == pytest.approx(2 * width("柳泉路"))
    assert width("柳泉路") > width("abc")
    upright = label_points(chart, "柳泉路", np.zeros(2), 90.0)
    assert np.ptp(upright[:, 0]) == pytest.approx(0.0, abs=1e-9)


def test_missing_names_are_no_names(network: RoadNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link whose name is not a number or None gets no label."""
    unnamed = network.links.assign(name=pd.Series([None] * network.n_links, dtype=object))
    texts = texts_drawn(replace(network, links=unnamed), monkeypatch)
    assert "nan" not in texts
    assert "None" not in texts

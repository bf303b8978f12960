"""Distribution centres: which are in use, and how fast they sort."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.errors import ConfigError, NetworkError
from sim.facilities import CentreParams, SortingLine
from sim.facilities.distribution_centre import find_centres
from sim.facilities.hub import find_hubs
from sim.network import read_network


def _params(**change: object) -> CentreParams:
    content = {"number": None, "docks": 2, "slot_min": 15, "fixed_min": 10, "tonne_min": 12}
    return CentreParams.model_validate(content | {"orders_per_h": 360.0, "sorting_min": 20.0} | change)


def test_truckloads_are_sorted_one_after_the_other() -> None:
    """60 orders take 10 min; the second truck waits for the first, then 20 min to the gates."""
    line = SortingLine(_params())
    assert line.sort(0.0, 60) == 600.0 + 1200.0
    assert line.sort(300.0, 30) == 900.0 + 1200.0
    assert line.sort(7200.0, 6) == 7260.0 + 1200.0


def test_the_first_centres_of_the_network_are_in_use() -> None:
    """In the order of their names; all of them unless a number is given."""
    network = read_network("helsinki")
    all_of_them = find_centres(network, _params())
    assert [centre.place_id for centre in all_of_them] == sorted(centre.place_id for centre in all_of_them)
    assert find_centres(network, _params(number=1)) == [replace(all_of_them[0], params=_params(number=1))]


def test_more_centres_than_there_are() -> None:
    """The message has both numbers."""
    with pytest.raises(ConfigError, match=r"joint\.centre\.number: expected at most 2.*found 5"):
        find_centres(read_network("helsinki"), _params(number=5))


def test_a_network_without_centres_or_hubs() -> None:
    """The message says what is missing and what needs it."""
    network = read_network("grid")
    bare = replace(network, places=network.places[network.places["kind"] == "shop"])
    with pytest.raises(NetworkError, match=r"distribution_centre.*joint delivery"):
        find_centres(bare, _params())
    with pytest.raises(NetworkError, match=r"'hub'.*depot"):
        find_hubs(bare, _params())

"""Sampled places: repeatable, where streets invite shops, hubs at the rim."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.network import PlaceSamplingParams, complete_places, grid_network, links_in_zone, sample_places
from sim.network.grid import GridParams
from sim.network.place_sampling import SHOP_TYPE_SHARES
from sim.network.places import SHOP_TYPES, no_places
from sim.network.zones import link_middles_m, no_zones

GRID = grid_network(GridParams(rows=12, columns=12))
BARE = replace(GRID, places=no_places(), zones=no_zones(), notes=())


def test_same_seed_same_places() -> None:
    """A seed gives the same places again, another seed others."""
    assert sample_places(BARE, 3).equals(sample_places(BARE, 3))
    assert not sample_places(BARE, 3).equals(sample_places(BARE, 4))


def test_kinds_do_not_disturb_each_other() -> None:
    """Chargers drawn alone are the chargers drawn with everything else."""
    alone = sample_places(BARE, 3, kinds=["charger"])
    together = sample_places(BARE, 3)
    assert alone["link"].tolist() == together[together["kind"] == "charger"]["link"].tolist()


def test_seed_zero_is_a_seed() -> None:
    """Seed 0 is taken as it is and differs from seed 1."""
    assert not sample_places(BARE, 0).equals(sample_places(BARE, 1))


def test_shops_crowd_in_the_middle() -> None:
    """Shops lie nearer to the middle than streets do, and without decay as the streets do."""
    middle = link_middles_m(BARE)
    distance = np.hypot(*(middle - middle.mean(axis=0)).T)
    many = {"shops": 3000}
    near = sample_places(BARE, 1, PlaceSamplingParams(centrality_decay=2.0, **many), kinds=["shop"])["link"]
    flat = sample_places(BARE, 1, PlaceSamplingParams(centrality_decay=0.0, **many), kinds=["shop"])["link"]
    assert distance[near].mean() < 0.8 * distance.mean()
    assert distance[flat].mean() == pytest.approx(distance.mean(), rel=0.05)


def test_types_come_in_their_shares() -> None:
    """Each of the eight types has its share of 4,000 shops, within five standard errors."""
    shops = sample_places(BARE, 1, PlaceSamplingParams(shops=4000), kinds=["shop"])
    found = shops["type"].value_counts(normalize=True)
    assert set(SHOP_TYPE_SHARES) == set(SHOP_TYPES)
    assert sum(SHOP_TYPE_SHARES.values()) == pytest.approx(1.0)
    for kind, share in SHOP_TYPE_SHARES.items():
        assert found[kind] == pytest.approx(share, abs=5 * np.sqrt(share * (1 - share) / 4000))


def test_number_of_shops_follows_the_length_of_the_streets() -> None:
    """Four shops a directed kilometre: 2 x 2 x 12 x 11 links of 200 m are 105.6 km, so 422 shops."""
    assert len(sample_places(BARE, 1, PlaceSamplingParams(shops_per_km=4.0), kinds=["shop"])) == 422


def test_hubs_lie_at_the_rim_and_out_of_the_centre() -> None:
    """Hubs lie within half a block of the outermost streets and no link of theirs is in the zone `centre`."""
    network = complete_places(BARE, 1)
    hubs = network.places_of("hub")["link"].to_numpy()
    middle = link_middles_m(network)
    half_m = np.abs(middle - middle.mean(axis=0)).max(axis=1)
    assert (half_m[hubs] >= 0.9 * half_m.max()).all()
    assert not links_in_zone(network, "centre")[hubs].any()
    assert len(set(hubs)) == len(hubs)


def test_station_sites_are_spread() -> None:
    """No two of twelve station sites lie on links closer than a block."""
    sites = sample_places(BARE, 1, PlaceSamplingParams(station_sites=12), kinds=["station_site"])["link"].to_numpy()
    middle = link_middles_m(BARE)[sites]
    apart = np.hypot(*(middle[:, None] - middle[None]).transpose(2, 0, 1))
    assert apart[~np.eye(12, dtype=bool)].min() > 200.0


def test_what_a_network_has_is_kept() -> None:
    """Shops from a survey stay; only the missing kinds are sampled, and the note counts them."""
    shops = GRID.places_of("shop").head(5)
    network = complete_places(replace(BARE, places=shops), 1)
    assert network.places_of("shop")["place_id"].tolist() == shops["place_id"].tolist()
    assert not any(" shop" in note for note in network.notes if "sampled" in note)
    assert any("4 hub" in note for note in network.notes)


def test_places_lie_on_the_kerb_of_their_link() -> None:
    """The nearest link to a sampled shop is the one it was drawn for."""
    from sim.network import find_links_near

    shops = sample_places(BARE, 1, kinds=["shop"])
    assert np.array_equal(find_links_near(BARE, shops["lon"], shops["lat"]), shops["link"])

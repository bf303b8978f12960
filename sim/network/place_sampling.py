"""
Places sampled for a network that comes without: shops by road class and centrality, hubs at the rim.

What is sampled is made up and said to be so in the notes of the network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from sim.contracts import FloatArray
from sim.network.place_positions import draw_links, place_table, rim_links, spread_links
from sim.network.places import make_places, place_attributes
from sim.network.projection import project
from sim.network.road_network import PLACE_KINDS, RoadNetwork
from sim.network.zones import default_zones, link_middles_m
from sim.random_streams import RandomStreams

if TYPE_CHECKING:
    import geopandas as gpd

SHOP_WEIGHT_OF_CLASS = {
    "primary": 1.0,
    "secondary": 1.6,
    "tertiary": 1.6,
    "unclassified": 0.8,
    "road": 0.8,
    "residential": 1.0,
    "living_street": 1.0,
    "service": 0.2,
}
"""Shops by kilometre of street, relative to a residential one. Assumption. Other classes have none."""

SHOP_TYPE_SHARES = {
    "convenience": 0.22,
    "supermarket": 0.05,
    "chain_store": 0.10,
    "restaurant": 0.28,
    "fresh_market": 0.03,
    "pharmacy": 0.07,
    "clothing": 0.11,
    "other": 0.14,
}
"""Share of shops by type. Assumption."""

_BEARINGS = ("east", "north-east", "north", "north-west", "west", "south-west", "south", "south-east")


class PlaceSamplingParams(BaseModel, frozen=True, extra="forbid"):
    """How many places a network without any gets."""

    shops_per_km: float = Field(4.0, ge=0, le=200, description="Shops by directed km of link [1/km]. Assumption.")
    shops: int | None = Field(None, ge=0, description="Number of shops; from `shops_per_km` when not given.")
    hubs: int = Field(4, ge=1, le=50, description="Hubs at the rim. Assumption.")
    distribution_centres: int = Field(2, ge=0, le=50, description="Public distribution centres. Assumption.")
    station_sites: int = Field(20, ge=0, le=500, description="Sites offered for terminal stations. Assumption.")
    chargers: int = Field(10, ge=0, le=1000, description="Public charging sites. Assumption.")
    connectors_per_charger: int = Field(4, ge=1, le=100, description="Connectors of a charging site. Assumption.")
    charger_power_kw: float = Field(60.0, gt=0, le=1000, description="Power of a connector [kW]. Assumption.")
    parking: int = Field(10, ge=0, le=1000, description="Car parks. Assumption.")
    loading: int = Field(20, ge=0, le=5000, description="Loading bays marked on the street. Assumption.")
    middle: tuple[float, float] | None = Field(
        None, description="Longitude and latitude about which shops crowd [degrees]; the middle of the streets if none."
    )
    centrality_decay: float = Field(
        1.0,
        ge=0,
        le=10,
        description="Fall of shop density, e-folds at the median distance from the middle [-]. Assumption.",
    )


def sample_places(
    network: RoadNetwork,
    seed: int,
    params: PlaceSamplingParams | None = None,
    *,
    kinds: Sequence[str] | None = None,
    names: Mapping[str, Sequence[str]] | None = None,
) -> gpd.GeoDataFrame:
    """
    Places drawn for a network: all kinds, or only those named.

    Parameters
    ----------
    network
        Road network; its places are not looked at.
    seed
        Root seed of the draws.
    params
        Numbers of places.
    kinds
        Kinds to draw; all when None. The draws of one kind do not depend on the others.
    names
        Names by kind; those of hubs and distribution centres by bearing, counter-clockwise from east.

    Returns
    -------
    GeoDataFrame
        Columns `PLACE_COLUMNS`.
    """
    params = params or PlaceSamplingParams()
    streams = RandomStreams(seed)
    weight = shop_weights(network, params)
    n_shops = params.shops
    if n_shops is None:
        n_shops = max(20, round(params.shops_per_km * float(network.length_m.sum()) / 1000.0))
    tables: list[pd.DataFrame] = []
    for kind, number in (
        ("shop", n_shops),
        ("charger", params.chargers),
        ("parking", params.parking),
        ("loading", params.loading),
    ):
        if kinds is None or kind in kinds:
            rng = streams.generator(f"network.{kind}_places")
            spread = weight if kind in ("shop", "loading") else np.sqrt(weight * network.length_m)
            link = draw_links(spread, number, rng, is_even=kind != "shop")
            tables.append(_drawn_places(network, kind, link, rng, params))
    if kinds is None or "station_site" in kinds:
        link = spread_links(network, weight, params.station_sites)
        tables.append(_placed(network, "station_site", link, [f"Station site {i + 1}" for i in range(len(link))]))
    if kinds is None or "hub" in kinds:
        link, bearing = rim_links(network, params.hubs, reach=1.0, turn=-0.5)
        titles = [f"Hub {_bearing_name(value)}" for value in bearing]
        tables.append(_placed(network, "hub", link, titles))
    if kinds is None or "distribution_centre" in kinds:
        link, bearing = rim_links(network, params.distribution_centres, reach=0.6, turn=0.5)
        titles = [f"Distribution centre {_bearing_name(value)}" for value in bearing]
        tables.append(_placed(network, "distribution_centre", link, titles))
    places = pd.concat(tables, ignore_index=True)
    for kind, given in (names or {}).items():
        rows = np.flatnonzero(places["kind"] == kind)[: len(given)]
        places.loc[rows, "name"] = list(given)[: len(rows)]
    return make_places(places)


def complete_places(
    network: RoadNetwork,
    seed: int,
    params: PlaceSamplingParams | None = None,
    *,
    names: Mapping[str, Sequence[str]] | None = None,
) -> RoadNetwork:
    """The network with places of every kind and zones: those it has are kept, the rest is sampled, drawn and noted."""
    if network.zones.empty:  # hubs last: they stay out of the centre that is drawn from the rest
        network = _with_missing_places(network, seed, params, names, ("shop",))
        note = "Zones drawn from link lengths and shops, not from any plan."
        network = replace(network, zones=default_zones(network), notes=(*network.notes, note))
    return _with_missing_places(network, seed, params, names, PLACE_KINDS)


def _with_missing_places(
    network: RoadNetwork,
    seed: int,
    params: PlaceSamplingParams | None,
    names: Mapping[str, Sequence[str]] | None,
    wanted: Sequence[str],
) -> RoadNetwork:
    have = set(network.places["kind"])
    missing = [kind for kind in wanted if kind not in have]
    if missing:
        sampled = sample_places(network, seed, params, kinds=missing, names=names)
        counts = ", ".join(f"{int((sampled['kind'] == kind).sum())} {kind}" for kind in missing)
        places = make_places(pd.concat([pd.DataFrame(network.places), pd.DataFrame(sampled)], ignore_index=True))
        note = f"Places sampled, not surveyed, with seed {seed}: {counts}."
        network = replace(network, places=places, notes=(*network.notes, note))
    return network


def shop_weights(network: RoadNetwork, params: PlaceSamplingParams) -> FloatArray:
    """Expected shops of each link, up to a factor [-]: length, road class and distance from the middle."""
    by_class = np.array([SHOP_WEIGHT_OF_CLASS.get(str(name), 0.0) for name in network.links["road_class"]])
    if not (by_class > 0).any():
        by_class = np.ones(network.n_links)
    middle = link_middles_m(network)
    centre = np.average(middle, axis=0, weights=network.length_m)
    if params.middle is not None:
        centre = np.column_stack(project([params.middle[0]], [params.middle[1]], network.crs_metric))[0]
    distance = np.hypot(*(middle - centre).T)
    typical = max(float(np.median(distance)), 1.0)
    weight: FloatArray = network.length_m * by_class * np.exp(-params.centrality_decay * distance / typical)
    return weight


def _drawn_places(
    network: RoadNetwork, kind: str, link: NDArray[np.int64], rng: np.random.Generator, params: PlaceSamplingParams
) -> pd.DataFrame:
    share = rng.uniform(0.1, 0.9, len(link))
    attributes = ["{}"] * len(link)
    types = [kind] * len(link)
    if kind == "shop":
        kinds, shares = list(SHOP_TYPE_SHARES), np.array(list(SHOP_TYPE_SHARES.values()))
        types = [kinds[i] for i in np.searchsorted(np.cumsum(shares), rng.random(len(link)) * shares.sum())]
    elif kind == "charger":
        text = place_attributes(connectors=params.connectors_per_charger, power_kw=params.charger_power_kw)
        attributes = [text] * len(link)
    elif kind == "parking":
        attributes = [place_attributes(spaces=int(n)) for n in rng.integers(20, 200, len(link))]
    elif kind == "loading":
        attributes = [place_attributes(spaces=int(n)) for n in rng.integers(1, 4, len(link))]
    titles = [""] * len(link) if kind == "shop" else [f"{kind.capitalize()} {i + 1}" for i in range(len(link))]
    return place_table(network, kind, link, share, types, titles, attributes)


def _placed(network: RoadNetwork, kind: str, link: NDArray[np.int64], names: Sequence[str]) -> pd.DataFrame:
    number = len(link)
    share = np.full(number, 0.5)
    return place_table(network, kind, link, share, [kind] * number, names, ["{}"] * number)


def _bearing_name(angle: float) -> str:
    return _BEARINGS[round(angle / (np.pi / 4)) % 8]

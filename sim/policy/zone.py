"""The zones that a rule names, and the links that meet them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.errors import ConfigError
from sim.network import RoadNetwork
from sim.policy.access_rule import AccessRuleParams, WhereParams


def zone_rows(rules: Mapping[str, AccessRuleParams], network: RoadNetwork) -> dict[str, NDArray[np.intp]]:
    """
    Rows of the network's zones in which each rule holds.

    Raises
    ------
    ConfigError
        Listing every role and zone that the network does not have, with those that it has.
    """
    faults: list[str] = []
    rows = {}
    for rule_id, rule in rules.items():
        rows[rule_id] = np.flatnonzero(_is_named(rule.where, network))
        faults += [f"policy.rules.{rule_id}.where.{fault}" for fault in _unknown_zones(rule.where, network)]
    if faults:
        raise ConfigError(faults)
    return rows


def links_of_zones(network: RoadNetwork) -> NDArray[np.bool_]:
    """Which links meet which zone, shape (n_zones, n_links): geometry and polygon have a point in common."""
    import shapely

    meets = np.zeros((len(network.zones), network.n_links), dtype=bool)
    tree = shapely.STRtree(network.links["geometry"].to_numpy())
    zone, link = tree.query(network.zones["geometry"].to_numpy(), predicate="intersects")
    meets[zone, link] = True
    return meets


def _is_named(where: WhereParams, network: RoadNetwork) -> NDArray[np.bool_]:
    zones = network.zones
    named: NDArray[np.bool_] = (zones["role"].isin(where.zone_roles) | zones["zone_id"].isin(where.zone_ids)).to_numpy(
        dtype=bool
    )
    return named


def _unknown_zones(where: WhereParams, network: RoadNetwork) -> list[str]:
    faults = []
    for field, column, wanted in (
        ("zone_roles", "role", where.zone_roles),
        ("zone_ids", "zone_id", where.zone_ids),
    ):
        known = sorted({str(value) for value in network.zones[column]})
        expected = f"a {column} of network {network.name}: {', '.join(known) or 'it has none'}"
        faults += [f"{field}: found {name!r}, expected {expected}" for name in wanted if name not in known]
    return faults

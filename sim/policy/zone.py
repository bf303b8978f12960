"""Where a rule holds: the zones and links that it names, and the links that meet them."""

from __future__ import annotations

from collections.abc import Mapping
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from sim.errors import ConfigError
from sim.network import RoadNetwork
from sim.policy.access_rule import AccessRuleParams, WhereParams

_MEETS: WeakKeyDictionary[RoadNetwork, NDArray[np.bool_]] = WeakKeyDictionary()


def zone_rows(rules: Mapping[str, AccessRuleParams], network: RoadNetwork) -> dict[str, NDArray[np.intp]]:
    """
    Rows of the network's zones in which each rule holds.

    Raises
    ------
    ConfigError
        Listing every role, zone, link and road class that the network does not have, with those that it has.
    """
    faults: list[str] = []
    rows = {}
    for rule_id, rule in rules.items():
        rows[rule_id] = np.flatnonzero(_is_named(rule.where, network))
        faults += [f"policy.rules.{rule_id}.where.{fault}" for fault in _unknown(rule.where, network)]
    if faults:
        raise ConfigError(faults)
    return rows


def links_of_zones(network: RoadNetwork) -> NDArray[np.bool_]:
    """Which links meet which zone, shape (n_zones, n_links): geometry and polygon have a point in common."""
    import shapely

    if network not in _MEETS:
        meets = np.zeros((len(network.zones), network.n_links), dtype=bool)
        tree = shapely.STRtree(network.links["geometry"].to_numpy())
        zone, link = tree.query(network.zones["geometry"].to_numpy(), predicate="intersects")
        meets[zone, link] = True
        meets.flags.writeable = False
        _MEETS[network] = meets
    return _MEETS[network]


def links_of_rule(rule: AccessRuleParams, network: RoadNetwork, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
    """
    Links on which a rule holds, shape (n_links,).

    Parameters
    ----------
    rule
        The rule.
    network
        Road network.
    rows
        Its zones, from `zone_rows`.
    """
    where = rule.where
    chosen: NDArray[np.bool_] = np.any(links_of_zones(network)[rows], axis=0)
    if where.link_ids:
        is_single: NDArray[np.bool_] = network.links["link_id"].isin(where.link_ids).to_numpy(dtype=bool)
        chosen = np.logical_or(chosen, is_single)
    if where.road_classes:
        of_class: NDArray[np.bool_] = network.links["road_class"].isin(where.road_classes).to_numpy(dtype=bool)
        is_alone = not (where.zone_roles or where.zone_ids or where.link_ids)
        chosen = of_class if is_alone else np.logical_and(chosen, of_class)
    return chosen


def gateways(network: RoadNetwork, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Links by which a van comes into some zones: they meet a zone and begin outside all of them, shape (n_links,)."""
    import shapely

    nodes = network.nodes
    is_inside = np.zeros(network.n_nodes, dtype=bool)
    for polygon in network.zones["geometry"].to_numpy()[rows]:
        is_inside |= shapely.intersects_xy(polygon, nodes["lon"].to_numpy(), nodes["lat"].to_numpy())
    enters: NDArray[np.bool_] = links_of_zones(network)[rows].any(axis=0) & ~is_inside[network.from_node]
    return enters


def _is_named(where: WhereParams, network: RoadNetwork) -> NDArray[np.bool_]:
    zones = network.zones
    is_named = [
        role in where.zone_roles or zone_id in where.zone_ids
        for role, zone_id in zip(zones["role"].tolist(), zones["zone_id"].tolist(), strict=True)
    ]
    return np.array(is_named, dtype=bool)


def _unknown(where: WhereParams, network: RoadNetwork) -> list[str]:
    faults = []
    for field, column, wanted in (
        ("zone_roles", "role", where.zone_roles),
        ("zone_ids", "zone_id", where.zone_ids),
    ):
        known = sorted({str(value) for value in network.zones[column]})
        expected = f"a {column} of network {network.name}: {', '.join(known) or 'it has none'}"
        faults += [f"{field}: found {name!r}, expected {expected}" for name in wanted if name not in known]
    if where.road_classes:
        classes = sorted({str(value) for value in network.links["road_class"]})
        faults += [
            f"road_classes: found {name!r}, expected a road_class of network {network.name}: {', '.join(classes)}"
            for name in where.road_classes
            if name not in classes
        ]
    strangers = sorted(set(where.link_ids) - set(network.links["link_id"].tolist())) if where.link_ids else []
    if strangers:
        faults.append(f"link_ids: found {strangers[:5]}, expected link_id of network {network.name}")
    return faults

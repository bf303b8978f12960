"""Zones by role and name, and the links that meet them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sim.errors import ConfigError
from sim.network import RoadNetwork, links_in_zone
from sim.policy import AccessRuleParams
from sim.policy.zone import links_of_zones, zone_rows

RuleOf = Callable[..., AccessRuleParams]


def test_a_role_means_all_its_zones(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """`centre` is core and port: links 1 to 4, 7 and 8; touching the edge at x = 2 or 8 counts."""
    rows = zone_rows({"r": rule_of(where={"zone_roles": ["centre"]})}, strip)["r"]
    assert np.flatnonzero(links_of_zones(strip)[rows].any(axis=0)).tolist() == [1, 2, 3, 4, 7, 8]


def test_roles_and_names_add_up(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """A role and a zone of another role: the links of both."""
    rows = zone_rows({"r": rule_of(where={"zone_roles": ["inner_ring"], "zone_ids": ["port"]})}, strip)["r"]
    assert np.flatnonzero(links_of_zones(strip)[rows].any(axis=0)).tolist() == [1, 2, 3, 4, 5, 6, 7, 8]


def test_membership_is_that_of_the_network_room(strip: RoadNetwork) -> None:
    """The network's own test of links in a role says the same."""
    rows = np.flatnonzero(strip.zones["role"] == "centre")
    assert np.array_equal(links_of_zones(strip)[rows].any(axis=0), links_in_zone(strip, "centre"))


def test_unknown_zones_are_all_named(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """Every unknown role and name of every rule, with those that the network has."""
    rules = {
        "a": rule_of(where={"zone_roles": ["center", "centre"]}),
        "b": rule_of(where={"zone_ids": ["harbour"]}),
    }
    with pytest.raises(ConfigError) as caught:
        zone_rows(rules, strip)
    assert caught.value.faults == (
        "policy.rules.a.where.zone_roles: found 'center', expected a role of network strip: centre, inner_ring, park",
        "policy.rules.b.where.zone_ids: found 'harbour', expected a zone_id of network strip: core, park, port, ring",
    )

"""A strip of streets with zones along it, and short ways to write rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from sim.network import RoadNetwork
from sim.network.places import no_places
from sim.network.zones import make_zones
from sim.policy import AccessRuleParams

N_LINKS = 10

ZONES = [
    ("core", "centre", "Core", shapely.box(2.0, -0.5, 4.5, 0.5)),
    ("port", "centre", "Port", shapely.box(8.0, -0.5, 8.2, 0.5)),
    ("ring", "inner_ring", "Ring", shapely.box(1.5, -0.5, 6.5, 0.5)),
    ("park", "park", "Park", shapely.box(0.0, 3.0, 9.0, 4.0)),
]
"""Link l runs from (l, 0) to (l + 1, 0), so by hand: core meets 1 to 4, port 7 and 8, ring 1 to 6, park none."""


@pytest.fixture(scope="session")
def strip() -> RoadNetwork:
    """Ten links end to end along the x axis, with four zones."""
    node = np.arange(N_LINKS + 1)
    nodes = pd.DataFrame({"node_id": node, "lon": node * 1.0, "lat": 0.0, "x_m": 0.0, "y_m": 0.0, "is_signal": False})
    links = pd.DataFrame(
        {
            "link_id": node[:-1],
            "from_node_id": node[:-1],
            "to_node_id": node[1:],
            "road_class": ["primary"] * 5 + ["residential"] * 5,
            "geometry": [shapely.LineString([(x, 0.0), (x + 1.0, 0.0)]) for x in range(N_LINKS)],
        }
    )
    return RoadNetwork("strip", "Strip", True, "EPSG:32650", nodes, links, make_zones(ZONES), no_places())


def rule_of(**changes: Any) -> AccessRuleParams:
    """A ban of light vans from zone `core` on Mondays 07:00-08:30, with changes."""
    content: dict[str, Any] = {
        "effect": "deny",
        "where": {"zone_ids": ["core"]},
        "who": {"access_class": ["light"]},
        "when": {"weekdays": ["mo"], "windows": ["07:00-08:30"]},
    }
    return AccessRuleParams.model_validate(content | changes)


@pytest.fixture(name="rule_of")
def rule_of_fixture() -> Callable[..., AccessRuleParams]:
    """The function `rule_of`."""
    return rule_of

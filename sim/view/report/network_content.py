"""The map of a network without a day on it: what a page needs to show streets, zones and places."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.network import RoadNetwork
from sim.view.report.movements import PLACE_KINDS
from sim.view.report.roads import FlatGround, road_lines
from sim.view.report.zones import zones_and_rules
from sim.view.run_folder import MapLabel

_KINDS = {"distribution_centre": "centre", "station_site": "station"}
_NO_ROWS = np.zeros(1, dtype=np.int32)


def network_content(
    network: RoadNetwork, rules: dict[str, Any] | None = None, *, weekday: str = "tu"
) -> dict[str, Any]:
    """
    Content of a map with streets, zones and places, and no vans.

    Parameters
    ----------
    network
        Road network.
    rules
        Rules as in `rules.json`; the zones of the network without rules when None.
    weekday
        Day of the week on which rules are shown.
    """
    import shapely.geometry

    links = network.links.reset_index(drop=True)
    links["name"] = links["name"].where(links["name"].notna(), "") if "name" in links else ""
    ground = FlatGround(links["geometry"].to_numpy())
    label = MapLabel.of(network.label, is_schematic=network.is_schematic, source=network.source)
    features = [
        {
            "properties": {"zone_id": row["zone_id"], "role": row["role"], "name": row["name"]},
            "geometry": shapely.geometry.mapping(row["geometry"]),
        }
        for _, row in network.zones.iterrows()
    ]
    places = network.places[~network.places["kind"].isin(("parking",))].reset_index(drop=True)
    flat = ground.flat(places[["lon", "lat"]].to_numpy(dtype=np.float64))
    kinds = places["kind"].astype(object).replace(_KINDS).map({kind: code for code, kind in enumerate(PLACE_KINDS)})
    codes, words = pd.factorize(places["type"].astype(str))
    return {
        "run": {
            "id": network.name,
            "name": network.name,
            "label": label.label,
            "credit": label.credit,
            "is_schematic": "SCHEMATIC" in label.label,
            "weekday": weekday,
            "start_s": 0.0,
            "end_s": 86400.0,
            "warnings": [],
        },
        "ground": {"west": ground.west, "south": ground.south, "stretch": ground.stretch},
        "roads": road_lines(links, ground),
        "speeds": None,
        **zones_and_rules({"zones": {"features": features}, **(rules or {})}, ground, weekday=weekday),
        "zone_ids": [str(name) for name in network.zones["zone_id"]],
        "vans": {"id": []},
        "traces": {"starts": _NO_ROWS, "thinned": 1},
        "trips": {"starts": _NO_ROWS},
        "stops": {"starts": _NO_ROWS},
        "charging": {"starts": _NO_ROWS},
        "stays": {"berth": np.zeros(0, dtype=np.int32)},
        "places": {
            "id": [str(name) for name in places["place_id"]],
            "name": [str(name) for name in places["name"]],
            "type": {"words": [str(word) for word in words], "code": codes.astype(np.int32)},
            "kind": kinds.fillna(255).to_numpy(dtype=np.uint8),
            "link": places["link"].to_numpy(dtype=np.int32),
            "x": np.ascontiguousarray(flat[:, 0]),
            "y": np.ascontiguousarray(flat[:, 1]),
            "capacity": np.full(len(places), -1, dtype=np.int32),
        },
        "words": {"purpose": [], "parking": [], "outcome": [], "place": PLACE_KINDS},
    }

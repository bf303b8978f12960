"""What is in a network, as a table."""

from __future__ import annotations

import pandas as pd

from sim.network.road_network import RoadNetwork
from sim.network.zones import links_in_zone
from sim.units import mps_to_kph


def network_table(network: RoadNetwork) -> pd.DataFrame:
    """
    Figures of a network with their units: size, road classes, zones, places, and where it is from.

    Returns
    -------
    DataFrame
        `figure`, `value`, `unit`; values are text, rounded for reading.
    """
    km = network.length_m / 1000.0
    speed_kph = mps_to_kph(float((network.free_speed_mps * km).sum() / km.sum()))
    rows: list[tuple[str, object, str]] = [
        ("label", network.label, ""),
        ("nodes", network.n_nodes, ""),
        ("links", network.n_links, ""),
        ("directed length", f"{km.sum():,.1f}", "km"),
        ("mean free speed", f"{speed_kph:.1f}", "km/h"),
        ("signals", int(network.nodes["is_signal"].sum()), "nodes"),
    ]
    by_class = pd.Series(km).groupby(network.links["road_class"].to_numpy()).sum().sort_values(ascending=False)
    rows += [(f"road class {name}", f"{length:,.1f}", "km") for name, length in by_class.items()]
    for role in dict.fromkeys(network.zones["role"]):
        inside = links_in_zone(network, str(role))
        rows.append((f"zone {role}", f"{km[inside].sum():,.1f}", "km"))
    ids = [f"{zone} (role {role})" for zone, role in zip(network.zones["zone_id"], network.zones["role"], strict=True)]
    rows.append(("zone_ids", ", ".join(ids) or "none", ""))
    rows += [(f"places: {kind}", number, "") for kind, number in network.places["kind"].value_counts().items()]
    types = network.places_of("shop")["type"].value_counts()
    rows += [(f"shops: {kind}", number, "") for kind, number in types.items()]
    rows += [("source", network.source, ""), ("licence", network.licence, "")]
    rows += [("note", note, "") for note in network.notes]
    return pd.DataFrame(
        [(figure, str(value), unit) for figure, value, unit in rows], columns=["figure", "value", "unit"]
    )

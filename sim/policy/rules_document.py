"""
The rules as resolved for a network: the content of `rules.json`.

It holds all that an independent check needs: zones as GeoJSON, links, vehicles, and hours in seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.network import RoadNetwork
from sim.policy.access_rule import AccessRuleParams, WhenParams
from sim.policy.vehicles import VehiclesParams
from sim.policy.zone import links_of_rule, links_of_zones, zone_rows

RULES_SCHEMA_VERSION = 1


def rules_document(rules: Mapping[str, AccessRuleParams], network: RoadNetwork) -> dict[str, Any]:
    """
    The rules as plain data, ready for JSON.

    Returns
    -------
    dict
        `schema_version`, `network`, `zones` (a GeoJSON FeatureCollection of the zones that rules name, with
        `zone_id, role, name`), and `rules`, each with

        - `rule_id`, `effect`;
        - `where`: a list of `zone_id, role, name, geometry, link_ids`; a link belongs to a zone when its geometry
          meets the polygon;
        - `link_ids`: all links on which the rule holds, single links and road classes considered;
        - `who` and `exempt`: lists `access_class` and `powertrain`, null where any will do; `exempt` is empty when
          nobody is;
        - `when`: `weekdays` and `windows` of `from_s, until_s` [s from midnight of the day on which the window
          begins; above 86400 on the next morning], the end not included; `seasons` where it does not hold all year;
        - `charge` (`by, cny, most_cny_per_day`), `speed_kph` and `stay_min` for the effects of these names.

    Raises
    ------
    ConfigError
        If a rule names a zone that the network does not have.
    """
    rows = zone_rows(rules, network)
    named = sorted({int(row) for chosen in rows.values() for row in chosen})
    zones = {row: _zone(network, row) for row in named}
    meets, link_id = links_of_zones(network), network.links["link_id"].to_numpy()
    link_ids = {row: [int(number) for number in link_id[meets[row]]] for row in named}
    return {
        "schema_version": RULES_SCHEMA_VERSION,
        "network": network.name,
        "zones": {"type": "FeatureCollection", "features": [_feature(zones[row]) for row in named]},
        "rules": [
            {
                "rule_id": rule_id,
                "effect": rule.effect,
                "where": [{**zones[row], "link_ids": link_ids[row]} for row in rows[rule_id].tolist()],
                "link_ids": [int(number) for number in link_id[links_of_rule(rule, network, rows[rule_id])]],
                "who": _vehicles(rule.who),
                "exempt": {} if rule.exempt is None else _vehicles(rule.exempt),
                "when": _hours(rule.when),
                **({} if rule.charge is None else {"charge": rule.charge.model_dump(mode="json")}),
                **({} if rule.speed_kph is None else {"speed_kph": rule.speed_kph}),
                **({} if rule.stay_min is None else {"stay_min": rule.stay_min}),
            }
            for rule_id, rule in rules.items()
        ],
    }


def _zone(network: RoadNetwork, row: int) -> dict[str, Any]:
    import shapely.geometry

    zone = network.zones.iloc[row]
    return {
        "zone_id": str(zone["zone_id"]),
        "role": str(zone["role"]),
        "name": str(zone["name"]),
        "geometry": shapely.geometry.mapping(zone["geometry"]),
    }


def _feature(zone: dict[str, Any]) -> dict[str, Any]:
    properties = {key: value for key, value in zone.items() if key != "geometry"}
    return {"type": "Feature", "properties": properties, "geometry": zone["geometry"]}


def _vehicles(vehicles: VehiclesParams) -> dict[str, Any]:
    more = vehicles.model_dump(mode="json", exclude_none=True, exclude={"access_class", "powertrain"})
    return {
        "access_class": None if vehicles.access_class is None else list(vehicles.access_class),
        "powertrain": None if vehicles.powertrain is None else list(vehicles.powertrain),
        **more,
    }


def _hours(when: WhenParams) -> dict[str, Any]:
    windows = [{"from_s": window.from_s, "until_s": window.until_s} for window in when.clock_windows()]
    seasons = {"seasons": list(when.seasons)} if when.seasons else {}
    return {"weekdays": list(when.days()), "windows": windows, **seasons}

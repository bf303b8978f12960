"""Shops, chargers, car parks and loading docks from OpenStreetMap tags."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sim.network.places import place_attributes

DEFAULT_CHARGER_POWER_KW = 22.0
"""Power of a connector whose tags do not tell [kW]. Assumption: three-phase alternating current, 32 A."""

_SHOP_TYPE_OF_TAG = {
    "convenience": "convenience kiosk newsagent tobacco alcohol beverages bakery confectionery pastry tea coffee wine",
    "supermarket": "supermarket wholesale frozen_food",
    "chain_store": "department_store mall variety_store general",
    "fresh_market": "greengrocer butcher seafood farm deli cheese dairy",
    "pharmacy": "chemist medical_supply",
    "clothing": "clothes shoes fashion boutique bag fashion_accessories tailor fabric leather jewelry sports",
}
_TYPE_OF_SHOP = {tag: kind for kind, tags in _SHOP_TYPE_OF_TAG.items() for tag in tags.split()}
_TYPE_OF_AMENITY = {
    **dict.fromkeys(("restaurant", "cafe", "fast_food", "bar", "pub", "food_court", "ice_cream"), "restaurant"),
    "pharmacy": "pharmacy",
    "marketplace": "fresh_market",
}
_NO_SHOP = {"no", "vacant", "closed"}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def place_of(tags: Mapping[str, str]) -> dict[str, object] | None:
    """
    Kind, type, name and attributes of a place, None when the tags tell of none.

    A shop of no listed type counts as `chain_store` when it has a brand, else as `other`.
    """
    name = tags.get("name", "")
    amenity, shop = tags.get("amenity", ""), tags.get("shop", "no")
    if amenity == "charging_station":
        return {"kind": "charger", "type": "charger", "name": name, "attributes": _charger(tags)}
    if amenity == "parking" and tags.get("access") not in ("private", "no"):
        spaces = _first_number(tags.get("capacity"))
        text = place_attributes(spaces=int(spaces)) if spaces else "{}"
        return {"kind": "parking", "type": tags.get("parking", "surface"), "name": name, "attributes": text}
    if amenity in ("loading_dock", "loading_zone"):
        return {"kind": "loading", "type": amenity, "name": name, "attributes": place_attributes(spaces=1)}
    kind = _TYPE_OF_AMENITY.get(amenity)
    if shop not in _NO_SHOP:
        kind = _TYPE_OF_SHOP.get(shop) or kind or ("chain_store" if "brand" in tags else "other")
    if kind is None:
        return None
    hours = tags.get("opening_hours")
    text = place_attributes(opening_hours=hours) if hours else "{}"
    return {"kind": "shop", "type": kind, "name": name, "attributes": text}


def _charger(tags: Mapping[str, str]) -> str:
    sockets = {key: value for key, value in tags.items() if key.startswith("socket:")}
    outputs = [value for key, value in sockets.items() if key.endswith(":output")]
    counts = [value for key, value in sockets.items() if key.count(":") == 1]
    connectors = sum(_first_number(value) or 1.0 for value in counts) or _first_number(tags.get("capacity")) or 1.0
    powers = [_first_number(value) or 0.0 for value in (*outputs, tags.get("charging_station:output", ""))]
    return place_attributes(connectors=int(connectors), power_kw=max(powers) or DEFAULT_CHARGER_POWER_KW)


def _first_number(text: str | None) -> float | None:
    match = _NUMBER.search(text) if text else None
    return float(match[0]) if match else None

"""
Places put on the map by hand: nodes and chargers go into a network of their own, berths into a table of berths.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.errors import InputError
from sim.facilities.station_sites import FURTHEST_FROM_STREET_M
from sim.network import RoadNetwork, distance_to_links_m, find_links_near
from sim.network.places import locate_places, may_stop, place_attributes

if TYPE_CHECKING:
    import geopandas as gpd

BERTH, CHARGER = "berth", "charger"
PLACE_KINDS = (BERTH, CHARGER, "distribution_centre", "station_site", "hub")
PLACES_MOST = 500

NUMBERS: dict[str, dict[str, tuple[float, float, float]]] = {
    BERTH: {"spaces": (1.0, 50.0, 2.0)},
    CHARGER: {"connectors": (1.0, 100.0, 4.0), "power_kw": (1.0, 1000.0, 60.0)},
}
"""What the form asks about a kind of place: least, most, and what stands there at first."""


def check_places(places: Any, network: RoadNetwork | None) -> None:
    """
    Whether places can be put where they were drawn.

    Parameters
    ----------
    places
        Places as the browser sends them: `kind`, `lon`, `lat`, `name`, and the numbers of `NUMBERS`.
    network
        Network that they were drawn on; None where it is not known.

    Raises
    ------
    InputError
        With every fault.
    """
    if not isinstance(places, list) or len(places) > PLACES_MOST:
        raise InputError(f"places: expected a list of at most {PLACES_MOST}")
    faults: list[str] = []
    for number, place in enumerate(places, start=1):
        if not isinstance(place, dict) or place.get("kind") not in PLACE_KINDS:
            faults.append(f"place {number}: kind: expected one of {', '.join(PLACE_KINDS)}")
            continue
        try:
            good = abs(float(place["lon"])) <= 180.0 and abs(float(place["lat"])) <= 90.0
        except (KeyError, TypeError, ValueError):
            good = False
        if not good:
            faults.append(f"place {number}: expected lon and lat in degrees")
        elif network is not None and _off_street_m(network, place) > FURTHEST_FROM_STREET_M:
            faults.append(
                f"place {number}: found no street within {FURTHEST_FROM_STREET_M:g} m; expected a place there"
            )
        if len(str(place.get("name") or "")) > 100:
            faults.append(f"place {number}: name: expected at most 100 characters")
        for key, (low, high, _) in NUMBERS.get(str(place["kind"]), {}).items():
            value = place.get(key)
            if value is None:
                continue
            is_number = isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
            if not is_number or (key != "power_kw" and value != round(value)):
                whole = "number" if key == "power_kw" else "whole number"
                faults.append(
                    f"place {number}: {key}: expected a {whole} from {low:g} to {high:g}, found {value!r:.40}"
                )
    if faults:
        raise InputError(faults)


def with_places(network: RoadNetwork, places: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    """Places of a network with those that were drawn, berths left out."""
    drawn = [(number, place) for number, place in enumerate(places, start=1) if place["kind"] != BERTH]
    if not drawn:
        return network.places
    table = pd.DataFrame(
        [
            {
                "place_id": f"drawn_{place['kind']}_{number:03d}",
                "kind": place["kind"],
                "type": "",
                "name": str(place.get("name") or ""),
                "lon": float(place["lon"]),
                "lat": float(place["lat"]),
                "attributes": place_attributes(
                    **{key: _number(place, key) for key in NUMBERS.get(place["kind"], {}) if place.get(key) is not None}
                ),
            }
            for number, place in drawn
        ]
    )
    whole: gpd.GeoDataFrame = pd.concat([network.places, locate_places(network, table)], ignore_index=True)
    return whole


def write_berths(places: list[dict[str, Any]], path: Path) -> bool:
    """Write the berths that were drawn as a table for `berths.added_file`; gives whether there are any."""
    rows = [
        {
            "berth_id": f"drawn-berth-{number:03d}",
            "lon": float(place["lon"]),
            "lat": float(place["lat"]),
            "spaces": int(_number(place, "spaces")),
        }
        for number, place in enumerate(places, start=1)
        if place["kind"] == BERTH
    ]
    if not rows:
        path.unlink(missing_ok=True)
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    pd.DataFrame(rows).to_csv(temporary, index=False, lineterminator="\n")
    temporary.replace(path)
    return True


def overrides_of_places(places: list[dict[str, Any]]) -> list[str]:
    """Settings without which drawn places would not be used: chargers then stand as the map has them."""
    return ["charging.sites_from=places"] if any(place["kind"] == CHARGER for place in places) else []


def _number(place: dict[str, Any], key: str) -> float:
    value = place.get(key)
    number = NUMBERS[place["kind"]][key][2] if value is None else value
    return float(number) if key == "power_kw" else int(number)


def _off_street_m(network: RoadNetwork, place: dict[str, Any]) -> float:
    lon, lat = np.array([float(place["lon"])]), np.array([float(place["lat"])])
    link = find_links_near(network, lon, lat, is_allowed=may_stop(network))
    return float(distance_to_links_m(network, lon, lat, link.astype(np.int32))[0])

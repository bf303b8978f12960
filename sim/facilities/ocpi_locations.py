"""
Public charging sites as OCPI locations: read with every fault at once, and written for others to read.

A location is a site, an EVSE charges one van at a time, and its best connector gives its power. OCPI has no field for
the limit of a site or a fee of its own; both are written as `x_site_power_w` and `x_fee_cny_per_kwh`, which others
skip. Tariffs, opening hours and who may charge are not read.

Source: Open Charge Point Interface 2.2.1, module Locations (`mod_locations.asciidoc`, github.com/ocpi/ocpi).
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from sim.errors import SitesError, faults_message
from sim.facilities.charging_site import ChargingSite
from sim.network import RoadNetwork, distance_to_links_m, find_links_near
from sim.network.places import may_stop

logger = logging.getLogger(__name__)

FURTHEST_FROM_STREET_M = 1000.0
"""A location further than this from every street lies outside the map and is left out [m]. Assumption."""

OUT_OF_USE = ("REMOVED", "PLANNED", "INOPERATIVE", "OUTOFORDER")
"""Status of EVSEs that nobody can use."""

_PHASES = {"AC_1_PHASE": 1, "AC_2_PHASE": 2, "AC_2_PHASE_SPLIT": 2, "AC_3_PHASE": 3, "DC": 1}
_DEGREES = r"^-?[0-9]{1,3}\.[0-9]{1,7}$"
_WRITTEN_VOLTAGE = 500
"""Voltage written for direct current [V]; readers take the power. Assumption."""


class _Connector(BaseModel, frozen=True):
    id: str = Field(min_length=1, max_length=36)
    standard: str = Field(min_length=1)
    power_type: Literal["AC_1_PHASE", "AC_2_PHASE", "AC_2_PHASE_SPLIT", "AC_3_PHASE", "DC"]
    max_voltage: int = Field(gt=0, le=100_000)
    max_amperage: int = Field(gt=0, le=100_000)
    max_electric_power: int | None = Field(default=None, gt=0, le=10_000_000)

    @property
    def power_kw(self) -> float:
        """Power [kW], as said or from voltage and current (between line and neutral, for each phase)."""
        watts = self.max_electric_power or self.max_voltage * self.max_amperage * _PHASES[self.power_type]
        return watts / 1000.0


class _Evse(BaseModel, frozen=True):
    uid: str = Field(min_length=1, max_length=36)
    status: Literal[
        "AVAILABLE", "BLOCKED", "CHARGING", "INOPERATIVE", "OUTOFORDER", "PLANNED", "REMOVED", "RESERVED", "UNKNOWN"
    ]
    connectors: tuple[_Connector, ...] = Field(min_length=1)


class _Position(BaseModel, frozen=True):
    latitude: str = Field(pattern=_DEGREES)
    longitude: str = Field(pattern=_DEGREES)


class _Location(BaseModel, frozen=True):
    id: str = Field(min_length=1, max_length=36)
    name: str | None = None
    coordinates: _Position
    evses: tuple[_Evse, ...] = ()
    x_site_power_w: float | None = Field(default=None, gt=0.0)
    x_fee_cny_per_kwh: float = 0.0

    @property
    def powers_kw(self) -> tuple[float, ...]:
        """Power of each EVSE that can be used [kW]."""
        usable = [evse for evse in self.evses if evse.status not in OUT_OF_USE]
        return tuple(max(connector.power_kw for connector in evse.connectors) for evse in usable)


_LOCATIONS: TypeAdapter[tuple[_Location, ...]] = TypeAdapter(tuple[_Location, ...])


def read_locations(path: str | Path, network: RoadNetwork) -> list[ChargingSite]:
    """
    Charging sites of an OCPI file on a road network, in the order of the file.

    Parameters
    ----------
    path
        JSON file: a list of locations, one location, or the answer of a server with locations under `data`.
    network
        Road network; each location is put on the nearest link, and left out when it lies off the map.

    Raises
    ------
    SitesError
        Listing every fault of the file; also when no location has an EVSE that can be used on the map.
    """
    locations = _parsed(Path(path))
    usable = [location for location in locations if location.powers_kw]
    lon = np.array([float(location.coordinates.longitude) for location in usable])
    lat = np.array([float(location.coordinates.latitude) for location in usable])
    sites = []
    if usable:
        links = find_links_near(network, lon, lat, is_allowed=may_stop(network))
        off_m = distance_to_links_m(network, lon, lat, links)
        for row, location in enumerate(usable):
            if off_m[row] <= FURTHEST_FROM_STREET_M:
                sites.append(
                    ChargingSite(
                        site_id=location.id,
                        link=int(links[row]),
                        connector_kw=location.powers_kw,
                        site_power_kw=None if location.x_site_power_w is None else location.x_site_power_w / 1000.0,
                        fee_cny_per_kwh=location.x_fee_cny_per_kwh,
                        name=location.name or "",
                        lon=float(lon[row]),
                        lat=float(lat[row]),
                    )
                )
    if not sites:
        raise SitesError(
            f"{path}: found {len(locations)} locations, none with an EVSE in use on the map of {network.name}, "
            "expected one or more"
        )
    left_out = len(locations) - len(sites)
    if left_out:
        logger.warning("%s: %d of %d locations are off the map or out of use", path, left_out, len(locations))
    return sites


def _parsed(path: Path) -> tuple[_Location, ...]:
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SitesError(f"{path}: cannot be read ({error.strerror}), expected OCPI locations as JSON") from error
    except UnicodeDecodeError as error:
        raise SitesError(f"{path}: found bytes that are no UTF-8, expected OCPI locations as JSON") from error
    except json.JSONDecodeError as error:
        raise SitesError(
            f"{path}: line {error.lineno}: {error.msg}, expected whole JSON; the file may be cut short"
        ) from error
    if isinstance(content, dict):
        content = content.get("data", content)
    if isinstance(content, dict):
        content = [content]
    if not isinstance(content, list):
        raise SitesError(f"{path}: found {type(content).__name__}, expected a list of OCPI locations")
    try:
        locations = _LOCATIONS.validate_python(content)
    except ValidationError as error:
        faults = [_fault(entry, content) for entry in error.errors() if not _follows_from_others(entry)]
        raise SitesError(faults_message(str(path), faults)) from error
    faults = [f"id {name!r} again" for name in _again([location.id for location in locations])]
    for location in locations:
        latitude, longitude = float(location.coordinates.latitude), float(location.coordinates.longitude)
        if abs(latitude) > 90.0 or abs(longitude) > 180.0:
            faults.append(f"location {location.id}: found latitude {latitude}, longitude {longitude}, expected degrees")
        faults += [f"location {location.id}: EVSE {uid!r} again" for uid in _again([e.uid for e in location.evses])]
    if faults:
        raise SitesError(faults_message(str(path), faults))
    return locations


def _again(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []


def _follows_from_others(entry: Any) -> bool:
    """Whether a list counts as empty only because what is in it has faults of its own."""
    return entry["type"] == "too_short" and bool(entry["input"])


def _fault(entry: Any, content: list[Any]) -> str:
    """One fault of pydantic's in words: where, what was found, what was expected."""
    row, *inner = entry["loc"]
    location = content[row] if isinstance(row, int) and row < len(content) else None
    name = location.get("id") if isinstance(location, dict) else None
    where = ".".join(str(part) for part in inner) or "location"
    found = "nothing" if entry["type"] == "missing" else repr(entry["input"])
    found = found if len(found) <= 60 else found[:57] + "..."
    return f"location {row + 1}{f' ({name})' if name else ''}: {where}: found {found}, {entry['msg'].lower()}"


def write_locations(
    sites: Sequence[ChargingSite], path: str | Path, *, country: tuple[str, str] = ("CN", "CHN"), city: str = ""
) -> Path:
    """
    Write charging sites as OCPI 2.2.1 locations.

    Parameters
    ----------
    sites
        Sites with positions.
    path
        JSON file to write; its folder is made.
    country
        Country of the operator (ISO 3166-1 alpha-2) and of the locations (alpha-3).
    city
        City or town of the locations.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps([_written(site, country, city) for site in sites], ensure_ascii=False, indent=1)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text(text + "\n", encoding="utf-8")
    temporary.replace(path)
    return path


_UPDATED = "2025-01-01T00:00:00Z"
"""When the sites were last changed; fixed, so that equal sites are equal files."""


def _written(site: ChargingSite, country: tuple[str, str], city: str) -> dict[str, Any]:
    extra: dict[str, float] = {}
    if site.site_power_kw is not None:
        extra["x_site_power_w"] = site.site_power_kw * 1000.0
    if site.fee_cny_per_kwh:
        extra["x_fee_cny_per_kwh"] = site.fee_cny_per_kwh
    return {
        "country_code": country[0],
        "party_id": "SIM",
        "id": site.site_id,
        "publish": True,
        "name": site.name or site.site_id,
        "address": site.name or site.site_id,
        "city": city,
        "country": country[1],
        "coordinates": {"latitude": f"{site.lat:.7f}", "longitude": f"{site.lon:.7f}"},
        "evses": [_written_evse(number, kw) for number, kw in enumerate(site.connector_kw, start=1)],
        "time_zone": "Asia/Shanghai" if country[0] == "CN" else "Etc/UTC",
        "last_updated": _UPDATED,
        **extra,
    }


def _written_evse(number: int, power_kw: float) -> dict[str, Any]:
    watts = max(1, round(power_kw * 1000.0))
    return {
        "uid": str(number),
        "status": "AVAILABLE",
        "connectors": [
            {
                "id": "1",
                "standard": "GBT_DC",
                "format": "CABLE",
                "power_type": "DC",
                "max_voltage": _WRITTEN_VOLTAGE,
                "max_amperage": -(-watts // _WRITTEN_VOLTAGE),
                "max_electric_power": watts,
                "last_updated": _UPDATED,
            }
        ],
        "last_updated": _UPDATED,
    }

"""
Public charging sites: where they are, what they can give, and the charging practice of electric vans.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np
import pandas as pd
from pydantic import BaseModel, Field, model_validator

from sim.energy import TariffParams
from sim.network import RoadNetwork


class ChargingParams(BaseModel, frozen=True, extra="forbid"):
    """Supply of chargers, prices and when vans charge."""

    sites_from: Literal["sampled", "places", "ocpi"] = Field(
        default="sampled",
        description="Where public sites come from: sampled (at the network's chargers, as many connectors as "
        "vans_per_connector asks for), places (the network's chargers as they are), ocpi (locations_file)",
    )
    locations_file: str | None = Field(
        default=None, description="OCPI 2.2.1 locations as JSON, read by sites_from=ocpi; null: none"
    )
    vans_per_connector: float = Field(
        gt=0.0,
        le=1000.0,
        description="Electric and plug-in vans of the fleet per public connector, with sites_from=sampled [-]",
    )
    connectors_per_site: int = Field(ge=1, le=100, description="Connectors of a public site [-]")
    public_power_kw: float = Field(gt=0.0, le=1000.0, description="Power of a public connector [kW]")
    site_power_kw: float | None = Field(
        default=None,
        gt=0.0,
        le=100_000.0,
        description="Most that a public site draws from the grid, shared among its connectors [kW]; null: no limit",
    )
    access: Literal["queue", "booking"] = Field(
        default="queue",
        description="Who is next at a public site: queue (first come, first served) or booking (slots in a book)",
    )
    booking_hold_min: float = Field(
        default=15.0, ge=0.0, le=240.0, description="Time for which a booked slot is kept for a late van [min]"
    )
    planned_stops: bool = Field(
        default=True,
        description="Whether a stop at a public site is planned at the depot where the tour needs one; otherwise "
        "drivers look for a site on the way",
    )
    consumption_margin: float = Field(
        default=1.3, ge=1.0, le=3.0, description="Drivers reckon with this much of the planned consumption [-]"
    )
    way_to_site_km: float = Field(
        default=3.0, ge=0.0, le=100.0, description="Way to a charger that drivers keep charge for [km]"
    )
    depot_power_kw: float = Field(gt=0.0, le=500.0, description="Power of a depot connector [kW]")
    depot_charger_share: float = Field(
        ge=0.0, le=1.0, description="Share of electric vans with a connector at their depot [-]"
    )
    charger_efficiency: float = Field(
        gt=0.5, le=1.0, description="Energy into the battery per energy from the grid [-]"
    )
    soc_full: float = Field(gt=0.0, le=1.0, description="State of charge after a night at the depot [-]")
    soc_morning_min: float = Field(
        ge=0.0, le=1.0, description="Lowest morning state of charge without a depot connector [-]"
    )
    soc_reserve: float = Field(ge=0.0, lt=1.0, description="State of charge a driver does not plan to fall below [-]")
    soc_public_target: float = Field(gt=0.0, le=1.0, description="State of charge at which a public session ends [-]")
    soc_evening_min: float = Field(
        ge=0.0,
        le=1.0,
        description="Vans without a depot connector charge in public below this after the tour [-]",
    )
    public_tariff: TariffParams = Field(description="Price by hour at public sites [CNY/kWh]")
    depot_tariff: TariffParams = Field(description="Price by hour at depots [CNY/kWh]")

    @model_validator(mode="after")
    def _locations_are_given(self) -> Self:
        faults = []
        if (self.sites_from == "ocpi") != (self.locations_file is not None):
            faults.append(
                "locations_file is given with sites_from=ocpi and only then, "
                f"found {self.locations_file!r} with sites_from={self.sites_from}"
            )
        faults += [
            f"{name} must not lie above {limit}, found {getattr(self, name)} and {getattr(self, limit)}"
            for name, limit in (
                ("soc_morning_min", "soc_full"),
                ("soc_reserve", "soc_full"),
                ("soc_evening_min", "soc_public_target"),
            )
            if getattr(self, name) > getattr(self, limit)
        ]
        if self.soc_reserve >= self.soc_public_target:
            faults.append(
                f"soc_reserve must lie below soc_public_target, found {self.soc_reserve} and {self.soc_public_target}"
            )
        if faults:
            raise ValueError("; ".join(faults))
        return self


@dataclass(frozen=True, slots=True)
class ChargingSite:
    """
    Connectors at one place, one van each.

    Parameters
    ----------
    site_id
        Name in the tables.
    link
        Row of the link.
    connector_kw
        Power of each connector [kW].
    site_power_kw
        Most that all together draw from the grid [kW]; None: no limit.
    fee_cny_per_kwh
        Charged here on top of the public tariff [CNY/kWh].
    name
        Name for readers.
    lon, lat
        Position, WGS84 [degrees].
    """

    site_id: str
    link: int
    connector_kw: tuple[float, ...]
    site_power_kw: float | None = None
    fee_cny_per_kwh: float = 0.0
    name: str = ""
    lon: float = 0.0
    lat: float = 0.0

    @property
    def connectors(self) -> int:
        """Number of connectors."""
        return len(self.connector_kw)

    @property
    def power_kw(self) -> float:
        """Power of the best connector [kW], at most that of the site."""
        best = max(self.connector_kw)
        return best if self.site_power_kw is None else min(best, self.site_power_kw)


def public_charging_sites(network: RoadNetwork, params: ChargingParams, *, plug_in_vans: int) -> list[ChargingSite]:
    """
    Public sites as the configuration asks for.

    Parameters
    ----------
    network
        Road network with places of kind `charger`.
    params
        Where sites come from, ratio, size of a site and power.
    plug_in_vans
        Electric and plug-in vans of the fleet.

    Raises
    ------
    SitesError
        If a file of locations cannot be used.
    """
    if params.sites_from == "sampled":
        sites = _sampled(network, params, plug_in_vans=plug_in_vans)
    elif params.sites_from == "places":
        sites = _as_they_are(network, params)
    else:
        from sim.facilities.ocpi_locations import read_locations

        assert params.locations_file is not None  # seen to by the params
        sites = read_locations(params.locations_file, network)
    if params.site_power_kw is None:
        return sites
    return [replace(site, site_power_kw=site.site_power_kw or params.site_power_kw) for site in sites]


def _sampled(network: RoadNetwork, params: ChargingParams, *, plug_in_vans: int) -> list[ChargingSite]:
    """
    Sites with as many connectors as the ratio of vans to connectors asks for.

    They stand at the network's charger places, used in the order of their names; when there are
    fewer places than sites, places take more connectors.
    """
    wanted = int(np.ceil(plug_in_vans / params.vans_per_connector)) if plug_in_vans else 0
    places = _charger_places(network)
    if wanted == 0 or places.empty:
        return []
    n_sites = min(len(places), int(np.ceil(wanted / params.connectors_per_site)))
    chosen = places.iloc[np.linspace(0, len(places) - 1, n_sites).round().astype(int)]
    base, extra = divmod(wanted, n_sites)
    connectors = [base + (1 if row < extra else 0) for row in range(n_sites)]
    return _sites(chosen, [(params.public_power_kw,) * count for count in connectors])


def _as_they_are(network: RoadNetwork, params: ChargingParams) -> list[ChargingSite]:
    """The network's chargers with their own connectors and power, where the map says so."""
    places = _charger_places(network)
    connectors = []
    for text in places["attributes"]:
        known = json.loads(text) if isinstance(text, str) and text else {}
        power_kw = float(known.get("power_kw") or params.public_power_kw)
        connectors.append((power_kw,) * int(known.get("connectors") or params.connectors_per_site))
    return _sites(places, connectors)


def _charger_places(network: RoadNetwork) -> pd.DataFrame:
    return network.places[network.places["kind"] == "charger"].sort_values("place_id")


def _sites(places: pd.DataFrame, connectors: Sequence[tuple[float, ...]]) -> list[ChargingSite]:
    rows = zip(places["place_id"], places["link"], places["name"], places["lon"], places["lat"], strict=True)
    return [
        ChargingSite(str(place_id), int(link), own, name=str(name or ""), lon=float(lon), lat=float(lat))
        for (place_id, link, name, lon, lat), own in zip(rows, connectors, strict=True)
    ]

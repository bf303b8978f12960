"""
Public charging sites and the charging practice of electric vans.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, Field

from sim.energy import TariffParams
from sim.network import RoadNetwork


class ChargingParams(BaseModel, frozen=True, extra="forbid"):
    """Supply of chargers, prices and when vans charge."""

    vans_per_connector: float = Field(
        gt=0.0,
        le=1000.0,
        description="Electric and plug-in vans of the fleet per public connector [-]",
    )
    connectors_per_site: int = Field(ge=1, le=100, description="Connectors of a public site [-]")
    public_power_kw: float = Field(gt=0.0, le=1000.0, description="Power of a public connector [kW]")
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
    connectors
        Number of connectors.
    power_kw
        Power of each connector [kW].
    """

    site_id: str
    link: int
    connectors: int
    power_kw: float


def public_charging_sites(network: RoadNetwork, params: ChargingParams, *, plug_in_vans: int) -> list[ChargingSite]:
    """
    Public sites with as many connectors as the ratio of vans to connectors asks for.

    Sites stand at the network's charger places, used in the order of their names; when there are
    fewer places than sites, places take more connectors.

    Parameters
    ----------
    network
        Road network with places of kind `charger`.
    params
        Ratio, size of a site and power.
    plug_in_vans
        Electric and plug-in vans of the fleet.
    """
    wanted = int(np.ceil(plug_in_vans / params.vans_per_connector)) if plug_in_vans else 0
    places = network.places[network.places["kind"] == "charger"].sort_values("place_id")
    if wanted == 0 or places.empty:
        return []
    n_sites = min(len(places), int(np.ceil(wanted / params.connectors_per_site)))
    chosen = places.iloc[np.linspace(0, len(places) - 1, n_sites).round().astype(int)]
    base, extra = divmod(wanted, n_sites)
    return [
        ChargingSite(
            site_id=str(place_id),
            link=int(link),
            connectors=base + (1 if row < extra else 0),
            power_kw=params.public_power_kw,
        )
        for row, (place_id, link) in enumerate(zip(chosen["place_id"], chosen["link"], strict=True))
    ]

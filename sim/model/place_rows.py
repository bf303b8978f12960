"""Where the day took place: shops, stations, homes, berths, chargers, hubs and centres as a result table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.measures.conversion import conform

if TYPE_CHECKING:
    from sim.facilities import ChargingSite
    from sim.facilities.distribution_centre import DistributionCentre
    from sim.facilities.loading_berth import LoadingBerth
    from sim.network import RoadNetwork

_COLUMNS = ("place_id", "kind", "type", "name", "row", "lon", "lat", "capacity")
_RECEIVERS_OF_THEIR_OWN = ("home", "station")


def place_rows(
    network: RoadNetwork,
    receivers: pd.DataFrame,
    berths: Sequence[LoadingBerth],
    sites: Sequence[ChargingSite],
    centres: Sequence[DistributionCentre],
) -> pd.DataFrame:
    """
    Rows of the result table `places`.

    Parameters
    ----------
    network
        Road network with its places; all its hubs are listed.
    receivers
        Shops, homes and terminal stations of the day.
    berths, sites, centres
        Facilities in use; they lie at the middle of their link where the network has no such place.
    """
    rows: list[tuple[object, ...]] = [
        (shop, kind if kind in _RECEIVERS_OF_THEIR_OWN else "shop", kind, name or None, link, lon, lat, None)
        for shop, kind, name, link, lon, lat in zip(
            *(receivers[column] for column in ("shop_id", "shop_type", "name", "link", "lon", "lat")), strict=True
        )
    ]
    rows += [(berth.berth_id, "berth", None, None, berth.link, None, None, berth.spaces) for berth in berths]
    rows += [(site.site_id, "charger", None, None, site.link, None, None, site.connectors) for site in sites]
    rows += [(centre.place_id, "centre", None, None, centre.link, None, None, None) for centre in centres]
    hubs = network.places[network.places["kind"] == "hub"].sort_values("place_id")
    rows += [
        (hub, "hub", None, None, link, None, None, None)
        for hub, link in zip(hubs["place_id"], hubs["link"], strict=True)
    ]
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    link = table.pop("row").to_numpy(dtype=np.int64)
    known = network.places.set_index("place_id")
    lon, lat = _middle_of_links(network, link)
    for column in ("name", "lon", "lat"):
        offered = table["place_id"].map(known[column].replace("", None).to_dict())
        table[column] = table[column].where(table[column].notna(), offered)
    for column, otherwise in (("lon", lon), ("lat", lat)):
        table[column] = table[column].astype("float64").fillna(pd.Series(otherwise, index=table.index))
    table["capacity"] = table["capacity"].astype("float64")
    table["link_id"] = network.links["link_id"].to_numpy()[link]
    return conform("places", table)


def _middle_of_links(network: RoadNetwork, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    import shapely

    lines = network.links["geometry"].to_numpy()[rows]
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    return shapely.get_x(middle), shapely.get_y(middle)

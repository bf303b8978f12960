"""
Who bears what: driving by place and hour, outcomes by size of carrier and type of shop, vans past homes at night.

An indicator of the whole day hides whom a measure helps and whom it harms. This table does not: held against that of
the same seed without the measure, it shows what moved to the streets beside a zone and to the hours beside a window,
which carriers pay, which shops are served worse, and who is woken.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.contracts import FloatArray
from sim.measures.context import KpiContext
from sim.measures.intervals import is_in_daily_window
from sim.measures.service import service_start_s
from sim.measures.tables import RunTables
from sim.network import RoadNetwork
from sim.network.projection import project
from sim.network.zones import links_in_zone
from sim.units import SECONDS_PER_DAY

BESIDE_M = 500.0
"""Streets outside a zone within so far of it are beside it [m]. Assumption: a walk with a trolley, or a detour."""

BIN_S = 1800.0
"""Width of the bins of time [s]: windows of rules begin and end on half hours."""

HEARD_M = 50.0
"""Residents within so far of a street hear a van on it [m]. Assumption: the first row of houses."""

MANY_PASSAGES = 10
"""
Passages in a night from which on residents count as disturbed.

Source: Vallet and Vernet (1991) in Berglund, Lindvall and Schwela (1999), WHO Guidelines for Community Noise: for good
sleep a level of 45 dB indoors should not be exceeded more than 10 to 15 times a night.
"""

SIZES = ((2, "1-2 vans"), (5, "3-5 vans"), (10, "6-10 vans"), (10**9, "11 or more vans"))
"""Sizes of carriers by vans owned, up to and including. Assumption."""

COLUMNS = ("aspect", "group", "from_s", "measure", "value", "unit")
"""`from_s` is the start of a half hour [s from midnight]; none where a row is of the whole day."""

GROUP_MEASURES = (
    *("place/van_km", "carrier_size/carriers", "carrier_size/cost_total", "carrier_size/cost_per_order"),
    *("carrier_size/orders", "carrier_size/delivered_share", "carrier_size/on_time_share"),
    *("shop_type/orders", "shop_type/delivered_share", "shop_type/on_time_share", "shop_type/night_share"),
    *("night/resident_passages", "night/residents_disturbed"),
)
"""Aspect and measure of the outcomes by group that a study keeps."""

_ROUNDING_S = 1e-3


def distribution(
    tables: RunTables, network: RoadNetwork, context: KpiContext, residents_on_link: FloatArray
) -> pd.DataFrame:
    """
    Outcomes of a run by group.

    Parameters
    ----------
    tables
        Tables of the run.
    network
        Its network, with the zones that places are told apart by.
    context
        Night window.
    residents_on_link
        Residents along each link, shape (n_links,).

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`. Aspects: `zone:ROLE` (groups inside, beside, elsewhere; `van_km` by half hour of the day),
        `carrier_size`, `shop_type`, `night`.
    """
    parts = [
        _by_place(tables, network),
        _by_carrier_size(tables),
        _by_shop_type(tables, context),
        _at_night(tables, network, context, residents_on_link),
    ]
    rows = [row for part in parts for row in part]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"from_s": "float64", "value": "float64"})


Row = tuple[str, str, float, str, float, str]
_WHOLE_DAY = float("nan")


def _by_place(tables: RunTables, network: RoadNetwork) -> list[Row]:
    traces = tables["traces"]
    link = _rows_of(network, traces["link_id"])
    half_hour = (traces["enter_s"].to_numpy(np.float64) % SECONDS_PER_DAY // BIN_S).astype(np.int64)
    n_bins = int(SECONDS_PER_DAY / BIN_S)
    km = network.length_m[link] / 1000.0
    rows: list[Row] = []
    for role in dict.fromkeys(network.zones["role"].astype(str)):
        place = _places(network, role)
        for number, group in enumerate(("inside", "beside", "elsewhere")):
            here = place[link] == number
            by_bin = np.bincount(half_hour[here], weights=km[here], minlength=n_bins)
            rows += [
                (f"zone:{role}", group, bin_ * BIN_S, "van_km", float(value), "km") for bin_, value in enumerate(by_bin)
            ]
    return rows


def _places(network: RoadNetwork, role: str) -> np.ndarray:
    """0 inside the zones of a role, 1 beside them, 2 elsewhere, by link."""
    import geopandas as gpd
    import shapely

    inside = links_in_zone(network, role)
    zones = shapely.union_all(np.asarray(network.zones_of(role).to_crs(network.crs_metric)["geometry"]))
    lines = gpd.GeoSeries(network.links["geometry"], crs="EPSG:4326").to_crs(network.crs_metric).to_numpy()
    shapely.prepare(zones)
    is_near = shapely.dwithin(lines, zones, BESIDE_M)
    return np.where(inside, 0, np.where(is_near, 1, 2))


def _by_carrier_size(tables: RunTables) -> list[Row]:
    vans = tables["vans"].groupby("carrier_id").size()
    size = vans.map(lambda n: next(name for most, name in SIZES if n <= most))
    orders, costs = tables["orders"], tables["costs"].groupby("carrier_id")["cost_cny"].sum()
    start_s = service_start_s(orders, tables["stops"])
    is_done = orders["status"] == "delivered"
    of_size = orders["carrier_id"].map(size)
    rows: list[Row] = []
    for _, name in SIZES:
        carriers = size.index[size == name]
        if len(carriers) == 0:
            continue
        own = of_size == name
        delivered = int((own & is_done).sum())
        total = float(costs.reindex(carriers).fillna(0.0).sum())
        rows += [
            ("carrier_size", name, _WHOLE_DAY, "carriers", float(len(carriers)), "carriers"),
            ("carrier_size", name, _WHOLE_DAY, "cost_total", total, "CNY"),
            ("carrier_size", name, _WHOLE_DAY, "cost_per_order", _over(total, delivered), "CNY/order"),
            *_service("carrier_size", name, orders[own], start_s[own]),
        ]
    return rows


def _by_shop_type(tables: RunTables, context: KpiContext) -> list[Row]:
    orders = tables["orders"]
    start_s = service_start_s(orders, tables["stops"])
    rows: list[Row] = []
    for kind, own in orders.groupby("shop_type", sort=True):
        is_done = own["status"] == "delivered"
        at_night = is_in_daily_window(start_s[own.index], context.night_from_s, context.night_until_s)
        share = _over(float((at_night & is_done).sum()), int(is_done.sum()))
        rows += _service("shop_type", str(kind), own, start_s[own.index])
        rows.append(("shop_type", str(kind), _WHOLE_DAY, "night_share", share, "-"))
    return rows


def _service(aspect: str, group: str, orders: pd.DataFrame, start_s: pd.Series[float]) -> list[Row]:
    is_done = orders["status"] == "delivered"
    on_time = (start_s >= orders["earliest_s"] - _ROUNDING_S) & (start_s <= orders["latest_s"] + _ROUNDING_S) & is_done
    return [
        (aspect, group, _WHOLE_DAY, "orders", float(len(orders)), "orders"),
        (aspect, group, _WHOLE_DAY, "delivered_share", _over(float(is_done.sum()), len(orders)), "-"),
        (aspect, group, _WHOLE_DAY, "on_time_share", _over(float(on_time.sum()), int(is_done.sum())), "-"),
    ]


def _at_night(tables: RunTables, network: RoadNetwork, context: KpiContext, residents: FloatArray) -> list[Row]:
    traces = tables["traces"]
    at_night = is_in_daily_window(traces["enter_s"], context.night_from_s, context.night_until_s).to_numpy()
    link = _rows_of(network, traces["link_id"])[at_night]
    powertrain = tables["vans"].set_index("van_id")["powertrain"]
    has_exhaust = ~traces["van_id"].map(powertrain).isin(("bev", "human")).to_numpy()[at_night]
    hear, street = _heard(network, residents)
    rows: list[Row] = []
    passages = np.zeros(network.n_links)
    for group, own in (("electric", ~has_exhaust), ("with engine", has_exhaust)):
        by_link = np.bincount(link[own], minlength=network.n_links).astype(np.float64)
        passages += by_link
        total = float((by_link[street] * residents[hear]).sum())
        rows.append(("night", group, _WHOLE_DAY, "resident_passages", total, "residents x vehicles"))
    past_home = np.bincount(hear, weights=passages[street], minlength=network.n_links)
    disturbed = float(residents[past_home >= MANY_PASSAGES].sum())
    rows.append(("night", "all", _WHOLE_DAY, "residents_disturbed", disturbed, "residents"))
    return rows


def _heard(network: RoadNetwork, residents: FloatArray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (link with homes, link that is heard there)."""
    import geopandas as gpd
    import shapely

    homes = np.flatnonzero(residents > 0.0)
    middle = shapely.line_interpolate_point(network.links["geometry"].to_numpy()[homes], 0.5, normalized=True)
    points = shapely.points(*project(shapely.get_x(middle), shapely.get_y(middle), network.crs_metric))
    lines = gpd.GeoSeries(network.links["geometry"], crs="EPSG:4326").to_crs(network.crs_metric).to_numpy()
    home, street = shapely.STRtree(lines).query(points, predicate="dwithin", distance=HEARD_M)
    return homes[home], street


def _rows_of(network: RoadNetwork, link_id: pd.Series[int]) -> np.ndarray:
    row = pd.Series(np.arange(network.n_links), index=network.links["link_id"].to_numpy())
    return link_id.map(row).to_numpy(np.int64)


def _over(value: float, base: int) -> float:
    return value / base if base else float("nan")

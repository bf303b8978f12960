"""
Deliveries of the day: shops and homes that receive goods, the stations in use, and all orders.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sim.config import Scenario
from sim.contracts import FloatArray
from sim.demand import (
    HandoverTime,
    draw_parcels,
    expected_parcels,
    home_receivers,
    load_shops,
    make_orders,
    parcel_orders,
    supplier_mix,
)
from sim.demand.homes import HOME
from sim.demand.shops import SECONDS_PER_MINUTE, SHOP_COLUMNS
from sim.demand.suppliers import delivery_probability
from sim.facilities import TerminalStation, station_of_parcels, station_receivers, terminal_stations
from sim.facilities.terminal_station import STATION, positions_m
from sim.network import RoadNetwork
from sim.random_streams import RandomStreams
from sim.units import SECONDS_PER_DAY


@dataclass(frozen=True, slots=True)
class Deliveries:
    """
    Who receives what on a day.

    Parameters
    ----------
    receivers
        Shops first, then homes and terminal stations; columns `SHOP_COLUMNS`.
    orders
        Orders of the shops, then those of the parcels.
    expected_orders
        Orders of an average day of each shop by carrier, shape (n_shops, n_carriers).
    courier_van_days
        Vans that each courier needs for doors and for each station, shape (n_couriers, 1 + n_stations);
        couriers are numbered on from the carriers.
    stations
        Terminal stations in use.
    """

    receivers: pd.DataFrame
    orders: pd.DataFrame
    expected_orders: FloatArray
    courier_van_days: FloatArray
    stations: tuple[TerminalStation, ...]

    @property
    def shops(self) -> pd.DataFrame:
        """The receivers that are shops."""
        return self.receivers[~self.receivers["shop_type"].isin((HOME, STATION))]


def day_deliveries(
    scenario: Scenario,
    network: RoadNetwork,
    streams: RandomStreams,
    *,
    day: int = 0,
    backlog: pd.DataFrame | None = None,
) -> Deliveries:
    """
    Receivers and orders of a day, those carried over from earlier days last; windows are times of that day.

    Parameters
    ----------
    scenario
        Configuration.
    network
        Road network.
    streams
        Random streams of the run.
    day
        Number of the day, 0 for the first; `scenario.weekday` is its day of the week.
    backlog
        Orders of earlier days to be tried again, windows within their day.

    Raises
    ------
    InputError
        If a survey or a table of sites has faults, or the network has too few shops or sites.
    """
    demand = scenario.demand
    shops = load_shops(demand, network, streams)
    shares = scenario.fleet.market_shares().tolist()
    mix = supplier_mix(shops, shares, demand, streams)
    orders = make_orders(shops, shares, demand, streams, day, weekday=scenario.weekday, mix=mix)
    expected = delivery_probability(shops, mix, demand, weekday=None, month=None)
    deliveries = Deliveries(shops, orders, expected, np.zeros((0, 1)), ())
    if demand.parcels.is_modelled:
        deliveries = _with_parcels(deliveries, scenario, network, streams, day)
    return deliveries if day == 0 else _within_the_day(deliveries, day, backlog)


def _within_the_day(deliveries: Deliveries, day: int, backlog: pd.DataFrame | None) -> Deliveries:
    """Windows counted from midnight of their own day, and orders of earlier days added."""
    orders = deliveries.orders
    shifted = {name: orders[name] - SECONDS_PER_DAY * day for name in ("earliest_s", "latest_s")}
    orders = orders.assign(**shifted)
    if backlog is not None:
        orders = pd.concat([orders, backlog], ignore_index=True)
    return replace(deliveries, orders=orders)


def failed_attempt_shares(receivers: pd.DataFrame, scenario: Scenario) -> FloatArray:
    """Share of first attempts that fail at each receiver [-], shape (n_receivers,)."""
    kind = receivers["shop_type"].to_numpy(dtype=object)
    share = np.full(len(receivers), scenario.service.failed_attempt_share)
    share[kind == HOME] = scenario.demand.parcels.failed_attempt_share
    share[kind == STATION] = scenario.stations.failed_attempt_share
    return share


def _with_parcels(
    before: Deliveries, scenario: Scenario, network: RoadNetwork, streams: RandomStreams, day: int
) -> Deliveries:
    """Deliveries with homes, stations and parcels added."""
    params, station_params = scenario.demand.parcels, scenario.stations
    years = scenario.demand.year - scenario.demand.forecast.base_year
    homes = home_receivers(network, params, streams, residents=scenario.network.residents)
    stations = terminal_stations(network, station_params, homes)
    at_stations = station_receivers(stations, station_params)
    home_xy_m, station_xy_m = positions_m(network, homes), positions_m(network, at_stations)
    capacity = np.array([station.capacity_parcels for station in stations])
    pick_up_share = station_params.pick_up_share

    def sent(parcels: pd.DataFrame) -> pd.DataFrame:
        station = station_of_parcels(parcels, home_xy_m, station_xy_m, capacity, station_params.reach_m)
        return parcels.assign(station=station)

    average = sent(expected_parcels(homes, params, years=years, month=None, pick_up_share=pick_up_share))
    is_at_door = average["station"] < 0
    vans = np.where(is_at_door, 1.0 / params.parcels_per_van_day, 1.0 / station_params.parcels_per_van_day)
    van_days = np.zeros((len(params.courier_shares), 1 + len(stations)))
    np.add.at(van_days, (average["courier"], average["station"] + 1), vans * average["parcels"])

    today = sent(
        draw_parcels(
            homes, params, streams, years=years, month=scenario.demand.month, pick_up_share=pick_up_share, day=day
        )
    )
    receivers = pd.concat([before.receivers, homes[list(SHOP_COLUMNS)], at_stations], ignore_index=True)
    first_home, first_station = len(before.receivers), len(before.receivers) + len(homes)
    station = today["station"].to_numpy()
    receiver = np.where(station < 0, first_home + today["home"].to_numpy(), first_station + station)
    orders = parcel_orders(
        today.assign(receiver=receiver),
        receivers,
        scenario.demand,
        streams,
        handover={
            HOME: _handover(params.stop_min, params.parcel_min),
            STATION: _handover(station_params.stop_min, station_params.parcel_min),
        },
        home_ids=homes["shop_id"].to_list(),
        first_courier=before.expected_orders.shape[1],
        taken=before.orders["order_id"].to_list(),
        day=day,
    )
    return Deliveries(
        receivers=receivers,
        orders=pd.concat([before.orders, orders], ignore_index=True),
        expected_orders=before.expected_orders,
        courier_van_days=van_days,
        stations=tuple(stations),
    )


def _handover(stop_min: float, parcel_min: float) -> HandoverTime:
    return HandoverTime(stop_min * SECONDS_PER_MINUTE, parcel_min * SECONDS_PER_MINUTE)

"""
What carriers offer to others after planning, who has room, and what taking it would cost.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from sim.contracts import FOREVER_US, FloatArray
from sim.network.shortest_path import travel_matrix
from sim.planning.day_plan import DayPlan
from sim.planning.fleet import CarrierSpec, FleetParams, VanSpec
from sim.planning.planning_params import PlanningParams, PlanningView
from sim.planning.sharing_match import Lot, Taker
from sim.planning.van_tour import VanTour
from sim.planning.wave import Wave
from sim.units import SECONDS_PER_HOUR


class SharingMarket:
    """
    What is offered, and what tours cost.

    Parameters
    ----------
    carriers, orders, shops
        As for `DayPlanner.plan`.
    fleet, planning
        Costs, waves, time at stops.
    failed_order_cny
        What an order without a tour costs its carrier [CNY].
    """

    def __init__(
        self,
        carriers: Sequence[CarrierSpec],
        orders: pd.DataFrame,
        shops: pd.DataFrame,
        fleet: FleetParams,
        planning: PlanningParams,
        *,
        failed_order_cny: float,
    ) -> None:
        self._failed_order_cny = failed_order_cny
        self._is_joint = orders["joint"].to_numpy()
        self._carriers = carriers
        self._fleet = fleet
        self._driver_cny_per_s = planning.driver_cny_per_h / SECONDS_PER_HOUR
        self._overhead_s = planning.stop_overhead_min * 60.0
        self._operator = orders["operator" if "operator" in orders else "carrier"].to_numpy()
        self._weight_kg = orders["weight_kg"].to_numpy(dtype=np.float64)
        self._volume_m3 = orders["volume_m3"].to_numpy(dtype=np.float64)
        self._service_s = orders["expected_service_s"].to_numpy(dtype=np.float64)
        self._shop = orders["shop"].to_numpy()
        self._link = shops["link"].to_numpy()

    def _lot(self, carrier: int, rows: tuple[int, ...], links: tuple[int, ...], value: float, tour_id: str) -> Lot:
        at = list(rows)
        return Lot(
            carrier=carrier,
            depot_link=self._carriers[carrier].depot_link,
            orders=rows,
            links=links,
            weight_kg=math.fsum(self._weight_kg[at]),
            volume_m3=math.fsum(self._volume_m3[at]),
            service_s=math.fsum(self._service_s[at]) + self._overhead_s * len(links),
            value_cny=value,
            tour_id=tour_id,
        )

    def lots(self, plan: DayPlan, offered_below: float) -> list[Lot]:
        """
        Orders without a tour and badly loaded tours, those of joint delivery excepted.

        Parameters
        ----------
        plan
            Plan without sharing.
        offered_below
            Load factor below which a tour is offered [-].
        """
        lots = self._overflow(plan) + self._poor_tours(plan, offered_below)
        return [lot for lot in lots if not self._is_joint[list(lot.orders)].any()]

    def way_cny(self, tour: VanTour) -> float:
        """Cost of driving a tour, without what its van costs a day [CNY]."""
        length_m = tour.home_m + sum(stop.leg_m for stop in tour.stops)
        cny_per_m = self._fleet.vehicle_types[tour.van.vehicle_type].planned_cny_per_km / 1e3
        return length_m * cny_per_m + self._duration_s(tour) * self._driver_cny_per_s

    def van_cny(self, van: VanSpec) -> float:
        """What a van costs on a day on which it is out, at least [CNY]."""
        return self._fleet.vehicle_types[van.vehicle_type].fixed_cny_per_day

    def _overflow(self, plan: DayPlan) -> list[Lot]:
        """Orders without a tour, by carrier and shop."""
        drops: dict[tuple[int, int], list[int]] = {}
        for row in plan.unplanned:
            drops.setdefault((int(self._operator[row]), int(self._shop[row])), []).append(row)
        return [
            self._lot(carrier, tuple(rows), (int(self._link[shop]),), self._failed_order_cny * len(rows), "")
            for (carrier, shop), rows in drops.items()
        ]

    def _poor_tours(self, plan: DayPlan, offered_below: float) -> list[Lot]:
        """
        Tours with a low load; what they cost is saved when another carrier takes their orders.

        The van itself is saved when it has no other tour.
        """
        tours_of = _tours_by_van(plan)
        lots = []
        for tour in plan.tours:
            rows = tuple(row for stop in tour.stops for row in stop.orders)
            kind = self._fleet.vehicle_types[tour.van.vehicle_type]
            load = max(
                math.fsum(self._weight_kg[list(rows)]) / kind.payload_kg,
                math.fsum(self._volume_m3[list(rows)]) / kind.volume_m3,
            )
            if load >= offered_below:
                continue
            value = self.way_cny(tour) + (self.van_cny(tour.van) if len(tours_of[tour.van]) == 1 else 0.0)
            links = tuple(int(self._link[stop.shop]) for stop in tour.stops)
            lots.append(self._lot(tour.van.carrier, rows, links, value, tour.tour_id))
        return lots

    def _duration_s(self, tour: VanTour) -> float:
        """Planned length of a tour; the way home takes as long by distance as the other legs do."""
        service_s = sum(math.fsum(self._service_s[list(stop.orders)]) + self._overhead_s for stop in tour.stops)
        out_m = max(1.0, sum(stop.leg_m for stop in tour.stops))
        last = tour.stops[-1]
        last_s = math.fsum(self._service_s[list(last.orders)]) + self._overhead_s
        until_last_s = last.arrival_s - tour.start_s
        driving_s = max(0.0, until_last_s - (service_s - last_s))
        return until_last_s + last_s + driving_s * min(2.0, tour.home_m / out_m)

    def takers(
        self,
        plan: DayPlan,
        lots: Sequence[Lot],
        view: PlanningView,
        can_serve: Callable[[str, Wave, Sequence[int]], bool],
    ) -> list[Taker]:
        """
        Tours with room and vans at home, at hubs where something is offered.

        A taker's way with a lot is that from one of its stops to the lot's first, along the lot, and back from its last
        to the same stop, the best one; for a van at home it is from the depot and back.

        Parameters
        ----------
        plan
            Plan without sharing.
        lots
            What is offered.
        view
            Believed travel times.
        can_serve
            Whether a vehicle type may serve some orders in a wave.
        """
        at_depots = {lot.depot_link for lot in lots}
        tours_of = _tours_by_van(plan)
        ways = _Ways(lots, view)
        found = []
        for row, spec in enumerate(self._carriers):
            if spec.depot_link not in at_depots:
                continue
            among = self._links_at(spec.depot_link, lots, plan)
            waves = [wave for wave in self._fleet.day_waves() if not spec.waves or wave.name in spec.waves]
            for van in spec.vans:
                for tour in tours_of.get(van, []):
                    found.append(self._on_tour(row, spec, van, tour, ways, among))
                if van not in tours_of:
                    found += [self._at_home(row, spec, van, wave, ways, among) for wave in waves[:1]]
        is_open = {
            (name, wave): np.array(
                [can_serve(name, self._fleet.wave_named(wave), lot.orders) for lot in lots], dtype=bool
            )
            for name, wave in {(taker.van.vehicle_type, taker.wave) for taker in found}
        }
        return [
            replace(taker, time_s=np.where(is_open[taker.van.vehicle_type, taker.wave], taker.time_s, np.inf))
            for taker in found
        ]

    def _links_at(self, depot_link: int, lots: Sequence[Lot], plan: DayPlan) -> list[int]:
        """Links of all lots at a depot and of all stops of tours from there."""
        found = {link for lot in lots if lot.depot_link == depot_link for link in lot.links}
        for tour in plan.tours:
            if self._carriers[tour.van.carrier].depot_link == depot_link:
                found.update(int(self._link[stop.shop]) for stop in tour.stops)
        return sorted(found)

    def _on_tour(
        self, row: int, spec: CarrierSpec, van: VanSpec, tour: VanTour, ways: _Ways, among: Sequence[int]
    ) -> Taker:
        at = [order for stop in tour.stops for order in stop.orders]
        links = (spec.depot_link, *(int(self._link[stop.shop]) for stop in tour.stops))
        wave = self._fleet.wave_named(tour.wave)
        left_s = min(wave.shift_h * SECONDS_PER_HOUR, wave.end_s - tour.start_s) - self._duration_s(tour)
        return self._taker(
            row,
            spec,
            van,
            links,
            ways.detour(links, spec.depot_link, wave, among),
            loaded=(math.fsum(self._weight_kg[at]), math.fsum(self._volume_m3[at])),
            spare_s=left_s,
            opening_cny=0.0,
            wave=tour.wave,
            tour_id=tour.tour_id,
        )

    def _at_home(
        self, row: int, spec: CarrierSpec, van: VanSpec, wave: Wave, ways: _Ways, among: Sequence[int]
    ) -> Taker:
        return self._taker(
            row,
            spec,
            van,
            (spec.depot_link,),
            ways.detour((spec.depot_link,), spec.depot_link, wave, among),
            loaded=(0.0, 0.0),
            spare_s=min(wave.shift_h * SECONDS_PER_HOUR, wave.end_s - wave.start_s),
            opening_cny=self.van_cny(van),
            wave=wave.name,
            tour_id="",
        )

    def _taker(
        self,
        row: int,
        spec: CarrierSpec,
        van: VanSpec,
        links: tuple[int, ...],
        detour: tuple[FloatArray, FloatArray],
        *,
        loaded: tuple[float, float],
        spare_s: float,
        opening_cny: float,
        wave: str,
        tour_id: str,
    ) -> Taker:
        kind = self._fleet.vehicle_types[van.vehicle_type]
        return Taker(
            carrier=row,
            depot_link=spec.depot_link,
            links=links,
            spare_kg=kind.payload_kg - math.ceil(loaded[0]),
            spare_m3=kind.volume_m3 - loaded[1],
            spare_s=spare_s,
            opening_cny=opening_cny,
            cny_per_m=kind.planned_cny_per_km / 1e3,
            driver_cny_per_s=self._driver_cny_per_s,
            time_s=detour[0],
            distance_m=detour[1],
            van=van,
            wave=wave,
            tour_id=tour_id,
        )


class _Ways:
    """Ways of takers to the first stop of each lot, along it, and back from the last."""

    def __init__(self, lots: Sequence[Lot], view: PlanningView) -> None:
        self._lots = lots
        self._view = view
        self._known: dict[tuple[str, int], tuple[dict[int, int], FloatArray, FloatArray]] = {}

    def detour(
        self, links: Sequence[int], depot_link: int, wave: Wave, among: Sequence[int]
    ) -> tuple[FloatArray, FloatArray]:
        """Least extra time [s] and its distance [m] for each lot at a depot, shape (n_lots,); infinite for others."""
        n = len(self._lots)
        time_s, distance_m = np.full(n, np.inf), np.full(n, np.inf)
        row_of, all_s, all_m = self._matrix(depot_link, wave, among)
        at = np.array([row_of[link] for link in dict.fromkeys(links)])
        for row, lot in enumerate(self._lots):
            if lot.depot_link != depot_link:
                continue
            way = [row_of[link] for link in lot.links]
            inner_s, inner_m = all_s[way[:-1], way[1:]].sum(), all_m[way[:-1], way[1:]].sum()
            total_s = all_s[at, way[0]] + inner_s + all_s[way[-1], at]
            best = int(np.argmin(total_s))
            time_s[row] = total_s[best]
            distance_m[row] = all_m[at[best], way[0]] + inner_m + all_m[way[-1], at[best]]
        return time_s, distance_m

    def _matrix(
        self, depot_link: int, wave: Wave, among: Sequence[int]
    ) -> tuple[dict[int, int], FloatArray, FloatArray]:
        """Times [s] and distances [m] between all links of interest at a depot."""
        key = wave.name, depot_link
        if key not in self._known:
            network, link_time_us = self._view.network, self._view.link_time_us[wave.name]
            links = np.array(sorted({depot_link, *among}), dtype=np.int32)
            time_us, distance_m = travel_matrix(
                network, link_time_us, source_nodes=network.to_node[links], target_links=links
            )
            time_s = np.where(time_us < FOREVER_US, time_us / 1e6, np.inf)
            np.fill_diagonal(time_s, 0.0)
            np.fill_diagonal(distance_m, 0.0)
            self._known[key] = {int(link): row for row, link in enumerate(links)}, time_s, distance_m
        return self._known[key]


def _tours_by_van(plan: DayPlan) -> dict[VanSpec, list[VanTour]]:
    tours: dict[VanSpec, list[VanTour]] = {}
    for tour in plan.tours:
        tours.setdefault(tour.van, []).append(tour)
    return tours

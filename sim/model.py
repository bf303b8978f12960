"""
The delivery day: the wiring of network, demand, rules, plans, agents and traffic, and its clock.

One loop: the engine moves traffic to the time of the next decision and comes back early when a van
arrives. There is no fixed tick and no loop over agents.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pandas as pd

from sim.agents import (
    Berth,
    Carrier,
    ChargerSite,
    ElectricVan,
    FuelVan,
    Luck,
    OrderBook,
    Shop,
    Van,
)
from sim.agents.van import latest_home_s
from sim.clock import EventClock
from sim.config import Scenario
from sim.contracts import FloatArray, IntArray, LinkArray, LinkClosures, Progress, TrafficEngine, no_progress
from sim.demand import load_shops, make_orders, orders_per_average_day, supplier_mix
from sim.demand.background_traffic import gravity_trips
from sim.demand.shops import stable_number
from sim.energy import FUELS, Battery, charging_curve_of, consumption_coefficients
from sim.errors import NetworkError
from sim.events import Event
from sim.facilities import berths_by_shop_density, berths_in_reach, public_charging_sites
from sim.measures import KpiContext, Recorder, RunTables, VehicleCost, compute_kpis, cost_rows, cost_table
from sim.network import RoadNetwork, read_network
from sim.network.projection import project
from sim.network.shortest_path import travel_matrix
from sim.planning import DayPlan, DayPlanner, PlanCache, PlanningView, TourProblem, VanTour, build_fleets
from sim.planning.fleet import PLUG_IN
from sim.policy import compile_closures, rules_document
from sim.random_streams import RandomStreams
from sim.traffic import AssignedDay, ProfileEngine, QueueEngine, assigned_day, links_for_sample
from sim.traffic.travel_times import BinnedTravelTimes, travel_times_from_speed_ratio
from sim.units import clock_to_s, to_us

_BIN_S = 900.0
"""Width of the time bins of link counts [s]."""


class DeliveryModel(mesa.Model):  # type: ignore[misc]
    """
    A delivery day in a city.

    Parameters
    ----------
    scenario
        A validated scenario.
    seed
        Root of every random draw; the scenario's own when None.
    progress
        Told how far long work has come.

    Raises
    ------
    InputError
        If the network, a survey or a rule cannot be used.

    Examples
    --------
    >>> import sim
    >>> model = sim.DeliveryModel(sim.load_scenario("baseline", ["network=grid"]), seed=1)
    >>> model.run()
    >>> model.kpis()["orders_delivered"]["value"] > 0
    True
    """

    def __init__(self, scenario: Scenario, seed: int | None = None, *, progress: Progress = no_progress) -> None:
        self.root_seed = scenario.seed if seed is None else seed
        super().__init__(rng=self.root_seed)
        self.settings = scenario
        self.network: RoadNetwork = read_network(scenario.network.name)
        self.clock = EventClock()
        self.recorder = Recorder()
        self.berth_params = scenario.berths
        self.charging_params = scenario.charging
        self.service_params = scenario.service
        self._progress = progress
        self._horizon_us = to_us(scenario.horizon_h * 3600.0)
        self._plan: DayPlan | None = None
        self._stop_ids = 0
        self._double_parked: dict[int, int] = {}
        self._capacity_share = 1.0
        self._has_run = False
        self._tables: RunTables | None = None

        streams = RandomStreams(self.root_seed)
        self.luck = Luck(
            failed_attempt=streams.keyed("order.failed_attempt"),
            parking_choice=streams.keyed("driver.parking_choice"),
            depot_charger=streams.keyed("van.depot_charger"),
            morning_soc=streams.keyed("van.morning_soc"),
        )
        self._tour_seed = int(streams.generator("carrier.tour_search").integers(2**31))
        self.shop_table = load_shops(scenario.demand, self.network, streams)
        shares = scenario.fleet.market_shares().tolist()
        mix = supplier_mix(self.shop_table, shares, scenario.demand, streams)
        self.fleets = build_fleets(
            scenario.fleet,
            _depots(self.network),
            expected_orders_per_day=orders_per_average_day(self.shop_table, shares, scenario.demand, mix),
        )
        self.order_table = make_orders(
            self.shop_table, shares, scenario.demand, streams, weekday=scenario.weekday, mix=mix
        )
        self.orders = _order_book(self.order_table)
        self._type_names = list(scenario.fleet.vehicle_types)
        self._closures = self._compile_rules()
        self.believed_times = self._travel_times()
        self.engine = self._build_engine()
        self.berths: Sequence[Berth] = []
        self.shops: Sequence[Shop] = []
        self.charging_sites: Sequence[ChargerSite] = []
        self.carriers: Sequence[Carrier] = []
        self.vans: Sequence[Van] = []

    # -- set-up -------------------------------------------------------------------------------

    def _compile_rules(self) -> dict[str, LinkClosures]:
        """Link closures of each vehicle type; types that meet the same rules share them."""
        compiled: dict[tuple[str, str], LinkClosures] = {}
        closures = {}
        for name, kind in self.settings.fleet.vehicle_types.items():
            key = (kind.access_class, kind.powertrain)
            if key not in compiled:
                compiled[key] = compile_closures(
                    self.settings.policy.rules,
                    self.network,
                    access_class=kind.access_class,
                    powertrain=kind.powertrain,
                    weekday=self.settings.weekday,
                    horizon_us=self._horizon_us,
                )
            closures[name] = compiled[key]
        return closures

    def _travel_times(self) -> BinnedTravelTimes:
        self._cars = self._assign_cars()
        if self._cars is not None:
            return self._cars.times
        return travel_times_from_speed_ratio(
            self.network.length_m,
            self.network.free_speed_mps,
            self.network.signal_delay_s,
            np.array(self.settings.traffic.speed_ratio),
        )

    def _assign_cars(self) -> AssignedDay | None:
        """The cars of the day on their routes, from the cache if they have been assigned before."""
        traffic, cache_dir = self.settings.traffic, self.settings.paths.cache_dir
        if traffic.background is None or traffic.assignment is None:
            return None
        trips = gravity_trips(
            self.network,
            traffic.background,
            free_flow_us=np.round(self.network.free_flow_time_s * 1e6).astype(np.int64),
            sample=traffic.sample,
        )
        return assigned_day(
            self.network,
            trips,
            traffic.assignment,
            cache_dir=Path(cache_dir) if cache_dir else None,
            seed=traffic.background.seed,
            sample=traffic.sample,
            threads=self.settings.run.workers or os.cpu_count() or 1,
            progress=self._progress,
        )

    def _build_engine(self) -> TrafficEngine:
        settings, network = self.settings, self.network
        types = settings.fleet.vehicle_types
        consumption = consumption_coefficients(
            [(kind.consumption_curve, kind.payload_kg) for kind in types.values()], settings.energy
        )
        closures = [self._closures[name] for name in self._type_names]
        if settings.traffic.engine == "queue":
            links = links_for_sample(network.links, self._cars.sample) if self._cars else network.links
            self._capacity_share = float(links["lanes"].iloc[0] / network.links["lanes"].iloc[0])
            return QueueEngine(
                links,
                cars=self._cars.trips if self._cars is not None else None,
                consumption=consumption,
                closures=closures,
                pcu=[kind.pcu * self._capacity_share for kind in types.values()],
                bin_s=_BIN_S,
                stuck_time_s=settings.traffic.stuck_time_s,
            )
        return ProfileEngine(network.length_m, self.believed_times, consumption, closures, _BIN_S)

    def plan_day(self) -> DayPlan:
        """The tours of all carriers; planned once, or read from the cache of plans."""
        if self._plan is None:
            self._plan = self._planner().plan(self.fleets, self.order_table, self.shop_table, progress=self._progress)
        return self._plan

    def tour_problems(self) -> list[TourProblem]:
        """The routing problems behind the plan of the day, one a district."""
        return self._planner().problems(self.fleets, self.order_table, self.shop_table)

    def _planner(self) -> DayPlanner:
        scenario = self.settings
        shift_us = [to_us(clock_to_s(scenario.fleet.shift_start)), to_us(clock_to_s(scenario.fleet.shift_end))]
        view = PlanningView(
            network=self.network,
            link_time_us=self.believed_times.mean_between(shift_us[0], shift_us[1]),
            closures=self._closures,
            range_m={name: self._range_m(name) for name in self._type_names},
        )
        cache_dir = scenario.paths.cache_dir
        return DayPlanner(
            view,
            scenario.fleet,
            scenario.planning,
            cache=PlanCache(Path(cache_dir) if cache_dir else None),
            seed=self._tour_seed,
            workers=scenario.run.workers or os.cpu_count() or 1,
        )

    def _range_m(self, vehicle_type: str) -> float:
        kind = self.settings.fleet.vehicle_types[vehicle_type]
        if not kind.relies_on_battery or kind.planned_kwh_per_km <= 0.0:
            return float("inf")
        charging = self.settings.charging
        usable_kwh = kind.battery_kwh * max(0.0, charging.soc_full - charging.soc_reserve)
        return usable_kwh / kind.planned_kwh_per_km * 1e3

    def _create_agents(self, plan: DayPlan) -> None:
        scenario, network = self.settings, self.network
        berths = berths_by_shop_density(network, self.shop_table, scenario.berths)
        self.berths = [Berth(self, berth) for berth in berths]
        shop_xy = _metric_xy(network, self.shop_table)
        reach = berths_in_reach(berths, shop_xy, scenario.berths.search_radius_m)
        table = self.shop_table
        rows = zip(table["shop_id"], table["link"], table["has_offstreet"], reach, strict=True)
        self.shops = [
            Shop(
                self,
                shop_id=str(shop_id),
                link=int(link),
                has_offstreet=bool(has_offstreet),
                berths=in_reach,
                grace_s=scenario.service.grace_min * 60.0,
            )
            for shop_id, link, has_offstreet, in_reach in rows
        ]
        self.charging_sites = [
            ChargerSite(self, site)
            for site in public_charging_sites(network, scenario.charging, plug_in_vans=self.plug_in_vans)
        ]
        self.carriers = [
            Carrier(
                self,
                carrier_id=spec.carrier_id,
                depot_id=spec.depot_id,
                depot_link=spec.depot_link,
            )
            for spec in self.fleets
        ]
        vans: list[Van] = []
        for tour in plan.tours:
            carrier = self.carriers[tour.van.carrier]
            van = self._create_van(len(vans), tour, carrier)
            carrier.vans.append(van)
            vans.append(van)
        self.vans = vans

    def _create_van(self, number: int, tour: VanTour, carrier: Carrier) -> Van:
        fleet, charging = self.settings.fleet, self.settings.charging
        kind = fleet.vehicle_types[tour.van.vehicle_type]
        details: dict[str, Any] = {
            "number": number,
            "tour": tour,
            "carrier_id": carrier.carrier_id,
            "vehicle_type": kind,
            "vehicle_class": self._type_names.index(tour.van.vehicle_type),
            "depot_link": carrier.depot_link,
            "latest_home_s": latest_home_s(
                tour.start_s,
                shift_end_s=clock_to_s(fleet.shift_end),
                shift_h=fleet.shift_h,
                overtime_h=fleet.overtime_h,
            ),
        }
        if not kind.relies_on_battery:
            return FuelVan(self, **details)
        key = stable_number(f"van/{tour.van.van_id}", bits=63)
        has_charger = self.luck.depot_charger.uniform_one(key) < charging.depot_charger_share
        spread = max(0.0, charging.soc_full - charging.soc_morning_min)
        street_soc = charging.soc_full - spread * self.luck.morning_soc.uniform_one(key)
        return ElectricVan(
            self,
            battery=Battery(kind.battery_kwh, charging.soc_full if has_charger else street_soc),
            curve=charging_curve_of(self.settings.energy.charging_shape, kind.charging_power_kw),
            has_depot_charger=has_charger,
            **details,
        )

    @property
    def plug_in_vans(self) -> int:
        """Electric and plug-in vans of all fleets."""
        types = self.settings.fleet.vehicle_types
        return sum(types[van.vehicle_type].powertrain in PLUG_IN for fleet in self.fleets for van in fleet.vans)

    # -- the day ------------------------------------------------------------------------------

    def run(self) -> None:
        """
        Simulate to the end of the horizon.

        Raises
        ------
        RuntimeError
            If the day has been run before; make a new model for another run.
        """
        if self._has_run:
            raise RuntimeError("this day has been run; make a new DeliveryModel for another run")
        self._has_run = True
        self._create_agents(self.plan_day())
        for carrier in self.carriers:
            carrier.send_out()
        next_report_us = 0
        while True:
            decision_us = self.clock.next_time_us()
            is_decision_due = decision_us is not None and decision_us <= self._horizon_us
            until_us = decision_us if is_decision_due and decision_us is not None else self._horizon_us
            arrivals = self.engine.advance(until_us)
            if arrivals:
                self.clock.advance_to(self.engine.now_us)
                for arrival in arrivals:
                    self.vans[arrival.vehicle].on_arrival(arrival)
            elif is_decision_due:
                self.clock.run_next()
            else:
                break
            if self.clock.now_us >= next_report_us:
                self._progress("simulating", self.clock.now_us // 10**6, self._horizon_us // 10**6)
                next_report_us = self.clock.now_us + to_us(600.0)
        for van in self.vans:
            van.end_of_time()
        self._progress("simulating", self._horizon_us // 10**6, self._horizon_us // 10**6)

    # -- what agents ask (`sim.agents.City`) ---------------------------------------------------

    def announce(self, event: Event) -> None:
        """Tell the measures a fact."""
        self.recorder.hear(event)

    def next_stop_id(self) -> int:
        """Number for the next stop of the day."""
        self._stop_ids += 1
        return self._stop_ids

    def closures_of(self, vehicle_type: str) -> LinkClosures:
        """When links are closed to a vehicle type."""
        return self._closures[vehicle_type]

    def trip_links(self, trip: int) -> tuple[LinkArray, IntArray, IntArray]:
        """Links of a finished trip with entry and exit times [us]."""
        return self.engine.trip_links(trip)

    def double_park(self, link: int, change: int) -> None:
        """One van more (+1) or less (-1) stands in the second row of a link; they stand behind each other."""
        vans = self._double_parked.get(link, 0) + change
        self._double_parked[link] = vans
        lanes = float(self.network.lanes[link])
        lost = self.berth_params.blocked_lanes if lanes > 1.0 else self.berth_params.single_lane_loss * lanes
        self.engine.set_blocked_lanes(
            link, min(lost, lanes) * self._capacity_share if vans else 0.0, at_us=self.clock.now_us
        )

    # -- what it leaves behind ----------------------------------------------------------------

    def tables(self) -> RunTables:
        """Result tables of the day, in the schema of `docs/data_dictionary.md`."""
        if self._tables is None:
            self.recorder.set_vans(self._van_table())
            self.recorder.set_orders(self._order_rows())
            self.recorder.set_links(self._link_bins())
            tables = self.recorder.tables()
            tables["costs"] = cost_rows(cost_table(tables, self.kpi_context()))
            self._tables = tables
        return self._tables

    def kpis(self) -> dict[str, dict[str, Any]]:
        """Key performance indicators: name -> value, unit, better."""
        return compute_kpis(self.tables(), self.kpi_context())

    def kpi_context(self) -> KpiContext:
        """Prices and supply that the indicators refer to."""
        scenario = self.settings
        fleet = scenario.fleet
        return KpiContext(
            cost=scenario.cost,
            vehicle_costs={
                name: VehicleCost(kind.fixed_cny_per_day, kind.maintenance_cny_per_km)
                for name, kind in fleet.vehicle_types.items()
            },
            diesel_mj_per_l=FUELS["diesel"].mj_per_l,
            petrol_mj_per_l=FUELS["petrol"].mj_per_l,
            grid_factor_kg_per_kwh=scenario.energy.grid_factor_kg_per_kwh,
            charger_efficiency=scenario.charging.charger_efficiency,
            public_connectors=sum(site.spec.connectors for site in self.charging_sites),
            depot_connectors=sum(isinstance(van, ElectricVan) and van.has_depot_charger for van in self.vans),
            berth_spaces=sum(berth.spec.spaces for berth in self.berths),
            berth_from_s=clock_to_s(fleet.shift_start),
            berth_until_s=clock_to_s(fleet.shift_end),
            day_from_s=clock_to_s(fleet.shift_start),
            day_until_s=clock_to_s(fleet.shift_end),
            has_cars=self._cars is not None,
            link_length_m=self.network.length_m,
            link_free_flow_s=self.network.free_flow_time_s,
        )

    def rules(self) -> dict[str, Any]:
        """The access rules as resolved for this network."""
        return rules_document(self.settings.policy.rules, self.network)

    def warnings(self) -> tuple[str, ...]:
        """What a reader of the results should know."""
        stranded = [van.van_id for van in self.vans if van.is_stranded]
        out = [van.van_id for van in self.vans if not van.is_home and not van.is_stranded]
        found = []
        if stranded:
            found.append(f"{len(stranded)} vans were stranded: {', '.join(stranded)}")
        if out:
            found.append(f"{len(out)} vans were not home at the end: {', '.join(out)}")
        if self._plan is not None and self._plan.unplanned:
            share = len(self._plan.unplanned) / len(self.order_table)
            found.append(f"{len(self._plan.unplanned)} orders ({share:.1%}) fitted on no tour")
        if isinstance(self.engine, QueueEngine) and self.engine.forced_moves:
            found.append(f"{self.engine.forced_moves} vehicles stood for too long and were forced on: the streets jam")
        if self._cars is not None and self._cars.arrived_share < 0.99:
            found.append(f"{1.0 - self._cars.arrived_share:.1%} of the cars did not arrive in the assignment")
        return tuple(found)

    def input_sha256(self) -> dict[str, str]:
        """SHA-256 of the inputs: the road network and, if one was read, the survey."""
        inputs = {f"network/{self.network.name}": self.network.sha256()}
        survey = self.settings.demand.survey_file
        if survey is not None:
            inputs[survey] = hashlib.sha256(Path(survey).read_bytes()).hexdigest()
        return inputs

    def _link_bins(self) -> pd.DataFrame:
        """Counts by link and bin; of a sample of the cars, all that it stands for."""
        bins = self.engine.link_bins().drop(columns="blocked_s")
        if self._cars is not None and self._cars.sample < 1.0:
            for column in ("inflow_veh", "outflow_veh"):
                vans = np.minimum(bins["vans"], bins[column])
                bins[column] = vans + (bins[column] - vans) / self._cars.sample
        return bins

    def _van_table(self) -> pd.DataFrame:
        types = self.settings.fleet.vehicle_types
        rows = []
        for fleet in self.fleets:
            for van in fleet.vans:
                kind = types[van.vehicle_type]
                rows.append(
                    {
                        "van_id": van.van_id,
                        "carrier_id": fleet.carrier_id,
                        "vehicle_type": van.vehicle_type,
                        "powertrain": kind.powertrain,
                        "access_class": kind.access_class,
                        "payload_kg": kind.payload_kg,
                        "volume_m3": kind.volume_m3,
                        "battery_kwh": kind.battery_kwh,
                        "depot_id": fleet.depot_id,
                    }
                )
        return pd.DataFrame(rows)

    def _order_rows(self) -> pd.DataFrame:
        shop = self.order_table["shop"].to_numpy()
        carrier = self.order_table["carrier"].to_numpy()
        carrier_id = np.array([fleet.carrier_id for fleet in self.fleets], dtype=object)
        columns = ["order_id", "weight_kg", "volume_m3", "earliest_s", "latest_s", "joint"]
        return self.order_table[columns].assign(
            shop_id=self.shop_table["shop_id"].to_numpy(dtype=object)[shop],
            carrier_id=carrier_id[carrier],
            shipment_distance_m=self._shipment_distance_m(shop, carrier),
            shop_type=self.shop_table["shop_type"].to_numpy(dtype=object)[shop],
        )

    def _shipment_distance_m(self, shop: IntArray, carrier: IntArray) -> FloatArray:
        """Fastest way on empty streets from each carrier's hub to the shop of its order [m]."""
        depot_link = np.array([fleet.depot_link for fleet in self.fleets], dtype=np.int32)
        shop_link = self.shop_table["link"].to_numpy(dtype=np.int32)
        _, distance_m = travel_matrix(
            self.network,
            np.round(self.network.free_flow_time_s * 1e6).astype(np.int64),
            source_nodes=self.network.to_node[depot_link],
            target_links=shop_link,
        )
        found: FloatArray = distance_m[carrier, shop]
        return found


def _depots(network: RoadNetwork) -> list[tuple[str, int]]:
    """Hubs of a network: (place, link row), in the order of their names."""
    hubs = network.places[network.places["kind"] == "hub"].sort_values("place_id")
    if hubs.empty:
        raise NetworkError(f"network {network.name}: carriers need a place of kind 'hub' as depot, found none")
    return [(str(p), int(link)) for p, link in zip(hubs["place_id"], hubs["link"], strict=True)]


def _order_book(orders: pd.DataFrame) -> OrderBook:
    return OrderBook(
        order_id=orders["order_id"].tolist(),
        weight_kg=orders["weight_kg"].tolist(),
        volume_m3=orders["volume_m3"].tolist(),
        earliest_s=orders["earliest_s"].tolist(),
        latest_s=orders["latest_s"].tolist(),
        service_s=orders["service_s"].tolist(),
    )


def _metric_xy(network: RoadNetwork, table: pd.DataFrame) -> FloatArray:
    """Positions of places in the network's metric coordinates [m], shape (n, 2)."""
    x_m, y_m = project(table["lon"], table["lat"], network.crs_metric)
    return np.column_stack([x_m, y_m])

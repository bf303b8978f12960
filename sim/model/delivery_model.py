"""
The delivery day: the wiring of network, demand, rules, plans, agents and traffic, and its clock.

One loop: the engine moves traffic to the time of the next decision and comes back early when a van
arrives. There is no fixed tick and no loop over agents.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import mesa
import pandas as pd

from sim.agents import Berth, Carrier, ChargerSite, ElectricVan, Luck, OrderBook, ReleasedGoods, Shop, Vehicle
from sim.clock import EventClock
from sim.config import Scenario
from sim.contracts import IntArray, LinkArray, LinkClosures, Progress, TrafficEngine, TravelTimes, no_progress
from sim.energy import FUELS, planning_factor
from sim.events import Event
from sim.facilities.berth_supply import day_berths
from sim.facilities.charging_site import public_charging_sites
from sim.facilities.distribution_centre import DistributionCentre, find_centres
from sim.facilities.hub import Hub
from sim.measures import KpiContext, Recorder, RunTables, VehicleCost, compute_kpis, cost_rows, cost_table
from sim.model.agent_ids import let_go_of_model
from sim.model.car_replanning import after_replanning
from sim.model.car_traffic import CarTraffic, car_traffic, times_under_limits
from sim.model.day_agents import create_berths, create_carriers, create_charging_sites, create_shops
from sim.model.day_state import DayState, evening_soc, next_backlog, on_day
from sim.model.deliveries import day_deliveries
from sim.model.freight import day_freight, share_capacity, tour_repair
from sim.model.joint_agents import create_bulk_trucks
from sim.model.place_rows import place_rows
from sim.model.result_tables import order_rows, van_rows
from sim.model.subsidy_terms import subsidy_terms
from sim.model.van_access import VanAccess
from sim.network import RoadNetwork, read_network
from sim.planning import DayPlan, DayPlanner, PlanCache, PlanningView, SiteMap, TourProblem, TourReplanner
from sim.planning.bulk_transfer import BulkTransfer
from sim.planning.fleet import PLUG_IN
from sim.planning.timetable_repair import RepairReport
from sim.policy import rules_document
from sim.policy.charge import VehicleCharges
from sim.policy.enforcement import Enforcement
from sim.policy.overlaps import rule_warnings
from sim.policy.speed_limit import with_speed_limits
from sim.policy.stay_limit import StayEnds
from sim.random_streams import RandomStreams
from sim.traffic import BinnedTravelTimes, QueueEngine
from sim.units import clock_to_s, to_us

Watch = Callable[["DeliveryModel"], None]
"""Shown a model while its day goes on."""


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
    traffic
        Cars of the day, where they are known from before; made from the scenario when None.
    state
        What earlier days have left; None for the first day.
    watch
        Shown the model every ten minutes of the day; must change nothing in it.

    Raises
    ------
    InputError
        If the network, a survey, a rule or a file of car trips cannot be used.

    Examples
    --------
    >>> import sim
    >>> model = sim.DeliveryModel(sim.load_scenario("baseline", ["network=grid"]), seed=1)
    >>> model.run()
    >>> model.kpis()["orders_delivered"]["value"] > 0
    True
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int | None = None,
        *,
        progress: Progress = no_progress,
        traffic: CarTraffic | None = None,
        state: DayState | None = None,
        watch: Watch | None = None,
    ) -> None:
        self.root_seed = scenario.seed if seed is None else seed
        super().__init__(rng=self.root_seed)
        self._scenario, self.state = scenario, DayState() if state is None else state
        scenario = on_day(scenario, self.state.day)
        self.settings = scenario
        network = read_network(scenario.network.name, scenario.network.zones_file)
        self.network: RoadNetwork = with_speed_limits(network, scenario.policy.rules)
        self.clock = EventClock()
        self.recorder = Recorder()
        self.berth_params = scenario.berths
        self.charging_params = scenario.charging
        self.service_params = scenario.service
        self._progress = progress
        self.watch = watch
        self._horizon_us = to_us(scenario.horizon_h * 3600.0)
        self._plan: DayPlan | None = None
        self.repair_report: RepairReport | None = None
        self._sharing_cny: dict[str, float] = {}
        self._stop_ids = 0
        self._double_parked: dict[int, int] = {}
        self._has_run = False
        self._tables: RunTables | None = None

        streams = RandomStreams(self.root_seed)
        self.luck = Luck(
            failed_attempt=streams.keyed(self.state.stream("order.failed_attempt")),
            parking_choice=streams.keyed(self.state.stream("driver.parking_choice")),
            kerb_fine=streams.keyed(self.state.stream("kerb.fine")),
            depot_charger=streams.keyed("van.depot_charger"),
            morning_soc=streams.keyed("van.morning_soc"),
            violator=streams.keyed("driver.violator"),
            misunderstanding=streams.keyed("driver.misunderstanding"),
        )
        self.behaviour = scenario.behaviour
        self.enforcement = Enforcement(
            scenario.enforcement,
            streams.keyed("enforcement.cameras"),
            streams.keyed(self.state.stream("enforcement.detection")),
        )
        self._rules_met: set[tuple[str, str]] = set()
        self._tour_seed = int(streams.generator("carrier.tour_search").integers(2**31))
        deliveries = day_deliveries(scenario, self.network, streams, day=self.state.day, backlog=self.state.backlog)
        self._ordered = deliveries.orders
        self.shop_table = deliveries.receivers
        self.stations = deliveries.stations
        self._access = VanAccess(
            scenario,
            self.network,
            horizon_us=self._horizon_us,
            notice_luck=streams.keyed("carrier.notice"),
            misunderstanding_luck=self.luck.misunderstanding,
            learnt=self.state.learnt,
            credit=self.state.credit,
        )
        closures = self._access.closures()  # faults of rules and of the tables below come before minutes of assignment
        if scenario.joint.operator:
            find_centres(self.network, scenario.joint.centre)
        self._berth_specs = day_berths(self.network, deliveries.shops, scenario.berths, scenario.weekday)
        if scenario.charging.sites_from == "ocpi":
            public_charging_sites(self.network, scenario.charging, plug_in_vans=0)
        self.traffic = car_traffic(self.network, scenario, progress) if traffic is None else traffic
        self.believed_times = self.traffic.believed_times
        self._capacity_share = self.traffic.capacity_share
        self.freight = day_freight(
            deliveries, scenario, self.network, streams, believed=self.believed_times, closures=closures
        )
        self.fleets, fleet = self._access.with_variants(self.freight.fleets, scenario.fleet)
        self.settings = scenario.model_copy(update={"fleet": fleet})
        self.freight = replace(self.freight, fleets=self.fleets)
        self.order_table = self.freight.orders
        self.orders = _order_book(self.order_table)
        self._closures = self._access.closures()
        self._limits = self._access.speed_limits()
        self._own_times = times_under_limits(self.believed_times, self._limits)
        self.engine = self._engine()
        self.berths: Sequence[Berth] = []
        self.shops: Sequence[Shop] = []
        self._charging_specs = public_charging_sites(self.network, scenario.charging, plug_in_vans=self.plug_in_vans)
        self.charging_sites: Sequence[ChargerSite] = []
        self.site_map = SiteMap(self.network, [], self.network.free_flow_time_s)
        self.carriers: Sequence[Carrier] = []
        self.vans: Sequence[Vehicle] = []
        self.hubs: Sequence[Hub] = self.freight.hubs
        self.centres: Sequence[DistributionCentre] = self.freight.centres
        self.transfers: Sequence[BulkTransfer] = self.freight.transfers
        self.released_goods = ReleasedGoods()
        self.replanner = TourReplanner(self._view(), fleet, scenario.planning, seed=self._tour_seed)

    # -- set-up -------------------------------------------------------------------------------

    def plan_day(self) -> DayPlan:
        """The tours of all carriers; planned once, or read from the cache of plans."""
        if self._plan is None:
            planner, fleets, orders = self._planner(), self.fleets, self.order_table
            self._plan = planner.plan(fleets, orders, self.shop_table, progress=self._progress)
            if self.settings.sharing.enabled:
                shared = share_capacity(
                    self.settings, self._view(), self._plan, planner, self.freight, self.shop_table, self._progress
                )
                self._plan, self._sharing_cny = shared.plan, shared.payments_cny(fleets)
            if self.settings.planning.repair_tours:
                view, prices = self._view(), self._access.believed_link_prices()
                repair = tour_repair(
                    self.settings, view, self.believed_times, fleets, orders, self.shop_table, prices, self._own_times
                )
                self._plan, self.repair_report = repair.repair(self._plan)
        return self._plan

    def use_plan(self, plan: DayPlan) -> None:
        """Take a plan made for the same vans and orders, instead of planning the day."""
        self._plan = plan

    def tour_problems(self) -> dict[str, list[TourProblem]]:
        """The routing problems behind the plan of the day by carrier, one a district."""
        return self._planner().problems(self.fleets, self.order_table, self.shop_table)

    def _engine(self) -> TrafficEngine:
        car_limits = self._access.car_speed_limits()
        return self.traffic.engine(self._closures, self.settings.fleet.vehicle_types, self._limits, car_limits)

    def _view(self) -> PlanningView:
        """What carriers and drivers believe."""
        hours = {wave.name: (to_us(wave.start_s), to_us(wave.end_s)) for wave in self.settings.fleet.day_waves()}
        times_us = {name: self.believed_times.mean_between(*bounds) for name, bounds in hours.items()}
        return PlanningView(
            network=self.network,
            link_time_us=times_us,
            closures=self._access.believed(),
            own_link_time_us={
                (name, wave): times.mean_between(*bounds)
                for name, times in self._own_times.items()
                for wave, bounds in hours.items()
            },
            link_cny=self._access.believed_prices(times_us, hours),
            range_m={name: self._range_m(name) for name in self.settings.fleet.vehicle_types},
            stay_limit_s=self._believed_stay_s if self._access.stay_limits else None,
        )

    def _believed_stay_s(self, vehicle_type: str, shop: int, link: int, from_us: int, until_us: int) -> float:
        """Shortest limit of stay that a carrier reckons with at a shop [s]; none where it has a dock or yard."""
        if self.shop_table["has_offstreet"].iloc[shop]:
            return float("inf")
        return self._access.believed_stay_s(vehicle_type, link, from_us, until_us)

    def _planner(self) -> DayPlanner:
        scenario = self.settings
        cache_dir = scenario.paths.cache_dir
        return DayPlanner(
            self._view(),
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
        per_km = kind.planned_kwh_per_km * planning_factor(kind.consumption_curve, self.settings.energy)
        return usable_kwh / per_km * 1e3

    def _create_agents(self, plan: DayPlan) -> None:
        scenario = self.settings
        self.berths = create_berths(self, scenario, self._berth_specs)
        self.shops = create_shops(self, scenario, self.shop_table, self.berths)
        self.charging_sites = create_charging_sites(self, scenario, self._charging_specs)
        shift_us = (to_us(clock_to_s(scenario.fleet.shift_start)), to_us(clock_to_s(scenario.fleet.shift_end)))
        day_us = self.believed_times.mean_between(*shift_us)
        self.site_map = SiteMap(self.network, [site.spec for site in self.charging_sites], day_us / 1e6)
        self.released_goods = ReleasedGoods(row for transfer in self.transfers for row in transfer.orders)
        self.carriers, vans = create_carriers(self, scenario, self.fleets, plan)
        trucks = create_bulk_trucks(
            self, scenario, self.transfers, self.hubs, self.centres, self.carriers, first_number=len(vans)
        )
        self.vans = [*vans, *trucks]

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
        plan = self.plan_day()
        if self.traffic.will_replan:
            self.traffic = after_replanning(self.traffic, self._run_with)
            self.engine = self._engine()
        self._create_agents(plan)
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
                if self.watch is not None:
                    self.watch(self)
                next_report_us = self.clock.now_us + to_us(600.0)
        for van in self.vans:
            van.end_of_time()
        let_go_of_model(self)
        self._progress("simulating", self._horizon_us // 10**6, self._horizon_us // 10**6)

    @property
    def has_run(self) -> bool:
        """Whether the day has been simulated."""
        return self._has_run

    def _run_with(self, traffic: CarTraffic) -> tuple[float, BinnedTravelTimes]:
        """The same day with cars on other routes: their delay [h], and travel times."""
        day = DeliveryModel(
            self._scenario, self.root_seed, progress=self._progress, traffic=traffic.as_it_is(), state=self.state
        )
        day.use_plan(self.plan_day())
        day.run()
        assert isinstance(day.engine, QueueEngine)  # cars need it
        return float(day.kpis()["car_delay_hours"]["value"]), day.engine.times()

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

    def believed_closures_of(self, van_id: str, vehicle_type: str) -> LinkClosures:
        """When the driver of a van believes links to be closed to it."""
        return self._access.believed_by_driver(van_id, vehicle_type)

    def believed_charges_of(self, van_id: str, vehicle_type: str) -> VehicleCharges:
        """The charges that the driver of a van believes it has to pay."""
        return self._access.charges_believed_by_driver(van_id, vehicle_type)

    def believed_times_of(self, vehicle_type: str) -> TravelTimes:
        """Travel times that drivers of a vehicle type reckon with: those of all, or slower under its speed limits."""
        return self._own_times.get(vehicle_type, self.believed_times)

    def closing_rules(self, vehicle_type: str, link: int, time_us: int) -> Sequence[str]:
        """Names of the rules that close a link to a vehicle type at a time [us]."""
        return self._access.closing_rules(vehicle_type, link, time_us)

    def stay_ends(self, vehicle_type: str, link: int, parked_us: int) -> StayEnds | None:
        """By when a vehicle that parks at a link has to drive off; None when it may stay."""
        limits = self._access.stay_limits
        return limits.ends(link, parked_us, *self._access.vehicle(vehicle_type)) if limits else None

    def unbound_class(self, vehicle_class: int) -> int:
        """The engine's row of the same vehicles where no link is closed to them."""
        return vehicle_class + len(self.settings.fleet.vehicle_types)

    def note_rules_met(self, carrier_id: str, rules: Sequence[str]) -> None:
        """A carrier has learnt of rules from one of its drivers."""
        self._rules_met |= {(carrier_id, rule_id) for rule_id in rules}

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
            electric = [van for van in self.vans if isinstance(van, ElectricVan)]
            charge = {van.van_id: (van.soc_morning, van.battery.soc) for van in electric}
            self.recorder.set_vans(van_rows(self.fleets, self.settings, charge))
            self.recorder.set_orders(order_rows(self.order_table, self.shop_table, self.fleets, self.network))
            self.recorder.set_links(self.traffic.link_bins(self.engine))
            tables = self.recorder.tables()
            tables["access_charges"] = self._access.charge_rows(tables)
            tables["costs"] = cost_rows(cost_table(tables, self.kpi_context()))
            berths, sites = [berth.spec for berth in self.berths], [site.spec for site in self.charging_sites]
            in_use = {*tables["vans"]["depot_id"], *(transfer.centre_id for transfer in self.transfers)}
            centres = [centre for centre in self.centres if centre.place_id in in_use]
            tables["places"] = place_rows(self.network, self.shop_table, berths, sites, centres)
            self._tables = tables
        return self._tables

    def kpis(self) -> dict[str, dict[str, Any]]:
        """Key performance indicators: name -> value, unit, better."""
        return compute_kpis(self.tables(), self.kpi_context())

    def end_state(self) -> DayState:
        """What the day leaves to the next one; credit is not counted here."""
        orders = self.tables()["orders"]
        backlog, tries = next_backlog(orders, self._ordered, self.state.tries, self.settings.retry_days)
        out = evening_soc(self.vans, self.settings.charging.soc_public_target)
        return DayState(
            day=self.state.day + 1,
            backlog=backlog,
            tries=tries,
            soc={**self.state.soc, **out},
            learnt=self.state.learnt | self._rules_met | self._charges_billed(),
            credit=self.state.credit,
        )

    def _charges_billed(self) -> set[tuple[str, str]]:
        """Carriers and the charges that they have learnt of from the bill."""
        tables = self.tables()
        carriers = tables["vans"].set_index("van_id")["carrier_id"].astype(str).to_dict()
        bills = tables["access_charges"]
        return {(carriers[van], rule) for van, rule in zip(bills["van_id"], bills["rule_id"], strict=True)}

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
            grid_factor_by_hour_kg_per_kwh=scenario.energy.grid_factor_by_hour_kg_per_kwh,
            charger_efficiency=scenario.charging.charger_efficiency,
            public_connectors=sum(site.spec.connectors for site in self.charging_sites),
            depot_connectors=sum(isinstance(van, ElectricVan) and van.has_depot_charger for van in self.vans),
            berth_spaces=sum(berth.spec.spaces for berth in self.berths),
            berth_from_s=clock_to_s(fleet.shift_start),
            berth_until_s=clock_to_s(fleet.shift_end),
            day_from_s=clock_to_s(fleet.shift_start),
            day_until_s=clock_to_s(fleet.shift_end),
            terminal_stations=len(self.stations),
            sharing_cny=self._sharing_cny,
            subsidies=subsidy_terms(scenario),
            has_cars=self.traffic.cars is not None,
            link_length_m=self.network.length_m,
            link_free_flow_s=self.network.free_flow_time_s,
        )

    def car_report(self) -> dict[str, Any] | None:
        """How the cars' assignment settled, and what drivers who chose again changed; None without cars."""
        return self.traffic.report()

    def rules(self) -> dict[str, Any]:
        """The access rules as resolved for this network."""
        return rules_document(self.settings.policy.rules, self.network)

    def warnings(self) -> tuple[str, ...]:
        """What a reader of the results should know."""
        stranded = [van.van_id for van in self.vans if van.is_stranded]
        out = [van.van_id for van in self.vans if not van.is_home and not van.is_stranded]
        found = rule_warnings(self.settings.policy.rules, self.network, day=self.settings.day_1)
        if stranded:
            found.append(f"{len(stranded)} vans were stranded: {', '.join(stranded)}")
        if out:
            found.append(f"{len(out)} vans were not home at the end: {', '.join(out)}")
        if self._plan is not None and self._plan.unplanned:
            share = len(self._plan.unplanned) / len(self.order_table)
            found.append(f"{len(self._plan.unplanned)} orders ({share:.1%}) fitted on no tour")
        if self.freight.late_transfers:
            found.append(f"{self.freight.late_transfers} bulk transfers end after their window: docks are short")
        if isinstance(self.engine, QueueEngine) and self.engine.forced_moves:
            found.append(f"{self.engine.forced_moves} vehicles stood for too long and were forced on: the streets jam")
        if self.traffic.cars is not None and self.traffic.cars.arrived_share < 0.99:
            found.append(f"{1.0 - self.traffic.cars.arrived_share:.1%} of the cars did not arrive in the assignment")
        return tuple(found)

    def input_sha256(self) -> dict[str, str]:
        """SHA-256 of the inputs: the road network and, where they were read, the survey and the files of car trips."""
        settings = self.settings
        tables = (
            settings.demand.survey_file,
            settings.stations.sites_file,
            settings.joint.centre.sites_file,
            settings.charging.locations_file,
            settings.berths.berths_file,
            settings.berths.added_file,
            settings.network.zones_file,
        )
        files = [*settings.traffic.trip_files, *(file for file in tables if file is not None)]
        read = {file: hashlib.sha256(Path(file).read_bytes()).hexdigest() for file in files}
        return {f"network/{self.network.name}": self.network.sha256()} | read


def _order_book(orders: pd.DataFrame) -> OrderBook:
    return OrderBook(
        order_id=orders["order_id"].tolist(),
        weight_kg=orders["weight_kg"].tolist(),
        volume_m3=orders["volume_m3"].tolist(),
        earliest_s=orders["earliest_s"].tolist(),
        latest_s=orders["latest_s"].tolist(),
        service_s=orders["service_s"].tolist(),
        expected_service_s=orders["expected_service_s"].tolist(),
    )

"""
A vehicle on the road: finds its way, drives in the traffic as it is, and tells where it has been.

Ways and the time of departure come from what its driver believes; times and energy of each drive are the traffic
engine's answers. Rules that close the way for now make it wait where it stands, go round, or do what its driver
chooses (`sim.agents.closed_zone`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import mesa

from sim.agents.city import City
from sim.agents.closed_zone import Way, best_way
from sim.agents.road_charges import RoadCharges
from sim.contracts import Arrival, ArrivalReason, IntArray, LinkArray, LinkClosures
from sim.demand.shops import stable_number
from sim.events import ClosedLinkMet, ClosedZoneOption, LinksTraversed, TripEnded, TripPurpose, VanStranded
from sim.network.priced_paths import cheapest_path, way_cny
from sim.network.shortest_path import route_clear_of_waits
from sim.planning.fleet import VanSpec, VehicleTypeParams
from sim.policy.enforcement import closed_stretch
from sim.units import to_s

_PURPOSES_TO_A_STOP: tuple[TripPurpose, ...] = ("delivery", "cruise")
"""Trips that belong to the stop they lead to."""


@dataclass(slots=True)
class Drive:
    """A way the vehicle is on."""

    route: LinkArray
    purpose: TripPurpose
    from_stop_id: int | None
    to_stop_id: int | None
    depart_us: int
    payload_kg: float
    load_m3: float
    then: Callable[[], None]
    violates: bool = False


class Vehicle(mesa.Agent):  # type: ignore[misc]
    """
    A vehicle with its driver.

    Parameters
    ----------
    model
        The city.
    number
        Number of the vehicle in the traffic engine.
    van
        The vehicle as bought.
    carrier_id
        Who owns it.
    vehicle_type
        Its properties.
    vehicle_class
        Row of the engine's tables of vehicle classes.
    depot_link
        Row of the link of its depot.
    """

    def __init__(
        self,
        model: City,
        *,
        number: int,
        van: VanSpec,
        carrier_id: str,
        vehicle_type: VehicleTypeParams,
        vehicle_class: int,
        depot_link: int,
    ) -> None:
        super().__init__(model)
        self.city = model
        self.number = number
        self.van_id = van.van_id
        self.type_name = van.vehicle_type
        self.booked_berths: dict[str, int] = {}
        self.carrier_id = carrier_id
        self.vehicle_type = vehicle_type
        self.vehicle_class = vehicle_class
        self.depot_link = depot_link
        self.link = depot_link
        self.believed_times = model.believed_times_of(van.vehicle_type)
        self.closures = model.believed_closures_of(van.van_id, van.vehicle_type)
        self.charges = RoadCharges(model.believed_charges_of(van.van_id, van.vehicle_type))
        share = model.behaviour.violator_share
        self.weighs_violations = share > 0.0 and model.luck.violator.uniform_one(self.key) < share
        self._violating_trips = 0
        self.stop_id: int | None = None
        self.last_stop_id: int | None = None
        self.is_home = False
        self.is_stranded = False
        self._drive: Drive | None = None

    @property
    def key(self) -> int:
        """Number that stands for the vehicle in draws."""
        return stable_number(f"van/{self.van_id}", bits=63)

    @property
    def payload_kg(self) -> float:
        """Load on board [kg]."""
        raise NotImplementedError

    @property
    def load_m3(self) -> float:
        """Space that the load on board takes [m3]."""
        raise NotImplementedError

    # -- energy -------------------------------------------------------------------------------

    def energy_budget_kwh(self) -> float:
        """Electricity that the vehicle can draw before it stops [kWh]; infinite with an engine."""
        return float("inf")

    def use_energy(self, energy_kwh: float) -> None:
        """Draw electricity from the battery [kWh]; nothing to do with an engine."""

    # -- driving ------------------------------------------------------------------------------

    def find_way(self, link: int) -> tuple[LinkArray, int] | None:
        """Links to a place as the driver believes, and the arrival [us]; None when there is no way."""
        if link == self.link:
            return self.city.network.to_node[:0], self.city.clock.now_us
        return self.way_under(self.closures, self.link, link, self.city.clock.now_us)

    def way_under(
        self, closures: LinkClosures, from_link: int, to_link: int, depart_us: int, *, in_haste: bool = False
    ) -> tuple[LinkArray, int] | None:
        """Links of the cheapest way as the driver believes, or of the fastest in haste, and the arrival [us]."""
        return cheapest_path(
            self.city.network,
            self.believed_times,
            closures,
            None if in_haste else self.charges.prices,
            value_cny_per_h=self.city.behaviour.driver_cny_per_h,
            source_node=int(self.city.network.to_node[from_link]),
            target_link=to_link,
            depart_us=depart_us,
        )

    def charge_cny(self, closures: LinkClosures, route: LinkArray, depart_us: int) -> float:
        """What a way costs in charges as the driver believes [CNY]."""
        city, prices = self.city, self.charges.prices
        return way_cny(city.network, self.believed_times, closures, prices, route=route, depart_us=depart_us)

    def clear_of_waits_us(self, route: LinkArray) -> int:
        """When to set out on a way so as not to wait at closed links on it [us]."""
        return route_clear_of_waits(route, self.believed_times, self.closures, self.city.clock.now_us)

    def drive_to(self, link: int, purpose: TripPurpose, then: Callable[[], None]) -> bool:
        """
        Drive to the end of a link and call `then` there; False when there is no way.

        When rules close the way for now, the vehicle waits where it stands until it is clear, unless its driver knows
        a better way.
        """
        way = best_way(self, link)
        if way is None:
            return False
        self.follow(way, purpose, then)
        return True

    def follow(self, way: Way, purpose: TripPurpose, then: Callable[[], None]) -> None:
        """Set out on a way, after the wait that it asks for; the way is then looked for again."""
        if way.depart_us > self.city.clock.now_us:
            link = int(way.route[-1])
            self.city.clock.schedule(way.depart_us, lambda: self._drive_or_strand(link, purpose, then))
        else:
            self.set_out(way.route, purpose, then, violates=way.violates)

    def _drive_or_strand(self, link: int, purpose: TripPurpose, then: Callable[[], None]) -> None:
        if not self.drive_to(link, purpose, then):
            self.strand()

    def set_out(
        self, route: LinkArray, purpose: TripPurpose, then: Callable[[], None], *, violates: bool = False
    ) -> None:
        """Leave now on a way and call `then` at its end; a driver who violates does not stop at closed links."""
        if len(route) == 0:
            then()
            return
        now_us = self.city.clock.now_us
        to_stop_id = self.stop_id if purpose in _PURPOSES_TO_A_STOP else None
        self._drive = Drive(
            route, purpose, self.last_stop_id, to_stop_id, now_us, self.payload_kg, self.load_m3, then, violates
        )
        self.city.engine.depart(
            self.number,
            route,
            at_us=now_us,
            vehicle_class=self.city.unbound_class(self.vehicle_class) if violates else self.vehicle_class,
            payload_kg=self.payload_kg,
            energy_budget_kwh=self.energy_budget_kwh(),
        )

    def on_arrival(self, arrival: Arrival) -> None:
        """Take note of a drive that the engine has ended, and act on it."""
        drive = self._drive
        assert drive is not None
        self._drive = None
        done = drive.route[: arrival.links_done]
        if len(done):
            self.link = int(done[-1])
        go_on = drive.then
        if arrival.reason is ArrivalReason.OUT_OF_ENERGY:
            go_on = self.strand
        elif arrival.reason is ArrivalReason.LINK_CLOSED:
            go_on = self._read_sign(drive, int(drive.route[arrival.links_done]))
        if len(done):
            self._record_trip(drive, done, arrival)
        self.use_energy(arrival.energy_kwh)
        go_on()

    def _read_sign(self, drive: Drive, closed_link: int) -> Callable[[], None]:
        """Learn the rules as they are before a closed link; returns what the driver does next."""
        city = self.city
        now_us = city.clock.now_us
        self.closures = city.closures_of(self.type_name)
        city.note_rules_met(self.carrier_id, city.closing_rules(self.type_name, closed_link, now_us))
        option, go_on = self.meet_closed_link(drive)
        city.announce(ClosedLinkMet(self.van_id, closed_link, to_s(now_us), drive.to_stop_id, option))
        return go_on

    def meet_closed_link(self, drive: Drive) -> tuple[ClosedZoneOption, Callable[[], None]]:
        """What the driver does before a closed link: drive on by the best way, after a wait where that is better."""
        target = int(drive.route[-1])
        way = best_way(self, target)
        option: ClosedZoneOption = "wait" if way is None else way.option
        return option, lambda: self._drive_or_strand(target, drive.purpose, drive.then)

    def _record_trip(self, drive: Drive, done: LinkArray, arrival: Arrival) -> None:
        network = self.city.network
        self.city.announce(
            TripEnded(
                trip_id=arrival.trip,
                van_id=self.van_id,
                from_stop_id=drive.from_stop_id,
                to_stop_id=drive.to_stop_id,
                depart_s=to_s(drive.depart_us),
                arrive_s=to_s(arrival.time_us),
                distance_m=float(network.length_m[done].sum()),
                free_flow_s=float(network.free_flow_time_s[done].sum()),
                energy_kwh=arrival.energy_kwh,
                fuel_l=arrival.fuel_l,
                co2_g=arrival.co2_g,
                nox_g=arrival.nox_g,
                pm_g=arrival.pm_g,
                payload_kg=drive.payload_kg,
                purpose=drive.purpose,
                load_m3=drive.load_m3,
            )
        )
        link, enter_us, exit_us = self.city.trip_links(arrival.trip)
        self.city.announce(LinksTraversed(self.van_id, arrival.trip, link, enter_us, exit_us))
        self.charges.note(link, enter_us, exit_us)
        if drive.violates:
            self._record_violations(link, enter_us, exit_us)

    def _record_violations(self, link: LinkArray, enter_us: IntArray, exit_us: IntArray) -> None:
        """Tell which closed links a trip has entered, and what was noticed of it."""
        city = self.city
        stretch = closed_stretch(link, enter_us, exit_us, city.closures_of(self.type_name))
        self._violating_trips += 1
        trip_key = stable_number(f"violation/{self.van_id}/{self._violating_trips}", bits=63)
        for violation in city.enforcement.violations(
            self.van_id, trip_key, stretch, lambda row, time_us: city.closing_rules(self.type_name, row, time_us)
        ):
            city.announce(violation)

    def strand(self) -> None:
        """End the day on the road: out of energy, or without a way on."""
        self.is_stranded = True
        self.city.announce(VanStranded(self.van_id, self.link, to_s(self.city.clock.now_us)))

    # -- the day ------------------------------------------------------------------------------

    def begin_day(self) -> None:
        """Put the first departure on the clock."""
        raise NotImplementedError

    def end_of_time(self) -> None:
        """The simulated time is over."""

"""
A vehicle on the road: finds its way, drives in the traffic as it is, and tells where it has been.

Ways and the time of departure come from what its driver believes; times and energy of each drive are the traffic
engine's answers. Rules that close the way for now make it wait where it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import mesa

from sim.agents.city import City
from sim.contracts import Arrival, ArrivalReason, LinkArray
from sim.events import LinksTraversed, TripEnded, TripPurpose, VanStranded
from sim.network.shortest_path import earliest_path, route_clear_of_waits
from sim.planning.fleet import VanSpec, VehicleTypeParams
from sim.units import to_s

_PURPOSES_TO_A_STOP: tuple[TripPurpose, ...] = ("delivery", "cruise")
"""Trips that belong to the stop they lead to."""


@dataclass(slots=True)
class _Drive:
    """A way the vehicle is on."""

    route: LinkArray
    purpose: TripPurpose
    from_stop_id: int | None
    to_stop_id: int | None
    depart_us: int
    payload_kg: float
    load_m3: float
    then: Callable[[], None]


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
        self.carrier_id = carrier_id
        self.vehicle_type = vehicle_type
        self.vehicle_class = vehicle_class
        self.depot_link = depot_link
        self.link = depot_link
        self.closures = model.closures_of(van.vehicle_type)
        self.stop_id: int | None = None
        self.last_stop_id: int | None = None
        self.is_home = False
        self.is_stranded = False
        self._drive: _Drive | None = None

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
        return earliest_path(
            self.city.network,
            self.city.believed_times,
            self.closures,
            source_node=int(self.city.network.to_node[self.link]),
            target_link=link,
            depart_us=self.city.clock.now_us,
        )

    def clear_of_waits_us(self, route: LinkArray) -> int:
        """When to set out on a way so as not to wait at closed links on it [us]."""
        return route_clear_of_waits(route, self.city.believed_times, self.closures, self.city.clock.now_us)

    def drive_to(self, link: int, purpose: TripPurpose, then: Callable[[], None]) -> bool:
        """
        Drive to the end of a link and call `then` there; False when there is no way.

        When rules close the way for now, the vehicle waits where it stands until it is clear.
        """
        way = self.find_way(link)
        if way is None:
            return False
        route, _ = way
        depart_us = self.clear_of_waits_us(route)
        if depart_us > self.city.clock.now_us:
            self.city.clock.schedule(depart_us, lambda: self._drive_or_strand(link, purpose, then))
        else:
            self.set_out(route, purpose, then)
        return True

    def _drive_or_strand(self, link: int, purpose: TripPurpose, then: Callable[[], None]) -> None:
        if not self.drive_to(link, purpose, then):
            self.strand()

    def set_out(self, route: LinkArray, purpose: TripPurpose, then: Callable[[], None]) -> None:
        """Leave now on a way and call `then` at its end."""
        if len(route) == 0:
            then()
            return
        now_us = self.city.clock.now_us
        to_stop_id = self.stop_id if purpose in _PURPOSES_TO_A_STOP else None
        self._drive = _Drive(route, purpose, self.last_stop_id, to_stop_id, now_us, self.payload_kg, self.load_m3, then)
        self.city.engine.depart(
            self.number,
            route,
            at_us=now_us,
            vehicle_class=self.vehicle_class,
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
            self._record_trip(drive, done, arrival)
            self.link = int(done[-1])
        self.use_energy(arrival.energy_kwh)
        if arrival.reason is ArrivalReason.OUT_OF_ENERGY:
            self.strand()
        elif arrival.reason is ArrivalReason.LINK_CLOSED:
            self._drive_or_strand(int(drive.route[-1]), drive.purpose, drive.then)
        else:
            drive.then()

    def _record_trip(self, drive: _Drive, done: LinkArray, arrival: Arrival) -> None:
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

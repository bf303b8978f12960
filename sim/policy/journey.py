"""Information for a drive: may this vehicle go there now, by which way, what is closed until when, at what price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from typing import Any

import numpy as np

from sim.contracts import AccessClass, IntArray, LinkArray, LinkClosures, LinkPrices, Powertrain, TravelTimes
from sim.network import RoadNetwork
from sim.network.priced_paths import cheapest_path
from sim.network.shortest_path import earliest_path, route_clear_of_waits
from sim.policy.access_rule import AccessRuleParams
from sim.policy.charge import VehicleCharges, compile_charges
from sim.policy.compile import compile_closures
from sim.policy.explain import explain
from sim.policy.speed_limit import compile_speed_limits, limited_times
from sim.policy.time_window import DAY_US, DAYS_PER_WEEK
from sim.policy.vehicles import PLAIN, VehicleTraits
from sim.units import Weekday, s_to_clock, to_s, to_us


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of the way on one street: name, length [km] and time of entry [s from midnight of day 1]."""

    street: str
    km: float
    enter_s: float


@dataclass(frozen=True, slots=True)
class ClosedStreet:
    """A street of the direct way that is closed on arrival: rules, time of arrival and opening [s]; None: not again."""

    street: str
    rules: tuple[str, ...]
    enter_s: float
    opens_s: float | None


@dataclass(frozen=True, slots=True)
class _Limited:
    """Travel times of a vehicle under its speed limits."""

    bin_us: int
    link_time_us: IntArray


@dataclass(frozen=True, slots=True)
class DearWay:
    """A faster way that the vehicle leaves for its charges: time that it would save [s] and charges by rule [CNY]."""

    saved_s: float
    charges_cny: dict[str, float]


@dataclass(frozen=True, slots=True)
class JourneyAnswer:
    """
    Whether and how a vehicle gets to a place.

    Parameters
    ----------
    may_go_now
        Whether the way can be driven at once, without a wait.
    depart_s, arrive_s
        Departure and arrival by the lawful way of least cost, time at its value and charges [s]; None when there is
        none.
    wait_s
        Wait before departure [s].
    legs
        The way, street by street.
    km
        Its length [km].
    closed
        Closed streets on the way that would be fastest without rules.
    charges_cny
        What the way costs, by rule [CNY].
    links
        The way as rows of links.
    dear
        The way that arrives first, where charges make another the better one.
    """

    may_go_now: bool
    depart_s: float | None
    arrive_s: float | None
    wait_s: float
    legs: tuple[Leg, ...]
    km: float
    closed: tuple[ClosedStreet, ...]
    charges_cny: dict[str, float]
    links: tuple[int, ...] = ()
    dear: DearWay | None = None

    def document(self) -> dict[str, Any]:
        """The answer as plain data, ready for JSON."""
        return asdict(self)

    def lines(self) -> list[str]:
        """The answer in words."""
        found = []
        for street in self.closed:
            opens = "does not open" if street.opens_s is None else f"opens at {s_to_clock(street.opens_s)}"
            found.append(
                f"closed: {street.street} at {s_to_clock(street.enter_s)} by {', '.join(street.rules)}; {opens}"
            )
        if self.depart_s is None or self.arrive_s is None:
            return ["No: there is no lawful way.", *found]
        if not self.may_go_now:
            head = f"Not now: wait {self.wait_s / 60.0:.0f} min and leave at {s_to_clock(self.depart_s)}."
        else:
            head = "Yes, by another way." if found else "Yes."
        minutes = (self.arrive_s - self.depart_s) / 60.0
        way = f"way: {self.km:.1f} km, {minutes:.0f} min, arriving at {s_to_clock(self.arrive_s)}"
        streets = [f"  {s_to_clock(leg.enter_s)}  {leg.km:5.2f} km  {leg.street}" for leg in self.legs]
        price = [f"charge: {cny:.2f} CNY by {rule_id}" for rule_id, cny in self.charges_cny.items()]
        price = price or ["charge: none"]
        if self.dear is not None:
            cny = ", ".join(f"{amount:.2f} CNY by {rule_id}" for rule_id, amount in self.dear.charges_cny.items())
            price.append(f"goes round a charge: {self.dear.saved_s / 60.0:.1f} min faster would cost {cny}")
        return [head, *found, way, *streets, *price]


def explain_journey(
    rules: Mapping[str, AccessRuleParams],
    network: RoadNetwork,
    times: TravelTimes,
    *,
    access_class: AccessClass,
    powertrain: Powertrain,
    weekday: Weekday,
    source_node: int,
    target_link: int,
    time_s: float,
    value_cny_per_h: float,
    traits: VehicleTraits = PLAIN,
    day: date | None = None,
) -> JourneyAnswer:
    """
    Whether a vehicle may drive from a node to the end of a link, by which way and at what price.

    Parameters
    ----------
    rules, network
        Access rules on a road network.
    times
        Believed travel times.
    access_class, powertrain, traits
        The vehicle.
    weekday, day
        Day of the week of day 1, and its date where rules have seasons.
    source_node, target_link
        Rows of the node where it stands and of the link to be driven to its end.
    time_s
        When it would leave [s from midnight of day 1].
    value_cny_per_h
        Value of the vehicle's time, at which it goes round a charge or pays it [CNY/h].

    Raises
    ------
    ConfigError
        If a rule names a zone, link or road class that the network does not have.
    """
    now_us = to_us(time_s)
    horizon_us = now_us + (DAYS_PER_WEEK + 1) * DAY_US
    limits = compile_speed_limits(
        rules, network, vehicle=(access_class, powertrain, traits), weekday=weekday, day=day, horizon_us=horizon_us
    )
    if not limits.is_empty:
        times = _Limited(*limited_times(times.link_time_us, times.bin_us, limits))
    closures = compile_closures(
        rules,
        network,
        access_class=access_class,
        powertrain=powertrain,
        traits=traits,
        weekday=weekday,
        day=day,
        horizon_us=horizon_us,
    )

    def way_under(closed: LinkClosures) -> tuple[LinkArray, int] | None:
        return earliest_path(network, times, closed, source_node=source_node, target_link=target_link, depart_us=now_us)

    direct = way_under(LinkClosures.none(network.n_links))
    closed_streets: dict[str, ClosedStreet] = {}
    if direct is not None:
        for link, enter_us in zip(direct[0].tolist(), _clock(direct[0], times, now_us)[:-1].tolist(), strict=True):
            name = _street(network, link)
            if name not in closed_streets and closures.is_closed(link, enter_us):
                answer = explain(
                    rules,
                    network,
                    link=link,
                    access_class=access_class,
                    powertrain=powertrain,
                    traits=traits,
                    weekday=weekday,
                    day=day,
                    time_s=to_s(enter_us),
                )
                closed_streets[name] = ClosedStreet(name, answer.denied_by, to_s(enter_us), answer.opens_s)
    closed = tuple(closed_streets.values())
    charges = [
        charge
        for charge in compile_charges(rules, network, weekday=weekday, day=day, horizon_us=horizon_us)
        if charge.rule.applies_to(access_class, powertrain, traits)
    ]
    prices = VehicleCharges(charges).prices()

    def lawful_way(depart_us: int, prices: LinkPrices | None) -> tuple[LinkArray, int] | None:
        return cheapest_path(
            network,
            times,
            closures,
            prices,
            value_cny_per_h=value_cny_per_h,
            source_node=source_node,
            target_link=target_link,
            depart_us=depart_us,
        )

    def cost_of(way: LinkArray, clock: IntArray) -> dict[str, float]:
        by_rule = {c.rule_id: round(c.total_cny(way.astype(np.int64), clock[:-1], clock[1:]), 2) for c in charges}
        return {rule_id: cny for rule_id, cny in by_rule.items() if cny > 0.0}

    lawful = lawful_way(now_us, prices)
    if lawful is None:
        return JourneyAnswer(False, None, None, 0.0, (), 0.0, closed, {})
    depart_us = route_clear_of_waits(lawful[0], times, closures, now_us)
    dear = None
    if prices is not None:
        lawful = (depart_us > now_us and lawful_way(depart_us, prices)) or lawful  # looked for again when it leaves
        first = lawful_way(depart_us, None)
        if first is not None and first[1] < lawful[1]:
            dear = DearWay(to_s(lawful[1] - first[1]), cost_of(first[0], _clock(first[0], times, depart_us)))
    route = lawful[0]
    clock = _clock(route, times, depart_us)
    return JourneyAnswer(
        may_go_now=depart_us == now_us,
        depart_s=to_s(depart_us),
        arrive_s=to_s(int(clock[-1])),
        wait_s=to_s(depart_us - now_us),
        legs=_legs(network, route, clock),
        km=float(network.length_m[route].sum()) / 1000.0,
        closed=closed,
        charges_cny=cost_of(route, clock),
        links=tuple(int(link) for link in route),
        dear=dear,
    )


def _clock(route: LinkArray, times: TravelTimes, depart_us: int) -> IntArray:
    """Entry to each link of a route driven without a stop, and the arrival [us]."""
    clock = np.empty(len(route) + 1, dtype=np.int64)
    clock[0] = depart_us
    n_bins = len(times.link_time_us)
    for row, link in enumerate(route.tolist()):
        now_us = int(clock[row])
        clock[row + 1] = now_us + int(times.link_time_us[(now_us // times.bin_us) % n_bins, link])
    return clock


def _street(network: RoadNetwork, link: int) -> str:
    row = network.links.iloc[link]
    return str(row["name"]) or f"{row['road_class']} {int(row['link_id'])}"


def _legs(network: RoadNetwork, route: LinkArray, clock: IntArray) -> tuple[Leg, ...]:
    named = [(str(network.links["name"].iloc[link]) or "(unnamed)", row) for row, link in enumerate(route.tolist())]
    legs = []
    for street, group in groupby(named, key=lambda entry: entry[0]):
        rows = [row for _, row in group]
        legs.append(Leg(street, float(network.length_m[route[rows]].sum()) / 1000.0, to_s(int(clock[rows[0]]))))
    return tuple(legs)

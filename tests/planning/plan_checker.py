"""
An independent check of the plan of a day: shares no code with the planner.

From the tables of the network, the orders and the resolved configuration it works out anew, for each tour: loads,
windows, driving times, hours of waves and drivers, range, release of goods, and whether the rules let the vehicle be
there. Travel times are those of empty streets, so the plan has to be made with `traffic=off`.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

_DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
_SECOND_PER_LEG = 1.0
"""Plans round a leg up to whole seconds, and the time at a door to the nearest."""


@dataclass(frozen=True)
class CheckedDay:
    """
    What a plan is held against.

    Parameters
    ----------
    settings
        The resolved configuration as plain data.
    nodes, links, zones
        Tables of the road network.
    shop_link
        Row of the link of each shop.
    orders
        Orders with loads, windows, expected time at the door, who delivers and when the goods are at the depot.
    fleets
        Carriers as (name, link of the depot, names of the vans with their types, waves or none for all).
    """

    settings: Mapping[str, Any]
    nodes: pd.DataFrame
    links: pd.DataFrame
    zones: pd.DataFrame
    shop_link: Sequence[int]
    orders: pd.DataFrame
    fleets: Sequence[tuple[str, int, Mapping[str, str], tuple[str, ...]]]


def checked_day(model: Any) -> CheckedDay:
    """What the plan of a model is held against."""
    network = model.network
    return CheckedDay(
        settings=model.settings.model_dump(mode="json"),
        nodes=network.nodes,
        links=network.links,
        zones=network.zones,
        shop_link=model.shop_table["link"].tolist(),
        orders=model.order_table,
        fleets=[
            (f.carrier_id, int(f.depot_link), {van.van_id: van.vehicle_type for van in f.vans}, tuple(f.waves))
            for f in model.fleets
        ],
    )


def plan_faults(day: CheckedDay, tours: Iterable[Any], unplanned: Iterable[int]) -> list[str]:
    """
    Whatever in a plan cannot be carried out or does not add up; empty when all is well.

    Parameters
    ----------
    day
        What it is held against.
    tours
        Tours with `tour_id, van, wave, start_s, stops, home_m`, stops with `shop, orders, arrival_s, leg_m`.
    unplanned
        Rows of the orders that no tour takes.
    """
    return _PlanCheck(day).faults(list(tours), list(unplanned))


def _clock_s(text: str) -> int:
    hours, minutes = (int(part) for part in str(text).split(":")[:2])
    return 3600 * hours + 60 * minutes


def _days(names: Sequence[str]) -> set[int]:
    chosen = set()
    for name in names:
        ends = [_DAYS.index(end.strip().lower()) for end in name.split("-")]
        day = ends[0]
        while day != ends[-1]:
            chosen.add(day)
            day = (day + 1) % 7
        chosen.add(day)
    return chosen


class _Streets:
    """Empty streets: fastest times and shortest distances between ends of links."""

    def __init__(self, nodes: pd.DataFrame, links: pd.DataFrame) -> None:
        row_of = {node: row for row, node in enumerate(nodes["node_id"])}
        self.tail = np.array([row_of[node] for node in links["from_node_id"]])
        self.head = np.array([row_of[node] for node in links["to_node_id"]])
        self.length_m = links["length_m"].to_numpy(float)
        self.time_s = self.length_m / links["free_speed_mps"].to_numpy(float) + links["signal_delay_s"].to_numpy(float)
        self._graphs = [self._graph(len(nodes), cost) for cost in (self.time_s, self.length_m)]
        self._found: dict[int, tuple[Any, Any]] = {}

    def _graph(self, n_nodes: int, cost: Any) -> csr_matrix:
        cheapest: dict[tuple[int, int], float] = {}
        for tail, head, value in zip(self.tail.tolist(), self.head.tolist(), cost.tolist(), strict=True):
            cheapest[tail, head] = min(value, cheapest.get((tail, head), math.inf))
        rows, columns = zip(*cheapest, strict=True)
        return csr_matrix((list(cheapest.values()), (rows, columns)), shape=(n_nodes, n_nodes))

    def least(self, from_link: int, to_link: int) -> tuple[float, float]:
        """Least time [s] and least distance [m] from the end of one link to the end of another."""
        if from_link == to_link:
            return 0.0, 0.0
        source = int(self.head[from_link])
        if source not in self._found:
            time_s, length_m = (dijkstra(graph, indices=source) for graph in self._graphs)
            self._found[source] = time_s, length_m
        time_s, length_m = self._found[source]
        tail = int(self.tail[to_link])
        return time_s[tail] + self.time_s[to_link], length_m[tail] + self.length_m[to_link]


class _Rules:
    """Access rules as written: where, who, exempt, when."""

    def __init__(self, day: CheckedDay) -> None:
        self._weekday = _DAYS.index(day.settings["weekday"])
        geometry = day.links["geometry"].to_numpy()
        self._rules = []
        for rule in day.settings["policy"]["rules"].values():
            if rule["effect"] not in ("deny", "allow"):
                continue  # charges and speed limits let everybody in
            where = rule["where"]
            polygons = [
                zone["geometry"]
                for _, zone in day.zones.iterrows()
                if zone["role"] in where["zone_roles"] or zone["zone_id"] in where["zone_ids"]
            ]
            inside = shapely.intersects(geometry, shapely.union_all(polygons))
            self._rules.append((rule, inside))

    def forbid(self, link: int, kind: Mapping[str, Any], time_s: float) -> bool:
        """Whether a vehicle type may not enter a link at a time: something denies it, and nothing allows it."""
        effects = {
            rule["effect"]
            for rule, inside in self._rules
            if inside[link]
            and _named(rule["who"], kind)
            and not _spared(rule["exempt"], kind)
            and self._is_on(rule, time_s)
        }
        return effects == {"deny"}

    def _is_on(self, rule: Mapping[str, Any], time_s: float) -> bool:
        days = _days(rule["when"]["weekdays"])
        for window in rule["when"]["windows"]:
            begin, end = (_clock_s(part) for part in window.split("-"))
            end += 86400 if end <= begin else 0
            for day in range(-1, 3):
                if (self._weekday + day) % 7 in days and begin <= time_s - 86400 * day < end:
                    return True
        return False


def _named(who: Mapping[str, Any], kind: Mapping[str, Any]) -> bool:
    has_exhaust = kind["powertrain"] not in ("bev", "human")
    worst = who.get("emission_standard_max")
    if worst is not None and not (has_exhaust and kind["emission_standard"] <= worst):
        return False
    if who.get("permit") and not kind.get("holds_permit", False):
        return False
    return all(who[key] is None or kind[key] in who[key] for key in ("access_class", "powertrain"))


def _spared(exempt: Mapping[str, Any] | None, kind: Mapping[str, Any]) -> bool:
    return exempt is not None and _named(exempt, kind)


class _PlanCheck:
    def __init__(self, day: CheckedDay) -> None:
        self._day = day
        self._fleet = day.settings["fleet"]
        self._planning = day.settings["planning"]
        self._streets = _Streets(day.nodes, day.links)
        self._rules = _Rules(day)
        orders = day.orders
        self._weight = orders["weight_kg"].tolist()
        self._volume = orders["volume_m3"].tolist()
        self._shop = orders["shop"].tolist()
        self._early = orders["earliest_s"].tolist()
        self._late = orders["latest_s"].tolist()
        self._service = orders["expected_service_s"].tolist()
        self._operator = orders["operator" if "operator" in orders else "carrier"].tolist()
        self._release = orders["release_s"].tolist() if "release_s" in orders else [0.0] * len(orders)
        self._vans = {
            van_id: (number, kind) for number, (_, _, vans, _) in enumerate(day.fleets) for van_id, kind in vans.items()
        }
        whole = {"name": "day", "start": self._fleet["shift_start"], "end": self._fleet["shift_end"]}
        self._waves = {wave["name"]: wave for wave in self._fleet["waves"] or [whole]}
        self._found: list[str] = []

    def faults(self, tours: list[Any], unplanned: list[int]) -> list[str]:
        self._found = []
        self._every_order_once(tours, unplanned)
        names = Counter(tour.tour_id for tour in tours)
        self._found += [f"tour {name} comes {number} times" for name, number in names.items() if number > 1]
        by_van: dict[str, list[tuple[Any, float]]] = defaultdict(list)
        for tour in tours:
            if tour.van.van_id not in self._vans or self._vans[tour.van.van_id][1] != tour.van.vehicle_type:
                self._found.append(f"{tour.tour_id}: no such van {tour.van.van_id} {tour.van.vehicle_type}")
                continue
            by_van[tour.van.van_id].append((tour, self._drive(tour)))
        for van_id, own in by_van.items():
            self._hours(van_id, own)
            self._range(van_id, [tour for tour, _ in own])
        return self._found

    def _every_order_once(self, tours: list[Any], unplanned: list[int]) -> None:
        times = Counter(row for tour in tours for stop in tour.stops for row in stop.orders)
        times.update(unplanned)
        for row in range(len(self._shop)):
            if times[row] != 1:
                self._found.append(f"order {row} is planned or left out {times[row]} times")
        self._found += [f"order {row} does not exist" for row in times if not 0 <= row < len(self._shop)]

    def _drive(self, tour: Any) -> float:
        """Follow a tour; returns when it is back [s]."""
        number, type_name = self._vans[tour.van.van_id]
        holds_permit = "@" in type_name  # vans of a type that hold permits are listed as TYPE@NUMBER
        kind = self._fleet["vehicle_types"][type_name] | {"holds_permit": holds_permit}
        depot = self._day.fleets[number][1]
        overhead_s = 60.0 * self._planning["stop_overhead_min"]
        where = tour.tour_id
        rows = [row for stop in tour.stops for row in stop.orders]
        load_kg, load_m3 = math.fsum(self._weight[r] for r in rows), math.fsum(self._volume[r] for r in rows)
        if not rows:
            self._found.append(f"{where}: no orders")
        if load_kg > kind["payload_kg"] + 1e-6:
            self._found.append(f"{where}: carries {load_kg:.1f} kg of {kind['payload_kg']}")
        if load_m3 > kind["volume_m3"] + 1e-9:
            self._found.append(f"{where}: carries {load_m3:.3f} m3 of {kind['volume_m3']}")
        release_s = max((self._release[r] for r in rows), default=0.0)
        if tour.start_s < release_s:
            self._found.append(f"{where}: leaves at {tour.start_s} before its goods are there at {release_s}")
        link, free_s = depot, float(tour.start_s)
        for stop in tour.stops:
            at = f"{where}, shop {stop.shop}"
            to_link = int(self._day.shop_link[stop.shop])
            drive_s, least_m = self._streets.least(link, to_link)
            if any(self._shop[r] != stop.shop for r in stop.orders):
                self._found.append(f"{at}: brings orders of another shop")
            if any(not self._may_bring(number, r) for r in stop.orders):
                self._found.append(f"{at}: brings orders of another carrier")
            if stop.arrival_s < free_s + drive_s - _SECOND_PER_LEG:
                self._found.append(f"{at}: there at {stop.arrival_s}, cannot be before {free_s + drive_s:.0f}")
            if stop.leg_m < least_m - 1.0:
                self._found.append(f"{at}: a way of {stop.leg_m} m, there is none under {least_m:.0f}")
            for row in stop.orders:
                if not self._early[row] - 1.0 <= stop.arrival_s <= max(self._early[row], self._late[row]) + 1.0:
                    self._found.append(
                        f"{at}: order {row} at {stop.arrival_s} outside {self._early[row]} to {self._late[row]}"
                    )
            service_s = math.fsum(self._service[r] for r in stop.orders)
            free_s = stop.arrival_s + service_s + overhead_s - _SECOND_PER_LEG
            if self._rules.forbid(to_link, kind, stop.arrival_s) or self._rules.forbid(to_link, kind, free_s):
                self._found.append(f"{at}: {type_name} is not allowed there from {stop.arrival_s} to {free_s:.0f}")
            link = to_link
        drive_s, least_m = self._streets.least(link, depot)
        if tour.home_m < least_m - 1.0:
            self._found.append(f"{where}: way home of {tour.home_m} m, there is none under {least_m:.0f}")
        return free_s + drive_s

    def _may_bring(self, carrier: int, order: int) -> bool:
        """Its own orders, and where capacity is shared those of carriers whose goods lie at the same depot."""
        operator = self._operator[order]
        if operator == carrier or not self._day.settings.get("sharing", {}).get("enabled"):
            return bool(operator == carrier)
        return self._day.fleets[operator][1] == self._day.fleets[carrier][1]

    def _hours(self, van_id: str, own: list[tuple[Any, float]]) -> None:
        """Waves, drivers' hours, and tours of a van one after the other."""
        number, type_name = self._vans[van_id]
        starts = [tour.start_s for tour, _ in own]
        if starts != sorted(starts):
            self._found.append(f"{van_id}: its tours are not in the order of their start")
        begins: dict[str, float] = {}
        before: tuple[Any, float] | None = None
        for tour, back_s in own:
            wave = self._waves.get(tour.wave)
            allowed = self._day.fleets[number][3]
            if wave is None or (allowed and tour.wave not in allowed):
                self._found.append(f"{tour.tour_id}: no such wave {tour.wave}")
                continue
            if tour.start_s < _clock_s(wave["start"]) or back_s > _clock_s(wave["end"]) + 1.0:
                self._found.append(f"{tour.tour_id}: {tour.start_s} to {back_s:.0f} is outside its wave {tour.wave}")
            if wave.get("quiet_only") and not self._fleet["vehicle_types"][type_name]["is_quiet"]:
                self._found.append(f"{tour.tour_id}: {type_name} in a wave for quiet vehicles")
            shift_s = 3600.0 * (wave.get("shift_h") or self._fleet["shift_h"])
            begin = begins.setdefault(tour.wave, tour.start_s)
            if back_s - begin > shift_s + 1.0:
                self._found.append(f"{tour.tour_id}: driver at work for {back_s - begin:.0f} s of {shift_s:.0f}")
            if before is not None:
                turn_s = 60.0 * self._planning["reload_min"] if before[0].wave == tour.wave else 0.0
                if tour.start_s < before[1] + turn_s - 1.0:
                    self._found.append(f"{tour.tour_id}: leaves at {tour.start_s}, back at {before[1]:.0f} from before")
            before = tour, back_s

    def _range(self, van_id: str, tours: list[Any]) -> None:
        """A battery van drives no further in a day than its charge takes it."""
        kind = self._fleet["vehicle_types"][self._vans[van_id][1]]
        if kind["powertrain"] != "bev":
            return
        charging = self._day.settings["charging"]
        kwh = kind["battery_kwh"] * (charging["soc_full"] - charging["soc_reserve"])
        driven_m = math.fsum([t.home_m for t in tours] + [s.leg_m for t in tours for s in t.stops])
        if driven_m / 1000.0 * kind["planned_kwh_per_km"] > kwh + 1e-6:
            self._found.append(f"{van_id}: {driven_m / 1000.0:.1f} km take more than {kwh:.1f} kWh")

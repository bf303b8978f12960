"""May this vehicle drive there at that time, which rule says no, when does it open, and which way is there first."""

from __future__ import annotations

import re
from typing import Any, get_args

import numpy as np

from sim.app.scenario_files import COMPOSING
from sim.app.workspace import checked_name
from sim.config import load_scenario
from sim.contracts import AccessClass, Powertrain
from sim.errors import InputError
from sim.network import RoadNetwork, read_network
from sim.network.nearest_link import distance_to_links_m, find_links_near
from sim.policy import explain, explain_journey
from sim.policy.speed_limit import with_speed_limits
from sim.policy.stay_limit import stay_at
from sim.policy.vehicles import PLAIN
from sim.traffic.travel_times import free_flow_times
from sim.units import SECONDS_PER_DAY, Weekday, clock_to_s, s_to_clock, to_s

FARTHEST_M = 300.0
"""A place farther than this from every street has no answer [m]."""


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """
    The answer to one question.

    Parameters
    ----------
    question
        `network`, `scenario`, `access_class`, `powertrain`, `weekday`, `time` (HH:MM), `to` and optionally `from`
        (pairs of degrees).

    Returns
    -------
    dict
        `may_enter`, `sentence`, `denied_by`, `opens`, `street`, `stay_until` and `stay_rule` (limit of stay on arrival,
        None without); with `from` also `way` (link rows), `distance_m`, `arrive`, `drive_min`, `waits_min` and
        `charges_cny` (what the way costs, by rule).

    Raises
    ------
    InputError
        With everything that is wrong with the question.
    """
    vehicle, time_s = _checked(question)
    network_name = checked_name(question.get("network"), "network")
    for name in str(question.get("scenario") or "baseline").split("+"):
        checked_name(name, "scenario")
    with COMPOSING:
        scenario = load_scenario(str(question.get("scenario") or "baseline"), [])
    rules = scenario.policy.rules
    network = with_speed_limits(read_network(network_name, scenario.network.zones_file), rules)
    target = _link_at(network, question.get("to"), "to")
    found = explain(rules, network, link=target, time_s=time_s, **vehicle)
    out: dict[str, Any] = {
        "may_enter": found.may_enter,
        "sentence": found.sentence(),
        "denied_by": list(found.denied_by),
        "opens": None if found.opens_s is None else s_to_clock(found.opens_s % 86400.0),
        "street": str(network.links["name"].iloc[target] or network.links["road_class"].iloc[target]),
        "link": target,
    }
    if question.get("from"):
        worth = {"value_cny_per_h": scenario.behaviour.driver_cny_per_h}
        out |= _way(network, _link_at(network, question["from"], "from"), target, rules, vehicle | worth, time_s)
    arrive_s = time_s if not question.get("from") else out.pop("arrive_s", None)
    van = (vehicle["access_class"], vehicle["powertrain"], PLAIN)
    stay = stay_at(rules, network, target, arrive_s, van, weekday=vehicle["weekday"])
    out["stay_until"] = None if stay is None else s_to_clock(to_s(stay.deadline_us) % SECONDS_PER_DAY)
    out["stay_rule"] = None if stay is None else stay.rule_id
    return out


def _way(
    network: RoadNetwork, source: int, target: int, rules: Any, vehicle: dict[str, Any], time_s: float
) -> dict[str, Any]:
    times = free_flow_times(network.length_m, network.free_speed_mps, network.signal_delay_s)
    node = int(network.to_node[source])
    found = explain_journey(rules, network, times, source_node=node, target_link=target, time_s=time_s, **vehicle)
    if found.depart_s is None or found.arrive_s is None:
        return {"way": [], "no_way": True}
    return {
        "way": list(found.links),
        "distance_m": round(1000.0 * found.km, 1),
        "arrive_s": found.arrive_s,
        "arrive": s_to_clock(found.arrive_s % 86400.0),
        "drive_min": round((found.arrive_s - found.depart_s) / 60.0, 1),
        "waits_min": round(found.wait_s / 60.0, 1),
        "charges_cny": found.charges_cny,
    }


def _checked(question: dict[str, Any]) -> tuple[dict[str, Any], float]:
    faults = []
    choices = {
        "access_class": get_args(AccessClass),
        "powertrain": get_args(Powertrain),
        "weekday": get_args(Weekday),
    }
    for key, known in choices.items():
        if question.get(key) not in known:
            faults.append(f"{key}: expected one of {', '.join(known)}, found {str(question.get(key))[:40]!r}")
    time = str(question.get("time"))
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", time):
        faults.append(f"time: expected HH:MM, found {time[:20]!r}")
    if faults:
        raise InputError(faults)
    return {key: question[key] for key in choices}, clock_to_s(time)


def _link_at(network: RoadNetwork, place: Any, what: str) -> int:
    try:
        lon, lat = (float(value) for value in place)
    except (TypeError, ValueError):
        raise InputError(f"{what}: expected longitude and latitude, found {str(place)[:60]!r}") from None
    if not (np.isfinite(lon) and np.isfinite(lat) and abs(lon) <= 180.0 and abs(lat) <= 90.0):
        raise InputError(f"{what}: expected degrees of longitude and latitude")
    link = find_links_near(network, lon, lat)
    if float(distance_to_links_m(network, lon, lat, link)[0]) > FARTHEST_M:
        raise InputError(f"{what}: expected a place within {FARTHEST_M:g} m of a street of {network.label}")
    return int(link[0])

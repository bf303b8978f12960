"""
Speed limits: streets on which some vehicles, or all, drive no faster, at all hours or at some.

A limit for everybody at all hours lowers the free speed of its links. Any other becomes a least time on the link by
kind of vehicle and hour of entry: nobody who enters in its hours leaves the link sooner. Limits bind all whom they are
for; nobody drives faster than allowed. Simplification.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np

from sim.contracts import AccessClass, IntArray, Powertrain, SpeedLimits
from sim.network import RoadNetwork
from sim.policy.access_rule import AccessRuleParams
from sim.policy.compile import hours_held
from sim.policy.time_window import Interval, merge_intervals
from sim.policy.vehicles import VehicleTraits
from sim.policy.zone import links_of_rule, zone_rows
from sim.units import MICROSECONDS_PER_SECOND, SECONDS_PER_DAY, WEEKDAYS, Weekday, kph_to_mps

_FINEST_BIN_US = 300 * MICROSECONDS_PER_SECOND
"""Least width of the bins in which limits by hour are believed [us]. Assumption."""


def with_speed_limits(network: RoadNetwork, rules: Mapping[str, AccessRuleParams]) -> RoadNetwork:
    """
    The network with the limits for everybody at all hours on it; the same object when there is none.

    Raises
    ------
    ConfigError
        If a limit names a zone that the network does not have.
    """
    limits = {name: rule for name, rule in rules.items() if rule.speed_kph is not None}
    rows = zone_rows(limits, network)
    if not any(_is_for_all(rule) and _is_always(rule) for rule in limits.values()):
        return network
    speed_mps = network.free_speed_mps.copy()
    for rule_id, rule in limits.items():
        assert rule.speed_kph is not None
        if _is_for_all(rule) and _is_always(rule):
            held = links_of_rule(rule, network, rows[rule_id])
            speed_mps[held] = np.minimum(speed_mps[held], kph_to_mps(rule.speed_kph))
    return replace(network, links=network.links.assign(free_speed_mps=speed_mps))


def compile_speed_limits(
    rules: Mapping[str, AccessRuleParams],
    network: RoadNetwork,
    *,
    vehicle: tuple[AccessClass, Powertrain, VehicleTraits] | None,
    weekday: Weekday,
    horizon_us: int,
    day: date | None = None,
) -> SpeedLimits:
    """
    The limits for some vehicles or some hours that bind a vehicle; the lowest holds where several do.

    Parameters
    ----------
    rules
        Access rules by name.
    network
        Road network, with the limits for everybody at all hours on it.
    vehicle
        Class, powertrain and traits of a delivery vehicle; None for cars, whom limits for everybody bind.
    weekday, horizon_us, day
        As for `compile_closures`.

    Raises
    ------
    ConfigError
        If a limit names a zone that the network does not have.
    """
    chosen = {
        name: rule
        for name, rule in rules.items()
        if rule.speed_kph is not None
        and not (_is_for_all(rule) and _is_always(rule))
        and (_is_for_all(rule) if vehicle is None else rule.applies_to(*vehicle))
    }
    rows = zone_rows(chosen, network)
    held = [hours_held(rule.when, weekday=weekday, horizon_us=horizon_us, day=day) for rule in chosen.values()]
    speed_mps = [kph_to_mps(rule.speed_kph) for rule in chosen.values() if rule.speed_kph is not None]
    found: list[tuple[int, int, int, int]] = []
    if chosen:
        on_link = np.column_stack([links_of_rule(rule, network, rows[name]) for name, rule in chosen.items()])
        slower = on_link & (np.array(speed_mps)[None, :] < network.free_speed_mps[:, None])
        spans: dict[bytes, list[tuple[int, int, float]]] = {}
        for link in np.flatnonzero(slower.any(axis=1)).tolist():
            here = slower[link]
            if here.tobytes() not in spans:
                chosen_here = np.flatnonzero(here).tolist()
                spans[here.tobytes()] = _spans([(held[row], speed_mps[row]) for row in chosen_here])
            for begin, end, mps in spans[here.tobytes()]:
                least_s = network.length_m[link] / mps + network.signal_delay_s[link]
                found.append((link, begin, end, round(float(least_s) * MICROSECONDS_PER_SECOND)))
    table = np.array(found, dtype=np.int64).reshape(-1, 4)
    start = np.concatenate([[0], np.cumsum(np.bincount(table[:, 0], minlength=network.n_links))]).astype(np.int64)
    return SpeedLimits(start, *(np.ascontiguousarray(table[:, column]) for column in (1, 2, 3)))


def limited_times(link_time_us: IntArray, bin_us: int, limits: SpeedLimits) -> tuple[int, IntArray]:
    """
    Width of the bins [us], and travel times by bin of entry and link for a vehicle that limits bind [us].

    Bins become as fine as the hours of the limits ask for, down to 5 minutes; the limit at the middle of a bin counts.

    Parameters
    ----------
    link_time_us, bin_us
        Travel times of others [us], shape (n_bins, n_links), and the width of their bins [us].
    limits
        The limits.
    """
    n_bins, n_links = link_time_us.shape
    span_us = n_bins * bin_us
    bounds = np.concatenate([limits.from_us, limits.until_us])
    bounds = np.unique(bounds[(bounds > 0) & (bounds < span_us)])
    width_us = int(np.gcd.reduce(np.append(bounds, bin_us)))
    if width_us < _FINEST_BIN_US and bin_us % _FINEST_BIN_US == 0:
        width_us = _FINEST_BIN_US
    times = np.repeat(link_time_us, bin_us // width_us, axis=0)
    middle = np.arange(len(times)) * width_us + width_us // 2
    link_of_row = np.repeat(np.arange(n_links), np.diff(limits.start))
    for row, link in enumerate(link_of_row.tolist()):
        first, last = np.searchsorted(middle, (limits.from_us[row], limits.until_us[row]))
        times[first:last, link] = np.maximum(times[first:last, link], limits.least_us[row])
    return width_us, times


def _spans(limits: list[tuple[list[Interval], float]]) -> list[tuple[int, int, float]]:
    """Disjoint spans of time with the lowest of the limits that hold in them [m/s], in order."""
    bounds = sorted({bound for hours, _ in limits for interval in hours for bound in interval})
    found: list[tuple[int, int, float]] = []
    for begin, end in pairwise(bounds):
        mps = min((mps for hours, mps in limits if any(a <= begin < b for a, b in hours)), default=None)
        if mps is None:
            continue
        if found and found[-1][1:] == (begin, mps):
            found[-1] = (found[-1][0], end, mps)
        else:
            found.append((begin, end, mps))
    return found


def _is_for_all(rule: AccessRuleParams) -> bool:
    return rule.who.is_anybody and rule.exempt is None


def _is_always(rule: AccessRuleParams) -> bool:
    hours = merge_intervals((round(w.from_s), round(w.until_s)) for w in rule.when.clock_windows())
    whole_day = any(start <= 0 and end >= SECONDS_PER_DAY for start, end in hours)
    return whole_day and rule.when.days() == WEEKDAYS and not rule.when.seasons
